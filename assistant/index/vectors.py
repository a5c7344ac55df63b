"""Chroma, the vector index: derived from SQLite, checked at every start, rebuilt whenever it cannot be trusted.

A kill during a write can destroy a Chroma folder for good, even so that opening it crashes the process.
So a flag in SQLite is raised around writes, a fingerprint of the folder tells whether anything touched it
since, and in doubt a process of its own opens it first. What fails is set aside and made anew from the
vectors in SQLite.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import StorageError
from assistant.index.probe import sound
from assistant.index.store import Store
from assistant.index.underway import Underway

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
    """The passages' vectors in Chroma, behind langchain-chroma for searching.

    Args:
        folder: Chroma's own folder.
        store: the open database that holds the truth.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._behind = False
        self._underway = Underway()
        # Held while a change becomes what searches see: for a commit, no longer.
        self._turning = threading.Lock()
        # Held while the client is used for searching, or goes away and comes back under the searches.
        self._searching = threading.RLock()
        self._client: ClientAPI | None = None
        self._collection: Any = None
        self._search: Any = None

    def open(self, progress: Progress | None = None) -> str | None:
        """Open the index, recovering it if need be.

        Returns:
            What had to be repaired, in words, or None.

        Raises:
            StorageError: the folder cannot be written.
        """
        clean = self._store.get_meta(_DIRTY) == "0"
        stored = self._store.get_meta(_FINGERPRINT)
        exists = self._folder.exists()
        if exists and not (clean and stored == fingerprint(self._folder)) and not self._probe():
            return self._rebuild(progress)
        try:
            self._connect()
            self._reconcile(progress)
        except Exception:
            # Chroma raises errors of many kinds on damage the probe did not meet; the truth is elsewhere.
            log.info("the vector index failed after opening", exc_info=True)
            return self._rebuild(progress)
        missing = not exists and self.count()
        return "the vector index was missing; it was rebuilt" if missing else None

    @contextmanager
    def committing(self, change: Underway) -> Iterator[None]:
        """Around the commit of a change in SQLite: searches wait for it and then see all of it, none if it fails."""
        with self._turning:
            before, self._underway = self._underway, change
            try:
                yield
            except BaseException:
                self._underway = before
                raise

    def apply(self, removed: Sequence[int], added: Sequence[int], progress: Progress | None = None) -> None:
        """Bring the index in step with SQLite after a transaction that marked it dirty.

        Searches see all of the change since it was `committing`, however long Chroma takes over it. What Chroma refuses
        to write is mended as when opening: the index is made anew.

        Raises:
            StorageError: that failed as well; the documents are safe, the next start tries again.
        """
        behind, self._behind = self._behind, True
        try:
            if behind:
                self._reconcile(progress)
            else:
                self._delete(removed)
                self._upsert(list(added), progress)
                self.mark_clean()
        except Exception:
            log.info("the vector index could not be written", exc_info=True)
            self._rebuild(progress)
        self._behind = False
        with self._turning:
            self._underway = Underway()

    def mend(self) -> str | None:
        """Hold every vector against SQLite and put right what is not as it should be.

        Returns:
            What was done, in words, or None if all was well.

        Raises:
            StorageError: the folder cannot be written.
        """
        wanted, present = self._store.passage_ids(), set(self._ids())
        done = [f"{len(present - wanted)} vectors without a passage removed"] if present - wanted else []
        done += [f"{len(wanted - present)} missing vectors added"] if wanted - present else []
        if done:
            self._store.set_meta(**{_DIRTY: "1"})
            self._reconcile(None)
        return ", ".join(done) or (None if sound(self._collection, self._store) else self._rebuild(None))

    def mark_clean(self) -> None:
        """Note that the folder is in step with SQLite, and what it looks like now."""
        self._store.set_meta(**{_DIRTY: "0", _FINGERPRINT: fingerprint(self._folder)})

    def query(self, vector: np.ndarray, k: int, document_ids: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The k nearest passages as (id, cosine similarity), nearest first."""
        # Looked at first: what has left it by the time Chroma is asked is in Chroma.
        with self._turning:
            underway = self._underway
        stale = underway.stale
        found = [each for each in self._held(vector, k + len(stale), document_ids) if each[0] not in stale]
        found += underway.near(vector, document_ids)
        return sorted(found, key=lambda each: -each[1])[:k]

    def _held(self, vector: np.ndarray, k: int, document_ids: Sequence[int] | None) -> list[tuple[int, float]]:
        """The k nearest passages of those in Chroma."""
        with self._searching:
            count = self.count()
            if not count:
                return []
            scope = {"document": {"$in": list(document_ids)}} if document_ids else None
            hits = self._search.similarity_search_by_vector_with_relevance_scores(
                [float(x) for x in vector], k=min(k, count), filter=scope
            )
        return [(int(hit.metadata["passage"]), 1.0 - float(distance)) for hit, distance in hits]

    def count(self) -> int:
        """How many vectors the index holds.

        Raises:
            StorageError: it is not open, for want of disk space or permissions.
        """
        if self._collection is None:
            raise StorageError("The vector index is not open", "Check disk space and permissions, then start again.")
        return int(self._collection.count())

    def close(self) -> None:
        """Close Chroma; harmless when not open."""
        if self._client is not None:
            self._disconnect()
            if self._store.get_meta(_DIRTY) == "0":
                self.mark_clean()

    def _connect(self) -> None:
        from langchain_chroma import Chroma

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._client = open_client(self._folder)
        self._collection = self._client.get_or_create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        self._search = Chroma(collection_name=COLLECTION, client=self._client, embedding_function=None)

    def _disconnect(self) -> None:
        with self._searching:
            client, self._client, self._collection, self._search = self._client, None, None, None
            if client is not None:
                client.close()

    def _probe(self) -> bool:
        """Whether a process of its own can open the folder and finds its vectors right."""
        command = [sys.executable, "-P", "-m", "assistant.index.probe"]
        try:
            done = subprocess.run(
                [*command, str(self._folder), COLLECTION, str(self._store.home)],
                capture_output=True,
                timeout=_PROBE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        if done.returncode:
            log.info("probe of the vector index failed: %s", done.stderr.decode(errors="replace")[-300:])
        return done.returncode == 0

    def _rebuild(self, progress: Progress | None) -> str:
        """Set the folder aside and make it anew from SQLite; gives what was done, in words. Searches wait for it."""
        with self._searching:
            return self._make_anew(progress)

    def _make_anew(self, progress: Progress | None) -> str:
        self._disconnect()
        aside = self._folder.with_name(f"{self._folder.name}.damaged-{time.time_ns()}")
        try:
            if self._folder.exists():
                self._folder.rename(aside)
            self._connect()
            self._reconcile(progress)
        except Exception as error:
            self._disconnect()
            raise StorageError(
                f"The vector index {self._folder} cannot be written: {error}",
                "Check disk space and permissions, then start again: it is rebuilt from the database.",
            ) from error
        # Only the last is kept for whoever wants to look: each is as large as the index.
        for older in self._folder.parent.glob(f"{self._folder.name}.damaged-*"):
            if older.is_dir() and older != aside:
                shutil.rmtree(older, ignore_errors=True)
        return f"the vector index was damaged; it was set aside as {aside.name} and rebuilt"

    def _reconcile(self, progress: Progress | None) -> None:
        """Make the index hold exactly the passages of SQLite; vectors come from there."""
        wanted = self._store.passage_ids()
        if self._store.get_meta(_DIRTY) == "0" and self.count() == len(wanted):
            return
        present = set(self._ids())
        self._delete(sorted(present - wanted))
        self._upsert(sorted(wanted - present), progress)
        if self.count() != len(wanted):
            raise RuntimeError(f"{self.count()} vectors for {len(wanted)} passages")
        self.mark_clean()

    def _delete(self, ids: Sequence[int]) -> None:
        for batch in _batches(list(ids)):
            self._collection.delete(ids=[str(i) for i in batch])

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
