"""A spreadsheet cell's value as a person sees it: by its number format (ECMA-376, part 1, 18.8.31)."""

from __future__ import annotations

import datetime
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

_SECTIONS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)" | \\(?P<escaped>.) | [_*](?P<space>.) | \[\$(?P<currency>[^\]-]*)[^\]]*\]
    | \[(?P<color>Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color\ ?\d+)\]
    | (?P<whole>[0\#?][0\#?,]*)?(?P<point>\.[0\#?]*)?(?P<scale>(?<=[0\#?]),+)?(?P<exponent>E[+-]0+)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: Characters that stand for themselves without quotes.
_PLAIN = "$€£¥₹₩+-():!^&'~{}<>= %\u00a0"
#: General shows so many digits, and all that are held of larger numbers.
_GENERAL_DIGITS, _HELD_DIGITS = 11, 15


class _Pattern(NamedTuple):
    """One section of a number format; `whole` and `places` are the digits to fill up to, `most` those to round to."""

    prefix: str
    suffix: str
    whole: int
    places: int
    most: int
    grouped: bool
    scale: int
    exponent: bool


def shown(value: object, number_format: str = "General") -> str:
    """A value's text: dates in ISO form, numbers as their format shows them as far as it is a simple one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.date):
        return _date(value, number_format.lower())
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, int | float):
        return _number(value, number_format or "General")
    return str(value)


def _date(value: datetime.date, number_format: str) -> str:
    """ISO, and no more of it than the format shows: `2024-03` where a month is shown, `2024` where a year is."""
    letters = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format)
    if isinstance(value, datetime.datetime):
        if value.time() != datetime.time() or "h" in letters:
            return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")
        value = value.date()
    if "y" in letters and "d" not in letters:
        return value.isoformat()[: 7 if "m" in letters else 4]
    return value.isoformat()


def _number(value: float, number_format: str) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    sections = _SECTIONS.split(number_format)
    place = 1 if value < 0 else 2 if value == 0 else 0
    own = place < len(sections) and place > 0
    pattern = _pattern(sections[place if own else 0])
    if pattern is None:
        return _general(value)
    # A section of its own for negative numbers shows the minus itself, as brackets or otherwise.
    number = _filled(abs(value), pattern)
    sign = "-" if value < 0 and not own and any(c in "123456789" for c in number) else ""
    return " ".join(f"{sign}{pattern.prefix}{number}{pattern.suffix}".split())


def _general(value: float) -> str:
    if float(value).is_integer() and abs(value) < 10**_HELD_DIGITS:
        return str(int(value))
    digits = _GENERAL_DIGITS if abs(value) < 10**_GENERAL_DIGITS else _HELD_DIGITS
    return format(value, f".{digits}g")


def _filled(value: float, pattern: _Pattern) -> str:
    """The digits of a positive number; ties are rounded up, as spreadsheets do."""
    if pattern.whole < 0:
        return ""
    exact = Decimal(repr(value)).scaleb(pattern.scale)
    if pattern.exponent:
        return f"{exact:.{pattern.most}E}"
    rounded = exact.quantize(Decimal(1).scaleb(-pattern.most), ROUND_HALF_UP)
    whole, _, places = (f"{rounded:,f}" if pattern.grouped else f"{rounded:f}").partition(".")
    if whole == "0" and not pattern.whole:
        whole = ""
    while len(places) > pattern.places and places.endswith("0"):
        places = places[:-1]
    return whole.zfill(pattern.whole) + (f".{places}" if places else "")


@lru_cache(maxsize=512)
def _pattern(section: str) -> _Pattern | None:
    """A section taken apart; None for general and for what is not simple (fractions, conditions, digits in groups)."""
    before, after, digits = "", "", None
    at = scale = 0
    while at < len(section):
        match = _TOKEN.match(section, at)
        found = match.groupdict() if match and match.group() else {}
        if found.get("whole") or found.get("point"):
            if digits is not None:
                return None
            digits = found
        else:
            text = section[at] if not found else found["quoted"] or found["escaped"] or found["currency"] or ""
            if not found and text not in _PLAIN:
                return None
            scale += 2 * (not found and text == "%")
            before, after = (before + text, after) if digits is None else (before, after + text)
        at = match.end() if match and found else at + 1
    if digits is None:
        # Only words, such as the dash that accounts show for nothing.
        return _Pattern(before, "", -1, 0, 0, False, 0, False) if before.strip() else None
    whole, point = digits["whole"] or "", (digits["point"] or ".")[1:]
    kept = whole.rstrip(",")
    scale -= 3 * (len(whole) - len(kept) + len(digits["scale"] or ""))
    return _Pattern(
        before, after, kept.count("0"), point.count("0"), len(point), "," in kept, scale, bool(digits["exponent"])
    )
