"""Tables of PDF pages, found by where words stand: rows of cells under the labels of their columns.

A PDF knows no tables. What is one here: lines that end in figures, one below the other, whose figures stand in the
same columns; above them short lines label the columns, and lines without figures among them name the rows below.
Pure: takes words with their places, gives lines of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from assistant.documents.pdf_cells import Line, Piece, goes_on, is_year, joined
from assistant.documents.pdf_labels import top_of

#: So many lines without a figure may stand between two rows.
_BETWEEN = 3
#: Rows that make a table.
_ROWS = 2
#: A label that fills this share of the room before the figures goes on in the next line.
_WRAPPED = 0.8
#: A row stands below a section if it begins this many points further right.
_INDENT = 2.0
_TOTAL = re.compile(r"total\b", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """The lines `first` to `last` (not included) of a page, as text that each can be read alone.

    `labels` are the places of the page's lines that tell its columns apart.
    """

    first: int
    last: int
    lines: tuple[str, ...]
    labels: frozenset[int] = frozenset()


def find_tables(lines: Sequence[Sequence[Piece]]) -> list[Table]:
    """The tables of a page, in order.

    Args:
        lines: the page's lines in reading order, each as its words from left to right.
    """
    read = [Line(place, tuple(words)) for place, words in enumerate(lines) if words]
    found: list[Table] = []
    floor = 0
    for run in _runs(read):
        columns = _columns(run)
        rows = [line for line in run if columns and _in_columns(line, columns)]
        if len(rows) >= _ROWS:
            found.append(_table(read, floor, rows, columns))
            floor = found[-1].last
    return found


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that end in figures, with no more than a few others between them.

    A line that labels columns, and running text, ends a run: what stands over figures without being one.
    """
    run: list[Line] = []
    for line in lines:
        row = bool(line.figures) and not line.dated
        if run and (
            line.place - run[-1].place > _BETWEEN + 1
            or line.whole.bottom > run[-1].whole.top
            or (not row and line.whole.right > _left_of_figures(run))
        ):
            yield run
            run = []
        if row:
            run.append(line)
    if run:
        yield run


def _left_of_figures(run: Sequence[Line]) -> float:
    """Where the first of a run's columns begins, that of most rows."""
    return median(line.figures[0].left for line in run)


def _columns(run: Sequence[Line]) -> list[Piece]:
    """The columns of figures, left to right: figures that stand above one another, in two rows at least."""
    figures = sorted((figure for line in run for figure in line.figures), key=lambda figure: figure.left)
    groups: list[list[Piece]] = []
    for figure in figures:
        if groups and figure.left < max(other.right for other in groups[-1]):
            groups[-1].append(figure)
        else:
            groups.append([figure])
    kept = [group for group in groups if len(group) >= _ROWS]
    if len(kept) > 1 and all(map(is_year, kept[0])):
        # "2025 | 1,200 | 310": the years name the rows.
        kept = kept[1:]
    return [joined(group) for group in kept]


def _in_columns(line: Line, columns: Sequence[Piece]) -> dict[int, Piece]:
    """A line's figures by the column they stand in; none of a line whose words reach into the columns."""
    held: dict[int, Piece] = {}
    for place, column in enumerate(columns):
        inside = [figure for figure in line.figures if figure.overlaps(column)]
        if inside:
            held[place] = joined(inside)
    named = [cell for cell in line.cells if cell not in line.figures or cell.right < columns[0].left]
    if named and named[-1].right > columns[0].middle:
        return {}
    # A lone figure under several columns is a page's number unless a label of one piece goes before it.
    return {} if len(named) != 1 and len(held) == 1 < len(columns) else held


def _table(lines: Sequence[Line], floor: int, rows: Sequence[Line], columns: Sequence[Piece]) -> Table:
    top = top_of([line for line in lines if floor <= line.place < rows[0].place], rows[0], columns)
    last = rows[-1].place + 1
    body = _Body(top.labels, columns[0].left)
    for line in lines:
        if not top.first <= line.place < last or line.place in top.lines:
            continue
        held = _in_columns(line, columns) if line.place >= rows[0].place else {}
        if held:
            name = [cell for cell in line.cells if cell not in held.values()]
            body.row(joined(name) if name else None, held)
        else:
            body.between(line)
    heading = " | ".join(dict.fromkeys(filter(None, (top.corner, *top.labels))))
    return Table(top.begin, last, tuple(filter(None, (*top.captions, heading, *body.texts))), top.apart)


class _Body:
    """Puts a table's rows into words; lines without figures name a section of rows or go on below.

    Args:
        labels: one of each column.
        left: where the first column begins.
    """

    def __init__(self, labels: Sequence[str], left: float) -> None:
        self.texts: list[str] = []
        self._labels = labels
        self._left = left
        self._waiting: list[Piece] = []
        self._section: Piece | None = None
        self._deeper = False

    def between(self, line: Line) -> None:
        """A line that is no row: with figures it stands by itself, without them the next row tells what it is."""
        if line.figures:
            self._settle()
            self.texts.append(line.whole.text)
        elif self._waiting and line.whole.text[:1].islower():
            self._waiting[-1] = joined([self._waiting[-1], line.whole])
        else:
            self._waiting.append(line.whole)

    def row(self, label: Piece | None, cells: Mapping[int, Piece]) -> None:
        """A row: its own label, and its figures by column."""
        label = self._whole_label(label)
        self._settle()
        self._leave_section(label)
        parts = [self._name(label)]
        for place, cell in cells.items():
            parts.append(f"{self._labels[place]}: {cell.text}" if self._labels[place] else cell.text)
        self.texts.append(" | ".join(filter(None, parts)))
        if label is not None and _TOTAL.match(label.text):
            self._section = None

    def _settle(self) -> None:
        """The lines that waited name sections, the last of them the one that follows."""
        for line in self._waiting:
            self.texts.append(line.text)
            self._section, self._deeper = line, False
        self._waiting.clear()

    def _whole_label(self, label: Piece | None) -> Piece | None:
        """The label with the lines above that it goes on from."""
        parts = [label] if label is not None else []
        while self._waiting and not self._waiting[-1].text.endswith(":"):
            above = self._waiting[-1]
            wide = above.right > above.left + _WRAPPED * (self._left - above.left)
            if not (wide or not parts or goes_on(parts[0])):
                break
            parts.insert(0, self._waiting.pop())
        return joined(parts) if parts else None

    def _leave_section(self, label: Piece | None) -> None:
        """A row that begins no further right than the section's name, when others did, is not part of it."""
        if label is None or self._section is None:
            return
        inside = label.left > self._section.left + _INDENT
        if self._deeper and not inside:
            self._section = None
        self._deeper = self._deeper or inside

    def _name(self, label: Piece | None) -> str:
        name = label.text.rstrip(":") if label is not None else ""
        section = self._section.text.rstrip(":") if self._section is not None else ""
        return f"{section}: {name}" if section and name else name
