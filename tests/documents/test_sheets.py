"""Excel workbooks, new and old: tables on sheets, and cells as they are shown."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from document_parts import HEADING, PARAGRAPH, ROW, parts, read, words
from office_files import changed_zip, make_xls, make_xlsx, part
from office_parts import SHEET, texts

from assistant.documents import workbook
from assistant.documents.cells import shown
from assistant.errors import DocumentError

SALES = [["", "Q1 2025", "Q2 2025"], ["Net sales", 120.0, 100], ["Share", 0.125, 0.5]]


def test_xlsx_sheets_as_they_are_shown() -> None:
    rows = [*SALES, ["Founded", datetime.date(1925, 3, 1), datetime.datetime(2020, 5, 1, 14, 30)]]

    def fill(book: Any) -> None:
        formats = {"B2": '"$"#,##0" million"', "C2": "[$€-407]#,##0.00", "B3": "0.0%", "C3": "0%", "B4": "mmm\\ yyyy"}
        for place, number_format in formats.items():
            book["Sales"][place].number_format = number_format
        book["Notes"].sheet_state = "hidden"

    data = make_xlsx({"Sales": rows, "Notes": [["Counted by hand."]], "Void": []}, fill)
    document = read(data, "q2_sales.xlsx")
    assert parts(document) == [
        (HEADING, "Sales"),
        (ROW, "Q1 2025 | Q2 2025"),
        (ROW, "Net sales | Q1 2025: $120 million | Q2 2025: €100.00"),
        (ROW, "Share | Q1 2025: 12.5% | Q2 2025: 50%"),
        (ROW, "Founded | Q1 2025: 1925-03 | Q2 2025: 2020-05-01 14:30"),
        (HEADING, "Notes"),
        (PARAGRAPH, "Counted by hand."),
    ]
    assert document.title == "q2 sales"
    assert document.notes == ("hidden sheets, read as well: Notes", "empty sheets: Void")


def test_xlsx_several_tables_on_a_sheet() -> None:
    rows = [
        ["Ports of the north"],
        ["in thousands"],
        [],
        ["Item", "2025", "2024"],
        ["Ships", 120, 100],
        [],
        ["Cargo"],
        [],
        ["Coal", 5, 4],
        [],
        ["Port", "Berths", "Depth"],
        ["Oslo", 7, 11],
        [],
        ["Source: own count"],
    ]
    document = read(make_xlsx({"All": rows}), "all.xlsx")
    assert parts(document)[1:] == [
        (PARAGRAPH, "Ports of the north"),
        (PARAGRAPH, "in thousands"),
        (ROW, "Item | 2025 | 2024"),
        (ROW, "Ships | 2025: 120 | 2024: 100"),
        (ROW, "Cargo"),
        (ROW, "Cargo: Coal | 2025: 5 | 2024: 4"),
        (ROW, "Port | Berths | Depth"),
        (ROW, "Oslo | Berths: 7 | Depth: 11"),
        (PARAGRAPH, "Source: own count"),
    ]
    assert [block.context for block in document.blocks if block.kind is ROW] == [
        *["Ports of the north in thousands"] * 4,
        # Of a sheet's scale all its tables know.
        *["in thousands"] * 2,
    ]


@pytest.mark.parametrize(
    ("above", "context"),
    [
        (["Ships", "in thousands"], "Ships in thousands"),
        (["Ships", "", "in thousands"], "Ships in thousands"),
        (["Ships, and how they are counted: " + "each once a day, " * 9], ""),
        (["Ann", "Bo", "Cy", "Di"], ""),
    ],
)
def test_lines_above_a_table_of_a_sheet_are_the_context_of_its_rows(above: list[str], context: str) -> None:
    document = read("\n".join([*(f'"{line}",,' for line in above), "Item,2025,2024", "Ships,120,100"]), "ships.csv")
    rows = [block for block in document.blocks if block.kind is ROW and "20" in words(document, block)]
    assert [block.context for block in rows] == [context] * 2


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (
            [["Port", "Plan", ""], ["", "2027", "2026"], ["Oslo", 7, 8]],
            ["Port | Plan 2027 | Plan 2026", "Oslo | Plan 2027: 7 | Plan 2026: 8"],
        ),
        (
            [["Port", "Master"], ["Oslo", "Ann"], ["Lund", "Bo"]],
            ["Port | Master", "Oslo | Master: Ann", "Lund | Master: Bo"],
        ),
        ([["Bergen", 5, 6]], ["Bergen | 2025: 5 | 2024: 6"]),
        ([["Bergen", "closed"]], ["Bergen | 2025: closed"]),
    ],
    ids=["two lines of labels", "words", "a row", "a row of words"],
)
def test_xlsx_below_a_gap(below: list[list[object]], expected: list[str]) -> None:
    """Rows with labels of their own are another table; others go on with the one above."""
    above: list[list[object]] = [["", "2025", "2024"], ["Oslo", 1, 2], ["Lund", 3, 4], []]
    assert texts(read(make_xlsx({"All": [*above, *below]}), "all.xlsx"))[4:] == expected


def test_xlsx_formulas_without_results_are_told() -> None:
    document = read(make_xlsx({"Sums": [["Ships", "Sum"], [3, "=A2*2"]]}), "sums.xlsx")
    assert texts(document) == ["Sums", "Ships | Sum", "3"]
    assert document.notes[0].startswith("formulas without a saved result, left out: 1")
    with pytest.raises(DocumentError, match="formulas without results"):
        read(make_xlsx({"Sums": [["=1+1"]]}), "sums.xlsx")


def with_rows(rows: str) -> bytes:
    data = make_xlsx({"Far": [["Ships"]]})
    sheet = re.sub("<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", part(data, SHEET))
    return changed_zip(data, {SHEET: sheet.encode()})


def test_xlsx_saved_results() -> None:
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>""</f><v></v></c></row>'
    document = read(with_rows(rows), "sums.xlsx")
    assert (texts(document), document.notes) == (["Far", "2"], ())


def test_xlsx_rows_that_are_only_formatted_are_not_parsed() -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Ships</t></is></c><c r="B1"><v>7</v></c></row>'
    empty = "".join(f'<row r="{row}" s="0"><c r="A{row}" s="0"/></row>' for row in range(2, 20_000))
    # What no parser could pass.
    document = read(with_rows(rows + empty + "<<<"), "far.xlsx")
    assert texts(document) == ["Far", "Ships | 7"]


def test_xlsx_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", 50)
    with pytest.raises(DocumentError, match="more than 50 cells"):
        read(make_xlsx({"Far": [[1] * 20] * 3}), "far.xlsx")


def test_xls_sheets_as_they_are_shown() -> None:
    sheets: dict[str, Any] = {
        "Sales": [
            ["Item", "Day", "Share", "Open"],
            ["Café", (45000.0, "dd/mm/yyyy"), (0.125, "0.0%"), True],
            ["Tea", (45000.5, "dd/mm/yyyy hh:mm"), (1234.5, '"$"#,##0.00'), 3.0],
        ],
        "Notes": [["Counted by hand."]],
        "Void": [],
    }
    document = read(make_xls(sheets, hidden=["Notes"]), "old_sales.xls")
    assert parts(document) == [
        (HEADING, "Sales"),
        (ROW, "Item | Day | Share | Open"),
        (ROW, "Café | Day: 2023-03-15 | Share: 12.5% | Open: TRUE"),
        (ROW, "Tea | Day: 2023-03-15 12:00 | Share: $1,234.50 | Open: 3"),
        (HEADING, "Notes"),
        (PARAGRAPH, "Counted by hand."),
    ]
    assert document.title == "old sales"
    assert document.notes == ("hidden sheets, read as well: Notes", "empty sheets: Void")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        ("=words", "0.0", "=words"),
        (True, "General", "TRUE"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1 / 3, "General", "0.33333333333"),
        (1234567890123.45, "General", "1234567890123.45"),
        (float("inf"), "0.0", "inf"),
        (2.675, "0.00", "2.68"),
        (-2.5, "0", "-3"),
        (-0.2, "0", "0"),
        (81797, "#,##0", "81,797"),
        (81797000000, '"$"#,##0.0,,," bn"', "$81.8 bn"),
        (-5, "$#,##0.00", "-$5.00"),
        (-5, '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)', "$(5.00)"),
        (0, '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)', "$-"),
        (-5, "#,##0;[Red]-#,##0", "-5"),
        (5, "#,##0.00\\ [$€-407]", "5.00 €"),
        (5, "[$USD] #,##0", "USD 5"),
        (0.125, "0%", "13%"),
        (0.125, "0.0#%", "12.5%"),
        (1.5, "0.##", "1.5"),
        (2, "0.##", "2"),
        (0.5, ".00", ".50"),
        (7, "00000", "00007"),
        (12345.678, "0.00E+00", "1.23E+4"),
        (0.5, "# ?/?", "0.5"),
        (5551234, "000-0000", "5551234"),
        (7, '[>5]"many";0', "7"),
        (7, ";;;", "7"),
        (7, "@", "7"),
        (0, '0;0;"none"', "none"),
        (datetime.date(2024, 3, 1), "dd/mm/yyyy", "2024-03-01"),
        (datetime.datetime(2024, 3, 1), "d-mmm-yy", "2024-03-01"),
        (datetime.datetime(2024, 3, 1), "mmm-yy", "2024-03"),
        (datetime.datetime(2024, 3, 1), "yyyy", "2024"),
        (datetime.datetime(2024, 3, 1, 9, 5, 7), "General", "2024-03-01 09:05:07"),
        (datetime.time(9, 5), "hh:mm", "09:05"),
        (datetime.timedelta(hours=30, minutes=5), "[h]:mm", "30:05:00"),
    ],
)
def test_cells_as_they_are_shown(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text
