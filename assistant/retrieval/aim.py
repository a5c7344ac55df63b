"""Which documents a question is about: those it names by company, title or file, and by period.

Of long documents that say almost the same, such as one company's quarterly reports, knowing which is asked about is
worth more than any ranking of their passages (docs/experiments.md). Pure; what is known of a document is its profile.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.answering.words import content_stems, is_held, names, word_forms
from assistant.index.period import period_end, reporting_period

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_QUARTER = re.compile(
    rf"\bQ(?P<q1>[1-4])(?!\d)|(?<!\d)(?P<q2>[1-4])Q(?!\w)|\b(?P<q3>{'|'.join(_ORDINALS)})[ -](?:fiscal )?quarter\b|"
    r"(?<=\d{4})Q(?P<q4>[1-4])(?!\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: The newest of several documents is meant.
_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent|last (?:quarter|report|filing|10-[kq])|current (?:quarter|report|filing))\b", re.I
)
#: It is meant beside the earlier ones.
_EARLIER_TOO = re.compile(
    r"\b(?:previous|prior|past|earlier|preceding|other) (?:ones?|quarters?|periods?|years?|reports?|filings?)\b|"
    r"\bover time\b|\btrends?\b",
    re.I,
)
#: A question that sets the documents themselves against each other.
_COMPARES = re.compile(
    r"\b(?:compar\w+|versus|vs|differ(?:s|ences?)?|which of (?:them|these|the)|each of (?:them|these|the)|"
    r"(?:all|both) of (?:them|these)|(?:these|the|both) (?:two )?(?:documents|reports|companies|notes|filings))\b",
    re.IGNORECASE,
)
#: What a question calls the document it names, and the words before a name or a period that go with it.
_CALLED = r"\b10-[QK]s?\b(?: (?:reports?|filings?))?|\b(?:quarterly|annual) (?:reports?|filings?)\b"
_NEWEST_ONE = rf"(?:{_NEWEST.pattern})(?: (?:quarter|period|report|filing)\b)?"
_LEADING = r"(?:\b(?:as of|as per|according to|and|at|by|during|for|from|in|of|the|its|their) )*"
#: A name that stands in more than this share of the documents tells none of them apart. So few may all be aimed at:
#: the name that all bear is then what draws their covers and exhibits before what is asked.
_COMMON, _FEW = 0.8, 3
#: A document is aimed at if the names it shares with the question weigh at least this part of the best one's.
_NEARLY = 0.6
#: A name in the title or the file's name counts so much more than one in the opening.
_TITLE = 1.5


@dataclass(frozen=True)
class Profile:
    """What a document says of itself.

    `own` are the words of title and file name, `words` those and the opening's, as they are and by stem; `years` and
    `quarters` are those of title and file name, or the year of the period that the opening says it reports on;
    `dated` orders documents by time, later ones higher.
    """

    id: int
    own: frozenset[str]
    words: frozenset[str]
    years: frozenset[int]
    quarters: frozenset[int]
    dated: str


def profile(key: int, name: str, title: str, date: str | None, opening: str) -> Profile:
    """The profile of a document by its id, file name, title, date and first words."""
    own = f"{name} {title}"
    named, quarters = _years(own), _quarters(own)
    period = "" if named else reporting_period(opening)
    end = period_end(period)
    # A year that ends in its first weeks is mostly called by the one before: either may be meant.
    back = range(2 if end[5:7] in ("01", "02") else 1)
    years = named or frozenset(year - each for year in _years(period) for each in back)
    stated = " ".join(f"{year}" for year in sorted(named)[-1:]) + " ".join(f" Q{q}" for q in sorted(quarters)[-1:])
    return Profile(
        id=key,
        own=word_forms(own),
        words=word_forms(f"{own} {opening}"),
        years=years,
        quarters=quarters,
        dated=stated if named else end or date or "",
    )


def aimed_at(question: str, profiles: Sequence[Profile]) -> tuple[int, ...]:
    """Ids of the documents that a question names, by name and by period; none if it tells none of many apart."""
    named = [_of_period(question, group) for group in _named(question, profiles)]
    if not named and (_years(question) or _quarters(question)):
        named = [_stated_period(question, profiles)]
    found = list(dict.fromkeys(each.id for group in named for each in group))
    return tuple(found) if len(found) < len(profiles) or len(profiles) <= _FEW else ()


def compares(question: str) -> bool:
    """Whether a question sets documents against each other, so that it wants something of each."""
    return bool(_COMPARES.search(question))


def subject(question: str, profiles: Sequence[Profile], aimed: Collection[int]) -> str:
    """What a question asks of the documents it aims at: itself without the names, periods and kinds that aimed.

    Every passage of those documents is of that company and period, and the few that say so, such as the cover, would
    come first. A period that none of them states stays.
    """
    held = [each for each in profiles if each.id in aimed]
    telling = [name for name, holders in _telling(question, profiles).items() if any(each in held for each in holders)]
    years = frozenset().union(*(each.years for each in held))
    quarters = frozenset().union(*(each.quarters for each in held))
    named = rf"(?<!\w)(?:{'|'.join(map(re.escape, telling)) or '(?!)'})"
    aiming = re.compile(
        # "In Tarn's sales" is left "in sales", but "sales of Tarn" is left "sales".
        rf"{named}['’]s?(?!\w)|"
        rf"{_LEADING}(?:{named}(?![\w'’])|{_NEWEST_ONE}|{_CALLED}|{_QUARTER.pattern}|{_YEAR.pattern})",
        re.IGNORECASE,
    )

    def kept(match: re.Match[str]) -> str:
        return "" if _years(match.group()) <= years and _quarters(match.group()) <= quarters else match.group()

    asked = re.sub(r"\s+(?=[\s,;.?!])", "", aiming.sub(kept, question)).strip(" ,;")
    return asked if content_stems(asked) else question


def _telling(question: str, profiles: Sequence[Profile]) -> dict[str, list[Profile]]:
    """The names of a question that tell documents apart, with those that hold each."""
    asked = [name for name in names(question) if not _QUARTER.fullmatch(name)]
    holders = {name: [each for each in profiles if is_held(name, each.words)] for name in asked}
    most = len(profiles) if len(profiles) <= _FEW else _COMMON * len(profiles)
    return {name: held for name, held in holders.items() if 0 < len(held) <= most}


def _named(question: str, profiles: Sequence[Profile]) -> list[list[Profile]]:
    """For each subject that a question names, the documents about it."""
    telling = _telling(question, profiles)
    if not telling:
        return []
    weight = {name: math.log(1 + len(profiles) / len(held)) for name, held in telling.items()}
    scores: Counter[int] = Counter()
    for name, held in telling.items():
        for each in held:
            scores[each.id] += weight[name] * (_TITLE if is_held(name, each.own) else 1.0)  # type: ignore[assignment]
    least = _NEARLY * max(scores.values())
    groups: dict[frozenset[int], list[Profile]] = {}
    for held in telling.values():
        kept = [each for each in held if scores[each.id] >= least]
        if kept:
            groups[frozenset(each.id for each in kept)] = kept
    # "Harbour" and "Compute" name one company: the smaller group stands for both.
    return [kept for key, kept in groups.items() if not any(other < key for other in groups)]


def _of_period(question: str, group: Sequence[Profile]) -> list[Profile]:
    """Of one subject's documents those of the period asked for, the newest where that is asked for, or all."""
    dated = _stated_period(question, group)
    if dated:
        return dated
    if _NEWEST.search(question) and not _EARLIER_TOO.search(question):
        newest = max(each.dated for each in group)
        return [each for each in group if each.dated == newest]
    return list(group)


def _stated_period(question: str, group: Iterable[Profile]) -> list[Profile]:
    years, quarters = _years(question), _quarters(question)
    if not years and not quarters:
        return []
    return [each for each in group if (not years or years & each.years) and (not quarters or quarters & each.quarters)]


def _years(text: str) -> frozenset[int]:
    return frozenset(int(year) for year in _YEAR.findall(text))


def _quarters(text: str) -> frozenset[int]:
    found = set()
    for match in _QUARTER.finditer(text):
        value = next(filter(None, match.groups()))
        found.add(_ORDINALS.get(value.lower()) or int(value))
    return frozenset(found)
