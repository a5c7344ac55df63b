"""Two runs of the same cases: is the difference more than noise.

Each case is its own control, so only what changed counts: the cases that were right in one run and wrong in the
other, or the differences of their scores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.metrics.intervals import SEED, Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Resamples of a comparison: p-values are told from .05 after a correction for several, and need finer steps.
RESAMPLES = 10_000
#: Most numbers held at once while resampling (32 MB of int64).
_BLOCK = 4_000_000


def mcnemar(gained: int, lost: int) -> float:
    """Exact two-sided p-value of McNemar's test; 1 where nothing changed.

    Under the null a changed case is as likely gained as lost: twice the smaller tail of a binomial with share one half.
    Source: McNemar 1947, "Note on the sampling error of the difference between correlated proportions".

    Args:
        gained: cases wrong before and right now.
        lost: cases right before and wrong now.
    """
    changed = gained + lost
    tail, ways = 0, 1
    for k in range(min(gained, lost) + 1):
        tail += ways
        ways = ways * (changed - k) // (k + 1)
    # Both are whole numbers that may be too large for a float, while their ratio is not.
    whole: int = 2**changed
    return min(1.0, 2 * tail / whole)


def _blocks(values: int) -> list[int]:
    """Numbers of resamples that are drawn at once, for so many distinct values."""
    rows = max(1, min(RESAMPLES, _BLOCK // values))
    return [rows] * (RESAMPLES // rows) + ([RESAMPLES % rows] if RESAMPLES % rows else [])


def sign_flip(differences: Sequence[float]) -> float:
    """Two-sided p-value of a paired randomisation test of the mean difference; 1 where nothing changed.

    Under the null the two runs of a case can be swapped: every sign is as likely as the other. For differences of 1 and
    -1 it is McNemar's test, by drawing. Source: Fisher 1935, "The Design of Experiments", section 21.
    """
    import numpy as np

    changed = np.abs(np.array([each for each in differences if each], dtype=np.float64))
    if not len(changed):
        return 1.0
    observed = abs(math.fsum(differences))
    sizes, counts = np.unique(changed, return_counts=True)
    random = np.random.default_rng(SEED)
    extreme = 0
    for rows in _blocks(len(sizes)):
        # Of n equal differences a binomial number keep their sign.
        kept = random.binomial(counts, 0.5, size=(rows, len(sizes)))
        sums: NDArray[np.float64] = (2 * kept - counts) @ sizes
        extreme += int(np.count_nonzero(np.abs(sums) >= observed * (1 - 1e-9)))
    # The observed signs are one of the possible draws: no p-value is 0.
    return (extreme + 1) / (RESAMPLES + 1)


def difference_interval(differences: Sequence[float]) -> Interval | None:
    """Percentile bootstrap interval of the mean difference over cases, fixed seed; None for no cases.

    Source: Efron 1979, "Bootstrap methods: another look at the jackknife".
    """
    import numpy as np

    if not differences:
        return None
    values, counts = np.unique(np.asarray(differences, dtype=np.float64), return_counts=True)
    n = len(differences)
    random = np.random.default_rng(SEED)
    # Drawing cases with replacement draws each distinct difference a multinomial number of times.
    means = [random.multinomial(n, counts / n, size=rows) @ values / n for rows in _blocks(len(values))]
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for being several, in the order given: the chance of any false alarm stays what is asked for.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure".
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    corrected = [0.0] * len(p_values)
    least = 0.0
    for rank, at in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = least
    return corrected
