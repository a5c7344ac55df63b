"""Sums counted by half and type."""

from __future__ import annotations

import pytest

from evals.sets import Question
from evals.sums import HALVES, exact, half_of, kind_of, tally


def asked(answers: tuple[str, ...], scale: str, kind: str, document: str = "a.md") -> Question:
    return Question(
        id="1", question="What is the change?", answerable=True, answers=answers, scale=scale, type=kind,
        documents=(document,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("result", "answer", "scale", "right"),
    [
        ("24.41%", "24.41", "percent", True),
        ("-$12.6 million", "-12.6", "million", True),
        ("$12.6 million", "-12.6", "million", False),
        ("$12.6", "12.6", "million", False),
        ("-0.5 percentage points", "-0.5", "percent", True),
        ("2019", "2019", "", True),
    ],
)
def test_exact(result: str, answer: str, scale: str, right: bool) -> None:
    assert exact(asked((answer,), scale, "arithmetic / table"), result) is right


def test_halves_do_not_depend_on_the_set() -> None:
    halves = [half_of(f"report-{number}.md") for number in range(100)]
    assert set(halves) == set(HALVES)
    assert 30 < halves.count(HALVES[0]) < 70


def test_tally() -> None:
    wanted = asked(("5",), "percent", "arithmetic / text")
    span = asked(("Oslo",), "", "span / table")
    counts = tally([(wanted, "5%"), (wanted, "6%"), (wanted, None), (span, "7")])
    half = half_of("a.md")
    assert kind_of(span) == "span"
    assert [counts[half, "arithmetic", column] for column in ("n", "tried", "right")] == [3, 2, 1]
    assert [counts[half, "span", column] for column in ("n", "tried", "right")] == [1, 1, 0]
