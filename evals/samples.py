"""Fixed samples of a large question set, in halves: one to fit on, one that the fitting never sees.

    python -m evals.samples QUESTIONS.jsonl FOLDER --each 150
    python -m evals.samples QUESTIONS.jsonl FOLDER --size 200

Which cases are taken, and into which half each goes, follows from a hash of its id alone: the same on every machine,
whatever the order of the file, and unmoved by cases that are added elsewhere. The documents are not copied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import QuestionSetError
from evals.sets import Question, load_questions


def place(key: str) -> str:
    """Where something stands in the order of the hash of its name."""
    return hashlib.sha256(f"sample:{key}".encode()).hexdigest()


def _place_of(case: Question) -> str:
    return place(case.id)


def sample(cases: Sequence[Question], *, size: int | None = None, each: int | None = None) -> list[Question]:
    """The first cases in the order of their hash.

    Args:
        cases: a whole set.
        size: how many in all; all by default.
        each: how many answerable ones and as many others, instead of `size`.

    Raises:
        QuestionSetError: there are too few.
    """
    ordered = sorted(cases, key=_place_of)
    if each is None:
        taken, wanted = ordered[:size], size or len(ordered)
    else:
        groups = ([case for case in ordered if case.answerable is kind][:each] for kind in (True, False))
        taken, wanted = sorted((case for group in groups for case in group), key=_place_of), 2 * each
    if len(taken) < wanted:
        raise QuestionSetError(f"There are {len(taken)} such cases, not {wanted}", "Ask for fewer.")
    return taken


def halves(cases: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """A sample in two halves, each with every second of its answerable cases and of the others."""
    first: list[Question] = []
    second: list[Question] = []
    for kind in (True, False):
        group = [case for case in sorted(cases, key=_place_of) if case.answerable is kind]
        first += group[::2]
        second += group[1::2]
    return sorted(first, key=_place_of), sorted(second, key=_place_of)


def write(path: Path, cases: Sequence[Question]) -> None:
    """Write cases as a set."""
    lines = [case.model_dump_json(exclude_none=True, exclude_defaults=True) for case in cases]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def main(
    questions: Annotated[Path, typer.Argument(help="The whole set.")],
    folder: Annotated[Path, typer.Argument(help="Where sample.jsonl, fit.jsonl and held.jsonl are written.")],
    size: Annotated[int | None, typer.Option(min=2, help="Cases in all.")] = None,
    each: Annotated[int | None, typer.Option(min=1, help="Answerable cases, and as many others.")] = None,
) -> None:
    """Write a fixed sample of a set, whole and in halves."""
    taken = sample(load_questions(questions), size=size, each=each)
    folder.mkdir(parents=True, exist_ok=True)
    first, second = halves(taken)
    for name, cases in (("sample", taken), ("fit", first), ("held", second)):
        write(folder / f"{name}.jsonl", cases)
        typer.echo(f"{folder / name}.jsonl: {len(cases)}")


if __name__ == "__main__":
    typer.run(main)
