"""A figure looked up in a table: the one cell that the question names by its row and its period.

No sum, but found like the operand of one: a model that copies a row of six figures has not said which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.sums.find import LIGHT, Found, cells_at
from assistant.answering.sums.lines import bag, called_by_period, tables
from assistant.answering.sums.model import Operation, Sum, Task
from assistant.answering.sums.periods import distinct
from assistant.answering.sums.phrases import THROUGH, marked, tidy, without_when
from assistant.answering.sums.quantities import in_full
from assistant.retrieval.model import Evidence

_ASKS = re.compile(
    r"^\s*(?:and\s+|so\s+|then\s+)?(?:what|how\s+(?:much|many|large|big|high|low))\s+(?:is|was|are|were)\s+(?P<what>.+)$",
    re.IGNORECASE,
)
_RUN = re.compile(THROUGH, re.IGNORECASE)
_RESPECTIVE = re.compile(r"\brespective(?:ly)?\b", re.IGNORECASE)
#: Words that ask for more than what stands in a cell, or turn a name into its opposite: the row or column must have
#: them too.
_DECISIVE = bag(
    """change changes increase increases decrease decline growth rise fall difference differences gap variance ratio
    average mean proportion share percentage percent sum combined reason reasons cause driver definition component
    components method basis impact effect before after excluding including without unrecognized unrealized unearned
    unbilled unallocated"""
)
#: A cell that is the whole answer must fit better than one operand of a sum (docs/experiments.md).
_MIN_SCORE = 0.7
#: A footnote's mark, or a pointer to a note, behind a row's name.
_FOOTNOTE = re.compile(r"(?:\s*\((?:\d{1,2}|[a-z]|see [^)]*)\))+$", re.IGNORECASE)


def look_up(task: Task, evidence: Sequence[Evidence]) -> Sum | None:
    """The figures that a question asks for by name and period, with the rows they stand in.

    Returns:
        A sum of no working, one term a period in the order asked; None if no period is asked for, if a figure is
        not there, or if another would do as well.
    """
    (subject,), asked = task.subjects, task.periods
    said = bag(subject)
    if not asked or not said or task.spanning:
        return None
    found = cells_at(subject, asked, tables(evidence))
    if found is None or found.score < _MIN_SCORE or (said & _DECISIVE) - _named(found):
        return None
    terms = tuple(called_by_period(found.cells))
    name, amounts = _FOOTNOTE.sub("", terms[0].name), [in_full(term.quantity) for term in terms]
    if found.line.section and bag(name) <= LIGHT:
        # "Consolidated" says nothing by itself.
        name = f"{found.line.section.rstrip(':')}: {name}"
    if len(terms) == 1:
        statement = f"{', '.join(part for part in (name, terms[0].key) if part)}: {amounts[0]}."
    else:
        listed = (f"{term.key}: {amount}" for term, amount in zip(terms, amounts, strict=True))
        statement = f"{name}; {'; '.join(listed)}."
    return Sum(statement, "", ", ".join(amounts), terms)


def read_lookup(question: str) -> Task | None:
    """What amount a question asks for, and of when; None if it asks for none.

    A run of years wants those between its ends as well: it is `spanning`.
    """
    text, named = marked(question)
    match = _ASKS.match(" ".join(_RESPECTIVE.sub(" ", text).split()))
    if match is None:
        return None
    asked = tuple(distinct(named))
    spanning = len(asked) > 1 and bool(_RUN.search(text))
    return Task(Operation.FIGURE, (tidy(without_when(match["what"])),), asked, spanning=spanning)


def _named(found: Found) -> frozenset[str]:
    keys = frozenset[str]().union(*(cell.bag for cell in found.cells))
    return found.line.bag | found.line.section_bag | keys
