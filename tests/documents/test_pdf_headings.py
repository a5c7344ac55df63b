"""Headings of PDF pages, told by type: which lines are some, how deep, and what becomes of them in a document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfs import Styled, make_pdf

from assistant.documents.model import BlockKind, Document
from assistant.documents.pdf_headings import SetLine, Setting, Type, find_headings, is_worded
from assistant.documents.pdf_lines import _style
from assistant.documents.registry import read_document

PLAIN, BOLD, LARGE, SLANTED = Type(10, False), Type(10, True), Type(14, False), Type(10, False, upright=False)
PROSE = "Revenue from services grew because customers moved more of their work to data centers."


def page_of(*lines: tuple[str, Type] | str) -> list[SetLine]:
    """Lines one below the other; those that are mere words are running text."""
    pairs = [(line, PLAIN) if isinstance(line, str) else line for line in lines]
    return [SetLine(text, Setting(type_, 700.0 - 12 * place)) for place, (text, type_) in enumerate(pairs)]


def told(*lines: tuple[str, Type] | str) -> list[tuple[str, int]]:
    page = page_of(*lines, *[PROSE] * 9)
    return [
        (" ".join(line.text for line in page[found.first : found.last]), found.level)
        for found in find_headings({1: page})
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Liquidity and Capital Resources", "Item 2. Unregistered Sales of Equity Securities", "NOTE 11 — TAXES",
        "PART I", "Note 4 : Other Financial Statement Details", "3.2 Leases", "Third Quarter of Fiscal 2023",
        "Other Income/(Expense), Net", "Item 1A. Risk Factors", "Outlook for Q3", "Ausblick", "Mac", "What changed?",
    ],
)  # fmt: skip
def test_words_of_headings(text: str) -> None:
    assert is_worded(text)


@pytest.mark.parametrize(
    "text",
    [
        "Revenue rose to $13.5 billion", "Total $ — $ — $ —", "June 25, 2022", "Three Months Ended", "12",
        "Q2 2023 Q2 2022",
        "Incorporation or Organization) Identification No.)", "The company leases all of it.", "and of its parts",
        "Sales grew by 12 percent", "• Cloud", "(In millions)", "Net sales of products,", "A" * 130, "",
        "3.5 million users", "25 countries", "5-year warranty", "30 days to pay", "98.6 percent uptime",
        "Founded in 1998",
        "“This is a turning point for us.”", "Do not open the housing!", "Net sales (as restated.)", "■ Cloud services",
        "§ Expand into the Nordics", "University of Oslo, 2015",
    ],
)  # fmt: skip
def test_words_of_no_headings(text: str) -> None:
    assert not is_worded(text)


@pytest.mark.parametrize("kind", [BOLD, LARGE, SLANTED])
def test_a_line_set_unlike_the_running_text_is_one(kind: Type) -> None:
    assert told(PROSE, ("Leases", kind), PROSE) == [("Leases", 1)]


def test_larger_above_smaller_bold_above_plain_capitals_above_others_upright_above_slanted() -> None:
    lines = [
        ("Annual report", Type(18, False)), ("RISKS", BOLD), ("Note 1. Leases", BOLD), ("Market risks", BOLD),
        ("Currencies", SLANTED),
    ]  # fmt: skip
    spread = [each for line in lines for each in (line, PROSE)]
    assert told(*spread) == [(text, level) for level, (text, _) in enumerate(lines, start=1)]


def test_a_heading_goes_on_in_the_next_line() -> None:
    long = "Purchases of Equity Securities by the Issuer and by Those Affiliated with"
    assert told((long, BOLD), ("It", BOLD)) == [(f"{long} It", 1)]
    assert told(("Quantitative and", BOLD), ("Qualitative Disclosures", BOLD)) == [
        ("Quantitative and Qualitative Disclosures", 1)
    ]
    assert told(("Legal matters", BOLD), ("Contingencies", BOLD)) == [("Legal matters", 1), ("Contingencies", 1)]
    parted = [("The business depends on its ability to obtain", BOLD), ("a sufficient supply of parts", BOLD)]
    assert told(*parted) == [(" ".join(text for text, _ in parted), 1)]
    assert told(("Competition in", BOLD), ("E-commerce and Retail", BOLD)) == [
        ("Competition in E-commerce and Retail", 1)
    ]
    assert told((long, BOLD), ("Item 3. Defaults", BOLD)) == [(long, 2), ("Item 3. Defaults", 1)]


def test_a_paragraph_in_bold_is_none() -> None:
    assert told(*[(PROSE.rstrip("."), BOLD)] * 5) == []


def test_labels_side_by_side_are_none() -> None:
    page = page_of(("Amortized", BOLD), ("Cost", BOLD), ("Fair Value", BOLD), *[PROSE] * 9)
    page[2] = SetLine("Fair Value", Setting(BOLD, 700.0))
    assert find_headings({1: page}) == []


def test_what_stands_right_above_a_row_of_no_table_is_none() -> None:
    page = page_of(("Carrying Amount", BOLD), "Notes 1,200 1,310", *[PROSE] * 9)
    page[1] = SetLine("Notes 1,200 1,310", page[1].setting, row=True)
    assert find_headings({1: page}) == []
    page[1] = SetLine("Notes 1,200 1,310", page[1].setting, tabular=True, row=True)
    assert len(find_headings({1: page})) == 1


def test_where_half_of_all_stands_out_nothing_does() -> None:
    assert find_headings({1: page_of(*[("Leases and rents", BOLD), "Rents of all leases"] * 9)}) == []


@given(
    st.lists(
        st.tuples(
            st.text(max_size=40),
            st.sampled_from([PLAIN, BOLD, LARGE, SLANTED, None]),
            st.floats(0, 800),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_headings_are_in_order_and_do_not_overlap(lines: list[tuple[str, Type | None, float, bool]]) -> None:
    page = [SetLine(text, Setting(kind, low) if kind else None, tabular) for text, kind, low, tabular in lines]
    found = find_headings({1: page, 2: page})
    places = [(each.page, place) for each in found for place in range(each.first, each.last)]
    assert places == sorted(set(places)) and all(1 <= each.level <= 6 for each in found)
    assert not any(page[place].tabular for _, place in places)


def test_a_document_keeps_them_over_its_pages() -> None:
    pages = [
        [Styled("Results of Operations", 16), Styled("Net Sales", 11, "Bold"), PROSE, PROSE.replace("Revenue", "Rent")],
        [PROSE.replace("services", "leases"), Styled("Gross Margin", 11, "Bold"), "It fell in Europe.", PROSE[:30]],
    ]
    document: Document = read_document(make_pdf(pages), "report.pdf", "report.pdf")
    headings = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    assert [(document.text[each.start : each.end], each.page, each.level) for each in headings] == [
        ("Results of Operations", 1, 1),
        ("Net Sales", 1, 2),
        ("Gross Margin", 2, 2),
    ]


def test_bold_words_within_a_line_make_none() -> None:
    def kinds(font: str) -> set[BlockKind]:
        page = [[(60, "Leases", "Bold"), (110, "fell in Europe", font)], PROSE, PROSE, PROSE]
        return {block.kind for block in read_document(make_pdf([page]), "report.pdf", "report.pdf").blocks}

    assert BlockKind.HEADING in kinds("Bold") and BlockKind.HEADING not in kinds("")


@pytest.mark.parametrize(
    ("font", "bold", "upright"),
    [
        ("ArialMT", False, True), ("AAAAAA+Arial-BoldMT", True, True), ("TimesNewRomanPS-BoldItalicMT", True, False),
        ("NimbusRomNo9L-Medi", True, True), ("NimbusRomNo9L-ReguItal", False, False),
        ("NimbusMonL-ReguObli", False, False),
        ("URWPalladioL-Ital", False, False), ("CMBX12", True, True), ("ABCDEF+CMTI10", False, False),
        ("CMSSI10", False, False),
        ("CMBR10", False, True), ("SFBX1200", True, True), ("SFBI1000", True, False), ("SFRM1000", False, True),
        ("Roboto-Medium", False, True), ("Calibri,Bold", True, True), ("Capital-Regular", False, True),
        ("", False, True),
    ],
)  # fmt: skip
def test_fonts_by_name(font: str, bold: bool, upright: bool) -> None:
    assert _style(font) == (bold, upright)


def below(text: str, *lines: str) -> list[str]:
    """What of a line in bold over others, each plain, is a heading."""
    page = page_of((text, BOLD), *lines)
    return [page[found.first].text for found in find_headings({1: page, 2: page_of(*[PROSE] * 30)})]


def test_what_nothing_follows_heads_nothing() -> None:
    assert below("Jane Miller", "12 Harbour Street", "4711 Lindholm") == []
    assert below("Leases", PROSE) == ["Leases"]
    assert below("Leases", "• Cloud", "• Office") == ["Leases"]
    assert below("Laws and regulations of many countries that") == []
    assert below("Material Adverse Effect", "of the strike on what it earns, so that nothing is left.") == []
    assert below("Products", "iPhone sales fell in the third quarter of the year that has ended.") == ["Products"]


def test_a_head_that_runs_through_a_chapter_is_none() -> None:
    pages = {
        page: page_of(*([("Risk Management", SLANTED)] if page in (3, 4, 5) else []), *[PROSE] * 5)
        for page in range(1, 30)
    }
    assert find_headings(pages) == []
    pages[9] = page_of(PROSE, ("Risk Management", SLANTED), PROSE)
    del pages[5]
    assert [each.page for each in find_headings(pages)] == [3, 4, 9]


def test_a_heading_at_the_foot_of_a_column_and_one_at_the_head_of_the_next() -> None:
    page = page_of(PROSE, ("Methods", BOLD), ("Data sets", BOLD), *[PROSE] * 9)
    page[2] = SetLine("Data sets", Setting(BOLD, 900.0))
    assert [found.first for found in find_headings({1: page})] == [1, 2]
