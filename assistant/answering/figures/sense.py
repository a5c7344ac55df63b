"""How exactly a figure is meant: "about", "up to", "more than", from the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.answering.figures.vocabulary import alternatives

_APPROXIMATE = (
    r"about|around|roughly|approximately|approx\.?|nearly|almost|some|circa|ca\.|~|≈|an\s+estimated|"
    r"estimated|close\s+to|more\s+or\s+less|in\s+the\s+region\s+of|on\s+the\s+order\s+of"
)


class Side(StrEnum):
    """On which side of a bound the value lies."""

    UPPER = "upper"
    LOWER = "lower"


#: What a bound says: the side of the value that is left open, and whether the value itself is left out.
_BOUNDS = {
    "up to": (Side.UPPER, False), "at most": (Side.UPPER, False), "no more than": (Side.UPPER, False),
    "not more than": (Side.UPPER, False), "as much as": (Side.UPPER, False), "as many as": (Side.UPPER, False),
    "no greater than": (Side.UPPER, False), "a maximum of": (Side.UPPER, False), "≤": (Side.UPPER, False),
    "or less": (Side.UPPER, False), "or fewer": (Side.UPPER, False), "or lower": (Side.UPPER, False),
    "less than": (Side.UPPER, True), "fewer than": (Side.UPPER, True), "lower than": (Side.UPPER, True),
    "smaller than": (Side.UPPER, True), "under": (Side.UPPER, True), "just under": (Side.UPPER, True),
    "below": (Side.UPPER, True), "just below": (Side.UPPER, True), "short of": (Side.UPPER, True),
    "<": (Side.UPPER, True),
    "at least": (Side.LOWER, False), "no less than": (Side.LOWER, False), "not less than": (Side.LOWER, False),
    "no fewer than": (Side.LOWER, False), "a minimum of": (Side.LOWER, False), "upwards of": (Side.LOWER, False),
    "≥": (Side.LOWER, False), "or more": (Side.LOWER, False), "or higher": (Side.LOWER, False),
    "or greater": (Side.LOWER, False), "and above": (Side.LOWER, False), "and over": (Side.LOWER, False),
    "+": (Side.LOWER, False),
    "more than": (Side.LOWER, True), "over": (Side.LOWER, True), "well over": (Side.LOWER, True),
    "just over": (Side.LOWER, True), "above": (Side.LOWER, True), "just above": (Side.LOWER, True),
    "exceeding": (Side.LOWER, True), "exceeds": (Side.LOWER, True), "exceeded": (Side.LOWER, True),
    "in excess of": (Side.LOWER, True), "greater than": (Side.LOWER, True), "higher than": (Side.LOWER, True),
    "north of": (Side.LOWER, True), ">": (Side.LOWER, True),
}  # fmt: skip
_BEHIND = [bound for bound in _BOUNDS if bound.startswith(("or ", "and "))]
_BEFORE = alternatives(bound for bound in _BOUNDS if bound not in _BEHIND and bound != "+")
_QUALIFIER = rf"(?:(?P<approx>{_APPROXIMATE})|(?P<bound>{_BEFORE}))"
_LEAD = re.compile(rf"(?:(?<![\w’'-])(?:{_APPROXIMATE}|{_BEFORE})\s*)+$", re.IGNORECASE)
_ONE = re.compile(_QUALIFIER, re.IGNORECASE)
_TRAIL = re.compile(rf"(?P<bound>\+)(?![^\s.,;:)])|\s(?P<words>{alternatives(_BEHIND)}|or\s+so)\b", re.IGNORECASE)
#: What a qualifier may end in: nearly all figures have another word before them, and no qualifier to look for.
_LAST = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|nearly|almost|some|circa|ca\.|estimated|less|of|to|than|most|least|"
    r"as|over|under|above|below|exceed\w+|[~≈≤≥<>])\s*$",
    re.IGNORECASE,
)
#: How far before a figure words on its sense are looked for.
_REACH = 48
_LONGEST = len("approximately ")
_LOSS = re.compile(
    r"\b(?:loss(?:es)?|lost|deficits?|shortfalls?|negative|outflows?|expenses?|charges?|declin(?:e|ed|es)|"
    r"decreas(?:e|ed|es)|reduc(?:tion|ed)|fell|fall|dropped|drop|down)\b[^.;|]*$",
    re.IGNORECASE,
)
#: Between two figures such a sign compares them and bounds neither: "4.2 > 1.4".
_COMPARED = re.compile(r"[\d)%]\s*[<>≥≤]\s*$")
_WHOLE = re.compile(r"\b(?:all|whole|entire|full)(?:\s+of)?(?:\s+the)?\s*$", re.IGNORECASE)
_BEHIND_SIGN = re.compile(r"\s[×÷−+=]\s+\(?$")
_BEFORE_SIGN = re.compile(r"\)?\s[−+=]\s|[^;:!?\n]{0,30}[×÷]")


@dataclass(frozen=True)
class Sense:
    """How a figure is meant, and the offsets of it with the words that say so."""

    start: int
    end: int
    approximate: bool
    bound: str


def sense(text: str, start: int, end: int, unit_of_time: bool) -> Sense:
    """The sense of a figure from the words right before and behind it.

    Args:
        text: the whole text.
        start: where the figure begins.
        end: where it ends.
        unit_of_time: whether it is a length of time, which "over" spans and does not exceed.
    """
    reach = max(0, start - _REACH)
    before = text[reach:start]
    lead = _LEAD.search(before) if _LAST.search(before[-_LONGEST:]) and not _COMPARED.search(before) else None
    approximate, bound = False, ""
    if lead:
        start = reach + lead.start()
        for match in _ONE.finditer(lead.group()):
            approximate = approximate or bool(match["approx"])
            bound = " ".join((match["bound"] or bound).lower().split())
        if bound == "over" and unit_of_time:
            bound = ""
        approximate = approximate or bound.startswith("just ")
    trail = _TRAIL.match(text, end)
    if trail:
        end = trail.end()
        words = " ".join((trail["bound"] or trail["words"]).lower().split())
        approximate, bound = (True, bound) if words == "or so" else (approximate, words)
    return Sense(start, end, approximate, bound)


def is_lost(text: str, start: int) -> bool:
    """Whether words of loss stand shortly before a figure in its clause: "a loss of 12.5"."""
    return bool(_LOSS.search(text[max(0, start - _REACH) : start]))


def is_whole(text: str, start: int) -> bool:
    """Whether all of an amount is spoken of: "all 3GW"."""
    return bool(_WHOLE.search(text[max(0, start - _REACH) : start]))


def is_operand(text: str, start: int, end: int) -> bool:
    """Whether a figure is part of a working: "$10 per GW × 3GW"."""
    return bool(_BEHIND_SIGN.search(text[max(0, start - _REACH) : start]) or _BEFORE_SIGN.match(text, end))


def is_upper(bound: str) -> bool:
    """Whether a bound is like "up to": the amount itself is the most there can be."""
    return bound in _BOUNDS and _BOUNDS[bound] == (Side.UPPER, False)


def opposed(one: str, other: str) -> bool:
    """Whether two bounds leave opposite sides open."""
    return bool(one and other) and _BOUNDS[one][0] is not _BOUNDS[other][0]


def implies(source: str, claim: str) -> bool:
    """Whether what is bound by one is bound by the other: more than 2 is at least 2, not the other way round."""
    side, strict = _BOUNDS[source]
    claimed_side, claimed_strict = _BOUNDS[claim]
    return side is claimed_side and (strict or not claimed_strict)
