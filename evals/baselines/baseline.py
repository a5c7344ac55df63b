"""A baseline in the shape that a run asks: as our assistant is asked, so is it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.answering.answer import Answer, Turn
from assistant.errors import AssistantError, QuestionSetError
from assistant.index.ingest import AddResult
from assistant.settings import Settings
from evals.baselines.endpoints import Embedder, chat_endpoint, embedding_endpoint
from evals.baselines.environments import BaselineSpec
from evals.baselines.peer import Peer, PeerGoneError
from evals.baselines.texts import pages_of
from evals.home import Factory, Progress, list_documents
from evals.uncited import uncited_answer

_SERVE = Path(__file__).resolve().parent / "peers" / "serve.py"
#: Longest that starting (importing, on a busy disk) and one document (embedding it) may take, in seconds.
_OPEN_S, _ADD_S = 300.0, 1800.0
#: Calls of the chat model that one answer may take: a rewriting, an answer, a refinement, and one to spare.
_CALLS = 4


@dataclass(frozen=True)
class BaselineHit:
    """A chunk found; its offsets are within the page it was cut from, which may be the whole document."""

    document: str
    page: int | None
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class BaselineDocument:
    """A document that was indexed."""

    name: str


class Baseline:
    """A baseline's process, fed with our readers' text and asked over lines of JSON.

    Args:
        spec: which one.
        settings: which embedding and chat model.
        python: the interpreter of its environment.
        embedder: makes the vectors; the embedding model of the settings by default.
        extra: more variables of its process's environment.
    """

    def __init__(
        self,
        spec: BaselineSpec,
        settings: Settings,
        python: Path,
        *,
        embedder: Embedder | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.model_name = settings.chat_model
        self._spec, self._settings, self._python = spec, settings, python
        self._embedder, self._extra = embedder, extra
        self._names: list[str] = []
        self._open = ExitStack()
        self._started: Peer | None = None

    def open(self) -> None:
        """Load the embedding model, start the process and have it make an empty index.

        Raises:
            AssistantError: the model cannot be loaded or the process not be started.
        """
        embedder = self._embedder or _embedder(self._settings)
        folder = Path(self._open.enter_context(TemporaryDirectory(prefix="baseline-", ignore_cleanup_errors=True)))
        vectors = self._open.enter_context(embedding_endpoint(embedder))
        command = [str(self._python), str(_SERVE), self._spec.module]
        self._started = Peer(command, self._spec.title, folder / "log.txt", self._extra)
        self._open.callback(self._started.close)
        self._peer.ask("open", _OPEN_S, embeddings=vectors, folder=str(folder / "index"))

    def close(self) -> None:
        """End the process and remove what it stored; harmless when repeated."""
        self._started = None
        self._open.close()

    def warm(self) -> None:
        """Start the chat model and name it to the process."""
        chat = self._open.enter_context(chat_endpoint(self._settings))
        self._peer.ask("chat", _OPEN_S, chat=chat)

    def sync(self, folder: Path | None = None, *, progress: Progress | None = None) -> Sequence[AddResult]:
        """Have it take in every file of a folder."""
        files = list_documents(folder or self._settings.corpus)
        results = []
        for done, (name, path) in enumerate(sorted(files.items())):
            if progress is not None:
                progress(f"indexing, {self._spec.title}", done, len(files))
            try:
                pages = [{"page": page, "text": text} for page, text in pages_of(path)]
                chunks = self._peer.ask("add", _ADD_S, document=name, pages=pages)
                self._names.append(name)
                results.append(AddResult(name=name, status="added", passages=chunks))
            except PeerGoneError:
                raise
            except AssistantError as error:
                results.append(AddResult(name=name, status="failed", reason=str(error)))
        if progress is not None:
            progress(f"indexing, {self._spec.title}", len(files), len(files))
        return results

    def documents(self) -> Sequence[BaselineDocument]:
        """The indexed documents."""
        return [BaselineDocument(name) for name in self._names]

    def text(self, name: str) -> str:
        """Not kept: a baseline holds chunks only."""
        raise QuestionSetError("A baseline keeps no texts", "Measure it over a folder of documents.")

    def search(
        self, question: str, *, k: int = 5, documents: Sequence[str] | None = None, history: Sequence[Turn] = ()
    ) -> Sequence[BaselineHit]:
        """Its best k chunks."""
        asked = self._asked(question, documents, history)
        return [BaselineHit(**hit) for hit in self._peer.ask("search", self._limit_s, k=k, **asked)]

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        """What it answers; "I don't know" is a refusal."""
        told = self._peer.ask("ask", self._limit_s, **self._asked(question, documents, history))
        seen = [BaselineHit(**hit) for hit in told["seen"]]
        return uncited_answer(question, told["text"], model=self.model_name, total_ms=told["total_ms"], seen=seen)

    @staticmethod
    def _asked(question: str, documents: Sequence[str] | None, history: Sequence[Turn]) -> dict[str, Any]:
        return {
            "question": question,
            "documents": list(documents) if documents else None,
            "history": [{"role": turn.role, "content": turn.content} for turn in history],
        }

    @property
    def _limit_s(self) -> float:
        return _CALLS * self._settings.chat_timeout_s

    @property
    def _peer(self) -> Peer:
        if self._started is None:
            raise RuntimeError("open() comes first")
        return self._started


def _embedder(settings: Settings) -> Embedder:
    from assistant.models.embeddings import load_embeddings

    return load_embeddings(settings)


def baseline_factory(spec: BaselineSpec, python: Path) -> Factory:
    """Makes the baseline for a run."""
    return lambda settings: Baseline(spec, settings, python)
