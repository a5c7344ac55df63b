"""Headings of a PDF, told by how lines are set: a PDF says where letters stand and in which type, not what they are.

What is one here: a short line without figures, set larger, bolder or slanted, unlike most of the document, with
running text or a table below it. Pure: takes lines with their type, gives the places of headings and their depth.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import NamedTuple

#: So much larger than running text a heading is set, at least.
_LARGER = 1.12
#: So much larger it needs no text of its own below: a title, a slide's. A line so long is running text.
_TITLE, _TEXT = 1.3, 40
#: A line that begins or ends so many pages, figures aside, runs through a chapter.
_RUNS = 3
#: A line so many of its heights above the one before it begins another column of the page.
_COLUMN = 10
#: The longest heading in characters; more lines than these in one type are a paragraph in bold.
_LONGEST, _LINES = 120, 3
#: A line that fills this share of the longest one's length goes on in the next.
_FULL = 0.6
#: If more of a document's letters than this would stand in headings, its type says nothing.
_TOO_MUCH = 0.3
_DEEPEST = 6
#: What a heading may begin with: "Item 1A.", "NOTE 11 —", "Part II", "3.2", "Table 4:".
_NUMBERED = re.compile(
    r"^(?:(?i:part|item|note|chapter|section|appendix|annex|exhibit|table|figure|schedule)\s+"
    r"(?:\d{1,2}(?:\.\d{1,2})*[A-Za-z]?|[IVXivx]{1,5}|[A-Z])(?:[.):]|\s*[—–-]|\s)\s*|"
    r"(?:\d{1,2}(?:\.\d{1,2})*[A-Z]?[.):]?|[IVX]{1,5}[.):]?|[A-Z][.):])"
    r"(?:\s*[—–]\s*|\s+-\s+|\s+)(?=[^\W\d_a-z]))"
)
#: One of a document's counted parts.
_COUNTED = re.compile(r"(?:part|item|note|chapter|section|appendix|annex)\s+(?:\d|[IVX]+\b)", re.IGNORECASE)
_PERIOD = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\bQ[1-4]\b|\b10-[QK]\b")
#: What labels the columns of tables.
_LABEL = re.compile(r"\b(?:months?|weeks?|quarters?|years?)\s+ended\b|[$€£%]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3}")
#: A line that ends so goes on in the next.
_OPEN = re.compile(r"(?:,|[–—-]|\b(?:and|as|at|by|for|from|in|of|on|or|the|to|with))$", re.IGNORECASE)
#: A line that begins so goes on from the one before ("iPhone" does not).
_GOES_ON = re.compile(r"[a-z](?![A-Z])")
_SENTENCE_END = re.compile(r"""[.;,!。][)"'”’»]*$""")
#: A heading begins with a letter or figure, quoted or not; Ø and § alone are bullets of symbol fonts.
_BEGINS = re.compile(r"[\"“„‘'«¿]?(?![Ø§]\s)[^\W_]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: Words that make a year the name of a period.
_OF_PERIOD = re.compile(
    r"\b(?:fiscal|fy|q[1-4]|quarters?|half|years?|annual|outlook|form|report|results|10-[qk])\b", re.IGNORECASE
)


class Type(NamedTuple):
    """How a line is set: the height of its letters in points, to the half, and whether they are bold and upright."""

    height: float
    bold: bool
    upright: bool = True


class Setting(NamedTuple):
    """A line's type, and how far its letters stand from the foot of the page, in points."""

    type: Type
    bottom: float


@dataclass(frozen=True)
class SetLine:
    """A line of a page: its text, and its setting if all of it is in one type.

    `tabular` lines belong to a table that was found; a `row` looks like one of a table, found or not.
    """

    text: str
    setting: Setting | None = None
    tabular: bool = False
    row: bool = False

    @property
    def type(self) -> Type | None:
        """Its type."""
        return self.setting.type if self.setting else None


@dataclass(frozen=True)
class Heading:
    """A heading from the line `first` of a page to `last` (not included), `level` deep (1 is the highest)."""

    page: int
    first: int
    last: int
    level: int


def find_headings(pages: Mapping[int, Sequence[SetLine]]) -> list[Heading]:
    """The headings of a document, in order.

    Larger type stands above smaller, bold above plain, capitals above others, counted above uncounted ones,
    upright above slanted.

    Args:
        pages: its pages' lines by page number.
    """
    body = _body(pages)
    if body is None:
        return []
    edges = _edges(pages)
    found = [
        (page, first, last, lines[first])
        for page, lines in sorted(pages.items())
        for first, last in _on_page(lines, body)
        # Slides repeat their titles.
        if edges[_plain(lines[first].text)] < _RUNS or _is_title(lines[first], body)
    ]
    held = sum(len(line.text) for page, first, last, _ in found for line in pages[page][first:last])
    if held > _TOO_MUCH * sum(len(line.text) for lines in pages.values() for line in lines):
        return []
    ranks = sorted({_rank(line) for *_, line in found}, reverse=True)
    return [
        Heading(page, first, last, min(ranks.index(_rank(line)) + 1, _DEEPEST)) for page, first, last, line in found
    ]


def _edges(pages: Mapping[int, Sequence[SetLine]]) -> Counter[str]:
    """On how many pages a line is the first or the last, by its words without figures."""
    filled = [[line for line in lines if line.text] for lines in pages.values()]
    return Counter(text for lines in filled if lines for text in {_plain(lines[0].text), _plain(lines[-1].text)})


def _plain(text: str) -> str:
    return re.sub(r"\d+", "", text).strip()


def _body(pages: Mapping[int, Sequence[SetLine]]) -> Type | None:
    """The type that most letters are set in."""
    letters: Counter[Type] = Counter()
    for lines in pages.values():
        for line in lines:
            if line.type:
                letters[line.type] += len(line.text)
    return max(letters, key=lambda each: letters[each]) if letters else None


def _rank(line: SetLine) -> tuple[float, bool, bool, bool, bool]:
    if line.type is None:
        raise AssertionError("a heading without type")
    counted = bool(_COUNTED.match(line.text))
    return line.type.height, line.type.bold, line.text.isupper(), counted, line.type.upright


def _stands_out(line: SetLine, body: Type) -> bool:
    if line.tabular or line.type is None:
        return False
    if line.type.height >= _LARGER * body.height:
        return True
    other = (line.type.bold and not body.bold) or (body.upright and not line.type.upright)
    return other and line.type.height >= body.height / _LARGER


def _on_page(lines: Sequence[SetLine], body: Type) -> Iterator[tuple[int, int]]:
    """The first and last places of a page's headings."""
    longest = max((len(line.text) for line in lines), default=0)
    for first, last in _blocks(lines, body):
        # What stands right above a row outside the tables that were found may label its columns.
        labels = last < len(lines) and lines[last].row and not lines[last].tabular
        if labels or _side_by_side(lines[first:last]):
            continue
        for start, end in _joined(lines, first, last, longest):
            words = " ".join(line.text for line in lines[start:end])
            if end - start <= _LINES and is_worded(words) and _leads(lines, start, end, body):
                yield start, end


def _leads(lines: Sequence[SetLine], start: int, end: int, body: Type) -> bool:
    """Whether running text, a table or another line that stands out comes below on the page."""
    below = [line for line in lines[end:] if line.text]
    if not below or _stands_out(below[0], body):
        return bool(below)
    if _GOES_ON.match(below[0].text):
        return False
    if _is_title(lines[start], body):
        return True
    own = takewhile(lambda line: not _stands_out(line, body), below)
    return any(
        line.tabular or line.row or len(line.text) >= _TEXT or line.text[-1] in ".:;?!" or not line.text[0].isalnum()
        for line in own
    )


def _is_title(line: SetLine, body: Type) -> bool:
    return line.type is not None and line.type.height >= _TITLE * body.height


def _blocks(lines: Sequence[SetLine], body: Type) -> Iterator[tuple[int, int]]:
    """Runs of lines that stand out, one directly below the other."""
    start = None
    for place in range(len(lines) + 1):
        out = place < len(lines) and bool(lines[place].text) and _stands_out(lines[place], body)
        if start is not None and (not out or _climbs(lines[place - 1], lines[place])):
            yield start, place
            start = None
        if out and start is None:
            start = place


def _climbs(before: SetLine, line: SetLine) -> bool:
    """Whether a line begins the next column of a page: it stands many lines above the one before it."""
    one, other = before.setting, line.setting
    return one is not None and other is not None and other.bottom > one.bottom + _COLUMN * other.type.height


def _side_by_side(lines: Sequence[SetLine]) -> bool:
    """Whether one stands no lower than the one before it: labels of columns, read one after the other."""
    bottoms = [line.setting.bottom for line in lines if line.setting]
    return any(lower >= upper for upper, lower in pairwise(bottoms))


def _joined(lines: Sequence[SetLine], first: int, last: int, longest: int) -> Iterator[tuple[int, int]]:
    """The headings of a run: lines of one type, each but the last long enough to have been broken."""
    start = first
    for place in range(first + 1, last + 1):
        if place < last and lines[place].type == lines[place - 1].type:
            before = lines[place - 1].text
            goes_on = len(before) >= _FULL * longest or _OPEN.search(before) or lines[place].text[:1].islower()
            if goes_on and not _NUMBERED.match(lines[place].text):
                continue
        yield start, place
        start = place


def is_worded(text: str) -> bool:
    """Whether a line's words may be a heading's: short, with a word, without figures, and no sentence.

    A figure in a heading would be lost to those who ask for it: what is a heading is not quoted.
    """
    rest = _PERIOD.sub("", _NUMBERED.sub("", text, count=1))
    return (
        len(text) <= _LONGEST
        and bool(_WORD.search(rest))
        and not re.search(r"\d", rest)
        and not _LABEL.search(text)
        and len(_PERIOD.findall(text)) <= 1
        and not _SENTENCE_END.search(text)
        and text[:1].upper() == text[:1]
        and text.count("(") == text.count(")")
        and bool(_BEGINS.match(text))
        and bool(not _YEAR.search(text) or _OF_PERIOD.search(text))
    )
