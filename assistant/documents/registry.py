"""Which reader reads which file: one table, and the checks every file passes first."""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple

from assistant.documents.builder import clean_text
from assistant.documents.decode import stray_note
from assistant.documents.model import Document
from assistant.documents.options import ReadOptions
from assistant.documents.scales import with_scale_notes
from assistant.errors import DocumentError

#: What a file of another kind begins with, and what that is.
_SIGNATURES = (
    (b"%PDF-", "a PDF file (.pdf)"), (b"PK\x03\x04", "a zip archive or an office file (.docx, .pptx, .xlsx, .epub)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or locked office file or an Outlook mail (.xls, .msg)"),
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"{\\rtf", "rich text, which is not supported"), (b"\x1f\x8b", "a gzip archive, which is not supported"),
    (b"7z\xbc\xaf", "a 7z archive, which is not supported"), (b"Rar!", "a rar archive, which is not supported"),
)  # fmt: skip
#: Files that begin so are no text to be read, though there may be nothing but letters in them.
_TEXT_LIKE = (b"%PDF-", b"{\\rtf")


class ReaderEntry(NamedTuple):
    """A reader by the place it is imported from when first needed.

    It is called with a file's bytes and name, and with `ReadOptions` where `options` says so. What it does with a
    file of up to `harmless` bytes, whatever is in it, takes little time and memory. `plain` says that its files are
    nothing but text, of which characters that are none are left out.
    """

    suffixes: tuple[str, ...]
    module: str
    function: str
    options: bool = False
    harmless: int = 0
    plain: bool = False


READERS: tuple[ReaderEntry, ...] = (
    ReaderEntry((".md", ".markdown"), "assistant.documents.markdown", "read_markdown", harmless=2**14, plain=True),
    ReaderEntry((".txt", ".text"), "assistant.documents.plain", "read_plain", harmless=2**16, plain=True),
    ReaderEntry((".html", ".htm"), "assistant.documents.web", "read_html", plain=True),
    ReaderEntry((".pdf",), "assistant.documents.pdf", "read_pdf", options=True),
    ReaderEntry((".docx",), "assistant.documents.word", "read_docx"),
    ReaderEntry((".pptx",), "assistant.documents.slides", "read_pptx"),
    ReaderEntry((".xlsx",), "assistant.documents.workbook", "read_xlsx"),
    ReaderEntry((".xls",), "assistant.documents.old_workbook", "read_xls"),
    ReaderEntry((".csv", ".tsv"), "assistant.documents.delimited", "read_delimited", plain=True),
    ReaderEntry((".eml",), "assistant.documents.eml", "read_eml"),
    ReaderEntry((".msg",), "assistant.documents.outlook", "read_msg"),
    ReaderEntry((".mhtml", ".mht"), "assistant.documents.web_archive", "read_mhtml"),
    ReaderEntry((".epub",), "assistant.documents.epub", "read_epub"),
    ReaderEntry((".json",), "assistant.documents.json_files", "read_json", plain=True),
    ReaderEntry((".jsonl", ".ndjson"), "assistant.documents.json_files", "read_json_lines", plain=True),
    ReaderEntry((".ipynb",), "assistant.documents.notebook", "read_notebook", plain=True),
    ReaderEntry((".xml", ".rss", ".atom"), "assistant.documents.xml_files", "read_xml", plain=True),
)
#: Files that hold several documents; their functions give the members.
ARCHIVES: tuple[ReaderEntry, ...] = (ReaderEntry((".zip",), "assistant.documents.archive", "unpack", options=True),)
_DEFAULT = ReadOptions()
_NOTHING: Mapping[str, str] = MappingProxyType({})
#: So many members that were not read are told one by one.
_TOLD = 10
#: Characters of a document, and of all documents of a file: more would fill the memory of the process that is told.
#: A text as large as a file may be by default stays below.
_MAX_CHARACTERS, _MAX_IN_ALL = 50_000_000, 100_000_000


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


def is_harmless(name: str, size: int) -> bool:
    """Whether a file of this name and size, in bytes, can be read without care for time and memory."""
    return any(PurePosixPath(name).suffix.lower() in entry.suffixes and size <= entry.harmless for entry in READERS)


def _entry_for(name: str, entries: tuple[ReaderEntry, ...]) -> ReaderEntry:
    suffix = PurePosixPath(name).suffix.lower()
    for entry in entries:
        if suffix in entry.suffixes:
            return entry
    if is_archive(name):
        raise DocumentError(f"{name} is an archive in another one", "Unpack it, then add its files.")
    raise DocumentError(
        f"{name}: {suffix or 'a file without a suffix'} is not a supported format",
        f"Supported are {' '.join(supported_suffixes())}.",
    )


def _call(entry: ReaderEntry, data: bytes, name: str, options: ReadOptions) -> Any:
    function = getattr(importlib.import_module(entry.module), entry.function)
    return function(data, name, options) if entry.options else function(data, name)


def printable(name: str) -> str:
    """A name as it can be shown and stored, in one line.

    Bytes of a file name that are no UTF-8 are written as escapes, as are line breaks and other control characters.
    """
    return "".join(ascii(each)[1:-1] if _is_control(each) else each for each in _without_stray_bytes(name))


def _without_stray_bytes(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Zl", "Zp")


def check_name(name: str) -> None:
    """Refuse names that would break the lines they are shown in.

    Raises:
        DocumentError: there is a control character in it.
    """
    if any(map(_is_control, name)):
        raise DocumentError(
            f"{printable(name)} has a line break or another control character in its name", "Rename it."
        )


def check_inside(path: Path, folder: Path) -> None:
    """Refuse a file that only a link brings into a folder.

    Raises:
        DocumentError: the file lies outside, or a link leads nowhere.
    """
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # Python before 3.13 raises the latter where links run in a circle
        if not path.is_symlink():
            raise _unreadable(path, OSError(str(error))) from error
        raise DocumentError(f"{path.name} is a link that leads nowhere", "Remove it, or correct it.") from error
    if not target.is_relative_to(folder.resolve()):
        raise DocumentError(
            f"{path.name} is a link to a place outside the folder, which is not followed",
            "Copy what it leads to into the folder, or `assistant add` it.",
        )


def check_file(path: Path, max_bytes: int) -> None:
    """The checks that need no look inside a file.

    Raises:
        DocumentError: missing, a folder, unsupported, larger than `max_bytes`, or named in bytes that are no
            UTF-8.
    """
    if _without_stray_bytes(str(path.absolute())) != str(path.absolute()):
        raise DocumentError(f"The path {printable(str(path))} is not valid UTF-8", "Rename it, then add it again.")
    try:
        if not path.exists():
            raise DocumentError(f"No such file: {path}", "Check the path.")
        if not path.is_file():
            raise DocumentError(f"{path} is not a file", "Name a file, or use `assistant sync FOLDER`.")
        _entry_for(path.name, (*READERS, *ARCHIVES))
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


def _other_kind(data: bytes, name: str) -> str | None:
    """What a file is by its first bytes, if its suffix says otherwise."""
    suffix = PurePosixPath(name).suffix.lower()
    return next((kind for first, kind in _SIGNATURES if data.startswith(first) and suffix not in kind), None)


def read_document(data: bytes, name: str, source: str, options: ReadOptions = _DEFAULT) -> Document:
    """Parse a file's bytes with the reader of its suffix; an untitled document is titled by its name.

    Raises:
        DocumentError: unsupported, unreadable, without any text, with more of it than can be kept, or an archive.
    """
    entry = _entry_for(name, READERS)
    kind = _other_kind(data, name)
    try:
        if kind and data.startswith(_TEXT_LIKE):
            raise DocumentError(f"{name} is not what its suffix says", "Check the file.")
        document: Document = _call(entry, data, name, options)
    except DocumentError as error:
        if kind is None:
            raise
        step = "Give it the suffix of what it is, and add that." if "(." in kind else "Convert or unpack it first."
        raise DocumentError(f"{error.args[0]}; by its first bytes it is {kind}", step) from error
    if not document.text.strip():
        raise DocumentError(f"{name} holds no text", "Nothing was added; check the file.")
    if len(document.text) > _MAX_CHARACTERS:
        # Readers of tables say the label of a column in every row of it.
        raise DocumentError(
            f"{name} comes to {len(document.text):,} characters of text, over the limit of {_MAX_CHARACTERS:,}",
            "Split it, then add its parts.",
        )
    title = " ".join(clean_text(document.title).split()) or title_from(name)
    document = with_scale_notes(document)
    notes = (*document.notes, *filter(None, [stray_note(data) if entry.plain else ""]))
    # Names within the file are in them: nothing of it may reach a terminal as an order.
    told = tuple(printable(note) for note in notes)
    return document.model_copy(update={"title": title, "source": source, "notes": told})


def title_from(name: str) -> str:
    """The title of a document that has none: its name without suffix."""
    return " ".join(PurePosixPath(name).stem.replace("_", " ").split())


def read_documents(
    data: bytes, name: str, source: str, options: ReadOptions = _DEFAULT, skip: Mapping[str, str] = _NOTHING
) -> list[Document]:
    """All documents of a file: one, or those of an archive, named `archive.zip/inner/path.md`.

    Members that cannot be read are told in the notes of the first, as are those that `skip` gives a reason for.

    Raises:
        DocumentError: as `read_document`, and for an archive without any file that can be read, or with more text in
            all of them than can be kept.
    """
    if not is_archive(name):
        return [read_document(data, name, source, options)]
    documents: list[Document] = []
    problems: list[str] = []
    characters = 0
    for member in _call(_entry_for(name, ARCHIVES), data, name, options):
        try:
            if problem := member.problem or skip.get(member.path):
                raise DocumentError(problem, "Unpack the archive and look at it.")
            options.began(member.path)
            check_name(member.path)
            if not member.data.strip():
                raise DocumentError(f"{member.path} is empty", "Check the file.")
            documents.append(read_document(member.data, printable(f"{name}/{member.path}"), source, options))
        except DocumentError as error:
            problems.append(printable(error.args[0].removeprefix(f"{name}/")))
            continue
        characters += len(documents[-1].text)
        if characters > _MAX_IN_ALL:
            raise DocumentError(
                f"The files in {name} come to more than {_MAX_IN_ALL:,} characters of text",
                "Unpack it and sync its folder.",
            )
    more = f"; and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
    note = f"not read from {name}: {'; '.join(problems[:_TOLD])}{more}"
    if not documents:
        raise DocumentError(
            f"{name} holds no file that can be read" if not problems else note, "Unpack it, then add what you need."
        )
    if problems:
        documents[0] = documents[0].model_copy(update={"notes": (*documents[0].notes, note)})
    return documents
