"""The conversation as HTML. Every word from outside is escaped here; nothing is read as Markdown."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import escape as _escape
from itertools import groupby

from assistant.answering.answer import Answer, Citation, Sentence, Status
from assistant.conversations.model import Exchange, Phase
from assistant.feedback.case import key_of
from assistant.retrieval.conversation import earlier_part

#: Value of `Answer.model` when no chat model took part.
QUOTE_ONLY = "quote-only"
_MARKER = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")
_PROGRESS: dict[Phase, str] = {
    "queued": "Waiting for other answers",
    "waiting": "Waiting for the index to open",
    "searching": "Looking for evidence",
    "writing": "Reading the evidence",
}
_ENDED: dict[Phase, str] = {"stopped": "Stopped", "interrupted": "Interrupted: the program ended"}
#: Documents that are named where a question was asked within some; more are counted.
DOCUMENTS_NAMED = 3


def escape(text: object) -> str:
    """Text that is safe between tags and inside quoted attributes."""
    return _escape(str(text), quote=True)


def isolated(text: object) -> str:
    """Escaped text in a `bdi` element: direction marks in a name cannot reorder what stands beside it."""
    return f"<bdi>{escape(text)}</bdi>"


def place(citation: Citation) -> str:
    """Where in its document a citation stands, in plain words: page and heading, as far as known."""
    parts = []
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    if citation.heading and citation.heading != citation.title:
        parts.append(citation.heading)
    return ", ".join(parts)


def citation_button(citation: Citation) -> str:
    """A numbered button that carries its whole citation, so that it works however old its message is.

    The brackets are not seen but copied: a number must not run into the figure before it.
    """
    where = place(citation)
    label = f"Source {citation.number}: {citation.title}" + (f", {where}" if where else "")
    return (
        f'<button type="button" class="cite" data-citation="{escape(citation.model_dump_json())}" '
        f'aria-label="{escape(label)}" title="{escape(label)}">'
        f'<span class="bracket">[</span>{citation.number}<span class="bracket">]</span></button>'
    )


def marked_figures(text: str, loose: Collection[str]) -> str:
    """Escaped text in which figures that no cited words contain are underlined and said to be so."""
    if not loose:
        return escape(text)
    either = "|".join(re.escape(figure) for figure in sorted(loose, key=len, reverse=True))
    # As a whole only: "5" is no part of "15", "5.2" or "$5".
    parts = re.split(rf"(?<![\w.,$€£¥])({either})(?!\w|[.,]\d)", text)
    return "".join(
        f'<span class="loose" title="Not found in the cited words">{escape(part)}'
        '<span class="loose-sign">?</span><span class="visually-hidden"> (not found in the cited words)</span></span>'
        if place % 2
        else escape(part)
        for place, part in enumerate(parts)
    )


def sentence_html(sentence: Sentence, citations: Mapping[int, Citation], loose: Collection[str] = ()) -> str:
    """A sentence with its markers as buttons, in place where the text has them, else at its end.

    `loose` are figures of the answer that no cited words contain; a struck sentence is marked as a whole.

    A marker that names no known citation stays text: a button that leads nowhere would claim a source.
    """
    shown: set[int] = set()
    loose = () if sentence.struck else loose

    def replaced(match: re.Match[str]) -> str:
        numbers = [int(part) for part in match.group(1).split(",")]
        if not all(number in citations for number in numbers):
            return escape(match.group())
        shown.update(numbers)
        return "".join(citation_button(citations[number]) for number in numbers)

    pieces, at = [], 0
    for match in _MARKER.finditer(sentence.text):
        pieces += [marked_figures(sentence.text[at : match.start()], loose), replaced(match)]
        at = match.end()
    pieces.append(marked_figures(sentence.text[at:], loose))
    pieces += [citation_button(citations[n]) for n in sentence.citations if n in citations and n not in shown]
    body = "".join(pieces)
    if sentence.struck:
        return f'<span class="struck"><span class="tag">Not supported</span><s>{body}</s></span>'
    return f'<span class="sentence">{body}</span>'


def badges(answer: Answer) -> str:
    """What must be said of an answer besides its words: how it ended, and that no model wrote it."""
    found = {
        Status.ANSWERED: "",
        Status.NOT_FOUND: '<span class="badge warn">Not in the documents</span>',
        Status.UNCLEAR: '<span class="badge warn">A question back</span>',
    }[answer.status]
    if answer.model == QUOTE_ONLY:
        found += '<span class="badge">Quotes only: no chat model</span>'
    return found


def _checks(exchange: Exchange, citations: Mapping[int, Citation]) -> str:
    """The working of a calculation, and the figures the cited words do not contain."""
    parts = []
    done = exchange.working
    if done:
        used = " ".join(
            f"<li>{escape(operand.text)} {citation_button(citations[operand.citation])}</li>"
            if operand.citation in citations
            else f"<li>{escape(operand.text)}</li>"
            for operand in done.operands
        )
        parts.append(
            f'<div class="working"><code>{escape(done.expression)} = {escape(done.result)}</code><ul>{used}</ul></div>'
        )
    if loose := exchange.loose_figures:
        named = ", ".join(map(escape, loose))
        parts.append(f'<p class="caution">Not found in the cited words: {named}</p>')
    return "".join(parts)


def _within(exchange: Exchange) -> str:
    """Which documents were asked, unless it was all of them."""
    if not exchange.documents:
        return ""
    named = ", ".join(isolated(name) for name in exchange.documents[:DOCUMENTS_NAMED])
    more = len(exchange.documents) - DOCUMENTS_NAMED
    return f'<p class="note within">Asked within {named}{f" and {more} more" if more > 0 else ""}</p>'


def _read_as(answer: Answer) -> str:
    """Which earlier questions a follow-up was read with."""
    earlier = earlier_part(answer.standalone_question)
    return f'<p class="note">Read with what was asked before: {escape(earlier)}</p>' if earlier else ""


def _foot(exchange: Exchange, index: int, last: bool) -> str:
    """The ways to ask again and back to the quotes, and who answered in what time."""
    parts = []
    if last:
        parts.append(
            '<button type="button" class="link" data-talk-action="again">'
            f"{'Ask again' if exchange.phase == 'done' else 'Retry'}</button>"
            '<button type="button" class="link" data-talk-action="edit" '
            f'data-question="{escape(exchange.question)}">Edit the question</button>'
        )
    if exchange.quotes:
        count = len(exchange.quotes)
        parts.append(
            f'<button type="button" class="link evidence" data-exchange="{index}">'
            f"Show the {f'{count} quotes' if count > 1 else 'quote'} found</button>"
        )
    if exchange.answer:
        parts.append(_thumbs(exchange.answer, exchange.documents, index))
        timings = exchange.answer.timings_ms
        by = "" if exchange.answer.model == QUOTE_ONLY else f"{escape(exchange.answer.model)}, "
        took = f"{timings.total / 1000:.1f} s, evidence in {timings.retrieve:.0f} ms"
        parts.append(f'<span class="meta">{by}{took}</span>')
    return f'<div class="foot">{"".join(parts)}</div>' if parts else ""


def prose_html(sentences: Sequence[Sentence], citations: Mapping[int, Citation], loose: Collection[str] = ()) -> str:
    """The sentences of an answer as paragraphs, and as lists where they are items; `loose` as for `sentence_html`."""
    parts = []
    for listed, group in groupby(sentences, key=lambda sentence: sentence.item):
        told = [sentence_html(sentence, citations, loose) for sentence in group]
        if listed:
            parts.append(f'<ul class="prose-answer">{"".join(f"<li>{item}</li>" for item in told)}</ul>')
        else:
            # One space, never a line break, between sentences: it is part of the paragraph that is read and copied.
            parts.append(f'<p class="prose-answer">{" ".join(told)}</p>')
    return "".join(parts)


def _thumbs(answer: Answer, documents: Sequence[str], index: int) -> str:
    """Buttons to rate an answer; the page's script shows which one is pressed."""
    key = key_of(answer, documents)
    buttons = "".join(
        f'<button type="button" class="thumb {thumb}" data-thumb="{thumb}" aria-pressed="false" '
        f'aria-label="{label}" title="{label}"></button>'
        for thumb, label in (("up", "This answer is right"), ("down", "This answer is wrong"))
    )
    return f'<span class="thumbs" role="group" data-key="{key}" data-exchange="{index}">{buttons}</span>'


def exchange_html(exchange: Exchange, index: int, last: bool = False) -> str:
    """A question and its answer so far.

    Args:
        exchange: both.
        index: its place in the conversation, from 0.
        last: whether it is the last one, which can be asked again or otherwise once it is answered.
    """
    citations = {citation.number: citation for citation in exchange.citations}
    loose = exchange.loose_figures
    prose = prose_html(exchange.sentences, citations, loose)
    parts = [_within(exchange), f'<p class="note">{escape(exchange.note)}</p>' if exchange.note else ""]
    if exchange.answer:
        parts.append(_read_as(exchange.answer))
        parts.append(f'<p class="badges">{badges(exchange.answer)}</p>' if badges(exchange.answer) else "")
    parts.append(prose)
    if exchange.error:
        parts.append(
            f'<div class="failure" role="alert"><strong>{escape(exchange.error)}.</strong> '
            f"<span>{escape(exchange.next_step)}</span></div>"
        )
    if exchange.phase in _ENDED:
        parts.append(f'<p class="badges"><span class="badge">{_ENDED[exchange.phase]}</span></p>')
    elif exchange.busy:
        told = "Writing" if prose else _PROGRESS[exchange.phase]
        parts.append(
            f'<p class="progress">{told}<span class="dots" aria-hidden="true"></span>'
            '<span class="seconds" aria-hidden="true"></span></p>'
        )
    parts.append(_checks(exchange, citations))
    parts.append(_foot(exchange, index, last and not exchange.busy))
    status = exchange.answer.status if exchange.answer else exchange.phase
    return (
        f'<article class="exchange" aria-busy="{str(exchange.busy).lower()}" data-status="{status}">'
        f'<h3 class="question"><span class="visually-hidden">You asked: </span>'
        f"{escape(exchange.question)}</h3>"
        f'<div class="answer">{"".join(parts)}</div></article>'
    )


def conversation_html(exchanges: Sequence[Exchange]) -> str:
    """The conversation, oldest first; empty when nothing was asked."""
    return "".join(exchange_html(exchange, index) for index, exchange in enumerate(exchanges))
