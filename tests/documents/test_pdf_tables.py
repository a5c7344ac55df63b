"""Tables of PDF pages, found by where their words stand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pdfs import make_pdf

from assistant.documents import Document, read_document
from assistant.documents.model import BlockKind
from assistant.documents.pdf_cells import Piece, cells_of
from assistant.documents.pdf_tables import find_tables

#: Width and height of a character, in points.
WIDE, HIGH = 5, 10
Cells = Sequence[tuple[int, str]]


def words_at(*cells: tuple[int, str], row: int = 0) -> list[Piece]:
    """The words of cells that begin at the places given, a character five points wide."""
    words = []
    for left, text in cells:
        at = left
        for word in text.split(" "):
            words.append(Piece(word, at, at + WIDE * len(word), -12 * row, HIGH - 12 * row))
            at += WIDE * (len(word) + 1) - 3
    return words


def right(place: int, text: str) -> tuple[int, str]:
    """A cell of one word that ends at a place."""
    return (place - WIDE * len(text), text)


def tables_of(*lines: Cells) -> list[tuple[str, ...]]:
    return [table.lines for table in find_tables([words_at(*line, row=row) for row, line in enumerate(lines)])]


ROWS: tuple[Cells, ...] = (
    [(0, "Product revenue"), (180, "$"), right(230, "1,200"), (250, "$"), right(300, "1,100")],
    [(0, "Service revenue"), right(230, "300"), right(300, "(40)")],
    [(0, "Total revenue"), (180, "$"), right(230, "1,500"), (250, "$"), right(300, "1,060")],
)


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        ([(0, "Net sales"), (100, "$"), (130, "56,575")], ["Net sales", "$56,575"]),
        ([(0, "Loss"), (100, "(584"), (122, ")"), (150, "12"), (161, "%")], ["Loss", "(584)", "12%"]),
        ([(0, "Rate"), (100, "3.63%"), (127, "\u20134.88%")], ["Rate", "3.63% \u20134.88%"]),
        ([(0, "1"), (7, "2")], ["1", "2"]),
        ([(0, "Lease term"), (100, "8 years")], ["Lease term", "8 years"]),
        ([], []),
    ],
)
def test_cells(words: Cells, cells: list[str]) -> None:
    assert [cell.text for cell in cells_of(words_at(*words))] == cells


def test_labels_of_columns_stand_with_every_figure() -> None:
    header: Cells = [right(230, "2024"), right(300, "2023")]
    assert tables_of(header, *ROWS) == [
        (
            "2024 | 2023",
            "Product revenue | 2024: $1,200 | 2023: $1,100",
            "Service revenue | 2024: 300 | 2023: (40)",
            "Total revenue | 2024: $1,500 | 2023: $1,060",
        )
    ]


@pytest.mark.parametrize(
    ("top", "labels"),
    [
        pytest.param([[(190, "June 30,"), (265, "June 30,")], [(205, "2024"), (275, "2023")]],
                     ("June 30, 2024", "June 30, 2023"), id="over several lines"),
        pytest.param([[(205, "Three Months Ended")], [(205, "2024"), (275, "2023")]],
                     ("Three Months Ended 2024", "Three Months Ended 2023"), id="one over two columns"),
        pytest.param([[(0, "Three Months Ended June 30,"), (205, "2024"), (275, "2023")]],
                     ("Three Months Ended June 30, 2024", "Three Months Ended June 30, 2023"), id="said at the left"),
        pytest.param([[(190, "June 30,")], [(205, "2024")], [(265, "June 30,")], [(275, "2023")]],
                     ("June 30, 2024", "June 30, 2023"), id="cell by cell"),
    ],
)  # fmt: skip
def test_where_labels_may_stand(top: list[Cells], labels: tuple[str, str]) -> None:
    lines = [words_at(*line, row=row) for row, line in enumerate([*top, *ROWS])]
    if len(top) == 4:
        # Written cell by cell: the third line stands beside the first, the fourth beside the second.
        for place in (2, 3):
            lines[place] = words_at(*top[place], row=place - 2)
    table = find_tables(lines)[0].lines
    assert table[0] == " | ".join(labels)
    assert table[1] == f"Product revenue | {labels[0]}: $1,200 | {labels[1]}: $1,100"


@pytest.mark.parametrize(
    ("above", "labelled"),
    [
        ([(0, "The table below tells what"), (180, "our shops"), (255, "took in:")], False),
        ([(0, "Of all that the shops took in"), (190, "most came"), (255, "in spring")], False),
        # Labels in small letters beside what they count, those that begin large, and one that stands alone.
        ([(0, "Dollars in thousands"), (190, "as sold"), (255, "as paid")], True),
        ([(0, "The table below tells what"), (190, "Sold in"), (255, "Paid in:")], True),
        ([(190, "sold in"), (255, "paid in:")], True),
    ],
    ids=["to its sign", "long", "what is counted", "large letters", "alone"],
)
def test_a_sentence_spaced_like_labels_labels_nothing(above: Cells, labelled: bool) -> None:
    table = tables_of(above, [right(230, "2024"), right(300, "2023")], *ROWS)[0]
    assert ("2024 | 2023" in table) is not labelled
    assert ("Service revenue | 2024: 300 | 2023: (40)" in table) is not labelled
    assert len([line for line in table if line.endswith("(40)")]) == 1


def test_captions_are_kept_and_label_nothing() -> None:
    table = tables_of([(0, "(In millions)"), right(230, "2024"), right(300, "2023")], *ROWS)[0]
    assert table[:3] == ("(In millions)", "2024 | 2023", "Product revenue | 2024: $1,200 | 2023: $1,100")


def test_what_stands_over_the_names_of_the_rows_is_the_first_label() -> None:
    table = tables_of([(0, "Kind of revenue"), right(230, "Spring"), right(300, "Autumn")], *ROWS)[0]
    assert table[:2] == ("Kind of revenue | Spring | Autumn", "Product revenue | Spring: $1,200 | Autumn: $1,100")


def test_labels_that_stand_anew_on_every_page_are_no_running_heads() -> None:
    def page(*names: str) -> list[list[tuple[int, str]]]:
        rows = [[(60, name), (300, f"{place}0.5"), (420, f"{place}1.5")] for place, name in enumerate(names, start=1)]
        return [[(60, "Water report of the county")], [(60, "Reservoir"), (300, "March"), (420, "June")], *rows]

    document = read_document(
        make_pdf([page("Alder", "Birch"), page("Cedar", "Elm"), page("Fir", "Gorse")]), "a.pdf", ""
    )
    rows = [(block.page, document.text[block.start : block.end]) for block in document.blocks]
    assert [page for page, text in rows if text == "Water report of the county"] == [1]
    for number, name in ((1, "Birch"), (2, "Elm"), (3, "Gorse")):
        assert (number, f"{name} | March: 20.5 | June: 21.5") in rows


def test_a_section_names_its_rows_until_they_begin_further_left_or_a_total_comes() -> None:
    table = tables_of(
        [right(230, "2024"), right(300, "2023")],
        [(0, "Current assets:")],
        [(8, "Cash"), right(230, "10"), right(300, "20")],
        [(8, "Other"), right(230, "11"), right(300, "21")],
        [(0, "Goodwill"), right(230, "12"), right(300, "22")],
        [(0, "Liabilities:")],
        [(0, "Debt"), right(230, "13"), right(300, "23")],
        [(0, "Total liabilities"), right(230, "13"), right(300, "23")],
        [(0, "Equity"), right(230, "9"), right(300, "8")],
    )[0]
    assert [line.split(" | ")[0] for line in table[1:]] == [
        "Current assets:",
        "Current assets: Cash",
        "Current assets: Other",
        "Goodwill",
        "Liabilities:",
        "Liabilities: Debt",
        "Liabilities: Total liabilities",
        "Equity",
    ]


def test_a_label_may_go_on_in_the_next_line() -> None:
    table = tables_of(
        [right(230, "2024"), right(300, "2023")],
        [(0, "Foreign currency adjustments, net of tax")],
        [(0, "of $76 and"), right(230, "10"), right(300, "20")],
        [(0, "Other"), right(230, "11"), right(300, "21")],
    )[0]
    assert table[1:] == (
        "Foreign currency adjustments, net of tax of $76 and | 2024: 10 | 2023: 20",
        "Other | 2024: 11 | 2023: 21",
    )


def test_years_may_name_the_rows() -> None:
    table = tables_of(
        [right(210, "Operating"), right(300, "Finance")],
        [(0, "2025"), right(210, "10"), right(300, "20")],
        [(0, "2026"), right(210, "11"), right(300, "21")],
        [(0, "Thereafter"), right(210, "12"), right(300, "22")],
    )[0]
    assert table[1:] == (
        "2025 | Operating: 10 | Finance: 20",
        "2026 | Operating: 11 | Finance: 21",
        "Thereafter | Operating: 12 | Finance: 22",
    )


def test_running_text_is_no_row_and_parts_tables() -> None:
    said: Cells = [
        (0, "Interest expense is net of amounts capitalized during all of the months of"),
        right(330, "2024"),
    ]
    tables = tables_of([right(230, "2024"), right(300, "2023")], *ROWS, said, *ROWS, [right(300, "17")])
    assert [len(table) for table in tables] == [4, 3]
    assert tables[1][0] == "Product revenue | $1,200 | $1,100"


@pytest.mark.parametrize(
    "lines",
    [[], [[(0, "Words only")]], [[(0, "One row"), right(230, "10"), right(300, "20")]], [[], [(0, "In 2024")], []]],
)
def test_no_table(lines: list[Cells]) -> None:
    assert tables_of(*lines) == []


def test_no_word_of_a_page_is_lost() -> None:
    lines: list[Cells] = [
        [(0, "(In millions)")], [(190, "June 30,"), (265, "June 30,")], [(205, "2024"), (275, "2023")],
        [(0, "ASSETS")], *ROWS, [(0, "See notes.")],
    ]  # fmt: skip
    found = find_tables([words_at(*line, row=row) for row, line in enumerate(lines)])[0]
    inside = {word for line in lines[found.first : found.last] for _, text in line for word in text.split()}
    told = " ".join(found.lines).replace("$", "$ ").replace(":", " ").replace("|", " ").split()
    assert {word.strip("$:") for word in inside} <= {word.strip("$:") for word in told} | {""}


def test_a_real_page() -> None:
    page = [
        "Quarrix Corp.",
        [(60, "(In millions)"), (300, "Three Months Ended")],
        [(280, "June 30,"), (360, "June 30,")],
        [(290, "2024"), (370, "2023")],
        [(60, "Revenue:")],
        [(68, "Products"), (270, "$"), (300, "56,575"), (350, "$"), (380, "59,032")],
        [(68, "Services"), (300, "64,659"), (380, "75,351")],
        "Revenue from services grew because customers moved more of their work to our data centers.",
    ]
    document: Document = read_document(make_pdf([page]), "report.pdf", "report.pdf")
    rows = [block for block in document.blocks if block.kind is BlockKind.TABLE_ROW]
    assert [document.text[row.start : row.end] for row in rows] == [
        "(In millions)",
        "Three Months Ended June 30, 2024 | Three Months Ended June 30, 2023",
        "Revenue:",
        "Revenue: Products | Three Months Ended June 30, 2024: $56,575 | Three Months Ended June 30, 2023: $59,032",
        "Revenue: Services | Three Months Ended June 30, 2024: 64,659 | Three Months Ended June 30, 2023: 75,351",
    ]
    assert {row.context for row in rows} == {"", "In millions"}
    assert document.text.startswith("Quarrix Corp.")
    assert document.text.endswith("more of their work to our data centers.")
