"""Serving the page on loopback: the port is taken first, the page is up at once, the rest follows."""

from __future__ import annotations

import contextlib
import errno
import gc
import logging
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from assistant.errors import PortInUseError, SettingsError
from assistant.owner.desk import Desk
from assistant.settings import LOOPBACK_HOSTS
from assistant.signals import on_signals
from assistant.ui.startup import Startup

if TYPE_CHECKING:
    from assistant.facade import Assistant
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

#: Seconds that open connections get to end by themselves; pages hold one open for as long as they are shown.
LAST_WORDS_S = 2


def serve(assistant: Assistant, settings: Settings, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the page until SIGINT or SIGTERM, then let running work end and close the assistant.

    Args:
        assistant: not yet open; it is opened, synced and warmed behind the page, and closed at the end.
        settings: home, corpus and limits.
        host: a loopback name or address.
        port: 1-65535, or 0 for any free one.
        on_ready: called with the page's address once it can be reached.

    Raises:
        SettingsError: `host` is not loopback, or `port` cannot be used.
        PortInUseError: another program listens on `port`.
        StorageError: the home folder cannot be written.
        AssistantError: whatever kept the assistant from opening; the page is closed again then.
    """
    # A library says that it could not use a proxy that nothing here uses. Its own silence is lost where threads
    # that import at the same time put the filters back, so this one is set before there are any.
    warnings.filterwarnings("ignore", message="SOCKS support in urllib3")
    listener = bind(host, port)
    with contextlib.closing(listener):
        _run(assistant, settings, listener, f"http://{_shown(host)}:{listener.getsockname()[1]}", on_ready)


def _run(
    assistant: Assistant,
    settings: Settings,
    listener: socket.socket,
    url: str,
    on_ready: Callable[[str], None],
) -> None:
    import uvicorn

    from assistant.ui.app import build_app, drop_leftovers

    left, built = threading.Event(), threading.Event()
    made: list[Any] = []

    def opened() -> None:
        desk.open()
        built.wait()
        for app in made:
            drop_leftovers(app.state.incoming)
            app.state.copies.sweep()

    # Opening the home and loading the models begins before the page is made, which takes as long.
    startup = Startup(assistant, settings, opened, left.set)
    desk = Desk(assistant, settings, "the chat", lambda: startup.caveat)
    # Gradio counts the working folder among those whose files it may serve: give it one with nothing in it.
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
        startup.start()
        # Importing makes objects by the hundred thousand that all stay; looking for garbage meanwhile costs a second.
        gc.disable()
        try:
            app = build_app(assistant, settings, startup)
        except BaseException:
            built.set()
            _close(desk, startup)
            raise
        finally:
            gc.enable()
        made.append(app)
        built.set()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                if not self.should_exit:
                    on_ready(url)

            async def on_tick(self, counter: int) -> bool:
                return await super().on_tick(counter) or left.is_set()

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                startup.stop()
                desk.stop()
                # Ends the connection that every open page holds: else each shutdown waits its full time.
                app.state.gradio.stop_event.set()
                await super().shutdown(sockets)

        server = Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                timeout_graceful_shutdown=LAST_WORDS_S,
            )
        )
        try:
            with _signals(server):
                server.run(sockets=[listener])
        finally:
            _close(desk, startup)
    if startup.error:
        raise startup.error


def _close(desk: Desk, startup: Startup) -> None:
    """Let the work of other processes end, then our own."""
    try:
        desk.close()
    finally:
        startup.close()


@contextlib.contextmanager
def _signals(server: Any) -> Iterator[None]:
    """Make SIGINT and SIGTERM end the server and no more: uvicorn raises them again once it has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(*_: object) -> None:
        server.should_exit = True

    with on_signals(leave):
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening place on loopback, taken before anything slow happens.

    Raises:
        SettingsError: the host is not loopback, or the port cannot be used.
        PortInUseError: the port is taken.
    """
    if host not in LOOPBACK_HOSTS:
        raise SettingsError(
            f"The page is not served on {host}: it is for this machine only until there is a login",
            "Use --host 127.0.0.1.",
        )
    if not 0 <= port <= 65535:
        raise SettingsError(f"{port} is not a port", "Use --port with a number from 1 to 65535.")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            # A restart must not wait for old connections; on Windows this would steal a taken port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"Port {port} is in use by another program, or the chat is open there already",
                f"Use --port {_other(port)}, or stop that program.",
            ) from error
        raise SettingsError(
            f"Port {port} on {host} cannot be used: {error.strerror or error}", "Use --port 7860."
        ) from error
    return listener


def _other(port: int) -> int:
    return port + 1 if port < 65535 else port - 1


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
