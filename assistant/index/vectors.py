"""Chroma, the vector index: derived from SQLite, checked at every start, rebuilt whenever it cannot be trusted.

A kill during a write can destroy a Chroma folder for good, even so that opening it crashes the process.
So a flag in SQLite is raised around writes, a fingerprint of the folder tells whether anything touched it
since, and in doubt a process of its own opens it first. What fails is set aside and made anew from the
vectors in SQLite.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.index.store import Store

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI

log = logging.getLogger(__name__)

COLLECTION = "passages"
#: Small batches keep queries responsive while a document is written.
_BATCH = 100
_PROBE_SECONDS = 120
_DIRTY = "vectors_dirty"
_FINGERPRINT = "vectors_fingerprint"

Progress = Callable[[str, int, int], None]


def open_client(folder: Path) -> ClientAPI:
    """A Chroma client on a folder, without telemetry."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return chromadb.PersistentClient(
        path=str(folder), settings=ChromaSettings(anonymized_telemetry=False, is_persistent=True)
    )


class VectorIndex:
    """The passages' vectors in Chroma, behind langchain-chroma for searching."""

    def __init__(self, folder: Path, store: Store, dimension: int) -> None:
        self._folder = folder
        self._store = store
        self._dimension = dimension
        self._client: ClientAPI | None = None
        self._collection: Any = None
        self._search: Any = None

    def open(self, progress: Progress | None = None) -> str | None:
        """Open the index, recovering it if need be.

        Returns:
            What had to be repaired, in words, or None.
        """
        clean = self._store.get_meta(_DIRTY) == "0"
        stored = self._store.get_meta(_FINGERPRINT)
        exists = self._folder.is_dir()
        repaired = None
        if exists and not (clean and stored == fingerprint(self._folder)) and not self._probe():
            aside = self._set_aside()
            repaired = f"the vector index was damaged; it was set aside as {aside.name} and rebuilt"
        elif not exists and self._store.passage_ids():
            repaired = "the vector index was missing; it was rebuilt"
        try:
            self._connect()
            self._reconcile(progress)
        except Exception:
            # Chroma raises errors of many kinds on damage the probe did not meet; the truth is elsewhere.
            log.warning("the vector index failed after opening; rebuilding it", exc_info=True)
            self._disconnect()
            aside = self._set_aside()
            repaired = f"the vector index was damaged; it was set aside as {aside.name} and rebuilt"
            self._connect()
            self._reconcile(progress)
        return repaired

    def apply(self, removed: Sequence[int], added: Sequence[int], progress: Progress | None = None) -> None:
        """Bring the index in step with SQLite after a transaction that marked it dirty."""
        for batch in _batches(list(removed)):
            self._collection.delete(ids=[str(i) for i in batch])
        self._upsert(list(added), progress)
        self.mark_clean()

    def mark_clean(self) -> None:
        """Note that the folder is in step with SQLite, and what it looks like now."""
        self._store.set_meta(**{_DIRTY: "0", _FINGERPRINT: fingerprint(self._folder)})

    def query(self, vector: np.ndarray, k: int, document_ids: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The k nearest passages as (id, cosine similarity), nearest first."""
        count = self._collection.count()
        if not count:
            return []
        scope = {"document": {"$in": list(document_ids)}} if document_ids else None
        hits = self._search.similarity_search_by_vector_with_relevance_scores(
            [float(x) for x in vector], k=min(k, count), filter=scope
        )
        return [(int(hit.metadata["passage"]), 1.0 - float(distance)) for hit, distance in hits]

    def count(self) -> int:
        """How many vectors the index holds."""
        return int(self._collection.count())

    def close(self) -> None:
        """Close Chroma; harmless when not open."""
        if self._client is not None:
            self._disconnect()
            if self._store.get_meta(_DIRTY) == "0":
                self.mark_clean()

    def _connect(self) -> None:
        from langchain_chroma import Chroma

        self._folder.mkdir(parents=True, exist_ok=True)
        self._client = open_client(self._folder)
        self._collection = self._client.get_or_create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        self._search = Chroma(collection_name=COLLECTION, client=self._client, embedding_function=None)

    def _disconnect(self) -> None:
        client, self._client, self._collection, self._search = self._client, None, None, None
        if client is not None:
            client.close()

    def _probe(self) -> bool:
        """Whether a process of its own can open and query the folder."""
        command = [sys.executable, "-m", "assistant.index.probe"]
        try:
            done = subprocess.run(
                [*command, str(self._folder), COLLECTION, str(self._dimension)],
                capture_output=True,
                timeout=_PROBE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        if done.returncode:
            log.info("probe of the vector index failed: %s", done.stderr.decode(errors="replace")[-300:])
        return done.returncode == 0

    def _set_aside(self) -> Path:
        aside = self._folder.with_name(f"{self._folder.name}.damaged-{time.time_ns()}")
        self._folder.rename(aside)
        return aside

    def _reconcile(self, progress: Progress | None) -> None:
        """Make the index hold exactly the passages of SQLite; vectors come from there."""
        wanted = self._store.passage_ids()
        if self._store.get_meta(_DIRTY) == "0" and self.count() == len(wanted):
            return
        present = set(self._ids())
        for batch in _batches(sorted(present - wanted)):
            self._collection.delete(ids=[str(i) for i in batch])
        self._upsert(sorted(wanted - present), progress)
        if self.count() != len(wanted):
            raise RuntimeError(f"{self.count()} vectors for {len(wanted)} passages")
        self.mark_clean()

    def _ids(self) -> Iterable[int]:
        offset = 0
        while page := self._collection.get(limit=5000, offset=offset, include=[])["ids"]:
            yield from map(int, page)
            offset += len(page)

    def _upsert(self, ids: list[int], progress: Progress | None) -> None:
        done = 0
        for batch in _batches(ids):
            rows = self._store.passage_vectors(batch)
            self._collection.upsert(
                ids=[str(row[0]) for row in rows],
                embeddings=[row[3] for row in rows],
                documents=[row[2] for row in rows],
                metadatas=[{"passage": row[0], "document": row[1]} for row in rows],
            )
            done += len(batch)
            if progress:
                progress("writing the vector index", done, len(ids))


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


def fingerprint(folder: Path) -> str:
    """A digest of the names, sizes and times of a folder's files: changes when anything in it changes."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            stat = path.stat()
            digest.update(f"{path.relative_to(folder)}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
