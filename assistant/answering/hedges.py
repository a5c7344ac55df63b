"""How firmly a text says what it says: hedges, conditions, and who says so.

A claim that its source hedges or attributes must not be passed on as plain fact. The words are those of the
hedging literature (Hyland, "Hedging in Scientific Research Articles", 1998: modal verbs, epistemic verbs,
adverbs and adjectives) with those by which reporting marks its sources.
"""

from __future__ import annotations

import re
from enum import StrEnum

from assistant.answering.words import words
from assistant.index.lexical import STOPWORDS


class Reserve(StrEnum):
    """What a text puts between itself and plain fact."""

    #: May or may not be so: could, probably, reportedly, unclear, expected.
    DOUBT = "doubt"
    #: So only under a condition: if, unless.
    CONDITION = "condition"
    #: Somebody's word: according to, X says, in X's view.
    VOICE = "voice"


_DOUBT = (
    r"could|may(?! \d)|might|would",
    r"possibl[ey]|potential(?:ly)?|perhaps|maybe|probabl[ey]|likely|unlikely|presumably|conceivably",
    r"reported(?:ly)?|alleged(?:ly)?|rumou?red|supposed(?:ly)?|said to|believed to|thought to|apparent(?:ly)?",
    r"appears?|appeared|seems?|seemed|suggests?|suggested|indicates?|indicated|implies|implied",
    r"unclear|uncertain(?:ty)?|unknown|not (?:yet )?(?:clear|certain|known|confirmed)|remains? to be seen|in doubt",
    r"expect(?:s|ed)?|anticipat(?:es|ed)|estimat(?:e|es|ed)|forecasts?|projected|hopes?|plans? to|aims? to|intends? to",
    r"hint(?:s|ed)?|preparing|considers?|considering|in talks",
)
_CONDITION = (r"if|unless|provided that|as long as|assuming|in (?:this|that|which) case|whether",)
#: Verbs alone: "the report", "its claims", "the states" are nobody's word.
_SAYING = (
    r"says?|saying|said|told|tells|stated|"
    r"(?:states?|notes?|reports?|claims?|estimates?|forecasts?|asks?) (?:that|how|whether)|"
    r"noted|reported|claimed|asked|argu(?:es?|ed|ing)|believes?|believed|thinks?|considers?|considered|hints?|hinted|"
    r"expects?|estimated|predict(?:s|ed)|warns?|warned|writes?|wrote|concludes?|concluded|sees|reckons?|"
    r"points? out|pointed out|suggests?|suggested|explains?|explained|describes?|described"
)
_VOICE = (
    r"according to|citing|cites?|as (?:told|reported) by|expected by|estimated by",
    _SAYING,
    r"(?:in|on) (?:the )?(?:\w+[’']s?|its|their|his|her|whose) (?:\w+ )?(?:view|opinion|reading|estimates?)",
    r"in the (?:view|opinion|reading|estimate|words) of",
)
#: Whose word it is: a name shortly before a verb of saying, or behind "according to" and the like.
_NAME = r"[A-Z][\w&’'.-]*(?:\s+(?:[A-Z][\w&’'.-]*|of|and|the))*"
_SPEAKERS = (
    re.compile(rf"(?P<who>{_NAME})(?:\s+\w+){{0,2}}?\s+(?:also\s+)?(?:{_SAYING})\b"),
    re.compile(rf"(?:[Aa]ccording to|[Cc]iting|[Ii]n the (?:view|opinion|reading) of)\s+(?:the\s+)?(?P<who>{_NAME})"),
    re.compile(rf"\b(?:[Ii]n|[Oo]n)\s+(?P<who>{_NAME}?)[’']s?\s+(?:\w+\s+)?(?:view|opinion|reading|estimates?)"),
)
_WORDS: tuple[tuple[Reserve, re.Pattern[str]], ...] = tuple(
    (reserve, re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE))
    for reserve, alternatives in ((Reserve.DOUBT, _DOUBT), (Reserve.CONDITION, _CONDITION), (Reserve.VOICE, _VOICE))
)
#: Two reserves do one another's work here: "it could, if ..." loses nothing as "it could".
_MODAL = frozenset({Reserve.DOUBT, Reserve.CONDITION})
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def reserves(text: str) -> frozenset[Reserve]:
    """The reserves a text makes, words in quotation marks left aside."""
    plain = _QUOTED.sub(" ", text)
    return frozenset(reserve for reserve, pattern in _WORDS if pattern.search(plain))


def speakers(text: str) -> frozenset[str]:
    """Words of the names on whose word a text rests, lower case."""
    named = [match.group("who") for pattern in _SPEAKERS for match in pattern.finditer(text)]
    return frozenset(word for name in named for word in words(name) if word not in STOPWORDS)


def lost_reserves(claim: str, source: str) -> frozenset[Reserve]:
    """What the source makes and the claim does not: empty if the claim is no firmer than its source.

    Doubt and condition stand in for one another, and either for a voice: who writes "reportedly" or "could"
    has not stated a fact. A voice is kept by a verb of saying or by naming whose word it is.
    """
    made, kept = reserves(source), reserves(claim)
    if kept & _MODAL:
        return frozenset()
    lost = made & _MODAL
    if Reserve.VOICE in made and Reserve.VOICE not in kept and not speakers(source) & set(words(claim)):
        lost |= {Reserve.VOICE}
    return lost
