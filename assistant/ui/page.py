"""Gradio's components and what happens between them. The handlers themselves know nothing of Gradio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from assistant.documents.registry import READERS, supported_suffixes
from assistant.settings import LOOPBACK_HOSTS
from assistant.ui import panels
from assistant.ui.conversation import Conversation
from assistant.ui.documents import Documents, Shelf
from assistant.ui.page_talks import TalkParts, heading, opener, talk_parts, wire_talks
from assistant.ui.panel import QUIET as _QUIET
from assistant.ui.panel import panel as _panel
from assistant.ui.render import QUOTE_ONLY
from assistant.ui.source_html import source_bar
from assistant.ui.source_view import Sources
from assistant.ui.startup import Startup
from assistant.ui.talks import Talks

if TYPE_CHECKING:
    import gradio

    from assistant.settings import Settings

TITLE = "Corpus assistant"
#: Seconds between looks at the state while something is going on, and while nothing is.
TICK_S = 1.0
RESTING_TICK_S = 3.0
#: Events of a kind that are worked on at once, over all tabs, where they hold a thread.
EVENTS_AT_ONCE = 8
#: Events waiting at once, over all tabs; more are refused.
QUEUE_LENGTH = 64


class Parts(NamedTuple):
    """The components that handlers read or change."""

    status: Any
    documents: Any
    upload: Any
    results: Any
    greeting: Any
    conversation: Any
    scope: Any
    question: Any
    send: Any
    stop: Any
    clear: Any
    source: Any
    timer: Any
    mark: Any
    shelf: Any
    talk: TalkParts


class Views:
    """What the page shows of the program as a whole, as HTML."""

    def __init__(self, settings: Settings, startup: Startup, documents: Documents) -> None:
        self._settings = settings
        self._startup = startup
        self._documents = documents

    def mark(self) -> object:
        """Something that changes whenever `state` would be another one."""
        return self._startup.progress, self._documents.edition()

    def state(self, shelf: Shelf) -> tuple[str, str, str, bool]:
        """Status, document list and greeting as HTML, and whether to go on looking."""
        progress = self._startup.progress
        listed = self._documents.listed()
        # Not asked of the assistant: it would load the model to tell its name.
        name = progress.model or self._settings.chat_model
        if name in (QUOTE_ONLY, "none"):
            model, where = "Quotes only", "no chat model is set"
        else:
            model, where = name, model_place(self._settings.chat_base_url)
        return (
            panels.status_html(progress, model, where),
            self._documents.html(shelf, listed),
            panels.greeting_html(len(listed), str(self._settings.corpus), not progress.settled),
            not progress.settled,
        )


def model_place(base_url: str | None) -> str:
    """Where the chat model runs, in words: what a person must know before they ask something private."""
    host = urlsplit(base_url).hostname if base_url else None
    if host is None or host in LOOPBACK_HOSTS:
        return "on this machine, offline"
    return f"questions and quotes are sent to {host}"


def build_blocks(
    views: Views, conversation: Conversation, talks: Talks, sources: Sources, documents: Documents, settings: Settings
) -> gradio.Blocks:
    """The page, wired."""
    import gradio as gr

    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        parts = _layout(settings)
        _wire_documents(blocks, parts, views, documents)
        wire_talks(blocks, parts, conversation, talks)
        _wire_sources(parts, conversation, sources)
    blocks.queue(api_open=False, max_size=QUEUE_LENGTH, default_concurrency_limit=EVENTS_AT_ONCE)
    return blocks


def _layout(settings: Settings) -> Parts:
    import gradio as gr

    kinds = ", ".join(entry.suffixes[0].lstrip(".").upper() for entry in READERS)
    with gr.Row(elem_id="topbar"):
        _panel("brand", f'<h1 class="brand">{TITLE}</h1>')
        status = _panel("status")
        opener()
        clear = gr.Button("New conversation", elem_id="new-conversation", size="sm")
    with gr.Row(elem_id="workspace"):
        with gr.Column(elem_id="documents-panel"):
            _panel("documents-title", "<h2>Documents</h2>")
            upload = _panel(
                "upload", panels.upload_html(supported_suffixes(), kinds, settings.max_file_mb), "upload.js"
            )
            results = _panel("upload-results", script="documents.js")
            listing = _panel("documents", script="documents.js")
        with gr.Column(elem_id="conversation-panel"):
            greeting = _panel("greeting")
            above = heading()
            talk = _panel("conversation", script="conversation.js")
            scope = _panel("scope", panels.scope_html(0))
            with gr.Row(elem_id="composer"):
                question = gr.Textbox(
                    label="Question",
                    show_label=False,
                    container=False,
                    placeholder="Ask about your documents",
                    lines=1,
                    max_lines=6,
                    elem_id="question",
                    autofocus=True,
                )
                send = gr.Button("Ask", variant="primary", elem_id="send")
                stop = gr.Button("Stop", variant="stop", elem_id="stop")
        with gr.Column(elem_id="source-panel"):
            _panel("source-title", source_bar())
            source = _panel("source", panels.source_hint(), "source.js")
    return Parts(
        status, listing, upload, results, greeting, talk, scope, question, send, stop, clear, source,
        gr.Timer(TICK_S), gr.State(None), gr.State(Shelf()), talk_parts(above),
    )  # fmt: skip


def _wire_documents(blocks: Any, parts: Parts, views: Views, documents: Documents) -> None:
    import gradio as gr

    def look(shelf: Shelf, seen: object) -> tuple[Any, ...]:
        mark = views.mark()
        if mark == seen:
            return (gr.skip(),) * 5
        status, listing, greeting, going_on = views.state(shelf)
        return status, listing, greeting, gr.Timer(TICK_S if going_on else RESTING_TICK_S), mark

    def act(shelf: Shelf, event: gr.EventData) -> tuple[Any, ...]:
        shelf = documents.act(shelf, event._data.get("action"), event._data.get("name"))
        _, listing, greeting, _ = views.state(shelf)
        return (
            shelf,
            listing,
            greeting,
            panels.results_html(shelf.lines),
            panels.scope_html(len(shelf.chosen)),
        )

    def add(shelf: Shelf, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        address = event._data.get("address")
        steps = documents.add_address(shelf, address) if address else documents.add(shelf, event._data.get("files"))
        for told in steps:
            _, listing, greeting, _ = views.state(told)
            yield told, listing, greeting, panels.results_html(told.lines)

    seen = [parts.status, parts.documents, parts.greeting, parts.timer, parts.mark]
    changed = [parts.shelf, parts.documents, parts.greeting, parts.results]
    # Annotations are strings in this module: Gradio looks the event class up in these.
    act.__annotations__["event"] = add.__annotations__["event"] = gr.EventData
    blocks.load(look, [parts.shelf, parts.mark], seen, **_QUIET)
    parts.timer.tick(look, [parts.shelf, parts.mark], seen, **_QUIET)
    for listing in (parts.documents, parts.results):
        listing.act(act, [parts.shelf], [*changed, parts.scope], **_QUIET)
    parts.upload.sent(add, [parts.shelf], changed, trigger_mode="multiple", concurrency_limit=1, **_QUIET)


def _wire_sources(parts: Parts, conversation: Conversation, sources: Sources) -> None:
    import gradio as gr

    def cite(event: gr.EventData) -> Iterator[str]:
        yield from sources.show(event._data)

    def evidence(event: gr.EventData) -> str:
        return conversation.evidence(event._data.get("conversation"), event._data.get("exchange"))

    cite.__annotations__["event"] = evidence.__annotations__["event"] = gr.EventData
    # Who steps on before a source has come wants the last one, and no picture of those between.
    parts.source.cite(cite, None, parts.source, trigger_mode="always_last", **_QUIET)
    parts.conversation.evidence(evidence, None, parts.source, **_QUIET)
