"""Which reader a response is for: what the server says, corrected by the address and by the bytes. Pure."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from email.message import Message
from pathlib import PurePosixPath

from assistant.documents.packed import Packed
from assistant.documents.registry import supported_suffixes
from assistant.errors import DocumentError

_OFFICE = "application/vnd.openxmlformats-officedocument"
#: Suffixes by content type.
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "message/rfc822": ".eml",
    "application/vnd.ms-outlook": ".msg",
    "multipart/related": ".mhtml",
    "application/x-mimearchive": ".mhtml",
    "application/epub+zip": ".epub",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/x-ipynb+json": ".ipynb",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
}
#: Types that are said of many kinds of file: a suffix tells more. What they mean without one.
_VAGUE = {
    "text/plain": ".txt",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "": "",
    "application/octet-stream": "",
    "binary/octet-stream": "",
    "application/x-download": "",
    "application/force-download": "",
}
_ZIPPED = (".docx", ".pptx", ".xlsx", ".epub", ".zip")
#: A member that tells what a zip file is.
_TELLING = {
    "word/document.xml": ".docx",
    "ppt/presentation.xml": ".pptx",
    "xl/workbook.xml": ".xlsx",
    "META-INF/container.xml": ".epub",
}
#: Text formats whose readers believe in UTF-8 first, so that what the server says of the charset can be carried out.
_RECODED = (".html", ".txt", ".md", ".csv", ".tsv")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def suffix_of(content_type: str, names: Iterable[str], data: bytes) -> str | None:
    """The suffix that stands for a response's format; None if it is none that is read.

    A plain contradiction is decided by the bytes: a PDF sent as text, a log-in page where a PDF was asked for.

    Args:
        content_type: the header's value, "" if there is none.
        names: file names that the response may have, the most telling first.
        data: its content.
    """
    declared = content_type.partition(";")[0].strip().lower()
    declared = declared if "/" in declared else ""
    suffixes = [PurePosixPath(name).suffix.lower() for name in names]
    named = next((suffix for suffix in suffixes if suffix in supported_suffixes()), None)
    found = _TYPES.get(declared) or (named if declared in _VAGUE else None) or _VAGUE.get(declared)
    if found is None and declared.endswith(("+json", "+xml")):
        found = f".{declared.rpartition('+')[2]}"
    # Excel is what many a server takes every table for.
    if found == ".xls" and named in (".csv", ".tsv", ".xlsx"):
        found = named
    return _by_bytes(data, found) or found or None


def _by_bytes(data: bytes, found: str | None) -> str | None:
    """What the first bytes say where they contradict what was found, or nothing was."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return ".pdf"
    if data.startswith(b"PK\x03\x04"):
        return None if found in _ZIPPED else _of_zip(data)
    is_page = data[:1024].removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith((b"<!doctype html", b"<html"))
    return ".html" if is_page and found in (None, "", ".pdf", ".xls", ".msg", *_ZIPPED) else None


def _of_zip(data: bytes) -> str:
    try:
        names = Packed(data, "").names
    except DocumentError:
        return ".zip"
    return next((suffix for member, suffix in _TELLING.items() if member in names), ".zip")


def disposed_name(disposition: str) -> str | None:
    """The file name in a Content-Disposition header, if any."""
    message = Message()
    message["Content-Disposition"] = disposition
    return message.get_filename()


def in_utf8(data: bytes, suffix: str, content_type: str) -> bytes:
    """A text in UTF-8 if the server rightly says in which other charset it is; anything else as it is."""
    message = Message()
    message["Content-Type"] = content_type
    charset = message.get_content_charset()
    if suffix not in _RECODED or not charset or data.startswith(_MARKS) or _is_utf8(data):
        return data
    try:
        name = codecs.lookup(charset).name
        # Servers say Latin-1 of everything: the readers look at it more closely.
        return data if name in ("utf-8", "ascii", "iso8859-1") else data.decode(name).encode("utf-8")
    except (LookupError, ValueError):
        return data


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
