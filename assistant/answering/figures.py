"""Figures in text: found, read and compared by value, unit and sense of range. Pure functions.

A figure is a number with what belongs to it: `$10–15 billion`, `about 10%`, `1.6GW`, `July 1`, `Q2 2023`,
`about half`, `a few hundred`. Values are decimals in base units (billions written out), so that
`$10-15 billion` and `10 to 15bn dollars` are the same figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

_SCALES = {
    "trillion": 12, "trillions": 12, "tn": 12, "trn": 12,
    "billion": 9, "billions": 9, "bn": 9, "b": 9,
    "million": 6, "millions": 6, "mn": 6, "mln": 6, "mm": 6, "m": 6,
    "thousand": 3, "thousands": 3, "k": 3,
    "hundred": 2, "hundreds": 2, "dozen": None,
}  # fmt: skip
_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP",
    "¥": "JPY", "jpy": "JPY", "yen": "JPY", "rmb": "CNY", "cny": "CNY", "yuan": "CNY",
    "chf": "CHF", "cents": "cent", "cent": "cent",
}  # fmt: skip
_UNITS = {
    "%": "%", "percent": "%", "per cent": "%", "pct": "%", "percentage points": "pp", "percentage point": "pp",
    "pp": "pp", "basis points": "bp", "basis point": "bp", "bps": "bp", "bp": "bp",
    "gw": "GW", "gigawatt": "GW", "gigawatts": "GW", "mw": "MW", "megawatt": "MW", "megawatts": "MW",
    "kw": "kW", "kilowatt": "kW", "kilowatts": "kW", "twh": "TWh", "gwh": "GWh", "mwh": "MWh", "kwh": "kWh",
    "x": "x", "times": "x", "fold": "x",
    "year": "year", "years": "year", "month": "month", "months": "month", "week": "week", "weeks": "week",
    "day": "day", "days": "day", "hour": "hour", "hours": "hour", "minute": "minute", "minutes": "minute",
    "second": "second", "seconds": "second",
    "kg": "kg", "km": "km", "miles": "mile", "mile": "mile", "feet": "foot", "ft": "foot", "meters": "m",
    "metres": "m", "tons": "ton", "tonnes": "t", "gb": "GB", "tb": "TB", "mb": "MB",
}  # fmt: skip
_SMALL_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_FRACTIONS = {
    "half": ("0.5", "share"), "halves": ("0.5", "share"), "halved": ("0.5", "share"), "halving": ("0.5", "share"),
    "a third": ("0.333", "share"), "one third": ("0.333", "share"), "one-third": ("0.333", "share"),
    "two thirds": ("0.667", "share"), "two-thirds": ("0.667", "share"), "a quarter": ("0.25", "share"),
    "one quarter": ("0.25", "share"), "one-quarter": ("0.25", "share"), "three quarters": ("0.75", "share"),
    "three-quarters": ("0.75", "share"), "doubled": ("2", "x"), "double": ("2", "x"), "doubling": ("2", "x"),
    "twofold": ("2", "x"), "twice": ("2", "x"), "tripled": ("3", "x"), "triple": ("3", "x"),
    "threefold": ("3", "x"), "quadrupled": ("4", "x"), "tenfold": ("10", "x"),
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_APPROXIMATE = (
    r"about|around|roughly|approximately|approx\.?|nearly|almost|some|circa|ca\.|~|≈|an\s+estimated|"
    r"estimated|close\s+to|just\s+over|just\s+under"
)
_BOUND = r"up\s+to|at\s+least|at\s+most|no\s+more\s+than|more\s+than|less\s+than|as\s+much\s+as|over|under|below|above"


def _alternatives(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_MONEY = _alternatives([c for c in _CURRENCIES if len(c) <= 3 and not c.islower()] + ["US$", "USD", "EUR", "GBP"])
_UNIT = _alternatives([*_UNITS, *[c for c in _CURRENCIES if c.isalpha()]])
_MONTH = _alternatives(list(_MONTHS))

#: A scale may hang on a hyphen ("40-billion") unless it is a single letter ("10-K" is a form).
_SCALE_AFTER = rf"(?:\s?-?(?:{_alternatives([name for name in _SCALES if len(name) > 1])})|\s?[bmk])(?!\w)"

_FIGURE = re.compile(
    rf"""(?<![\w.])(?<![A-Za-z]-)
    (?:(?P<approx>{_APPROXIMATE})\s*)?(?:(?P<bound>{_BOUND})\s+)?(?:roughly\s+|about\s+)?
    (?P<open>\()?(?P<sign>[-−+])?
    (?P<first>(?:(?P<money>{_MONEY})\s?)?
    (?P<low>{_NUMBER})(?P<lowscale>{_SCALE_AFTER})?(?:\s?-?(?P<lowunit>{_UNIT})(?!\w))?)
    (?:(?P<link>\s?(?:-|–|—|‑|to\s|and\s)\s?)(?:(?P<money2>{_MONEY})\s?)?(?P<high>{_NUMBER})
       (?P<highscale>{_SCALE_AFTER})?(?:\s?-?(?P<unit>{_UNIT})(?!\w))?)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\s+(?:about\s+|roughly\s+)?$", re.IGNORECASE)
#: What stands before a year that could as well be a number.
_EARLIER = "(?:" + "|".join(rf"(?<={word}\s)" for word in ("in", "since", "until", "from", "by", "circa")) + ")"
#: A year before 1900, told from a count by what follows: "in 1867, the", not "in 1867 homes".
_EARLY = (
    r"1[0-8]\d\d(?=\s?(?:[.,;:)–—-](?!\d)|$)|\s(?:and|when|by|after|before|the|a|an|it|he|she|they|was|were|is|as|in|"
    r"at|on|with|for|but|that|which|his|her|its|their)\b)"
)
_DATE = re.compile(
    rf"""\b(?:
    (?P<m1>{_MONTH})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:\s?,?\s+(?P<y1>(?:19|20)\d\d|{_EARLY})(?![\d,.]*\d))?
    |(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH})\.?\b(?:\s?,?\s+(?P<y2>(?:19|20)\d\d|{_EARLY})(?![\d,.]*\d))?
    |(?P<m3>{_MONTH})\.?\s+(?P<y3>(?:19|20)\d\d|{_EARLY})
    |(?P<y4>(?:19|20)\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)
    |Q(?P<q>[1-4])[\s’']*(?:FY)?\s*(?P<y5>(?:19|20)?\d\d)?
    |(?:FY|fiscal(?:\s+year)?)\s*(?P<y6>(?:19|20)?\d\d)\b
    |{_EARLIER}(?P<y8>{_EARLY})
    |(?P<y7>(?:19|20)\d\d)(?![\d,.]*\d)(?!\s?(?:%|GW|MW|x\b|dollars|percent|million|billion))
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_WORDS = re.compile(
    rf"""\b(?:(?P<approx>{_APPROXIMATE})\s+)?(?:
    (?P<fraction>{_alternatives(list(_FRACTIONS))})
    |(?P<vague>a\s+few|several|a\s+couple\s+of|some)\s+(?P<vscale>hundred|thousand|million|billion|dozen)s?
    |(?P<small>{_alternatives(list(_SMALL_WORDS))})(?:[\s-](?P<wscale>hundred|thousand|million|billion|trillion))?
      (?:\s(?P<wunit>{_UNIT})(?!\w))?
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)

#: "per GW", "each year", "a share": a rate or an article names one of a unit without a number.
_ONE_OF = re.compile(rf"\b(?:per|each|every|an?|/)\s+(?P<unit>{_UNIT})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in a text.

    `start` and `end` are its offsets; `low` and `high` are equal unless it is a range; `unit` is a currency
    code, a unit, `date` (then `date` holds what is stated of year, quarter, month, day), `share`, `vague`
    or empty; `approximate` and `bound` say how exactly it is meant; `spelled` that it was written in words.
    """

    text: str
    start: int
    end: int
    low: Decimal
    high: Decimal
    unit: str
    approximate: bool = False
    bound: str = ""
    date: tuple[tuple[str, int], ...] = ()
    spelled: bool = False

    @property
    def value(self) -> str:
        """The value in base units: `835`, `10000000000..15000000000`, `07-01` for a date."""
        if self.unit == "date":
            return " ".join(f"{part}={number}" for part, number in self.date)
        low, high = (format(side.normalize(), "f") for side in (self.low, self.high))
        return low if low == high else f"{low}..{high}"


def figures(text: str) -> list[Figure]:
    """All figures of a text in order; none overlap. Citation marks such as [3] are not figures."""
    text = re.sub(r"\[\d+\]", lambda mark: " " * len(mark.group()), text)
    taken: list[tuple[int, int]] = []
    found: list[Figure] = []
    for source in (_dates(text), _numbers(text), _spelled(text)):
        for figure in source:
            if all(figure.end <= start or figure.start >= end for start, end in taken):
                taken.append((figure.start, figure.end))
                found.append(figure)
    return sorted(found, key=lambda figure: figure.start)


def source_figures(text: str) -> list[Figure]:
    """All that a text says of figures, as something to hold claims against: with "per GW", also "one GW"."""
    ones = [
        Figure(match.group(), match.start(), match.end(), Decimal(1), Decimal(1), _unit("", match.group("unit")))
        for match in _ONE_OF.finditer(text)
    ]
    return [*figures(text), *ones]


def _dates(text: str) -> Iterator[Figure]:
    for match in _DATE.finditer(text):
        groups = {key: value for key, value in match.groupdict().items() if value}
        parts: dict[str, int] = {}
        for key, value in groups.items():
            name = {"y": "year", "m": "month", "d": "day", "q": "quarter"}[key[0]]
            parts[name] = _MONTHS[value.lower()] if value.isalpha() else int(value)
        if 0 <= parts.get("year", 1900) < 100:
            parts["year"] += 2000
        if not 1 <= parts.get("day", 1) <= 31 or not 1 <= parts.get("month", 1) <= 12:
            continue
        yield Figure(
            text=match.group(),
            start=match.start(),
            end=match.end(),
            low=Decimal(0),
            high=Decimal(0),
            unit="date",
            date=tuple(sorted(parts.items())),
        )


def _numbers(text: str) -> Iterator[Figure]:
    place = 0
    while match := _FIGURE.search(text, place):
        groups = match.groupdict()
        if groups["high"] and not _is_range(text, match):
            groups = {**groups, "high": None, "money2": None, "unit": None, "highscale": None}
            end = match.end("first")
        else:
            end = match.end()
        place = end
        yield _number(text, match, groups, end)


def _is_range(text: str, match: re.Match[str]) -> bool:
    """Whether two linked numbers are one range: "and" needs "between", and units must not differ."""
    groups = match.groupdict()
    if groups["link"].strip().lower() == "and" and not _BETWEEN.search(text[: match.start()]):
        return False
    before = _unit(groups["money"] or "", groups["lowunit"] or "")
    after = _unit(groups["money2"] or "", groups["unit"] or "")
    if before and after and before != after:
        return False
    return _ends(groups)[0] <= _ends(groups)[1]


def _ends(groups: dict[str, str | None]) -> tuple[Decimal, Decimal]:
    """The two ends of a range; a scale that only the upper end states belongs to both."""
    last = groups["highscale"] or ""
    first = groups["lowscale"] or last
    return _scaled(groups["low"] or "0", first), _scaled(groups["high"] or "0", last or first)


def _number(text: str, match: re.Match[str], groups: dict[str, str | None], end: int) -> Figure:
    start = match.start()
    closed = bool(groups["open"]) and text[end : end + 2].lstrip("%").startswith(")")
    if groups["open"] and not closed:
        start = match.start("first")
    low, high = _ends(groups) if groups["high"] else (_scaled(groups["low"] or "0", groups["lowscale"] or ""),) * 2
    if closed or groups["sign"] in ("-", "−"):
        low, high = -high, -low
    return Figure(
        text=text[start:end].strip(),
        start=start,
        end=end,
        low=low,
        high=high,
        unit=_unit(groups["money"] or groups["money2"] or "", groups["unit"] or groups["lowunit"] or ""),
        approximate=groups["approx"] is not None,
        bound=" ".join((groups["bound"] or "").lower().split()),
    )


def _spelled(text: str) -> Iterator[Figure]:
    for match in _WORDS.finditer(text):
        groups = match.groupdict()
        unit = ""
        if groups["fraction"]:
            number, unit = _FRACTIONS[groups["fraction"].lower()]
            low = Decimal(number)
        elif groups["vague"]:
            low, unit = _power(groups["vscale"]), "vague"
        else:
            low = Decimal(_SMALL_WORDS[groups["small"].lower()])
            if groups["wscale"]:
                low *= _power(groups["wscale"])
            unit = _unit("", groups["wunit"] or "")
        yield Figure(
            text=match.group(),
            start=match.start(),
            end=match.end(),
            low=low,
            high=low,
            unit=unit,
            approximate=groups["approx"] is not None,
            spelled=True,
        )


def _power(scale: str) -> Decimal:
    exponent = _SCALES.get(scale.lower())
    return Decimal(12) if exponent is None else Decimal(10) ** exponent


def _scaled(number: str, scale: str) -> Decimal:
    value = Decimal(number.replace(",", ""))
    return value * _power(scale.strip(" -")) if scale else value


def _unit(money: str, unit: str) -> str:
    if money:
        return _CURRENCIES[money.lower()]
    lowered = unit.lower()
    return _CURRENCIES.get(lowered) or _UNITS.get(lowered, "")


def same_figure(claim: Figure, source: Figure) -> bool:
    """Whether a figure of a claim is the source's: same value, compatible unit, same range.

    A claim may leave out the unit or the "about" of the source, and may state less of a date; it may not
    add to it: `$15` is not supported by `15`, nor `July 1, 2025` by `July 1`.
    """
    if claim.unit == "date" or source.unit == "date":
        return _same_date(claim, source)
    if _comparable(claim) != _comparable(source):
        return False
    return not claim.unit or _base_unit(claim) == _base_unit(source)


def _base_unit(figure: Figure) -> str:
    return "%" if figure.unit == "share" else figure.unit


def _comparable(figure: Figure) -> tuple[Decimal, Decimal]:
    factor = Decimal(100) if figure.unit == "share" else Decimal(1)
    return figure.low * factor, figure.high * factor


def _same_date(claim: Figure, source: Figure) -> bool:
    if claim.unit == source.unit == "date":
        stated = dict(source.date)
        return all(stated.get(part) == number for part, number in claim.date)
    # A bare year may be read as a number on one side ("2026" beside "2026E").
    date, other = (claim, source) if claim.unit == "date" else (source, claim)
    return len(date.date) == 1 and not other.unit and other.low == other.high == date.date[0][1]


def supported(claim: Figure, sources: Sequence[Figure]) -> bool:
    """Whether any figure of the source text is the claim's; small spelled counts pass as words."""
    if claim.spelled and not claim.unit and claim.low <= 3:
        # "one of", "two directions": counting words that are rarely stated as figures.
        return True
    return any(same_figure(claim, source) for source in sources)
