"""TAT-QA's exact match and F1."""

from decimal import Decimal

import pytest

from evals.metrics.tatqa import number, prediction, tatqa_scores


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,496.5", "1496.5"),
        ("$ 2,515", "2515"),
        ("(114)", "-114"),
        ("$(71)", "-71"),
        ("-12.6", "-12.6"),
        ("22.22%", "0.2222"),
        ("(6.7%)", "-0.067"),
        ("$6.4 million", "6400000"),
        ("£59", "59"),
        ("2019", "2019"),
        ("2.5 years", None),
        ("January 1", None),
        ("", None),
    ],
)
def test_number(text: str, value: str | None) -> None:
    assert number(text) == (None if value is None else Decimal(value))


CASES = [
    # spans, scale, gold spans, gold scale, kind, exact match, F1
    (["1,496.5"], "million", ["$1,496.5"], "million", "span", 1, 1),
    (["1,496.5"], "", ["$1,496.5"], "million", "span", 0, 0),
    (["1,496.5"], "thousand", ["$1,496.5"], "million", "span", 0, 0),
    (["1.4965"], "billion", ["$1,496.5"], "million", "span", 0, 0),
    (["1.5"], "billion", ["1500"], "million", "span", 1, 1),
    (["-22.22"], "percent", ["-22.22"], "percent", "arithmetic / table", 1, 1),
    (["-22.22%"], "", ["-22.22"], "percent", "arithmetic / table", 1, 1),
    (["-0.2222"], "", ["-22.22"], "percent", "arithmetic / table", 1, 1),
    (["-22.224"], "percent", ["-22.22"], "percent", "arithmetic / table", 1, 1),
    (["22.22"], "percent", ["-22.22"], "percent", "arithmetic / table", 0, 0),
    (["-22.23"], "percent", ["-22.22"], "percent", "arithmetic / table", 0, 0),
    (["3"], "", ["3"], "", "count / table", 1, 1),
    (["4"], "", ["3"], "", "count / table", 0, 0),
    (["2018", "2019"], "", ["2019", "2018"], "", "multi-span", 1, 1),
    (["2018"], "", ["2019", "2018"], "", "multi-span", 0, 2 / 3),
    (["672", "672"], "thousand", ["$672", "$672"], "thousand", "multi-span", 1, 1),
    (["672"], "thousand", ["$672", "$672"], "thousand", "multi-span", 0, 2 / 3),
    (["the contract types"], "", ["Contract types."], "", "span", 1, 1),
    (["contract types and more"], "", ["contract types"], "", "span", 0, 2 / 3),
    (["in fiscal year"], "", ["in fiscal year 2019"], "", "span", 0, 0),
    (["fiscal 2019"], "", ["in fiscal 2019"], "", "span", 0, 0.8),
    ([], "", ["3"], "", "count", 0, 0),
]


@pytest.mark.parametrize(("spans", "scale", "gold", "gold_scale", "kind", "exact", "f1"), CASES)
def test_scores(spans, scale, gold, gold_scale, kind, exact, f1) -> None:
    scores = tatqa_scores(spans, scale, gold_spans=gold, gold_scale=gold_scale, kind=kind)
    assert scores == pytest.approx((exact, f1))


@pytest.mark.parametrize(
    ("answer", "question", "result", "expected"),
    [
        ("Total sales in 2019 were $1,496.5 million.", "Total sales in 2019?", None, (["1496.5"], "million")),
        ("It fell.", "The change?", "-22.22%", (["-22.22"], "percent")),
        # Only the second says its scale, so each span keeps its own words.
        ("795 and 772 thousand", "In both years?", None, (["795", "772 thousand"], "")),
        ("$6 million and $9 million", "Both?", None, (["6", "9"], "million")),
        ("Because sales fell 3%.", "Why did it fall?", None, (["Because sales fell 3%"], "")),
        ("Fixed-price type.", "Which type?", None, (["Fixed-price type"], "")),
        ("", "Which?", None, ([], "")),
    ],
)
def test_prediction(answer, question, result, expected) -> None:
    assert prediction(answer, question, result) == expected
