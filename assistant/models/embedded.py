"""A GGUF chat model in this process, served to it alone as an OpenAI-compatible endpoint on loopback."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from assistant.errors import ChatModelError
from assistant.models.catalog import ChatModelFile
from assistant.models.prefixes import PrefixStore, prefix_key
from assistant.models.process import prepare_process

#: Tokens read between two looks at whether the asker has gone; 128 is as fast as 2,048 here.
_BATCH = 128
#: Memory for prompts set aside while another kind of prompt is read, in MiB.
_ASIDE_MIB = 256
#: Longest wait, in seconds, for a request given up to end before the server is left to die with the process.
_CLOSE_S = 10.0
_LOOPBACK = "127.0.0.1"
_MARK = "<<what changes begins here>>"
_log = logging.getLogger(__name__)

#: A message as the OpenAI protocol has it: {"role": ..., "content": ...}.
Message = dict[str, Any]


class EmbeddedServer:
    """The model, loaded and listening on a free loopback port under a random key; a context manager.

    It answers one request at a time and queues the rest: two at once would share the same processor and
    could not share one prefix read in advance.

    Args:
        model: which model `path` is.
        path: its verified file.
        context_tokens: prompt and answer together, in tokens.
        threads: processor threads.
        prefixes: folder for prompt prefixes that have been read.
        timeout_s: longest wait for one reply.

    Raises:
        ChatModelError: the model cannot be loaded (memory, an unsuitable processor).
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
        prepare_process()
        import xllamacpp

        self._store = PrefixStore(prefixes)
        self._identity = (model.sha256, xllamacpp.__version__, context_tokens, _BATCH)
        self.api_key = secrets.token_urlsafe(32)
        parameters = _parameters(model, path, context_tokens, threads, prefixes, self.api_key)
        try:
            self._server: Any = xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise ChatModelError(
                f"The chat model {model.name} could not be loaded: {error}",
                "Free some memory or lower ASSISTANT_CHAT_CONTEXT_TOKENS; ASSISTANT_CHAT_MODEL=none does without it.",
            ) from error
        self.base_url = f"{self._server.listening_address}/v1"
        self._http = httpx.Client(
            base_url=self._server.listening_address,
            headers={"Authorization": f"Bearer {self.api_key}"},
            timeout=timeout_s,
            trust_env=False,
        )
        # Let go of before its loop has begun, the server would never end: a reply proves that it has.
        self._busy()

    def warm(self, messages: Sequence[Message]) -> None:
        """Have the model read the messages every prompt begins with: from disk if they were read before.

        Raises:
            ChatModelError: the server does not answer.
        """
        text = self._rendered(messages)
        if not self.restore_prefix(text):
            self._post("/completion", prompt=text, n_predict=0, cache_prompt=True)
            self.save_prefix(text)

    def save_prefix(self, text: str) -> None:
        """Keep on disk what the model has just read; failing to is no error.

        Raises:
            ChatModelError: the server does not answer.
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
            ChatModelError: the server does not answer.
        """
        name = self._store.find(self._key(text))
        if name is None:
            return False
        restored = self._slot("restore", name)
        if not restored:
            self._store.drop(name)
        return restored

    def close(self) -> None:
        """Stop serving and free the memory; harmless when repeated.

        Whoever still reads an answer should have gone by now. A request that does not end in time is left
        to a thread that cannot keep the process alive.
        """
        server, self._server = self._server, None
        if server is None:
            return
        ending = threading.Thread(target=self._end, args=[[server]], name="end-chat-model", daemon=True)
        del server
        ending.start()
        ending.join(_CLOSE_S)

    def __enter__(self) -> EmbeddedServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _end(self, held: list[Any]) -> None:
        # Freed while it answers, the server would halt every thread of the process until it is done.
        try:
            while self._busy():
                time.sleep(0.05)
        except ChatModelError as error:
            _log.info("the chat model went before it was let go: %s", error)
        finally:
            self._http.close()
            held.clear()

    def _busy(self) -> bool:
        return any(slot["is_processing"] for slot in self._call("GET", "/slots").json())

    def _rendered(self, messages: Sequence[Message]) -> str:
        reply = self._post("/apply-template", messages=[*messages, {"role": "user", "content": _MARK}])
        return str(reply["prompt"]).partition(_MARK)[0]

    def _key(self, text: str) -> str:
        return prefix_key(*self._identity, text)

    def _slot(self, action: str, name: str) -> bool:
        """Save or restore the one slot; False if the server declines."""
        reply = self._call("POST", f"/slots/0?action={action}", {"filename": name}, expect_ok=False)
        if reply.is_error:
            _log.info("the chat model did not %s a prefix: %s", action, reply.text[:200])
        return reply.is_success

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        reply: dict[str, Any] = self._call("POST", path, body).json()
        return reply

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, expect_ok: bool = True
    ) -> httpx.Response:
        try:
            reply = self._http.request(method, path, json=body)
            return reply.raise_for_status() if expect_ok else reply
        except (httpx.HTTPError, RuntimeError) as error:
            raise ChatModelError(
                f"The embedded chat model does not answer ({type(error).__name__})", "Start the program again."
            ) from error


def _parameters(model: ChatModelFile, path: Path, context_tokens: int, threads: int, prefixes: Path, key: str) -> Any:
    """The server's parameters; what is not set here keeps the library's default."""
    from xllamacpp import CommonParams

    parameters = CommonParams()
    parameters.hostnames = [_LOOPBACK]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.model.path = str(path)
    # Replies name the model; without an alias they would name the file's path.
    parameters.model_alias = {model.name}
    parameters.n_ctx = context_tokens
    parameters.n_batch = _BATCH
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.cache_prompt = True
    parameters.cache_ram_mib = _ASIDE_MIB
    # The library joins folder and name as they are, so the separator has to be there.
    parameters.slot_save_path = f"{prefixes}/"
    parameters.fit_params = False
    parameters.offline = True
    parameters.ui = False
    parameters.verbosity = -1
    return parameters
