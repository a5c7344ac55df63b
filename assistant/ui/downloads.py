"""Conversations as files to take away, served beside the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from assistant.conversations.export import file_name, to_json, to_markdown
from assistant.conversations.model import Conversation
from assistant.errors import AssistantError, ConversationError
from assistant.ui.source_files import download_headers

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.ui.answers import Answers

#: Path of a conversation's files; part of `security.ALLOWED_ROUTES`.
ROUTE = "/conversations/{conversation}.{kind}"


class _Kind(NamedTuple):
    media_type: str
    write: Callable[[Conversation], str]


KINDS = {
    "md": _Kind("text/markdown", to_markdown),
    "json": _Kind("application/json", to_json),
}


def add_downloads(app: FastAPI, answers: Answers) -> None:
    """Serve every conversation as a file of each of the `KINDS`, always to be saved, never to be shown."""

    # Not a coroutine: the database is read in a thread.
    def download(request: Request) -> Response:
        kind = KINDS.get(request.path_params["kind"])
        if kind is None:
            return PlainTextResponse("Not found", status_code=404)
        try:
            conversation, _ = answers.look(request.path_params["conversation"])
        except ConversationError as error:
            return PlainTextResponse(str(error), status_code=404)
        except AssistantError as error:
            return PlainTextResponse(str(error), status_code=503)
        name = file_name(conversation, f".{request.path_params['kind']}")
        return Response(kind.write(conversation), media_type=kind.media_type, headers=download_headers(name))

    app.add_route(ROUTE, download, methods=["GET"], include_in_schema=False)
