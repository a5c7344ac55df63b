"""Whose figures are asked for: "Amazon's net sales" are looked for in Amazon's report, as "net sales"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from assistant.answering.sums.lines import bag, tables
from assistant.answering.sums.model import Task
from assistant.answering.words import is_held, names
from assistant.retrieval.evidence import borne_words
from assistant.retrieval.model import Evidence


def within_named(task: Task, evidence: Sequence[Evidence]) -> tuple[Task, Sequence[Evidence]]:
    """A task without the names that documents bear, and the evidence from documents that bear them all.

    A document bears a name that stands in its title, file name or opening. One that a table has as well, for a
    segment or a product, stays: it may be what tells rows apart.
    """
    held = _forms(evidence)
    borne = [name for name in _named(*task.subjects) if any(is_held(name, forms) for forms in held.values())]
    if not borne:
        return task, evidence
    kept = [each for each in evidence if all(is_held(name, held[each.document]) for name in borne)]
    mere = _not_in_rows(borne, kept)
    if not kept or not mere:
        return task, evidence
    subjects = tuple(_without(subject, mere) for subject in task.subjects)
    return (replace(task, subjects=subjects), kept) if all(map(bag, subjects)) else (task, evidence)


def of_named(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence from documents that bear a name of the question; all of it if none does."""
    asked = names(question)
    bearing = {document for document, forms in _forms(evidence).items() if any(is_held(name, forms) for name in asked)}
    return [each for each in evidence if not bearing or each.document in bearing]


@dataclass(frozen=True)
class Own:
    """What is wanted of one of two that are held against each other: `name` is whose, `evidence` its documents'."""

    name: str
    subject: str
    evidence: tuple[Evidence, ...]


def each_of_its_own(task: Task, evidence: Sequence[Evidence]) -> tuple[Own, ...] | None:
    """Of "Tarn's and Lorne's net sales", or "the X200 and the X300", each with the evidence of its own documents.

    None unless each subject names documents that the others do not name. One that is no more than a name is asked
    for what another is.
    """
    held = _forms(evidence)
    found = []
    for subject in task.subjects:
        borne = [name for name in _named(subject) if any(is_held(name, forms) for forms in held.values())]
        kept = tuple(each for each in evidence if all(is_held(name, held[each.document]) for name in borne))
        mere = _not_in_rows(borne, kept)
        if not kept or not mere:
            return None
        found.append(Own(" ".join(_bearing(mere).findall(subject)), _without(subject, mere), kept))
    documents = [frozenset(each.document for each in one.evidence) for one in found]
    if any(one & other for one, other in combinations(documents, 2)):
        return None
    asked = next((one.subject for one in reversed(found) if bag(one.subject)), "")
    return tuple(one if bag(one.subject) else replace(one, subject=asked) for one in found)


def _forms(evidence: Sequence[Evidence]) -> dict[str, frozenset[str]]:
    """By document, the forms of the words of its file name, title and opening."""
    return {each.document: borne_words(each) for each in evidence}


def _named(*subjects: str) -> list[str]:
    # A subject was cut out of its question: its first word began no sentence.
    return list(dict.fromkeys(name for subject in subjects for name in names(f"of {subject}")))


def _not_in_rows(borne: Sequence[str], kept: Sequence[Evidence]) -> list[str]:
    rows = frozenset[str]().union(*(table.vocabulary for table in tables(kept)))
    return [name for name in borne if not bag(name) & rows]


def _without(subject: str, mere: Sequence[str]) -> str:
    return " ".join(_bearing(mere).sub(" ", subject).split())


def _bearing(mere: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, mere))})(?:['’]s?)?(?!\w)", re.IGNORECASE)
