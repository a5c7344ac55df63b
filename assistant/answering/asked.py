"""What kind of thing a question asks for, and whether a piece of text holds one."""

from __future__ import annotations

import re
from enum import StrEnum

from assistant.answering.figures import CURRENCIES, Figure
from assistant.answering.words import content_stems, stem
from assistant.retrieval.conversation import own_part


class Asked(StrEnum):
    """The type of answer a question wants; a PERSON may be a firm, a HUMAN not."""

    MONEY = "money"
    PERCENT = "percent"
    YEAR = "year"
    DATE = "date"
    COUNT = "count"
    PERSON = "person"
    HUMAN = "human"
    OCCASION = "occasion"
    PLACE = "place"
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
        (Asked.COUNT, (r"\bby how much\b",)),
        (Asked.YEAR, (r"\b(?:what|which) year\b",)),
        # In the present tense a condition may be meant: "When do you need an audit?" "Once a year."
        (Asked.OCCASION, (r"^when (?:do|does|can|should|must|is it|are)\b",)),
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
                r"\b(?:what|which) (?:price|fee|rent|sum)\b",
                r"\bwhat (?:do|does|did|would|will) .* cost\b",
                r"\bhow expensive\b",
            ),
        ),
        (
            Asked.COUNT,
            (
                r"\bhow many\b",
                r"\bnumber of\b",
                r"\bhow (?:large|big|long|far|old|tall|high|deep|wide|heavy|fast|hot|cold)\b",
            ),
        ),
        (
            Asked.HUMAN,
            (
                rf"\b(?:what|which) (?:of the )?(?:[\w&'’]+ ){{0,2}}(?:{_PEOPLE})\b",
                r"\bwho (?:at|from|within|inside) [A-Z]",
            ),
        ),
        (
            Asked.PLACE,
            (
                r"\bwhere (?:is|are|was|were|will) .*\b(?:located|based|built|born|held|headquartered|situated|made)\b",
                r"\b(?:what|which) (?:city|country|state|town|region|county|village)\b",
            ),
        ),
        (
            Asked.PERSON,
            (
                r"^who(?:se|m)?\b",
                r"\bwho (?:is|was|are|were|did|has|wrote|reported|broke|said|made|won|plays?|sang|sings)\b",
                r"\bnames? of\b",
                r"^what\b.*\b(?:called|named)\b",
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


#: What asks for a document as a whole, and the words that such a question may have besides.
_OVERVIEW = re.compile(
    r"\b(?:summari[sz]e|summary|overview|outline|gist|recap|tl;?dr)\b|"
    r"\b(?:main|key|most important) (?:points?|messages?|takeaways?|findings?|ideas?|facts?|conclusions?)\b|"
    r"\bwhat (?:is|are|'s) (?:this|these|the|it|my)\b.*\babout\b",
    re.IGNORECASE,
)
_OF_DOCUMENTS = frozenset(
    stem(word)
    for word in """
    summarize summarise summary overview outline gist recap tldr tl dr main key important points point message messages
    takeaway takeaways finding findings idea ideas fact facts conclusion conclusions document documents doc docs note
    notes report reports article articles file files text texts paper papers filing memo whole entire short brief
    briefly quick please give make write tell need want sentence sentences bullet bullets word words content contents
    everything all about few""".split()
)
#: Several things are wanted, or what is said on a subject.
_SEVERAL = re.compile(
    r"\b(?:summari[sz]e|list|outline|enumerate|overview|summary)\b|\b(?:what|which|name)\b.{0,40}\b(?:risks|reasons|"
    r"arguments|concerns|doubts|benefits|advantages|drawbacks|disadvantages|factors|steps|conditions|examples|findings|"
    r"implications|challenges|uncertainties|strengths|weaknesses|opportunities|threats|pros|cons)\b",
    re.IGNORECASE,
)


def asks_overview(question: str) -> bool:
    """Whether a question is about a document as a whole ("Summarise the note") and names no subject in it."""
    if not _OVERVIEW.search(question):
        return False
    return all(word in _OF_DOCUMENTS for word in content_stems(question))


def asks_several(question: str) -> bool:
    """Whether several statements on a subject are wanted: "What are the risks?", "Summarise the doubts"."""
    return bool(_SEVERAL.search(question))


def asked_for(question: str) -> Asked:
    """The type of answer a question wants; OTHER if nothing tells.

    A follow-up wants what its own words ask for, and what the turns before it did only where they do not tell ("And
    in May?").
    """
    for text in dict.fromkeys((own_part(question), question)):
        for asked, pattern in _PATTERNS:
            if pattern.search(text.strip()):
                return asked
    return Asked.OTHER


#: Words that tie something to a time or a condition.
_OCCASION = re.compile(
    r"\b(?:after|before|when|whenever|while|once|until|till|during|if|unless|as soon as|by the time|every|each|at the "
    r"(?:start|end|beginning|time)|annually|monthly|weekly|daily|spring|summer|autumn|fall|winter|morning|evening|"
    r"night|age of|day|week|month|quarter|year)s?\b",
    re.IGNORECASE,
)
#: Two names in a row, with an initial between them or not: how a text writes a human being.
_HUMAN = re.compile(
    r"(?<![\w.])(?P<first>[A-Z][a-z’'-]+)(?: [A-Z]\.)? (?P<last>(?:(?:de|van|von|da|al) )?[A-Z][\w’'-]+)"
)
#: Words of the names of firms, papers and things that are written the same way.
_NO_HUMAN = frozenset(
    """the a an securities bank banks capital group partners holdings research desk journal times news street office
    information platforms company corporation corp inc ltd limited university institute department ministry union
    states kingdom board committee services systems solutions technologies technology labs studio studios records
    street city county river lake island islands north south east west new san los great united national international
    royal general electric motors energy power house party act court league cup prize award awards war world
    january february march april may june july august september october november december""".split()
)


def people(text: str, given: frozenset[str] = frozenset()) -> list[str]:
    """What most likely names a human being in a text, but for names of `given` words (lower-case)."""
    found = []
    for match in _HUMAN.finditer(text):
        first, last = match.group("first").lower(), match.group("last").lower().split()[-1]
        bare = last.removesuffix("'s").removesuffix("’s")
        if not {first, bare} & _NO_HUMAN and not {first, bare} & given:
            found.append(match.group())
    return found


def holds(asked: Asked, text: str, figures: list[Figure], named: list[str], given: frozenset[str]) -> bool:
    """Whether a text holds something of the type.

    Args:
        asked: the type.
        text: where to look.
        figures: the text's figures.
        named: its names that are new to the question.
        given: the question's words, lower-case.
    """
    dates = [dict(figure.date) for figure in figures if figure.unit == "date"]
    match asked:
        case Asked.MONEY:
            return any(figure.unit in CURRENCIES for figure in figures)
        case Asked.PERCENT:
            return any(figure.unit in ("%", "pp", "bp", "share") for figure in figures)
        case Asked.YEAR:
            return any("year" in date for date in dates)
        case Asked.DATE:
            return bool(dates)
        case Asked.COUNT:
            return any(figure.unit != "date" for figure in figures)
        case Asked.PERSON | Asked.PLACE:
            return bool(named)
        case Asked.OCCASION:
            return bool(dates) or bool(_OCCASION.search(text))
        case Asked.HUMAN:
            return bool(people(text, given))
        case Asked.EXPLANATION | Asked.OTHER:
            return True
