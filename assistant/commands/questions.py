"""The commands that ask: the chat, one answer, a search."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.parts import (
    Documents,
    Folders,
    Json,
    Since,
    Tags,
    Until,
    door,
    opened,
    print_all,
    print_json,
    scope_of,
    tell_notes,
)

if TYPE_CHECKING:
    from assistant.answering.answer import Turn
    from assistant.index.scope import Scope
    from assistant.owner.door import Door


def chat(
    host: Annotated[str, typer.Option(help="Loopback address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on.")] = 7860,
) -> None:
    """Open the chat in the browser; the corpus is synced in view."""
    from assistant.owner.door import own
    from assistant.terminal import show_ready, spinner
    from assistant.ui.serve import serve

    with opened() as assistant:
        # Told before the page is made, which takes a while.
        with spinner("waiting for the home"):
            own(assistant)
        serve(assistant, assistant.settings, host, port, on_ready=show_ready)


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    document: Documents = None,
    folder: Folders = None,
    tag: Tags = None,
    since: Since = None,
    until: Until = None,
    history: Annotated[Path | None, typer.Option(help='Earlier turns: a JSON list of {"role", "content"}.')] = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the documents, with citations."""
    from assistant.terminal import show_stream, spinner

    turns = _history(history) if history else []
    scope = scope_of(document, folder, tag, since, until)
    with door() as assistant:
        assistant.check(question, scope=scope)
        _tell_undated(assistant, scope)
        with spinner("loading the models"):
            notes = assistant.prepare()
        tell_notes(notes)
        if as_json:
            with spinner("answering"):
                answer = assistant.ask(question, history=turns, scope=scope)
            print_json(answer.model_dump(mode="json"))
        else:
            show_stream(assistant.stream(question, history=turns, scope=scope))


def _tell_undated(assistant: Door, scope: Scope) -> None:
    undated = () if scope.is_open else assistant.within(scope).undated
    if undated:
        many = f"{len(undated)} documents state" if len(undated) > 1 else f"{undated[0]} states"
        sys.stderr.write(f"Note: {many} no readable date and {'are' if len(undated) > 1 else 'is'} left out.\n")


def _history(path: Path) -> list[Turn]:
    from pydantic import TypeAdapter, ValidationError

    from assistant.answering.answer import Turn
    from assistant.errors import QuestionError

    try:
        return TypeAdapter(list[Turn]).validate_json(path.read_bytes())
    except OSError as error:
        raise QuestionError(f"{path} cannot be read: {error.strerror}", "Check the path.") from error
    except ValidationError as error:
        raise QuestionError(
            f"{path} is not a conversation", 'Give a JSON list of {"role": "user"|"assistant", "content": "..."}.'
        ) from error


def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 5,
    document: Documents = None,
    folder: Folders = None,
    tag: Tags = None,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Find the best passages for a question, without answering it."""
    from assistant.terminal import show_hits, spinner

    scope = scope_of(document, folder, tag, since, until)
    with door() as assistant:
        assistant.check(question, scope=scope)
        _tell_undated(assistant, scope)
        with spinner("loading the embedding model"):
            notes = assistant.prepare(chat=False)
        tell_notes(notes)
        hits = assistant.search(question, k=k, scope=scope)
        print_all(hits, as_json, show_hits)
