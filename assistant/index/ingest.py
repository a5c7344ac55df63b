"""Adding, replacing and removing documents: read and embed first, then one transaction."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import BaseModel, ConfigDict, SecretStr

from assistant.documents import Document
from assistant.documents.parser import ParserProcess
from assistant.documents.registry import check_name, is_archive, printable, read_bytes
from assistant.errors import NameTakenError
from assistant.index.files import is_there, states_of, synced_place
from assistant.index.folder import settled, source_of
from assistant.index.passages import split, squash
from assistant.index.period import OPENING, about
from assistant.index.records import FileState, NewDocument
from assistant.index.store import Store
from assistant.index.undo import TakenOut, put_back, remembered
from assistant.index.vectors import Progress, VectorIndex

if TYPE_CHECKING:
    import numpy as np

    from assistant.fetching import Page

Origin = Literal["added", "synced", "uploaded", "fetched"]
AddStatus = Literal["added", "updated", "unchanged", "moved", "removed", "failed", "left_out"]


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
    """What became of one file, be it an archive: `reason` and `next_step` are filled for failures and remarks.

    `remembered` marks a failure that was told before of the file as it is.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    status: AddStatus
    passages: int = 0
    reason: str = ""
    next_step: str = ""
    remembered: bool = False


def embedded_text(about: str, headings: Sequence[str], words: str) -> str:
    """What is embedded for a passage: what its document is about and headings first, then its own words."""
    header = " > ".join((about, *headings[-2:]))
    return f"{squash(header)[:200]}\n{squash(words)}"


def embedded_clause(context: str, words: str) -> str:
    """What is embedded for a clause: what is understood from its table or list, then its own words."""
    return squash(f"{context} {words}")


def file_state(path: Path, name: str, data: bytes, origin: Origin, folder: Path | None, began: float) -> FileState:
    """What is remembered of a file to notice its change; `began` is when its reading began, in seconds of the clock."""
    stat = path.stat()
    return FileState(
        name=name,
        source=source_of(path),
        origin=origin,
        folder=str(folder) if folder else None,
        content_hash=hashlib.sha256(data).hexdigest(),
        size=stat.st_size,
        modified=stat.st_mtime,
        changed=settled(stat.st_ctime, began),
    )


class Library:
    """The documents of an open home. Writes are serialised; readers see a document old or new, never half."""

    def __init__(
        self,
        store: Store,
        vectors: VectorIndex,
        embedder: Embedder,
        parser: ParserProcess,
        passage_tokens: int,
        max_bytes: int,
    ) -> None:
        self.store = store
        self._vectors = vectors
        self._embedder = embedder
        self._parser = parser
        self._passage_tokens = passage_tokens
        self.max_bytes = max_bytes
        self.writing = threading.RLock()

    def add(
        self,
        path: Path,
        *,
        name: str | None = None,
        origin: Origin = "added",
        folder: Path | None = None,
        password_file: Path | None = None,
        password: SecretStr | None = None,
        again: bool = False,
        progress: Progress | None = None,
    ) -> AddResult:
        """Add a file, or replace the document made from it, or those of an archive, if its content changed.

        With `again` it is read anew though it has not changed; `password` is tried in the place of any file of them.

        A file without a `name` that is synced with a folder stays one of that folder, under its name there. A document
        whose synced file is gone is taken over by the one that is synced in its place: its folder was moved. One that
        was added by itself becomes the folder's that its file is synced with.

        Raises:
            DocumentError: the file cannot be read; the index is as it was.
            NameTakenError: the name belongs to a document from another file.
        """
        with self.writing:
            if name is None and (place := synced_place(self.store, path)):
                (name, folder), origin = place, "synced"
            name = name or path.name
            check_name(name)
            began = time.time()
            data = read_bytes(path, self.max_bytes)
            now = file_state(path, name, data, origin, folder, began)
            state = now.model_copy(update={"circumstances": self.circumstances})
            known = self.states_of(name)
            moved = bool(known) and all(
                each.origin == origin == "synced" and not is_there(Path(each.source)) for each in known
            )
            # A document that was removed out of an archive comes back when the archive is added again.
            if not again and known and _is_same(known, state) and state.source not in self.store.left_out():
                for each in known:
                    here = state.model_copy(update={"name": each.name, "circumstances": each.circumstances})
                    taken = moved or (origin == "synced" and each.source == state.source)
                    self.store.touch(here if taken else _with_time_of(each, state))
                return AddResult(name=name, status="unchanged")
            other = next((each for each in known if each.source != state.source), None)
            if other and not moved:
                raise _name_taken(other, "Rename the file, or ")
            documents = self._parser.read(
                data, name, state.source, password_file=password_file, password=password, progress=progress
            )
            return self._replace(state, documents, known, progress)

    def add_page(
        self,
        page: Page,
        *,
        password_file: Path | None = None,
        password: SecretStr | None = None,
        again: bool = False,
        progress: Progress | None = None,
    ) -> AddResult:
        """Add what was fetched from an address, or replace what came from there before if its text changed.

        Raises:
            DocumentError: it cannot be read; the index is as it was.
            NameTakenError: the name belongs to a document from somewhere else.
        """
        documents = self._parser.read(
            page.data, page.name, page.address, password_file=password_file, password=password, progress=progress
        )
        # Not of the bytes: many a page carries a new token every time.
        said = json.dumps([(each.name, each.title, each.text) for each in documents])
        state = FileState(
            name=page.name,
            source=page.address,
            origin="fetched",
            folder=None,
            content_hash=hashlib.sha256(said.encode()).hexdigest(),
            size=len(page.data),
            modified=0.0,
            circumstances=self.circumstances,
        )
        with self.writing:
            states = self.store.file_states().values()
            known = [each for each in states if each.origin == "fetched" and each.source == page.address]
            if not again and known and _is_same(known, state) and page.address not in self.store.left_out():
                return AddResult(name=page.name, status="unchanged")
            other = next((each for each in self.states_of(page.name) if each not in known), None)
            if other:
                raise _name_taken(other)
            documents[0] = documents[0].model_copy(update={"notes": (*page.notes, *documents[0].notes)})
            return self._replace(state, documents, known, progress)

    def _replace(
        self, state: FileState, documents: Sequence[Document], known: Sequence[FileState], progress: Progress | None
    ) -> AddResult:
        """Put the documents of a file or page in the place of those known from it."""
        news = [
            self._prepare(state.model_copy(update={"name": document.name}), document, progress)
            for document in documents
        ]
        gone = [each.name for each in known]
        removed, added = self.store.replace(*news, gone=gone, around=self._vectors.committing)
        self._vectors.apply(removed, added, heedless(progress))
        return AddResult(
            name=state.name,
            status="updated" if known else "added",
            passages=sum(len(new.passages) for new in news),
            reason="; ".join(_remarks(state.name, documents)),
        )

    def remove(self, names: Sequence[str]) -> list[AddResult]:
        """Remove documents by name; sync will not bring their unchanged files back.

        The name of an archive stands for all documents from it.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is removed then.
        """
        with self.writing:
            members = {name: [state.name for state in self.states_of(name)] for name in names if is_archive(name)}
            return self.drop([each for name in names for each in members.get(name) or [name]], leave_out=True)

    def drop(self, names: Sequence[str], leave_out: bool = False) -> list[AddResult]:
        """Remove documents by name; only with `leave_out` sync will not bring their files back."""
        with self.writing:
            removed = self.store.delete(names, leave_out, self._vectors.committing)
            self._vectors.apply(removed, [])
        return [AddResult(name=name, status="removed") for name in dict.fromkeys(names)]

    def take_out(self, names: Sequence[str]) -> TakenOut:
        """Remove documents like `remove`, and give what puts them back.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is removed then.
        """
        with self.writing:
            taken = remembered(self.store, names)
            self.drop(names, leave_out=True)
        return taken

    def put_back(self, taken: TakenOut) -> None:
        """Undo a `take_out`: its documents are as they were, and `sync` knows their files again.

        Raises:
            NameTakenError: a document of one of the names has come meanwhile; nothing is changed then.
        """
        with self.writing:
            self._vectors.apply([], put_back(self.store, taken, self._vectors.committing))

    @property
    def circumstances(self) -> str:
        """What besides a file decides what can be read of it: one that failed is tried again when this changes."""
        return self._parser.circumstances

    def states_of(self, name: str) -> list[FileState]:
        """The states of a file's document, or of those of an archive."""
        return states_of(self.store, printable(name), f"{printable(name)}/" if is_archive(name) else None)

    def _prepare(self, state: FileState, document: Document, progress: Progress | None) -> NewDocument:
        """Split and embed a document; nothing is stored yet."""
        passages = split(document, self._passage_tokens, self._embedder.count_tokens)
        words = document.text
        subject = about(document.title, words[:OPENING])
        texts = [embedded_text(subject, each.headings, words[each.start : each.end]) for each in passages]
        texts += [
            embedded_clause(sentence.context, words[start:end])
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


def _name_taken(other: FileState, else_do: str = "") -> NameTakenError:
    return NameTakenError(
        f"A document named {other.name} is already in the index, from {other.source}",
        f"{else_do}`assistant remove '{other.name}'` first.",
    )


def heedless(progress: Progress | None) -> Progress | None:
    """Progress that only tells. What it raises to stop the work is not heard: what is stored is finished."""
    if progress is None:
        return None

    def tell(what: str, done: int, total: int) -> None:
        with suppress(Exception):
            progress(what, done, total)

    return tell


def _is_same(known: Sequence[FileState], state: FileState) -> bool:
    return all(each.content_hash == state.content_hash for each in known)


def _remarks(name: str, documents: Sequence[Document]) -> list[str]:
    """What a person is told of a file that was read; of an archive also how many documents it gave."""
    notes = [note for document in documents for note in document.notes]
    many = f"{len(documents)} document{'s' if len(documents) > 1 else ''}"
    return [many, *notes] if is_archive(name) else notes


def _with_time_of(known: FileState, state: FileState) -> FileState:
    return known.model_copy(update={"size": state.size, "modified": state.modified, "changed": state.changed})
