"""Answers that cite nothing: of the chat model alone and of other people's pipelines.

They are scored by the same rules as ours. What is said of citations does not apply to them: such metrics are left
out, since a nought there would say something that was never measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.answering.answer import Answer, Sentence, Status, Timings
from evals.model import Metric

#: How a model says that it does not know, or that what it was given does not say.
_DECLINES = re.compile(
    r"\b(?:do|did)(?: not|n['’]t) (?:know|have (?:that|the|this|any|enough|access|information|details|data))\b"
    r"|\b(?:can(?:not|['’]?t)|(?:am|are|is) unable to) (?:\w+ )?"
    r"(?:say|tell|answer|provide|determine|find|give|help|confirm|be (?:determined|answered|found))\b"
    r"|\b(?:not (?:sure|available|possible)|no information|sorry)\b"
    r"|\b(?:context|passages?|texts?|documents?|excerpts?|sources?|articles?|notes?|information|report|reports|it|there)\b"
    r"[^.!?]{0,60}?\b(?:(?:do|does|did)(?: not|n['’]t) (?:\w+ )?"
    r"(?:mention|provide|specify|state|contain|say|include|give|indicate|discuss|disclose|answer)"
    r"|is no mention|is no \w+ (?:provided|given))\b"
    r"|\bnot (?:\w+ )?(?:mentioned|provided|specified|stated|given|found|included|contained|disclosed|discussed)"
    r" (?:\w+ ){0,2}?(?:in|by|within) (?:the|this|these|any|your)\b",
    re.IGNORECASE,
)
#: What LlamaIndex says by itself where nothing was retrieved.
_EMPTY = "Empty Response"
#: Metrics of citations, or of stages that are not told apart.
_NOT_APPLICABLE = re.compile(r"citation_|unsupported_|retrieve_p|first_token_p")


def declines(text: str) -> bool:
    """Whether a reply says that it does not know; a blank one counts as such."""
    said = text.strip()
    return not said or said == _EMPTY or _DECLINES.search(said) is not None


def uncited_answer(question: str, text: str, *, model: str, total_ms: float) -> Answer:
    """A reply as an answer without citations; one that declines has the status "not found".

    Args:
        question: what was asked.
        text: the reply.
        model: what it was written by.
        total_ms: how long it took, in milliseconds.
    """
    said = text.strip()
    return Answer(
        question=question,
        standalone_question=question,
        status=Status.NOT_FOUND if declines(said) else Status.ANSWERED,
        answer=said,
        sentences=(Sentence(text=said),) if said else (),
        model=model,
        timings_ms=Timings(retrieve=0.0, first_token=None, total=total_ms),
    )


def applicable(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """The metrics that mean something where nothing is cited."""
    return tuple(metric for metric in metrics if not _NOT_APPLICABLE.match(metric.name))
