"""A case from what a person gives: checked against the documents before it is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.authoring.quotes import as_it_stands, holders
from evals.metrics.answers import answer_found, is_prose
from evals.metrics.figures import whole_figure
from evals.sets import GoldPage, Question

#: Between several accepted wordings, several quotes or documents.
BETWEEN = "|"


def parts(text: str) -> tuple[str, ...]:
    """The parts of a field that holds several, without those that are blank."""
    return tuple(part.strip() for part in text.split(BETWEEN) if part.strip())


def kind_of(answers: Sequence[str]) -> str:
    """The type of a case that was given none: "figure" or "text", by its answers; "unanswerable" without any."""
    if not answers:
        return "unanswerable"
    return "figure" if all(whole_figure(answer) is not None for answer in answers) else "text"


def made_case(
    name: str,
    question: str,
    answers: Sequence[str],
    document: str | None,
    quotes: Sequence[str] = (),
    pages: Sequence[int] = (),
    *,
    within: bool = False,
) -> Question:
    """A case about one document, or one that no document answers.

    Args:
        name: its id.
        question: what is asked.
        answers: accepted wordings; none if the documents do not say.
        document: the one it is about; with `within` it is asked within that one alone.
        quotes: the sentences that say so.
        pages: where they stand, from 1.
        within: whether the question is asked within the document.
    """
    said = bool(answers)
    return Question(
        id=name,
        question=question,
        answerable=said,
        answers=tuple(answers),
        documents=(document,) if said and document else (),
        pages=tuple(GoldPage(document=document, page=page) for page in dict.fromkeys(pages))
        if said and document
        else (),
        quotes=tuple(quotes) if said else (),
        scope=(document,) if within and document else (),
        type=kind_of(answers),
    )


def place_of(quote: str, texts: Mapping[str, str], documents: Sequence[str]) -> tuple[str, str]:
    """The document a quote stands in and its words as they stand there.

    Raises:
        ValueError: it stands in none of the documents, or, where none is named, in several.
    """
    found = [name for name in holders(quote, texts) if not documents or name in documents]
    if not found:
        where = f"in {' or '.join(documents)}" if documents else "in any document"
        raise ValueError(f"the quote “{quote}” does not stand {where}")
    if len(found) > 1 and not documents:
        raise ValueError(f"the quote “{quote}” stands in {found[0]} and {found[1]}: name the document")
    exact = as_it_stands(quote, texts[found[0]])
    if exact is None:
        raise AssertionError("a text that holds a quote has it")
    return found[0], exact


def remarks(answers: Sequence[str], quotes: Sequence[str]) -> list[str]:
    """What a person should know of answers before they are kept; empty if nothing."""
    said = []
    if is_prose(answers):
        said.append("An answer this long is judged by no rule: better give the few words that have to be said.")
    elif not any(answer_found(answer, quote) for answer in answers for quote in (*quotes, " ".join(quotes))):
        wanted = " or ".join(f"“{answer}”" for answer in answers)
        said.append(f"The quote does not hold {wanted} in these words.")
    return said
