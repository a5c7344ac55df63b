"""Reads the operation, the subjects and the periods from a question; None for what merely looks something up.

A question is read with its periods replaced by a mark, so that the patterns need not know how years are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from assistant.answering.sums.model import Bound, Operation, Task
from assistant.answering.sums.periods import Period, distinct
from assistant.answering.sums.phrases import MARK, THROUGH, marked, refers_back, tidy, without_when
from assistant.answering.sums.quantities import EXPONENTS

_ASKS = (
    r"(?:what|how much|how large|how big)\s+(?:is|was|are|were|would\s+be|will\s+be)\s+(?:the\s+)?(?:company['’]s\s+)?"
)
_MOVES = r"(?:increase\s*/?\s*\(?decrease\)?|change|increase|decrease|decline|growth|rise|fall|drop|reduction)"
_MOVED = r"(?:chang|increas|decreas|declin|gr[eo]w|r[io]se|f[ae]ll|drop)\w*"
#: The words for percent.
PERCENT = r"(?:percent(?:age)?|per\s?cent|%)"
_GAP = r"(?:difference|variance|gap)"
#: Words that make it another question than a sum over cited figures.
_NEVER = re.compile(
    r"\brespective(?:ly)?\b|\bwhy\b|\breasons?\b|\bcaus\w+|\bled\b|\bdue to\b|\bprimarily\b|\bper employee\b|"
    r"\bconsist|\bcomponents?\b|\bdefin|\bmean by\b|\bcalculated\b|\bcompounded?\b|\bannuali[sz]ed\b|\bCAGR\b",
    re.IGNORECASE,
)
_SPANS = re.compile(
    rf"{THROUGH}|(?:between|from)\s+(?:[\w\s]*?){MARK}\s*(?:and|to)\s+{MARK}",
    re.I,
)
_NUMBER = re.compile(
    r"(?P<currency>[$€£])?\s?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*"
    r"(?P<percent>%|percent|per cent)?\s*(?P<scale>thousand|million|billion)?s?(?:\b|(?<=%))",
    re.IGNORECASE,
)


def _percent_change(text: str) -> Task | None:
    nouns = re.search(rf"(?<!\w){PERCENT}\s+(?:{_MOVES}|{_GAP})\s*(?:of|in|for)?\b", text, re.I)
    verbs = re.search(
        rf"\b(?:by\s+)?(?:what|how\s+(?:many|much))\s+{PERCENT}\s+(?P<rest>.*?)\b(?:{_MOVED})\b(?:\s+by)?", text, re.I
    )
    if nouns and not re.search(r"\bpoints?\b", text, re.I):
        return Task(Operation.PERCENT_CHANGE, (tidy(without_when(text[nouns.end() :])),))
    if verbs:
        subject = re.sub(r"^\s*(?:did|has|have|does)\b", "", verbs["rest"], flags=re.I)
        return Task(Operation.PERCENT_CHANGE, (tidy(without_when(f"{subject} {text[verbs.end() :]}")),))
    return None


def _two(text: str) -> tuple[str, str] | None:
    halves = re.split(r"\s+(?:and|versus|vs\.?)\s+", text)
    return (halves[0], halves[1]) if len(halves) == 2 else None


def _difference(text: str) -> Task | None:
    """The difference between two things at one time; between two times it is a change.

    Without a time and without a word of what is measured, it may as well be a difference in kind.
    """
    match = re.search(rf"\b(?:nominal\s+|net\s+|absolute\s+)?{_GAP}\s+(?P<of>.*)$", text, re.I)
    if match is None or text.count(MARK) > 1:
        return None
    rest = without_when(match["of"])
    between = re.match(r"(?:(?:in|of)\s+(?P<shared>.+?)\s+)?between\s+(?P<pair>.+)$", rest, re.I)
    pair = _two(between["pair"]) if between else None
    if between and pair:
        subjects, shared = (tidy(pair[0]), tidy(pair[1])), tidy(between["shared"] or "")
        if all(subjects) and (shared or MARK in text):
            return Task(Operation.DIFFERENCE, subjects, shared=shared)
    return None


def _change(text: str) -> Task | None:
    dated = MARK in text or re.search(r"\bboth\b", text, re.I)
    word = rf"(?:{_MOVES}|{_GAP})" if dated else _MOVES
    nouns = re.search(
        rf"\b(?:{_ASKS}(?:value\s+of\s+the\s+)?|what\s+)(?:nominal\s+|net\s+|absolute\s+)?{word}"
        r"(?:\s*(?:of|in|for|between)?\s|\W*$)",
        text,
        re.I,
    )
    if nouns:
        return Task(Operation.CHANGE, (tidy(without_when(f" {text[nouns.end() :]}")),))
    verbs = re.search(rf"\b(?:by\s+)?how\s+much\s+(?:did|has|have)\s+(?P<subject>.+?)\s+{_MOVED}(?:\s+by)?", text, re.I)
    if verbs:
        return Task(Operation.CHANGE, (tidy(without_when(f"{verbs['subject']} {text[verbs.end() :]}")),))
    return None


def _average(text: str) -> Task | None:
    match = re.search(
        rf"\b(?:{_ASKS}|what\s+)(?:{MARK}\s+)?(?P<annual>annual\s+|yearly\s+)?(?:average|mean)\b\s*(?:of\s+)?(?P<rest>.*)$",
        text,
        re.I,
    )
    if match is None or re.search(rf"\b(?:{_GAP}|{_MOVES})\b", match["rest"], re.I):
        return None
    return Task(Operation.AVERAGE, (tidy(without_when(match["rest"])),))


def _total(text: str) -> Task | None:
    match = re.search(rf"\b{_ASKS}(?P<word>total|sum|combined)\s+(?P<of>of\s+)?(?P<rest>.+)$", text, re.I)
    if match is None:
        return None
    rest = without_when(re.sub(r"\b(?:altogether|in total|combined)\b", " ", match["rest"], flags=re.I))
    pair = _two(rest) if text.count(MARK) <= 1 and match["word"].lower() != "total" else None
    if pair:
        return Task(Operation.TOTAL, (tidy(pair[0]), tidy(pair[1])))
    if text.count(MARK) < 2 and (MARK in text or not refers_back(tidy(rest))):
        return None
    word = "total " if match["word"].lower() == "total" else ""
    return Task(Operation.TOTAL, (tidy(rest if refers_back(tidy(rest)) else word + rest),))


def _ratio(text: str) -> Task | None:
    match = re.search(
        r"\b(?:ratio|proportion)\s+(?:\(?in percentage\)?\s*,?\s*)?(?:of|between)\s+(?P<rest>.+)$", text, re.I
    )
    if match is None:
        return None
    rest = without_when(match["rest"])
    parts = re.split(r"\s+(?:over|to|against|and)\s+", rest) if " over " not in rest else rest.split(" over ")
    if len(parts) != 2:
        return None
    share = re.search(r"percent", text, re.I)
    return Task(Operation.SHARE if share else Operation.RATIO, (tidy(parts[0]), tidy(parts[1])))


def _share(text: str) -> Task | None:
    patterns = (
        rf"(?P<part>.+?)\s*,?\s+(?:expressed\s+)?as\s+a\s+{PERCENT}\s+of\s+(?P<whole>.+)$",
        rf"\b(?:{PERCENT}|share|proportion|portion)\s+(?:constitution\s+)?of\s+(?:constitution\s+of\s+)?(?P<part>.+?)\s+(?:out\s+of|among|in|over|relative\s+to|to|of)\s+(?P<whole>(?:the\s+)?(?:total|overall|gross|net|all)\b.+)$",
        rf"\bwhat\s+(?:{PERCENT}|share|proportion)\s+of\s+(?P<whole>.+?)\s+(?:is|are|was|were|came|comes|did|does)\s+(?:from\s+|made\s+up\s+(?:by|of)\s+)?(?P<part>.+)$",
    )
    plain = without_when(text)
    for pattern in patterns:
        match = re.search(pattern, plain, re.I)
        if match:
            part = re.sub(rf"^.*?\b{_ASKS}", "", match["part"], flags=re.I)
            part = re.sub(rf"^\s*,?\s*{_ASKS}", "", part, flags=re.I)
            return Task(Operation.SHARE, (tidy(part), tidy(match["whole"])))
    return None


def _end(word: str) -> bool:
    return not re.match(r"low|small|least|few|less|min", word, re.I)


#: Two halves of a comparison, each with a period.
_PAIR = [1, 1]
_ENDS = r"(?:high|larg|great|bigg|low|small|few)(?:er|est)|most|least|maximum|minimum"


def _bound(text: str) -> tuple[bool, Bound, int, int] | None:
    """A threshold of the question: whether above it, its value, and where it stands."""
    match = re.search(
        r"\b(?P<word>exceed(?:ed|s)?|(?:greater|more|larger|higher|less|lower|smaller|fewer)\s+than|above|below|over|under)\s+",
        text,
        re.I,
    )
    number = _NUMBER.match(text, match.end()) if match else None
    if not match or not number:
        return None
    value = Bound(
        Decimal(number["digits"].replace(",", "")),
        EXPONENTS[number["scale"].lower()] if number["scale"] else None,
        number["currency"] or "",
        bool(number["percent"]),
    )
    above = not re.match(r"less|lower|smaller|fewer|below|under", match["word"], re.I)
    return above, value, match.start(), number.end()


def _which(text: str) -> Task | None:
    when = re.search(
        r"\b(?:in\s+)?(?:which|what)\s+(?:of\s+the\s+)?(?:fiscal\s+|financial\s+)?(?P<what>years?|periods?|FYs?)\b",
        text,
        re.I,
    )
    bound = _bound(text)
    if when and bound:
        above, value, start, end = bound
        subject = tidy(_asked(text[when.end() : start] + text[end:]))
        return Task(Operation.WHICH_PERIOD, (subject,), highest=above, bound=value)
    word = re.search(rf"\b(?:the\s+)?(?P<end>{_ENDS})\b", text, re.I)
    if when and word:
        rest = text[: when.start()] + text[when.end() : word.start()] + " " + text[word.end() :]
        return Task(Operation.WHICH_PERIOD, (tidy(_asked(rest)),), highest=_end(word["end"]))
    return None


def _asked(text: str) -> str:
    """What a comparison is about, without its verb."""
    text = re.sub(
        r"^\s*,?\s*(?:is|was|are|were|did|has|have|had|does|do)\b(?:\s+there)?", " ", without_when(text), flags=re.I
    )
    return re.sub(r"\b(?:is|was|are|were|the|amount|has|have|had)\s*$", " ", text.strip(" ?"), flags=re.I)


def _which_of_two(text: str) -> Task | None:
    """Which of two things is the higher: "which was higher in §, sales or costs"."""
    match = re.search(
        rf"\bwhich\s+(?:of\s+\w+\s+)?(?:is|was|are|were)\s+(?:the\s+)?(?P<end>{_ENDS})\b(?P<rest>.+)$", text, re.I
    )
    pair = re.split(r"\s+or\s+", without_when(match["rest"])) if match else []
    if not match or len(pair) != 2 or not all(map(tidy, pair)):
        return None
    return Task(Operation.WHICH_THING, (tidy(pair[0]), tidy(pair[1])), highest=_end(match["end"]))


def _which_of_times(text: str) -> Task | None:
    """Which of two times has more: "which was higher, sales in § or in §", "were sales higher in § than in §"."""
    opened = re.match(
        r"\s*(?:and\s+)?(?:(?:in\s+)?(?:which|what)(?:\s+(?:one|year|period|quarter|of\s+\w+))?\s+)?"
        r"(?:is|was|are|were|had|saw)\s",
        text,
        re.I,
    )
    word = re.search(rf"\b(?:the\s+)?(?P<end>{_ENDS}|less)\b", text, re.I)
    if not opened or not word or text.count(MARK) != len(_PAIR):
        return None
    halves = re.split(r"\s+(?:or|than)\s+", text[opened.end() : word.start()] + " " + text[word.end() :])
    if [half.count(MARK) for half in halves] != _PAIR:
        return None
    subjects = [subject for half in halves if not refers_back(subject := tidy(_asked(half)))]
    if not subjects or len({subject.lower() for subject in subjects}) > 1:
        return None
    return Task(Operation.WHICH_PERIOD, (subjects[0],), highest=_end(word["end"]))


def _which_has(text: str) -> Task | None:
    """Which of two has more of something: "which company had higher sales in §, Tarn or Lorne"."""
    match = re.search(
        rf"\bwhich\s+(?:\w+\s+|of\s+\w+\s+)?(?:had|has|have|reported|made|spent|earned)\s+(?:the\s+)?(?P<end>{_ENDS})"
        r"\s+(?P<rest>.+)$",
        text,
        re.I,
    )
    shared, _, named = without_when(match["rest"]).rpartition(",") if match else ("", "", "")
    pair = re.split(r"\s+or\s+", named)
    if not match or len(pair) != len(_PAIR) or not all(map(tidy, (shared, *pair))):
        return None
    subjects = (tidy(pair[0]), tidy(pair[1]))
    return Task(Operation.WHICH_THING, subjects, shared=tidy(shared), highest=_end(match["end"]))


def _count(text: str) -> Task | None:
    many = re.search(r"\bhow\s+many\s+(?:of\s+the\s+)?(?:fiscal\s+)?(?:years|periods)\b", text, re.I)
    bound = _bound(text)
    if not many or not bound:
        return None
    above, value, start, end = bound
    subject = tidy(_asked(text[many.end() : start] + text[end:]))
    return Task(Operation.COUNT_PERIODS, (subject,), highest=above, bound=value)


#: The first that reads the question counts; the narrower stand before the wider.
_READERS: tuple[Callable[[str], Task | None], ...] = (
    _count, _which_of_times, _which_of_two, _which_has, _which, _percent_change, _ratio, _share, _difference, _change,
    _average, _total,
)  # fmt: skip


def read_task(question: str) -> Task | None:
    """The sum that a question wants; None if it does not clearly want one."""
    if _NEVER.search(question):
        return None
    text, named = marked(question)
    for reader in _READERS:
        task = reader(text)
        if task is not None:
            return _dated(task, text, named)
    return None


def _dated(task: Task, text: str, named: list[Period]) -> Task:
    asked = distinct(named)
    return Task(
        operation=task.operation,
        subjects=task.subjects,
        periods=tuple(asked),
        shared=task.shared,
        spanning=len(asked) == 2 and bool(_SPANS.search(text)),
        highest=task.highest,
        bound=task.bound,
    )
