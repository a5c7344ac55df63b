"""Tables of HTML and XHTML: which hold data, and their cells in rows and columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Elements whose words no reader of the page sees.
HIDDEN = frozenset({"head", "script", "style", "template"})
#: Elements that stand on lines of their own; all others run on in the line.
BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr
    ul""".split()
)
_LAYOUT = frozenset("table h1 h2 h3 h4 h5 h6".split())
#: Cells wider or higher than this are a mistake or an attack.
_MAX_SPAN = 100


def tag_of(element: _Element) -> str:
    """An element's name in lower case, its namespace aside; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def caption_of(table: _Element) -> str:
    """The words of a table's caption, empty if it has none."""
    return " ".join(_words(element) for element in table if tag_of(element) == "caption")


def data_rows(table: _Element) -> list[list[str]]:
    """The cells of a table that holds data; none for one that only lays out a page or a mail.

    A cell that spans columns stands in the first of them; one that spans rows is repeated in each.
    """
    inner = table.iter()
    next(inner)
    if any(tag_of(element) in _LAYOUT for element in inner):
        return []
    rows = [[cell for cell in row if tag_of(cell) in ("td", "th")] for row in table.iter() if tag_of(row) == "tr"]
    if sum(len(row) >= 2 for row in rows) < 2:
        return []
    grid: list[list[str]] = []
    hanging: dict[int, tuple[str, int]] = {}
    for row in rows:
        line: list[str] = []
        for cell in row:
            _fill_hanging(line, hanging)
            words, height = _words(cell), _span(cell, "rowspan")
            for place in range(_span(cell, "colspan")):
                text = "" if place else words
                if height > 1:
                    hanging[len(line)] = (text, height)
                line.append(text)
        _fill_hanging(line, hanging)
        hanging = {column: (text, left - 1) for column, (text, left) in hanging.items() if left > 1}
        grid.append(line)
    return grid


def _fill_hanging(line: list[str], hanging: dict[int, tuple[str, int]]) -> None:
    """Put what hangs down from the rows above into the columns that come next."""
    while len(line) in hanging and hanging[len(line)][1] > 0:
        line.append(hanging[len(line)][0])


def _span(cell: _Element, attribute: str) -> int:
    value = cell.get(attribute, "")
    return min(int(value), _MAX_SPAN) if re.fullmatch(r"[1-9]\d{0,8}", value) else 1


def _words(element: _Element) -> str:
    """All words of an element on one line; those of its blocks and broken lines are kept apart."""
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        tag = tag_of(inner)
        if tag in BLOCKS or tag == "br":
            parts.append(" ")
        if event == "end":
            parts.append("" if inner is element else inner.tail or "")
        elif tag in HIDDEN:
            walk.skip_subtree()
        else:
            parts.append((inner.get("alt", "") if tag == "img" else "") + (inner.text or ""))
    return " ".join("".join(parts).split())
