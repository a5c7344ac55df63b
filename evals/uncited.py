"""Answers that cite nothing: of the chat model alone and of other people's pipelines.

They are scored by the same rules as ours. What is said of citations does not apply to them: such metrics are left
out, since a nought there would say something that was never measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.answering.answer import Answer, Citation, Sentence, Status, Timings
from assistant.answering.refusing import refuses
from evals.model import Metric
from evals.score import Hit

#: What LlamaIndex says by itself where nothing was retrieved.
_EMPTY = "Empty Response"
#: Metrics of citations, or of stages that are not told apart.
_NOT_APPLICABLE = re.compile(r"citation_|gold_quotes_cited|unsupported_|retrieve_p|first_token_p")


def declines(text: str) -> bool:
    """Whether a reply says that it does not know; a blank one counts as such.

    One that states a figure first and then says what else is not mentioned has answered.
    """
    said = text.strip()
    return not said or said == _EMPTY or refuses(said)


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
