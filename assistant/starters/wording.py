"""Questions made of sentences and table rows by their form, each with the words that answer it.

A sentence is turned around only where that takes no more than its beginning: "The average rate was $11.4 million" gives
"What was the average rate?". Whatever points beyond its sentence ("its", "this", "the second") is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.answering.sums.lines import Line, tables
from assistant.documents.model import BlockKind
from assistant.index.lexical import STOPWORDS
from assistant.index.passages import squash
from assistant.retrieval.leftovers import is_leftover
from assistant.retrieval.model import Evidence
from assistant.starters.verbs import HAPPENING, MEANING, MOVING, SAYING, TAKING, Verb

Span = tuple[str, int, int]


@dataclass(frozen=True)
class Candidate:
    """A question, the spans any of which answers it, and the form it was made by."""

    question: str
    document: str
    spans: frozenset[Span]
    form: str


#: Words that are understood from elsewhere only.
_POINTING = frozenset(
    """this that these those its their his her our my your it they he she we i you us them him who which whom what
    same such other others another former latter following previous above below here there ones first second
    third last next further also however therefore thus similar""".split()
)
_ARTICLES = ("the", "a", "an")
#: Verbs that show that a sentence's own verb stands earlier than it seemed.
_AUXILIARIES = frozenset(
    "has have had is are was were be been will would could can may might must should do does did not".split()
)
#: Words that rows begin with and that name nothing.
_ORDINARY = frozenset("average basic current diluted gross net operating other total".split())
_MAX_SUBJECT = 8
_MAX_REST = 8
_HEDGE = (
    r"(?:(?:about|roughly|around|nearly|almost|over|above|below|under|more\s+than|less\s+than|some|up\s+to|"
    r"approximately|only|just|at\s+least)\s+)?"
)
_MONEY = (
    r"(?:US|C|A|HK)?[$€£¥]\s?\d[\d,.]*\d?(?:\s?[–-]\s?\d[\d,.]*)?(?:\s(?:thousand|million|billion|trillion)|[kmb]n?\b)?"
)
_NUMBER = r"\d[\d,.]*(?:\s?[–-]\s?\d[\d,.]*)?(?:\s(?:thousand|million|billion|trillion))?"
_FIGURE = rf"{_HEDGE}(?:{_MONEY}|{_NUMBER}\s?(?:%|percent|per\s+cent|bps|basis\s+points)?)"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = rf"(?:{_MONTH}\s+\d{{1,2}}(?:,?\s+{_YEAR})?|\d{{1,2}}\s+{_MONTH}(?:\s+{_YEAR})?|{_MONTH}\s+{_YEAR}|{_YEAR})"
_SUBJECT = r"(?P<subject>[A-Z][^,;:()\"“”|]{1,70}?)"


def _words_of(verbs: dict[str, Verb]) -> str:
    return "|".join(sorted(verbs, key=len, reverse=True))


_IS_AMOUNT = re.compile(rf"^{_SUBJECT}\s+(?P<is>is|was|are|were)\s+{_FIGURE}(?P<rest>.*)$")
_HAS_OF = re.compile(
    rf"^{_SUBJECT}\s+(?:[a-z]+\s[^,;:]*?\s+and\s+)?(?P<has>has|have|had)\s+an?\s+"
    rf"(?P<what>[a-z][\w -]{{2,40}}?)\s+of\s+{_FIGURE}"
)
_MOVED = re.compile(
    rf"^(?:[A-Z][^,;:]{{3,60}},\s+)?(?P<subject>[A-Z][^,;:()\"“”|]{{1,70}}?)\s+(?P<verb>{_words_of(MOVING)})\s+"
    rf"(?:by\s+)?{_HEDGE}{_NUMBER}\s?(?:%|percent|per\s+cent)(?P<rest>.*)$"
)
_DATED = re.compile(
    rf"^{_SUBJECT}\s+(?P<is>was|were)\s+(?P<done>[a-z]+(?:ed|wn|un|lt|ld|de|ght|en))\s+(?:in|on)\s+{_DATE}"
)
_PLACED = re.compile(
    rf"^{_SUBJECT}\s+(?P<is>is|was|are|were)\s+(?P<done>estimated|valued|priced|put|expected|forecast|projected)\s+"
    rf"(?:at|to\s+be)\s+{_FIGURE}"
)
_TOOK_MONEY = re.compile(rf"^{_SUBJECT}\s+(?P<verb>{_words_of(TAKING)})\s+{_HEDGE}{_MONEY}(?P<rest>.*)$")
_TOOK = re.compile(
    rf"^{_SUBJECT}\s+(?P<verb>{_words_of(TAKING)})\s+{_HEDGE}{_NUMBER}\s+(?P<what>[a-z][\w-]*s)\b(?P<rest>.*)$"
)
_SAID = re.compile(
    rf"^{_SUBJECT}\s+(?P<verb>{_words_of(SAYING)})\s+that\s+(?P<about>[^,;:()\"“”]{{3,60}}?)\s+"
    r"(?:is|are|was|were|has|have|had|will|would|could|can|may|might|should)\s"
)
_MEANT = re.compile(rf"^{_SUBJECT}\s+(?P<verb>{_words_of(MEANING)})\s+to\s+[a-z]")
_DEFINED = re.compile(rf"^{_SUBJECT}\s+(?P<is>is|are|was|were)\s+(?:an?|the|one)\s+[a-z]")
_HAPPENED = re.compile(rf"^{_SUBJECT}\s+(?P<verb>{_words_of(HAPPENING)})\s+(?:in|on)\s+{_DATE}")
_TOOK_PLACE = re.compile(rf"^{_SUBJECT}\s+took\s+place\s+(?:in|on)\s+{_DATE}")
#: What may stand between a subject and its verb without belonging to either.
_ADVERB = re.compile(r"\s+(?:\w+ly|also|still|now|then|often|never|already|again)$")
#: What is counted, apart from when and where: "412 megawatts | of capacity | in the second quarter".
_OF_WHAT = re.compile(r"(?P<of>(?: of(?: \w+){1,2}?)?)(?P<when>(?: (?:in|on|at|for|by|with|during)\b.*)?)$")
#: Where what belongs to the question ends: at the next thing said.
_END = re.compile(r"[,;:.(—–]|\s(?:and|but|while|which|that|because|as|up|down|from|to|compared|versus|after|before)\s")


class _Caser:
    """Writes words that a sentence or a row begins with as they are written within a sentence."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._small = frozenset(re.findall(r"(?<![\w.])[a-z][\w'’-]*", " ".join(texts)))

    def first(self, text: str) -> str:
        """Text with its first word small, unless it is a name."""
        first, blank, rest = text.partition(" ")
        return f"{self._word(first)}{blank}{rest}"

    def every(self, text: str) -> str:
        """Text with all its words small that are no names."""
        return " ".join(map(self._word, text.split()))

    def _word(self, word: str) -> str:
        low = word[:1].lower() + word[1:]
        known = self._small | STOPWORDS | _ORDINARY
        return low if low.strip(",.;") in known else word


def candidates(evidence: Sequence[Evidence]) -> list[Candidate]:
    """The questions that sentences and rows of one document answer, in reading order, each once.

    Args:
        evidence: sentences of the document, in reading order.
    """
    case = _Caser([each.text for each in evidence])
    found = [*_of_rows(evidence, case)]
    for each in evidence:
        if each.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) and not is_leftover(each.text):
            found += _of_sentence(each, case)
    found += _of_headings(evidence)
    return list({each.question.lower(): each for each in reversed(found)}.values())[::-1]


def _of_sentence(evidence: Evidence, case: _Caser) -> Iterator[Candidate]:
    text = squash(evidence.text)
    for form, pattern, word in _FORMS:
        match = pattern.match(text)
        if match is None:
            continue
        subject = _plain_subject(match["subject"])
        question = word(match, case.first(subject)) if subject else None
        if question:
            yield Candidate(question, evidence.document, frozenset([evidence.span]), form)
            return


def _plain_subject(text: str) -> str | None:
    """The subject of a sentence, if it says by itself who or what is meant."""
    text = _ADVERB.sub("", text)
    words = re.findall(r"[\w&'’.-]+", text)
    low = [word.lower() for word in words]
    if not words or len(words) > _MAX_SUBJECT or (_POINTING | _AUXILIARIES).intersection(low):
        return None
    if low[0] in STOPWORDS and low[0] not in _ARTICLES:
        return None
    telling = [word for word in words if word.lower() not in STOPWORDS]
    named = any(word[0].isupper() and place > 0 for place, word in enumerate(words)) or telling[:1] == words[:1]
    return text.strip() if len(telling) > 1 or (telling and named) else None


def _rest(text: str) -> str | None:
    """What follows a figure and belongs to what is asked; None if it points elsewhere."""
    end = _END.search(text)
    kept = squash(text[: end.start()] if end else text).rstrip(".")
    words = kept.lower().split()
    if len(words) > _MAX_REST or _POINTING.intersection(words) or re.search(r"\d", kept):
        return None
    return f" {kept}" if kept else ""


def _is_amount(match: re.Match[str], subject: str) -> str | None:
    rest = _rest(match["rest"])
    return None if rest is None else f"What {match['is']} {subject}?"


def _has_of(match: re.Match[str], subject: str) -> str:
    auxiliary = {"has": "does", "have": "do", "had": "did"}[match["has"]]
    return f"What {match['what']} {auxiliary} {subject} have?"


def _moved(match: re.Match[str], subject: str) -> str | None:
    verb, rest = MOVING[match["verb"]], _rest(match["rest"])
    return None if rest is None else f"By how much {verb.auxiliary} {subject} {verb.plain}{rest}?"


def _dated(match: re.Match[str], subject: str) -> str:
    return f"When {match['is']} {subject} {match['done']}?"


def _happened(match: re.Match[str], subject: str) -> str:
    verb = HAPPENING[match["verb"]]
    return f"When {verb.auxiliary} {subject} {verb.plain}?"


def _took_place(_match: re.Match[str], subject: str) -> str:
    return f"When did {subject} take place?"


def _placed(match: re.Match[str], subject: str) -> str:
    how = "At how much" if "at" in match.group().split(match["done"])[1].split()[:1] else "How much"
    end = "" if how.startswith("At") else " to be"
    return f"{how} {match['is']} {subject} {match['done']}{end}?"


def _took_money(match: re.Match[str], subject: str) -> str | None:
    verb, rest = TAKING[match["verb"]], _rest(match["rest"])
    if rest is None or rest.startswith(" of"):
        return None
    return f"How much {verb.auxiliary} {subject} {verb.plain}{rest}?"


def _took(match: re.Match[str], subject: str) -> str | None:
    verb, rest = TAKING[match["verb"]], _rest(match["rest"])
    if rest is None:
        return None
    split = _OF_WHAT.match(rest)
    of, rest = (split["of"], split["when"]) if split else ("", rest)
    return f"How many {match['what']}{of} {verb.auxiliary} {subject} {verb.plain}{rest}?"


def _said(match: re.Match[str], subject: str) -> str | None:
    verb, about = SAYING[match["verb"]], match["about"]
    low = about.lower().split()
    if (
        _POINTING.intersection(low)
        or len(low) > _MAX_SUBJECT
        or (low[0] in STOPWORDS and low[0] not in (*_ARTICLES, "more"))
    ):
        return None
    return f"What {verb.auxiliary} {subject} {verb.plain} about {about}?"


def _meant(match: re.Match[str], subject: str) -> str:
    verb = MEANING[match["verb"]]
    return f"What {verb.auxiliary} {subject} {verb.plain} to do?"


def _defined(match: re.Match[str], subject: str) -> str | None:
    words = subject.split()
    if len(words) in (2, 3) and all(word[0].isupper() for word in words):
        # As likely somebody as something.
        return None
    return f"What {match['is']} {subject}?"


_Word = Callable[[re.Match[str], str], str | None]
#: The forms, those that ask for most first; the first that fits a sentence is taken.
_FORMS: tuple[tuple[str, re.Pattern[str], _Word], ...] = (
    ("amount", _IS_AMOUNT, _is_amount),
    ("has", _HAS_OF, _has_of),
    ("moved", _MOVED, _moved),
    ("dated", _DATED, _dated),
    ("dated", _HAPPENED, _happened),
    ("dated", _TOOK_PLACE, _took_place),
    ("placed", _PLACED, _placed),
    ("money", _TOOK_MONEY, _took_money),
    ("count", _TOOK, _took),
    ("said", _SAID, _said),
    ("meant", _MEANT, _meant),
    ("defined", _DEFINED, _defined),
)
#: The order in which candidates of a document are tried.
ORDER = ("row", *dict.fromkeys(form for form, _, _ in _FORMS), "heading")


def _of_rows(evidence: Sequence[Evidence], case: _Caser) -> Iterator[Candidate]:
    """Of each row under a period: "What was X in 2024?"; a year's amount is a thing of the past."""
    for table in tables(evidence):
        for line in table.lines:
            asked = None if line.upright else _row_question(line, case)
            if asked:
                yield asked


def _row_question(line: Line, case: _Caser) -> Candidate | None:
    name = re.sub(r"\s*\([^)]*\)", "", line.name).strip(" :")
    telling = [word for word in re.findall(r"[A-Za-z]{3,}", name.lower()) if word not in STOPWORDS]
    # A row of one word is understood from those around it.
    if len(telling) < 2 or len(name.split()) > _MAX_SUBJECT or _POINTING.intersection(telling):
        return None
    cell = next((cell for cell in line.cells if cell.period), None)
    if cell is None or cell.period is None:
        return None
    found = cell.term.evidence
    head = re.split(r",| of | from | in | for | to | by ", name)[0]
    were = "were" if re.search(r"[^su]s$", head) or " and " in name else "was the"
    when = f"on {cell.period.text}" if cell.period.day else f"in {cell.period.text}"
    question = f"What {were} {case.every(name)} {when}?"
    return Candidate(question, found.document, frozenset([found.span]), "row")


def _of_headings(evidence: Sequence[Evidence]) -> Iterator[Candidate]:
    """Of each section with a telling heading: any sentence of it answers."""
    sections: dict[str, set[Span]] = {}
    for each in evidence:
        if each.heading and each.heading != each.title and each.kind is not BlockKind.HEADING:
            sections.setdefault(squash(each.heading), set()).add(each.span)
    for heading, spans in sections.items():
        telling = [word for word in re.findall(r"[\w'’-]+", heading) if word.lower() not in STOPWORDS]
        if 2 <= len(telling) <= _MAX_SUBJECT and not re.search(r"[?!:|]", heading):
            question = f"What is said about {heading[0].lower() + heading[1:] if heading[1:2].islower() else heading}?"
            yield Candidate(question, evidence[0].document, frozenset(spans), "heading")
