"""News feeds (RSS 0.9 to 2.0, Atom): the feed's own words, then its entries with title, date and text."""

from __future__ import annotations

import html
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.documents.builder import TextBuilder
from assistant.documents.eml import sent_at
from assistant.documents.markup import add_markup, parse_html
from assistant.documents.markup_tables import tag_of
from assistant.documents.model import BlockKind, Document

if TYPE_CHECKING:
    from lxml.etree import _Element

#: The root elements of feeds, those of RSS 0.9 and Atom with their namespaces.
_ROOTS = (
    "rss",
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF",
    "{http://www.w3.org/2005/Atom}feed",
    "{http://purl.org/atom/ns#}feed",
)
_ENTRIES = ("item", "entry")
_DATES = ("pubdate", "published", "date", "updated", "lastbuilddate", "issued", "modified")
_AUTHORS = ("creator", "author", "managingeditor")
_TEXTS = ("description", "subtitle", "summary", "encoded", "content")
#: An entry with more texts than this is compared with none of them: it would take long, and is no honest one.
_COMPARED = 8
_MEDIA = ("enclosure", "thumbnail", "player")


def is_feed(root: _Element) -> bool:
    """Whether XML is a feed with entries."""
    return root.tag in _ROOTS and any(tag_of(element) in _ENTRIES for element in root.iter())


def _words(element: _Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _first(element: _Element, tags: tuple[str, ...]) -> str:
    """The words of the first child under one of the tags, in the order of the tags."""
    for tag in tags:
        for child in element:
            # Many feeds escape twice what is no markup.
            if tag_of(child) == tag and (words := html.unescape(_words(child))):
                return words
    return ""


def _all(element: _Element, tag: str) -> list[str]:
    """What all children of a tag say, in their text or in the attribute that Atom keeps it in."""
    found = (_words(child) or child.get("term") or child.get("href") or "" for child in element if tag_of(child) == tag)
    return list(dict.fromkeys(text for text in found if text))


def _authors(element: _Element) -> str:
    """Who wrote it; Atom keeps the name beside address and page."""
    people = [child for child in element if tag_of(child) in _AUTHORS]
    return ", ".join(dict.fromkeys(text for each in people if (text := _first(each, ("name",)) or _words(each))))


def _day(text: str) -> str | None:
    """A feed's date (RFC 822 or ISO 8601) as an ISO day."""
    moment = sent_at(text)
    if moment is None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
    return moment.date().isoformat()


def _tree(element: _Element) -> _Element | None:
    """The markup of an entry's text: a tree of its own, or written as text."""
    if len(element):
        return element
    return parse_html(element.text) if element.text and element.text.strip() else None


def _add_texts(builder: TextBuilder, element: _Element, below: int) -> None:
    """Add the texts of a feed or an entry; a summary that the whole text repeats is not said twice."""
    trees = [tree for child in element if tag_of(child) in _TEXTS and (tree := _tree(child)) is not None]
    said = [_words(tree) for tree in trees]
    for place, (tree, words) in enumerate(zip(trees, said, strict=True)):
        others = [other for at, other in enumerate(said) if at != place and (other != words or at < place)]
        if len(said) > _COMPARED or not any(words in other for other in others):
            add_markup(builder, tree, below)


def _add_entry(builder: TextBuilder, entry: _Element) -> int:
    """Add an entry; gives how many media it names."""
    builder.add(BlockKind.HEADING, _first(entry, ("title",)), level=2)
    head = (
        ("By", _authors(entry)),
        ("Published", _first(entry, _DATES)),
        ("Link", ", ".join(_all(entry, "link"))),
        ("Categories", ", ".join(_all(entry, "category"))),
    )
    builder.add(BlockKind.PARAGRAPH, "\n".join(f"{label}: {value}" for label, value in head if value))
    _add_texts(builder, entry, below=2)
    return sum(tag_of(child) in _MEDIA or child.get("url") is not None for child in entry)


def feed_document(root: _Element, name: str) -> Document:
    """The document of a feed; media that it names are told in a note, nothing is fetched."""
    channel = next((child for child in root if tag_of(child) == "channel"), root)
    builder = TextBuilder()
    title, author, date = _first(channel, ("title",)), _authors(channel), _first(channel, _DATES)
    builder.add(BlockKind.HEADING, title, level=1)
    _add_texts(builder, channel, below=1)
    entries = [element for element in root.iter() if tag_of(element) in _ENTRIES]
    media = sum(_add_entry(builder, entry) for entry in entries)
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=title,
        author=author or None,
        date=_day(date),
        notes=(f"{media} media files that the feed names were not read",) if media else (),
    )
