"""What passes between the parts of a sum: the task read, figures with unit and scale, and the sum itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assistant.answering.sums.periods import Period
from assistant.retrieval.model import Evidence


class Operation(StrEnum):
    """What is to be done with the figures; a FIGURE is taken as it stands."""

    FIGURE = "figure"
    CHANGE = "change"
    PERCENT_CHANGE = "percent change"
    DIFFERENCE = "difference"
    AVERAGE = "average"
    TOTAL = "total"
    RATIO = "ratio"
    SHARE = "share"
    WHICH_PERIOD = "which period"
    WHICH_THING = "which thing"
    COUNT_PERIODS = "count periods"


@dataclass(frozen=True)
class Bound:
    """A threshold as a question states it; `exponent` is None where it names no scale."""

    value: Decimal
    exponent: int | None = None
    currency: str = ""
    percent: bool = False


@dataclass(frozen=True)
class Task:
    """A sum as the question words it.

    `subjects` are what figures are wanted of, in the order of the operation, and `shared` words that belong to all
    of them. `periods` are those named; `spanning` that they are the ends of a run of years. `highest` says which
    end a comparison wants; `bound` is what figures are to exceed (`highest`) or to stay below, and None where they
    are held against each other.
    """

    operation: Operation
    subjects: tuple[str, ...]
    periods: tuple[Period, ...] = ()
    shared: str = ""
    spanning: bool = False
    highest: bool = True
    bound: Bound | None = None


@dataclass(frozen=True)
class Quantity:
    """A figure as it is written: `value` counts units of ten to the power of `exponent`.

    `currency` is its sign or code as written, `percent` that it is a percentage, `unit` what it counts if that is
    physical ("tonnes"), `text` its words in the source; `approximate` that these say "about".
    """

    text: str
    value: Decimal
    currency: str = ""
    percent: bool = False
    exponent: int = 0
    unit: str = ""
    approximate: bool = False

    @property
    def base(self) -> Decimal:
        """The value with its scale written out."""
        return self.value.scaleb(self.exponent)


@dataclass(frozen=True)
class Term:
    """An operand: a figure, the evidence it stands in, what it is of (`name`) and when or of which part (`key`)."""

    quantity: Quantity
    evidence: Evidence
    name: str
    key: str


@dataclass(frozen=True)
class Sum:
    """A finished sum: `statement` says it in a sentence, `expression` is its working, `terms` its operands.

    Figures that were merely looked up have no working.
    """

    statement: str
    expression: str
    result: str
    terms: tuple[Term, ...]
