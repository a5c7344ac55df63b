"""Models that need no files: an embedder that hashes stems, a chat model that says what it was told to say."""

from __future__ import annotations

import math
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from assistant.answering.words import content_stems, words


class FakeEmbedder:
    """A bag of stems hashed to a unit vector: texts that share words are near, the same on every machine.

    `calls` holds the texts of every call of `encode`; `fail_after` makes the call with that number raise.
    """

    def __init__(self, name: str = "fake", dimension: int = 64, fail_after: int | None = None) -> None:
        self.name = name
        self.dimension = dimension
        self.calls: list[list[str]] = []
        self.fail_after = fail_after

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> np.ndarray:
        self.calls.append(list(texts))
        if self.fail_after is not None and len(self.calls) > self.fail_after:
            raise RuntimeError("the embedder was told to fail")
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for stem in content_stems(text) or ["(nothing)"]:
                digest = zlib.crc32(stem.encode())
                vectors[row, digest % self.dimension] += 1.0 if digest & 0x10000 else -1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
            if progress:
                progress(row + 1, len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [max(1, len(words(text))) for text in texts]


class ScriptedChat(BaseChatModel):
    """Gives the replies it was told to give, in order, streamed in small pieces.

    `seen` holds the messages of every request and `options` what was bound to it. Asked without a reply left,
    it fails the test.
    """

    model_name: str = "scripted"
    piece: int = 7
    _replies: deque[tuple[str, list[dict[str, Any]] | None, Exception | None]] = PrivateAttr(default_factory=deque)
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)
    _options: list[dict[str, Any]] = PrivateAttr(default_factory=list)

    def enqueue(
        self, text: str = "", *, logprobs: list[dict[str, Any]] | None = None, error: Exception | None = None
    ) -> ScriptedChat:
        """Add a reply. `logprobs` are OpenAI-style tokens on its first piece; `error` breaks off behind the text."""
        self._replies.append((text, logprobs, error))
        return self

    @property
    def seen(self) -> list[list[BaseMessage]]:
        return self._seen

    @property
    def options(self) -> list[dict[str, Any]]:
        return self._options

    @property
    def left(self) -> int:
        return len(self._replies)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _next(
        self, messages: list[BaseMessage], options: dict[str, Any]
    ) -> tuple[str, list[dict[str, Any]] | None, Exception | None]:
        self._seen.append(list(messages))
        self._options.append(dict(options))
        assert self._replies, "the chat model was asked and no reply was enqueued"
        return self._replies.popleft()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text, logprobs, error = self._next(messages, kwargs)
        if error:
            raise error
        meta = {"logprobs": {"content": logprobs}} if logprobs else {}
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text, response_metadata=meta))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        text, logprobs, error = self._next(messages, kwargs)
        for start in range(0, max(len(text), 1), self.piece):
            meta = {"logprobs": {"content": logprobs}} if logprobs and start == 0 else {}
            message = AIMessageChunk(content=text[start : start + self.piece], response_metadata=meta)
            yield ChatGenerationChunk(message=message)
        if error:
            raise error


class GradualChat(ScriptedChat):
    """Streams what it was told to say piece by piece, each once it is let go.

    `given` counts the pieces; `closed` is set when a reply is closed before its end.
    """

    _let: threading.Semaphore = PrivateAttr(default_factory=lambda: threading.Semaphore(0))
    _given: int = PrivateAttr(default=0)
    _closed: threading.Event = PrivateAttr(default_factory=threading.Event)

    @property
    def let(self) -> threading.Semaphore:
        return self._let

    @property
    def given(self) -> int:
        return self._given

    @property
    def closed(self) -> threading.Event:
        return self._closed

    def _stream(self, *given: Any, **options: Any) -> Iterator[ChatGenerationChunk]:
        try:
            for chunk in super()._stream(*given, **options):
                assert self._let.acquire(timeout=120)
                self._given += 1
                yield chunk
        except GeneratorExit:
            self._closed.set()
            raise


def logprob(token: str, **options: float) -> dict[str, Any]:
    """One OpenAI-style token: its text and the log probabilities of the alternatives by text."""
    top = [{"token": text, "logprob": value} for text, value in options.items()]
    return {"token": token, "logprob": 0.0, "top_logprobs": top}


def likeness(_model: object, row: object) -> float:
    """In the place of `KernelModel.probability`: whatever shares words with the question answers it.

    The fitted models are made for the real embedding model's similarities, not for those of hashed stems.
    """
    similarity = getattr(row, "cosine", None)
    if similarity is None:
        similarity = getattr(row, "best_cosine", 0.0)
    return 1.0 / (1.0 + math.exp(-40.0 * (similarity - 0.1)))
