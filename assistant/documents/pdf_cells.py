"""Words of a PDF page with their places, put together to cells and lines; the ground that tables are found on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_ONE = r"\(?[-+−]?[$€£¥]?\(?[-+−]?\d[\d,.]*\)?(?:%|x|bps| (?:years?|months?|days?))?\)?\**"
#: A figure of a cell or a range of two, with currency and sign, or a dash in its place.
_FIGURE = re.compile(rf"^{_ONE}(?: ?[-–] ?{_ONE})?$|^[-–—]+%?$|^n/?[am]\.?$", re.IGNORECASE)
#: The second half of a range.
_UP_TO = re.compile(rf"^[-–] ?{_ONE}$")
#: Signs that stand apart from the figure behind or before them.
_BEFORE, _BEHIND = re.compile(r"^\(?[$€£¥]\(?$"), re.compile(r"^[%)*]{1,3}$")
#: Words further apart than this share of their height stand in different cells; of labels, this one.
_GAP, _LABEL_GAP = 0.6, 0.4
_GOES_ON = re.compile(r"[a-z$(]")
_YEAR = re.compile(r"^(?:19|20)\d\d$")


@dataclass(frozen=True)
class Piece:
    """Text at a place of a page: `left` and `right`, `bottom` and `top` in points from the page's lower left corner."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        """Its height in points."""
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        """Half-way from left to right."""
        return (self.left + self.right) / 2

    def overlaps(self, other: Piece) -> bool:
        """Whether one stands, in part, above the other."""
        return self.left < other.right and other.left < self.right

    def beside(self, other: Piece) -> bool:
        """Whether both stand on one line."""
        return min(self.top, other.top) - max(self.bottom, other.bottom) > 0.5 * min(self.height, other.height)


def joined(pieces: Sequence[Piece], glue: str = " ") -> Piece:
    """Pieces as one, in the order given."""
    return Piece(
        glue.join(piece.text for piece in pieces),
        min(piece.left for piece in pieces),
        max(piece.right for piece in pieces),
        min(piece.bottom for piece in pieces),
        max(piece.top for piece in pieces),
    )


def cells_of(words: Sequence[Piece], *, labels: bool = False) -> list[Piece]:
    """The cells of a line: words that stand close together; signs go with their figures, figures stand alone.

    In a line of column `labels` figures are parts of dates, and cells stand closer.
    """
    gap = _LABEL_GAP if labels else _GAP
    groups: list[list[Piece]] = []
    for word in words if labels else _with_signs(words):
        last = groups[-1][-1] if groups else None
        apart = last is None or not _near(last, word, gap)
        both = last is not None and bool(_FIGURE.match(last.text) and _FIGURE.match(word.text))
        if apart or (both and not labels):
            groups.append([word])
        else:
            groups[-1].append(word)
    return [joined(group) for group in groups]


def _near(before: Piece, word: Piece, gap: float = _GAP) -> bool:
    return word.left - before.right <= gap * word.height


def _with_signs(words: Sequence[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for word in words:
        last = found[-1] if found else None
        figure = _FIGURE.match(word.text) or _BEHIND.match(word.text)
        if last is not None and figure and (_BEFORE.match(last.text) or _BEHIND.match(word.text)):
            found[-1] = joined([last, word], "")
        elif last is not None and _UP_TO.match(word.text) and _near(last, word) and _FIGURE.match(last.text):
            found[-1] = joined([last, word])
        else:
            found.append(word)
    return found


@dataclass(frozen=True)
class Line:
    """A line of a page: its place among them, and its words."""

    place: int
    words: tuple[Piece, ...]

    @cached_property
    def cells(self) -> tuple[Piece, ...]:
        """Its cells as a row of a table."""
        return tuple(cells_of(self.words))

    @cached_property
    def labels(self) -> tuple[Piece, ...]:
        """Its cells as labels of columns."""
        return tuple(cells_of(self.words, labels=True))

    @cached_property
    def whole(self) -> Piece:
        """All of it."""
        return joined(self.words)

    @cached_property
    def figures(self) -> tuple[Piece, ...]:
        """The figures that end the line, each in a cell of its own."""
        first = len(self.cells)
        while first and _FIGURE.match(self.cells[first - 1].text):
            first -= 1
        return self.cells[first:]

    @cached_property
    def dated(self) -> bool:
        """Whether it ends in years and no other figures, as a line of labels may."""
        return bool(self.figures) and all(is_year(figure) for figure in self.figures)


def is_year(piece: Piece) -> bool:
    """Whether a piece is a year and nothing else."""
    return bool(_YEAR.match(piece.text))


def goes_on(piece: Piece) -> bool:
    """Whether a piece begins as the rest of a line above it does."""
    return bool(_GOES_ON.match(piece.text))
