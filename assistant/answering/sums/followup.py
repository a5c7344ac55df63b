"""What a question wants worked out in the light of those before it: "And by what percent did that change?".

Only what a follow-up leaves open is taken from the last question that said it: the subject, and the periods. A
follow-up that names its own subject is read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.sums.lines import bag
from assistant.answering.sums.lookup import read_lookup
from assistant.answering.sums.model import Operation, Task
from assistant.answering.sums.periods import distinct
from assistant.answering.sums.phrases import marked, refers_back, tidy, without_when
from assistant.answering.sums.reading import PERCENT, read_task
from assistant.answering.words import content_stems
from assistant.retrieval.conversation import leans_on_history

#: Earlier questions that count, as many as retrieval searches for and one more.
_TURNS = 3
_CHANGES = (Operation.CHANGE, Operation.PERCENT_CHANGE)
_COMPARED = (Operation.WHICH_PERIOD, Operation.COUNT_PERIODS)
_LEAD = re.compile(r"^\s*(?:(?:and|but|so|then|also)\b[\s,]*)*(?P<about>(?:what|how)\s+about\b)?", re.IGNORECASE)
_IN_PERCENT = re.compile(
    rf"^\s*(?:(?:what|how\s+much)\s+(?:is|was)\s+)?(?:that|it|this)?\s*(?:in|as\s+an?)\s+{PERCENT}(?:\s+terms)?\W*$",
    re.IGNORECASE,
)
#: Questions that tell what is spoken of without asking for a figure.
_OF = re.compile(
    r"^\W*(?:(?:and|so|then)\s+)?(?:how\s+(?:did|do|does|have|has|is|are|was|were)|what\s+happened\s+to|"
    r"(?:tell|show|give)\s+me(?:\s+about)?)\s+(?P<what>.+?)(?:\s+(?:develop|chang|mov|evolv|perform|do|look|grow|go)\w*)?"
    r"\W*$",
    re.IGNORECASE,
)


def in_the_light(question: str, earlier: Sequence[str]) -> Task | None:
    """What a question wants, with what it leaves open taken from the user's earlier questions, oldest first."""
    known: Task | None = None
    for turn in earlier[-_TURNS:]:
        task = _completed(turn, known) or _spoken_of(turn)
        if task is not None and not all(map(refers_back, task.subjects)):
            known = task
        elif content_stems(turn):
            # It turned to something that is no figure; "Why is that?" turns to nothing else.
            known = None
    return _completed(question, known)


def _spoken_of(turn: str) -> Task | None:
    text, named = marked(turn)
    match = _OF.match(" ".join(without_when(text).split()))
    return Task(Operation.FIGURE, (tidy(match["what"]),), tuple(distinct(named))) if match else None


def _completed(question: str, known: Task | None) -> Task | None:
    task = read_task(question) or read_lookup(question)
    if known is None or not leans_on_history(question):
        return task
    if task is None:
        return _varied(question, known)
    if not all(map(refers_back, task.subjects)):
        return task
    if len(task.subjects) != 1 or len(known.subjects) != 1:
        return None
    periods, spanning = task.periods, task.spanning
    if not periods and task.operation not in _COMPARED:
        periods, spanning = known.periods, known.spanning
    elif task.operation in _CHANGES and len(periods) == len(known.periods) == 1:
        periods = tuple(distinct([*periods, *known.periods]))
    return replace(task, subjects=known.subjects, shared=known.shared, periods=periods, spanning=spanning)


def _varied(question: str, known: Task) -> Task | None:
    """The same again with one thing else: "and in 2023?", "what about other sales?", "and in percent?"."""
    lead = _LEAD.match(question)
    rest = question[lead.end() :] if lead else question
    if _IN_PERCENT.match(rest):
        return replace(known, operation=Operation.PERCENT_CHANGE) if known.operation in _CHANGES else None
    text, named = marked(rest)
    subject = tidy(without_when(text))
    if not bag(subject):
        return replace(known, periods=tuple(distinct(named)), spanning=False) if named else None
    if lead and lead["about"] and len(known.subjects) == 1:
        periods = tuple(distinct(named)) or known.periods
        return replace(known, subjects=(subject,), shared="", periods=periods)
    return None
