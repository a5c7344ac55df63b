"""Paired tests by table, and whether they tell a loss from noise."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.paired import difference_interval, holm, mcnemar, sign_flip


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [
        (0, 0, 1.0), (1, 0, 1.0), (0, 5, 2 / 32), (0, 6, 2 / 64), (1, 9, 22 / 1024), (5, 5, 1.0), (3, 1, 10 / 16),
    ],
)  # fmt: skip
def test_mcnemar(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p)
    assert mcnemar(lost, gained) == mcnemar(gained, lost)


def test_mcnemar_of_many_cases_does_not_overflow() -> None:
    assert mcnemar(1000, 1000) == 1
    assert 0 < mcnemar(900, 1100) < 1e-4
    assert mcnemar(0, 3000) == 0 or mcnemar(0, 3000) < 1e-300


@given(st.integers(0, 12), st.integers(0, 12))
def test_signs_drawn_are_mcnemar_where_cases_are_right_or_wrong(gained: int, lost: int) -> None:
    drawn = sign_flip([1.0] * gained + [-1.0] * lost + [0.0] * 20)
    assert drawn == pytest.approx(mcnemar(gained, lost), abs=0.03)


def test_sign_flip_ends() -> None:
    assert sign_flip([]) == sign_flip([0.0, 0.0]) == 1
    assert sign_flip([0.5]) == 1
    assert sign_flip([-0.1, -0.2, -0.3]) == pytest.approx(0.25, abs=0.02)
    assert sign_flip([random.Random(1).random() for _ in range(1)] * 40) < 0.001


def test_difference_interval() -> None:
    assert difference_interval([]) is None
    assert difference_interval([0.25] * 9) == (0.25, 0.25)
    low, high = difference_interval([1.0] * 30 + [0.0] * 70) or (0, 0)
    half = 1.96 * math.sqrt(0.3 * 0.7 / 100)
    assert (low, high) == (pytest.approx(0.3 - half, abs=0.02), pytest.approx(0.3 + half, abs=0.02))


@pytest.mark.parametrize(
    ("given_", "corrected"),
    [
        ([], []), ([0.04], [0.04]), ([0.01, 0.04], [0.02, 0.04]), ([0.04, 0.01, 0.03], [0.06, 0.03, 0.06]),
        ([0.9, 0.8], [1.0, 1.0]),
    ],
)  # fmt: skip
def test_holm(given_: list[float], corrected: list[float]) -> None:
    assert holm(given_) == pytest.approx(corrected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_only_raises_and_keeps_the_order(values: list[float]) -> None:
    found = holm(values)
    assert all(after >= before for before, after in zip(values, found, strict=True))
    assert [found[at] for at in sorted(range(len(values)), key=values.__getitem__)] == sorted(found)
