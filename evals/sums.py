"""How well code alone answers from tables, by sums and by looking up: tried, right, and tried where none was wanted.

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

from assistant.answering.answer import Answer, Status
from assistant.answering.answerer import QUOTE_LEAD
from evals.metrics.tatqa import COMPUTED, prediction, tatqa_scores
from evals.metrics.unsupported import shown_text
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


def told_by_code(answer: Answer) -> tuple[str, bool] | None:
    """What code answered and whether it is the result of a sum; None if it left the question to the model."""
    if answer.calculation is not None:
        return answer.calculation.result, True
    if answer.status is not Status.ANSWERED or answer.answer.startswith(QUOTE_LEAD):
        return None
    return shown_text(answer), False


def exact(question: Question, text: str, summed: bool) -> bool:
    """Whether what was told is the gold answer by TAT-QA's exact match."""
    spans, scale = prediction(text, question.question, text if summed else None)
    score, _ = tatqa_scores(
        spans, scale, gold_spans=question.answers, gold_scale=question.scale or "", kind=question.type
    )
    return score == 1.0


def tally(outcomes: Iterable[tuple[Question, tuple[str, bool] | None]]) -> Counter[tuple[str, str, str]]:
    """Counts by half, type and "n", "tried" or "right", of questions with what `told_by_code` gives for them."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for question, told in outcomes:
        key = (half_of(question.documents[0]), kind_of(question))
        counts[*key, "n"] += 1
        if told is not None:
            counts[*key, "tried"] += 1
            counts[*key, "right"] += exact(question, *told)
    return counts


def table_of(counts: Counter[tuple[str, str, str]]) -> Table:
    """The counts as a table; what was tried and is not right where a span is wanted is a false attempt."""
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
    """Ask every question within its scope and count what code answers."""
    from assistant.facade import Assistant
    from assistant.settings import load_settings

    with Assistant(load_settings(home=home, chat_model="none")) as assistant:
        assistant.sync(documents)
        outcomes = []
        for question in load_questions(questions):
            answer = assistant.ask(question.question, documents=question.scope or None)
            outcomes.append((question, told_by_code(answer)))
    Console().print(table_of(tally(outcomes)))


if __name__ == "__main__":
    app()
