"""Does a probability mean what it says: of the questions it calls 70 % likely to be answered, are seven in ten?

Sources: G. W. Brier 1950, "Verification of forecasts expressed in terms of probability"; Naeini, Cooper and Hauskrecht
2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (expected calibration error), with bins that
hold equally many cases, so that a few hundred fill them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from evals.metrics.intervals import Interval, bootstrap

#: Bins of the calibration error; each holds a tenth of the cases.
BINS = 10

#: A probability, and whether what it speaks of was so.
Forecast = tuple[float, bool]


def brier(forecasts: Sequence[Forecast]) -> float | None:
    """Mean squared distance of probability and truth; None without forecasts. Less is better; .25 is a coin's."""
    return sum(_squares(forecasts)) / len(forecasts) if forecasts else None


def brier_interval(forecasts: Sequence[Forecast]) -> Interval | None:
    """Its bootstrap interval over cases."""
    return bootstrap(_squares(forecasts))


def calibration_error(forecasts: Sequence[Forecast]) -> float | None:
    """Mean distance, weighted by cases, of mean probability and share of true ones within each of `BINS` bins.

    None without forecasts. It is above 0 by chance alone: with 128 well calibrated cases it comes to about .1.
    """
    if not forecasts:
        return None
    ordered = sorted(forecasts, key=lambda forecast: forecast[0])
    # The order of equal probabilities means nothing: each of them has the share of all of them.
    shares: list[float] = []
    for _, equal in groupby(ordered, key=lambda forecast: forecast[0]):
        truths = [so for _, so in equal]
        shares += [sum(truths) / len(truths)] * len(truths)
    off = [probability - share for (probability, _), share in zip(ordered, shares, strict=True)]
    edges = [round(place * len(off) / BINS) for place in range(BINS + 1)]
    return sum(abs(sum(off[first:last])) for first, last in pairwise(edges)) / len(off)


def _squares(forecasts: Sequence[Forecast]) -> list[float]:
    return [(probability - so) ** 2 for probability, so in forecasts]
