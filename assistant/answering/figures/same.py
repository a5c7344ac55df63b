"""When a figure of a claim is a source's: same value, unit and range, and no more exact than there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from assistant.answering.figures.model import Figure
from assistant.answering.figures.sense import implies, is_upper, opposed
from assistant.answering.figures.vocabulary import CURRENCIES, DIMENSIONS

_ONE = Decimal(1)
#: Dollars and euros have cents alike.
_OF_CENTS = frozenset({"EUR", "AUD", "CAD", "HKD", "SGD", "NZD"})
#: Places to which a part that never ends as a percentage ("a third") may be rounded.
_ROUNDED = 2
_YEAR = re.compile(r"1\d{3}|20\d\d")


def same_figure(claim: Figure, source: Figure) -> bool:
    """Whether a figure of a claim is the source's: same value, compatible unit, same range, no opposite bound.

    A claim may leave out the unit of the source and may state less of a date; it may not add to it: `$15` is not
    supported by `15`, nor `July 1, 2025` by `July 1`. Units of one dimension are converted. Whether the claim is
    as exact as the source says is for `keeps_sense` to tell.
    """
    if claim.unit == "date" or source.unit == "date":
        return _same_date(claim, source)
    if opposed(claim.bound, source.bound) or not _units_agree(claim, source):
        return False
    if claim.unit == "digits" and source.unit == "%":
        return claim.low <= abs(source.low) and abs(source.high) <= claim.high + 1
    one, other = _ends(claim, source)
    return one == other or _is_rounded(claim, source) or _is_loss(claim, source, one, other)


def keeps_sense(claim: Figure, source: Figure) -> bool:
    """Whether a claim with the source's figure keeps its bound and its "about", or weakens them.

    "10%" is firmer than "about 10%", "3GW" than "up to 3GW"; "over 10%" is another thing than "10%". "All 3GW" may
    be said of "up to 3GW", and operands of a working are quoted without such words.
    """
    if claim.unit == "date" or claim.operand or (claim.whole and is_upper(source.bound)):
        return True
    just = source.bound.startswith("just ")
    if claim.bound.startswith("just ") and not just:
        return False
    if claim.bound:
        kept = bool(source.bound) and implies(source.bound, claim.bound)
        return kept and (claim.approximate or just or not source.approximate)
    if source.bound:
        return just and claim.approximate
    return claim.approximate or not source.approximate


def supported(claim: Figure, sources: Sequence[Figure]) -> bool:
    """Whether any figure of the source text is the claim's, in the same sense; "one" passes as a word."""
    if any(same_figure(claim, source) and keeps_sense(claim, source) for source in sources):
        return True
    return _is_word(claim) and not any(claim.counted and source.counted == claim.counted for source in sources)


def made_up(claim: Figure, sources: Sequence[Figure]) -> bool:
    """Whether a figure has no ground in the sources at all.

    It has some where they state its value in another sense ("about 10%" where the claim says "10%"), and a small
    count in words may be what the claim made of a list.
    """
    if claim.spelled and not claim.unit and claim.high <= 3:
        return False
    return not supported(claim, sources) and not any(same_figure(claim, source) for source in sources)


def _is_word(claim: Figure) -> bool:
    """Whether a claim is the word "one", which mostly counts nothing: "one of", "one example"."""
    return claim.spelled and not claim.unit and not claim.bound and claim.low == claim.high == 1


def _units_agree(claim: Figure, source: Figure) -> bool:
    """Whether the claim's unit is the source's or of its dimension; money alone may go without."""
    if not claim.unit:
        # "10" is not what "10%" says nor "5" what "5 years" does, but "2 billion" may be what "$2 billion" does.
        return source.unit in ("", *CURRENCIES)
    if claim.unit == "digits":
        return source.unit in ("digits", "%")
    return _dimension(claim.unit) == _dimension(source.unit) or (claim.unit == "cent" and source.unit in _OF_CENTS)


def _dimension(unit: str) -> str:
    return DIMENSIONS.get(unit, (unit, _ONE))[0]


def _factor(unit: str) -> Decimal:
    return DIMENSIONS.get(unit, (unit, _ONE))[1]


def _ends(claim: Figure, source: Figure) -> tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]:
    """Lower and upper end of both, in one unit; a claim without unit is held against the number as written."""
    if not claim.unit:
        return (claim.low, claim.high), (source.low, source.high)
    one, other = _factor(claim.unit), _factor(source.unit)
    other = _ONE if source.unit in _OF_CENTS else other
    return (claim.low * one, claim.high * one), (source.low * other, source.high * other)


def _is_rounded(claim: Figure, source: Figure) -> bool:
    """Whether one is a part that never ends in percent and the other its rounding: "a third" and "33%"."""
    if {claim.unit, source.unit} != {"share", "%"} or claim.low != claim.high or source.low != source.high:
        return False
    share, percent = (claim, source) if claim.unit == "share" else (source, claim)
    exact = share.low * 100
    exponent = percent.low.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    endless = exact != exact.quantize(Decimal("0.0001"))
    return endless and places <= _ROUNDED and exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) == percent.low


def _is_loss(claim: Figure, source: Figure, one: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal]) -> bool:
    """Whether one states as a loss what the other states as a negative amount: "a loss of 12.5" and "(12.5)"."""
    if one != (-other[1], -other[0]):
        return False
    return (claim.lost and other[1] < 0 < one[0]) or (source.lost and one[1] < 0 < other[0])


def _same_date(claim: Figure, source: Figure) -> bool:
    if claim.unit == source.unit == "date":
        stated = dict(source.date)
        if "year" in stated:
            stated.setdefault("decade", stated["year"] // 10 * 10)
        return all(stated.get(part) == number for part, number in claim.date)
    # A bare year may be read as a number on one side ("1865" at the start of a line).
    date, other = (claim, source) if claim.unit == "date" else (source, claim)
    bare = not other.unit and not other.counted and _YEAR.fullmatch(other.text)
    return bool(bare) and date.date == (("year", int(other.text)),)
