"""Do two judges agree: Cohen's kappa of right and wrong.

Source: Cohen 1960, "A coefficient of agreement for nominal scales".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.metrics.intervals import RESAMPLES, SEED, Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def _counts(pairs: Sequence[tuple[bool, bool]]) -> list[int]:
    return [pairs.count(cell) for cell in ((True, True), (True, False), (False, True), (False, False))]


def _kappa(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kappa of rows of four counts; NaN where both judges say one thing only."""
    import numpy as np

    both, first, second, neither = (counts / counts.sum(axis=1, keepdims=True)).T
    chance = (both + first) * (both + second) + (neither + first) * (neither + second)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(chance < 1, (both + neither - chance) / (1 - chance), np.nan))


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Agreement beyond chance, 1 for perfect and 0 for none; None where there is no pair or no disagreement possible.

    Args:
        pairs: for every case whether the one and the other judge finds it right.
    """
    import numpy as np

    if not pairs:
        return None
    value = float(_kappa(np.array([_counts(pairs)], dtype=np.float64))[0])
    return None if np.isnan(value) else value


def kappa_interval(pairs: Sequence[tuple[bool, bool]]) -> Interval | None:
    """Bootstrap interval of kappa over cases, with a fixed seed; None where kappa is None."""
    import numpy as np

    if kappa(pairs) is None:
        return None
    counts = np.array(_counts(pairs))
    # Drawing cases with replacement draws their four kinds in these proportions.
    drawn = np.random.default_rng(SEED).multinomial(len(pairs), counts / len(pairs), size=RESAMPLES)
    values = _kappa(drawn.astype(np.float64))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)
