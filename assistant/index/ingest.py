"""Adding, replacing, removing and syncing documents: read and embed first, then one transaction."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from assistant.documents import Document, read_document
from assistant.documents.registry import printable, read_bytes
from assistant.errors import AssistantError, DocumentError, NameTakenError
from assistant.index.passages import Passage, split, squash
from assistant.index.records import FileState, NewDocument
from assistant.index.store import Store
from assistant.index.vectors import Progress, VectorIndex

if TYPE_CHECKING:
    import numpy as np

Origin = Literal["added", "synced", "uploaded"]
AddStatus = Literal["added", "updated", "unchanged", "removed", "failed", "left_out"]


class Embedder(Protocol):
    """What the index needs of an embedding model; vectors are float32 and of unit length."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> np.ndarray:
        """Vectors of shape (len(texts), dimension)."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text."""
        ...


class AddResult(BaseModel):
    """What became of one file: `reason` and `next_step` are filled for failures and remarks."""

    model_config = ConfigDict(frozen=True)

    name: str
    status: AddStatus
    passages: int = 0
    reason: str = ""
    next_step: str = ""


def embedded_text(document: Document, passage: Passage) -> str:
    """What is embedded for a passage: title and headings first, then its own words."""
    header = " > ".join((document.title, *passage.headings[-2:]))
    return f"{squash(header)[:200]}\n{squash(document.text[passage.start : passage.end])}"


def source_of(path: Path) -> str:
    """Where a file is: the same words however it was named (`..`, symbolic links)."""
    return str(path.resolve())


def file_state(path: Path, name: str, data: bytes, origin: Origin, folder: Path | None) -> FileState:
    """What is remembered of a file to notice its change."""
    stat = path.stat()
    return FileState(
        name=name,
        source=source_of(path),
        origin=origin,
        folder=str(folder) if folder else None,
        content_hash=hashlib.sha256(data).hexdigest(),
        size=stat.st_size,
        modified=stat.st_mtime,
    )


class Library:
    """The documents of an open home. Writes are serialised; readers see a document old or new, never half."""

    def __init__(
        self, store: Store, vectors: VectorIndex, embedder: Embedder, passage_tokens: int, max_bytes: int
    ) -> None:
        self._store = store
        self._vectors = vectors
        self._embedder = embedder
        self._passage_tokens = passage_tokens
        self._max_bytes = max_bytes
        self._writing = threading.RLock()

    def add(
        self,
        path: Path,
        *,
        name: str | None = None,
        origin: Origin = "added",
        folder: Path | None = None,
        progress: Progress | None = None,
    ) -> AddResult:
        """Add a file, or replace the document made from it if its content changed.

        A document whose synced file is gone is taken over by the one that is synced in its place: its folder
        was moved.

        Raises:
            DocumentError: the file cannot be read; the index is as it was.
            NameTakenError: the name belongs to a document from another file.
        """
        name = name or path.name
        data = read_bytes(path, self._max_bytes)
        state = file_state(path, name, data, origin, folder)
        with self._writing:
            known = self._store.file_states().get(name)
            moved = known is not None and known.origin == origin == "synced" and not Path(known.source).exists()
            if known and known.content_hash == state.content_hash:
                self._store.touch(state if moved else _with_time_of(known, state))
                return AddResult(name=name, status="unchanged")
            if known and known.source != state.source and not moved:
                raise NameTakenError(
                    f"A document named {name} is already in the index, from {known.source}",
                    f"Rename the file, or `assistant remove '{name}'` first.",
                )
            document = read_document(data, name, state.source)
            new = self._prepare(state, document, progress)
            removed, added = self._store.replace(new)
            self._vectors.apply(removed, added, progress)
        return AddResult(
            name=name,
            status="updated" if known else "added",
            passages=len(new.passages),
            reason="; ".join(document.notes),
        )

    def remove(self, names: Sequence[str]) -> list[AddResult]:
        """Remove documents by name; sync will not bring their unchanged files back.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is removed then.
        """
        return self._remove(names, leave_out=True)

    def _remove(self, names: Sequence[str], leave_out: bool) -> list[AddResult]:
        with self._writing:
            removed = self._store.delete(names, leave_out)
            self._vectors.apply(removed, [])
        return [AddResult(name=name, status="removed") for name in dict.fromkeys(names)]

    def sync(self, folder: Path, progress: Progress | None = None) -> list[AddResult]:
        """Make the documents of a folder equal its files: new, changed and deleted ones.

        A file that fails leaves the others alone; its result says why.

        Raises:
            DocumentError: the folder does not exist.
        """
        if not folder.is_dir():
            raise DocumentError(f"No such folder: {folder}", "Create it, or name another one.")
        folder = folder.resolve()
        files = [path for path in sorted(folder.rglob("*")) if _is_candidate(path, folder)]
        results = []
        for done, path in enumerate(files):
            if progress:
                progress(path.name, done, len(files))
            results.append(self._sync_file(path, folder))
        if progress:
            progress("done", len(files), len(files))
        names = {path.relative_to(folder).as_posix() for path in files}
        gone = [
            state.name
            for state in self._store.file_states().values()
            if state.folder == str(folder) and state.name not in names
        ]
        return results + (self._remove(gone, leave_out=False) if gone else [])

    def _sync_file(self, path: Path, folder: Path) -> AddResult:
        name = path.relative_to(folder).as_posix()
        try:
            known = self._store.file_states().get(name)
            stat = path.stat()
            same = known and (known.source, known.size, known.modified) == (
                source_of(path), stat.st_size, stat.st_mtime,
            )  # fmt: skip
            if same:
                return AddResult(name=name, status="unchanged")
            left_out = self._store.left_out().get(source_of(path))
            if left_out and left_out == hashlib.sha256(path.read_bytes()).hexdigest():
                return AddResult(
                    name=name,
                    status="left_out",
                    reason="removed from the index earlier",
                    next_step=f"`assistant add '{path}'` brings it back",
                )
            return self.add(path, name=name, origin="synced", folder=folder)
        except AssistantError as error:
            return AddResult(name=printable(name), status="failed", reason=error.args[0], next_step=error.next_step)
        except OSError as error:
            return AddResult(
                name=printable(name),
                status="failed",
                reason=error.strerror or str(error),
                next_step="Check the file's permissions.",
            )

    def _prepare(self, state: FileState, document: Document, progress: Progress | None) -> NewDocument:
        """Split and embed a document; nothing is stored yet."""
        passages = split(document, self._passage_tokens, self._embedder.count_tokens)
        texts = [embedded_text(document, passage) for passage in passages]
        texts += [
            squash(f"{sentence.context} {document.text[start:end]}")
            for passage in passages
            for sentence in passage.sentences
            for start, end in sentence.clauses
        ]

        def report(done: int, total: int) -> None:
            if progress:
                progress(f"embedding {state.name}", done, total)

        vectors = self._embedder.encode(texts, report)
        return NewDocument(
            state=state,
            document=document,
            passages=tuple(passages),
            passage_vectors=vectors[: len(passages)],
            clause_vectors=vectors[len(passages) :],
        )


def _with_time_of(known: FileState, state: FileState) -> FileState:
    return known.model_copy(update={"size": state.size, "modified": state.modified})


def _is_candidate(path: Path, folder: Path) -> bool:
    """A file a person put there to be read: hidden files and folders are not, other suffixes are told."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.is_file() and not hidden
