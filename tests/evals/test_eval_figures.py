"""The judge's figure parser and its notion of two figures being the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.figures import parse_figures, same_figure, whole_figure

# text, and each figure as (low, high or None, unit)
PARSED = [
    ("$835", [("835", None, "USD")]),
    ("US$835", [("835", None, "USD")]),
    ("USD 835", [("835", None, "USD")]),
    ("835 dollars", [("835", None, "USD")]),
    ("835 US dollars", [("835", None, "USD")]),
    ("€5 million", [("5000000", None, "EUR")]),
    ("£5m", [("5000000", None, "GBP")]),
    ("¥1,200", [("1200", None, "JPY")]),
    ("S$5", [("5", None, "SGD")]),
    ("$1,234.50", [("1234.50", None, "USD")]),
    ("50 cents", [("0.50", None, "USD")]),
    ("$15 billion", [("15000000000", None, "USD")]),
    ("$15bn", [("15000000000", None, "USD")]),
    ("$15B", [("15000000000", None, "USD")]),
    ("$15b", [("15000000000", None, "USD")]),
    ("15 b", [("15", None, "")]),
    ("15b", [("15000000000", None, "")]),
    ("$1.2 trillion", [("1200000000000", None, "USD")]),
    ("5K", [("5000", None, "")]),
    ("12 mn", [("12000000", None, "")]),
    ("$10–15 billion", [("10000000000", "15000000000", "USD")]),
    ("$10-15 billion", [("10000000000", "15000000000", "USD")]),
    ("$10—15 billion", [("10000000000", "15000000000", "USD")]),
    ("$10 - $15 billion", [("10000000000", "15000000000", "USD")]),
    ("10 to 15bn dollars", [("10000000000", "15000000000", "USD")]),
    ("$10 billion to $15 billion", [("10000000000", "15000000000", "USD")]),
    ("between $10 and $15 billion", [("10000000000", "15000000000", "USD")]),
    ("ten to fifteen billion dollars", [("10000000000", "15000000000", "USD")]),
    ("ranging from $10 to $15 billion", [("10000000000", "15000000000", "USD")]),
    ("$900 million to $1.2 billion", [("900000000", "1200000000", "USD")]),
    ("rose from $10 to $15 billion", [("10000000000", None, "USD"), ("15000000000", None, "USD")]),
    ("$10 and $15 billion", [("10", None, "USD"), ("15000000000", None, "USD")]),
    ("10-15%", [("10", "15", "%")]),
    ("grew from 10% to 15%", [("10", None, "%"), ("15", None, "%")]),
    ("up 10% to 15 million", [("10", None, "%"), ("15000000", None, "")]),
    ("0.25%", [("0.25", None, "%")]),
    (".25 percent", [("0.25", None, "%")]),
    ("10 per cent", [("10", None, "%")]),
    ("twenty-five percent", [("25", None, "%")]),
    ("5 percentage points", [("5", None, "pp")]),
    ("50 basis points", [("0.5", None, "pp")]),
    ("50bps", [("0.5", None, "pp")]),
    ("about half", [("50", None, "%")]),
    ("halved", [("50", None, "%")]),
    ("half a billion", [("500000000", None, "")]),
    ("a quarter of a percent", [("0.25", None, "%")]),
    ("the first half of the year", []),
    ("half-year results", []),
    ("1.6GW", [("1600000000", None, "W")]),
    ("1.6 gigawatts", [("1600000000", None, "W")]),
    ("1,600 MW", [("1600000000", None, "W")]),
    ("1–3GW", [("1000000000", "3000000000", "W")]),
    ("three gigawatts", [("3000000000", None, "W")]),
    ("5 GWh", [("5000000000", None, "Wh")]),
    ("80GB", [("80000000000", None, "byte")]),
    ("3x", [("3", None, "x")]),
    ("-22.22%", [("-22.22", None, "%")]),
    ("−5", [("-5", None, "")]),
    ("-$5m", [("-5000000", None, "USD")]),
    ("$-5", [("-5", None, "USD")]),
    ("(12.6)", [("-12.6", None, "")]),
    ("$(12.6) million", [("-12600000", None, "USD")]),
    ("(22.2%)", [("-22.2", None, "%")]),
    ("2018-2019", [("2018", None, ""), ("2019", None, "")]),
    ("between 2018 and 2020", [("2018", None, ""), ("2020", None, "")]),
    ("2017,2018", [("2017", None, ""), ("2018", None, "")]),
    ("mid-2026", [("2026", None, "")]),
    ("2026-07-01", [("20260701", None, "date")]),
    ("July 1st", [("1", None, "")]),
    ("one hundred million", [("100000000", None, "")]),
    ("four hundred", [("400", None, "")]),
    ("a 10-year lease", [("10", None, "")]),
    ("GPT-4, Q3, H100 and the 10-K", []),
    ("version 3.5.1", []),
    ("a few hundred, billions", []),
    ("see [3] and [1, 2]", []),
    ("1. first\n2) second", []),
    ("the S&P 500", [("500", None, "")]),
    ("10\u00a0to\u200915bn dollars", [("10000000000", "15000000000", "USD")]),
    ("１０％", [("10", None, "%")]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), PARSED, ids=[text for text, _ in PARSED])
def test_parse(text: str, expected: list[tuple[str, str | None, str]]) -> None:
    found = [(figure.low, figure.high, figure.unit) for figure in parse_figures(text)]
    assert found == [(Decimal(low), Decimal(high or low), unit) for low, high, unit in expected]


# gold, found, whether they are the same
SAME = [
    ("$10–15 billion", "10 to 15bn dollars", True),
    ("$10-15 billion", "between $10 billion and $15 billion", True),
    ("$15 billion", "$10-15 billion", False),
    ("$10-15 billion", "$15 billion", False),
    ("$10-15 billion", "$10-16 billion", False),
    ("$10-15 billion", "$10-15 million", False),
    ("$10-15 billion", "€10-15 billion", False),
    ("$835", "835 dollars", True),
    ("$835", "$835.00", True),
    ("$835", "835", False),
    ("$835", "$8350", False),
    ("$835", "$835 million", False),
    ("835", "$835", True),
    ("835", "835%", False),
    ("10%", "ten per cent", True),
    ("10%", "10 percentage points", False),
    ("10%", "0.1", False),
    ("0.25%", "a quarter of a percent", True),
    ("50%", "half", True),
    ("3GW", "three gigawatts", True),
    ("3GW", "3,000 MW", True),
    ("3GW", "3", False),
    ("3GW", "3 MW", False),
    ("-12.6 million", "declined by 12.6 million", True),
    ("-12.6 million", "a 12.6 million decrease", True),
    ("-12.6 million", "rose by 12.6 million", False),
    ("12.6 million", "-12.6 million", False),
    ("$1.5 billion", "$1,500 million", True),
]


@pytest.mark.parametrize(("gold", "found", "same"), SAME, ids=[f"{gold} / {found}" for gold, found, _ in SAME])
def test_same(gold: str, found: str, same: bool) -> None:
    wanted = whole_figure(gold)
    assert wanted is not None
    assert any(same_figure(wanted, figure) for figure in parse_figures(found)) is same


@pytest.mark.parametrize(
    ("gold", "found", "same"),
    [
        ("22.22%", "22.2231%", True),
        ("22.22%", "22.2%", False),
        ("22.22%", "22.226%", False),
        ("-22.22%", "fell 22.2231%", True),
        ("$835", "$835.4", False),
        ("12.6 million", "12,603,000", True),
    ],
)
def test_rounding(gold: str, found: str, same: bool) -> None:
    wanted = whole_figure(gold)
    assert wanted is not None
    assert same_figure(wanted, parse_figures(found)[0], rounding=True) is same


def test_any_currency_accepts_a_bare_table_cell() -> None:
    gold, cell = whole_figure("$1,496.5"), parse_figures("1,496.5")[0]
    assert gold is not None
    assert same_figure(gold, cell, any_currency=True)
    assert not same_figure(gold, cell)


@pytest.mark.parametrize("text", ["about 10%", "10% of 20", "July 1", "Buy", ""])
def test_no_whole_figure(text: str) -> None:
    assert whole_figure(text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [("costs “$10–15 billion” a year", "$10–15 billion"), ("a loss of $(12.6) million.", "$(12.6) million")],
)
def test_text_is_the_words_as_written(text: str, shown: str) -> None:
    assert [figure.text for figure in parse_figures(text)] == [shown]


@given(
    value=st.integers(0, 10**9),
    scale=st.sampled_from(["", " thousand", " million", " billion"]),
    unit=st.sampled_from(["$", "€", ""]),
)
def test_commas_and_surroundings_do_not_matter(value: int, scale: str, unit: str) -> None:
    plain, grouped = f"{unit}{value}{scale}", f"so it was {unit}{value:,}{scale}, they say"
    one, other = parse_figures(plain), parse_figures(grouped)
    assert len(one) == len(other) == 1
    assert same_figure(one[0], other[0]) and same_figure(other[0], one[0])
    assert grouped[other[0].start : other[0].end] == f"{unit}{value:,}{scale}"


@given(st.text(max_size=200))
def test_any_text_parses_to_figures_that_stand_in_it(text: str) -> None:
    for figure in parse_figures(text):
        assert figure.low <= figure.high
        assert 0 <= figure.start < figure.end <= len(text)
        assert figure.text.strip(" ()") in text
