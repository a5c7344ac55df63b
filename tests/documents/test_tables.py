"""Tables become rows that carry their column labels."""

from __future__ import annotations

import pytest

from assistant.documents.tables import column_labels, header_rows, table_lines, unnumbered

SALES = [["", "2025", "2024"], ["Revenue", "$120", "$100"], ["Costs", "$70", "$65"]]
SPANNED = [
    ["", "Three months ended June 30,", ""],
    ["", "2025", "2024"],
    ["Revenue", "$120", "$100"],
    ["Costs", "70", "65"],
]
GROUPED = [
    ["", "Actual", "", "Budget", ""],
    ["", "Q1", "Q2", "Q1", "Q2"],
    ["Oslo", "1", "2", "3", "4"],
    ["Lund", "5", "6", "7", "8"],
]


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (SALES, 1),
        (SPANNED, 2),
        ([["Name", "City"], ["Ann", "Oslo"], ["Bo", "Lund"]], 1),
        ([["", "Year ended"], ["", "Dec 31, 2025"], ["Cash", "$5"]], 2),
        # A first column without labels is data as soon as amounts begin.
        ([["", "2025"], ["", "$5"], ["Cash", "$6"]], 1),
        # All rows but one may label columns; the last is always data.
        ([["", "A"], ["", "B"]], 1),
        ([["", "", "Plan"], ["", "H1 2025", "FY 2026E"], ["Cash", "1", "2"]], 2),
        # A corner that says what is counted does not make the years beside it data.
        ([["", "Year ended", ""], ["In millions", "2025", "2024 (1)"], ["Cash", "1", "2"]], 2),
        ([["Offices", "", ""], ["Item", "Year", ""], ["", "2025", "2024"], ["Cash", "1", "2"]], 3),
        # A cell that spans the lines of labels is read in each of them.
        ([["Port", "Cargo", ""], ["Port", "2025", "2024"], ["Oslo", "5", "4"]], 2),
        ([["Port", "Ships", "Crew"], ["Port", "large", "hired"], ["Oslo", "5", "4"]], 2),
        # A name with amounts alone is data, even in the first row; years, dates and counted columns are labels.
        ([["Ships", "12"], ["Crew", "(1.5)"], ["Share", "40%"]], 0),
        ([["Oslo", "$5", "€ 1,200.5"], ["Lund", "7", "8"]], 0),
        ([["Month", "1", "2", "3"], ["Oslo", "5", "4", "3"]], 1),
        ([["Cash", "31.12.2025", "31/12/24"], ["Oslo", "5", "4"]], 1),
        ([["Cash", "2025", "2024"], ["Oslo", "5", "4"]], 1),
        ([["Founded", "12", "by hand"], ["Oslo", "5", "4"]], 1),
        # Years under columns that have labels of their own are data.
        ([["", "Oslo", "Lund"], ["Founded", "1925", "1924"], ["Cash", "1", "2"]], 1),
    ],
    ids=[
        "plain",
        "spanned",
        "words",
        "dates",
        "amounts",
        "never all",
        "periods",
        "corner",
        "two corners",
        "spanning lines",
        "spanning words",
        "pairs",
        "no labels",
        "counted",
        "dotted dates",
        "years",
        "a word",
        "data",
    ],
)
def test_header_rows(rows: list[list[str]], count: int) -> None:
    assert header_rows(rows) == count


@pytest.mark.parametrize(
    ("headers", "width", "labels"),
    [
        ([["", "2025", "2024"]], 3, ["", "2025", "2024"]),
        (SPANNED[:2], 3, ["", "Three months ended June 30, 2025", "Three months ended June 30, 2024"]),
        (GROUPED[:2], 5, ["", "Actual Q1", "Actual Q2", "Budget Q1", "Budget Q2"]),
        ([["Item"]], 3, ["Item", "", ""]),
        ([["", "USD", "USD"], ["", "USD", "EUR"]], 3, ["", "USD", "USD EUR"]),
    ],
    ids=["one row", "spanning all", "spanning groups", "short row", "no repetition"],
)
def test_column_labels(headers: list[list[str]], width: int, labels: list[str]) -> None:
    assert column_labels(headers, width) == labels


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (SALES, ["2025 | 2024", "Revenue | 2025: $120 | 2024: $100", "Costs | 2025: $70 | 2024: $65"]),
        (
            GROUPED,
            [
                "Actual Q1 | Actual Q2 | Budget Q1 | Budget Q2",
                "Oslo | Actual Q1: 1 | Actual Q2: 2 | Budget Q1: 3 | Budget Q2: 4",
                "Lund | Actual Q1: 5 | Actual Q2: 6 | Budget Q1: 7 | Budget Q2: 8",
            ],
        ),
        # A row with its first cell alone is a section, and says of what the rows beneath it are.
        (
            [["", "2025"], ["Assets:", ""], ["Total", "9"], ["Debts", ""], ["Total", "4"]],
            ["2025", "Assets:", "Assets: Total | 2025: 9", "Debts", "Debts: Total | 2025: 4"],
        ),
        # A section that is a date does not stand before the rows' names.
        ([["", "USD"], ["June 30, 2025", ""], ["Cash", "3"]], ["USD", "June 30, 2025", "Cash | USD: 3"]),
        # A gap is left out, an unlabelled column keeps its value.
        ([["City", "Price", ""], ["Oslo", "", "x"]], ["City | Price", "Oslo | x"]),
        ([["Ships", "12"], ["Crew", "300"]], ["Ships | 12", "Crew | 300"]),
        ([["only", "row"]], ["only | row"]),
        ([["  a \n b ", " c"], ["", ""], ["d", "e"]], ["a b | c", "d | c: e"]),
        ([["", ""], []], []),
        ([], []),
    ],
    ids=["plain", "groups", "sections", "date section", "gaps", "pairs", "single", "white space", "blank", "none"],
)
def test_table_lines(rows: list[list[str]], lines: list[str]) -> None:
    assert table_lines(rows) == lines


def test_every_cell_is_kept() -> None:
    rows = [["", "a", "b"], ["r1", "v1", "v2", "beyond"], ["r2", "", "v3"]]
    text = "\n".join(table_lines(rows))
    for row in rows:
        for cell in row:
            assert cell in text


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("Table 12: Headcount", "Headcount"),
        ("Table 3. Sales (in millions)", "Sales (in millions)"),
        ("TABLE A – Rates", "Rates"),
        ("Table of rates", "Table of rates"),
        ("Sales in 2025", "Sales in 2025"),
    ],
)
def test_a_caption_without_its_number(caption: str, words: str) -> None:
    assert unnumbered(caption) == words
