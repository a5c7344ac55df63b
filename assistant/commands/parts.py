"""What commands share: their options, the assistant they speak to, and how results are printed."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

    from assistant.facade import AddResult, Assistant
    from assistant.index.scope import Scope
    from assistant.owner.door import Door
    from assistant.settings import Settings

Found = TypeVar("Found", bound="BaseModel")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Documents = Annotated[
    list[str] | None, typer.Option("--document", metavar="NAME", help="Only in this document; repeatable.")
]
Folders = Annotated[list[str] | None, typer.Option("--folder", metavar="DIR", help="Only in this folder; repeatable.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Only with this tag; repeatable.")]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="Only dated so or later: 2023, 2023-06, 2023-06-30.")]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only dated so or earlier.")]


def settings(**overrides: Any) -> Settings:
    """The settings, with their log level in force."""
    from assistant.settings import load_settings

    found = load_settings(**overrides)
    logging.basicConfig(level=found.log_level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    return found


@contextmanager
def opened(**overrides: Any) -> Iterator[Assistant]:
    """An assistant of this process, closed at the end."""
    from assistant.facade import Assistant

    with Assistant(settings(**overrides)) as assistant:
        yield assistant


@contextmanager
def door() -> Iterator[Door]:
    """An assistant that owns the home, or that of the process which does, such as the chat."""
    from assistant.owner.door import reach
    from assistant.terminal import spinner

    found = settings()
    with spinner("waiting for the home"):
        reached = reach(found)
    with closing(reached):
        yield reached


def tell_notes(notes: Sequence[str]) -> None:
    """Print what a person must know to stderr."""
    for note in notes:
        sys.stderr.write(f"Note: {note}\n")


def print_json(value: Any) -> None:
    """Print a JSON value, with escapes where the terminal could not show it."""
    everywhere = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=not everywhere, indent=2) + "\n")


def print_all(found: Sequence[Found], as_json: bool, show: Callable[[Sequence[Found]], None]) -> None:
    """Print what was found, as JSON or as `show` does for people."""
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
    else:
        show(found)


def report(results: Sequence[AddResult], as_json: bool) -> None:
    """Print what became of files."""
    from assistant.terminal import show_results

    print_all(results, as_json, show_results)


def scope_of(
    documents: list[str] | None,
    folders: list[str] | None,
    tags: list[str] | None,
    since: str | None,
    until: str | None,
) -> Scope:
    """The filters of a question; a folder is also looked for here, where the shell completes it."""
    from assistant.documents.registry import printable
    from assistant.index.scope import Scope

    here = [str(Path(folder).resolve()) for folder in folders or [] if Path(folder).is_dir()]
    return Scope(
        # Bytes that are no UTF-8 stand in no name; as they are shown, they are unknown.
        documents=tuple(map(printable, documents or ())),
        folders=tuple(map(printable, (*(folders or ()), *here))),
        tags=tuple(tags or ()),
        since=since,
        until=until,
    )
