"""A figure looked up in a table: the one cell that the question names by its row and its period.

No sum, but found like the operand of one: a model that copies a row of six figures has not said which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.sums.find import Found, cells_at
from assistant.answering.sums.lines import bag, called_by_period, tables
from assistant.answering.sums.model import Sum, Term
from assistant.answering.sums.periods import Period, periods
from assistant.answering.sums.phrases import MARK, tidy, without_when
from assistant.answering.sums.quantities import in_full
from assistant.retrieval.model import Evidence

_ASKS = re.compile(
    r"^\s*(?:and\s+|so\s+|then\s+)?(?:what|how\s+(?:much|many|large|big|high|low))\s+(?:is|was|are|were)\s+(?P<what>.+)$",
    re.IGNORECASE,
)
#: A run of years wants those between its ends as well.
_RUN = re.compile(rf"{MARK}\s*(?:-|–|to|through|until)\s*(?:the\s+)?{MARK}", re.IGNORECASE)
_RESPECTIVE = re.compile(r"\brespective(?:ly)?\b", re.IGNORECASE)
#: Words that ask for more than what stands in a cell, unless the row or column itself is called so.
_WORKED_OUT = bag(
    """change changes increase increases decrease decline growth rise fall difference differences gap variance ratio
    average mean proportion share percentage percent sum combined reason reasons cause driver definition component
    components method basis impact effect"""
)
#: Those and words that turn a name into its opposite: the row or column must have them too.
_DECISIVE = _WORKED_OUT | bag(
    "before after excluding including without unrecognized unrealized unearned unbilled unallocated"
)
#: A cell that is the whole answer must fit better than one operand of a sum (docs/experiments.md).
_MIN_SCORE = 0.7
#: A footnote's mark, or a pointer to a note, behind a row's name.
_FOOTNOTE = re.compile(r"(?:\s*\((?:\d{1,2}|[a-z]|see [^)]*)\))+$", re.IGNORECASE)


def look_up(question: str, evidence: Sequence[Evidence]) -> Sum | None:
    """The figures that a question asks for by name and period, with the rows they stand in.

    Returns:
        A sum of no working, one term a period in the order asked; None if the question asks for something else, if
        a figure is not there, or if another would do as well.
    """
    asked, subject = _read(question)
    if not asked or not bag(subject):
        return None
    found = cells_at(subject, asked, tables(evidence))
    if found is None or found.score < _MIN_SCORE or (bag(subject) & _DECISIVE) - _named(found):
        return None
    terms = tuple(called_by_period(found.cells))
    result = ", ".join(in_full(term.quantity) for term in terms)
    if len(terms) == 1:
        return Sum(f"{_of(terms[0])}: {result}.", "", result, terms)
    listed = "; ".join(f"{term.key}: {in_full(term.quantity)}" for term in terms)
    return Sum(f"{_FOOTNOTE.sub('', terms[0].name)}; {listed}.", "", result, terms)


def _read(question: str) -> tuple[list[Period], str]:
    """The periods asked for, each once, and what is asked of them; nothing if no amount is asked for."""
    text = question
    named = periods(question)
    for period in reversed(named):
        text = f"{text[: period.start]}{MARK}{text[period.end :]}"
    match = _ASKS.match(_RESPECTIVE.sub(" ", " ".join(text.split())))
    if match is None:
        return [], ""
    asked = {(period.order, period.ends): period for period in reversed(named)}
    if len(asked) > 1 and _RUN.search(text):
        return [], ""
    return list(reversed(asked.values())), tidy(without_when(match["what"]))


def _named(found: Found) -> frozenset[str]:
    keys = frozenset[str]().union(*(cell.bag for cell in found.cells))
    return found.line.bag | found.line.section_bag | keys


def _of(term: Term) -> str:
    return ", ".join(part for part in (_FOOTNOTE.sub("", term.name), term.key) if part)
