"""Figures of running text that a sentence gives for several periods, as a table row would.

Two ways of saying it are read: each figure with its period behind it ("$328 million in 2025 compared to $207 million
in 2024"), and figures in the order of periods named before or behind ("in 2025 and 2024 … $5 million and $4 million,
respectively"). A sentence that gives two figures for one period is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from assistant.answering.figures import Figure, figures
from assistant.answering.sums.lines import Cell, Table, bag
from assistant.answering.sums.model import Quantity, Term
from assistant.answering.sums.periods import Period, periods
from assistant.documents.model import BlockKind
from assistant.retrieval.model import Evidence

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "RMB "}
#: What may stand between a figure and its period.
_BETWEEN = re.compile(
    r"\s*,?\s*(?:(?:in|for|during|at|as\s+of|on)\s+)?(?:the\s+)?(?:fiscal\s+)?(?:years?\s+)?(?:ended\s+)?",
    re.IGNORECASE,
)
#: Longest beginning of a sentence that is shown as what its figures are of.
_SHORT = 60
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)


def _amounts(text: str) -> list[Figure]:
    """The figures of a sentence that are amounts: no dates, no ranges, not spelled, not "up to"."""
    return [
        figure
        for figure in figures(text)
        if figure.unit in ("", "%", *_SIGNS) and figure.low == figure.high and not (figure.spelled or figure.bound)
    ]


def _paired(text: str, amounts: Sequence[Figure], named: Sequence[Period]) -> list[tuple[Figure, Period]]:
    pairs = []
    for amount in amounts:
        period = next((period for period in named if period.start >= amount.end), None)
        if period and _BETWEEN.fullmatch(text[amount.end : period.start]):
            pairs.append((amount, period))
    return pairs


def _in_order(text: str, amounts: Sequence[Figure], named: Sequence[Period]) -> list[tuple[Figure, Period]]:
    if not _RESPECTIVELY.search(text) or len(amounts) != len(named):
        return []
    return list(zip(amounts, named, strict=True))


def as_quantity(figure: Figure) -> Quantity:
    """A single figure of running text as an operand, in the scale it is written in."""
    power = next((power for power in (12, 9, 6, 3) if abs(figure.low) >= Decimal(10) ** power), 0)
    exponent = power if re.search(r"[a-z]{2,}", figure.text.replace("RMB", "")) else 0
    own = re.search(r"[-−($€£¥\d].*", figure.text)
    text = own.group() if own else figure.text
    sign = _SIGNS.get(figure.unit, "")
    value = figure.low.scaleb(-exponent)
    return Quantity(text, value, sign, figure.unit == "%", exponent, approximate=figure.approximate)


def prose_table(evidence: Evidence) -> Table | None:
    """A sentence as a table of one line, if it gives figures of one kind for different periods."""
    if evidence.kind in (BlockKind.TABLE_ROW, BlockKind.HEADING, BlockKind.CODE):
        return None
    text = evidence.text
    named = periods(text)
    # A year is no amount, whatever else it looks like.
    amounts = [f for f in _amounts(text) if not any(p.start <= f.start < p.end for p in named)]
    pairs = _in_order(text, amounts, named) or _paired(text, amounts, named)
    years = {period.order for _, period in pairs}
    if len(pairs) < 2 or len(years) != len(pairs) or len({figure.unit for figure, _ in pairs}) != 1:
        return None
    used = [figure for figure, _ in pairs]
    cells = tuple(
        Cell(period.text, Term(as_quantity(figure), evidence, _subject(text, used[0]), period.text), period.months)
        for figure, period in pairs
    )
    beside = tuple(as_quantity(figure) for figure in amounts if figure not in used)
    around = bag(" ".join((evidence.document, evidence.title, *evidence.headings)))
    return Table((evidence,), around, sentence=(cells, beside))


def _subject(text: str, first: Figure) -> str:
    """What a sentence is about, to be shown: its words up to the first figure, if these are few."""
    words = " ".join(text[: first.start].split()).strip(" ,;:(")
    return words if 0 < len(words) <= _SHORT else "By the text"


def with_prose(held: Sequence[Table], evidence: Sequence[Evidence]) -> list[Table]:
    """Tables, and behind them the sentences that can be read like a row."""
    first: dict[tuple[str, int, int], Evidence] = {}
    for found in evidence:
        first.setdefault(found.span, found)
    return [*held, *filter(None, map(prose_table, first.values()))]
