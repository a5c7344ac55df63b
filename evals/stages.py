"""Where a case was lost on its way: in the search, in choosing what to cite, in the words, or in deciding to answer."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from evals.metrics.answers import answer_found, is_prose, part_found
from evals.metrics.retrieval import DEPTHS, quotes_covered
from evals.model import ERROR, Item

_REFUSALS = ("not_found", "unclear")
#: Gold places from the finest to the coarsest; the finest that a case names decides whether it was found.
_TARGETS = ("quote", "page", "document")


class Stage(StrEnum):
    """The stage a case failed at, in the order of the way."""

    ERROR = "ended in an error"
    NOT_RETRIEVED = "not retrieved"
    WRONGLY_REFUSED = "wrongly refused"
    NOT_CITED = "retrieved but not cited"
    CITED_BUT_WRONG = "cited but wrong"
    WRONG = "wrong"
    WRONGLY_ANSWERED = "wrongly answered"
    UNSUPPORTED = "unsupported figure"


#: What each stage means, for a reader of a report.
MEANING = {
    Stage.ERROR: "The question could not be asked or answered; the words of the error stand with the case.",
    Stage.NOT_RETRIEVED: "No passage the search brought holds the answer; nothing after it could go right.",
    Stage.WRONGLY_REFUSED: "The search brought the answer, or the set does not say where it stands; it was refused.",
    Stage.NOT_CITED: "The search brought the answer; what was answered cites something else.",
    Stage.CITED_BUT_WRONG: "What is cited holds the answer; the words of the answer do not.",
    Stage.WRONG: "The answer is wrong; the set does not say where the right one stands.",
    Stage.WRONGLY_ANSWERED: "The documents do not answer the question; it was answered.",
    Stage.UNSUPPORTED: "The case went right, but a figure is shown that stands in none of its quotes.",
}


def stage_of(
    *,
    answerable: bool,
    status: str | None,
    correct: bool | None,
    found: bool | None,
    cited: bool,
    unsupported: bool = False,
) -> Stage | None:
    """The stage at which a case failed; None if it did not, as far as can be judged.

    Args:
        answerable: whether the documents answer it.
        status: how it ended; None after a search alone, of which only the finding can fail.
        correct: whether it went right; None where no rule can tell.
        found: whether the search brought a gold place; None where the set names none.
        cited: whether a citation holds the answer.
        unsupported: whether a figure is shown that no quote holds.
    """
    if status == ERROR:
        return Stage.ERROR
    if status is None:
        return Stage.NOT_RETRIEVED if answerable and found is False else None
    if correct is not False:
        return Stage.UNSUPPORTED if unsupported else None
    if not answerable:
        return Stage.WRONGLY_ANSWERED
    # What is cited was retrieved, even where it is another place than the set names.
    if found is False and not cited:
        return Stage.NOT_RETRIEVED
    if status in _REFUSALS:
        return Stage.WRONGLY_REFUSED
    if cited:
        return Stage.CITED_BUT_WRONG
    return Stage.NOT_CITED if found else Stage.WRONG


def found_of(item: Item) -> bool | None:
    """Whether the search brought a gold place of the case, by the finest kind it names; None if it names none."""
    for target in _TARGETS:
        hit = item.scores.get(f"{target}_hit@{max(DEPTHS)}")
        if hit is not None:
            return hit > 0
    return None


def gold_places(item: Item) -> dict[tuple[str, int | None], bool]:
    """The gold pages of a case, and its gold documents without one, and whether a passage found is of them."""
    paged = {page.document for page in item.pages}
    places: list[tuple[str, int | None]] = [(page.document, page.page) for page in item.pages]
    places += [(name, None) for name in item.documents if name not in paged]
    seen = {place for hit in item.retrieved for place in ((hit.document, hit.page), (hit.document, None))}
    return {place: place in seen for place in places}


def gold_quotes(item: Item) -> dict[str, bool]:
    """The gold quotes of a case, and whether a passage found holds them."""
    quotes = [quote for quote in item.quotes if quote.strip()]
    found = {at for hit in item.retrieved for at in quotes_covered(quotes, hit.text)}
    return {quote: at in found for at, quote in enumerate(quotes)}


def holds_answer(item: Item, text: str) -> bool:
    """Whether a text holds what the case expects: one of its answers or figures; never where these are prose."""
    wanted = [expected for expected in item.expected if expected.strip()]
    if item.scale is not None:
        # The scale of a table stands in its header, outside the row that is quoted.
        return any(part_found(expected, scale, text) for expected in wanted for scale in (item.scale, ""))
    return not is_prose(wanted) and any(answer_found(expected, text) for expected in wanted)


def item_stage(item: Item) -> Stage | None:
    """The stage at which a case of a run failed; None if it did not."""
    return stage_of(
        answerable=item.answerable,
        status=item.status,
        correct=item.correct,
        found=found_of(item),
        # Looked up for wrong answers alone: of those that are right nothing hangs on it, and they are the many.
        cited=item.correct is False and any(holds_answer(item, citation.quote) for citation in item.citations),
        unsupported=item.unsupported_figures > 0,
    )


def by_stage(items: Iterable[Item]) -> dict[Stage, list[Item]]:
    """The cases that failed, by stage in the order of the way; stages without any are left out."""
    found: dict[Stage, list[Item]] = {stage: [] for stage in Stage}
    for item in items:
        stage = item_stage(item)
        if stage is not None:
            found[stage].append(item)
    return {stage: cases for stage, cases in found.items() if cases}
