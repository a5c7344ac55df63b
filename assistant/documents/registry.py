"""Which reader reads which file: one table, and the checks every file passes first."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from assistant.documents.builder import clean_text
from assistant.documents.model import Document
from assistant.documents.scales import with_scale_notes
from assistant.errors import DocumentError

Reader = Callable[[bytes, str], Document]


class ReaderEntry(NamedTuple):
    """A reader by the place it is imported from when first needed."""

    suffixes: tuple[str, ...]
    module: str
    function: str


READERS: tuple[ReaderEntry, ...] = (
    ReaderEntry((".md", ".markdown"), "assistant.documents.markdown", "read_markdown"),
    ReaderEntry((".txt", ".text"), "assistant.documents.plain", "read_plain"),
    ReaderEntry((".html", ".htm"), "assistant.documents.web", "read_html"),
    ReaderEntry((".pdf",), "assistant.documents.pdf", "read_pdf"),
    ReaderEntry((".eml",), "assistant.documents.eml", "read_eml"),
    ReaderEntry((".msg",), "assistant.documents.outlook", "read_msg"),
    ReaderEntry((".mhtml", ".mht"), "assistant.documents.web_archive", "read_mhtml"),
    ReaderEntry((".epub",), "assistant.documents.epub", "read_epub"),
    ReaderEntry((".json",), "assistant.documents.json_files", "read_json"),
    ReaderEntry((".jsonl", ".ndjson"), "assistant.documents.json_files", "read_json_lines"),
    ReaderEntry((".ipynb",), "assistant.documents.notebook", "read_notebook"),
    ReaderEntry((".xml", ".rss", ".atom"), "assistant.documents.xml_files", "read_xml"),
)


def supported_suffixes() -> tuple[str, ...]:
    """All suffixes that can be read, in lower case with their dot."""
    return tuple(suffix for entry in READERS for suffix in entry.suffixes)


def _reader_for(name: str) -> Reader:
    suffix = PurePosixPath(name).suffix.lower()
    for entry in READERS:
        if suffix in entry.suffixes:
            reader: Reader = getattr(importlib.import_module(entry.module), entry.function)
            return reader
    raise DocumentError(
        f"{name}: {suffix or 'a file without a suffix'} is not a supported format",
        f"Supported are {' '.join(supported_suffixes())}.",
    )


def printable(name: str) -> str:
    """A name as it can be shown and stored; bytes of a file name that are no UTF-8 are written as escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def check_file(path: Path, max_bytes: int) -> None:
    """The checks that need no look inside a file.

    Raises:
        DocumentError: missing, a folder, unsupported, larger than `max_bytes`, or named in bytes that are no
            UTF-8.
    """
    if printable(str(path.absolute())) != str(path.absolute()):
        raise DocumentError(f"The path {printable(str(path))} is not valid UTF-8", "Rename it, then add it again.")
    try:
        if not path.exists():
            raise DocumentError(f"No such file: {path}", "Check the path.")
        if not path.is_file():
            raise DocumentError(f"{path} is not a file", "Name a file, or use `assistant sync FOLDER`.")
        _reader_for(path.name)
        size = path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error
    if size > max_bytes:
        raise DocumentError(
            f"{path.name} is {size / 2**20:.0f} MiB, over the limit of {max_bytes / 2**20:.0f} MiB",
            "Split it, or raise ASSISTANT_MAX_FILE_MB.",
        )


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """A file's bytes, after the checks that need no parsing.

    Raises:
        DocumentError: as `check_file`, and for a file that is empty or cannot be read.
    """
    check_file(path, max_bytes)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not data.strip():
        raise DocumentError(f"{path.name} is empty", "Nothing was added; check the file.")
    return data


def _unreadable(path: Path, error: OSError) -> DocumentError:
    return DocumentError(f"{path} cannot be read: {error.strerror or error}", "Check its permissions.")


def read_document(data: bytes, name: str, source: str) -> Document:
    """Parse a file's bytes with the reader of its suffix; an untitled document is titled by its name.

    Raises:
        DocumentError: unsupported, unreadable, or without any text.
    """
    document = _reader_for(name)(data, name)
    if not document.text.strip():
        raise DocumentError(f"{name} holds no text", "Nothing was added; check the file.")
    title = clean_text(document.title).strip() or PurePosixPath(name).stem.replace("_", " ")
    document = with_scale_notes(document)
    return document.model_copy(update={"title": " ".join(title.split()), "source": source})
