"""How firmly a text says what it says: hedges, conditions, and who says so.

A claim that its source hedges or attributes must not be passed on as plain fact. The words are those of the
hedging literature (Hyland, "Hedging in Scientific Research Articles", 1998: modal verbs, epistemic verbs,
adverbs and adjectives) with those by which reporting marks its sources.
"""

from __future__ import annotations

import re
from enum import StrEnum

from assistant.answering.words import content_stems, names, words
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
    # With a capital it is the month.
    r"could|(?-i:may)(?! \d)|might|would",
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
    re.compile(rf"(?<!\bof )(?<!\bat )(?<!\bfor )(?P<who>\b{_NAME})(?:\s+\w+){{0,2}}?\s+(?:also\s+)?(?:{_SAYING})\b"),
    re.compile(rf"(?:[Aa]ccording to|[Cc]iting|[Ii]n the (?:view|opinion|reading) of)\s+(?:the\s+)?(?P<who>{_NAME})"),
    re.compile(rf"\b(?:[Ii]n|[Oo]n)\s+(?P<who>{_NAME}?)[’']s?\s+(?:\w+\s+)?(?:view|opinion|reading|estimates?)"),
)
_WORDS: tuple[tuple[Reserve, re.Pattern[str]], ...] = tuple(
    (reserve, re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE))
    for reserve, alternatives in ((Reserve.DOUBT, _DOUBT), (Reserve.CONDITION, _CONDITION), (Reserve.VOICE, _VOICE))
)
#: Two reserves do one another's work here: "it could, if ..." loses nothing as "it could".
_MODAL = frozenset({Reserve.DOUBT, Reserve.CONDITION})
#: Reserves that hold for a whole sentence, wherever they stand in it.
_WHOLE = frozenset({Reserve.CONDITION, Reserve.VOICE})
#: What somebody's word may be called.
_OPINION = re.compile(
    r"\b(?:views?|opinions?|readings?|estimates?|ratings?|targets?|forecasts?|outlooks?|projections?|expectations?|"
    r"reports?|notes?|research|stud(?:y|ies)|surveys?|analys[it]s|analysts|calls?|recommendations?|calculations?|"
    r"counts?|words?|statements?|claims?|arguments?|doubts?|concerns?|criticism|case)\b",
    re.IGNORECASE,
)
#: Where a clause ends, in a way that shows; the word that begins the next one stays with it.
_SEAM = re.compile(
    r"[,;:](?=\s)|(?-i:[.!?]\s+(?=[A-Z]))|\s[–—-]\s|—|\s(?=(?:and|but|while|whereas|although|though|because|which|as|so)\s)",
    re.IGNORECASE,
)
#: A clause of its own behind another: "and it has ...", "while Quarrix ...", "because costs ...".
_OWN_SUBJECT = re.compile(
    r"\s*(?:(?:and|but|while|whereas|although|though|because|as|so)\s+(?:also\s+)?)?"
    r"(?:(?i:it|they|he|she|we|this|these|those|the|its|their|his|her)\b|[A-Z]\w+|"
    r"[a-z]+ (?:has|have|is|are|was|were)\b)"
)
#: A clause that says more of what stands before it.
_LEADS_ON = re.compile(r"\s*(?:which|who|that|and|but|so|while|because)\b", re.IGNORECASE)
#: So many words a clause must have to say something, and this share of them in a clause of its source.
_FIRM = 2
_ALIKE = 0.6
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def reserves(text: str) -> frozenset[Reserve]:
    """The reserves a text makes, words in quotation marks left aside."""
    plain = _QUOTED.sub(" ", text)
    return frozenset(reserve for reserve, pattern in _WORDS if pattern.search(plain))


def speakers(text: str) -> frozenset[str]:
    """Words of the names on whose word a text rests, lower case; of "the chief of Quarrix" that is not Quarrix."""
    named = [match.group("who") for pattern in _SPEAKERS for match in pattern.finditer(text)]
    return frozenset(word for name in named for word in words(name) if word not in STOPWORDS)


def lost_reserves(claim: str, source: str) -> frozenset[Reserve]:
    """What the source makes and the claim does not: empty if the claim is no firmer than its source.

    Doubt and condition stand in for one another, and either for a voice without a name: who writes "reportedly" or
    "could" has not stated a fact. They have to stand at what they hedge, though: a clause without one, before them, is
    as firm as if there were none. A voice is kept by a verb of saying or by naming whose word, view or rating it is;
    beside a doubt that is kept, by naming whoever says it at all.
    """
    made, kept = reserves(source), reserves(claim)
    who = speakers(source)
    silenced = Reserve.VOICE in made and Reserve.VOICE not in kept and not _is_theirs(claim, who)
    if kept & _MODAL:
        # "Analysts said" begins with a capital and names nobody.
        unnamed = silenced and who & set(names(source)) and not who & set(words(claim))
        return _firm_clause(claim, source) | (frozenset({Reserve.VOICE}) if unnamed else frozenset())
    return (made & _MODAL) | (frozenset({Reserve.VOICE}) if silenced else frozenset())


def _firm_clause(claim: str, source: str) -> frozenset[Reserve]:
    """Doubt, if a clause that no reserve of the claim covers is most of a clause in which the source has its doubts."""
    doubtful = [_stems(clause) for clause in _clauses(source) if Reserve.DOUBT in reserves(clause)]
    for clause in _uncovered(claim):
        told = _stems(clause)
        if len(told) >= _FIRM and any(len(told & held) >= _ALIKE * len(told) for held in doubtful):
            return frozenset({Reserve.DOUBT})
    return frozenset()


def _uncovered(claim: str) -> list[str]:
    """The clauses of a claim that its reserves do not reach.

    A reserve reaches what follows it, up to a new clause with a subject of its own, and its own clause; a voice, a
    condition and a few words set behind ("..., reportedly") reach the whole sentence.
    """
    clauses = _clauses(claim)
    if any(reserves(clause) & _WHOLE or _is_set_behind(clause) for clause in clauses):
        return []
    found, covered = [], False
    for clause in clauses:
        covered = bool(reserves(clause)) or (covered and not _OWN_SUBJECT.match(clause))
        if not covered:
            found.append(clause)
    return found


def _is_set_behind(clause: str) -> bool:
    """Whether a clause is no more than a reserve: "reportedly", "it seems"."""
    return bool(reserves(clause)) and len(_stems(clause)) < _FIRM and not _LEADS_ON.match(clause)


def _is_theirs(claim: str, names: frozenset[str]) -> bool:
    """Whether a claim says whose word it is by calling it a view, rating or estimate of one of some names."""
    plain = _QUOTED.sub(" ", claim)
    return bool(_OPINION.search(plain)) and bool(names & set(words(plain)))


def _clauses(text: str) -> list[str]:
    return [clause for clause in _SEAM.split(_QUOTED.sub(" ", text)) if clause.strip()]


def _stems(text: str) -> frozenset[str]:
    """Content stems and numbers, without the words that make a reserve."""
    plain = text
    for _, pattern in _WORDS:
        plain = pattern.sub(" ", plain)
    return frozenset(content_stems(plain)) | {word for word in words(plain) if word[0].isdigit()}
