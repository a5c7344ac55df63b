"""Where the owner of a home takes the work of other processes: a server on loopback for holders of the token."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assistant import __version__
from assistant.errors import AssistantError, OwnerError, StorageError
from assistant.index.lock import Address
from assistant.owner.orders import ALIVE_S, ORDERS, Failed, Line, Order, State, telling
from assistant.owner.work import Stopped, work

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from assistant.facade import Assistant
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
#: Seconds that open connections get to end by themselves once the work is done.
_LAST_WORDS_S = 2
#: Seconds that a terminal may let pass between two pieces of work.
_BETWEEN_S = 1.0
#: Seconds of waiting after which a person is told what is waited for.
_UNTOLD_S = 1.0
_POLL_S = 0.05


class Gate:
    """ASGI middleware: 403 for whatever a browser sends, 401 without the token; neither reads the request."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on."""
        from starlette.datastructures import Headers
        from starlette.responses import PlainTextResponse

        headers = Headers(scope=scope)
        # Browsers tell the origin of what a page sends, and nobody else does.
        if any(name == "origin" or name.startswith("sec-fetch-") for name in headers):
            await PlainTextResponse("Not for browsers", status_code=403)(scope, receive, send)
        elif not secrets.compare_digest(headers.get("authorization", "").encode("latin-1"), self._expected):
            await PlainTextResponse("The token is missing or wrong", status_code=401)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class Desk:
    """Takes work for an assistant that owns its home, each piece in a thread of its own.

    Args:
        assistant: open, as long as the desk is.
        settings: of the assistant.
        who: what a person calls this process, such as "the chat".
        caveat: gives what must be known of an answer that is given now; empty if nothing.
    """

    def __init__(
        self, assistant: Assistant, settings: Settings, who: str, caveat: Callable[[], str] = lambda: ""
    ) -> None:
        self._assistant = assistant
        self._who = who
        self._caveat = caveat
        self._state = State(who=who, pid=os.getpid(), version=__version__, settings=telling(settings))
        self._stopping = threading.Event()
        self._leaving = threading.Event()
        self._guard = threading.Lock()
        self._running: dict[threading.Thread, Order] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin to listen and say where, beside the lock.

        Raises:
            StorageError: there is no port to be had, or the file cannot be written.
        """
        import uvicorn

        token = secrets.token_urlsafe(32)
        try:
            listener = socket.create_server((HOST, 0))
        except OSError as error:
            raise StorageError(
                f"Nothing can listen on {HOST}: {error.strerror or error}", "Check the loopback interface."
            ) from error
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.app(token),
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_LAST_WORDS_S,
            )
        )
        run = self._server.run
        self._thread = threading.Thread(target=run, args=([listener],), name="assistant-desk", daemon=True)
        self._thread.start()
        self._assistant.announce(Address(port=listener.getsockname()[1], token=token))

    def app(self, token: str) -> Starlette:
        """The application: `GET /state`, and `POST /work` with an order, answered by JSON lines."""
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.trustedhost import TrustedHostMiddleware
        from starlette.routing import Route

        return Starlette(
            routes=[Route("/state", self._greet), Route("/work", self._work, methods=["POST"])],
            middleware=[
                Middleware(TrustedHostMiddleware, allowed_hosts=[HOST], www_redirect=False),
                Middleware(Gate, token=token),
            ],
        )

    def stop(self) -> None:
        """Have running work end: a sync after the file in hand, an answer at its next word; returns at once."""
        self._stopping.set()

    def finish(self, waiting: Callable[[str], None]) -> None:
        """Serve the terminals that are here to the end and no others, then close; harmless when not open.

        Args:
            waiting: told what is waited for, if that takes longer than a moment.
        """
        try:
            if self._server is not None:
                self._leaving.set()
                self._assistant.announce(None)
                self._see_off(self._server, waiting)
        finally:
            self.close()

    def _see_off(self, server: uvicorn.Server, waiting: Callable[[str], None]) -> None:
        """Wait until all terminals have gone, or for a while none had work to be done."""
        began = worked = time.monotonic()
        told = False
        while True:
            with self._guard:
                commands = sorted({order.command for order in self._running.values()})
            now = time.monotonic()
            if commands:
                worked = now
            elif not server.server_state.connections or now - worked > _BETWEEN_S:
                return
            if commands and not told and now - began > _UNTOLD_S:
                told = True
                waiting(", ".join(f"`{command}`" for command in commands))
            time.sleep(_POLL_S)

    def close(self, patience_s: float = 60.0) -> None:
        """Take no more work, let running changes end, then the server; harmless when not open."""
        self.stop()
        if self._server is None or self._thread is None:
            return
        self._assistant.announce(None)
        deadline = time.monotonic() + patience_s
        with self._guard:
            changes = [thread for thread, order in self._running.items() if order.changes]
        for change in changes:
            change.join(max(0.0, deadline - time.monotonic()))
        self._server.should_exit = True
        self._thread.join(_LAST_WORDS_S + 5)
        self._server = self._thread = None

    async def _greet(self, _request: Request) -> Response:
        from starlette.responses import Response

        # Whoever comes now waits for the home to be free.
        if self._stopping.is_set() or self._leaving.is_set():
            return Response(status_code=503)
        return Response(self._state.model_dump_json(), media_type="application/json")

    async def _work(self, request: Request) -> Response:
        from starlette.responses import PlainTextResponse, StreamingResponse

        try:
            order = ORDERS.validate_json(await request.body())
        except ValidationError:
            return PlainTextResponse("Not an order", status_code=422)
        return StreamingResponse(self._lines(order), media_type="application/jsonl")

    async def _lines(self, order: Order) -> AsyncIterator[str]:
        """The lines of an order's work, empty ones when it has nothing to tell for a while.

        The server closes this when the connection is lost, and the work is then left as well.
        """
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Line | None] = asyncio.Queue()
        left = threading.Event()

        def tell(line: Line | None) -> None:
            # Whoever has left hears no more, and after the end there is no loop to tell it in.
            if left.is_set():
                return
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(told.put_nowait, line)

        self._start(order, tell, lambda: left.is_set() or self._stopping.is_set())
        try:
            while True:
                try:
                    line = await asyncio.wait_for(told.get(), ALIVE_S)
                except TimeoutError:
                    yield "\n"
                    continue
                if line is None:
                    return
                yield line.model_dump_json() + "\n"
        finally:
            left.set()

    def _start(self, order: Order, tell: Callable[[Line | None], None], stopped: Callable[[], bool]) -> None:
        def run() -> None:
            try:
                self._run(order, tell, stopped)
            finally:
                with self._guard:
                    self._running.pop(thread, None)
                tell(None)

        thread = threading.Thread(target=run, name="assistant-order", daemon=True)
        with self._guard:
            self._running[thread] = order
            thread.start()

    def _run(self, order: Any, tell: Callable[[Line], None], stopped: Callable[[], bool]) -> None:
        try:
            work(self._assistant, order, tell, stopped, self._caveat)
        except Stopped:
            tell(Failed.of(OwnerError("The process that was to do the work is shutting down", "Run this again.")))
        except AssistantError as error:
            tell(Failed.of(error))
        except Exception:
            logger.exception("work of another process failed")
            problem = AssistantError(
                f"Something went wrong inside {self._who}", "Try again; if it happens again, see what it logged."
            )
            tell(Failed.of(problem))
