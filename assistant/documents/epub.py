"""Reader of electronic books (EPUB 2 and 3): the chapters in their reading order."""

from __future__ import annotations

import html
import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from assistant.documents.builder import TextBuilder
from assistant.documents.markup import add_markup, parse_html
from assistant.documents.markup_tables import tag_of
from assistant.documents.model import Document
from assistant.documents.packed import Packed
from assistant.documents.xml_tree import parse_xml
from assistant.errors import DocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
#: Fonts may be scrambled in a book that is open otherwise.
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]*);")
_XML_NAMES = {b"amp", b"lt", b"gt", b"quot", b"apos"}
_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


class _Book(NamedTuple):
    """What the package file says: the facts, and the places of the chapters in reading order."""

    facts: dict[str, list[str]]
    chapters: list[str]
    unread: list[str]


def _package_place(book: Packed, name: str) -> str:
    """Where in the zip the package file is."""
    for element in parse_xml(book.read(_CONTAINER), name).iter():
        if tag_of(element) == "rootfile" and (place := element.get("full-path")):
            return str(place)
    raise DocumentError(f"{name} does not say where its chapters are", "Get the book again.")


def _read_package(book: Packed, name: str) -> _Book:
    place = _package_place(book, name)
    root = parse_xml(book.read(place), name)
    folder = posixpath.dirname(place)
    facts: dict[str, list[str]] = {}
    items: dict[str, _Element] = {}
    spine: list[str] = []
    for element in root.iter():
        tag = tag_of(element)
        if tag in ("title", "creator", "date") and element.text and element.text.strip():
            facts.setdefault(tag, []).append(" ".join(element.text.split()))
        elif tag == "item":
            items[element.get("id", "")] = element
        elif tag == "itemref":
            spine.append(element.get("idref", ""))
    chapters, unread = [], []
    for reference in spine:
        item = items.get(reference)
        if item is None or item.get("media-type") not in _PAGES:
            unread.append(reference if item is None else item.get("href", reference))
        elif "nav" not in item.get("properties", "").split():
            chapters.append(posixpath.normpath(posixpath.join(folder, unquote(item.get("href", "")))))
    return _Book(facts, chapters, unread)


def _locked(book: Packed, name: str) -> bool:
    """Whether the chapters are encrypted (DRM)."""
    if _ENCRYPTION not in book.names:
        return False
    methods = (
        element.get("Algorithm") for element in parse_xml(book.read(_ENCRYPTION), name).iter()
        if tag_of(element) == "encryptionmethod"
    )  # fmt: skip
    return any(method not in _FONTS for method in methods)


def _character(found: re.Match[bytes]) -> bytes:
    """The character of an entity that HTML knows and XML does not."""
    if found.group(1) in _XML_NAMES:
        return found.group()
    text = html.unescape(found.group().decode("ascii"))
    return found.group() if text.startswith("&") else "".join(f"&#{ord(c)};" for c in text).encode("ascii")


def parse_page(data: bytes, name: str) -> _Element | None:
    """The tree of a page of XHTML; one that breaks the rules of XML is read as browsers would."""
    from assistant.documents.decode import decode

    try:
        return parse_xml(_NAMED.sub(_character, data), name)
    except DocumentError:
        return parse_html(re.sub(r"^\s*<\?xml[^>]*\?>", "", decode(data, name)))


def read_epub(data: bytes, name: str) -> Document:
    """Read a book: headings, paragraphs, lists and tables of its chapters; title, authors and date as it states them.

    Raises:
        DocumentError: not a book, damaged, or locked by its seller.
    """
    book = Packed(data, name)
    if _locked(book, name):
        raise DocumentError(f"{name} is locked by its seller (DRM)", "Add a copy without such a lock.")
    facts, chapters, unread = _read_package(book, name)
    builder = TextBuilder()
    for place in chapters:
        try:
            root = parse_page(book.read(place), name)
        except DocumentError:
            unread.append(place)
            continue
        if root is not None:
            add_markup(builder, root)
    if unread and not builder.blocks:
        raise DocumentError(f"{name}: none of its chapters can be read", "Get the book again.")
    day = _DAY.match(next(iter(facts.get("date", [])), ""))
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=next(iter(facts.get("title", [])), ""),
        author=", ".join(facts.get("creator", [])) or None,
        date=day.group() if day else None,
        notes=(f"chapters not read: {', '.join(unread)}",) if unread else (),
    )
