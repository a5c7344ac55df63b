"""The files that documents were made from: whether they are still as they were read, their bytes, their pages."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assistant.documents.page_picture import PagePicture
from assistant.documents.parser import ParserProcess
from assistant.documents.registry import read_bytes
from assistant.errors import AssistantError, DocumentError
from assistant.index.files import states_of
from assistant.index.folder import owners
from assistant.index.records import FileState, unknown
from assistant.index.store import Store

#: Pictures kept for who leafs back and forth: at most so many, of so many bytes in all.
_KEPT, _KEPT_BYTES = 24, 16 * 2**20
#: Characters before the cited words by which they are told from the same words elsewhere on a page.
_BEFORE = 200


@dataclass(frozen=True)
class Whereabouts:
    """Where a document came from, without a look at its bytes.

    `file_name` is that of the file it can be had from, `member` its path within it where that is an archive; `address`
    is where it was fetched from. Where the file cannot be had, `problem` says why, in words for a person.
    """

    file_name: str = ""
    member: str = ""
    address: str = ""
    problem: str = ""

    @property
    def is_pdf(self) -> bool:
        """Whether the document has pages that can be drawn."""
        return PurePosixPath(self.member or self.file_name).suffix.lower() == ".pdf"


@dataclass(frozen=True)
class Original:
    """A file just as it was read: its name and bytes."""

    name: str
    data: bytes


class Originals:
    """The files behind the documents of an index. Only what the index names is ever read. Thread-safe.

    Args:
        store: the index's database, open.
        new_parser: makes the process pages are drawn in. It is one of its own: the one that reads may be busy for long.
        max_bytes: larger files are left alone.
    """

    def __init__(self, store: Store, new_parser: Callable[[], ParserProcess], max_bytes: int) -> None:
        self._store = store
        self._new_parser = new_parser
        self._max_bytes = max_bytes
        self._parser: ParserProcess | None = None
        self._guard = threading.Lock()
        self._pictures: OrderedDict[tuple[object, ...], PagePicture] = OrderedDict()

    def close(self) -> None:
        """End the process pages are drawn in; harmless when repeated."""
        with self._guard:
            parser, self._parser = self._parser, None
            self._pictures.clear()
        if parser:
            parser.close()

    def whereabouts(self, name: str) -> Whereabouts:
        """Where a document came from, and whether its file is still there and of the same size.

        Raises:
            UnknownDocumentError: there is no such document.
        """
        state = self._state(name)
        if state.origin == "fetched":
            return Whereabouts(address=state.source, problem="The page was fetched once; no file of it is kept")
        path, member = _place(state)
        try:
            size = path.stat().st_size if path.is_file() else None
        except OSError as error:
            return Whereabouts(path.name, member, problem=f"The file cannot be read: {error.strerror or error}")
        if size is None:
            return Whereabouts(path.name, member, problem="The file is no longer where it was")
        if size != state.size:
            return Whereabouts(path.name, member, problem="The file has changed since it was indexed")
        return Whereabouts(path.name, member)

    def read(self, name: str) -> Original:
        """The file of a document, byte for byte what was indexed.

        Raises:
            UnknownDocumentError: there is no such document.
            DocumentError: there is no file, or not that one any more.
        """
        found = self.whereabouts(name)
        if found.problem:
            raise DocumentError(f"{name}: {found.problem}", "Its text is kept; add the file again to have both.")
        state = self._state(name)
        path, _ = _place(state)
        data = read_bytes(path, self._max_bytes)
        if hashlib.sha256(data).hexdigest() != state.content_hash:
            raise DocumentError(
                f"{name}: The file has changed since it was indexed", "Sync, or add it again, then ask anew."
            )
        return Original(path.name, data)

    def picture(self, name: str, page: int, span: tuple[int, int] | None = None) -> PagePicture:
        """A page of a document that is a PDF, with boxes around the words of a span of its text.

        Args:
            name: the document's.
            page: its number, from 1.
            span: start and end in the document's text; without one nothing is boxed.

        Raises:
            UnknownDocumentError: there is no such document.
            DocumentError: as `read`, and where it is no PDF or the page cannot be drawn.
        """
        found = self.whereabouts(name)
        key = (name, self._state(name).content_hash, page, span)
        with self._guard:
            if key in self._pictures and not found.problem:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        if not found.is_pdf and not found.problem:
            raise DocumentError(f"{name} has no pages to draw", "Read its text.")
        original = self.read(name)
        quote = before = ""
        if span:
            text = self._store.text(name)
            quote, before = text[slice(*span)], text[max(0, span[0] - _BEFORE) : span[0]]
        picture = self._drawing().draw(
            original.data, original.name, page, member=found.member, quote=quote, before=before
        )
        self._keep(key, picture)
        return picture

    def kept_picture(self, name: str, page: int) -> PagePicture | None:
        """A page drawn before, whatever was boxed on it; None if it is not at hand, or the file not as it was."""
        try:
            content = self._state(name).content_hash
            if self.whereabouts(name).problem:
                return None
        except AssistantError:
            return None
        with self._guard:
            found = (each for key, each in self._pictures.items() if key[:3] == (name, content, page))
            return next(found, None)

    def _drawing(self) -> ParserProcess:
        with self._guard:
            if self._parser is None:
                self._parser = self._new_parser()
            return self._parser

    def _keep(self, key: tuple[object, ...], picture: PagePicture) -> None:
        with self._guard:
            self._pictures[key] = picture
            while len(self._pictures) > _KEPT or sum(len(each.png) for each in self._pictures.values()) > _KEPT_BYTES:
                self._pictures.popitem(last=False)

    def _state(self, name: str) -> FileState:
        state = next((each for each in states_of(self._store, name, None) if each.name == name), None)
        if state is None:
            raise unknown([name])
        return state


def _place(state: FileState) -> tuple[Path, str]:
    """The path of a document's file, and the document's own within it if that is an archive."""
    path = Path(state.source)
    for owner in owners(state.name)[1:]:
        if PurePosixPath(owner).name == path.name:
            return path, state.name.removeprefix(f"{owner}/")
    return path, ""
