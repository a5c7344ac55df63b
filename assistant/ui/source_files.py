"""What the source panel fetches besides its HTML: the picture of a page, and the file of a document as a download.

Both are named by a document of the index, never by a path, and given only if its file is still what was indexed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response

from assistant.errors import AssistantError, UnknownDocumentError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.facade import Assistant

#: Nothing in a file is to be run or shown by a browser, whatever it holds.
_SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


def add_routes(app: FastAPI, assistant: Assistant) -> None:
    """Serve `/source/file?document=NAME` and `/source/page?document=NAME&page=N`."""

    def refusal(error: AssistantError) -> Response:
        return PlainTextResponse(str(error), 404 if isinstance(error, UnknownDocumentError) else 410, _plain())

    @app.get("/source/file")
    def file(document: str) -> Response:
        try:
            original = assistant.originals.read(document)
        except AssistantError as error:
            return refusal(error)
        return Response(
            original.data,
            media_type="application/octet-stream",
            headers=download_headers(original.name),
        )

    @app.get("/source/page")
    def page(document: str, page: int) -> Response:
        originals = assistant.originals
        try:
            picture = originals.kept_picture(document, page) or originals.picture(document, page)
        except AssistantError as error:
            return refusal(error)
        return Response(picture.png, media_type="image/png", headers=_plain())


def _plain() -> dict[str, str]:
    return {"Content-Security-Policy": _SANDBOX, "Cache-Control": "no-store"}


def download_headers(name: str) -> dict[str, str]:
    """Headers under which a browser keeps a file by its name, and never runs or shows it."""
    return _plain() | {"Content-Disposition": disposition(name)}


def disposition(name: str) -> str:
    """The header that has a browser keep a file under its name and not show it (RFC 6266)."""
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "-_. ") else "_" for each in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
