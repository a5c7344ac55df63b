"""Single numbers in text with what belongs to them: sign, currency, scale and unit. Digits here, words elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assistant.answering.figures.sense import is_lost
from assistant.answering.figures.vocabulary import (
    CURRENCIES,
    MONEY_AFTER,
    MONEY_BEFORE,
    SCALE_LETTERS,
    SCALES,
    UNIT_AFTER,
    alternatives,
    currency,
    unit,
)

_LONG = alternatives(SCALES)
_COMMA = rf"(?=\s?(?:(?i:{_LONG})(?!\w)|{MONEY_AFTER}|{UNIT_AFTER}))"
_DIGITS = rf"""(?:
    (?P<dotted>\d{{1,3}}(?:\.\d{{3}}){{2,}}(?:,\d+)?|\d{{1,3}}(?:\.\d{{3}})+,\d{{1,2}}(?!\d))
    |(?P<spaced>\d{{1,3}}(?:[\u00a0\u2009\u202f]\d{{3}})+(?:,\d+)?)
    |\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?:\.\d+)?
    |(?P<comma>0,\d+|\d+,\d{{1,2}}{_COMMA})
    |(?P<paid>(?(money)\d+,\d{{1,2}}|(?!)))
    |\d+(?:\.\d+)?|\.\d+
    )(?![\d]|\.\d|,\d{{3}}(?!\d))"""
#: Before a sign nothing may stand that it could link to, nor a letter: "10–15", "GPT-4".
_NUMBER = re.compile(
    rf"""(?:(?<![\w.])(?<![A-Za-z]-)|(?<=[a-z])(?=[$€£¥]))
    (?:(?P<outer>{MONEY_BEFORE})\s?(?=\())?
    (?P<open>\(\s?)?
    (?:(?<![%)\]])(?P<sign>[-−–+]))?
    (?P<money>{MONEY_BEFORE}\s?)?
    (?P<sign2>(?(money)[-−–](?=[\d.])|(?!)))?
    {_DIGITS}
    """,
    re.VERBOSE,
)
_SCALE = re.compile(rf"(?:\s?-?(?P<long>(?i:{_LONG}))|\s?(?P<letter>[bmkBMK]))(?!\w)")
_TRILLION = re.compile(r"\s?T(?!\w)")
_UNIT = re.compile(rf"\s?-?(?P<unit>{MONEY_AFTER}|{UNIT_AFTER})")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)(?!\w)")
_NOUN = re.compile(r"\s(?:(?P<word>[a-z]+)\s)?(?P<noun>people|staff|men|women|children|[a-z]{3,}s)\b")
_SINGULAR = re.compile(r"\s(?P<noun>[a-z]{3,})\b")
_NO_NOUN = frozenset(
    """was has does this its his hers plus less times versus across towards besides whereas of in to and or on at by
    for from with than per as is are were had have will would could may might can the a an over under after before more
    that which who when while if but nor not so such each every all any out off up down about during since""".split()
)
#: Where a bracketed figure is a cell of a table, which has no words beside it; a row may stand in quotation marks.
_CELL_BEFORE = re.compile(r"(?:^|[|:\t;,“\"«„]|[\d%)])\s*$")
_CELL_AFTER = re.compile(r"\s*(?:$|[|\t;,.”\"»“]|[($€£¥-]*\d)")
_ONE = Decimal(1)


@dataclass(frozen=True)
class Atom:
    """A single number: `mantissa` times `scale` is its value; `money` says whether its unit stands before it."""

    start: int
    end: int
    mantissa: Decimal
    scale: Decimal
    unit: str
    spelled: bool = False
    money: bool = False
    counted: str = ""
    dash: bool = False

    @property
    def value(self) -> Decimal:
        """The value in base units."""
        return self.mantissa * self.scale


def digit_atoms(text: str, blank: str) -> Iterator[Atom]:
    """The numbers written in digits.

    Args:
        text: where they stand.
        blank: the same text, of the same length, without what has been read already.
    """
    place = 0
    while match := _NUMBER.search(blank, place):
        atom = _atom(text, blank, match)
        place = atom.end
        yield atom


def tail(text: str, place: int, *, money: bool = False) -> tuple[Decimal, str, int]:
    """Scale and unit behind a number that ends at a place, and where they end."""
    scale, named = _ONE, ""
    if match := _SCALE.match(text, place):
        scale = SCALES[match["long"].lower()] if match["long"] else SCALE_LETTERS[match["letter"].lower()]
        place = match.end()
    elif money and (trillion := _TRILLION.match(text, place)):
        scale, place = SCALES["trillion"], trillion.end()
    if match := _UNIT.match(text, place):
        named, place = unit(match["unit"]), match.end()
    return scale, named, place


def noun_behind(text: str, place: int, *, one: bool = False) -> str:
    """The plural of what a number without unit counts, as far as its form tells: "plants" of "3 new plants"."""
    if one:
        match = _SINGULAR.match(text, place)
        return f"{match['noun']}s" if match and match["noun"] not in _NO_NOUN else ""
    match = _NOUN.match(text, place)
    return match["noun"] if match and not {match["word"], match["noun"]} & _NO_NOUN else ""


def _decimal(match: re.Match[str]) -> Decimal:
    digits = match.group()[match.end("sign2") - match.start() if match["sign2"] else 0 :]
    digits = re.sub(r"^[^\d.]*(?:Rs\.)?[^\d.]*", "", digits)
    if match["dotted"] or match["spaced"] or match["comma"] or match["paid"]:
        return Decimal(re.sub(r"[^\d,]", "", digits).replace(",", "."))
    return Decimal(digits.replace(",", ""))


def _atom(text: str, blank: str, match: re.Match[str]) -> Atom:
    start, end = match.span()
    before = match["money"] or match["outer"] or ""
    mantissa = _decimal(match)
    scale, named, end = tail(blank, end, money=bool(before))
    outside = bool(match["outer"])
    closed = match["open"] and re.match(r"\s?\)", blank[end:])
    if match["open"] and not closed:
        start = match.end("open")
    elif closed:
        end += closed.end()
        if scale == _ONE and not named:
            scale, named, end = tail(blank, end, money=bool(before))
            outside = outside or named == "%"
    found = currency(before.strip()) or named
    if ordinal := _ORDINAL.match(blank, end):
        found, end = "ordinal", ordinal.end()
    dash = match["sign"] or match["sign2"] or ""
    negative = dash in ("-", "−", "–") and bool(dash)
    if closed and found in ("", "%", *CURRENCIES):
        negative = negative or outside or _accounted(text, start, end)
    return Atom(
        start=start,
        end=end,
        mantissa=-mantissa if negative else mantissa,
        scale=scale,
        unit=found,
        money=bool(before),
        counted="" if found else noun_behind(blank, end),
        dash=match["sign"] == "–",
    )


def _accounted(text: str, start: int, end: int) -> bool:
    """Whether brackets mean "less than nothing", as accountants write: in a cell, or beside words of loss."""
    if is_lost(text, start):
        return True
    return bool(_CELL_BEFORE.search(text[:start][-12:]) and _CELL_AFTER.match(text, end))
