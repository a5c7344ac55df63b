"""Reader of Excel workbooks (.xlsx, openpyxl): each sheet is a heading with its tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.cells import shown
from assistant.documents.grid import add_grid
from assistant.documents.merged import repeat_merged
from assistant.documents.model import BlockKind, Document
from assistant.documents.office import WORKBOOK, facts, open_package, readable
from assistant.errors import DocumentError

#: Cells, the empty ones between filled ones counted; a sheet with more is no text.
MAX_CELLS = 10_000_000
#: Openings of elements that hold a value, with and without a namespace's prefix.
_VALUES = (b"<v>", b"<v ", b":v>", b":v ", b"<is>", b":is>", b"<is ", b":is ")
_ROW = re.compile(rb'row\s[^>]*?\br="(\d+)"')
_MERGED = re.compile(rb"mergeCell\s[^>]*?\bref=[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?[A-Z]{1,3}\$?(\d{1,7})[\"']")
#: A formula whose result was not saved; a result that is empty text is saved as `t="str"`.
_NO_RESULT = re.compile(
    rb"<(?:\w+:)?c\b(?![^>]*\bt=\"str\")[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def add_sheet(builder: TextBuilder, title: str, rows: list[list[str]]) -> bool:
    """Add a sheet under its name; False, and nothing added, if it holds nothing."""
    filled = any(any(row) for row in rows)
    if filled:
        builder.add(BlockKind.HEADING, title, level=1)
        add_grid(builder, rows)
    return filled


def sheet_notes(hidden: list[str], empty: list[str]) -> list[str]:
    """What a person must know of the sheets."""
    remarks = (("hidden sheets, read as well", hidden), ("empty sheets", empty))
    return [f"{remark}: {', '.join(titles)}" for remark, titles in remarks if titles]


def _last_row(part: bytes) -> int | None:
    """The last row of a sheet that holds a value, 0 if none does, None where rows are not numbered.

    A sheet may have a million rows that are only formatted; they are not even parsed.
    """
    value = max(part.rfind(opening) for opening in _VALUES)
    if value < 0:
        return 0
    row = max(part.rfind(opening, 0, value) for opening in (b"<row", b":row"))
    number = _ROW.match(part, row + 1) if row >= 0 else None
    return int(number.group(1)) if number else None


def _rows(sheet: Any, last: int | None, name: str) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what a file states about its size is often wrong
    count = 0
    for row in sheet.iter_rows(max_row=last):
        count += len(row)
        if count > MAX_CELLS:
            raise DocumentError(
                f"{name}: the sheet {sheet.title} spreads over more than {MAX_CELLS:,} cells",
                "Delete what lies far off, or save the part you need as .csv.",
            )
        yield [shown(cell.value, cell.number_format) if cell.value is not None else "" for cell in row]


def _read_sheet(archive: zipfile.ZipFile, sheet: Any, name: str) -> tuple[list[list[str]], int]:
    """A sheet's cells as text, and how many formulas have no saved result."""
    # The library keeps the part's name to itself; without it all rows are parsed.
    path = getattr(sheet, "_worksheet_path", None)
    if path is None:
        return list(_rows(sheet, None, name)), 0
    part = archive.read(path)
    last = _last_row(part)
    unsaved = sum(1 for _ in _NO_RESULT.finditer(part))
    rows = [] if last == 0 else list(_rows(sheet, last, name))
    repeat_merged(rows, _merged(part))
    return rows, unsaved


def _merged(part: bytes) -> Iterator[tuple[int, int, int]]:
    """First row, last row and first column, from 0, of the cells of a sheet that span rows.

    The library tells them only where it reads a whole workbook into memory.
    """
    from openpyxl.utils import column_index_from_string

    for match in _MERGED.finditer(part):
        column, first, last = match.groups()
        if last != first:
            yield int(first) - 1, int(last) - 1, column_index_from_string(column.decode()) - 1


def _unread(archive: zipfile.ZipFile) -> list[str]:
    """Notes on what a workbook holds beside cells."""
    names = archive.namelist()
    remarks = (
        ("comments on cells, not read", r"xl/comments[^/]*\.xml|xl/comments/[^/]+\.xml"),
        ("charts, read only by the cells they are drawn from", r"xl/charts/chart[^/]*\.xml"),
    )
    counts = ((remark, sum(bool(re.fullmatch(pattern, name)) for name in names)) for remark, pattern in remarks)
    notes = [remark for remark, count in counts if count]
    drawings = [name for name in names if re.fullmatch(r"xl/drawings/[^/]+\.xml", name)]
    if any(re.search(rb"<(?:\w+:)?t>[^<]", archive.read(name)) for name in drawings):
        notes.append("text boxes on sheets, not read")
    return notes


def read_xlsx(data: bytes, name: str) -> Document:
    """Read a workbook's cells as they are shown; formulas by the results saved with them, hidden sheets as well.

    Raises:
        DocumentError: locked, damaged, another format, too large, or without a single cell that holds anything.
    """
    from openpyxl import load_workbook

    archive = open_package(data, name, WORKBOOK)
    with readable(name, WORKBOOK):
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        stated = facts(archive)
        builder = TextBuilder()
        hidden: list[str] = []
        empty: list[str] = []
        unsaved = 0
        for sheet in book.worksheets:
            rows, formulas = _read_sheet(archive, sheet, name)
            unsaved += formulas
            if not add_sheet(builder, sheet.title, rows):
                empty.append(sheet.title)
            elif sheet.sheet_state != "visible":
                hidden.append(sheet.title)
        notes = sheet_notes(hidden, empty) + _unread(archive)
        book.close()
    if unsaved:
        notes.append(f"formulas without a saved result, left out: {unsaved} (open and save it in Excel to have them)")
    if not builder.blocks:
        raise _nothing(name, unsaved)
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=stated.title,
        date=stated.date,
        author=stated.author,
        notes=tuple(notes),
    )


def _nothing(name: str, unsaved: int) -> DocumentError:
    if unsaved:
        return DocumentError(f"{name} holds formulas without results", "Open it in Excel, save it, and add that.")
    return DocumentError(f"{name} holds no text: all its sheets are empty", "Nothing was added; check the file.")
