"""Are sure answers right more often: the risk-coverage curve of selective answering, and the area under it.

Sources: El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification"; Geifman, Uziel and
El-Yaniv 2019, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers" (the area, AURC).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evals.metrics.intervals import RESAMPLES, SEED, Interval


class Told(NamedTuple):
    """An answer that was given: how sure the assistant was, and whether it was right."""

    confidence: float
    right: bool


class Point(NamedTuple):
    """One point of the curve: what were answered and what wrong if only confidence of at least so much answered.

    `coverage` is the share of the cases answered, `risk` the share of wrong ones among those answered.
    """

    confidence: float
    coverage: float
    risk: float


def risk_coverage(answers: Sequence[Told], cases: int) -> list[Point]:
    """The curve, from the surest answer down to all that were given; answers equally sure come together.

    Args:
        answers: those that were given, in any order.
        cases: how many there are in all, refused ones included; at least as many as answers.
    """
    points: list[Point] = []
    wrong = 0
    ordered = sorted(answers, key=lambda told: -told.confidence)
    for place, told in enumerate(ordered, start=1):
        wrong += not told.right
        if place == len(ordered) or ordered[place].confidence < told.confidence:
            points.append(Point(told.confidence, place / cases, wrong / place))
    return points


def area(answers: Sequence[Told]) -> float | None:
    """Mean risk over the coverages of the curve, one for each answer given; None without answers.

    0 where nothing is wrong; the share of wrong answers where confidence says nothing; less where the wrong ones are
    those it was least sure of. Refused cases have no answer to be right or wrong, so the curve ends where answers do.
    """
    if not answers:
        return None
    total, before = 0.0, 0
    for point in risk_coverage(answers, len(answers)):
        reached = round(point.coverage * len(answers))
        total += point.risk * (reached - before)
        before = reached
    return total / len(answers)


def area_interval(answers: Sequence[Told]) -> Interval | None:
    """Bootstrap interval of the area, over answers, with a fixed seed; None without answers."""
    import numpy as np

    if not answers:
        return None
    ordered = sorted(answers, key=lambda told: -told.confidence)
    confidence = np.array([told.confidence for told in ordered])
    wrong = np.array([not told.right for told in ordered], dtype=np.float64)
    places = np.arange(1, len(ordered) + 1)
    random = np.random.default_rng(SEED)
    areas = np.empty(RESAMPLES)
    for at in range(RESAMPLES):
        drawn = np.sort(random.integers(0, len(ordered), size=len(ordered)))
        # Answers equally sure share the risk at the last of them.
        last = np.searchsorted(-confidence[drawn], -confidence[drawn], side="right") - 1
        areas[at] = (np.cumsum(wrong[drawn]) / places)[last].mean()
    low, high = np.percentile(areas, [2.5, 97.5])
    return float(low), float(high)
