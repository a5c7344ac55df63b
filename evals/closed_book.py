"""A question set asked of the chat model alone, with no document before it: what it knows by heart.

    python -m evals.closed_book QUESTIONS [--limit N] [--json FILE]

A figure of `assistant eval` says something about documents only as far as it is above this one: questions over
public texts can be answered from memory. The model is asked to say so when it does not know.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from assistant.answering.answer import Answer, Turn
from assistant.errors import AssistantError, QuestionSetError
from assistant.settings import Settings, load_settings
from evals.asking import ask_all
from evals.command import progress_shown
from evals.home import Progress
from evals.model import Metric, Run
from evals.report import check_writable, print_report, write_json
from evals.runner import made_now
from evals.score import Hit
from evals.sets import Question, load_questions
from evals.summary import summarise, summarise_by_type
from evals.uncited import applicable, uncited_answer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

#: What the model is told; it has nothing else to go by.
INSTRUCTION = (
    "Answer the question from what you know, in one short sentence. "
    "If you do not know, or the question cannot be answered, reply: I do not know."
)
#: Metrics of a search, which there is none of here.
_SEARCHED = re.compile(r"document_|page_|quote_|search_")


def _kept(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    return tuple(metric for metric in applicable(metrics) if not _SEARCHED.match(metric.name))


class ClosedBook:
    """Answers with the chat model's memory; searches nothing and cites nothing.

    Args:
        chat: the model.
        name: what the answers say they were written by.
    """

    def __init__(self, chat: BaseChatModel, name: str) -> None:
        self._chat = chat
        self.model_name = name

    def search(
        self, question: str, *, k: int = 5, documents: Sequence[str] | None = None, history: Sequence[Turn] = ()
    ) -> Sequence[Hit]:
        """Nothing: there are no documents."""
        return ()

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        """What the model says by itself; "I do not know" counts as a refusal."""
        start = time.perf_counter()
        turns = [(turn.role, turn.content) for turn in history]
        said = self._chat.invoke([("system", INSTRUCTION), *turns, ("user", question)])
        total_ms = (time.perf_counter() - start) * 1000
        return uncited_answer(question, str(said.text), model=self.model_name, total_ms=total_ms)


def ask_closed_book(book: ClosedBook, questions: Sequence[Question], told: Progress) -> Run:
    """Ask every question and score the replies by the rules of `assistant eval`, as far as they apply."""
    started = datetime.now(UTC)
    items = ask_all(book, questions, told)
    by_type = summarise_by_type(items, retrieval_only=False)
    return Run(
        retrieval_only=False,
        metrics=_kept(summarise(items, retrieval_only=False)),
        by_type={kind: _kept(metrics) for kind, metrics in by_type.items()},
        settings={},
        made={"model": book.model_name, "closed_book": True, **made_now(started)},
        not_indexed={},
        items=tuple(items),
    )


def run_closed_book(settings: Settings, questions: Sequence[Question], told: Progress) -> Run:
    """The same with the chat model of the settings.

    Raises:
        AssistantError: there is no chat model, or it cannot be loaded.
    """
    from assistant.models.chat import load_chat_model

    model = load_chat_model(settings)
    try:
        if model.runnable is None:
            raise QuestionSetError("There is no chat model to ask", "Run `assistant models pull` or name a server.")
        return ask_closed_book(ClosedBook(model.runnable, model.name), questions, told)
    finally:
        model.close()


def main(
    questions: Annotated[Path, typer.Argument(help="Question set, JSON Lines.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
    json_path: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the run as JSON.")] = None,
) -> None:
    """Ask a question set of the chat model alone."""
    try:
        cases = load_questions(questions)[:limit]
        if json_path is not None:
            check_writable(json_path)
        with progress_shown() as told:
            run = run_closed_book(load_settings(), cases, told)
        if json_path is not None:
            write_json(run, json_path)
    except AssistantError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    print_report(run, None, Console())


if __name__ == "__main__":
    typer.run(main)
