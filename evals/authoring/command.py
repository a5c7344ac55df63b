"""`assistant eval new`: options, and the person at the terminal."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.parts import settings

if TYPE_CHECKING:
    from rich.console import Console

    from evals.authoring.shelf import Shelf
    from evals.sets import Question

_STYLES = {"heading": "bold", "saved": "green", "remark": "yellow"}


class Terminal:
    """A person at a terminal, or lines from a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with contextlib.suppress(ImportError):
            # Lines can then be edited, and earlier ones called up again.
            import readline  # noqa: F401

    def show(self, text: str, kind: str = "") -> None:
        """Print a paragraph; no control character of a document reaches the terminal."""
        from rich.text import Text

        line = "".join(c if c.isprintable() else " " for c in text)
        if kind == "heading":
            self._console.print()
        self._console.print(Text(line, style=_STYLES.get(kind, "")), soft_wrap=False)

    def ask(self, prompt: str) -> str | None:
        """A line that is typed or piped in; None at the end of the input."""
        self._console.print(f"{prompt}:", style="cyan", markup=False, highlight=False)
        try:
            return input("> ")
        except EOFError:
            self._console.print()
            return None


def new(
    file: Annotated[Path, typer.Argument(help="The question set to add to, JSON Lines; made if it is missing.")],
    documents: Annotated[Path | None, typer.Option(help="Folder of the documents to ask about.")] = None,
    document: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Show passages of this document only; repeatable.")
    ] = None,
    search: Annotated[str, typer.Option(metavar="WORDS", help="Show passages with these words first.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed shows passages in another order.")] = 0,
    within: Annotated[bool, typer.Option("--within", help="Ask each question within its document only.")] = False,
    table: Annotated[
        Path | None, typer.Option("--import", metavar="CSV", help="Take cases from a table and ask for none.")
    ] = None,
) -> None:
    """Write a question set over your own documents, case by case; each is kept at once."""
    from assistant.errors import QuestionSetError, UnknownDocumentError
    from evals.authoring.appending import existing
    from evals.authoring.shelf import read_shelf
    from evals.command import documents_for, progress_shown
    from evals.report import check_writable

    base = settings()
    folder = documents_for(file, documents, base)
    if folder is None:
        raise QuestionSetError("There is no folder of documents", "Give the one to ask about with --documents.")
    cases = existing(file)
    check_writable(file)
    with progress_shown() as told:
        shelf = read_shelf(folder, base, told)
    for name, reason in shelf.unread.items():
        sys.stderr.write(f"Note: {name} is left out: {reason}\n")
    absent = next((name for name in document or () if name not in shelf.texts), None)
    if absent is not None:
        known = ", ".join(list(shelf.texts)[:8])
        raise UnknownDocumentError(f"{absent} is not among the documents read", f"Those are {known}.")
    if table is not None:
        _import(table, file, shelf, cases)
    else:
        _talk(file, shelf, cases, tuple(document or ()), search, seed, within)
    _say_next(file, documents)


def _import(table: Path, file: Path, shelf: Shelf, cases: list[Question]) -> None:
    from evals.authoring.appending import append
    from evals.authoring.table import read_table

    found, again = read_table(table, shelf, cases)
    append(file, found)
    there = f"; {again} {'row is' if again == 1 else 'rows are'} in the set already" if again else ""
    typer.echo(f"{len(found)} cases added to {file}, {len(cases) + len(found)} in all{there}.")


def _talk(
    file: Path, shelf: Shelf, cases: list[Question], documents: tuple[str, ...], search: str, seed: int, within: bool
) -> None:
    from functools import cache

    from assistant.terminal import console, spinner
    from evals.authoring.dialog import Session
    from evals.authoring.proposals import Proposer

    @cache
    def proposer() -> Proposer:
        with spinner("looking for names and years"):
            return Proposer(shelf)

    session = Session(shelf, file, Terminal(console()), cases, seed, documents, within)
    session.run(proposer, search)
    typer.echo(f"{session.written} {'case' if session.written == 1 else 'cases'} written, {len(cases)} in {file}.")


def _say_next(file: Path, documents: Path | None) -> None:
    import shlex

    over = f" --documents {shlex.quote(str(documents))}" if documents else ""
    typer.echo(f"Run them: assistant eval --questions {shlex.quote(str(file))}{over} --html report.html")
