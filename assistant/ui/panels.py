"""The panels around the conversation as HTML: evidence, documents, uploads, state. Escaped like `render`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from assistant.answering.answer import Citation
from assistant.ui.groups import groups_html, groups_of
from assistant.ui.render import escape, isolated, place

if TYPE_CHECKING:
    from assistant.facade import DocumentInfo
    from assistant.ui.startup import Progress


class Line(NamedTuple):
    """One line of the upload results; `kind` is `busy`, `good`, `plain` or `bad`."""

    kind: str
    name: str
    text: str


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


def documents_html(
    documents: Sequence[DocumentInfo], chosen: Collection[str], confirming: str | None, busy: bool
) -> str:
    """The list of documents. `chosen` are those to ask within; `confirming` is about to be deleted."""
    if not documents:
        told = "Indexing the first documents." if busy else "No documents yet."
        return f'<p class="empty">{told}</p>'
    picked = [info for info in documents if info.name in chosen]
    told = f"{len(documents)} document{'s' if len(documents) != 1 else ''}"
    if picked:
        told = (
            f"Asking within {len(picked)} of {len(documents)} "
            '<button type="button" class="link" data-action="all" data-name="">Ask all</button>'
        )
    rows = "".join(_row(info, info.name in chosen, info.name == confirming) for info in documents)
    groups = groups_html(groups_of(documents), chosen)
    return f'<p class="count">{told}</p>{groups}<ul class="shelf">{rows}</ul>'


def _row(info: DocumentInfo, chosen: bool, confirming: bool) -> str:
    name = escape(info.name)
    pages = f"{info.page_count:,} page{'s' if info.page_count != 1 else ''}" if info.page_count else ""
    facts = [escape(info.date or ""), pages, f"{info.characters:,} characters", escape(", ".join(info.tags))]
    facts_line = "".join(f"<span>{fact}</span>" for fact in facts if fact)
    notes = f'<span class="facts">{escape(" ".join(info.notes))}</span>' if info.notes else ""
    question = ""
    if confirming:
        kept = "The file itself stays where it is, and is not indexed again until it changes."
        if info.origin == "fetched":
            kept = f"Add {escape(info.source)} again to get it back."
        if info.origin == "uploaded":
            # Only documents of an archive have a path for a name when they were uploaded.
            when = "with its last document" if "/" in info.name else "too"
            kept = f"The uploaded copy is deleted {when}."
        question = (
            f'<div class="confirm" role="group" aria-label="Delete {name}?">'
            f"<p>Delete {isolated(info.name)} from the index? {kept}</p>"
            f'<button type="button" class="danger" data-action="confirm" data-name="{name}">Delete</button>'
            f'<button type="button" class="keep" data-action="keep" data-name="{name}">Keep</button></div>'
        )
    return (
        f'<li data-document="{name}"><button type="button" class="choose" role="checkbox" '
        f'aria-checked="{str(chosen).lower()}" data-action="choose" data-name="{name}" '
        f'aria-label="Ask within {name}"></button>'
        f'<div class="about"><strong>{isolated(info.title)}</strong>'
        f'<span class="file">{isolated(info.name)}</span>'
        f'<span class="facts">{facts_line}</span>{notes}</div>'
        f'<button type="button" class="delete" data-action="delete" data-name="{name}" '
        f'aria-label="Delete {name}" title="Delete {name}"></button>{question}</li>'
    )


def upload_html(suffixes: Sequence[str], kinds: str, max_file_mb: int) -> str:
    """The fields that take files, by button or by drop, and an address; `kinds` names the formats for people."""
    return (
        f'<label class="drop"><input type="file" id="file-input" class="visually-hidden" multiple '
        f'accept="{escape(",".join(suffixes))}" data-max-mb="{max_file_mb}">'
        '<span class="button">Add documents</span>'
        f'<span class="hint">or drop them here: {escape(kinds)}, up to {max_file_mb} MB each</span></label>'
        '<div class="address"><input type="text" inputmode="url" placeholder="or an address, https://…" '
        'aria-label="Address of a page or file" autocomplete="off" spellcheck="false">'
        '<button type="button" class="button">Fetch</button></div>'
        '<p class="sending" role="status"></p>'
    )


def results_html(lines: Sequence[Line]) -> str:
    """What became of each uploaded file, in words."""
    if not lines:
        return ""
    rows = "".join(
        f'<li class="{line.kind}"><strong>{isolated(line.name)}</strong> <span>{escape(line.text)}</span></li>'
        for line in lines
    )
    return (
        f'<ul class="results" role="status">{rows}</ul>'
        '<button type="button" class="link dismiss" data-action="dismiss" data-name="">'
        "Clear this list</button>"
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


def greeting_html(count: int, corpus: str, busy: bool) -> str:
    """What stands in an empty conversation."""
    if count:
        them = "document" if count == 1 else f"{count:,} documents"
        return (
            f"<h2>Ask your {them}</h2><p>Every answer is made from their words and cites them. "
            "Click a number in the answer to see the words where they stand.</p>"
        )
    if busy:
        return "<h2>Getting ready</h2><p>Your documents are being indexed. You can ask as soon as they are.</p>"
    return (
        "<h2>Add a document to begin</h2><ol><li>Choose <em>Add documents</em>, or drop files on the panel."
        f"</li><li>Or put files into <code>{escape(corpus)}</code>.</li></ol>"
        "<p>Then ask about them here. Nothing leaves this machine unless you set a remote chat model.</p>"
    )


def scope_html(chosen: int) -> str:
    """What the next question is asked of."""
    if not chosen:
        return '<p class="scope">Asking all documents</p>'
    return f'<p class="scope chosen">Asking within {chosen} chosen document{"s" if chosen > 1 else ""}</p>'
