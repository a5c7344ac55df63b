"""A GGUF chat model run by this program, served to it alone as an OpenAI-compatible endpoint on loopback."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from assistant.errors import ChatModelError
from assistant.models.catalog import ChatModelFile
from assistant.models.prefixes import PrefixStore, prefix_key

#: Tokens read between two looks at whether the asker has gone; 128 is as fast as 2,048.
_BATCH = 128
#: Memory for prompts set aside while another kind of prompt is read, in MiB.
_ASIDE_MIB = 256
#: Longest the model may take to load, and its process to end, in seconds.
_LOAD_S = 300.0
_END_S = 5.0
_MARK = "<<what changes begins here>>"
_REMEDY = "Free some memory or lower ASSISTANT_CHAT_CONTEXT_TOKENS; with ASSISTANT_CHAT_MODEL=none answers are quotes."
_log = logging.getLogger(__name__)

#: A message as the OpenAI protocol has it: {"role": ..., "content": ...}.
Message = dict[str, Any]


class EmbeddedServer:
    """The model in a process of its own, listening on a free loopback port under a random key.

    Construction starts the process and returns at once, so that other things can be done while the model
    loads; `wait` waits for it. As a context manager it is ready inside and ended outside. It answers one
    request at a time and queues the rest: two at once would share the same processor, and could not both
    begin from a prefix kept on disk.

    Args:
        model: which model `path` is.
        path: its verified file.
        context_tokens: prompt and answer together, in tokens.
        threads: processor threads.
        prefixes: folder for prompt prefixes that have been read.
        timeout_s: longest wait for one reply.
    """

    def __init__(
        self,
        model: ChatModelFile,
        path: Path,
        *,
        context_tokens: int,
        threads: int,
        prefixes: Path,
        timeout_s: float = 120.0,
    ) -> None:
        self.name = model.name
        self.api_key = secrets.token_urlsafe(32)
        self._store = PrefixStore(prefixes)
        self._identity: tuple[object, ...] = (model.sha256, context_tokens, _BATCH)
        self._timeout_s = timeout_s
        self._http: httpx.Client | None = None
        self._lock = threading.Lock()
        self._process = _start(
            {
                "path": str(path),
                "name": model.name,
                "context_tokens": context_tokens,
                "batch": _BATCH,
                "aside_mib": _ASIDE_MIB,
                "threads": threads,
                "prefixes": str(prefixes),
                "key": self.api_key,
            }
        )

    def wait(self) -> None:
        """Wait until the model is loaded.

        Raises:
            ChatModelError: it cannot be (memory, an unsuitable processor), or has been closed.
        """
        with self._lock:
            if self._http is not None:
                return
            told = self._first_line()
            if "url" not in told:
                self.close()
                raise ChatModelError(f"The chat model {self.name} could not be loaded: {told['error']}", _REMEDY)
            self._identity = (*self._identity, told["version"])
            self._http = httpx.Client(
                base_url=told["url"],
                headers={"Authorization": f"Bearer {self.api_key}"},
                timeout=self._timeout_s,
                trust_env=False,
            )

    @property
    def base_url(self) -> str:
        """Address for OpenAI clients, up to and including `/v1`; waits for the model.

        Raises:
            ChatModelError: see `wait`.
        """
        return str(self._client().base_url.join("/v1"))

    @property
    def process_id(self) -> int:
        """The number of the model's process."""
        return self._process.pid

    def warm(self, messages: Sequence[Message]) -> None:
        """Have the model read the messages every prompt begins with: from disk if they were read before.

        Raises:
            ChatModelError: the model's process does not answer.
        """
        text = self._rendered(messages)
        if not self.restore_prefix(text):
            self._post("/completion", prompt=text, n_predict=0, cache_prompt=True)
            self.save_prefix(text)

    def save_prefix(self, text: str) -> None:
        """Keep on disk what the model has just read, `text`; failing to is no error.

        Raises:
            ChatModelError: the model's process does not answer.
        """
        temporary = self._store.temporary_name()
        if temporary is None:
            return
        if self._slot("save", temporary):
            self._store.accept(self._key(text), temporary)
        else:
            self._store.drop(temporary)

    def restore_prefix(self, text: str) -> bool:
        """Bring back a prefix kept on disk; False if there is none that fits.

        Raises:
            ChatModelError: the model's process does not answer.
        """
        name = self._store.find(self._key(text))
        if name is None:
            return False
        restored = self._slot("restore", name)
        if not restored:
            self._store.drop(name)
        return restored

    def close(self) -> None:
        """End the process and with it any answer under way; harmless when repeated."""
        self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Only now: a thread that waits for the model to load holds the pipe until the process is gone.
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._http is not None:
            self._http.close()

    def __enter__(self) -> EmbeddedServer:
        self.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _first_line(self) -> dict[str, str]:
        """What the process says once the model is loaded, or why it said nothing."""
        if self._process.stdout is None or self._process.stdout.closed:
            return {"error": "it has been closed"}
        watchdog = threading.Timer(_LOAD_S, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            return {"error": f"its process ended with status {self._process.wait()}"}
        told: dict[str, str] = json.loads(line)
        return told

    def _rendered(self, messages: Sequence[Message]) -> str:
        """The prompt that these messages begin, up to where the person's next words would stand."""
        reply = self._post("/apply-template", messages=[*messages, {"role": "user", "content": _MARK}])
        return str(reply["prompt"]).partition(_MARK)[0]

    def _key(self, text: str) -> str:
        return prefix_key(*self._identity, text)

    def _slot(self, action: str, name: str) -> bool:
        """Save or restore the one slot; False if the server declines."""
        reply = self._send(f"/slots/0?action={action}", {"filename": name})
        if reply.is_error:
            _log.info("the chat model did not %s a prefix: %s", action, reply.text[:200])
        return reply.is_success

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        reply = self._send(path, body)
        if reply.is_error:
            raise ChatModelError(
                f"The chat model {self.name} cannot read the prompt's beginning (HTTP status {reply.status_code})",
                "Raise ASSISTANT_CHAT_CONTEXT_TOKENS.",
            )
        answer: dict[str, Any] = reply.json()
        return answer

    def _send(self, path: str, body: dict[str, Any]) -> httpx.Response:
        try:
            return self._client().post(path, json=body)
        except (httpx.HTTPError, RuntimeError) as error:
            raise ChatModelError(
                f"The chat model {self.name} does not answer ({type(error).__name__})", "Start the program again."
            ) from error

    def _client(self) -> httpx.Client:
        self.wait()
        if self._http is None:
            raise AssertionError("wait() returned without a client")
        return self._http


def _start(wanted: dict[str, Any]) -> subprocess.Popen[str]:
    """The model's process, told what to do. The key goes in by its input: others can read arguments."""
    # Threads that wait for one another by spinning waste the processor as soon as anything else runs on it, and
    # ones that sleep at once lose a fifth of their speed where nothing does: they spin for a moment, then sleep
    # (docs/experiments.md).
    environment = {"GOMP_SPINCOUNT": "1000"} | os.environ | {"GGML_NO_BACKTRACE": "1"}
    process = subprocess.Popen(
        # -P: the file's own folder is not searched for modules.
        [sys.executable, "-P", str(Path(__file__).with_name("serve.py"))],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    with contextlib.suppress(BrokenPipeError):
        if process.stdin is not None:
            process.stdin.write(json.dumps(wanted) + "\n")
            process.stdin.flush()
    return process
