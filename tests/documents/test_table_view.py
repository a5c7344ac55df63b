"""A row of a sheet read back from the document's text: its cells under their labels, with the rows around it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents.delimited import read_delimited
from assistant.documents.table_view import TableView, is_sheet, table_around


def view(sheet: str, cited: str) -> TableView | None:
    """The table around the line of a sheet's text that begins with some words."""
    text = read_delimited(sheet.encode(), "a.csv").text
    start = f"\n{text}".index(f"\n{cited}")
    end = text.find("\n", start)
    table = table_around(text, start, end if end >= 0 else len(text))
    for row in table.rows if table else ():
        for cell in row.cells:
            assert cell is None or text[cell.start : cell.end] == cell.text
    return table


def cells(table: TableView) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize(
    ("sheet", "cited", "labels", "rows"),
    [
        ("plant,output,cost\nTarn,412,3\nVarn,,7\n,8,9\n", "Tarn", ["plant", "output", "cost"],
         [["Tarn", "412", "3"], ["Varn", "", "7"], ["", "8", "9"]]),
        (",2023,2024\nRevenue,1,2\nCosts:,,\nRent,3,4\n", "Costs: Rent", ["", "2023", "2024"],
         [["Revenue", "1", "2"], ["Costs:", "", ""], ["Costs: Rent", "3", "4"]]),
        (",Q1,Q1\n,2023,2024\nRent,,4\nTax,5,6\n", "Rent", ["", "Q1 2023", "Q1 2024"],
         [["Rent", "", "4"], ["Tax", "5", "6"]]),
        ("a,x,x\nb,1,2\nc,3,4\n", "c", ["a", "x", "x"], [["b", "1", "2"], ["c", "3", "4"]]),
        ("name,,x\na,note,1\nb,other,2\n", "b", ["name", "x", ""], [["a", "1", "note"], ["b", "2", "other"]]),
        ("a,b\nk,1\n\n\nq,r,s\nx,3,4\ny,5,6\n", "x", ["q", "r", "s"], [["x", "3", "4"], ["y", "5", "6"]]),
        ("a,note\nk,see: below\nl,m\n", "k", ["a", "note"], [["k", "see: below"], ["l", "m"]]),
    ],
)  # fmt: skip
def test_cells_stand_under_their_labels(sheet: str, cited: str, labels: list[str], rows: list[list[str]]) -> None:
    table = view(sheet, cited)
    assert table
    assert (list(table.labels), cells(table)) == (labels, rows)
    assert [row.cells[0].text for row in table.rows if row.cited and row.cells[0]] == [cited]


def test_of_a_long_sheet_the_rows_around_are_shown_and_the_rest_is_counted() -> None:
    table = view("n,value\n" + "".join(f"row {n},{n}\n" for n in range(100)), "row 50")
    assert table
    assert (table.above, len(table.rows), table.below) == (42, 21, 37)
    assert [row.cited for row in table.rows].index(True) == 8


def test_lines_that_are_no_rows_have_no_table() -> None:
    assert view("Only one cell\n\nand another\n", "Only") is None
    assert view("a,b\nk,1\n", "a | b") is None
    assert table_around("", 0, 0) is None


def test_sheets_are_told_by_their_suffix() -> None:
    assert is_sheet("a/b.XLSX") and is_sheet("c.zip/d.tsv") and not is_sheet("e.pdf") and not is_sheet("csv")


words = st.text(st.sampled_from("abcdefgh "), min_size=1, max_size=8).map(str.strip).filter(bool)


@given(
    st.lists(words, min_size=2, max_size=5, unique=True),
    st.lists(st.lists(st.integers(0, 999), min_size=4, max_size=4), min_size=1, max_size=6),
)
def test_full_tables_come_back_as_they_were(labels: Sequence[str], numbers: list[list[int]]) -> None:
    labels = [f"{label} l" for label in labels]
    rows = [[f"r{n}", *map(str, row[: len(labels) - 1])] for n, row in enumerate(numbers)]
    out = io.StringIO()
    csv.writer(out).writerows([labels, *rows])
    table = view(out.getvalue(), "r0")
    assert table and list(table.labels) == [" ".join(label.split()) for label in labels]
    assert cells(table) == rows
