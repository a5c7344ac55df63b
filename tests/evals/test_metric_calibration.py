"""Whether a probability means what it says."""

from __future__ import annotations

import random

import pytest

from evals.metrics.calibration import Forecast, brier, brier_interval, calibration_error


@pytest.mark.parametrize(
    ("forecasts", "squared", "error"),
    [
        ([], None, None),
        ([(1.0, True), (0.0, False)], 0.0, 0.0),
        ([(0.0, True), (1.0, False)], 1.0, 1.0),
        ([(0.5, True), (0.5, False)] * 50, 0.25, 0.0),
        ([(0.9, True), (0.9, False)] * 50, 0.41, 0.4),
    ],
)
def test_by_hand(forecasts: list[Forecast], squared: float | None, error: float | None) -> None:
    assert brier(forecasts) == (None if squared is None else pytest.approx(squared))
    assert calibration_error(forecasts) == (None if error is None else pytest.approx(error, abs=0.1))


def test_what_is_well_calibrated_has_little_error() -> None:
    drawn = random.Random(7)
    chances = [drawn.random() for _ in range(4000)]
    honest = [(chance, drawn.random() < chance) for chance in chances]
    boastful = [(min(1.0, chance + 0.2), so) for chance, so in honest]
    assert (calibration_error(honest) or 0) < 0.03 < 0.1 < (calibration_error(boastful) or 0)
    low, high = brier_interval(honest) or (0.0, 0.0)
    assert low < (brier(honest) or 0) < high


def test_nothing_has_no_interval() -> None:
    assert brier_interval([]) is None
