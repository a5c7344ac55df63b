"""Single figures in a text: number, scale, unit. `figures.py` joins them to ranges.

Numbers within names (GPT-4, Q3, 10-K, H100), citation markers and list numbers are no figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from evals.metrics import figure_words as words

_ONE = Decimal(1)
_PREFIX = "|".join(re.escape(p) for p in sorted(words.CURRENCY_PREFIX, key=len, reverse=True))
_LONG = "|".join(words.SCALES)
_SHORT = sorted(words.SCALE_SHORT, key=len, reverse=True)
_SHORT_WORDS = "|".join(s for s in _SHORT if len(s) > 1)
_SHORT_LETTERS = "".join(s for s in _SHORT if len(s) == 1)
_UNITS = "|".join(f"(?:{pattern})" for pattern, _, _ in words.UNITS)
_ATOM = re.compile(
    rf"""
    (?<!\w)(?<![0-9]\.)
    (?P<sign>(?<![\w)%])[-+])?
    (?:(?P<currency>{_PREFIX})\s?(?P<inner>\()?)?(?P<sign2>-)?
    (?:(?P<number>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![0-9]|\.[0-9])
       (?P<ordinal>st\b|nd\b|rd\b|th\b)?
      |(?P<word>{words.WORD_NUMBER}))
    (?P<closed>\))?
    (?:[\s-]?(?P<long>(?i:{_LONG}))s?\b|\s?(?P<short>{_SHORT_WORDS})\b|(?P<letter>[{_SHORT_LETTERS}])\b)?
    (?:[\s-]?(?P<unit>{_UNITS}))?
    (?![A-Za-z0-9]|-[A-Z]\b)
    """,
    re.VERBOSE,
)
_DATE = re.compile(r"(?<![\w-])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![\w-])")
_FRACTION = re.compile(
    r"""
    \b(?P<part>half|quarter)\s+(?:of\s+)?(?:a|an|one)\s+
        (?:(?P<percent>per[\s-]?cent)\b|(?P<scale>(?:m|b|tr)illion)\b)
    |(?<!first\s)(?<!second\s)(?<!latter\s)(?<!other\s)
        \b(?:half\b(?!-|\s+(?:of\s+the\s+)?(?:year|time))|halv(?:e[sd]?|ing)\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_FIGURE = re.compile(r"\[\d+(?:\s*[,;]\s*\d+)*\]|^[ \t]*\d{1,2}[.)](?=\s)", re.MULTILINE)
#: Prefixes that a hyphen ties to a number without making it a name: "mid-2026".
_OPEN_PREFIX = re.compile(r"\b(?:mid|pre|post|sub|near|non|early|late)-$", re.IGNORECASE)
_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-"}
    | {"\u2212": "-", "\uff04": "$", "\uff05": "%"}
    | {chr(0xFF10 + digit): str(digit) for digit in range(10)}
)


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in a text.

    `low` and `high` are in base units (scale and unit applied: "1.6GW" is 1600000000 "W") and equal unless
    it is a range. `unit` is an ISO 4217 code, "%", "pp" (percentage points), "W", "Wh", "byte", "x",
    "date" (value yyyymmdd) or "". `mantissa` is the number as written (of a range: its end), `multiplier`
    what turns it into `high`, `decimals` the digits shown after its point. `falling` says that the words
    or parentheses around it may make it negative; `spelled` that it is written in words; `year` that it is
    four digits that can be a calendar year; `start` and `end` are offsets into the text.
    """

    text: str
    low: Decimal
    high: Decimal
    unit: str
    start: int
    end: int
    mantissa: Decimal
    multiplier: Decimal = _ONE
    factor: Decimal = _ONE
    decimals: int = 0
    spelled: bool = False
    year: bool = False
    falling: bool = False


def _unit(found: str | None) -> tuple[str, Decimal]:
    if found:
        for pattern, unit, factor in words.UNITS:
            if re.fullmatch(pattern, found):
                return unit, factor
    return "", _ONE


def _scale(match: re.Match[str]) -> Decimal:
    if match["long"]:
        return words.SCALES[match["long"].lower()]
    short = match["short"] or match["letter"]
    return words.SCALES[words.SCALE_SHORT[short]] if short else _ONE


def _atom(text: str, match: re.Match[str]) -> Figure:
    scale = _scale(match)
    number = match["number"]
    mantissa = Decimal(number.replace(",", "")) if number else words.word_value(match["word"])
    unit, factor = _unit(match["unit"])
    if match["currency"]:
        # "$5 times" is no figure of its own kind: the sign before the number decides.
        unit, factor = words.CURRENCY_PREFIX[match["currency"]], _ONE
    start, end = match.span()
    enclosed = bool(match["inner"] and match["closed"]) or (
        text[start - 1 : start] == "(" and (text[end : end + 1] == ")" or bool(match["closed"]))
    )
    alone = not re.search(r"\w", text[:start] + text[end:])
    if "-" in (match["sign"], match["sign2"]) or (enclosed and alone):
        mantissa = -mantissa
    value = mantissa * scale * factor
    bare = scale == 1 and not unit and number is not None
    return Figure(
        text=match.group(),
        low=value,
        high=value,
        unit=unit,
        start=start,
        end=end,
        mantissa=mantissa,
        multiplier=scale * factor,
        factor=factor,
        decimals=len(number.partition(".")[2]) if number else 0,
        spelled=number is None,
        year=bare and bool(re.fullmatch(r"(?:19|20)[0-9]{2}", number or "")),
        falling=enclosed or _falling(text, start, end),
    )


def _falling(text: str, start: int, end: int) -> bool:
    before = re.split(r"[.;!?]\s", text[max(0, start - 60) : start])[-1]
    after = re.split(r"[.,;!?]", text[end : end + 24])[0]
    return bool(words.FALLING.search(before) or words.FALLING.search(after))


def _fractions(text: str) -> Iterator[Figure]:
    for match in _FRACTION.finditer(text):
        part = Decimal("0.25") if (match["part"] or "").lower() == "quarter" else Decimal("0.5")
        if match["scale"]:
            mantissa, multiplier, unit = part, words.SCALES[match["scale"].lower()], ""
        else:
            mantissa, multiplier, unit = (part if match["percent"] else part * 100), _ONE, "%"
        value, (start, end) = mantissa * multiplier, match.span()
        yield Figure(
            match.group(), value, value, unit, start, end, mantissa, multiplier, spelled=True,
            falling=_falling(text, start, end),
        )  # fmt: skip


def plain(text: str) -> str:
    """The text, character for character, with ASCII hyphens and spaces, and blanks for what is no figure."""
    return _NO_FIGURE.sub(lambda match: " " * len(match.group()), text.translate(_PLAIN))


def single_figures(text: str) -> list[Figure]:
    """Every single figure of a `plain` text, in order; a range is still two."""
    taken: list[tuple[int, int]] = []
    found: list[Figure] = []
    for match in _DATE.finditer(text):
        value = Decimal("".join(match.groups()))
        found.append(Figure(match.group(), value, value, "date", *match.span(), mantissa=value))
        taken.append(match.span())
    for fraction in _fractions(text):
        found.append(fraction)
        taken.append((fraction.start, fraction.end))
    last = -1
    for match in _ATOM.finditer(text):
        start, end = match.span()
        if any(start < until and since < end for since, until in taken):
            continue
        tied = re.search(r"[A-Za-z]-$", text[max(0, start - 2) : start])
        if tied and start - 1 != last and not _OPEN_PREFIX.search(text[max(0, start - 8) : start]):
            continue
        found.append(_atom(text, match))
        last = end
    return sorted(found, key=lambda figure: figure.start)
