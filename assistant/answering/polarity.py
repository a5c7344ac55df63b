"""Yes and no, up and down: whether a claim denies what its source affirms, or turns a direction round.

Both are read from word classes and the scope of negations: in English a denial covers what follows it up to the
end of its clause (Huddleston and Pullum, "The Cambridge Grammar of the English Language", 2002, chapter 9). Where
a claim and its source do not speak of the same thing nothing is said: words in common decide that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.answering.words import stem, words
from assistant.index.lexical import STOPWORDS

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_DENIAL = re.compile(
    r"\b(?:not|no(?!\.\s*\d)|nor|never|neither|none|nobody|nothing|without|cannot|hardly|"
    r"unlikely|unclear|uncertain|unknown|\w+n[’']t)\b",
    re.IGNORECASE,
)
#: Forms of a denial that deny nothing of what follows: "no more than", "not only", "no doubt", "not until 2027".
_NO_DENIAL = re.compile(
    r"\b(?:(?:no|not) (?:more|less|fewer|later|earlier|sooner) than|not (?:only|just|merely|simply|least|to mention)|"
    r"no (?:doubt|matter|wonder)|none other|nothing (?:but|less)|whether or not|if not|"
    r"(?:not|no|never|\w+n[’']t)(?=[^.;:,]* until\b))",
    re.IGNORECASE,
)
#: Where what a word covers ends.
_BREAK = re.compile(
    r"[.;:,()—–!?](?=\s|$|[A-Z])|\s[-–—]\s|[()]|"
    r"\b(?:but|while|whereas|although|though|because|since|when|which|who|and|as|nor|if|so)\b",
    re.IGNORECASE,
)
#: Share of a claim's words that its source must hold for the two to speak of the same thing.
_ALIKE = 0.6
#: Content words behind a denial among which what is denied stands.
_HEAD = 2


@dataclass(frozen=True)
class Opposites:
    """Two classes of words that say opposite things, as alternatives of a pattern.

    `converse` ones can say the same with their parts exchanged: who lags behind Tarn, Tarn is ahead of.
    """

    one: str
    other: str
    converse: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds a word of either class; the group `one` or `other` tells which."""
        return re.compile(rf"\b(?:(?P<one>{self.one})|(?P<other>{self.other}))\b", re.IGNORECASE)


OPPOSITES = (
    Opposites(
        r"ris(?:es?|en|ing)|rose|increas(?:es?|ed|ing)|climb(?:s|ed|ing)?|gain(?:s|ed|ing)?|grow(?:s|n|ing|th)?|grew|"
        r"jump(?:s|ed|ing)?|surg(?:es?|ed|ing)|soar(?:s|ed|ing)?|rall(?:y|ies|ied|ying)|rais(?:es?|ed|ing)|"
        r"lift(?:s|ed|ing)?|expand(?:s|ed|ing)?|doubl(?:es?|ed|ing)|tripl(?:es?|ed|ing)|upwards?|"
        r"up(?= (?:by|from|\d))",
        r"fall(?:s|en|ing)?|fell|decreas(?:es?|ed|ing)|declin(?:es?|ed|ing)|drop(?:s|ped|ping)?|slip(?:s|ped|ping)?|"
        r"s[au]nk|sink(?:s|ing)?|plung(?:es?|ed|ing)|plummet(?:s|ed|ing)?|tumbl(?:es?|ed|ing)|slump(?:s|ed|ing)?|"
        r"shr[aiu]nk(?:s|ing)?|dip(?:s|ped|ping)?|reduc(?:es?|ed|ing|tions?)|cuts?|cutting|lower(?:s|ed|ing)|"
        r"halv(?:es?|ed|ing)|downwards?|down(?= (?:by|from|\d))",
    ),
    Opposites(r"gains?|profits?|w[io]ns?|winning|surplus(?:es)?", r"loss(?:es)?|los(?:es?|t|ing)|deficits?"),
    Opposites(
        r"more|greater|higher|larger|bigger|highest|largest|most|maximum",
        r"less|fewer|lower|smaller|lowest|smallest|least|fewest|minimum",
        converse=True,
    ),
    Opposites(
        r"above|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|ahead of|outpac(?:es?|ed|ing)|leads|led",
        r"below|beneath|behind|under(?= [$£€]?\d)|trail(?:s|ed|ing)?|lag(?:s|ged|ging)?",
        converse=True,
    ),
    Opposites(
        r"buy(?:s|ing)?|bought|purchas(?:es?|ed|ing)|acquir(?:es?|ed|ing)|procur(?:es?|ed|ing)",
        r"sell(?:s|ing)?|sold|divest(?:s|ed|ing)?",
        converse=True,
    ),
    Opposites(r"borrow(?:s|ed|ing)?", r"lend(?:s|ing)?|lent", converse=True),
    Opposites(r"import(?:s|ed|ing)?", r"export(?:s|ed|ing)?", converse=True),
    Opposites(r"outperform(?:s|ed|ing)?|overweight", r"underperform(?:s|ed|ing)?|underweight", converse=True),
    Opposites(r"upgrad(?:es?|ed|ing)", r"downgrad(?:es?|ed|ing)"),
    Opposites(r"improv(?:es?|ed|ing|ements?)|better", r"worsen(?:s|ed|ing)?|worse|deteriorat(?:es?|ed|ing|ion)"),
    Opposites(r"strong(?:er|ly)?|strengthen(?:s|ed|ing)?", r"weak(?:er|ly)?|weaken(?:s|ed|ing)?"),
    Opposites(r"positive(?:ly)?|favou?rabl[ey]", r"negative(?:ly)?|unfavou?rabl[ey]"),
    Opposites(r"widen(?:s|ed|ing)?", r"narrow(?:s|ed|ing)"),
    Opposites(r"certain(?!\s+\w+s\b)|clear(?:ly)?|known", r"uncertain(?:ty)?|unclear|unknown"),
    Opposites(r"likely|probabl[ey]", r"unlikely|improbabl[ey]"),
    Opposites(r"possibl[ey]", r"impossibl[ey]"),
    Opposites(r"approv(?:es?|ed|ing|al)|accept(?:s|ed|ing)?|allow(?:s|ed|ing)?|permit(?:s|ted|ting)",
              r"reject(?:s|ed|ing|ion)?|refus(?:es?|ed|ing|al)|forbid(?:s|den)?|forbade|bann?(?:s|ed|ing)?|"
              r"prohibit(?:s|ed|ing)?"),
)  # fmt: skip


@dataclass(frozen=True)
class _Turn:
    """A word of one of two opposite classes: its side, negations counted, and the words before and behind it."""

    side: bool
    before: frozenset[str]
    behind: frozenset[str]

    @property
    def around(self) -> frozenset[str]:
        return self.before | self.behind


def denies(text: str) -> bool:
    """Whether a text says of something that it is not so; words in quotation marks are left aside."""
    return bool(_DENIAL.search(_plain(text)))


def contradicts(claim: str, sources: Sequence[str]) -> bool:
    """Whether a claim says no where its sources say yes or the other way round, or up where they say down."""
    return turns_round(claim, sources) or _denies_affirmed(claim, sources) or _affirms_denied(claim, sources)


def turns_round(claim: str, sources: Sequence[str]) -> bool:
    """Whether the part of a claim that shares most words with a part of its sources takes the opposite direction.

    Parts are clauses; one that holds both directions is not judged, nor one whose parts are exchanged.
    """
    for opposites in OPPOSITES:
        held = [turn for source in sources for group in _turns(opposites, _plain(source)) for turn in group]
        if held and any(_turned(group, held, opposites.converse) for group in _turns(opposites, _plain(claim))):
            return True
    return False


def _turned(group: Sequence[_Turn], held: Sequence[_Turn], converse: bool) -> bool:
    """Whether the turns of one clause all go against those of the sources that are nearest to it."""
    sides = {turn.side for turn in group}
    if len(sides) > 1:
        return False
    turn = group[0]
    shared = [len(turn.around & other.around) for other in held]
    best = max(shared)
    nearest = [other for other, count in zip(held, shared, strict=True) if count == best]
    if not best or any(other.side in sides for other in nearest):
        return False
    return not converse or not any(turn.before & o.behind or turn.behind & o.before for o in nearest)


def _turns(opposites: Opposites, text: str) -> Iterator[list[_Turn]]:
    """The turns of a text by clause; a comparison reaches over the clause it stands in."""
    for start, end in clauses(text):
        found = list(opposites.pattern.finditer(text, start, end))
        group = []
        for match in found:
            denied = _denial_before(text, start, match.start())
            left, right = (0, len(text)) if opposites.converse else (start, end)
            group.append(
                _Turn(
                    side=bool(match.group("one")) is not denied,
                    before=_stems(text[left : match.start()]) - _own(found),
                    behind=_stems(text[match.end() : right]) - _own(found),
                )
            )
        if group:
            yield group


def _own(found: Sequence[re.Match[str]]) -> frozenset[str]:
    return frozenset(stem(match.group().lower()) for match in found)


def _denial_before(text: str, start: int, place: int) -> bool:
    """Whether a word is denied by one shortly before it in its clause."""
    return any(len(words(text[match.end() : place])) <= 3 for match in _DENIAL.finditer(text, start, place))


def _denies_affirmed(claim: str, sources: Sequence[str]) -> bool:
    """Whether a claim denies what the sources affirm and do not deny as well."""
    text = _plain(claim)
    scopes = _scopes(text)
    whole = " ".join(_plain(source) for source in sources)
    denied = frozenset(word for scope in _scopes(whole) for word in scope)
    affirmed = _stems(whole) - denied
    if not scopes or _alike(text, whole) < _ALIKE:
        return False
    return any(set(scope[:_HEAD]) & affirmed and not set(scope) & denied for scope in scopes)


def _affirms_denied(claim: str, sources: Sequence[str]) -> bool:
    """Whether a claim that denies nothing says what a source denies and no source affirms."""
    text = _plain(claim)
    if _DENIAL.search(text):
        return False
    told = _stems(text)
    plain = [_plain(source) for source in sources]
    for source in plain:
        if _alike(text, source) < _ALIKE:
            continue
        for scope in _scopes(source):
            common = [word for word in scope if word in told]
            if scope[0] in told and len(common) >= min(_HEAD, len(scope)) and not _affirmed(scope[0], plain):
                return True
    return False


def _affirmed(word: str, sources: Sequence[str]) -> bool:
    return any(
        [*_ordered(source)].count(word) > sum(scope.count(word) for scope in _scopes(source)) for source in sources
    )


def _scopes(text: str) -> list[list[str]]:
    """The stems that each denial of a text covers, in order; denials that cover none are left out."""
    found = []
    for match in _DENIAL.finditer(text):
        stop = _BREAK.search(text, match.end())
        found.append(_ordered(text[match.end() : stop.start() if stop else len(text)]))
    return [scope for scope in found if scope]


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """Where the clauses of a sentence stand, as far as marks and conjunctions tell; some may be empty."""
    start = 0
    for match in _BREAK.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _plain(text: str) -> str:
    return _NO_DENIAL.sub(" ", _QUOTED.sub(" ", text))


def _ordered(text: str) -> list[str]:
    return [stem(word) for word in words(text) if word not in STOPWORDS and not _DENIAL.fullmatch(word)]


def _stems(text: str) -> frozenset[str]:
    return frozenset(_ordered(text))


def _alike(claim: str, source: str) -> float:
    """Share of a claim's words that its source holds."""
    told = _stems(claim)
    return len(told & _stems(source)) / len(told) if told else 0.0
