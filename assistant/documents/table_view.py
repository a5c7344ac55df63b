"""A row of a spreadsheet as it stood in its table, read back from the lines that `tables.py` made of it.

The file is not needed: `label | column: value | column: value` holds the cells, the line of labels above it their
columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

#: Suffixes of documents whose lines are rows.
SHEETS = (".xlsx", ".xls", ".csv", ".tsv")
#: Rows shown above and below the cited ones.
_ABOVE, _BELOW = 8, 12
#: So far up a line of labels is looked for, in lines; a sheet may have a hundred thousand.
_REACH = 100_000
_PART = " | "


@dataclass(frozen=True)
class Cell:
    """A cell's text, and where it stands in the document's text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    """A row's cells by column, None where one is empty. `section` is a lone label over the rows below it."""

    cells: tuple[Cell | None, ...]
    cited: bool
    section: bool = False


@dataclass(frozen=True)
class TableView:
    """The labels of all columns, and the rows around the cited ones; so many more stand above and below."""

    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    above: int
    below: int


@dataclass(frozen=True)
class _Line:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def parts(self) -> list[Cell]:
        found, at = [], self.start
        for part in self.text.split(_PART):
            found.append(Cell(part, at, at + len(part)))
            at += len(part) + len(_PART)
        return found


def is_sheet(name: str) -> bool:
    """Whether a document of this name is a spreadsheet or a text table."""
    return PurePosixPath(name).suffix.lower() in SHEETS


def table_around(text: str, start: int, end: int) -> TableView | None:
    """The table that the lines between two places of a sheet's text belong to; None if they are no rows of one."""
    first = text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0
    last = text.find("\n\n", max(start, end - 1))
    lines = list(_lines(text[first : last if last >= 0 else len(text)], first))
    cited = [place for place, line in enumerate(lines) if line.start < end and line.end > start]
    if not cited:
        return None
    top = _labels_above(lines, cited[0])
    if top is None:
        return None
    labels = lines[top].text.split(_PART)
    bottom = next((at for at in range(cited[-1] + 1, len(lines)) if not _fits(lines[at], labels)), len(lines))
    columns = labels if _has_corner(lines[top + 1 : bottom], labels) else ["", *labels]
    begin, stop = max(top + 1, cited[0] - _ABOVE), min(bottom, cited[-1] + 1 + _BELOW)
    rows = [_row(lines[at], columns, at in cited) for at in range(begin, stop)]
    width = max(len(columns), *(len(row.cells) for row in rows))
    return TableView(
        tuple(columns) + ("",) * (width - len(columns)),
        tuple(Row(row.cells + (None,) * (width - len(row.cells)), row.cited, row.section) for row in rows),
        begin - top - 1,
        bottom - stop,
    )


def _lines(text: str, start: int) -> Iterator[_Line]:
    for line in text.split("\n"):
        yield _Line(line, start)
        start += len(line) + 1


def _label_of(part: str, labels: Sequence[str]) -> str | None:
    """The longest of the labels that a part of a row begins with."""
    return max((label for label in labels if part.startswith(f"{label}: ")), key=len, default=None)


def _fits(line: _Line, labels: Sequence[str]) -> bool:
    """Whether a line can be a row under these labels: none of its values stands under another."""
    parts = line.text.split(_PART)
    if len(parts) == 1:
        return True
    known = [_label_of(part, labels) is not None or ": " not in part for part in parts[1:]]
    return all(known) and any(_label_of(part, labels) for part in parts)


def _labels_above(lines: Sequence[_Line], place: int) -> int | None:
    """The place of the nearest line above a row that labels its columns."""
    for at in range(place - 1, max(-1, place - _REACH), -1):
        labels = lines[at].text.split(_PART)
        if len(lines[place].text.split(_PART)) > 1 and _fits(lines[place], labels):
            return at
    return None


def _has_corner(lines: Sequence[_Line], labels: Sequence[str]) -> bool:
    """Whether the first label is that of the rows' names, which stand without it."""
    return not any(part.startswith(f"{labels[0]}: ") for line in lines[:50] for part in line.text.split(_PART)[1:])


def _row(line: _Line, columns: Sequence[str], cited: bool) -> Row:
    parts = line.parts()
    if len(parts) == 1 and _label_of(line.text, columns[1:]) is None:
        return Row((parts[0],), cited, section=True)
    cells: list[Cell | None] = [None] * len(columns)
    column = 0
    for place, part in enumerate(parts):
        label = _label_of(part.text, columns[1:])
        if label is not None:
            column = _column(columns, label, column + 1)
            cells[column] = Cell(part.text[len(label) + 2 :], part.start + len(label) + 2, part.end)
        elif place == 0:
            cells[0] = part
        else:
            # Its column has no label, so that it cannot be told which of several it is.
            cells.append(part)
    return Row(tuple(cells), cited)


def _column(columns: Sequence[str], label: str, first: int) -> int:
    """The column of a label: of several alike the next one."""
    return next((at for at in range(first, len(columns)) if columns[at] == label), columns.index(label))
