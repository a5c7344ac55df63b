"""Cells that span rows of a sheet or slide are said of each of them."""

from __future__ import annotations

from typing import Any

import pytest
from document_parts import parts, read
from office_files import make_pptx, make_xls, make_xlsx

from assistant.documents.merged import repeat_merged

MERGED = [
    ["Port", "Cargo", None, None],
    [None, "of", "2025", "2024"],
    ["Oslo", "grain", 5, 4],
    [None, "timber", 6, 7],
    [None, None, None, None],
    ["Lund", "grain", 1, 2],
]
#: The corner, a name, one over a gap, and one over columns.
SPANS = [(0, 1, 0, 0), (2, 3, 0, 0), (5, 7, 0, 0), (0, 0, 1, 3)]
UNMERGED = [
    "Port | Cargo of | Cargo 2025 | Cargo 2024",
    "Oslo | Cargo of: grain | Cargo 2025: 5 | Cargo 2024: 4",
    "Oslo | Cargo of: timber | Cargo 2025: 6 | Cargo 2024: 7",
]


def merge_cells(book: Any) -> None:
    for first, last, left, right in SPANS:
        book["A"].merge_cells(start_row=first + 1, end_row=last + 1, start_column=left + 1, end_column=right + 1)


def test_merged_cells_of_workbooks_are_said_of_each_row() -> None:
    """Those that name rows; the corner's stays out of the labels below it."""
    for data, name in (
        (make_xlsx({"A": MERGED}, merge_cells), "a.xlsx"),
        (make_xls({"A": MERGED}, merged=SPANS), "a.xls"),
    ):
        assert [text for _, text in parts(read(data, name))] == [
            "A",
            *UNMERGED,
            "Lund | Cargo of: grain | Cargo 2025: 1 | Cargo 2024: 2",
        ]


def test_merged_cells_of_slides_are_said_of_each_row() -> None:
    def fill(deck: Any) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        table = slide.shapes.add_table(4, 4, 0, 0, 900, 900).table
        for row, values in zip(table.rows, MERGED, strict=False):
            for cell, value in zip(row.cells, values, strict=True):
                cell.text = str(value or "")
        for first, last, left, right in (SPANS[0], SPANS[1], SPANS[3]):
            table.cell(first, left).merge(table.cell(last, right))

    assert [text for _, text in parts(read(make_pptx(fill), "a.pptx"))][-3:] == UNMERGED


@pytest.mark.parametrize(
    ("rows", "merged", "expected"),
    [
        ([["a", "b"], ["c", "1"], ["", "2"]], [(1, 2, 0)], [["a", "b"], ["c", "1"], ["c", "2"]]),
        # What begins a table, alone or below a gap, or a remark beside it.
        ([["a", "b"], ["", "2"]], [(0, 1, 0)], [["a", "b"], ["", "2"]]),
        ([["x", ""], ["", ""], ["a", "b"], ["", "2"]], [(2, 3, 0)], [["x", ""], ["", ""], ["a", "b"], ["", "2"]]),
        ([["a"], ["c" * 81], ["", "2"]], [(1, 2, 0)], [["a"], ["c" * 81], ["", "2"]]),
        # Rows that are empty, short, filled, or not there.
        ([["a"], ["b"], ["", ""], ["", "2"]], [(1, 3, 0)], [["a"], ["b"], ["", ""], ["b", "2"]]),
        ([["a"], ["", "", "c"], ["2"]], [(1, 9, 2), (5, 6, 0), (1, 2, 7)], [["a"], ["", "", "c"], ["2", "", "c"]]),
        ([["a"], ["b"], ["kept"]], [(1, 2, 0)], [["a"], ["b"], ["kept"]]),
    ],
    ids=["name", "corner", "second corner", "remark", "gap", "ragged", "filled"],
)
def test_repeat_merged(rows: list[list[str]], merged: list[tuple[int, int, int]], expected: list[list[str]]) -> None:
    repeat_merged(rows, merged)
    assert rows == expected
