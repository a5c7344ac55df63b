"""Reader of old Excel workbooks (.xls, xlrd)."""

from __future__ import annotations

import io
import re
from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.cells import shown
from assistant.documents.merged import repeat_merged
from assistant.documents.model import Document
from assistant.documents.office import COMPOUND_FILE, Format, damaged, is_encrypted, locked, readable
from assistant.documents.workbook import add_sheet, sheet_notes
from assistant.errors import DocumentError

OLD_WORKBOOK = Format("spreadsheet workbook", "", ".xls or .xlsx", "Excel")
#: Workbooks older than compound files start with a record of their own (MS-XLS, 2.4.21).
_RECORD = re.compile(rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00")


def _text(book: Any, sheet: Any, row: int, column: int) -> str:
    """A cell as it is shown."""
    import xlrd

    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    if kind == xlrd.XL_CELL_TEXT:
        return str(value)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return shown(bool(value))
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#ERROR!"))
    style = book.format_map.get(book.xf_list[sheet.cell_xf_index(row, column)].format_key)
    number_format = style.format_str if style else "General"
    if kind == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate.xldate_as_datetime(value, book.datemode)
        except (ValueError, OverflowError):  # a number no calendar has, in a cell formatted as a date
            return shown(value)
        return shown(moment.time() if value < 1 else moment, number_format)
    return shown(value, number_format)


def _open(data: bytes, name: str) -> Any:
    import xlrd

    if data.startswith(b"PK"):
        raise DocumentError(f"{name} is in the format of newer workbooks", "Rename it to .xlsx and add that.")
    if data.startswith(COMPOUND_FILE) and is_encrypted(data):
        raise locked(name)
    if not data.startswith(COMPOUND_FILE) and not _RECORD.match(data):
        raise damaged(name, OLD_WORKBOOK)
    try:
        return xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise locked(name) from error
        raise


def read_xls(data: bytes, name: str) -> Document:
    """Read an old workbook's cells as they are shown, hidden sheets as well.

    Raises:
        DocumentError: locked, damaged, another format, or empty.
    """
    builder = TextBuilder()
    hidden: list[str] = []
    empty: list[str] = []
    with readable(name, OLD_WORKBOOK):
        book = _open(data, name)
        for sheet in book.sheets():
            rows = [
                [_text(book, sheet, row, column) for column in range(sheet.row_len(row))] for row in range(sheet.nrows)
            ]
            repeat_merged(rows, ((first, end - 1, column) for first, end, column, _ in sheet.merged_cells))
            if not add_sheet(builder, sheet.name, rows):
                empty.append(sheet.name)
            elif sheet.visibility:
                hidden.append(sheet.name)
        notes = sheet_notes(hidden, empty)
        if any(sheet.cell_note_map for sheet in book.sheets()):
            notes.append("comments on cells, not read")
    return Document(name=name, text=builder.text, blocks=builder.blocks, title="", notes=tuple(notes))
