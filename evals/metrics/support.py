"""Do the cited words say what the sentence says.

Citation precision and recall are defined after Gao et al. 2023, "Enabling Large Language Models to Generate Text
with Citations" (ALCE): of the citations, those that alone support the sentence they stand at; of the sentences
shown, those that their citations together support. The judge is a rule in place of an entailment model: cited
words support a sentence when they hold all of its figures and nearly all of its words. It knows nothing of the
question; whether the words were worth citing is another metric, in `citations`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from assistant.answering.answer import Answer, Sentence, Status
from evals.metrics.figures import parse_figures
from evals.metrics.unsupported import in_quotes
from evals.normalise import token_recall

#: A scale belongs to its figure, which is checked as a whole; a table says it outside the row.
_SCALE = re.compile(r"\b(?:thousand|million|billion|trillion)s?\b", re.IGNORECASE)
_QUOTED = re.compile(r"[^“]*“(?P<words>.+)”", re.DOTALL)
#: Share of a sentence's words that the cited words must have.
WORDS = 0.8


@dataclass(frozen=True)
class Support:
    """Of one answer: its citations and the good ones, its sentences and the supported ones."""

    citations_used: int = 0
    citations_good: int = 0
    sentences_shown: int = 0
    sentences_supported: int = 0


def _claim(sentence: str) -> str:
    """What a sentence claims: of one that quotes, the words quoted; "They also say:" claims nothing."""
    quoted = _QUOTED.fullmatch(sentence.strip())
    return quoted["words"] if quoted else sentence


def carries(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether quotes taken together hold a sentence's figures and at least `WORDS` of its words."""
    sentence = _claim(sentence)
    return token_recall(_SCALE.sub(" ", sentence), " ".join(quotes)) >= WORDS and all(
        in_quotes(figure, quotes) for figure in parse_figures(sentence) if figure.unit or not figure.spelled
    )


def _of_sum(answer: Answer, sentence: Sentence, quotes: dict[int, str]) -> Support:
    """A sentence that tells a sum says what no document says; its citations must hold the sum's operands."""
    operands = answer.calculation.operands if answer.calculation else ()
    right = [
        o.citation for o in operands if all(in_quotes(f, [quotes.get(o.citation, "")]) for f in parse_figures(o.text))
    ]
    return Support(
        citations_used=len(sentence.citations),
        citations_good=len(set(right) & set(sentence.citations)),
        sentences_shown=1,
        sentences_supported=int(bool(operands) and len(right) == len(operands)),
    )


def support(answer: Answer) -> Support:
    """The counts of an answer; nothing is counted of a refusal, nor of a sentence that was struck."""
    if answer.status is not Status.ANSWERED:
        return Support()
    quotes = {citation.number: citation.quote for citation in answer.citations}
    parts = []
    for sentence in answer.sentences:
        if sentence.struck or (sentence.text.endswith(":") and not sentence.citations):
            # What introduces a list claims nothing.
            continue
        cited = [quotes.get(number, "") for number in sentence.citations]
        if answer.calculation is not None and not carries(sentence.text, cited):
            parts.append(_of_sum(answer, sentence, quotes))
            continue
        good = sum(carries(sentence.text, [quote]) for quote in cited)
        parts.append(Support(len(cited), good, 1, int(carries(sentence.text, cited))))
    return Support(*(sum(counts) for counts in zip(*map(astuple, parts), strict=True)))
