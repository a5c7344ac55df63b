"""Phrases of a question: taken apart from the words that say when, and tidied of those that only ask for an amount."""

from __future__ import annotations

import re

from assistant.answering.sums.periods import Period, periods

#: What stands in the place of a period.
MARK = "§"
#: One period, or several in a row.
RUN = rf"(?:{MARK}(?:(?:\s*(?:,|to|and|&|-|–|through|until|versus|vs\.?|from)\s*)+(?:the\s+)?{MARK})*)"
#: Two periods as the ends of a run: those between belong to it.
THROUGH = rf"{MARK}\s*(?:-|–|to|through|until)\s*(?:the\s+)?{MARK}"
_WHEN = re.compile(
    rf"""(?:\b(?:from|between|in|for|during|as\s+(?:of|at)|at|on|over|across|to|and|through|compared\s+(?:to|with)|when)
    \s+)*
    (?:(?:the\s+)?(?:both\s+)?(?:\d\s+|two\s+|three\s+)?(?:fiscal\s+|financial\s+)?
    (?:years?|periods?|quarters?|year\s+period)?\s*(?:end(?:ed|ing)?|of|from|between)?\s*)?
    {RUN}(?:\s+year[\s-]ends?)?""",
    re.IGNORECASE | re.VERBOSE,
)
_ALL_YEARS = re.compile(
    r"\b(?:for|in|across|over|between|during)\s+(?:the\s+)?(?:both|all|two|three|[23])\s+(?:\w+\s+)?(?:FYs?|years?|periods?)\b",
    re.IGNORECASE,
)
_YEAR_END = re.compile(
    r"\b(?:the\s+)?(?:year|period|quarter|fiscal|financial)s?\s+(?:end(?:ed|ing)?)?\s*$", re.IGNORECASE
)
_REFERENCES = frozenset(
    """it its that this these those they them their the same such figure figures amount amounts number numbers value
    values sum two both all of""".split()
)
_AMOUNT_OF = re.compile(r"\b(?:(?:the|total)\s+)?(?:amounts?|values?|sum)\s+(?:of|for|in)\b", re.IGNORECASE)


def marked(question: str) -> tuple[str, list[Period]]:
    """A question with its periods replaced by the mark, and the periods, in order."""
    named = periods(question)
    text = question
    for period in reversed(named):
        text = f"{text[: period.start]}{MARK}{text[period.end :]}"
    return " ".join(text.split()), named


def tidy(phrase: str) -> str:
    """A subject without marks, small words at its ends and what only asks for an amount."""
    phrase = _YEAR_END.sub(" ", phrase.replace(MARK, " ").strip())
    return " ".join(_AMOUNT_OF.sub(" ", phrase).split()).strip(" ,;:.?-–'\"")


def without_when(text: str) -> str:
    """A phrase without "from § to §", "in §", "between §", "for the years ended §", "for both years"."""
    return _ALL_YEARS.sub(" ", _WHEN.sub(" ", text))


def refers_back(subject: str) -> bool:
    """Whether a subject names nothing itself: "that", "those figures", or no words at all."""
    return all(word in _REFERENCES for word in re.findall(r"\w+", subject.lower()))
