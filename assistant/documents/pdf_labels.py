"""What stands above the rows of a table on a PDF page: the labels of its columns, captions, and the first section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from assistant.documents.pdf_cells import Line, Piece, goes_on, is_year

#: Labels stand no higher above the first row than so many of its lines.
_LABEL_LINES = 9
#: A line above the first row that fills more than this share of the room before the figures is running text.
_RUNNING = 0.8
#: Labels reach over the left of their column by no more than this share of a column's width or half the way to the
#: next one; that of a single column by so many times its own height.
_SLACK, _ALONE = 0.6, 8.0
#: A label that stands over no column labels those whose middles are no further than this share of their distance.
_CENTRED = 0.65
#: A line of so many words, or one that ends in such a sign, may be a sentence.
_SENTENCE_WORDS = 8
_SENTENCE_ENDS = (":", ".", ";", ",")
#: A caption, such as "(in millions)", that stands among the labels.
_BRACKETED = re.compile(r"^\(.*\)$")


@dataclass(frozen=True)
class Top:
    """The top of a table: one label a column, what labels the rows, captions in order, and the places of its lines.

    Its first line is `begin`; those from `first` to the first row that are not in `lines` name sections. Lines of
    `apart` label at least two columns each by its own.
    """

    labels: tuple[str, ...]
    corner: str
    captions: tuple[str, ...]
    begin: int
    first: int
    lines: frozenset[int]
    apart: frozenset[int]


def top_of(lines: Sequence[Line], row: Line, columns: Sequence[Piece]) -> Top:
    """What stands above a table's first row.

    Args:
        lines: the lines before that row which belong to no other table, in order.
        row: the first row.
        columns: the columns of figures, left to right.
    """
    headers, first = _above(lines, row, columns)
    begin = min((line.place for line in headers), default=first)
    beside = {line.place: _beside_labels(line, headers, columns) for line in lines if begin <= line.place < first}
    lowest = max((line.place for line in headers), default=None)
    corner = beside.pop(lowest) if lowest in beside and not _BRACKETED.match(beside[lowest]) else ""
    return Top(
        labels=tuple(_labels(headers, columns)),
        corner=corner,
        captions=tuple(filter(None, beside.values())),
        begin=begin,
        first=first,
        lines=frozenset(line.place for line in headers),
        apart=frozenset(line.place for line in headers if _tells_apart(line, columns)),
    )


def _tells_apart(line: Line, columns: Sequence[Piece]) -> bool:
    """Whether pieces of a line stand over several columns, each over one of its own."""
    own = [[place for place, column in enumerate(columns) if cell.overlaps(column)] for cell in line.labels]
    return len({places[0] for places in own if len(places) == 1}) > 1


def _above(lines: Sequence[Line], row: Line, columns: Sequence[Piece]) -> tuple[list[Line], int]:
    """The lines above the first row that label its columns, and the place where the table's sections begin."""
    headers: list[Line] = []
    first = row.place
    for line in reversed(lines):
        whole = line.whole
        if whole.bottom - row.whole.top > _LABEL_LINES * row.whole.height or whole.top < row.whole.bottom:
            break
        if len(line.labels) == 1 and _BRACKETED.match(whole.text) and whole.right > columns[0].left:
            continue
        if _is_sentence(line, columns):
            break
        if any(_over(cell, columns) for cell in line.labels):
            headers.append(line)
        elif headers or len(line.labels) > 1 or _runs_on(line, row, columns):
            break
        else:
            first = line.place
    return (headers, first) if headers else ([], row.place)


def _is_sentence(line: Line, columns: Sequence[Piece]) -> bool:
    """Whether a line is running text, spaced so widely that its words look like labels.

    It begins beside the columns with a capital, and all that stands over them goes on in small letters.
    """
    over = [cell for cell in line.labels if _over(cell, columns)]
    if len(over) < 2 or over[0] is line.labels[0] or not line.labels[0].text[:1].isupper():
        return False
    text = line.whole.text
    long = text.endswith(_SENTENCE_ENDS) or len(text.split()) >= _SENTENCE_WORDS
    return long and all(cell.text[:1].islower() for cell in over)


def _runs_on(line: Line, row: Line, columns: Sequence[Piece]) -> bool:
    """Whether a line above the first row is running text, not a section's name nor the beginning of the row's own."""
    if line.place == row.place - 1 and goes_on(row.cells[0]):
        return False
    return line.whole.right - line.whole.left > _RUNNING * (columns[0].left - row.whole.left)


def _beside_labels(line: Line, headers: Sequence[Line], columns: Sequence[Piece]) -> str:
    """What a line above the first row says that labels no column."""
    if line not in headers:
        return line.whole.text
    said = " ".join(cell.text for cell in line.labels if not _over(cell, columns))
    return "" if said == _spoken_before([line], columns) else said


def _over(cell: Piece, columns: Sequence[Piece]) -> bool:
    """Whether a piece stands over the columns and not also over what is left of them."""
    width = median(column.right - column.left for column in columns)
    room = _pitch(columns) / 2 if len(columns) > 1 else _ALONE * cell.height
    return columns[0].left - max(_SLACK * width, room) < cell.left < columns[-1].right


def _labels(headers: Sequence[Line], columns: Sequence[Piece]) -> list[str]:
    """One label a column: what stands over it, top to bottom."""
    cells = [cell for line in headers for cell in line.labels if _over(cell, columns)]
    lines: list[list[Piece]] = []
    for cell in sorted(cells, key=lambda cell: -cell.top):
        if lines and cell.beside(lines[-1][0]):
            lines[-1].append(cell)
        else:
            lines.append([cell])
    before = _spoken_before(headers, columns)
    over = [[before, *(_above_column(column, line, columns) for line in lines)] for column in columns]
    return [" ".join(dict.fromkeys(filter(None, texts))) if any(texts[1:]) else "" for texts in over]


def _above_column(column: Piece, line: Sequence[Piece], columns: Sequence[Piece]) -> str:
    """The text of a line of labels that stands over a column, or near it if it is centred over several."""
    over = [cell for cell in line if cell.overlaps(column)]
    if not over:
        nearest = min(line, key=lambda cell: abs(cell.middle - column.middle))
        reach = max(_CENTRED * _pitch(columns), _pitch(line) / 2)
        over = [nearest] if abs(nearest.middle - column.middle) <= reach else []
    return " ".join(cell.text for cell in sorted(over, key=lambda cell: cell.left))


def _pitch(pieces: Sequence[Piece]) -> float:
    """The least distance of neighbours' middles, 0 of a single one."""
    middles = sorted(piece.middle for piece in pieces)
    return min((after - before for before, after in pairwise(middles)), default=0.0)


def _spoken_before(headers: Sequence[Line], columns: Sequence[Piece]) -> str:
    """What a line of years says before them: "Three Months Ended September 30," of "... 2022 | 2021"."""
    for line in headers:
        corner = [cell for cell in line.labels if not _over(cell, columns)]
        years = [cell for cell in line.labels if _over(cell, columns)]
        if corner and not _BRACKETED.match(corner[-1].text) and all(map(is_year, years)):
            return corner[-1].text
    return ""
