"""How a chat model says in words of its own that it does not know, or that what it was given does not say."""

from __future__ import annotations

import re

_DECLINES = re.compile(
    r"\b(?:do|did)(?: not|n['’]t) (?:know|have (?:that|the|this|any|enough|access|information|details|data))\b"
    r"|\b(?:can(?:not|['’]?t)|(?:am|are|is) unable to) (?:\w+ )?"
    r"(?:say|tell|answer|provide|determine|find|give|help|confirm|be (?:determined|answered|found))\b"
    r"|\b(?:not (?:sure|available|possible)|no information|sorry)\b"
    r"|\b(?:context|passages?|texts?|documents?|excerpts?|sources?|articles?|notes?|information|report|reports|it|there)\b"
    r"[^.!?]{0,60}?\b(?:(?:do|does|did)(?: not|n['’]t) (?:\w+ )?"
    r"(?:mention|provide|specify|state|contain|say|include|give|indicate|discuss|disclose|answer)"
    r"|is no mention|is no \w+ (?:provided|given))\b"
    r"|\bnot (?:\w+ )?(?:mentioned|provided|specified|stated|given|found|included|contained|disclosed|discussed)"
    r"(?: (?:\w+ ){0,2}?(?:in|by|within) (?:the|this|these|any|your)\b|\s*[.!?]?\s*$)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;][\"”')]*\s+")
_FIGURE = re.compile(r"\d")


def refuses(text: str) -> bool:
    """Whether a reply says that it does not know.

    One that states a figure first and then says what else is not mentioned has answered.
    """
    found = _DECLINES.search(text)
    return found is not None and not _FIGURE.search(_before(text, found.start()))


def _before(text: str, at: int) -> str:
    """The sentences that end before a place."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, at)]
    return text[: ends[-1]] if ends else ""
