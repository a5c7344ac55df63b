"""Is what a set wants there at all: its documents in the index, its quotes in their words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from assistant.errors import QuestionSetError
from evals.home import AssistantLike
from evals.sets import Question

#: Characters of a quote that an error shows.
_SHOWN = 80


def comparable(text: str) -> str:
    """The text as quotes are looked up in it: composed, without invisible characters, white space as one blank."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(c for c in composed if unicodedata.category(c) != "Cf").split())


def check_documents(assistant: AssistantLike, questions: Sequence[Question], unread: Mapping[str, str]) -> None:
    """Every document that a case names has to be in the home; those `unread` are told in the report.

    Raises:
        QuestionSetError: one is not; the message names the case and, where it is known, its line.
    """
    known = {document.name for document in assistant.documents()} | unread.keys()
    for question in questions:
        absent = sorted({*question.documents, *question.scope} - known)
        if absent:
            raise QuestionSetError(
                f"{question.place} is about {absent[0]!r}, which is not in the index",
                "Give the folder that holds the set's documents with --documents.",
            )


def check_quotes(assistant: AssistantLike, questions: Sequence[Question], unread: Mapping[str, str]) -> None:
    """Every gold quote has to stand in a gold document of its case, white space aside.

    One text is held at a time. A quote whose documents could not all be read is let pass: it may stand in those.

    Raises:
        QuestionSetError: one does not; the message names the first such case and, where it is known, its line.
    """
    missing = {(number, quote) for number, question in enumerate(questions) for quote in question.quotes}
    quoting: dict[str, list[int]] = {}
    for number, question in enumerate(questions):
        if set(question.documents) & unread.keys():
            missing -= {(number, quote) for quote in question.quotes}
        for name in question.documents if question.quotes else ():
            quoting.setdefault(name, []).append(number)
    for name, numbers in quoting.items():
        if name in unread:
            continue
        text = comparable(assistant.text(name))
        missing -= {(n, quote) for n in numbers for quote in questions[n].quotes if comparable(quote) in text}
    if not missing:
        return
    number, _ = min(missing)
    question = questions[number]
    quote = comparable(next(quote for quote in question.quotes if (number, quote) in missing))
    shown = quote if len(quote) <= _SHOWN else f"{quote[: _SHOWN - 1]}…"
    raise QuestionSetError(
        f"{question.place}: the quote “{shown}” does not stand in {', '.join(question.documents) or 'any document'}",
        "Copy it from the document as it stands there; only white space may differ.",
    )
