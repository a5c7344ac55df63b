"""The panels around the conversation as HTML: evidence, state, scope. Escaped like `render`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering.answer import Citation
from assistant.answering.options import AnswerOptions
from assistant.ui.choice import Shelf, kept
from assistant.ui.render import escape, isolated, place

if TYPE_CHECKING:
    from assistant.ui.startup import Progress


def source_hint() -> str:
    """What the source panel says before anything was asked."""
    return (
        '<div class="empty"><p>The words an answer rests on appear here.</p>'
        "<p>Click a number in an answer to see them in their document.</p></div>"
    )


def source_problem(message: str, next_step: str) -> str:
    """Why a source cannot be shown, and what to do."""
    return (
        f'<div class="failure" role="alert"><strong>{escape(message)}.</strong> <span>{escape(next_step)}</span></div>'
    )


def evidence_html(question: str, quotes: Sequence[Citation], exchange: int | None = None) -> str:
    """The quotes an answer is made from, best first, each leading to its place in its document.

    `exchange` is the answer's place in the conversation, from 0; without one it is the newest.
    """
    if not quotes:
        return '<div class="empty"><p>Nothing in the documents comes near this question.</p></div>'
    cards = "".join(_card(quote) for quote in quotes)
    told = "" if exchange is None else f' data-exchange="{exchange}"'
    return (
        f'<div class="source-head"><p class="kicker">Evidence, best first</p>'
        f"<h3>{escape(question)}</h3></div>"
        f'<ol class="quotes"{told}>{cards}</ol>'
    )


def _card(quote: Citation) -> str:
    where = place(quote)
    line = f"{isolated(quote.title)}" + (f" <span>{escape(where)}</span>" if where else "")
    return (
        f'<li><button type="button" class="quote" data-citation="{escape(quote.model_dump_json())}">'
        f'<span class="where">{line}</span><q>{escape(quote.quote)}</q></button></li>'
    )


def status_html(progress: Progress, model: str, where: str) -> str:
    """The state of the program and who answers; `where` says where the chat model runs."""
    listed = ""
    if progress.problems or progress.notes:
        items = "".join(f"<li>{escape(item)}</li>" for item in (*progress.problems, *progress.notes))
        count = len(progress.problems)
        told = f"{count} problem{'s' if count > 1 else ''}" if count else "Notes"
        kind = "problem" if count else "note"
        listed = f'<details class="{kind}"><summary>{told}</summary><ul class="problems">{items}</ul></details>'
    return (
        f'<div class="state" data-phase="{progress.phase}" role="status"><span class="dot"></span>'
        f'<span class="state-text">{escape(progress.text)}</span></div>'
        f'<span class="model">{escape(model)}<small>{escape(where)}</small></span>{listed}'
    )


def scope_html(count: int | None, shelf: Shelf) -> str:
    """What the next question is asked of, with what the browser is to keep of it.

    Args:
        count: how many documents it is asked of; None if that cannot be told now.
        shelf: what was chosen.
    """
    said = "Asking all documents"
    if shelf.chosen:
        count = len(shelf.chosen) if count is None else count
        said = f"Asking within {count:,} chosen document{'s' if count != 1 else ''}"
    elif shelf.narrowing:
        within = {None: "documents", 0: "no document", 1: "1 document"}.get(count) or f"{count:,} documents"
        said = f"Asking within {within}: {', '.join(map(isolated, shelf.narrowing.told()))}"
    return f'<p class="scope{"" if shelf.is_open else " chosen"}" data-kept="{escape(kept(shelf))}">{said}</p>'


def wanted_html(options: AnswerOptions) -> str:
    """How the next question is answered, where that is not as usual."""
    if options.quote_only:
        return '<p class="wanted" data-quotes-only="">Quotes only: no model is asked</p>'
    return "" if options.length == "normal" else f'<p class="wanted">{options.length.capitalize()} answers</p>'
