"""Gradio's components for conversations, and what happens between them and the question box."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.ui.choice import Shelf, restored
from assistant.ui.conversation import Conversation, Update
from assistant.ui.documents import Documents
from assistant.ui.panel import QUIET, panel
from assistant.ui.preferences import KEPT_CHOICE, KEPT_OPTIONS, options_of
from assistant.ui.session import Session
from assistant.ui.talk_list import naming_html, search_html
from assistant.ui.talks import Talks

if TYPE_CHECKING:
    from assistant.ui.page import Parts

#: The conversation that a page shows stands in its address, where reloading, links and the way back find it.
_SHOWN = "window.corpusAssistant.conversation()"


class TalkParts(NamedTuple):
    """The components of conversations that handlers read or change."""

    heading: Any
    talks: Any
    #: Never shown: a place for the id that the browser gives with a question.
    shown: Any
    session: Any


def opener() -> None:
    """The button of the top bar that opens the list."""
    panel(
        "talks-opener",
        '<button type="button" id="talks-open" class="button" popovertarget="talks">Conversations</button>',
    )


def heading() -> Any:
    """What stands above the conversation."""
    return panel("talk-heading", script="heading.js")


def talk_parts(heading: Any) -> TalkParts:
    """The list, which is laid over the page, and what is never seen."""
    import gradio as gr

    with gr.Column(elem_id="talks"):
        panel("talks-search-panel", search_html())
        talks = panel("talks-list", script="conversations.js")
    panel("talk-naming-panel", naming_html())
    return TalkParts(heading, talks, gr.Textbox(visible=False), gr.State(Session()))


def wire_talks(blocks: Any, parts: Parts, conversation: Conversation, talks: Talks, documents: Documents) -> None:
    """Asking, stopping, asking again, opening, and the list."""
    import gradio as gr

    mine = parts.talk
    outputs = [mine.heading, parts.conversation, parts.question, parts.source, mine.talks]

    async def ask(
        question: str, shown: str, session: Session, shelf: Shelf | None, kept: str, quote_only: bool, length: str
    ) -> AsyncIterator[tuple[Any, ...]]:
        options = options_of(quote_only, length)
        # As it was chosen: a document that has gone since is missed by name, and not left out in silence.
        within = partial(documents.asked, shelf if shelf is not None else restored(kept))
        async for told in _told(conversation.ask(question, shown, session, within, options)):
            yield told

    async def again(
        session: Session, shelf: Shelf | None, kept: str, quote_only: bool, length: str, event: gr.EventData
    ) -> AsyncIterator[tuple[Any, ...]]:
        given, options = event._data, options_of(quote_only, length)
        where, question = given.get("conversation"), given.get("question")
        within = partial(documents.asked, shelf if shelf is not None else restored(kept))
        async for told in _told(conversation.again(where, question, session, within, options)):
            yield told

    async def arrive(shown: str, session: Session) -> AsyncIterator[tuple[Any, ...]]:
        async for told in _told(conversation.open(shown, session)):
            yield told

    async def choose(session: Session, event: gr.EventData) -> AsyncIterator[tuple[Any, ...]]:
        async for told in _told(conversation.open(event._data.get("conversation"), session)):
            yield told

    async def follow(session: Session) -> AsyncIterator[tuple[Any, ...]]:
        async for told in _told(conversation.follow(session)):
            yield told

    async def act(session: Session, event: gr.EventData) -> Any:
        given = event._data
        html = await talks.act(session, given.get("action"), given.get("conversation"), given.get("words"))
        return gr.skip() if html is None else html

    # Annotations are strings in this module: Gradio looks the event class up in these.
    for handler in (again, choose, act):
        handler.__annotations__["event"] = gr.EventData
    # Each of these may last as long as an answer takes, in every tab, and waits without holding a thread.
    lasting: dict[str, Any] = {"concurrency_limit": None, **QUIET}
    options = [parts.column.quote_only, parts.column.length]
    asked = gr.on(
        [parts.question.submit, parts.send.click],
        ask,
        [parts.question, mine.shown, mine.session, parts.shelf, parts.kept, *options],
        outputs,
        trigger_mode="once",
        js=f"(question, _, session, shelf, kept, ...shown) => {{ window.corpusAssistant.asks(); "
        f"return [question, {_SHOWN}, session, shelf, {KEPT_CHOICE}, ...{KEPT_OPTIONS}]; }}",
        **lasting,
    )
    # In the browser alone, and whatever happened to the server: the page must never look busy for good.
    for over in (asked.then, asked.failure):
        over(None, js="() => { window.corpusAssistant?.ready(); }")
    mine.talks.again(
        again,
        [mine.session, parts.shelf, parts.kept, *options],
        outputs,
        trigger_mode="multiple",
        js=f"(session, shelf, kept, ...shown) => [session, shelf, {KEPT_CHOICE}, ...{KEPT_OPTIONS}]",
        **lasting,
    )
    mine.talks.choose(choose, [mine.session], outputs, trigger_mode="multiple", **lasting)
    blocks.load(arrive, [mine.shown, mine.session], outputs, js=f"(shown, session) => [{_SHOWN}, session]", **lasting)
    parts.timer.tick(follow, [mine.session], outputs, trigger_mode="once", **lasting)
    parts.stop.click(conversation.stop, [mine.shown], None, js=f"() => [{_SHOWN}]", **QUIET)
    parts.clear.click(None, js="() => { window.corpusAssistant.begin(); }")
    mine.talks.act(act, [mine.session], [mine.talks], trigger_mode="multiple", **lasting)


async def _told(updates: AsyncIterator[Update]) -> AsyncIterator[tuple[Any, ...]]:
    """Updates as Gradio takes them."""
    import gradio as gr

    async for update in updates:
        yield tuple(gr.skip() if value is None else value for value in update)
    # At its end Gradio sends the last of them once more, by when another event may have drawn, or empties everything if
    # there was none.
    yield tuple(gr.skip() for _ in Update._fields)
