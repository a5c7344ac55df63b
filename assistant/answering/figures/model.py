"""What a figure is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_PLACES = Decimal("0.001")


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in a text.

    `start` and `end` are its offsets; `low` and `high` are equal unless it is a range; `unit` is a currency
    code, a unit, `date` (then `date` holds what is stated of decade, year, half, quarter, month, day), `share`,
    `vague` ("a few hundred"), `digits` ("double-digit"), `ordinal` ("3rd") or empty.

    How it is meant: `approximate` for "about" and the like, `bound` for "up to", "more than" and the like;
    `spelled` that it was written in words; `counted` the noun behind a number without unit ("plants"); `lost`
    that words of loss stand before it; `whole` that all of the amount is spoken of ("all 3GW"); `operand` that it is
    part of a working ("× 3GW").
    """

    text: str
    start: int
    end: int
    low: Decimal
    high: Decimal
    unit: str
    approximate: bool = False
    bound: str = ""
    date: tuple[tuple[str, int], ...] = ()
    spelled: bool = False
    counted: str = ""
    lost: bool = False
    whole: bool = False
    operand: bool = False

    @property
    def value(self) -> str:
        """The value in base units: `835`, `10000000000..15000000000`, `month=7 day=1` for a date."""
        if self.unit == "date":
            return " ".join(f"{part}={number}" for part, number in self.date)
        low, high = (self._plain(side) for side in (self.low, self.high))
        return low if low == high else f"{low}..{high}"

    def _plain(self, side: Decimal) -> str:
        short = side.quantize(_PLACES, ROUND_HALF_UP) if self.unit == "share" else side
        return format(short.normalize(), "f")
