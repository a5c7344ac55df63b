"""Does a page that was found hold the figure asked for: for sets whose answers are prose over paged documents."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from evals.metrics.figures import Figure, parse_figures
from evals.model import Item, Metric
from evals.sets import Question
from evals.summary import share

#: The depths that are reported.
DEPTHS = (1, 5)
#: A page of a document.
Page = tuple[str, int | None]


def figure_asked_for(question: Question) -> Decimal | None:
    """The digits of the first amount that the set's answer states; None if it states none."""
    return next((digits for answer in question.answers[:1] for digits in _amounts(answer)), None)


def digits_on(text: str) -> frozenset[Decimal]:
    """The digits of all amounts of a text, whatever their unit and scale."""
    return frozenset(_amounts(text))


def _amounts(text: str) -> Iterator[Decimal]:
    return (abs(figure.mantissa) for figure in parse_figures(text) if _is_amount(figure))


def _is_amount(figure: Figure) -> bool:
    """Money, a share, a scale, decimals or thousands; no year, day, "three months" or number of a note."""
    if figure.year or figure.spelled or figure.unit == "date":
        return False
    written = figure.unit in ("", "shares") and figure.multiplier == 1 and figure.mantissa == int(figure.mantissa)
    return not written or abs(figure.mantissa) >= 1000


def figure_pages(items: Sequence[Item], questions: Sequence[Question], pages: Mapping[Page, str]) -> list[Metric]:
    """Share of the questions for which one of the first k passages stands on a page that holds the figure asked for.

    Args:
        items: what was retrieved, one a question.
        questions: the same questions, in order.
        pages: the text of every page.
    """
    held = functools.cache(lambda page: digits_on(pages.get(page, "")))
    hits: dict[int, list[bool]] = {k: [] for k in DEPTHS}
    for item, question in zip(items, questions, strict=True):
        wanted = figure_asked_for(question)
        if wanted is None:
            continue
        for k in DEPTHS:
            hits[k].append(any(wanted in held((each.document, each.page)) for each in item.retrieved[:k]))
    return [share(f"figure_page@{k}", sum(right), len(right)) for k, right in hits.items()]
