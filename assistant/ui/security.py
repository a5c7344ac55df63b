"""What stands between the network and Gradio: who may ask, for what, and what the browser may do with it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Host names a page on this machine is reached by, as `TrustedHostMiddleware` compares them.
LOOPBACK_NAMES = ["127.0.0.1", "localhost", "::1", "[::1]"]
#: The routes the page needs. Gradio has many more: files by path, a fetching proxy, monitoring, code editing.
ALLOWED_ROUTES = re.compile(
    r"/|/healthz|/config|/theme\.css|/favicon\.ico|/manifest\.json|/(?:assets|static|ui)/.+"
    r"|/gradio_api/(?:info|app_id|startup-events|upload|upload_progress|cancel|reset)/?"
    r"|/conversations/[0-9a-f]{16}\.(?:md|json)"
    r"|/gradio_api/queue/(?:join|data)|/gradio_api/heartbeat/[\w-]+|/source/(?:file|page)"
)
#: Largest event body in bytes: a question at its limit is far smaller; files do not come this way.
MAX_EVENT_BYTES = 2**20
TOO_LARGE = "This is more text than can be sent at once. Shorten it, or add it as a document and ask about that."
_EVENT_ROUTE = "/gradio_api/queue/join"
#: What documents and conversations hold: not even a link may lead there from elsewhere.
_FOR_THE_PAGE = ("/source/", "/conversations/")
#: What a browser says of requests that no other page made.
_OWN = ("none", "same-origin")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=()",
}


def content_policy(nonce: str | None = None) -> str:
    """The Content-Security-Policy: everything from this server only, inline scripts only with `nonce`.

    Gradio compiles its HTML templates with `Function`, hence `unsafe-eval`; it writes style elements and
    attributes, hence `unsafe-inline` for styles. Script from a document still cannot run: it has no nonce.
    """
    allowed = f" 'nonce-{nonce}'" if nonce else ""
    return (
        f"default-src 'self'; script-src 'self'{allowed} 'unsafe-eval'; script-src-attr 'none'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "object-src 'none'; frame-src 'none'; worker-src 'none'; base-uri 'self'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def is_foreign(headers: Headers, scheme: str) -> bool:
    """Whether a request was made by a page of another origin, by what the browser says of it."""
    origin = headers.get("origin")
    if origin is not None:
        http = {"ws": "http", "wss": "https"}.get(scheme, scheme)
        return origin.lower() != f"{http}://{headers.get('host', '')}".lower()
    # A link to the page may be followed from anywhere; loading its parts from elsewhere may not.
    site = headers.get("sec-fetch-site", "none")
    return site not in _OWN and headers.get("sec-fetch-mode") != "navigate"


def names_a_file(value: Any) -> bool:
    """Whether an event holds a Gradio file object: the server would copy or fetch what it names."""
    if isinstance(value, dict):
        if "path" in value and "meta" in value:
            return True
        return any(names_a_file(item) for item in value.values())
    return isinstance(value, list) and any(names_a_file(item) for item in value)


class SecurityHeaders:
    """ASGI middleware: the headers of every response, refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to its response."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Content-Security-Policy", content_policy())
            await send(message)

        await self._app(scope, receive, with_headers)


class Guard:
    """ASGI middleware: 403 for a foreign origin, 404 for a route not needed, 400 for a file by name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on. WebSockets are refused: the page uses none."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "not served"})
        elif refusal:
            await refusal(scope, receive, send)
        elif scope["path"] == _EVENT_ROUTE:
            await self._event(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    @staticmethod
    def _refusal(scope: Scope) -> PlainTextResponse | None:
        if is_foreign(Headers(scope=scope), scope["scheme"]):
            return PlainTextResponse("Requests from other origins are refused", status_code=403)
        if scope["path"].startswith(_FOR_THE_PAGE) and Headers(scope=scope).get("sec-fetch-site", "none") not in _OWN:
            return PlainTextResponse("Documents are given to their own page only", status_code=403)
        if not ALLOWED_ROUTES.fullmatch(scope["path"]):
            return PlainTextResponse("Not found", status_code=404)
        return None

    async def _event(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        refusal: Response | None = None
        if body is None:
            # The page shows a `detail` to the person.
            refusal = JSONResponse({"detail": TOO_LARGE}, status_code=413)
        else:
            try:
                if names_a_file(json.loads(body or b"null")):
                    refusal = PlainTextResponse("Files are not accepted by name", status_code=400)
            except (ValueError, RecursionError):
                refusal = PlainTextResponse("The event is not JSON", status_code=400)
        if refusal:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, _replayed(body or b"", receive), send)


async def _read(receive: Receive) -> bytes | None:
    """A request's body, None if it is over the limit or broken off."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if message["type"] == "http.disconnect" or len(body) > MAX_EVENT_BYTES:
            return None
        if not message.get("more_body"):
            return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body already read, then what comes after it."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


class PageShell:
    """ASGI middleware: Gradio's page with a nonce on its own scripts and with our parts in its head.

    Gradio escapes `<` in the configuration it writes into the page, so every `<script` in it is its own.
    """

    def __init__(self, app: ASGIApp, head: str, new_nonce: Callable[[], str] | None = None) -> None:
        self._app = app
        self._head = head
        self._new_nonce = new_nonce or (lambda: secrets.token_urlsafe(18))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the page; pass everything else on as it is."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        nonce = self._new_nonce()
        # Uncompressed, so that it can be rewritten.
        plain = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
        start: Message = {}
        page = b""

        async def rewrite(message: Message) -> None:
            nonlocal start, page
            if message["type"] == "http.response.start":
                start = message
                return
            page += message.get("body", b"")
            if message.get("more_body"):
                return
            body = page.replace(b"</head>", self._head.encode() + b"</head>", 1)
            body = body.replace(b"<script", b'<script nonce="' + nonce.encode() + b'"')
            headers = MutableHeaders(scope=start)
            if scope["method"] != "HEAD":
                headers["Content-Length"] = str(len(body))
            headers["Content-Security-Policy"] = content_policy(nonce)
            headers["Cache-Control"] = "no-store"
            await send(start)
            await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})

        await self._app({**scope, "headers": plain}, receive, rewrite)
