"""Whose figures are asked for: "Amazon's net sales" are looked for in Amazon's report, as "net sales"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.sums.lines import bag, tables
from assistant.answering.sums.model import Task
from assistant.answering.words import is_held, names, word_forms
from assistant.retrieval.model import Evidence


def within_named(task: Task, evidence: Sequence[Evidence]) -> tuple[Task, Sequence[Evidence]]:
    """A task without the names that documents bear, and the evidence from documents that bear them all.

    A document bears a name that stands in its title, file name or opening. One that a table has as well, for a
    segment or a product, stays: it may be what tells rows apart.
    """
    held = {each.document: word_forms(f"{each.document} {each.title} {each.opening}") for each in evidence}
    # A subject was cut out of its question: its first word began no sentence.
    named = dict.fromkeys(name for subject in task.subjects for name in names(f"of {subject}"))
    borne = [name for name in named if any(is_held(name, forms) for forms in held.values())]
    if not borne:
        return task, evidence
    kept = [each for each in evidence if all(is_held(name, held[each.document]) for name in borne)]
    rows = frozenset[str]().union(*(table.vocabulary for table in tables(kept)))
    mere = [name for name in borne if not bag(name) & rows]
    if not kept or not mere:
        return task, evidence
    bearing = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, mere))})(?:['’]s?)?(?!\w)", re.IGNORECASE)
    subjects = tuple(" ".join(bearing.sub(" ", subject).split()) for subject in task.subjects)
    return (replace(task, subjects=subjects), kept) if all(map(bag, subjects)) else (task, evidence)
