"""Evaluates a sum over figures exactly, and words it: the working as quoted, the result with unit and scale."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from assistant.answering.sums.model import Operation, Quantity, Term
from assistant.answering.sums.quantities import scale_name, shown

_MINUS, _DIVIDED = "−", "÷"
#: Places of a percentage, a ratio and an average; sums and differences are exact.
_PLACES = 2
_EXACT = 6


def _alike(terms: Sequence[Term]) -> bool:
    """Whether figures may be added: all percentages or none, and no two currencies."""
    currencies = {term.quantity.currency for term in terms} - {""}
    return len({term.quantity.percent for term in terms}) == 1 and len(currencies) <= 1


def _values(terms: Sequence[Term]) -> tuple[list[Decimal], int]:
    """The values in one scale, and that scale."""
    exponents = {term.quantity.exponent for term in terms}
    if len(exponents) == 1:
        return [term.quantity.value for term in terms], exponents.pop()
    lowest = min(exponents)
    return [term.quantity.value.scaleb(term.quantity.exponent - lowest) for term in terms], lowest


def _unit(terms: Sequence[Term]) -> tuple[str, bool]:
    currency = next((term.quantity.currency for term in terms if term.quantity.currency), "")
    return currency, terms[0].quantity.percent


def _text(quantity: Quantity) -> str:
    return f"({quantity.text})" if quantity.text.startswith(("-", "−", "–")) else quantity.text


def _scale_words(terms: Sequence[Term]) -> str:
    """ ", in millions" where the figures as quoted do not say so themselves."""
    exponent = {term.quantity.exponent for term in terms}
    name = scale_name(exponent.pop()) if len(exponent) == 1 else ""
    return f", in {name}s" if name and not any(name in term.quantity.text for term in terms) else ""


def change(later: Term, earlier: Term) -> tuple[str, str] | None:
    """Working and result of a difference; of two percentages it is in percentage points."""
    terms = (later, earlier)
    if not _alike(terms):
        return None
    (one, other), exponent = _values(terms)
    currency, percent = _unit(terms)
    result = shown(one - other, currency=currency, exponent=exponent, places=_EXACT)
    if percent:
        result += " percentage points"
    return f"{_text(later.quantity)} {_MINUS} {_text(earlier.quantity)}{_scale_words(terms)}", result


def percent_change(later: Term, earlier: Term) -> tuple[str, str] | None:
    """Working and result of a change in percent of the earlier figure; None from nothing."""
    terms = (later, earlier)
    if not _alike(terms) or earlier.quantity.value == 0:
        return None
    (one, other), _ = _values(terms)
    base = _text(earlier.quantity)
    result = shown((one - other) / other * 100, percent=True, places=_PLACES)
    return f"({_text(later.quantity)} {_MINUS} {base}) {_DIVIDED} {base}", result


def average(terms: Sequence[Term]) -> tuple[str, str] | None:
    """Working and result of a mean."""
    if not _alike(terms):
        return None
    values, exponent = _values(terms)
    currency, percent = _unit(terms)
    mean = sum(values, Decimal(0)) / len(values)
    result = shown(mean, currency=currency, percent=percent, exponent=exponent, places=_PLACES)
    return f"average of {_listed([_text(term.quantity) for term in terms])}{_scale_words(terms)}", result


def total(terms: Sequence[Term]) -> tuple[str, str] | None:
    """Working and result of a sum."""
    if not _alike(terms):
        return None
    values, exponent = _values(terms)
    currency, percent = _unit(terms)
    result = shown(sum(values, Decimal(0)), currency=currency, percent=percent, exponent=exponent, places=_EXACT)
    return " + ".join(_text(term.quantity) for term in terms) + _scale_words(terms), result


def quotient(part: Term, whole: Term, *, percent: bool) -> tuple[str, str] | None:
    """Working and result of a ratio, or of a share in percent."""
    terms = (part, whole)
    if not _alike(terms) or whole.quantity.value == 0:
        return None
    (one, other), _ = _values(terms)
    result = shown(one / other * (100 if percent else 1), percent=percent, places=_PLACES)
    return f"{_text(part.quantity)} {_DIVIDED} {_text(whole.quantity)}", result


def _listed(texts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))


def extreme(terms: Sequence[Term], *, highest: bool) -> tuple[str, str] | None:
    """Working and result of a comparison: the key of the one figure that is highest or lowest.

    Where all are negative, "higher" may mean either end: a higher loss is a lower figure.
    """
    if not _alike(terms) or all(term.quantity.value < 0 for term in terms):
        return None
    ranked = sorted(terms, key=lambda term: term.quantity.base, reverse=highest)
    if ranked[0].quantity.base == ranked[1].quantity.base:
        return None
    sign = " > " if highest else " < "
    pairs = [(term.quantity.base, f"{term.quantity.text} ({term.key})") for term in ranked]
    text = pairs[0][1]
    for (before, _), (value, words) in pairwise(pairs):
        text += (" = " if before == value else sign) + words
    return text, ranked[0].key


def beyond(terms: Sequence[Term], bound: Decimal, *, above: bool) -> tuple[list[Term], str] | None:
    """The figures above or below a bound in base units, and the working; None where the unit is in doubt."""
    if not _alike(terms):
        return None

    def passes(term: Term) -> bool:
        return term.quantity.base > bound if above else term.quantity.base < bound

    held = [term for term in terms if passes(term)]
    word = "above" if above else "below"
    sides = ((word, held), (f"not {word}", [term for term in terms if not passes(term)]))
    text = "; ".join(
        f"{name}: " + ", ".join(f"{term.quantity.text} ({term.key})" for term in side) for name, side in sides if side
    )
    return held, text


def span_words(operation: Operation, terms: Sequence[Term]) -> str:
    """What a sum over time is of, in words: "change from 2024 to 2025", "average of 2023, 2024 and 2025"."""
    keys = [term.key for term in terms]
    if operation in (Operation.CHANGE, Operation.PERCENT_CHANGE):
        # "From 2024 % to 2025 %" would read as a range.
        between = f", {keys[1]}, then {keys[0]}" if "%" in "".join(keys) else f" from {keys[1]} to {keys[0]}"
        return f"change{between}"
    return f"{operation.value} of {_listed(keys)}"


def sentence(about: str, worked: tuple[str, str]) -> str:
    """The sentence that is shown: what it is of, the result, the working.

    In running text a sign between two figures reads like the dash of a range, so it is put in words.
    """
    expression, result = worked
    return f"{about}: {result} ({expression.replace(f' {_MINUS} ', ' minus ')})."
