"""Small office files for tests: made with the libraries that read them, the old and the locked ones by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

#: The first bytes of a compound file.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def make_docx(fill: Callable[[Any], None]) -> bytes:
    import docx

    document = docx.Document()
    document.core_properties.author = ""
    fill(document)
    return saved(document)


def make_pptx(fill: Callable[[Any], None]) -> bytes:
    import pptx

    deck = pptx.Presentation()
    deck.core_properties.author = ""
    fill(deck)
    return saved(deck)


def make_xlsx(sheets: dict[str, Sequence[Sequence[Any]]], fill: Callable[[Any], None] | None = None) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if fill:
        fill(book)
    return saved(book)


def changed_zip(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The zip with parts replaced, added, or (None) left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return file.getvalue()


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def make_compound(stream: str) -> bytes:
    """A compound file's beginning and the name of a stream in it: enough to tell what it holds."""
    return COMPOUND + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 512


def _record(kind: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack("<HH", kind, len(data)) + data


def _string(text: str, length: str) -> bytes:
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def _cell(row: int, column: int, value: Any, formats: list[str]) -> bytes:
    value, number_format = value if isinstance(value, tuple) else (value, "General")
    place = struct.pack("<HHH", row, column, formats.index(number_format))
    if isinstance(value, bool):
        return _record(0x205, place, bytes([value, 0]))
    if isinstance(value, str):
        return _record(0x204, place, _string(value, "<H"))
    return _record(0x203, place, struct.pack("<d", value))


def make_xls(
    sheets: dict[str, Sequence[Sequence[Any]]],
    *,
    hidden: Sequence[str] = (),
    password: bool = False,
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """An old workbook as a bare stream of records (MS-XLS); a cell is a value, or a value with its format.

    `merged` gives first and last row, first and last column of cells merged on each sheet.
    """
    formats = ["General"]
    for rows in sheets.values():
        for row in rows:
            formats += [each[1] for each in row if isinstance(each, tuple) and each[1] not in formats]
    begin = [_record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))]
    if password:
        begin.append(_record(0x2F, b"\0" * 54))
    begin += [_record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 0, 400, 0, 0, 0, 0, 0), _string("Arial", "<B"))] * 5
    begin += [_record(0x41E, struct.pack("<H", 164 + at), _string(each, "<H")) for at, each in enumerate(formats)]
    begin += [_record(0xE0, struct.pack("<HHH", 0, 164 + at, 0), b"\0" * 14) for at in range(len(formats))]
    bodies = [
        _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
        + b"".join(
            _cell(at, column, value, formats)
            for at, row in enumerate(rows)
            for column, value in enumerate(row)
            if value is not None
        )
        + _record(0xE5, struct.pack("<H", len(merged)), *(struct.pack("<HHHH", *cells) for cells in merged))
        + _record(0x0A)
        for rows in sheets.values()
    ]

    def bound(title: str, start: int) -> bytes:
        return _record(0x85, struct.pack("<IBB", start, title in hidden, 0), _string(title, "<B"))

    start = sum(map(len, begin)) + sum(len(bound(title, 0)) for title in sheets) + len(_record(0x0A))
    bounds = []
    for title, body in zip(sheets, bodies, strict=True):
        bounds.append(bound(title, start))
        start += len(body)
    return b"".join([*begin, *bounds, _record(0x0A), *bodies])
