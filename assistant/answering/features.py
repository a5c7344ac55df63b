"""What is known about a question and its evidence before anything is said: a row of numbers.

One row per question feeds the decision whether to answer at all. It is a pure function of what retrieval
found and of what the chat model thinks of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from assistant.answering.align import Source, share
from assistant.answering.asked import Asked, asked_for, holds
from assistant.answering.figures import figures
from assistant.answering.words import content_stems, names, names_beyond, words

if TYPE_CHECKING:
    import numpy as np

    from assistant.answering.opinion import Opinion

#: Evidence sentences, best first, that stand for "the evidence" where the whole of it is meant.
_TOP = 4
#: Sentences that tell together what the evidence is about.
_NEAREST = 3
#: What retrieval's score counts beside the chat model's opinion, in log odds (docs/experiments.md).
_RETRIEVAL = 8.0
#: What a question counts: the words behind "how many", up to its verb.
_COUNTED = re.compile(
    r"\bhow many (?:of )?(?:the )?(?P<what>[^,.?]{2,30}?)(?=$|[,.?]|[^,.?]{0,3}$|"
    r" (?:do|does|did|is|are|was|were|has|have|had|will|would|can|could|may|might|should|in|on|at|of|from|under|per)"
    r"\b)",
    re.IGNORECASE,
)
#: Words that speak of a time beside the one at hand, or ask how far things are by now.
_OTHER_TIME = re.compile(
    r"\b(?:previous(?:ly)?|prior|before|earlier|formerly|used to|initially|originally|"
    r"(?:last|next) (?:year|quarter|month|week)|(?:years?|months?) (?:ago|later)|"
    r"already|so far|to date|currently|yet|by the end|future|eventually)\b",
    re.IGNORECASE,
)
#: Probabilities are kept away from 0 and 1 by this much before their logarithm is taken.
_FLOOR = 1e-3


class QuestionRow(BaseModel):
    """The question against all of its evidence and against the sentence chosen.

    Shares and similarities lie in 0..1, `together_cosine` is that of the nearest three as one; `chosen` is the log odds
    that the chosen sentence is the closest, `stated` that it states what is asked, `stated_beside` the same for the
    others looked at on average (all by the chat model, 0 where unknown); names and dates are counts: `missing_names`
    stand nowhere around the evidence nor in its documents' openings, `names_absent` the same of the sentence chosen.
    `choice` and `length` are the logarithms of the number of sentences there were to choose from and of the question's
    content words: the nearest of many is near by chance, and a share of few words is coarse. The rest are flags.
    """

    model_config = ConfigDict(frozen=True)

    chosen: float
    stated: float
    stated_beside: float
    best_cosine: float
    chosen_cosine: float
    passage_cosine: float
    together_cosine: float
    coverage: float
    chosen_coverage: float
    title_coverage: float
    missing_names: float
    names_absent: float
    missing_dates: float
    typed: float
    type_missing: float
    counted_missing: float
    other_time: float
    choice: float
    length: float


@dataclass(frozen=True)
class Reading:
    """A question as the rows see it.

    `vector` is its unit vector, `found` how many sentences there were to choose from, `stems` its content stems.
    """

    text: str
    vector: np.ndarray
    found: int
    stems: tuple[str, ...]
    asked: Asked


def read(question: str, vector: np.ndarray, found: int) -> Reading:
    """A question with its unit vector and the number of sentences found, prepared for the rows."""
    return Reading(
        text=question,
        vector=vector,
        found=found,
        stems=tuple(content_stems(question)),
        asked=asked_for(question),
    )


def weights(sources: Sequence[Source], opinion: Opinion) -> dict[int, float]:
    """How much speaks for each source, by number, up to a factor.

    That is how likely it is the closest, times its odds to state the answer, times e to the `_RETRIEVAL`-fold of
    the score retrieval gave it. One that was not looked at counts as stating next to nothing.
    """
    return {
        source.number: opinion.numbers.get(source.number, 0.0)
        * math.exp(logit(opinion.stated.get(source.number, 0.0)) + _RETRIEVAL * source.evidence.score)
        for source in sources
    }


def by_preference(sources: Sequence[Source], opinion: Opinion | None) -> list[Source]:
    """The sources by weight, or as retrieval ranked them where the chat model has no opinion."""
    if opinion is None:
        return list(sources)
    weight = weights(sources, opinion)
    return sorted(sources, key=lambda source: -weight[source.number])


def logit(probability: float) -> float:
    """Log odds, finite at both ends."""
    kept = min(max(probability, _FLOOR), 1 - _FLOOR)
    return math.log(kept / (1 - kept))


def missing_names(question: str, sources: Sequence[Source]) -> list[str]:
    """Names of the question that stand nowhere around the evidence."""
    around = frozenset[str]().union(*(source.setting for source in sources))
    return names_beyond(question, around)


def missing_dates(question: str, sources: Sequence[Source]) -> int:
    """How many years, quarters, months or days of the question stand nowhere around the evidence."""
    asked = {part for figure in figures(question) for part in figure.date}
    if not asked:
        return 0
    held: set[tuple[str, int]] = set()
    for source in sources:
        evidence = source.evidence
        texts = (evidence.around, evidence.title, evidence.context, evidence.date or "", evidence.document)
        for figure in figures(" ; ".join((*texts, *evidence.headings))):
            held.update(figure.date)
    return len(asked - held)


def holds_type(reading: Reading, source: Source) -> bool:
    """Whether a sentence holds something of the type asked for; a name that the question gives does not count."""
    given = frozenset(words(reading.text))
    # The article keeps a name at the sentence's start from being taken for an ordinary first word.
    named = [name for name in names(f"the {source.evidence.clause}") if not given.issuperset(words(name))]
    return holds(reading.asked, source.evidence.clause, source.clause_figures, named, given)


def asks_of_other_time(question: str, source: Source) -> bool:
    """Whether a question is about an earlier or later time ("before", "last year", "already") and a sentence not."""
    return bool(_OTHER_TIME.search(question)) and not _OTHER_TIME.search(source.evidence.text)


def counted_missing(question: str, source: Source) -> bool:
    """Whether the question counts something ("how many years") that the sentence does not mention."""
    match = _COUNTED.search(question)
    if match is None:
        return False
    counted = content_stems(match.group("what"))[:2]
    if not counted or any(word in source.stems for word in counted):
        return False
    # "1.6GW" answers how many gigawatts.
    units = {figure.unit for figure in figures(f"2 {match.group('what')}")} - {""}
    return not any(figure.unit in units for figure in source.figures)


def _together(vector: np.ndarray, sources: Sequence[Source]) -> float:
    """The cosine of what some sources say together: of their vectors' sum."""
    import numpy as np

    held = np.sum([source.vector for source in sources], axis=0)
    return float(vector @ held / np.linalg.norm(held))


def question_row(reading: Reading, sources: Sequence[Source], opinion: Opinion | None) -> QuestionRow:
    """The row that decides whether to answer.

    Args:
        reading: the question.
        sources: the evidence, best first, not empty.
        opinion: what the chat model thinks; None without one that tells.
    """
    order = by_preference(sources, opinion)
    chosen = order[0]
    top = [chosen, *(source for source in sources[:_TOP] if source is not chosen)]
    around = frozenset[str]().union(*(source.surroundings | source.stems for source in top))
    above = " ".join((chosen.evidence.title, *chosen.evidence.headings))
    typed = reading.asked not in (Asked.EXPLANATION, Asked.OTHER)
    numbers = opinion.numbers if opinion else {}
    stated = {key: logit(chance) for key, chance in (opinion.stated if opinion else {}).items()}
    beside = [value for key, value in stated.items() if key != chosen.number]
    return QuestionRow(
        chosen=logit(numbers[chosen.number]) if opinion else 0.0,
        stated=stated.get(chosen.number, 0.0),
        stated_beside=sum(beside) / len(beside) if beside else 0.0,
        best_cosine=max(float(reading.vector @ source.vector) for source in sources),
        chosen_cosine=float(reading.vector @ chosen.vector),
        passage_cosine=chosen.evidence.passage_similarity,
        together_cosine=_together(reading.vector, sources[:_NEAREST]),
        coverage=share(reading.stems, around),
        chosen_coverage=share(reading.stems, chosen.clause_stems),
        title_coverage=share(reading.stems, frozenset(content_stems(above))),
        missing_names=float(min(3, len(missing_names(reading.text, top)))),
        names_absent=float(min(2, len(missing_names(reading.text, [chosen])))),
        missing_dates=float(min(2, missing_dates(reading.text, top))),
        typed=float(typed),
        type_missing=float(typed and not holds_type(reading, chosen)),
        counted_missing=float(counted_missing(reading.text, chosen)),
        other_time=float(asks_of_other_time(reading.text, chosen)),
        choice=math.log(max(1, reading.found)),
        length=math.log(1 + len(reading.stems)),
    )
