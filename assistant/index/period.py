"""What period a document reports on, as its opening says: "For the quarterly period ended July 1, 2023"."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.index.scope import days_of

#: So much of a document's beginning says what it is about, in characters: a cover page, or a first paragraph.
OPENING = 1000
_DATE = (
    r"(?P<date>[^\W\d_]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,\s*|\s+)(?:19|20)\d\d|\d{1,2}\.?\s+[^\W\d_]{3,9}\.?\s+(?:19|20)\d\d|"
    r"(?:19|20)\d\d-\d\d-\d\d)"
)
_PERIOD = re.compile(
    r"\b(?P<kind>(?:fiscal\s+)?(?:half[ -])?year|(?:fiscal\s+)?quarter(?:ly\s+period)?|"
    rf"(?:three|six|nine|twelve)\s+months)\s+end(?:ed|ing):?\s+(?:on\s+)?{_DATE}",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def reporting_period(opening: str) -> str:
    """The period that a document's opening names, as "quarter ended July 1, 2023".

    Args:
        opening: the first `OPENING` characters of its text.

    Returns:
        Empty if it names none, or periods that end on different days.
    """
    found: dict[str, str] = {}
    for match in _PERIOD.finditer(opening):
        date, kind = (" ".join(match[part].replace(",", ", ").split()) for part in ("date", "kind"))
        said = f"{kind.lower().replace('quarterly period', 'quarter')} ended {date}"
        # The same day in other words is the same period, and the first to be named is the document's.
        found.setdefault(period_end(said) or date.lower(), said)
    return next(iter(found.values())) if len(found) == 1 else ""


def period_end(period: str) -> str:
    """The last day of a reporting period as `2023-07-01`; empty if there is none or it is in no English words."""
    said = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", period.rpartition(" ended ")[2])
    said = said.replace(".", "").replace("Sept ", "Sep ")
    # "July 1 2023" is read with its comma.
    days = days_of(re.sub(r"^([^\W\d]+ \d{1,2}) (?=\d{4}$)", r"\1, ", said))
    return days[1].isoformat() if days else ""


def about(title: str, opening: str) -> str:
    """What a document is about, as its passages are embedded and lexically indexed under: its title and period."""
    return ", ".join(filter(None, (title, reporting_period(opening))))
