"""Dates and periods in text: days, months, quarters, halves, years, fiscal years, decades."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from assistant.answering.figures.model import Figure
from assistant.answering.figures.vocabulary import COUNTED, MONEY_AFTER, SCALES, UNIT_AFTER, alternatives

_NAMES = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sep sept", "october oct", "november nov", "december dec",
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
#: In lower case these are other words: "12 may close", "10 march on".
_WORDS_TOO = frozenset({"may", "march", "mar"})
_MONTH = "|".join(
    form
    for name in sorted(_MONTHS, key=len, reverse=True)
    for form in (name.capitalize(), name.upper(), *([] if name in _WORDS_TOO else [name]))
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

_YEAR = r"(?:19|20)\d\d(?!\d|[,.]\d{1,3}(?!\d))"
#: A year before 1900, told from a count by what follows: "in 1867, the", not "in 1867 homes".
_EARLY = (
    r"1[0-8]\d\d(?=\s?(?:[.,;:)–—-](?!\d)|$)|\s(?i:and|when|by|after|before|the|a|an|it|he|she|they|was|were|is|as|in|"
    r"at|on|with|for|but|that|which|his|her|its|their)\b)"
)
#: What stands before a year that could as well be a number.
_EARLIER = "(?:" + "|".join(rf"(?<={word}\s)" for word in ("in", "since", "until", "from", "by", "circa")) + ")"
_ANY_YEAR = rf"(?:{_YEAR}|{_EARLY})"
_COUNTS = (
    rf"(?:(?i:{alternatives(SCALES)}|[bmk])(?!\w)|{MONEY_AFTER}|(?!(?i:year|month|week|day|hour|minute)){UNIT_AFTER})"
)
_MANY = rf"(?i:(?:years|months|weeks|days|hours|minutes)(?!\w)|{COUNTED})"
#: No year by itself: "2000 MW", "2000 employees", "$2000", and what a longer number or word goes on with.
_BARE = rf"(?<![\w$€£¥\u20a0-\u20bf.,]){_YEAR}(?!\s?-?(?:{_COUNTS}|{_MANY}))(?!\w)"
_OF_YEAR = r"""(?:\s?,)?\s*(?:of\s+|in\s+|for\s+)?(?:the\s+)?
    (?:(?i:fiscal)\s+(?:(?i:year)\s+)?|(?:FY|CY)\s?)?"""
_SHORT = r"(?:[’'´](?=\d)|(?:FY|CY)\s?[’']?)\d\d(?!\d)"

_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"""(?<!\w)(?=[\dA-Zadfjmnost])(?:
    (?<!\w)(?P<m1>{_MONTH})\.?\s+(?P<d1>{_DAY})(?![\d%])(?!\s?{_COUNTS})
        (?:\s?,?\s+(?P<y1>{_ANY_YEAR})(?!,?\d))?
    |(?<![\w.,])(?P<d2>{_DAY})(?:[\s-]|\s+of\s+)(?:(?i:day)\s+of\s+)?(?P<m2>{_MONTH})(?!\w)\.?(?:[\s,-]\s?(?P<y2>{_ANY_YEAR})(?!,?\d))?
    |(?<!\w)(?P<m3>{_MONTH})\.?,?\s+(?:of\s+)?(?P<y3>{_ANY_YEAR})
    |(?<![\w./-])(?P<y4>(?:19|20)\d\d)(?P<s4>[-/])(?P<m4>\d\d)(?P=s4)(?P<d4>\d\d)(?!\d)
    |(?<![\w./-])(?P<a5>\d{{1,2}})(?P<s5>[-/.])(?P<b5>\d{{1,2}})(?P=s5)(?P<y5>(?:19|20)\d\d)(?!\d)
    |(?<![\w])(?:(?P<y6>{_YEAR})\s?,?\s?)?(?:Q(?P<q6>[1-4])(?!\d)|(?P<q7>[1-4])Q|H(?P<h6>[12])(?!\d)|(?P<h7>[12])H)
        (?:{_OF_YEAR}(?P<y7>{_YEAR})|\s*(?P<z7>{_SHORT})|(?<=[QH])(?P<z8>\d\d)(?!\d))?(?!\w)
    |(?<!\w)(?:(?P<y9>{_YEAR})\s(?:(?i:fiscal)\s)?)?(?i:(?P<o9>{alternatives(_ORDINALS)})[\s-]+(?:fiscal\s+)?(?P<k9>quarter|half)s?)(?!\w)
        (?:{_OF_YEAR}(?:(?i:year)\s+)?(?P<y10>{_YEAR})|\s*(?P<z10>{_SHORT}))?
    |(?<!\w)(?:(?:FY|CY)\s?[’']?|(?i:fiscal(?:\s+year)?s?)\s+)(?P<y11>(?:19|20)?\d\d)(?:[EFA](?!\w)|(?!\w))
    |(?<![\w$])(?P<decade>(?:1[0-9]|20)\d0)(?:[’']?s)(?!\w)
    |{_EARLIER}(?P<y12>{_EARLY})
    |(?P<y13>{_BARE})
    |(?<![\w$.,])(?P<y14>(?:19|20)\d\d)[EFA](?!\w)
    )""",
    re.VERBOSE,
)  # fmt: skip
#: A second year that belongs to the same day or quarter: "June 30, 2025 and 2024".
_ALSO = re.compile(rf"\s?(?:,|,?\s(?:and|or|to))\s(?P<year>{_BARE})")
#: The later end of a span of years: "2023–24", "2019/20"; "2026-07" is a month.
_SPAN = re.compile(r"[-–/‑](?P<two>\d\d)(?![\d%]|[-/.,]\d)(?!\w)")


def dates(text: str) -> Iterator[Figure]:
    """The dates and periods of a text in order."""
    place = 0
    while match := _DATE.search(text, place):
        place = match.end()
        parts = _parts(match)
        if not _possible(parts):
            place = match.start() + 1
            continue
        span = _SPAN.match(text, place) if set(parts) == {"year"} else None
        if span:
            yield from _span(text, match, parts["year"], span)
            place = span.end()
            continue
        yield _figure(text, match.start(), match.end(), parts)
        while "year" in parts and len(parts) > 1 and (also := _ALSO.match(text, place)):
            yield _figure(text, also.start("year"), also.end(), {**parts, "year": int(also["year"])})
            place = also.end()


def _parts(match: re.Match[str]) -> dict[str, int]:
    """What a match states: the year, half, quarter, month and day."""
    parts: dict[str, int] = {}
    given = {key: value for key, value in match.groupdict().items() if value}
    for key, value in given.items():
        kind = key[0]
        if kind == "m":
            parts["month"] = int(value) if value.isdigit() else _MONTHS[value.lower()]
        elif kind in "yz":
            year = int(re.sub(r"\D", "", value))
            parts["year"] = year + 2000 if year < 100 else year
        elif key == "decade":
            parts["decade"] = int(value)
        elif kind in "dqh":
            name = {"d": "day", "q": "quarter", "h": "half"}[kind]
            parts[name] = int(re.sub(r"\D", "", value))
    if "o9" in given:
        parts[given["k9"].lower()] = _ORDINALS[given["o9"].lower()]
    if "a5" in given:
        # Slashes and hyphens are read month first as in the filings of the United States, points day first.
        first, second = int(given["a5"]), int(given["b5"])
        day_first = given["s5"] == "." or first > 12
        parts["day"], parts["month"] = (first, second) if day_first else (second, first)
    return parts


def _possible(parts: dict[str, int]) -> bool:
    return 1 <= parts.get("day", 1) <= 31 and 1 <= parts.get("month", 1) <= 12 and parts.get("half", 1) <= 2


def _span(text: str, match: re.Match[str], year: int, span: re.Match[str]) -> Iterator[Figure]:
    two = int(span["two"])
    later = year - year % 100 + two + (100 if year % 100 == 99 and two == 0 else 0)
    if later <= year and 1 <= two <= 12:
        yield _figure(text, match.start(), span.end(), {"year": year, "month": two})
        return
    yield _figure(text, match.start(), match.end(), {"year": year})
    if later > year:
        yield _figure(text, span.start("two"), span.end(), {"year": later})


def _figure(text: str, start: int, end: int, parts: dict[str, int]) -> Figure:
    zero = Decimal(0)
    return Figure(text[start:end], start, end, zero, zero, "date", date=tuple(sorted(parts.items())))
