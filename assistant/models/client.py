"""The one kind of chat model the chain knows: an OpenAI-compatible endpoint, here or elsewhere."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.errors import SettingsError
from assistant.models.explain import shown_url
from assistant.models.leaving import Left, never, whether_stopped

#: Longest wait for a connection, in seconds; the answer itself may take the whole of `chat_timeout_s`.
_CONNECT_S = 10.0
#: Longest wait, in seconds, for threads whose connection was broken off to notice.
_CLOSE_S = 5.0
#: How often it is looked whether somebody still waits for a reply, in seconds.
_LOOK_S = 0.05
_log = logging.getLogger(__name__)


def checked_base_url(url: str) -> str:
    """The endpoint's address as it was given.

    Raises:
        SettingsError: it is not an http(s) address with a host.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(
            f"ASSISTANT_CHAT_BASE_URL is not an address: {shown_url(url)}",
            "Give one such as http://127.0.0.1:11434/v1.",
        )
    return url


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine and must not go through a proxy."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Endpoint:
    """An OpenAI-compatible chat endpoint.

    `runnable` is its LangChain chat model, temperature 0, streaming over connections that `close` can break
    off from another thread. What it is asked within `leaving.asking` is broken off when nobody waits for it any more,
    also while it reads the prompt and has nothing to say yet.

    Args:
        base_url: address up to and including `/v1`.
        api_key: sent as the bearer token.
        model: the model's name there.
        answer_tokens: longest answer, in tokens.
        timeout_s: longest silence, in seconds.
        retries: attempts after the first, before an answer has begun.
    """

    def __init__(
        self, base_url: str, api_key: SecretStr, model: str, *, answer_tokens: int, timeout_s: float, retries: int
    ) -> None:
        self._sockets: list[socket.socket] = []
        self._under_way = 0
        self._changed = threading.Condition()
        timeout = httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s))
        trust_env = not is_loopback(base_url)
        self._http = httpx.Client(
            timeout=timeout,
            trust_env=trust_env,
            event_hooks={"request": [self._watch]},
            follow_redirects=False,
            # A connection for each request: whoever opens one is the only one whose request it ever carries.
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self.runnable = ChatOpenAI(
            base_url=base_url,
            api_key=api_key,
            model=model,
            temperature=0,
            max_completion_tokens=answer_tokens,
            timeout=timeout,
            max_retries=retries,
            http_client=self._http,
            http_async_client=httpx.AsyncClient(timeout=timeout, trust_env=trust_env),
            use_responses_api=False,
            # Proxies are the HTTP client's business; one set for another service must not apply here.
            openai_proxy="",
        )

    def close(self) -> None:
        """Break off what is under way and let no more through; harmless when repeated."""
        with self._changed:
            for each in self._sockets:
                _break_off(each)
            ended = self._changed.wait_for(lambda: self._under_way <= 0, _CLOSE_S)
        if ended:
            self._http.close()
        else:
            _log.warning("an answer under way did not end; its connection is left to it")

    def _watch(self, request: httpx.Request) -> None:
        # What was broken off is tried once more by the client, which knows nothing of who waits.
        if whether_stopped()():
            raise Left
        request.extensions = {**request.extensions, "trace": self._trace}

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """Keep count of open connections and requests under way, from the events httpcore documents."""
        with self._changed:
            if event.endswith(("connect_tcp.complete", "start_tls.complete")):
                opened = info["return_value"].get_extra_info("socket")
                self._sockets = [each for each in self._sockets if each.fileno() >= 0]
                self._sockets.append(opened)
                # The request is sent by the thread that asks, and in its context.
                if (stopped := whether_stopped()) is not never:
                    threading.Thread(
                        target=_guard, args=(opened, stopped), name="assistant-request", daemon=True
                    ).start()
            elif event == "http11.send_request_headers.started":
                self._under_way += 1
            elif event == "http11.response_closed.complete":
                self._under_way -= 1
                self._changed.notify_all()


def _break_off(opened: socket.socket) -> None:
    """End what goes on over a connection; whoever waits for something from it is told that it is lost."""
    # Closing a socket that another thread waits on would neither wake that thread nor be safe: the next socket
    # opened may get the same number, and the thread would then read from that.
    with contextlib.suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)


def _guard(opened: socket.socket, stopped: Callable[[], bool]) -> None:
    """Break a connection off as soon as nobody waits for what comes over it; ends when it is closed."""
    while opened.fileno() >= 0:
        if stopped():
            _break_off(opened)
            return
        time.sleep(_LOOK_S)
