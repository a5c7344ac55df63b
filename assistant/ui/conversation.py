"""Asking, watching the answer arrive, asking again, and stopping. Knows nothing of Gradio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from assistant.answering.options import AnswerOptions
from assistant.conversations.model import Exchange, history
from assistant.errors import AssistantError, ConversationError
from assistant.ui import panels
from assistant.ui.answers import UNEXPECTED, Answers
from assistant.ui.live import Live
from assistant.ui.ratings import Rated
from assistant.ui.render import conversation_html, exchange_html
from assistant.ui.session import POLL_S, Session
from assistant.ui.talk_list import heading_html, known_id, refusal_html
from assistant.ui.talks import Talks

logger = logging.getLogger(__name__)

#: Tabs that watch an answer arrive at once, over all of them; each holds a connection meanwhile. A browser has six to
#: a server, and those left are for its other tabs and for buttons. Further tabs show what there is with every tick.
WATCHED_AT_ONCE = 4
#: How often it is looked whether the quotes are found, in seconds: they are to stand at once after Enter.
QUOTES_POLL_S = 0.005


class Update(NamedTuple):
    """What changes on the page, None leaving it as it is. `question` is the text in the question box."""

    heading: str | None = None
    conversation: str | None = None
    question: str | None = None
    source: str | None = None
    talks: str | None = None

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return any(part is not None for part in self)


@dataclass(frozen=True)
class _Drawing:
    """A conversation ready to be drawn: what does not change any more as HTML, and the answer that may.

    `heading` is None if it is to stay; `there` says whether the conversation exists.
    """

    heading: str | None
    there: bool = False
    earlier: str = ""
    count: int = 0
    last: Exchange | None = None
    live: Live | None = None
    refusal: str = ""

    @property
    def exchange(self) -> Exchange | None:
        """The last exchange as it is now."""
        return self.live.exchange if self.live else self.last

    def html(self, exchange: Exchange | None) -> str:
        """The whole, with `exchange` at its end."""
        last = exchange_html(exchange, self.count, last=True) if exchange else ""
        return self.earlier + last + self.refusal

    def source(self, exchange: Exchange | None) -> str | None:
        """The quotes of the last exchange for the source panel, None before they are found."""
        if not exchange or not exchange.quotes:
            return None
        return panels.evidence_html(exchange.question, exchange.quotes, self.count)


class Conversation:
    """The handlers of the middle column. None raises; what went wrong is shown.

    The browser names its conversation in every call, "" being a new one: a page outlives the server's memory of it.
    """

    def __init__(self, answers: Answers, talks: Talks) -> None:
        self._answers = answers
        self._talks = talks
        self._watched = 0

    async def ask(
        self,
        question: str,
        conversation: Any,
        session: Session,
        documents: Callable[[], Sequence[str]],
        options: AnswerOptions | None = None,
    ) -> AsyncIterator[Update]:
        """Ask and show the answer as it arrives, sentence by sentence.

        Args:
            question: as typed; an empty one is ignored.
            conversation: the id of what is shown.
            session: the tab.
            documents: gives the names to ask within, none meaning all; it may raise an `AssistantError`.
            options: how this question is to be answered.
        """
        text, where = question.strip(), known_id(conversation)
        if text:

            def begin() -> str:
                return self._answers.ask(where or None, text, documents(), options)

            async for update in self._begin(session, where, begin, Update(question="")):
                yield update

    async def again(
        self,
        conversation: Any,
        question: Any,
        session: Session,
        documents: Callable[[], Sequence[str]],
        options: AnswerOptions | None = None,
    ) -> AsyncIterator[Update]:
        """Ask the last question again, or another in its place, and show the answer as it arrives.

        Args:
            conversation: the id of what is shown.
            question: the other question; the same is asked if it is None or empty.
            session: the tab.
            documents: gives the names to ask within this time, none meaning all; it may raise an `AssistantError`.
            options: how it is to be answered this time.
        """
        text, where = question.strip() if isinstance(question, str) else "", known_id(conversation)

        def begin() -> str:
            return self._answers.again(where, text or None, documents(), options)

        async for update in self._begin(session, where, begin):
            yield update

    async def open(self, conversation: Any, session: Session) -> AsyncIterator[Update]:
        """Show a conversation from its beginning, and its last answer as it arrives."""
        async for update in self._shown(session, known_id(conversation), opening=True):
            yield update

    async def follow(self, session: Session) -> AsyncIterator[Update]:
        """Show what has changed by other hands: in the list, and in the conversation that is shown."""
        talks = await self._talks.news(session)
        if talks is not None:
            yield Update(talks=talks)
        if session.conversation and not session.drawing and session.seen != self._edition(session.conversation):
            async for update in self._shown(session, session.conversation):
                yield update

    def stop(self, conversation: Any) -> None:
        """End the answer being written; what was shown stays."""
        self._answers.stop(known_id(conversation))

    async def _begin(
        self, session: Session, where: str, begin: Callable[[], str], begun: Update | None = None
    ) -> AsyncIterator[Update]:
        """Begin an answer and show it; `begun` is told once the question is kept."""
        view, asked_for = session.next_view(), session.source.asked_for
        error = None
        try:
            where = await asyncio.to_thread(begin)
        except Exception as failure:
            error = _named(failure)
        else:
            session.quotes_due = asked_for
        first = None if error else begun
        async for update in self._shown(session, where, view=view, error=error, first=first):
            yield update

    async def _shown(
        self,
        session: Session,
        where: str,
        *,
        view: int | None = None,
        error: AssistantError | None = None,
        opening: bool = False,
        first: Update | None = None,
    ) -> AsyncIterator[Update]:
        """Draw a conversation until its last answer is whole, or the tab is to show something else.

        Args:
            session: the tab.
            where: the conversation's id, "" for a new one.
            view: what the tab is to show, as announced; announced now if None.
            error: what is said below the conversation, as long as its last answer is in the making.
            opening: whether it was not shown before, so that nothing of another may stay.
            first: what else changes, told with the first change that is shown, or alone if none may be.
        """
        view = session.next_view() if view is None else view
        if not await session.turn(view):
            if first:
                yield first
            return
        self._watched += 1
        try:
            drawing = await self._draw(session, where, error)
            if opening:
                session.drawn = session.heading = None
                found = drawing.source(drawing.exchange)
                session.quotes_due = session.source.asked_for if found is None else None
                async for html in session.source.instead(found or panels.source_hint()):
                    yield Update(source=html)
            async for update in self._steps(session, where, view, drawing, first or Update()):
                yield update
        finally:
            self._watched -= 1
            session.leave(view)

    async def _steps(
        self, session: Session, where: str, view: int, drawing: _Drawing, update: Update
    ) -> AsyncIterator[Update]:
        """What changes from step to step of an answer, `update` with the first of them."""
        drawn: object = self
        while session.is_view(view):
            session.seen, exchange = self._edition(where), drawing.exchange
            # Exchanges never change: another step is another object.
            if exchange is not drawn:
                if drawn is not self and exchange and not exchange.busy:
                    # Its conversation may be called otherwise by now, and what kept another question away is over.
                    ended = await self._draw(session, where, None)
                    # What cannot be read again stays as it was shown.
                    drawing = drawing if ended.heading is None else ended
                    exchange = drawing.exchange
                drawn = exchange
                heading, talk = session.unshown(drawing.heading, drawing.html(exchange))
                update = update._replace(heading=heading, conversation=talk)
            source = drawing.source(exchange)
            if source is not None and session.quotes_due is not None:
                # What the person has opened since the question was asked stays.
                untouched, session.quotes_due = session.quotes_due == session.source.asked_for, None
                if untouched:
                    # With all the rest: each change that is sent takes the page as long as a search.
                    async for html in session.source.instead(source):
                        yield update._replace(source=html)
                        update = Update()
            update = update._replace(talks=await self._talks.news(session))
            if update.changes:
                yield update
            update = Update()
            if exchange is None or not exchange.busy:
                session.quotes_due = None
                return
            # Where too many watch already, this tab looks in from time to time instead.
            if self._watched > WATCHED_AT_ONCE:
                return
            await asyncio.sleep(POLL_S if session.quotes_due is None else QUOTES_POLL_S)
        if update.changes:
            yield update

    async def _draw(self, session: Session, where: str, error: AssistantError | None) -> _Drawing:
        drawing = await asyncio.to_thread(self._drawing, where, error)
        session.conversation = where if drawing.there else ""
        return drawing

    def _drawing(self, where: str, error: AssistantError | None) -> _Drawing:
        try:
            kept, live = self._answers.look(where) if where else (None, None)
        except ConversationError as gone:
            kept, live, error = None, None, gone
        except Exception as failure:
            return _Drawing(None, there=True, refusal=refusal_html(_named(failure)))
        refusal = refusal_html(error) if error else ""
        if kept is None or not kept.exchanges:
            return _Drawing(heading_html(None), refusal=refusal)
        *earlier, last = kept.exchanges
        return _Drawing(heading_html(kept), True, conversation_html(earlier), len(earlier), last, live, refusal)

    def _edition(self, where: str) -> object:
        """Something that changes whenever the conversation would be drawn otherwise."""
        live = self._answers.live(where)
        return self._talks.edition, live.edition if live else None

    def rated(self, conversation: Any, index: Any) -> Rated | None:
        """The answer of an exchange with what a verdict on it needs; `index` is its place, from 0."""
        try:
            told = self._up_to(conversation, index)
        except Exception as failure:
            _named(failure)
            return None
        if not told or not told[-1].answer:
            return None
        return Rated(told[-1].answer, history(told[:-1]), told[-1].documents)

    def evidence(self, conversation: Any, index: Any) -> str:
        """The source panel with the quotes of an earlier exchange; `index` is its place, from 0."""
        try:
            told = self._up_to(conversation, index)
        except Exception as failure:
            error = _named(failure)
            return panels.source_problem(str(error.args[0]), error.next_step)
        if not told:
            return panels.source_problem("These quotes are no longer at hand", "Ask the question again to find them.")
        return panels.evidence_html(told[-1].question, told[-1].quotes, index)

    def _up_to(self, conversation: Any, index: Any) -> tuple[Exchange, ...]:
        """The exchanges of a conversation up to the one at a place, from 0; none if that is not there."""
        where = known_id(conversation)
        exchanges = self._answers.look(where)[0].exchanges if where else ()
        there = isinstance(index, int) and 0 <= index < len(exchanges)
        return exchanges[: index + 1] if there else ()


def _named(failure: Exception) -> AssistantError:
    """A failure with words for a person; what is a defect is told to the log."""
    if isinstance(failure, AssistantError):
        return failure
    logger.error("a conversation could not be shown", exc_info=failure)
    return AssistantError(*UNEXPECTED)
