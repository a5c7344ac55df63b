"""Axes: where a value lies, and which values are written beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Steps between ticks, times a power of ten.
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Axis:
    """A scale with its ticks.

    `low` and `high` are its ends, in the unit of the data; `ticks` are (value, words). A logarithmic axis needs a
    `low` above 0.
    """

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value lies, 0 to 1; values beyond an end are put on it."""
        value = min(max(value, self.low), self.high)
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def even_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values at even steps from `low` to `high`, at most `most` of them and at least two ends' worth of steps."""
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(factor * power for factor in _STEPS if span / (factor * power) <= most - 1 or factor == _STEPS[-1])
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def share_axis(label: str, low: float = 0.0) -> Axis:
    """An axis for shares from `low` to 1, in percent."""
    ticks = even_ticks(low, 1.0)
    return Axis(label, low, 1.0, tuple((tick, f"{100 * tick:.4g} %") for tick in ticks))


def roomy_share_axis(label: str, values: Sequence[float]) -> Axis:
    """An axis for shares that begins at a round value below all of them, so that differences can be seen."""
    lowest = min(values, default=0.0)
    return share_axis(label, max(0.0, min(0.8, math.floor((lowest - 0.02) * 10) / 10)))


def seconds_axis(label: str, milliseconds: Sequence[float]) -> Axis:
    """A logarithmic axis in milliseconds from the power of ten (or three of it) below the least to that above the most.

    Times below a tenth of a millisecond are put on its end.
    """
    positive = [value for value in milliseconds if value > 0] or [1.0]
    steps = [factor * 10.0**power for power in range(-1, 9) for factor in (1, 3)]
    low = max((step for step in steps if step <= min(positive)), default=steps[0])
    high = min((step for step in steps if step >= max(positive) and step > low), default=steps[-1])
    ticks = [step for step in steps if low <= step <= high]
    # Both ends are written; of many in between only the powers of ten.
    shown = ticks if len(ticks) <= 6 else [tick for tick in ticks if f"{tick:g}".strip("0.") == "1"]
    return Axis(label, low, high, tuple((tick, duration(tick)) for tick in shown), log=True)


def duration(milliseconds: float) -> str:
    """A time in words with two digits that matter: "38 ms", "9.4 s", "4.2 min"."""
    for size, unit in ((60_000.0, "min"), (1000.0, "s")):
        if milliseconds >= size * 0.9995:
            value = milliseconds / size
            return f"{value:.0f} {unit}" if value >= 99.5 else f"{value:.2g} {unit}"
    return f"{milliseconds:.0f} ms" if milliseconds >= 9.95 else f"{milliseconds:.2g} ms"
