"""Periods in questions and in column labels: years, fiscal years, quarters, dates; and when two are the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19|20)\d\d"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_PERIOD = re.compile(
    rf"""(?<![\w$€£.])(?:
    (?P<m1>{_MONTH})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y1>{_YEAR})
    |(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})\.?,?\s+(?P<y2>{_YEAR})
    |(?P<m3>{_MONTH})\.?[\s-]+(?P<y3>{_YEAR})
    |(?P<m4>{_MONTH})\s+(?P<d4>\d{{1,2}})(?=\s+(?:and|to)\s+{_MONTH}\s+\d{{1,2}}(?:,\s*|\s+(?:in\s+)?)(?P<y8>{_YEAR}))
    |(?P<m5>{_MONTH})\s+(?P<d5>\d{{1,2}})\s+in\s+(?P<y9>{_YEAR})
    |(?:Q(?P<q1>[1-4])|(?P<q2>[1-4])Q|(?P<q3>first|second|third|fourth|[1-4](?:st|nd|rd|th))\s+quarter(?:\s+of)?)
      [\s,]*(?:fiscal\s+|FY)?(?:year\s+)?[’']?(?P<y4>(?:20)?\d\d)(?!\d)
    |(?:fiscal\s+years?\s+|fiscal\s+|financial\s+year\s+|FY\s?|F|CY\s?)[’']?(?P<y5>(?:(?:19|20)\d\d)|\d\d)
      (?:\s?/\s?(?P<z5>(?:20)?\d\d))?(?![\d%])
    |(?P<y6>{_YEAR})\s?/\s?(?P<z6>(?:20)?\d\d)(?!\d)
    |(?P<y7>{_YEAR})[AE]?(?![\w%]|\.\d|,\d{{3}}\b)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
#: Quarters of whole weeks end up to so many days into the next month.
_LATE = 7
#: How texts say how long a period is, and how many months that is; 13 weeks are a quarter, 53 a long year.
_LENGTHS = (
    (
        re.compile(
            r"\b(?:three|3|13|thirteen|14)[\s-](?:months?|weeks?)\b|\bquarter(?:s|ly)?\b|\bQ[1-4]|\b[1-4]Q", re.I
        ),
        3,
    ),
    (
        re.compile(
            r"\b(?:six|6)[\s-]months?\b|\b2[67][\s-]weeks?\b|\bhalf[\s-]?years?\b|\b(?:first|second)\s+half\b", re.I
        ),
        6,
    ),
    (re.compile(r"\b(?:nine|9)[\s-]months?\b|\b(?:39|40)[\s-]weeks?\b", re.I), 9),
    (
        re.compile(
            r"\b(?:twelve|12)[\s-]months?\b|\b5[23][\s-]weeks?\b|\b(?:years?|FYE?)\s+end(?:ed|ing)\b|\bfull[\s-]year\b|"
            r"\b(?:fiscal|financial)\s+(?:years?\s+)?[’']?\d\d|\bFY\s?[’']?\d\d|\bannual\b",
            re.I,
        ),
        12,
    ),
)
#: Several lengths in one breath: "the three and nine months ended".
_BOTH = re.compile(r"\b(?:three|six|3|6)\s+(?:and|,)\s*(?:six|nine|twelve|6|9|12)\b", re.I)


def said_months(text: str) -> int | None:
    """How many months the periods of a text run, where it says so of one length only."""
    said = {months for pattern, months in _LENGTHS if pattern.search(text)}
    return said.pop() if len(said) == 1 and not _BOTH.search(text) else None


@dataclass(frozen=True)
class Period:
    """A period as far as it is stated; `ends` is the second year of one that runs over two. Offsets are the text's.

    `months` is its length where that is said: 3 of a quarter, 12 of "fiscal 2025" or "year ended".
    """

    text: str
    start: int
    end: int
    year: int
    ends: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    months: int | None = None

    @property
    def order(self) -> tuple[int, int, int, int]:
        """What sorts periods by time."""
        return self.year, self.quarter or 0, self.month or 0, self.day or 0


def _year(text: str, near: int = 2000) -> int:
    return int(text) if len(text) == 4 else near // 100 * 100 + int(text)


def periods(text: str) -> list[Period]:
    """All periods of a text that state a year, in order."""
    found = []
    # What a period says of itself by name is not said of the others.
    elsewhere = said_months(_PERIOD.sub(" ", text))
    for match in _PERIOD.finditer(text):
        groups = {name: value for name, value in match.groupdict().items() if value}
        parts = {name[0]: value for name, value in groups.items()}
        year = _year(parts["y"])
        quarter = parts.get("q")
        month = parts.get("m")
        found.append(
            Period(
                text=match.group(),
                start=match.start(),
                end=match.end(),
                year=year,
                ends=_year(parts["z"], year) if "z" in parts else None,
                quarter=None if quarter is None else _QUARTERS.get(quarter.lower()) or int(quarter),
                month=None if month is None else _MONTHS.index(month.lower()[:3]) + 1,
                day=int(parts["d"]) if "d" in parts else None,
                months=said_months(match.group()) or elsewhere,
            )
        )
    return found


def distinct(named: Sequence[Period]) -> list[Period]:
    """Each period once, where it is first named."""
    found: dict[object, Period] = {}
    for period in named:
        found.setdefault((period.order, period.ends), period)
    return list(found.values())


def _calendar_quarter(ended: Period) -> int:
    """The quarter that a date ends, by the calendar for want of a company's own; July 1 ends the second."""
    month = (ended.month or 0) - (1 if ended.day and ended.day <= _LATE else 0)
    return ((month or 12) + 2) // 3


def same_period(asked: Period, stated: Period) -> bool:
    """Whether two periods are the same as far as both of them state it."""
    if (asked.year, asked.ends) != (stated.year, stated.ends):
        return False
    if asked.quarter and stated.quarter is None and stated.month and asked.quarter != _calendar_quarter(stated):
        return False
    parts = ((asked.quarter, stated.quarter), (asked.month, stated.month), (asked.day, stated.day))
    return all(one is None or other is None or one == other for one, other in parts)


def of_length(asked: Period, months: int | None) -> bool:
    """Whether figures of a length, as far as that is said, can be those of the period asked for.

    A plain year is asked for as a whole; only of a year need a table not say that it is one. A date may be the end
    of anything.
    """
    wanted = asked.months or (12 if asked.month is None else None)
    return wanted is None or months == wanted or (months is None and wanted == 12)


def only_period(label: str) -> Period | None:
    """The one period a label speaks of; None if it names none, several, or what happened between two."""
    found = periods(label)
    if not found or any(not same_period(found[0], other) for other in found[1:]):
        return None
    return max(found, key=lambda period: (period.day or 0, period.month or 0, period.quarter or 0))
