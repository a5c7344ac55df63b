"""How far a measured value can be trusted: 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Two-sided 95 % point of the normal distribution.
Z95 = 1.959963984540054
#: Resamples of a bootstrap, and its seed: the same items always give the same interval.
RESAMPLES = 1000
SEED = 20_240_601
#: Most numbers held at once while resampling (32 MB of float64).
_BLOCK = 4_000_000

Interval = tuple[float, float]


def wilson(hits: int, n: int) -> Interval | None:
    """Wilson's score interval for a share of `hits` out of `n`; None when n is 0.

    Source: E. B. Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    """
    if n == 0:
        return None
    share, z2 = hits / n, Z95 * Z95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # At the ends the bound is the share itself; the subtraction misses it by a rounding error.
    return (0.0 if hits == 0 else centre - half), (1.0 if hits == n else centre + half)


def bootstrap(
    values: Sequence[float],
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None,
) -> Interval | None:
    """Percentile bootstrap interval with a fixed seed; None for no values.

    Source: B. Efron 1979, "Bootstrap methods: another look at the jackknife".

    Args:
        values: one number a case.
        statistic: maps resamples of shape (resamples, n) to (resamples,); the mean by default.
    """
    import numpy as np

    if not values:
        return None
    data = np.asarray(values, dtype=np.float64)
    random = np.random.default_rng(SEED)
    rows = max(1, min(RESAMPLES, _BLOCK // len(data)))
    results: list[NDArray[np.float64]] = []
    done = 0
    while done < RESAMPLES:
        size = min(rows, RESAMPLES - done)
        sample = data[random.integers(0, len(data), size=(size, len(data)))]
        results.append(sample.mean(axis=1) if statistic is None else statistic(sample))
        done += size
    low, high = np.percentile(np.concatenate(results), [2.5, 97.5])
    return float(low), float(high)
