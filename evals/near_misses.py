"""Questions that their documents do not answer, made from ones that some document does.

    python -m evals.near_misses QUESTIONS.jsonl DOCUMENTS FOLDER --each 75 [--apart SAMPLE.jsonl]

A set without unanswerable questions says nothing about refusing. Two ways make some without anybody's judgement:
another year, which the document never mentions, in the place of the one asked for; or another document of the same
kind, which has most of the question's words and lacks the rarest. Which cases are taken follows from a hash of their
id. Writes `near_misses.jsonl`: as many questions left as they are as changed ones.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from assistant.answering.words import content_stems, stem
from assistant.answering.words import words as words_of
from assistant.documents.registry import read_bytes, read_document
from assistant.errors import QuestionSetError
from evals.samples import place, write
from evals.sets import Question, load_questions

#: Documents of a set are small.
_MAX_BYTES = 40_000_000
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
#: A word that turns a question on one document stands in at most this share of them.
_RARE = 0.05
#: A document is of the same kind if it has at least this share of the question's other words.
_ALIKE = 0.6


@dataclass(frozen=True)
class Text:
    """What is looked at of a document: the stems of its words, and its years."""

    stems: frozenset[str]
    years: frozenset[str]


def text_of(text: str) -> Text:
    """A document's text as questions are held against it."""
    return Text(frozenset(map(stem, words_of(text))), frozenset(_YEAR.findall(text)))


def of_another_year(case: Question, text: Text) -> Question | None:
    """The question about a year its document does not mention; None if it names none or several, or there is none."""
    asked = set(_YEAR.findall(case.question))
    if len(asked) != 1:
        return None
    (year,) = asked
    earlier = (str(int(year) - back) for back in range(4, 40))
    other = next((each for each in earlier if each not in text.years), None)
    return changed(case, "another-year", case.question.replace(year, other), case.scope) if other else None


def of_another_document(case: Question, texts: Mapping[str, Text], spread: Mapping[str, int]) -> Question | None:
    """The question asked of another document that has most of its words but not the rarest; None if there is none.

    Args:
        case: a question within one document.
        texts: the documents by name.
        spread: in how many documents each stem stands.
    """
    stems = content_stems(case.question)
    rare = [word for word in stems if 0 < spread[word] <= _RARE * len(texts)]
    if not rare:
        return None
    rarest = min(rare, key=lambda word: (spread[word], word))
    rest = [word for word in stems if word != rarest]
    for name in sorted(texts, key=lambda name: place(f"{case.id} {name}")):
        held = texts[name].stems
        if rarest not in held and rest and sum(word in held for word in rest) >= _ALIKE * len(rest):
            return changed(case, "another-document", case.question, (name,))
    return None


def changed(case: Question, way: str, question: str, scope: tuple[str, ...]) -> Question:
    """A case that no document answers, made from one that some does; `way` is its type and ends its id."""
    return Question(
        id=f"{case.id}-{way}", question=question, answerable=False, answers=(), documents=(), scope=scope, type=way
    )


def near_misses(cases: Sequence[Question], texts: Mapping[str, Text], each: int) -> list[Question]:
    """As many questions as they are and changed ones, the changed ones by both ways in turn, no question twice.

    Raises:
        QuestionSetError: there are too few.
    """
    spread = Counter(word for text in texts.values() for word in text.stems)
    ordered = sorted((case for case in cases if len(case.scope) == 1), key=lambda case: place(case.id))
    taken: list[Question] = []
    others: list[Question] = []
    half = math.ceil(each / 2)
    ways = Counter[str]()
    for case in ordered:
        found = of_another_year(case, texts[case.scope[0]]) if ways["another-year"] < half else None
        found = found or (of_another_document(case, texts, spread) if ways["another-document"] < each - half else None)
        if found and len(others) < each:
            ways[found.type] += 1
            others.append(found)
        elif len(taken) < each:
            taken.append(case)
    if min(len(taken), len(others)) < each:
        raise QuestionSetError(f"There are {len(taken)} and {len(others)} such cases, not {each}", "Ask for fewer.")
    return sorted(taken + others, key=lambda case: place(case.id))


def _text(path: Path) -> Text:
    return text_of(read_document(read_bytes(path, _MAX_BYTES), path.name, str(path)).text)


def main(
    questions: Annotated[Path, typer.Argument(help="A set whose questions are asked within one document each.")],
    documents: Annotated[Path, typer.Argument(help="Its documents.")],
    folder: Annotated[Path, typer.Argument(help="Where near_misses.jsonl is written.")],
    each: Annotated[int, typer.Option(min=1, help="Questions of each kind.")] = 75,
    apart: Annotated[Path | None, typer.Option(help="A set whose questions are left out.")] = None,
) -> None:
    """Write a set of answerable and of changed questions."""
    left_out = {case.id for case in load_questions(apart)} if apart else set()
    # Sums are decided by code, before anybody asks whether the evidence answers.
    cases = [case for case in load_questions(questions) if case.answerable and case.id not in left_out]
    cases = [case for case in cases if not case.derivation]
    names = {name for case in cases for name in case.scope}
    texts = {name: _text(documents / name) for name in sorted(names)}
    taken = near_misses(cases, texts, each)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "near_misses.jsonl", taken)
    typer.echo(f"{folder / 'near_misses.jsonl'}: {len(taken)}")


if __name__ == "__main__":
    typer.run(main)
