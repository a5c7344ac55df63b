"""Amounts bound to their periods and columns: another's is no support, and whatever leaves room is let stand."""

from __future__ import annotations

import pytest
from evidence_rows import evidence
from hypothesis import given
from hypothesis import strategies as st
from sum_sources import HARBOURS, SALES, STATED, evidence_of

from assistant.answering.bound import claimed_pairs, held_figures, mislabelled, misplaced
from assistant.documents.model import BlockKind

ROW = "Total sales | 2019: $1,496.5 | 2018: $1,202.9"
DATED = "Cash | December 31, 2019: 50 | December 31, 2018: 40 | Change: 10"
UPRIGHT = "Year ended June 30, 2019 | Sales: $1,496.5 | Costs: $1,202.9"
BOND = "5.25% notes due 2024 | 2019: $300 | 2018: $310"
PROSE = "Sales were $5.2 million in 2025 and $4.1 million in 2024."
ORDERED = "In 2025 and 2024, tolls were $9 million and $8 million, respectively."
TURNS = "In 2019 sales were $5.2 million, and in 2018 they had been $4.1 million."
ONE = "Sales were $4.1 million in 2018."

STRUCK = [
    ("Total sales were $1,202.9 in 2019.", [ROW], ["$1,202.9"]),
    ("In 2019, total sales were $1,202.9.", [ROW], ["$1,202.9"]),
    ("In 2018, total sales came to $1,496.5, which is much.", [ROW], ["$1,496.5"]),
    ("Total sales were $1,202.9 in 2019 and $1,496.5 in 2018.", [ROW], ["$1,202.9", "$1,496.5"]),
    ("In 2019 total sales were $1,202.9 and in 2018 they were $1,496.5.", [ROW], ["$1,202.9", "$1,496.5"]),
    ("Total sales were $1,202.9 and $1,496.5 in 2019 and 2018, respectively.", [ROW], ["$1,202.9", "$1,496.5"]),
    ("Total sales rose from $1,202.9 in 2019 to $1,496.5.", [ROW], ["$1,202.9"]),
    ("Cash was 40 in 2019.", [DATED], ["40"]),
    ("Cash | December 31, 2019: 40", [DATED], ["40"]),
    ("Cash was 40 at December 31, 2019.", [DATED], ["40"]),
    ("In 2018 sales were $1,496.5.", [UPRIGHT], ["$1,496.5"]),
    ("Sales were $4.1 million in 2025.", [PROSE], ["$4.1 million"]),
    ("In fiscal 2024 sales amounted to $5.2 million.", [PROSE], ["$5.2 million"]),
    ("Tolls were $8 million in 2025.", [ORDERED], ["$8 million"]),
    ("Sales were $4.1 million in 2019.", [TURNS], ["$4.1 million"]),
    ("Sales were $4.1 million in 2019.", [ONE, "In 2019 the company moved to Lund."], ["$4.1 million"]),
]
STAND = [
    ("Total sales were $1,496.5 in 2019.", [ROW]),
    ("Total sales were $1,202.9 in 2018, and $1,496.5 in 2019.", [ROW]),
    ("Total sales rose from $1,202.9 to $1,496.5 in 2019.", [ROW]),
    ("In 2019, total sales rose to $1,496.5 from $1,202.9.", [ROW]),
    ("In 2019 total sales were $1,496.5, against $1,202.9 the year before.", [ROW]),
    ("In 2019 total sales were $1,496.5; $1,202.9 was the prior year's figure.", [ROW]),
    ("Total sales were $1,496.5, up from $1,202.9 in 2018.", [ROW]),
    ("Since 2018, total sales have risen to $1,496.5.", [ROW]),
    ("From 2018 to 2019 total sales rose to $1,496.5.", [ROW]),
    ("Compared with 2018, total sales were higher at $1,496.5.", [ROW]),
    ("In 2018 and 2019, total sales were $1,202.9 and $1,496.5.", [ROW]),
    ("The 2019 report gives sales of $1,202.9 as well.", [ROW]),
    ("Total sales were $1,202.9.", [ROW]),
    ("Cash changed by 10 in 2019.", [DATED]),
    ("Total sales of $1,496.5 (2018: $1,202.9) were reported.", [ROW]),
    ("Due within 2020 | Year ended January 3, 2019: 7", ["Due within 2020 | Year ended January 3, 2019: 7"]),
    ("Sales were $1,496.5 and costs $1,202.9 in 2019.", [UPRIGHT]),
    ("The notes due 2024 stand at $300.", [BOND]),
    ("The 5.25% notes due 2024 amounted to $310 in 2018.", [BOND]),
    ("Sales were $4.1 million in 2024.", [PROSE]),
    ("Sales were $5.2 million in fiscal 2025.", [PROSE]),
    ("In 2024, tolls were $8 million.", [ORDERED]),
    ("In 2025 sales were $4.1 million.", [PROSE, "The 2025 plan was for $4.1 million of sales."]),
    ("Sales were $4.1 million in fiscal 2017.", ["Sales were $4.1 million in January 2018."]),
    ("Sales were $4.1 million in 2018.", ["Sales were $4.1 million in the first quarter of 2018."]),
    ("In 2024 it guided for sales of $10 million.", ["Guidance given in 2024 is for sales of $10 million in 2025."]),
    ("Nothing is known of 2019.", [ROW]),
]  # fmt: skip


def found(text: str, sources: list[str]) -> list[str]:
    rows = [evidence(words, kind=BlockKind.TABLE_ROW if " | " in words else BlockKind.PARAGRAPH) for words in sources]
    return [figure.text for figure in misplaced(text, [(row, held_figures(row)) for row in rows])]


@pytest.mark.parametrize(("text", "sources", "expected"), STRUCK)
def test_another_periods_amount(text: str, sources: list[str], expected: list[str]) -> None:
    assert found(text, sources) == expected


@pytest.mark.parametrize(("text", "sources"), STAND)
def test_what_the_source_may_well_say(text: str, sources: list[str]) -> None:
    assert found(text, sources) == []


def test_no_source_contradicts_itself() -> None:
    for row in evidence_of(SALES, HARBOURS, STATED, *(text for text in (PROSE, ORDERED, TURNS, ONE))):
        assert misplaced(row.text, [(row, held_figures(row))]) == ()


@given(st.lists(st.integers(1000, 9999), min_size=2, max_size=5, unique=True), st.data())
def test_a_cell_is_its_own_periods_and_no_others(amounts: list[int], data: st.DataObject) -> None:
    years = [2019 - place for place in range(len(amounts))]
    row = "Ferry tolls | " + " | ".join(f"{year}: ${amount:,}" for year, amount in zip(years, amounts, strict=True))
    form = data.draw(st.sampled_from(["Ferry tolls were ${a:,} in {y}.", "In {y}, ferry tolls came to ${a:,}."]))
    cell, year = data.draw(st.integers(0, len(amounts) - 1)), data.draw(st.sampled_from(years))
    struck = found(form.format(a=amounts[cell], y=year), [row])
    assert bool(struck) is (year != years[cell])


def test_the_scale_of_a_table_is_its_figures_own() -> None:
    row = next(row for row in evidence_of(SALES) if row.text.startswith("Ferry sales"))
    told = {(held.figure.value, held.figure.unit, held.period and held.period.year) for held in held_figures(row)}
    assert ("1210500000", "USD", 2025) in told and ("1210.5", "USD", 2025) in told


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Sales were $5 in 2019 and $4 in 2018.", [("$5", 2019), ("$4", 2018)]),
        ("In 2019, $5; in 2018, $4.", [("$5", 2019), ("$4", 2018)]),
        ("Sales were $5 in the year ended June 30, 2019.", [("$5", 2019)]),
        ("Sales of $5 and costs of $4 were recorded in 2019.", [("$5", 2019), ("$4", 2019)]),
        ("Sales were $5.", []),
        ("In 2019 much changed.", []),
    ],
)
def test_what_a_sentence_claims(text: str, pairs: list[tuple[str, int]]) -> None:
    assert [(figure.text, period.year) for figure, period in claimed_pairs(text)] == pairs


PORTS = "Coal handled | Oslo: 400 | Lund: 250 | Total: 650"
DENOMINATED = "Assets | USD denominated: 2 | Non-USD denominated: "
KINDS = "Lorne | Buy ratings: 12 | Sell ratings: 7"


@pytest.mark.parametrize(
    ("text", "row", "wrong"),
    [
        ("Coal handled in Lund was 400.", PORTS, ["400"]),
        ("Coal handled in Oslo was 400.", PORTS, []),
        ("Of the 650 of coal handled, Oslo had most.", PORTS, []),
        ("Coal handled was 400 in Oslo and 250 in Lund.", PORTS, []),
        ("Coal handled was 400, with Lund at 250.", PORTS, []),
        ("Coal handled was 400.", PORTS, []),
        ("Lorne has 12 sell ratings.", KINDS, ["12"]),
        ("Lorne has 12 buy ratings.", KINDS, []),
        ("Lorne has 12 ratings.", KINDS, []),
        ("Lorne has 12 ratings, buy or sell.", KINDS, []),
        (PORTS, PORTS, []),
        (f"{DENOMINATED}3", f"{DENOMINATED}3", []),
    ],
)
def test_another_columns_amount(text: str, row: str, wrong: list[str]) -> None:
    cited = [evidence(row, kind=BlockKind.TABLE_ROW)]
    assert [figure.text for figure in mislabelled(text, cited)] == wrong
    beside = evidence("Lund and Sell: it was 400, or 12.")
    assert mislabelled(text, [*cited, beside]) == ()
