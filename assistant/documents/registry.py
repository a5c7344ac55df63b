"""Which reader reads which file: one table, and the checks every file passes first."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

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
    ReaderEntry((".docx",), "assistant.documents.word", "read_docx"),
    ReaderEntry((".pptx",), "assistant.documents.slides", "read_pptx"),
    ReaderEntry((".xlsx",), "assistant.documents.workbook", "read_xlsx"),
    ReaderEntry((".xls",), "assistant.documents.old_workbook", "read_xls"),
    ReaderEntry((".csv", ".tsv"), "assistant.documents.delimited", "read_delimited"),
    ReaderEntry((".eml",), "assistant.documents.eml", "read_eml"),
    ReaderEntry((".msg",), "assistant.documents.outlook", "read_msg"),
    ReaderEntry((".mhtml", ".mht"), "assistant.documents.web_archive", "read_mhtml"),
    ReaderEntry((".epub",), "assistant.documents.epub", "read_epub"),
    ReaderEntry((".json",), "assistant.documents.json_files", "read_json"),
    ReaderEntry((".jsonl", ".ndjson"), "assistant.documents.json_files", "read_json_lines"),
    ReaderEntry((".ipynb",), "assistant.documents.notebook", "read_notebook"),
    ReaderEntry((".xml", ".rss", ".atom"), "assistant.documents.xml_files", "read_xml"),
)
#: Files that hold several documents; their functions give the members.
ARCHIVES: tuple[ReaderEntry, ...] = (ReaderEntry((".zip",), "assistant.documents.archive", "unpack"),)
#: So many members that were not read are told one by one.
_TOLD = 10


def supported_suffixes() -> tuple[str, ...]:
    """All suffixes that can be read, in lower case with their dot."""
    return tuple(suffix for entry in (*READERS, *ARCHIVES) for suffix in entry.suffixes)


def is_archive(name: str) -> bool:
    """Whether a file of this name holds several documents."""
    return any(PurePosixPath(name).suffix.lower() in entry.suffixes for entry in ARCHIVES)


def same_reader(name: str, suffix: str) -> bool:
    """Whether a file of this name is read like those with the suffix."""
    own = PurePosixPath(name).suffix.lower()
    return any(own in entry.suffixes and suffix in entry.suffixes for entry in (*READERS, *ARCHIVES))


def _function_for(name: str, entries: tuple[ReaderEntry, ...]) -> Any:
    suffix = PurePosixPath(name).suffix.lower()
    for entry in entries:
        if suffix in entry.suffixes:
            return getattr(importlib.import_module(entry.module), entry.function)
    if is_archive(name):
        raise DocumentError(f"{name} is an archive in another one", "Unpack it, then add its files.")
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
        _function_for(path.name, (*READERS, *ARCHIVES))
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
        DocumentError: unsupported, unreadable, without any text, or an archive.
    """
    reader: Reader = _function_for(name, READERS)
    document = reader(data, name)
    if not document.text.strip():
        raise DocumentError(f"{name} holds no text", "Nothing was added; check the file.")
    title = clean_text(document.title).strip() or PurePosixPath(name).stem.replace("_", " ")
    document = with_scale_notes(document)
    return document.model_copy(update={"title": " ".join(title.split()), "source": source})


def read_documents(data: bytes, name: str, source: str) -> list[Document]:
    """All documents of a file: one, or those of an archive, named `archive.zip/inner/path.md`.

    Members that cannot be read are told in the notes of the first.

    Raises:
        DocumentError: as `read_document`, and for an archive without any file that can be read.
    """
    if not is_archive(name):
        return [read_document(data, name, source)]
    documents: list[Document] = []
    problems: list[str] = []
    for member in _function_for(name, ARCHIVES)(data, name):
        try:
            if member.problem:
                raise DocumentError(member.problem, "Unpack the archive and look at it.")
            if not member.data.strip():
                raise DocumentError(f"{member.path} is empty", "Check the file.")
            documents.append(read_document(member.data, printable(f"{name}/{member.path}"), source))
        except DocumentError as error:
            problems.append(error.args[0].removeprefix(f"{name}/"))
    more = f"; and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
    note = f"not read from {name}: {'; '.join(problems[:_TOLD])}{more}"
    if not documents:
        raise DocumentError(
            f"{name} holds no file that can be read" if not problems else note, "Unpack it, then add what you need."
        )
    if problems:
        documents[0] = documents[0].model_copy(update={"notes": (*documents[0].notes, note)})
    return documents
