"""What kind of thing a question asks for, and whether a piece of text holds one."""

from __future__ import annotations

import re
from enum import StrEnum

from assistant.answering.figures import Figure


class Asked(StrEnum):
    """The type of answer a question wants."""

    MONEY = "money"
    PERCENT = "percent"
    YEAR = "year"
    DATE = "date"
    COUNT = "count"
    PERSON = "person"
    EXPLANATION = "explanation"
    OTHER = "other"


#: What people are called where a question asks which of them it was.
_PEOPLE = (
    r"analysts?|reporters?|journalists?|authors?|writers?|persons?|people|executives?|directors?|managers?|founders?|"
    r"chair(?:man|woman|person)?|presidents?|economists?|researchers?"
)
#: First match wins; each type has alternatives that are searched in the question.
_PATTERNS: tuple[tuple[Asked, re.Pattern[str]], ...] = tuple(
    (asked, re.compile("|".join(alternatives), re.IGNORECASE))
    for asked, alternatives in (
        (Asked.MONEY, (r"\b(?:in|many) (?:us )?(?:dollars|euros|pounds|usd)\b", r"\bdollar (?:value|amount)")),
        (
            Asked.PERCENT,
            (
                r"\b(?:what|which|how (?:much|many|large|big)).{0,25}\b(?:per ?cent|percentages?|%)",
                r"\bin per ?cent\b",
                r"\b(?:what|which) (?:percent|share|proportion|fraction)\b",
                r"\bpercentage\b",
            ),
        ),
        (Asked.YEAR, (r"\b(?:what|which) year\b",)),
        (
            Asked.DATE,
            (
                r"^when\b",
                r"\bwhen (?:did|does|will|was|is|were|are|do|has|have)\b",
                r"\b(?:what|which) (?:date|day|month|quarter)\b",
                r"\b(?:date of|launch date|release date|start date)\b",
            ),
        ),
        (
            Asked.MONEY,
            (
                r"\bhow much (?:money|(?:do|does|did|would|will) .* cost|is .* pay)",
                r"\bhow much .*\b(?:paid|pay|cost|spend|charge|earn|invest)\b",
                r"\b(?:price target|target price|price objective)\b",
                r"\bwhat (?:price|fee|rent|sum)\b",
            ),
        ),
        (Asked.COUNT, (r"\bhow many\b", r"\bnumber of\b", r"\bhow (?:large|big|long|far|old|tall)\b")),
        (
            Asked.PERSON,
            (
                r"^who(?:se|m)?\b",
                r"\bwho (?:is|was|are|were|did|has|wrote|reported|broke|said|made|won|plays?|sang|sings)\b",
                r"\bnames? of\b",
                r"^what\b.*\b(?:called|named)\b",
                rf"\b(?:what|which) (?:of the )?(?:[\w&'’]+ ){{0,2}}(?:{_PEOPLE})\b",
            ),
        ),
        (
            Asked.EXPLANATION,
            (
                r"^(?:and |but |so )?why\b",
                r"^(?:and |but |so )?how (?:do|does|did|is|are|was|were|will|would|can|could|might|has|have|come)\b",
                r"\b(?:what|which)\b.*\b(?:reasons?|causes?)\b",
            ),
        ),
    )
)


def asked_for(question: str) -> Asked:
    """The type of answer a question wants; OTHER if nothing tells."""
    for asked, pattern in _PATTERNS:
        if pattern.search(question.strip()):
            return asked
    return Asked.OTHER


def holds(asked: Asked, figures: list[Figure], named: list[str]) -> bool:
    """Whether a text with these figures and names, new to the question, holds something of the type."""
    dates = [dict(figure.date) for figure in figures if figure.unit == "date"]
    currencies = {"USD", "EUR", "GBP", "JPY", "CNY", "CHF", "cent"}
    match asked:
        case Asked.MONEY:
            return any(figure.unit in currencies for figure in figures)
        case Asked.PERCENT:
            return any(figure.unit in ("%", "pp", "bp", "share") for figure in figures)
        case Asked.YEAR:
            return any("year" in date for date in dates)
        case Asked.DATE:
            return bool(dates)
        case Asked.COUNT:
            return any(figure.unit != "date" for figure in figures)
        case Asked.PERSON:
            return bool(named)
        case Asked.EXPLANATION | Asked.OTHER:
            return True
