"""What is decided before a word is said: which sentence answers, what is quoted with it, whether to answer at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.align import Source
from assistant.answering.asked import Asked, asks_several
from assistant.answering.features import QuestionRow, Reading, by_preference, question_row, weights
from assistant.answering.kernel import fitted
from assistant.answering.opinion import Opinion
from assistant.retrieval.evidence import follows

#: A question that sets one thing against another.
_COMPARES = re.compile(r"\b(?:compar\w+|versus|vs|against|both|than|differences? between)\b", re.IGNORECASE)
#: A second sentence is quoted as well if it weighs at least this share of the first (docs/experiments.md).
_ALSO = 0.1
#: Where several statements are wanted, one is quoted if its cosine is at least this share of the nearest one's.
_NEARLY = 0.7


@dataclass(frozen=True)
class Judgement:
    """What is decided before a word is said.

    `number` is the source that answers best; `also` others that belong to the answer or are nearly as likely;
    `informed` whether the chat model's opinion was known; `answers` whether to answer, `probability` how
    sure that is, `row` what it was judged by.
    """

    number: int
    also: tuple[int, ...]
    informed: bool
    answers: bool
    probability: float
    row: QuestionRow


def judge(reading: Reading, sources: Sequence[Source], opinion: Opinion | None) -> Judgement:
    """Choose the sentence that answers and decide whether it does; pure, given the fitted models."""
    model = fitted("refusal" if opinion else "refusal_uninformed")
    row = question_row(reading, sources, opinion)
    probability = model.probability(row)
    order = by_preference(sources, opinion)
    return Judgement(
        number=order[0].number,
        also=_also(reading, order, opinion),
        informed=opinion is not None,
        answers=probability >= model.threshold,
        probability=probability,
        row=row,
    )


def _also(reading: Reading, order: Sequence[Source], opinion: Opinion | None) -> tuple[int, ...]:
    """Further sources worth quoting.

    Where several statements are wanted, all that are near; of a comparison, what is set against the first one; else
    a second one nearly as heavy, and what follows where a reason is asked for.

    A text gives its reasons and ways in the sentences after the one that names the fact, and a small model
    takes the latter (docs/experiments.md).
    """
    if opinion is None:
        return ()
    if asks_several(reading.text):
        return _several(order)
    if against := _against(reading, order):
        return (against.number,)
    weight = weights(order, opinion)
    first = order[0]
    near = [other.number for other in order[1:2] if weight[other.number] >= _ALSO * weight[first.number]]
    after = []
    if reading.asked is Asked.EXPLANATION:
        after = [other.number for other in order[1:] if follows(other.evidence, first.evidence)]
    return tuple(dict.fromkeys(near + after))


def _several(order: Sequence[Source]) -> tuple[int, ...]:
    """Everything nearly as near to the question as the nearest, in the order of the documents."""
    least = _NEARLY * max(source.evidence.similarity for source in order)
    near = [source for source in order[1:] if source.evidence.similarity >= least]
    near.sort(key=lambda source: (source.evidence.document, source.evidence.start))
    return tuple(source.number for source in near)


def _against(reading: Reading, order: Sequence[Source]) -> Source | None:
    """Of a comparison, the source that says most of what is asked and the first one does not mention."""
    if not _COMPARES.search(reading.text):
        return None
    untold = set(reading.stems) - order[0].stems
    best = max(order[1:], key=lambda source: len(untold & source.stems), default=None)
    return best if best and untold & best.stems else None
