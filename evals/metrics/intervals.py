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


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Bootstrap interval of a mean of values from 0 to 1; Wilson's where all are 0 or all are 1.

    Resampling equal values says that nothing is uncertain, which five right answers do not show.
    """
    if values and min(values) == max(values) and values[0] in (0.0, 1.0):
        return wilson(round(sum(values)), len(values))
    return bootstrap(values)


def ratio(hits: Sequence[float], among: Sequence[float]) -> Interval | None:
    """Bootstrap interval of a share that is taken over parts of cases: whole cases are drawn, with all their parts.

    Parts of one case are no independent witnesses. Where every part or none is a hit, Wilson's interval with one
    witness a case. None without parts.
    """
    import numpy as np

    pairs = [(hit, of) for hit, of in zip(hits, among, strict=True) if of]
    if not pairs:
        return None
    table = np.asarray(pairs, dtype=np.float64)
    if table[:, 0].sum() in (0.0, table[:, 1].sum()):
        return wilson(len(pairs) if table[:, 0].any() else 0, len(pairs))
    places = np.arange(len(pairs), dtype=np.float64)

    def share(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = table[drawn.astype(np.intp)].sum(axis=1)
        return np.asarray(sums[:, 0] / sums[:, 1])

    return bootstrap(places.tolist(), share)


def mean_of_shares(one: tuple[int, int], other: tuple[int, int]) -> Interval | None:
    """Interval of the mean of two independent shares, each given as hits and n; None where one has no cases.

    Source: R. G. Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10,
    with a sum in the place of the difference: the distances to Wilson's bounds add up squared.
    """
    bounds = wilson(*one), wilson(*other)
    if bounds[0] is None or bounds[1] is None:
        return None
    shares = one[0] / one[1], other[0] / other[1]
    middle = sum(shares) / 2
    below = math.hypot(*(share - bound[0] for share, bound in zip(shares, bounds, strict=True) if bound)) / 2
    above = math.hypot(*(bound[1] - share for share, bound in zip(shares, bounds, strict=True) if bound)) / 2
    return middle - below, middle + above


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
