"""Answers that cite nothing: of the chat model alone and of other people's pipelines.

They are scored by the same rules as ours. What is said of citations does not apply to them: such metrics are left
out, since a nought there would say something that was never measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.answering.answer import Answer, Citation, Sentence, Status, Timings
from evals.model import Metric
from evals.score import Hit

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
    r"(?: (?:\w+ ){0,2}?(?:in|by|within) (?:the|this|these|any|your)\b|\s*[.!?]?\s*$)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;][\"”')]*\s+")
_FIGURE = re.compile(r"\d")
#: What LlamaIndex says by itself where nothing was retrieved.
_EMPTY = "Empty Response"
#: Metrics of citations, or of stages that are not told apart.
_NOT_APPLICABLE = re.compile(r"citation_|gold_quotes_cited|unsupported_|retrieve_p|first_token_p")


def declines(text: str) -> bool:
    """Whether a reply says that it does not know; a blank one counts as such.

    One that states a figure first and then says what else is not mentioned has answered.
    """
    said = text.strip()
    found = _DECLINES.search(said)
    return not said or said == _EMPTY or (found is not None and not _FIGURE.search(_before(said, found.start())))


def _before(text: str, at: int) -> str:
    """The sentences that end before a place."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, at)]
    return text[: ends[-1]] if ends else ""


def uncited_answer(question: str, text: str, *, model: str, total_ms: float, seen: Sequence[Hit] = ()) -> Answer:
    """A reply as an answer of one sentence that cites nothing; one that declines has the status "not found".

    Args:
        question: what was asked.
        text: the reply.
        model: what it was written by.
        total_ms: how long it took, in milliseconds.
        seen: what the model had before it; kept as citations that no sentence names.
    """
    said = text.strip()
    return Answer(
        question=question,
        standalone_question=question,
        status=Status.NOT_FOUND if declines(said) else Status.ANSWERED,
        answer=said,
        sentences=(Sentence(text=said),) if said else (),
        citations=tuple(
            Citation(
                number=number,
                document=each.document,
                title=each.document,
                page=each.page,
                heading=None,
                quote=each.text,
                start=each.start,
                end=each.end,
            )
            for number, each in enumerate(seen, start=1)
        ),
        model=model,
        timings_ms=Timings(retrieve=0.0, first_token=None, total=total_ms),
    )


def applicable(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """The metrics that mean something where nothing is cited."""
    return tuple(metric for metric in metrics if not _NOT_APPLICABLE.match(metric.name))
