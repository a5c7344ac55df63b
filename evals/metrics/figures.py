"""Figures in a text: their value, unit, scale and range; and when two of them are the same.

This parser is the judge's own. The assistant checks its figures with a parser of its own, and shares no
code with this one, so that a mistake there cannot excuse itself here.

"$10–15 billion" and "10 to 15bn dollars" are the same range; "$15 billion" is not that range. A change
("rose from $10 to $15 billion") is two figures.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from evals.metrics import figure_words as words
from evals.metrics.figure_atoms import Figure, plain, single_figures

__all__ = ["Figure", "parse_figures", "same_figure", "whole_figure"]

_GAP = re.compile(r"\s*(?:-|—|\bto\b|\bthrough\b)\s*(?:about\s+|roughly\s+|around\s+|up\s+to\s+)?", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def _is_range_word(text: str, one: Figure, other: Figure) -> bool:
    gap = text[one.end : other.start]
    if _AND.fullmatch(gap):
        return bool(re.search(r"\bbetween\s+(?:about\s+|roughly\s+)?$", text[: one.start], re.IGNORECASE))
    return bool(_GAP.fullmatch(gap))


def _pair(text: str, one: Figure, other: Figure) -> tuple[Figure, ...]:
    """The two figures as one range, or as the two they are, the first with the scale of the second."""
    kinds_fit = one.unit in ("", other.unit) or (not other.unit and one.unit in words.CURRENCIES)
    if one.year or other.year or "date" in (one.unit, other.unit) or not kinds_fit:
        return one, other
    if not _is_range_word(text, one, other):
        return one, other
    unit, factor = (other.unit, other.factor) if other.unit else (one.unit, one.factor)
    scale = one.multiplier / one.factor
    scale = other.multiplier / other.factor if scale == 1 else scale
    low = one.mantissa * scale * factor
    high = other.mantissa * (other.multiplier / other.factor) * factor
    first = replace(one, low=low, high=low, unit=unit, multiplier=scale * factor, factor=factor)
    second = replace(
        other,
        low=high,
        high=high,
        unit=unit,
        multiplier=other.multiplier / other.factor * factor,
        factor=factor,
    )
    changed = re.search(r"\bfrom\s+(?:about\s+|roughly\s+)?$", text[: one.start], re.IGNORECASE)
    if low >= high:
        return one, other
    if changed and words.CHANGE.search(text[: changed.start()]):
        return first, second
    whole = text[one.start : other.end]
    return (replace(second, text=whole, low=low, start=one.start, spelled=one.spelled and other.spelled),)


def _as_written(text: str, figure: Figure) -> Figure:
    shown = text[figure.start : figure.end].strip()
    if shown.count(")") > shown.count("("):
        opened = text[: figure.start].endswith("(")
        shown = "(" + shown if opened else shown.rstrip(")")
    return replace(figure, text=shown)


def parse_figures(text: str) -> list[Figure]:
    """Every figure of the text, in order, ranges joined.

    Text without figures, "a few hundred" or "billions" among it, gives an empty list.
    """
    figures: list[Figure] = []
    simple = plain(text)
    for single in single_figures(simple):
        if figures and figures[-1].low == figures[-1].high:
            figures[-1:] = _pair(simple, figures[-1], single)
        else:
            figures.append(single)
    return [_as_written(text, figure) for figure in figures]


def whole_figure(text: str) -> Figure | None:
    """The figure that the text is, None if it is none, several, or has other words ("about 10%")."""
    figures = parse_figures(text)
    if len(figures) != 1 or re.search(r"\w", text[: figures[0].start] + text[figures[0].end :]):
        return None
    return figures[0]


def _units_agree(gold: Figure, found: Figure, any_currency: bool) -> bool:
    if gold.unit == found.unit:
        return True
    if not gold.unit:
        return found.unit in words.CURRENCIES
    return any_currency and gold.unit in words.CURRENCIES and not found.unit


def same_figure(gold: Figure, found: Figure, *, rounding: bool = False, any_currency: bool = False) -> bool:
    """Whether a found figure says what a gold figure says.

    Both ends have to be equal in base units. A gold figure without a unit accepts a currency, since the
    question often names it. A negative gold figure accepts the positive one where the words around it say
    that the amount fell ("declined by 12.6 million" for -12.6 million).

    Args:
        gold: what is wanted.
        found: what stands in the answer or the quote.
        rounding: also accept a figure that gives the gold one when rounded to its decimals (it must have
            some): "22.223%" for "22.22%". For results of sums, whose gold is rounded.
        any_currency: also accept a bare number for a gold amount of money, as table cells have it.
    """
    if not _units_agree(gold, found, any_currency):
        return False
    if gold.low != gold.high or found.low != found.high:
        return (gold.low, gold.high) == (found.low, found.high)
    candidates = {found.high} | ({-found.high} if found.falling and gold.high < 0 else set())
    if gold.high in candidates:
        return True
    if not rounding or gold.decimals == 0:
        return False
    step = Decimal(1).scaleb(-gold.decimals)
    return any((c / gold.multiplier).quantize(step, ROUND_HALF_UP) == gold.mantissa for c in candidates)
