"""How long it takes: percentiles in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence

from evals.metrics.intervals import Interval, bootstrap

#: Reported percentiles.
PERCENTILES = (50, 95)
#: Stages an answer is timed by, all counted from the question.
STAGES = ("retrieve", "first_token", "total")


def percentile(values: Sequence[float], q: float) -> float | None:
    """The q-th percentile by linear interpolation (Hyndman and Fan 1996, type 7); None for no values."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * q / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def percentile_interval(values: Sequence[float], q: float) -> Interval | None:
    """Bootstrap interval of a percentile; None for no values."""
    import numpy as np

    return bootstrap(values, lambda sample: np.asarray(np.percentile(sample, q, axis=1), dtype=np.float64))
