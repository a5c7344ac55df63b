"""Whether a claim puts one name in the place of another: what Lorne did said of Ousel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.answering.polarity import clauses
from assistant.answering.words import (
    content_stems,
    group_words,
    name_groups,
    named_beyond,
    stem,
    word_forms,
    words,
)
from assistant.documents.model import BlockKind
from assistant.index.lexical import STOPWORDS
from assistant.retrieval.model import Evidence

#: Words that stand for somebody a sentence does not name.
_POINTER = (
    r"(?:it|its|they|their|he|his|she|her|we|our|this|that|these|those|such|both|"
    r"the (?:same |latter |former |first |second |other )?(?:company|group|firm|bank|broker\w*|business|stock|shares?|"
    r"fund|issuer|registrant|report|note|author|analysts?|chief|chair\w*|ceo|management|board|team|plan|deal))\b"
)
#: A sentence whose subject, or whose statement's subject, is such a word: whom it means stands before the sentence.
_POINTS = re.compile(
    rf"^\W*(?:(?:and|but|so|yet|also|then|however|(?i:[^,;:.]{{1,60}},))\s+)?(?:according to\s+)?{_POINTER}|"
    rf"\b(?:says?|said|reports?|reported|notes?|noted|argues?|argued|believes?|writes?|wrote|finds?|adds?|added)"
    rf" (?:that )?(?!that\b){_POINTER}",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(?:of|on|in|at|for|to|with|by|from|about|against|than|like|near|under|over|via)\s+(?:the\s+)?$", re.I
)
_TELLS = re.compile(r"\b(?:according to|by way of|via|citing)\s+(?:the\s+)?$", re.IGNORECASE)
_HAVING = frozenset({"has", "have", "had"})
#: Between a subject and its verb.
_TO_VERB = re.compile(
    r"(?!\s+(?:\w+\s+)?(?:is|are|was|were|be|been|being)\b)"
    r"\s+(?:(?:has|have|had|will|would|could|can|may|might|should|also|still|now|then|already|never|\w+ly)\s+(?=\w))*"
    r"(?P<verb>[^\W\d_]+)\b(?!\s+by\b)"
)
#: Verbs that are stop words.
_HAS_OR_SAYS = re.compile(r"\s+(?P<verb>has|have|had|says?|said)\b")
_IS = re.compile(r"\s+(?:is|are|was|were)\b")
#: A subject that is somebody or something by its kind, not by name.
_KIND = re.compile(r"\W*[Tt]he\s+[a-z]")


#: So many words beside its names a clause must have to be found in a source.
_REST = 2


def swaps_names(text: str, cited: Sequence[Evidence]) -> bool:
    """Whether a sentence puts a name in the place of the one that its source has there.

    Each clause is held against that one of its sources which says the rest of it: where that has none of the names
    the clause has, and one that the sentence has not, a name was exchanged, unless the source's own subject is a
    pronoun that the name could be for. So it is where both stand in the source, and the other one does the deed;
    of table rows, where the name labels the row beside.
    """
    rows = [evidence for evidence in cited if evidence.kind is BlockKind.TABLE_ROW]
    if rows:
        return any(_takes_row_of_another(text, row) for row in rows)
    return any(_swaps_in_clause(clause, text, cited) for clause in _clauses_of(text)) or any(
        _exchanged(text, evidence.text) for evidence in cited
    )


def _swaps_in_clause(clause: str, text: str, cited: Sequence[Evidence]) -> bool:
    named = [name for name in named_beyond(text, frozenset()) if set(words(name)) <= set(words(clause))]
    parts = {stem(part) for name in named for part in words(name)}
    rest = [word for word in _stems_and_numbers(clause) if word not in parts]
    if not named or len(set(rest)) < _REST:
        return False
    shared = [len(set(rest) & set(_stems_and_numbers(_own(evidence)))) for evidence in cited]
    homes = [evidence for evidence, count in zip(cited, shared, strict=True) if count == max(shared)]
    if not max(shared):
        # The rest of the clause is in none of the words cited; what they say together has to do.
        return _displaces(named, clause, text, " ".join(map(_own, cited)), any(_points(e, named) for e in cited))
    return all(_displaces(named, clause, text, _own(evidence), _points(evidence, named)) for evidence in homes)


def _displaces(named: Sequence[str], clause: str, text: str, own: str, points: bool) -> bool:
    """Whether names of a clause are not in a source, in the place of one that the sentence does not have."""
    held = word_forms(own)
    beyond = {
        part for name in named for part in words(name) if not all(p in held or stem(p) in held for p in words(name))
    }
    if points or not beyond:
        return False
    told = word_forms(text)
    groups = [group for group in name_groups(own) if _counts(group, own)]
    lost = [group for group in groups if not any(word in told or stem(word) in told for word in group_words(group))]
    claimed = name_groups(clause)
    if claimed and beyond <= group_words(claimed[0]):
        # What a sentence begins with is its subject: it is in the place of a subject, or of who tells.
        lost = [group for group in lost if _acts(group, own)] if groups[:1] == lost[:1] else []
    return bool(lost)


def _acts(group: tuple[re.Match[str], ...], text: str) -> bool:
    """Whether a run of names begins its sentence, owns or does something there, or is who tells it."""
    ahead = text[: group[0].start()]
    if _TELLS.search(ahead) or words(ahead) in ([], ["the"]):
        return True
    does = _verb_behind(text, group) or _IS.match(text, group[-1].end())
    return not _PREPOSITION.search(ahead) and bool(does or group[-1].group().endswith(("’s", "'s")))


def _verb_behind(text: str, group: tuple[re.Match[str], ...]) -> re.Match[str] | None:
    """The verb that stands directly behind a run of names, as far as its form tells."""
    match = _TO_VERB.match(text, group[-1].end())
    if match and match.group("verb").islower() and match.group("verb") not in STOPWORDS:
        return match
    return _HAS_OR_SAYS.match(text, group[-1].end())


def _counts(group: tuple[re.Match[str], ...], text: str) -> bool:
    """Whether a run of names is somebody: abbreviations such as GPU are things unless they begin or own."""
    if any(letter.islower() for letter in group[0].group()) or len(group) > 1:
        return True
    return group[0].start() == 0 or group[-1].group().endswith(("’s", "'s"))


def _exchanged(text: str, source: str) -> bool:
    """Whether a sentence says of one name of a source what that says another one does."""
    claimed = next(_deeds(text, at_start=True), None)
    if claimed is None:
        return False
    who, verb, what = claimed
    if not who <= word_forms(source):
        return False
    doers = [other for other, deed, done in _deeds(source) if deed == verb and (deed not in _HAVING or done == what)]
    if verb in _HAVING and not _is_voice(source, who):
        # "Lorne has a target of $5 on Quarrix": "Quarrix has a target of $5" can be meant well.
        return False
    return bool(doers) and not any(who & other for other in doers)


def _is_voice(source: str, who: frozenset[str]) -> bool:
    """Whether a name stands in a source only as the one who tells or passes on."""
    groups = _groups_of(source, who)
    return bool(groups) and all(_TELLS.search(source[: group[0].start()]) for group in groups)


def _groups_of(text: str, who: frozenset[str]) -> list[tuple[re.Match[str], ...]]:
    return [group for group in name_groups(text) if group_words(group) & who]


def _deeds(text: str, *, at_start: bool = False) -> Iterator[tuple[frozenset[str], str, str]]:
    """Names that stand directly before a verb, as the doers: who, the verb's stem, and the stem behind it."""
    for group in name_groups(text):
        ahead = text[: group[0].start()]
        if _PREPOSITION.search(ahead) or (at_start and words(ahead) not in ([], ["the"])):
            continue
        match = _verb_behind(text, group)
        if match is None:
            continue
        behind = content_stems(text[match.end() :])[:1]
        yield group_words(group), stem(match.group("verb")), "".join(behind)


def _takes_row_of_another(text: str, row: Evidence) -> bool:
    """Whether a sentence on a table row names what labels a row beside it and not what labels this one."""
    lines = [line for line in row.around.splitlines() if "|" in line and line.strip() != row.text.strip()]
    own = word_forms(f"{row.context} {row.text} {row.title} {' '.join(row.headings)}")
    label = set(content_stems(_label(row.text)))
    others = {stem_ for line in lines for stem_ in content_stems(_label(line))}
    told = set(content_stems(text))
    taken = [name for name in named_beyond(text, own) if {stem(part) for part in words(name)} <= others]
    return bool(taken) and not label & told


def _label(line: str) -> str:
    """What a row begins with, without the label of its column."""
    return line.strip(" |").partition("|")[0].rpartition(": ")[2]


def _own(evidence: Evidence) -> str:
    return f"{evidence.context} {evidence.text}".strip()


def _points(evidence: Evidence, named: Sequence[str]) -> bool:
    """Whether the subject of a source's sentence stands for somebody that some names may be of.

    A kind ("The first season ...") is that of what the document is about, so only names of its title count.
    """
    if _POINTS.search(evidence.text):
        return True
    about = word_forms(" ".join((evidence.title, *evidence.headings)))
    return bool(_KIND.match(evidence.text)) and {p for name in named for p in words(name)} <= about


def _clauses_of(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses(text)]


def _stems_and_numbers(text: str) -> list[str]:
    return [*content_stems(text), *(word for word in words(text) if word[0].isdigit())]
