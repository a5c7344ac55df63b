"""The words of HTML and XHTML as blocks: every one of them, for what has no menus or adverts to leave out.

Mails, books and feeds are such; saved web pages go through the article finder of `web.py`.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from assistant.documents.builder import TextBuilder, clean_text
from assistant.documents.markup_tables import BLOCKS, HIDDEN, caption_of, data_rows, tag_of
from assistant.documents.model import BlockKind
from assistant.documents.tables import table_lines

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
_SPACE_RUN = re.compile(r" {2,}")
_BROKEN_LINE = re.compile(r" *\n *")


def parse_html(source: str) -> _Element | None:
    """The tree of a piece of HTML, None if there is nothing in it.

    HTML knows no entities but its own, so that lifting the parser's limits is no danger; they cut deep pages off.
    """
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root: _Element | None = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
    if root is not None and any("depth" in entry.message for entry in parser.error_log):
        # What lies deeper than the parser goes is dropped by it; the words alone are better than that.
        root = etree.Element("pre")
        root.text = clean_text(html.unescape(_TAG.sub("\n", source)))
    return root


def add_markup(builder: TextBuilder, root: _Element, below: int = 0) -> None:
    """Add all that a tree of HTML or XHTML says: headings, paragraphs, list items, table rows, code.

    Its headings are put beneath one of the level `below`. The tree is walked without recursion, however deep it
    is; comments must not be in it.
    """
    from lxml import etree

    writer = _Writer(builder, below)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = tag_of(element)
        if event == "start":
            if writer.open(tag, element):
                walk.skip_subtree()
        else:
            writer.close(tag)
            if element is not root:
                writer.say(element.tail)
    writer.flush()


class _Writer:
    """Collects the words of one block until another begins."""

    def __init__(self, builder: TextBuilder, below: int) -> None:
        self._builder = builder
        self._below = below
        self._words: list[str] = []
        self._headings: list[int] = []
        self._lists: list[int | None] = []
        self._items: list[str] = []
        self._code = 0

    def say(self, text: str | None) -> None:
        if text:
            self._words.append(text if self._code else _SPACE.sub(" ", text))

    def open(self, tag: str, element: _Element) -> bool:
        """Begin an element; True if its inside is done with."""
        if tag in HIDDEN:
            return True
        if tag in BLOCKS:
            self.flush()
        if tag == "table" and (rows := data_rows(element)):
            caption = caption_of(element)
            self._builder.add(BlockKind.PARAGRAPH, caption)
            for line in table_lines(rows):
                self._builder.add(BlockKind.TABLE_ROW, line, context=caption)
            return True
        if tag in _HEADINGS:
            self._headings.append(_HEADINGS[tag])
        elif tag in ("ul", "ol"):
            self._lists.append(_number(element.get("start")) if tag == "ol" else None)
        elif tag == "li":
            self._items.append(self._marker())
        elif tag == "pre":
            self._code += 1
        elif tag == "br":
            self._words.append("\n")
        elif tag == "img":
            self.say(element.get("alt"))
        self.say(element.text)
        return False

    def close(self, tag: str) -> None:
        if tag in BLOCKS:
            self.flush()
        if tag in _HEADINGS and self._headings:
            self._headings.pop()
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "li" and self._items:
            self._items.pop()
        elif tag == "pre" and self._code:
            self._code -= 1

    def flush(self) -> None:
        """Write the block that is open."""
        text, self._words = "".join(self._words), []
        if self._code:
            self._builder.add(BlockKind.CODE, text)
            return
        text = _BROKEN_LINE.sub("\n", _SPACE_RUN.sub(" ", text)).strip()
        if not text:
            return
        if self._headings:
            self._builder.add(BlockKind.HEADING, " ".join(text.split()), level=self._headings[-1] + self._below)
        elif self._items:
            self._builder.add(BlockKind.LIST_ITEM, self._items[-1] + text)
            self._items[-1] = ""
        else:
            self._builder.add(BlockKind.PARAGRAPH, text)

    def _marker(self) -> str:
        if not self._lists or (number := self._lists[-1]) is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "


def _number(start: str | None) -> int:
    return int(start) if start and re.fullmatch(r"\d{1,9}", start) else 1
