"""The page put together: its layout, and what happens between its columns. The handlers know nothing of Gradio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.ui import panels
from assistant.ui.column import (
    TICK_S,
    Column,
    RatingParts,
    Shared,
    Views,
    documents_column,
    rating_parts,
    wire_column,
    wire_ratings,
)
from assistant.ui.conversation import Conversation
from assistant.ui.documents import Documents
from assistant.ui.page_talks import TalkParts, heading, opener, talk_parts, wire_talks
from assistant.ui.panel import QUIET, panel
from assistant.ui.preferences import KEPT_OPTIONS
from assistant.ui.ratings import Ratings
from assistant.ui.session import Session
from assistant.ui.source_html import source_bar
from assistant.ui.source_view import Sources
from assistant.ui.talks import Talks

if TYPE_CHECKING:
    import gradio

    from assistant.settings import Settings

TITLE = "Corpus assistant"
#: Events of a kind that are worked on at once, over all tabs, where they hold a thread.
EVENTS_AT_ONCE = 8
#: Events waiting at once, over all tabs; more are refused.
QUEUE_LENGTH = 64

#: Tabs that are remembered; one that was not used for longer shows its conversation anew.
TABS = 200


class Parts(NamedTuple):
    """The components that handlers read or change."""

    status: Any
    column: Column
    privacy: Any
    greeting: Any
    conversation: Any
    scope: Any
    wanted: Any
    question: Any
    send: Any
    stop: Any
    clear: Any
    source: Any
    timer: Any
    marks: Any
    shelf: Any
    kept: Any
    ratings: RatingParts
    talk: TalkParts


def build_blocks(
    views: Views,
    conversation: Conversation,
    talks: Talks,
    sources: Sources,
    documents: Documents,
    ratings: Ratings,
    settings: Settings,
) -> gradio.Blocks:
    """The page, wired."""
    import gradio as gr

    class Page(gr.Blocks):  # type: ignore[misc]
        """Blocks whose tabs hold no connection while nothing goes on in them.

        Gradio's has each hold one for as long as it is open, to know when to forget it: with six tabs a browser has
        none left (HTTP/1.1), and neither a seventh nor a button in the first gets through. Instead the tabs that were
        used last are remembered.
        """

        def get_config_file(self) -> Any:
            return super().get_config_file() | {"connect_heartbeat": False}

    with Page(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        parts = _layout(settings)
        shared = Shared(
            blocks, parts.status, parts.greeting, parts.scope, parts.wanted, parts.privacy, parts.timer, parts.marks,
            parts.shelf, parts.kept,
        )  # fmt: skip
        wire_column(parts.column, shared, views, documents, parts.ratings.shown, ratings)
        wire_ratings(parts.ratings, ratings, conversation.rated)
        wire_talks(blocks, parts, conversation, talks, documents)
        _wire_sources(parts, conversation, sources)
        _wire_preferences(blocks, parts.column)
    blocks.state_session_capacity = TABS
    blocks.queue(api_open=False, max_size=QUEUE_LENGTH, default_concurrency_limit=EVENTS_AT_ONCE)
    return blocks


def _layout(settings: Settings) -> Parts:
    import gradio as gr

    with gr.Row(elem_id="topbar"):
        panel("brand", f'<h1 class="brand">{TITLE}</h1>')
        status = panel("status", script="status.js")
        opener()
        clear = gr.Button("New conversation", elem_id="new-conversation", size="sm")
    with gr.Row(elem_id="workspace"):
        with gr.Column(elem_id="documents-panel"):
            column = documents_column(settings)
        with gr.Column(elem_id="conversation-panel"):
            privacy = panel("privacy")
            greeting = panel("greeting", script="greeting.js")
            above = heading()
            talk = panel("conversation", script="conversation.js")
            ratings = rating_parts()
            with gr.Row(elem_id="asking"):
                scope = panel("scope", script="scope.js")
                wanted = panel("wanted")
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
            panel("source-title", source_bar())
            source = panel("source", panels.source_hint(), "source.js")
    return Parts(
        status, column, privacy, greeting, talk, scope, wanted, question, send, stop, clear, source,
        gr.Timer(TICK_S), gr.State(None), gr.State(None), gr.Textbox(visible=False), ratings, talk_parts(above),
    )  # fmt: skip


def _wire_sources(parts: Parts, conversation: Conversation, sources: Sources) -> None:
    import gradio as gr

    async def cite(session: Session, event: gr.EventData) -> AsyncIterator[Any]:
        async for html in session.source.steps(event._data.get("number"), sources.show(event._data)):
            yield html
        # At its end Gradio sends the last of them once more, by when another may stand there.
        yield gr.skip()

    async def evidence(session: Session, event: gr.EventData) -> AsyncIterator[Any]:
        def found() -> Iterator[str]:
            yield conversation.evidence(event._data.get("conversation"), event._data.get("exchange"))

        async for html in session.source.steps(event._data.get("number"), found()):
            yield html
        yield gr.skip()

    cite.__annotations__["event"] = evidence.__annotations__["event"] = gr.EventData
    # Each at once, for Gradio would ask for the first again in the place of the last; the session keeps their order.
    wired: dict[str, Any] = {"trigger_mode": "multiple", "concurrency_limit": None, **QUIET}
    parts.source.cite(cite, [parts.talk.session], parts.source, **wired)
    parts.conversation.evidence(evidence, [parts.talk.session], parts.source, **wired)


def _wire_preferences(blocks: Any, column: Column) -> None:
    """How answers are wanted, kept by the browser: shown when the page is loaded, noted when the person changes it."""
    controls = [column.quote_only, column.length]
    blocks.load(None, controls, controls, js=f"(...shown) => {KEPT_OPTIONS}", **QUIET)
    for control in controls:
        control.input(None, controls, None, js="(...chosen) => { window.corpusAssistant.keep(...chosen); }", **QUIET)
