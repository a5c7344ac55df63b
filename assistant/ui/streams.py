"""What ends a tab's stream of news when none is due any more."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any

from starlette.datastructures import QueryParams

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_STREAM_ROUTE = "/gradio_api/queue/data"
#: Seconds between two looks at an open stream. A stream in use costs a look a time and is left as it is.
LOOK_S = 0.5


class IdleStreams:
    """ASGI middleware: ends a stream over which nothing is due.

    Gradio ends a tab's stream with the last event that is under way. Where a page learns that its event was taken
    after the news of its end (its request waited for a connection), it opens another stream, which nothing ends before
    the tab's next event. A browser has six connections to a server: once idle streams hold those that watched answers
    leave, no event of any tab gets through, and a click on Stop waits for ever.
    """

    def __init__(self, app: ASGIApp, blocks: Any) -> None:
        self._app = app
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; keep an eye on it if it is a stream."""
        if scope["type"] != "http" or scope["path"] != _STREAM_ROUTE:
            await self._app(scope, receive, send)
            return
        tab = QueryParams(scope["query_string"]).get("session_hash", "")
        watch = asyncio.create_task(self._watch(tab))
        try:
            await self._app(scope, receive, send)
        finally:
            watch.cancel()

    async def _watch(self, tab: str) -> None:
        from gradio.server_messages import ProcessCompletedMessage

        queue = self._blocks._queue
        while True:
            await asyncio.sleep(LOOK_S)
            news = queue.pending_messages_per_session.get(tab)
            if news is not None and news.empty() and not queue.pending_event_ids_session.get(tab):
                # The end of an event that never was: with it Gradio ends the stream, unless an event came meanwhile.
                news.put_nowait(ProcessCompletedMessage(event_id=secrets.token_hex(16), output={}, success=True))
