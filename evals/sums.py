"""How well sums are done by code: tried, right, and tried where none was wanted.

    python -m evals.sums --questions SET.jsonl --documents DIR --home DIR

Asks the assistant without a chat model. The set is one with TAT-QA's types of answer; its documents are halved by a
hash of their names, so that one half can be developed on and the other looked at for the figures only.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from evals.metrics.tatqa import COMPUTED, prediction, tatqa_scores
from evals.sets import Question, load_questions

app = typer.Typer(add_completion=False)
HALVES = ("developed on", "held out")
_COLUMNS = ("n", "tried", "right")


def half_of(document: str) -> str:
    """The half a document belongs to: by the first byte of its name's SHA-256, whatever else is in the set."""
    return HALVES[hashlib.sha256(document.encode()).digest()[0] % 2]


def kind_of(question: Question) -> str:
    """The type of answer: what stands before the slash in "arithmetic / table"."""
    return question.type.split("/")[0].strip()


def exact(question: Question, result: str) -> bool:
    """Whether a result is the gold answer by TAT-QA's exact match."""
    spans, scale = prediction(result, question.question, result)
    score, _ = tatqa_scores(
        spans, scale, gold_spans=question.answers, gold_scale=question.scale or "", kind=question.type
    )
    return score == 1.0


def tally(outcomes: Iterable[tuple[Question, str | None]]) -> Counter[tuple[str, str, str]]:
    """Counts by half, type and "n", "tried" or "right", of questions with the result of their sum, None for no sum."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for question, result in outcomes:
        key = (half_of(question.documents[0]), kind_of(question))
        counts[*key, "n"] += 1
        if result is not None:
            counts[*key, "tried"] += 1
            counts[*key, "right"] += exact(question, result)
    return counts


def table_of(counts: Counter[tuple[str, str, str]]) -> Table:
    """The counts as a table; a sum that was tried and is not right where a span is wanted is a false attempt."""
    table = Table("half", "type", *_COLUMNS, "tried and wrong")
    for half, kind in sorted({key[:2] for key in counts}):
        n, tried, right = (counts[half, kind, column] for column in _COLUMNS)
        name = f"[bold]{kind}[/bold]" if kind in COMPUTED else kind
        table.add_row(half, name, str(n), str(tried), str(right), str(tried - right))
    return table


@app.command()
def measure(
    questions: Annotated[Path, typer.Option()],
    documents: Annotated[Path, typer.Option()],
    home: Annotated[Path, typer.Option(help="Home of the index made for this.")],
) -> None:
    """Ask every question within its scope and count the sums."""
    from assistant.facade import Assistant
    from assistant.settings import load_settings

    with Assistant(load_settings(home=home, chat_model="none")) as assistant:
        assistant.sync(documents)
        outcomes = []
        for question in load_questions(questions):
            answer = assistant.ask(question.question, documents=question.scope or None)
            outcomes.append((question, answer.calculation.result if answer.calculation else None))
    Console().print(table_of(tally(outcomes)))


if __name__ == "__main__":
    app()
