"""Our two models for the baselines, over loopback: embeddings and chat, as OpenAI-compatible servers."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import QuestionSetError
from assistant.settings import Settings

if TYPE_CHECKING:
    from evals.baselines.peers.serve import ChatEndpoint, Endpoint

#: Largest request that is read, in bytes.
_MAX_BYTES = 64 << 20


class Embedder(Protocol):
    """What makes the vectors."""

    @property
    def name(self) -> str:
        """Name of the model."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A vector for each text."""


class _EmbeddingServer(ThreadingHTTPServer):
    """Answers `POST /v1/embeddings` of those who hold the key, one request at a time."""

    daemon_threads = True

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(("127.0.0.1", 0), _EmbeddingHandler)
        self.embedder = embedder
        self.key = secrets.token_urlsafe(32)
        self._turn = threading.Lock()

    def vectors(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text."""
        with self._turn:
            return self.embedder.embed_documents(list(texts))


class _EmbeddingHandler(BaseHTTPRequestHandler):
    server: _EmbeddingServer

    def do_POST(self) -> None:
        """Answer a request for embeddings."""
        given = self.headers.get("Authorization", "")
        length = int(self.headers.get("Content-Length") or 0)
        if not secrets.compare_digest(given.encode(), f"Bearer {self.server.key}".encode()):
            self._reply(401, {"error": {"message": "wrong key"}})
        elif self.path != "/v1/embeddings" or not 0 < length <= _MAX_BYTES:
            self._reply(404, {"error": {"message": "only /v1/embeddings is here"}})
        else:
            self._embed(json.loads(self.rfile.read(length)))

    def _embed(self, wanted: Any) -> None:
        texts = wanted.get("input")
        texts = [texts] if isinstance(texts, str) else texts
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            self._reply(400, {"error": {"message": "'input' has to be texts"}})
            return
        rows = [
            {"object": "embedding", "index": place, "embedding": vector}
            for place, vector in enumerate(self.server.vectors(texts))
        ]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        self._reply(200, {"object": "list", "model": self.server.embedder.name, "data": rows, "usage": usage})

    def _reply(self, status: int, told: Any) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""


@contextmanager
def embedding_endpoint(embedder: Embedder) -> Iterator[Endpoint]:
    """Serve an embedding model on a free loopback port under a random key."""
    with _EmbeddingServer(embedder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield {
                "url": f"http://127.0.0.1:{server.server_address[1]}/v1",
                "key": server.key,
                "model": embedder.name,
            }
        finally:
            server.shutdown()


@contextmanager
def chat_endpoint(settings: Settings) -> Iterator[ChatEndpoint]:
    """The chat model of the settings: the embedded one, started for this, or the server that they name.

    Raises:
        QuestionSetError: there is no chat model.
        AssistantError: it cannot be loaded.
    """
    if settings.chat_base_url is not None:
        key = settings.chat_api_key.get_secret_value() if settings.chat_api_key else "none"
        yield _chat(settings, settings.chat_base_url, key)
        return
    from assistant.models.catalog import CHAT_MODELS
    from assistant.models.embedded import EmbeddedServer
    from assistant.models.files import path_of, place_of

    model = CHAT_MODELS.get(settings.chat_model)
    if model is None or not place_of(model, settings.models_dir).exists():
        raise QuestionSetError("There is no chat model to ask", "Run `assistant models pull` or name a server.")
    with EmbeddedServer(
        model,
        path_of(model, settings.models_dir),
        context_tokens=settings.chat_context_tokens,
        threads=settings.chat_threads,
        prefixes=settings.models_dir / "prefixes",
        timeout_s=settings.chat_timeout_s,
    ) as server:
        yield _chat(settings, server.base_url, server.api_key)


def _chat(settings: Settings, url: str, key: str) -> ChatEndpoint:
    return {
        "url": url,
        "key": key,
        "model": settings.chat_model,
        "context_tokens": settings.chat_context_tokens,
        "answer_tokens": settings.answer_tokens,
        "timeout_s": settings.chat_timeout_s,
    }
