"""Pairs of figures held against one another, each both ways: what supports what, and what never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.figures import Figure, figures, made_up, same_figure, source_figures, supported

# (one, other, the other supports the one, the one supports the other)
SENSE = [
    ("over $2 billion", "under $2 billion", False, False),
    ("more than 5 plants", "less than 5 plants", False, False),
    ("at least 10%", "at most 10%", False, False),
    ("up to 3GW", "at least 3GW", False, False),
    ("up to 3 GW", "3GW", False, False),
    ("at most 10%", "10%", False, False),
    ("over $2 billion", "$2 billion", False, False),
    ("under $2 billion", "$2 billion", False, False),
    ("more than 40%", "40%", False, False),
    ("at least 40%", "40%", False, False),
    ("fewer than 40 plants", "40 plants", False, False),
    ("100+ sites", "100 sites", False, False),
    ("100 or more sites", "100 sites", False, False),
    ("about 10%", "10%", True, False),
    ("roughly $40–45 billion", "$40–45 billion", True, False),
    ("nearly 10%", "10%", True, False),
    ("exactly 10%", "about 10%", False, True),
    ("around 10%", "about 10%", True, True),
    ("almost 10%", "roughly 10 percent", True, True),
    ("about half", "half", True, False),
    ("about 50%", "roughly half", True, True),
    ("over $2 billion", "more than $2 billion", True, True),
    ("at least $2 billion", "more than $2 billion", True, False),
    ("up to $2 billion", "less than $2 billion", True, False),
    ("no more than 10%", "at most 10%", True, True),
    ("at most 10%", "up to 10%", True, True),
    ("100 or more sites", "at least 100 sites", True, True),
    ("at least 100 sites", "100+ sites", True, True),
    ("over 10%", "just over 10%", True, False),
    ("about 10%", "just over 10%", True, False),
    ("about 10%", "over 10%", False, False),
    ("up to about 10%", "up to 10%", True, False),
    ("over five years", "5 years", True, True),
    ("all 3GW", "up to 3GW", True, False),
    ("all 3 plants", "at least 3 plants", False, False),
    ("$10 × 3GW", "$10 for up to 3GW", True, False),
]
WORDS = [
    ("two hundred million", "two hundred thousand", False, False),
    ("two hundred million", "200 million", True, True),
    ("two hundred thousand dollars", "$200,000", True, True),
    ("twenty-five percent", "5 percent", False, False),
    ("twenty-five percent", "25%", True, True),
    ("one hundred and five plants", "105 plants", True, True),
    ("three thousand five hundred homes", "3,500 homes", True, True),
    ("half a billion", "half a million", False, False),
    ("half a billion", "500 million", True, True),
    ("half a dozen", "six", True, True),
    ("a quarter of a million homes", "250,000 homes", True, True),
    ("seventy-five million people", "75 million people", True, True),
    ("more than doubled", "doubled", False, False),
    ("less than half", "half", False, False),
    ("half a year", "6 months", True, True),
    ("two and a half years", "2.5 years", True, True),
    ("one and a half million", "1.5 million", True, True),
    ("a billion dollars", "a million dollars", False, False),
    ("a billion dollars", "$1 billion", True, True),
    ("a hundred plants", "100 plants", True, True),
    ("a dozen plants", "twelve plants", True, True),
    ("fifteen billion dollars", "ten to fifteen billion dollars", False, False),
    ("ten billion dollars", "ten to fifteen billion dollars", False, False),
    ("ten to fifteen billion dollars", "$10–15 billion", True, True),
    ("two to three years", "2-3 years", True, True),
    ("between two and three years", "2-3 years", True, True),
    ("two or three years", "three years", False, False),
    ("doubled", "double-digit", False, False),
    ("doubled", "double digits", False, False),
    ("a double-digit rate", "12%", True, False),
    ("a double-digit rate", "8%", False, False),
    ("single-digit", "double-digit", False, False),
    ("doubled", "2x", True, True),
    ("tenfold", "10 times", True, True),
    ("three plants", "two plants", False, False),
    ("three plants", "3 plants", True, True),
    ("two plants", "plants", False, True),
    ("one plant", "two plants", False, False),
    ("one of them", "two plants", True, False),
    ("two sides", "both sides", True, True),
    ("one-fifth", "one-third", False, False),
    ("one-fifth", "20%", True, True),
    ("two-fifths", "40%", True, True),
    ("a third", "33%", True, True),
    ("one-third", "33.3%", True, True),
    ("two thirds", "67%", True, True),
    ("a third", "32%", False, False),
    ("an eighth", "13%", False, False),
    ("an eighth", "12.5%", True, True),
    ("a quarter of sales", "25% of sales", True, True),
    ("several hundred", "hundreds of chips", True, True),
    ("tens of thousands", "thousands of chips", False, False),
    ("300 chips", "hundreds of chips", False, False),
]
DATES = [
    ("€2000", "$2000", False, False),
    ("$2,000", "$2000", True, True),
    ("2,000 employees", "in 2000", False, False),
    ("2000 employees", "in 2000", False, False),
    ("2000 employees", "2,000 employees", True, True),
    ("2000 MW", "in 2000", False, False),
    ("in 1990", "the 1990s", False, True),
    ("the 1990s", "the 1980s", False, False),
    ("4 plants", "Q4", False, False),
    ("Q4", "Q3", False, False),
    ("third quarter of 2023", "second quarter of 2023", False, False),
    ("third quarter of 2023", "Q3 2023", True, True),
    ("third-quarter 2023", "3Q23", True, True),
    ("Q3 2023", "Q3’23", True, True),
    ("Q3 2023", "Q3 FY23", True, True),
    ("third quarter", "Q3 2023", True, False),
    ("the fourth quarter", "the first quarter", False, False),
    ("first half of 2024", "50%", False, False),
    ("first half of 2024", "half of 2024", False, False),
    ("first half of 2024", "H1 2024", True, True),
    ("first half of 2024", "1H24", True, True),
    ("H1 2024", "H2 2024", False, False),
    ("07/01/2026", "July 1, 2026", True, True),
    ("2026-07-01", "July 1, 2026", True, True),
    ("2026-07-01", "07/01/2026", True, True),
    ("01.07.2026", "1 July 2026", True, True),
    ("31/12/2025", "December 31, 2025", True, True),
    ("2026-07-01", "2026-07-02", False, False),
    ("July 1", "2026-07-01", True, False),
    ("June 30, 2023", "June 30, 2024 and 2023", True, False),
    ("2024", "2023–24", True, False),
    ("2026E", "2026", True, True),
    ("FY2019", "FY19", True, True),
    ("1865", "in 1865.", True, True),
    ("fiscal years 2019 and 2018", "fiscal 2018 and FY2019", True, True),
    ("May 12, 2024", "12 May 2024", True, True),
]
UNITS = [
    ("5%", "3,5 %", False, False),
    ("3.5%", "3,5 %", True, True),
    ("€2.50", "€2,50", True, True),
    ("€2.5 million", "2,5 million euros", True, True),
    ("1.234", "1.234.567", False, False),
    ("1,234,567", "1.234.567", True, True),
    ("1,234.56", "1.234,56", True, True),
    ("A$835", "$835", False, False),
    ("C$835", "$835", False, False),
    ("HK$835", "$835", False, False),
    ("₹835", "$835", False, False),
    ("¥835", "$835", False, False),
    ("₿835", "$835", False, False),
    ("A$835", "835 Australian dollars", True, True),
    ("HK$835", "HKD 835", True, True),
    ("US$835", "$835", True, True),
    ("835 €", "€835", True, True),
    ("–5%", "5%", False, False),
    ("−5%", "5%", False, False),
    ("–5%", "-5%", True, True),
    ("$-5 million", "-$5 million", True, True),
    ("1,600 MW", "1.6 GW", True, True),
    ("1,600 MW", "16 GW", False, False),
    ("1,500 kWh", "1.5 MWh", True, True),
    ("50 bps", "0.5 percentage points", True, True),
    ("3%", "3 percentage points", False, False),
    ("0.5%", "50 bps", False, False),
    ("50 cents", "$0.50", True, True),
    ("50 cents", "$0.05", False, False),
    ("50 cents", "€0.50", True, False),
    ("$1.5T", "$1.5 trillion", True, True),
    ("$1.5tn", "1.5 trillion dollars", True, True),
    ("24 months", "two years", True, True),
    ("10 people", "10%", False, False),
    ("3 analysts", "3GW", False, False),
    ("3rd", "third-largest", True, True),
    ("the 5th largest", "the 3rd largest", False, False),
]
SIGNS = [
    ("(3GW)", "3GW", True, True),
    ("a target ($835)", "a target of $835", True, True),
    ("some plants (3GW)", "plants of -3GW", False, False),
    ("a loss of 12.5", "Result: (12.5)", True, True),
    ("a gain of 12.5", "Result: (12.5)", False, False),
    ("a loss of (12.5)", "(12.5)", True, True),
    ("Net income | 2024: $(12.5) | 2023: 3", "-$12.5 and 3", False, True),
    ("rose to 15%", "rose from 10% to 15%", True, False),
    ("rose to 10–15%", "rose from 10% to 15%", False, False),
    ("fell to $10 billion", "fell from $15 to $10 billion", True, False),
    ("15%", "ranges from 10% to 15%", False, False),
    ("10–15%", "ranges from 10% to 15%", True, True),
    ("10–15%", "growth ranging from 10% to 15%", True, True),
]
PAIRS = [*SENSE, *WORDS, *DATES, *UNITS, *SIGNS]


def holds(claim: str, source: str) -> bool:
    """Whether every figure of a text is supported by another."""
    return all(supported(figure, source_figures(source)) for figure in figures(claim))


@pytest.mark.parametrize(("one", "other", "forth", "back"), PAIRS, ids=[f"{one} | {other}" for one, other, *_ in PAIRS])
def test_supports_both_ways(one: str, other: str, forth: bool, back: bool) -> None:
    assert (holds(one, other), holds(other, one)) == (forth, back), (figures(one), figures(other))


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 150
    assert len({frozenset(pair[:2]) for pair in PAIRS}) == len(PAIRS)


# (text, [(value, unit), ...])
READ = [
    ("12 sites may close", [("12", "")]),
    ("12 may close", [("12", "")]),
    ("12 May", [("day=12 month=5", "date")]),
    ("on july 1", [("day=1 month=7", "date")]),
    ("third parties and a third party", []),
    ("third-party chips in the second round, first of all", []),
    ("a third plant", []),
    ("a third of it", [("0.333", "share")]),
    ("no one knew one another", []),
    ("$5 million a quarter", [("5000000", "USD")]),
    ("double-digit growth", [("10..99", "digits")]),
    ("rose from 10% to 15%", [("10", "%"), ("15", "%")]),
    ("grew from 10 to 15 billion dollars", [("10000000000", "USD"), ("15000000000", "USD")]),
    ("rose from 900,000 to 1.2 million", [("900000", ""), ("1200000", "")]),
    ("a profit (3GW of it)", [("3", "GW")]),
    ("Result | 2024: (12.5)% | then: 3.1%", [("year=2024", "date"), ("-12.5", "%"), ("3.1", "%")]),
    ("Net loss (1,234) (567)", [("-1234", ""), ("-567", "")]),
    ("a staff (1,234) of many", [("1234", "")]),
    ("version 1.2.3", []),
    ("₹1,50,000", [("150000", "INR")]),
    ("two million and three plants", [("2000000", ""), ("3", "")]),
    ("Q2 15 stores", [("quarter=2", "date"), ("15", "")]),
    ("second and third quarters of 2023", [("quarter=3 year=2023", "date")]),
    ("2018–2019", [("year=2018", "date"), ("year=2019", "date")]),
    ("2026-07", [("month=7 year=2026", "date")]),
    ("mid-2024", [("year=2024", "date")]),
    ("2024 sales of 2,024", [("year=2024", "date"), ("2024", "")]),
    ("21st century", [("21", "ordinal")]),
    ("sales in millions", []),
    ("millions of users", [("1000000", "vague")]),
    ("the latter half", []),
    ("compared to (48.3)% in all", [("-48.3", "%")]),
    ("approximately$5.1 million", [("5100000", "USD")]),
    ("2019 €m", [("year=2019", "date")]),
    ("rule No. 2014-14", [("year=2014", "date"), ("14", "")]),
    ("1999–00", [("year=1999", "date"), ("year=2000", "date")]),
    ("$28\u00a0 million", [("28000000", "USD")]),
    ("Net income (1)", [("1", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ, ids=[case[0] for case in READ])
def test_reads(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(figure.value, figure.unit) for figure in figures(text)] == expected


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("12%", "about 10%", True),
        ("10%", "about 10%", False),
        ("3GW", "up to 3GW", False),
        ("over $2 billion", "under $2 billion", True),
        ("two ways", "many ways", False),
        ("twelve ways", "many ways", True),
    ],
)
def test_made_up_is_what_the_source_has_in_no_sense(claim: str, source: str, expected: bool) -> None:
    assert [made_up(figure, source_figures(source)) for figure in figures(claim)] == [expected]


def _core(found: list[Figure]) -> list[tuple[object, ...]]:
    return [(figure.value, figure.unit, figure.approximate, figure.bound) for figure in found]


@given(st.sampled_from([text for pair in PAIRS for text in pair[:2]]), st.sampled_from(["  ", "\n", "\t ", "\u00a0"]))
def test_reading_is_stable_under_white_space(text: str, gap: str) -> None:
    assert _core(figures(text.replace(" ", gap))) == _core(figures(text))
    assert _core(figures(f"{gap}{text}{gap}")) == _core(figures(text))


_AMOUNTS = st.tuples(
    st.sampled_from(["", "$", "€", "A$"]),
    st.integers(1, 999),
    st.sampled_from(["", " million", " billion"]),
)


@given(_AMOUNTS, _AMOUNTS)
def test_same_figure_goes_both_ways_where_both_state_the_unit(
    one: tuple[str, int, str], other: tuple[str, int, str]
) -> None:
    (first,), (second,) = (figures(f"{sign}{number}{scale}") for sign, number, scale in (one, other))
    if bool(first.unit) == bool(second.unit):
        assert same_figure(first, second) == same_figure(second, first)
    assert same_figure(first, second) or first.value != second.value or first.unit != second.unit


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Accrued taxes, highest: 2019 (4.2 (2019) > 1.4 (2018)).", "Accrued taxes | 2019: 4.2 | 2018: 1.4"),
        (
            "They say: “Depreciation | 2019: (2,964.6) | 2018: (2,755.1)”",
            "Depreciation | 2019: (2,964.6) | 2018: (2,755.1)",
        ),
        ('They say: "Loss | (12.5)".', "Loss | (12.5)"),
    ],
)
def test_what_is_compared_or_quoted_is_what_its_source_says(text: str, source: str) -> None:
    held = figures(source)
    assert all(supported(figure, held) for figure in figures(text))
