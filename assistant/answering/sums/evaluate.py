"""Evaluates a sum over figures exactly, and words it: the working as quoted, the result with unit and scale."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from assistant.answering.sums.model import Bound, Operation, Quantity, Term
from assistant.answering.sums.quantities import scale_name, shown

_MINUS, _DIVIDED = "−", "÷"
#: Places of a percentage, a ratio and an average; sums and differences are exact.
_PLACES = 2
_EXACT = 6
#: A threshold that is so many times the largest figure is not in the scale of its table.
_FAR = 100


def _alike(terms: Sequence[Term]) -> bool:
    """Whether figures may be added: all percentages or none, and no two currencies or units."""
    currencies = {term.quantity.currency for term in terms} - {""}
    units = {term.quantity.unit for term in terms} - {""}
    return len({term.quantity.percent for term in terms}) == 1 and len(currencies) + len(units) <= 1


def _values(terms: Sequence[Term]) -> tuple[list[Decimal], int]:
    """The values in one scale, and that scale."""
    exponents = {term.quantity.exponent for term in terms}
    if len(exponents) == 1:
        return [term.quantity.value for term in terms], exponents.pop()
    lowest = min(exponents)
    return [term.quantity.value.scaleb(term.quantity.exponent - lowest) for term in terms], lowest


def _shown(value: Decimal, terms: Sequence[Term], exponent: int, places: int) -> str:
    """A result in the currency or unit of its operands, as far as they have one."""
    currency = next((term.quantity.currency for term in terms if term.quantity.currency), "")
    unit = terms[0].quantity.unit if len({term.quantity.unit for term in terms}) == 1 else ""
    percent = terms[0].quantity.percent
    return shown(value, currency=currency, percent=percent, exponent=exponent, places=places, unit=unit)


def _text(quantity: Quantity) -> str:
    """A figure as it is written, with the "about" of its source."""
    text = f"({quantity.text})" if quantity.text.startswith(("-", "−", "–")) else quantity.text
    return f"about {text}" if quantity.approximate else text


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
    result = _shown(one - other, terms, exponent, _EXACT)
    if later.quantity.percent:
        result = f"{result.rstrip('%')} percentage points"
    return f"{_text(later.quantity)} {_MINUS} {_text(earlier.quantity)}{_scale_words(terms)}", result


def percent_change(later: Term, earlier: Term) -> tuple[str, str] | None:
    """Working and result of a change in percent of the earlier figure.

    None from nothing, and from a negative figure to one that is not: no share of a loss makes a gain.
    """
    terms = (later, earlier)
    if not _alike(terms) or earlier.quantity.value == 0 or earlier.quantity.value < 0 <= later.quantity.value:
        return None
    (one, other), _ = _values(terms)
    base = _text(earlier.quantity)
    result = shown((one - other) / other * 100, percent=True, places=_PLACES)
    return f"({_text(later.quantity)} {_MINUS} {base}) {_DIVIDED} {base}", result


def below_zero(later: Term, earlier: Term) -> str:
    """What a percentage of a negative figure means, in words; nothing for any other."""
    before, after = earlier.quantity.base, later.quantity.base
    if before >= 0:
        return ""
    return "; both are negative, the later one " + ("lower" if after < before else "higher")


def average(terms: Sequence[Term]) -> tuple[str, str] | None:
    """Working and result of a mean."""
    if not _alike(terms):
        return None
    values, exponent = _values(terms)
    result = _shown(sum(values, Decimal(0)) / len(values), terms, exponent, _PLACES)
    return f"average of {_listed([_text(term.quantity) for term in terms])}{_scale_words(terms)}", result


def total(terms: Sequence[Term]) -> tuple[str, str] | None:
    """Working and result of a sum."""
    if not _alike(terms):
        return None
    values, exponent = _values(terms)
    result = _shown(sum(values, Decimal(0)), terms, exponent, _EXACT)
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
    pairs = [(term.quantity.base, f"{_text(term.quantity)} ({term.key})") for term in ranked]
    text = pairs[0][1]
    for (before, _), (value, words) in pairwise(pairs):
        text += (" = " if before == value else sign) + words
    return text, ranked[0].key


def _in_base_units(bound: Bound, terms: Sequence[Term]) -> Decimal:
    """A threshold in base units. Without a scale it is in that of the figures, unless it is far beyond all of them."""
    if bound.exponent is not None:
        return bound.value.scaleb(bound.exponent)
    exponent = min(term.quantity.exponent for term in terms)
    scaled = bound.value.scaleb(exponent)
    return bound.value if scaled > _FAR * max(abs(term.quantity.base) for term in terms) else scaled


def beyond(terms: Sequence[Term], bound: Bound, *, above: bool) -> tuple[list[Term], str] | None:
    """The figures above or below a bound, and the working; None where the unit is in doubt."""
    percent = terms[0].quantity.percent
    currencies = ({term.quantity.currency for term in terms} | {bound.currency}) - {""}
    amounts = bool(currencies) or any(term.quantity.exponent for term in terms)
    if not _alike(terms) or len(currencies) > 1 or (percent and bound.currency) or (bound.percent and amounts):
        return None
    limit = _in_base_units(bound, terms)

    def passes(term: Term) -> bool:
        return term.quantity.base > limit if above else term.quantity.base < limit

    held = [term for term in terms if passes(term)]
    word = "above" if above else "below"
    sides = ((word, held), (f"not {word}", [term for term in terms if not passes(term)]))
    text = "; ".join(
        f"{name}: " + ", ".join(f"{_text(term.quantity)} ({term.key})" for term in side) for name, side in sides if side
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


def sentence(about: str, worked: tuple[str, str], terms: Sequence[Term] = (), note: str = "") -> str:
    """The sentence that is shown: what it is of, the result, the working and a note on it.

    A result over figures that are only "about" right is no better; a comparison has no `terms` that it could be
    as inexact as. In running text a sign between two figures reads like the dash of a range, so it is put in words.
    """
    expression, result = worked
    sense = "about " if any(term.quantity.approximate for term in terms) else ""
    return f"{about}: {sense}{result} ({expression.replace(f' {_MINUS} ', ' minus ')}{note})."
