"""Lines of a PDF page as pdfium has them: what they say, where their words stand, and how they are set."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from assistant.documents.builder import clean_text
from assistant.documents.hyphens import MARK, join_broken
from assistant.documents.pdf_cells import Piece
from assistant.documents.pdf_headings import Setting, Type

_NUMBER = re.compile(r"\(?[$€£]?\d[\d,.]*%?\)?")
#: Names of fonts that are bold or slanted, TeX's among them; so many bytes of a name are looked at.
_BOLD = re.compile(r"bold|black|heavy|demi|-medi(?!um)|(?:^|\+)(?:CMB(?!R)|CMSSB|SFB|SFS[XO])", re.IGNORECASE)
_SLANTED = re.compile(
    r"ital(?!-)|obli|slanted|(?:^|\+)(?:CM(?:BX)?(?:TI|SL)|CMSSI|SF(?:TI|SL|BI|BL|SI|SO))", re.IGNORECASE
)
_FONT_NAME = 128
#: Left, bottom, right and top in points from the page's lower left corner.
Box = tuple[float, float, float, float]


def is_row(line: str) -> bool:
    """A line of a table: at least two figures that together fill a good part of it."""
    figures = _NUMBER.findall(line)
    return len(figures) >= 2 and sum(map(len, figures)) >= 0.2 * len(line)


@dataclass(frozen=True)
class PageLine:
    """A line of a page as it is kept, where its words stand and how it is set, as far as that is known."""

    text: str
    words: tuple[Piece, ...] = ()
    setting: Setting | None = None

    def whole(self, known: Container[str]) -> PageLine:
        """The line with its broken words joined, as the document's words say."""
        return replace(self, text=join_broken(self.text, known))


def lines_of(
    text: str, boxes: Sequence[Box] = (), set_at: Callable[[int], Setting | None] | None = None
) -> list[PageLine]:
    """A page's lines.

    Args:
        text: the page's text.
        boxes: the box of each of its characters; without them no word has a place.
        set_at: how the character at a place of the text is set; without it that is not known of any line.
    """
    return [
        PageLine(
            _kept(text[found.start() : found.end()]),
            tuple(_words(text, boxes, *found.span())),
            _setting(text, *found.span(), set_at) if set_at else None,
        )
        for found in re.finditer(r"[^\r\n]*(?:\r?\n|\r|$)", text)
        if found.group()
    ]


def _setting(text: str, start: int, end: int, set_at: Callable[[int], Setting | None]) -> Setting | None:
    """How a line is set, if its first, middle and last words are in one type."""
    words = [start + found.start() for found in re.finditer(r"[^\W_]+", text[start:end])]
    if not words:
        return None
    first = set_at(words[0])
    if first is None:
        return None
    others = {words[-1], words[len(words) // 2]} - {words[0]}
    return first if all((each := set_at(place)) and each.type == first.type for place in others) else None


def _kept(text: str) -> str:
    return clean_text(text).strip()


def _words(text: str, boxes: Sequence[Box], start: int, end: int) -> Iterator[Piece]:
    """The words between two places of a page's text, each with the box around its characters."""
    if not boxes:
        return
    for found in re.finditer(r"\S+", text[start:end]):
        held = boxes[start + found.start() : start + found.end()]
        lefts, bottoms, rights, tops = zip(*held, strict=True)
        if kept := _kept(found.group().replace(MARK, "-")):
            yield Piece(kept, min(lefts), max(rights), min(bottoms), max(tops))


def page_lines(page: Any) -> list[PageLine]:
    """A page's lines; where words stand is only looked at on pages that may hold a table."""
    from pypdfium2 import raw

    held = page.get_textpage()
    text = held.get_text_range()
    rows = sum(map(is_row, text.splitlines()))
    # Characters beyond the basic plane count twice there: places would be off.
    if text and max(text) > "\uffff":
        return lines_of(text)
    # A character that stands for no letter is one of the page and none of its text.
    exact = held.count_chars() == len(text)
    boxes = [held.get_charbox(place, loose=True) for place in range(len(text))] if rows > 1 and exact else ()
    return lines_of(
        text,
        boxes,
        lambda place: _set_at(held, place if exact else raw.FPDFText_GetCharIndexFromTextIndex(held, place)),
    )


def _set_at(held: Any, place: int) -> Setting | None:
    """How a character of a page is set; fonts tell that they are bold by their names."""
    from pypdfium2 import PdfiumError, raw

    try:
        _, bottom, _, top = held.get_charbox(place, loose=True)
    except PdfiumError:
        return None
    name = ctypes.create_string_buffer(_FONT_NAME)
    raw.FPDFText_GetFontInfo(held, place, name, _FONT_NAME, None)
    # Edges lie between the sizes that are used: a quarter of a point is never one.
    height = math.floor(2 * (top - bottom) + 0.1) / 2
    return Setting(Type(height, *_style(name.value.decode("utf-8", "replace"))), bottom)


@lru_cache(maxsize=256)
def _style(font: str) -> tuple[bool, bool]:
    """Whether a font is bold, and upright, by its name."""
    return bool(_BOLD.search(font)), not _SLANTED.search(font)
