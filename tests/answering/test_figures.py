"""Figures: what is read from a text, and which claims a source supports."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.figures import figures, same_figure, source_figures, supported

# (text, [(value, unit), ...])
READ = [
    ("a target price of $835", [("835", "USD")]),
    ("$835.", [("835", "USD")]),
    ("US$3.5bn", [("3500000000", "USD")]),
    ("$ 1,452.4", [("1452.4", "USD")]),
    ("$81,797 million", [("81797000000", "USD")]),
    ("€2.5 million", [("2500000", "EUR")]),
    ("£42 a share", [("42", "GBP")]),
    ("¥300 billion", [("300000000000", "JPY")]),
    ("835 dollars", [("835", "USD")]),
    ("12 euros", [("12", "EUR")]),
    ("USD 12m", [("12000000", "USD")]),
    ("$1.2tn", [("1200000000000", "USD")]),
    ("$0.25", [("0.25", "USD")]),
    ("$.25", [("0.25", "USD")]),
    ("50 cents", [("50", "cent")]),
    ("$10–15 billion", [("10000000000..15000000000", "USD")]),
    ("$10-15 billion", [("10000000000..15000000000", "USD")]),
    ("$10 to $15 billion", [("10000000000..15000000000", "USD")]),
    ("10 to 15bn dollars", [("10000000000..15000000000", "USD")]),
    ("between $10 billion and $15 billion", [("10000000000..15000000000", "USD")]),
    ("from $40 billion to $45 billion", [("40000000000..45000000000", "USD")]),
    ("$800 million to $1.2 billion", [("800000000..1200000000", "USD")]),
    ("£70-80 million", [("70000000..80000000", "GBP")]),
    ("2-3 years", [("2..3", "year")]),
    ("9 percent to 12 percent", [("9..12", "%")]),
    ("5%–7%", [("5..7", "%")]),
    ("10%", [("10", "%")]),
    ("10 per cent", [("10", "%")]),
    ("10 percent", [("10", "%")]),
    ("0.25%", [("0.25", "%")]),
    ("25 basis points", [("25", "bp")]),
    ("25bps", [("25", "bp")]),
    ("3 percentage points", [("3", "pp")]),
    ("3GW", [("3", "GW")]),
    ("3 GW", [("3", "GW")]),
    ("1.6-GW", [("1.6", "GW")]),
    ("three gigawatts", [("3", "GW")]),
    ("500 MW", [("500", "MW")]),
    ("24x", [("24", "x")]),
    ("3 times", [("3", "x")]),
    ("doubled", [("2", "x")]),
    ("twice", [("2", "x")]),
    ("about half", [("0.5", "share")]),
    ("a third", [("0.333", "share")]),
    ("three-quarters", [("0.75", "share")]),
    ("a few hundred GPUs", [("100", "vague")]),
    ("several thousand", [("1000", "vague")]),
    ("twenty", [("20", "")]),
    ("two hundred", [("200", "")]),
    ("12,000 tonnes", [("12000", "t")]),
    ("1,234,567", [("1234567", "")]),
    ("(1,234)", [("-1234", "")]),
    ("-5%", [("-5", "%")]),
    ("−5%", [("-5", "%")]),
    ("July 1", [("day=1 month=7", "date")]),
    ("1 July", [("day=1 month=7", "date")]),
    ("1st of July", [("day=1 month=7", "date")]),
    ("July 1, 2026", [("day=1 month=7 year=2026", "date")]),
    ("1 July 2026", [("day=1 month=7 year=2026", "date")]),
    ("2026-07-01", [("day=1 month=7 year=2026", "date")]),
    ("July 2026", [("month=7 year=2026", "date")]),
    ("Q2 2023", [("quarter=2 year=2023", "date")]),
    ("Q3", [("quarter=3", "date")]),
    ("FY19", [("year=2019", "date")]),
    ("fiscal year 2019", [("year=2019", "date")]),
    ("in 2026", [("year=2026", "date")]),
    ("4 July 1776", [("day=4 month=7 year=1776", "date")]),
    ("February 23 , 1778 , as a volunteer", [("day=23 month=2 year=1778", "date")]),
    ("in March 1865.", [("month=3 year=1865", "date")]),
    ("After the restoration in 1867, the Emperor", [("year=1867", "date")]),
    ("since 1842", [("year=1842", "date")]),
    ("in 1200 homes", [("1200", "")]),
    ("from 1500 to 1600 units", [("1500..1600", "")]),
    ("on May 5, 1200 people came", [("day=5 month=5", "date"), ("1200", "")]),
    ("2018 and 2019", [("year=2018", "date"), ("year=2019", "date")]),
    ("2026 capital expenditure of 3GW", [("year=2026", "date"), ("3", "GW")]),
    ("up 10% to $835", [("10", "%"), ("835", "USD")]),
    ("$40–45 billion per GW", [("40000000000..45000000000", "USD")]),
    ("10% of 3GW costs $40 billion", [("10", "%"), ("3", "GW"), ("40000000000", "USD")]),
    ("as stated [3] in [12]", []),
    ("no figure here", []),
    ("", []),
    ("GPT-4 class", []),
    ("H100 chips", []),
    ("the S&P 500", [("500", "")]),
    ("$5 and $7", [("5", "USD"), ("7", "USD")]),
    ("5 and 7 people", [("5", ""), ("7", "")]),
    ("3,5", [("3", ""), ("5", "")]),
    ("1.5 million people", [("1500000", "")]),
    ("15k users", [("15000", "")]),
    ("two directions", [("2", "")]),
]


@pytest.mark.parametrize(("text", "expected"), READ, ids=[case[0] or "empty" for case in READ])
def test_reads(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(figure.value, figure.unit) for figure in figures(text)] == expected


# (claim, source, supported)
SUPPORT = [
    ("$835", "a price target of $835", True),
    ("$835", "a price target of 835 dollars", True),
    ("835", "a price target of $835", True),
    ("$835", "835 points", False),
    ("$853", "a price target of $835", False),
    ("€835", "a price target of $835", False),
    ("$10-15 billion", "$10–15 billion", True),
    ("10 to 15bn dollars", "$10–15 billion", True),
    ("between $10 billion and $15 billion", "$10–15 billion", True),
    ("$10,000 million to $15,000 million", "$10–15 billion", True),
    ("$15 billion", "$10–15 billion", False),
    ("$10 billion", "$10–15 billion", False),
    ("$10–16 billion", "$10–15 billion", False),
    ("$10–15 million", "$10–15 billion", False),
    ("$10–15", "$10–15 billion", False),
    ("$40-45 billion", "$10–15 billion", False),
    ("10–15 GW", "$10–15 billion", False),
    ("10%", "about 10%", False),
    ("about 10%", "about 10%", True),
    ("10 percent", "rose by 10%", True),
    ("10", "rose by 10%", False),
    ("5 and 7 percent in 2023 and 2024", "5% in 2023 and 7% in 2024", True),
    ("5 and 8 percent in 2023 and 2024", "5% in 2023 and 7% in 2024", False),
    ("5", "a lease of 5 years", False),
    ("3", "leases all 3GW", False),
    ("2 billion", "paid $2 billion", True),
    ("the fifth-largest bank", "the third-largest bank", False),
    ("the third-largest bank", "the 3rd largest bank", True),
    ("the third largest bank", "the third-largest bank", True),
    ("for the third consecutive year", "the second consecutive year", False),
    ("zero layoffs", "no layoffs", True),
    ("zero layoffs", "40 layoffs", False),
    ("zero percent", "0%", True),
    ("zero percent", "2%", False),
    ("10%", "10 people", False),
    ("10 bps", "10%", False),
    ("about 0.25%", "roughly 0.25 per cent", True),
    ("0.2%", "0.25%", False),
    ("2.5%", "0.25%", False),
    ("25%", "0.25%", False),
    ("up to 3GW", "up to 3 GW", True),
    ("3 gigawatts", "3GW", True),
    ("three gigawatts", "3GW", True),
    ("3 MW", "3GW", False),
    ("1.6GW", "1.6 GW procurement", True),
    ("16GW", "1.6 GW procurement", False),
    ("about half", "by about half", True),
    ("around 50%", "by about half", True),
    ("about 50%", "by about a third", False),
    ("doubled", "prices have doubled", True),
    ("twice", "prices doubled", True),
    ("2x", "prices doubled", True),
    ("tripled", "prices doubled", False),
    ("a few hundred", "only a few hundred GPUs", True),
    ("a few hundred", "several hundred GPUs", True),
    ("a few thousand", "a few hundred GPUs", False),
    ("300 GPUs", "a few hundred GPUs", False),
    ("July 1", "published on July 1", True),
    ("1 July", "published on July 1", True),
    ("July 1, 2025", "published on July 1", False),
    ("July 2", "published on July 1", False),
    ("June 1", "published on July 1", False),
    ("10-K", "10-K", True),
    ("July 2026", "published on July 1, 2026", True),
    ("2026", "published on July 1, 2026", True),
    ("2025", "published on July 1, 2026", False),
    ("2026", "Meta’s 2026 capital expenditure", True),
    ("2027", "Meta’s 2026 capital expenditure", False),
    ("Q2 2023", "Q2 2023 sales", True),
    ("Q3 2023", "Q2 2023 sales", False),
    ("Q2 2022", "Q2 2023 sales", False),
    ("FY2019", "in fiscal 2019", True),
    ("$1,496.5", "Total sales | 2019: $1,496.5 | 2018: $1,202.9", True),
    ("$1,496", "Total sales | 2019: $1,496.5 | 2018: $1,202.9", False),
    ("$81,797 million", "net sales of $81.797 billion", True),
    ("$81.8 billion", "net sales of $81,797 million", False),
    ("(1,234)", "a loss of (1,234)", True),
    ("1,234", "a loss of (1,234)", False),
    ("two directions", "no number at all", False),
    ("5 directions", "no number at all", False),
    ("twelve months", "12 months", True),
    ("12,000 tonnes", "twelve thousand tonnes", True),
    ("$1 trillion", "$1,000 billion", True),
    ("15 times", "15x", True),
    ("15", "", False),
    ("one gigawatt", "$10–15 billion per GW a year", True),
    ("One year", "$10–15 billion per GW a year", True),
    ("1 MW", "$10–15 billion per GW a year", False),
    ("two gigawatts", "$10–15 billion per GW a year", False),
    ("$1", "$10–15 billion per GW a year", False),
]


@pytest.mark.parametrize(("claim", "source", "expected"), SUPPORT, ids=[f"{c} | {s}" for c, s, _ in SUPPORT])
def test_supports(claim: str, source: str, expected: bool) -> None:
    claimed = figures(claim)
    assert claimed
    assert all(supported(figure, source_figures(source)) for figure in claimed) is expected


def test_there_are_enough_cases() -> None:
    assert len(READ) + len(SUPPORT) >= 150


@pytest.mark.parametrize(
    ("text", "approximate", "bound"),
    [
        ("about 10%", True, ""),
        ("roughly $40–45 billion", True, ""),
        ("some 300 people", True, ""),
        ("~5%", True, ""),
        ("10%", False, ""),
        ("up to 3GW", False, "up to"),
        ("at least 5 years", False, "at least"),
        ("more than $2 billion", False, "more than"),
    ],
)
def test_sense(text: str, approximate: bool, bound: str) -> None:
    (figure,) = figures(text)
    assert (figure.approximate, figure.bound) == (approximate, bound)


@given(st.text(max_size=200))
def test_never_fails_and_never_overlaps(text: str) -> None:
    last = 0
    for figure in figures(text):
        assert last <= figure.start < figure.end <= len(text)
        last = figure.end


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("999999"), places=2))
def test_a_written_amount_supports_itself(amount: Decimal) -> None:
    (figure,) = figures(f"${amount:,}")
    assert figure.low == figure.high == amount
    assert same_figure(figure, figure)
