"""A home while a process uses it: its database, its lock, and once it is opened the index and what works on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.documents.options import ReadOptions
from assistant.documents.parser import ParserProcess, ReadLimits
from assistant.errors import IndexMismatchError, StorageError
from assistant.index.ingest import Embedder, Library
from assistant.index.lock import Address, HomeLock
from assistant.index.originals import Originals
from assistant.index.store import Store
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.index.vectors import Progress, VectorIndex
    from assistant.retrieval.engine import Engine

#: Seconds that somebody who waits for the picture of a page is left waiting.
_DRAWING_S = 20.0


def parser_of(settings: Settings, most_s: float | None = None) -> ParserProcess:
    """The process that files are read in, as the settings have it; for `most_s` seconds each where that is less."""
    seconds = settings.reading_timeout_s
    limits = ReadLimits(seconds if most_s is None else min(seconds, most_s), settings.reading_memory_mb)
    options = ReadOptions(ocr=settings.ocr, ocr_languages=settings.ocr_languages, ocr_pages=settings.ocr_pages)
    return ParserProcess(limits, options, settings.password_file)


@dataclass(frozen=True)
class OpenIndex:
    """What exists while the index is open."""

    embedder: Any
    vectors: VectorIndex
    parser: ParserProcess
    ingest: Library
    engine: Engine


class Home:
    """The folder that everything lies in. Documents can be listed without its lock; the index has one owner.

    Args:
        settings: where it is, and what its index is made with.

    Attributes:
        guard: held while it is opened or closed.
        store: its database, opened by `readable` or `open`.
        originals: the files that its documents were made from.
        opened: the index, while it is open.
        repaired: what was mended when it was opened; None if nothing was.
    """

    def __init__(self, settings: Settings) -> None:
        self.guard = threading.RLock()
        self.store = Store(settings.home)
        self.originals = Originals(self.store, lambda: parser_of(settings, _DRAWING_S), settings.max_bytes)
        self.opened: OpenIndex | None = None
        self.repaired: str | None = None
        self._settings = settings
        self._lock = HomeLock(settings.home)

    def claim(self) -> None:
        """Take the lock, creating the folder if it is missing; nothing is opened.

        Raises:
            HomeLockedError: another process owns the home.
            StorageError: the home cannot be written.
        """
        folder = self._settings.home
        try:
            # The texts in it are those of files that other users of the machine may not be allowed to read.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The home {folder} cannot be created: {error.strerror or error}",
                "Set ASSISTANT_HOME to a folder you can write to.",
            ) from error
        with self.guard:
            self._lock.acquire()

    def announce(self, address: Address | None) -> None:
        """Say beside the lock where this owner takes the work of other processes, None: nowhere any more.

        Raises:
            StorageError: the home cannot be written.
        """
        self._lock.announce(address)

    def readable(self) -> bool:
        """Whether there is a database; it is open then."""
        if not self.store.exists:
            return False
        self.store.open()
        return True

    def open(self, progress: Progress | None = None, claimed: Callable[[], None] | None = None) -> OpenIndex:
        """Take the lock and open the index, repairing it where need be; `claimed` is called between the two.

        Raises:
            HomeLockedError: another process owns the home.
            IndexMismatchError: the index was made with another embedding model.
            StorageError: the home cannot be written.
        """
        opened = self.opened
        if opened is not None:
            # The guard may be held for as long as a chat model takes to load.
            return opened
        with self.guard:
            if self.opened is None:
                self.claim()
                if claimed is not None:
                    claimed()
                try:
                    self.opened = self._open(progress)
                except BaseException:
                    self.close()
                    raise
            return self.opened

    def _open(self, progress: Progress | None) -> OpenIndex:
        from assistant.index.vectors import VectorIndex
        from assistant.models.embeddings import load_embeddings
        from assistant.models.process import prepare_process
        from assistant.models.reranker import load_reranker
        from assistant.retrieval.engine import Engine, Weights

        prepare_process()
        settings, store = self._settings, self.store
        store.open()
        embedder = load_embeddings(settings)
        self._check_embedding(embedder)
        vectors = VectorIndex(settings.home / "chroma", store)
        self.repaired = vectors.open(progress)
        parser = parser_of(settings)
        library = Library(store, vectors, embedder, parser, settings.passage_tokens, settings.max_bytes)
        reranker = load_reranker(settings)
        weights = Weights(settings.lexical_weight, settings.aimed_weight)
        engine = Engine(store, vectors, embedder, settings.candidates, settings.passages, reranker, weights)
        return OpenIndex(embedder, vectors, parser, library, engine)

    def _check_embedding(self, embedder: Embedder) -> None:
        name, dimension = embedder.name, str(embedder.dimension)
        stored = (self.store.get_meta("embedding_model"), self.store.get_meta("embedding_dimension"))
        if stored == (None, None):
            self.store.set_meta(embedding_model=name, embedding_dimension=dimension, vectors_dirty="1")
        elif stored != (name, dimension):
            raise IndexMismatchError(
                f"The index was made with the embedding model {stored[0]} ({stored[1]} dimensions), "
                f"not {name} ({dimension})",
                "Set ASSISTANT_EMBEDDING_MODEL back, or run `assistant doctor --reembed`: everything is embedded anew "
                "from the stored text.",
            )

    def reembed(self, progress: Progress | None = None) -> int:
        """Embed all documents anew with the model of the settings, from the stored text; how many texts.

        Interrupted, it goes on where it stopped when it is called again; until it is through, the index is as it was.
        None are embedded if the index was made with this very model. The home is closed before and after.

        Raises:
            HomeLockedError: another process owns the home.
            StorageError: the home cannot be written.
        """
        from assistant.index.reembed import reembed
        from assistant.models.embeddings import load_embeddings
        from assistant.models.process import prepare_process

        if not self.store.exists:
            return 0
        with self.guard:
            self.close()
            try:
                self.claim()
                self.store.open()
                prepare_process()
                return reembed(self.store, load_embeddings(self._settings), progress)
            finally:
                self.close()

    def close(self) -> None:
        """Give back files, processes and the lock; harmless when called twice."""
        with self.guard:
            if self.opened is not None:
                self.opened.parser.close()
                self.opened.vectors.close()
            self.originals.close()
            self.opened = None
            self.store.close()
            self._lock.release()
