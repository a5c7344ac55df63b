"""Two numbers as one range, or as the two ends of a change: "10–15%" is a range, "rose from 10% to 15%" two figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from assistant.answering.figures.atoms import Atom
from assistant.answering.figures.vocabulary import CURRENCIES

_ABOUT = r"(?:about|around|roughly|approximately|nearly|almost|up\s+to)"
_LINK = re.compile(rf"\s?[-‐‑‒–—]\s?|\s(?:to|through|or)\s(?:{_ABOUT}\s)?", re.IGNORECASE)
_AND = re.compile(rf"\sand\s(?:{_ABOUT}\s)?", re.IGNORECASE)
_BETWEEN = re.compile(rf"\bbetween\s+(?:{_ABOUT}\s+)?$", re.IGNORECASE)
_FROM = re.compile(rf"\bfrom\s+(?:{_ABOUT}\s+)?$", re.IGNORECASE)
#: Words of a change, and those after which "from … to" is a range for all that.
_MOVES = re.compile(
    r"\b(?:(?P<change>ris(?:e|es|en|ing)|rose|gr(?:ow|ew|own|ows|owing|owth)|increas\w+|climb\w*|jump\w*|surg\w+|gain\w*|"
    r"advanc\w+|rais(?:e|ed|es|ing)|lift\w*|expand\w*|widen\w*|improv\w+|fall(?:s|en|ing)?|fell|declin\w+|decreas\w+|"
    r"drop\w*|slid|slip\w*|sank|shr[aiu]nk\w*|plung\w+|tumbl\w+|cut(?:s|ting)?|lower(?:ed|s|ing)?|reduc\w+|narrow\w*|"
    r"contract(?:ed|s|ing)|mov(?:e|ed|es|ing)|went|go(?:es|ing)?|chang\w+|shift\w*|swung|revis\w+|upgrad\w+|"
    r"downgrad\w+|up|down|doubl\w+|tripl\w+|halv\w+|boost\w*|accelerat\w+|slow\w*)|"
    r"(?P<range>rang\w+|var(?:y|ies|ied|ying)|anywhere|estimat\w+|forecast\w*|guidance))\b",
    re.IGNORECASE,
)
#: Digits of this size state their scale themselves: "from 900,000 to 1.2 million".
_FULL = Decimal(1000)
_ONE = Decimal(1)


def joined(text: str, atoms: Sequence[Atom]) -> Iterator[tuple[Atom, Atom]]:
    """The numbers of a text, ranges joined: pairs of the lower and the upper end, the same for a single number."""
    place = 0
    while place < len(atoms):
        one = atoms[place]
        other = atoms[place + 1] if place + 1 < len(atoms) else None
        pair = _pair(text, one, other) if other else None
        if pair is None:
            yield one, one
        elif _is_change(text, one):
            yield pair[0], pair[0]
            yield pair[1], pair[1]
        else:
            yield pair
        place += 1 if pair is None else 2


def _pair(text: str, one: Atom, other: Atom) -> tuple[Atom, Atom] | None:
    """Two numbers that are linked, the first with the unit and scale that only the second states."""
    gap = text[one.end : other.start]
    if other.dash and gap.isspace():
        other = replace(other, mantissa=-other.mantissa)
    elif not _linked(text, one, gap):
        return None
    fits = one.unit in ("", other.unit) or (not other.unit and one.unit in CURRENCIES)
    if not fits or "ordinal" in (one.unit, other.unit) or "vague" in (one.unit, other.unit):
        return None
    unit = one.unit or other.unit
    scale = other.scale if one.scale == _ONE and abs(one.mantissa) < _FULL else one.scale
    last = one.scale if other.scale == _ONE and not other.unit and one.scale != _ONE else other.scale
    first, second = replace(one, scale=scale, unit=unit), replace(other, scale=last, unit=unit)
    if first.value >= second.value and not (_is_change(text, one) and first.value != second.value):
        return None
    return first, second


def _linked(text: str, one: Atom, gap: str) -> bool:
    if _AND.fullmatch(gap):
        return bool(_BETWEEN.search(text[: one.start][-40:]))
    return bool(_LINK.fullmatch(gap))


def _is_change(text: str, one: Atom) -> bool:
    """Whether "from" this number to the next is a change: the nearest word of either kind before it is one."""
    before = _FROM.search(text[: one.start][-40:])
    if not before:
        return False
    start = max(0, one.start - 40) + before.start()
    clause = re.split(r"[;!?]|\.\s", text[:start])[-1]
    moves = list(_MOVES.finditer(clause))
    return bool(moves) and moves[-1]["change"] is not None
