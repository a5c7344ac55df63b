"""Answers in the making: each goes on by itself, whoever watches, and is kept as it grows. Knows nothing of Gradio."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from assistant.answering.answer import StreamEvent
from assistant.answering.options import AnswerOptions
from assistant.conversations.model import Conversation, Exchange, history
from assistant.conversations.store import Conversations, Kept
from assistant.errors import AssistantError, ConversationError
from assistant.ui.live import Live
from assistant.ui.startup import POLL_S, Startup

if TYPE_CHECKING:
    from assistant.facade import Assistant

logger = logging.getLogger(__name__)

#: Answers that are written at once, over all conversations; each holds two threads.
ANSWERS_AT_ONCE = 8
#: Questions that are taken at once, waiting ones included; more are refused.
QUESTIONS_AT_ONCE = 64
#: Words for a failure that is a defect of the program, not something the person did.
UNEXPECTED = ("Something went wrong inside the assistant", "Try again; if it happens again, see the log.")
#: Said above an answer that is shown but could not be written down.
NOT_KEPT = "This answer could not be kept: check the space and the permissions of the home folder."
#: Seconds that answers get to note that they are broken off when the program ends.
LAST_WORDS_S = 2.0


class Answers:
    """All answers in the making, one for a conversation at a time.

    Args:
        assistant: answers.
        startup: says when it can, and when the program ends.
        conversations: where questions and answers are kept.
    """

    def __init__(self, assistant: Assistant, startup: Startup, conversations: Conversations) -> None:
        self._assistant = assistant
        self._startup = startup
        self._conversations = conversations
        self._live: dict[str, Live] = {}
        self._reserved: list[object] = []
        self._guard = threading.Lock()
        self._room = threading.Semaphore(ANSWERS_AT_ONCE)
        self._leaving = threading.Event()

    def ask(
        self,
        conversation: str | None,
        question: str,
        documents: Sequence[str],
        options: AnswerOptions | None = None,
    ) -> str:
        """Keep a question and begin to answer it.

        Args:
            conversation: its id, None for a new one.
            question: as typed.
            documents: names to ask within; none means all.
            options: how it is to be answered.

        Returns:
            The conversation's id.

        Raises:
            ConversationError: it is not there, or its last question is still being answered.
            StorageError: the question could not be kept; nothing was asked.
        """
        exchange = Exchange(question, documents=tuple(documents))
        return self._begin(conversation, options, lambda: self._conversations.begin(conversation, exchange))

    def again(
        self,
        conversation: str,
        question: str | None,
        documents: Sequence[str],
        options: AnswerOptions | None = None,
    ) -> str:
        """Ask the last question of a conversation again, or another in its place, within `documents`.

        What was answered before stays until the new answer has its first sentence, and for good if it never has one.
        Errors are those of `ask`.
        """
        begin = self._conversations.begin_again
        return self._begin(conversation, options, lambda: begin(conversation, question, documents))

    def stop(self, conversation: str) -> None:
        """End the answer being written in a conversation, if there is one; what was said stays."""
        live = self.live(conversation)
        if live:
            live.stop.set()

    def live(self, conversation: str) -> Live | None:
        """The answer in the making in a conversation."""
        with self._guard:
            return self._live.get(conversation)

    def busy(self) -> frozenset[str]:
        """The conversations in which an answer is being written."""
        with self._guard:
            return frozenset(id for id, live in self._live.items() if live.exchange.busy)

    def look(self, conversation: str) -> tuple[Conversation, Live | None]:
        """A conversation with its last answer as far as it is, and that answer if it is in the making.

        An answer that nobody writes any more is interrupted.

        Raises:
            ConversationError: there is no such conversation.
            StorageError: it cannot be read.
        """
        while True:
            live = self.live(conversation)
            kept = self._conversations.load(conversation)
            with self._guard:
                same, reserved = self._live.get(conversation) is live, conversation in self._reserved
            # Else an answer began or ended while the database was read: what was read may be out of date.
            if same and not (reserved and kept.exchanges and kept.exchanges[-1].busy):
                break
            # A question just written down waits for who answers it: nobody broke it off.
            time.sleep(POLL_S / 10 if reserved else 0)
        told = tuple(exchange.broken_off() for exchange in kept.exchanges)
        return replace(kept, exchanges=(*told[:-1], live.exchange) if live and told else told), live

    def close(self) -> None:
        """Break all answers off and let them note how far they came."""
        self._leaving.set()
        deadline = time.monotonic() + LAST_WORDS_S
        while self.busy() and time.monotonic() < deadline:
            time.sleep(POLL_S / 10)

    def _begin(self, conversation: str | None, options: AnswerOptions | None, keep: Callable[[], Kept]) -> str:
        place = self._reserve(conversation)
        live = None
        try:
            # Outside the guard: the disk may be slow, and every tab asks who is busy.
            live = Live(keep(), options, self._startup.caveat)
        finally:
            with self._guard:
                self._reserved.remove(place)
                if live:
                    self._live[live.conversation] = live
        threading.Thread(target=self._run, args=[live], name="assistant-conversation", daemon=True).start()
        return live.conversation

    def _reserve(self, conversation: str | None) -> object:
        """A place for a question that is about to be kept: its conversation's id, or something else for a new one."""
        with self._guard:
            present = self._live.get(conversation) if conversation else None
            if conversation in self._reserved or (present and present.exchange.busy):
                raise ConversationError(
                    "The last question of this conversation is still being answered",
                    "Wait for the answer or stop it, then ask again.",
                )
            if len(self._reserved) + sum(live.exchange.busy for live in self._live.values()) >= QUESTIONS_AT_ONCE:
                raise ConversationError(
                    f"{QUESTIONS_AT_ONCE} questions are being answered already", "Wait for one of them, then ask again."
                )
            place = conversation or object()
            self._reserved.append(place)
            return place

    def _run(self, live: Live) -> None:
        try:
            ended = self._answer(live)
            if ended.busy:
                ended = replace(ended, phase="stopped" if live.stop.is_set() else "interrupted")
        except AssistantError as error:
            ended = self._failed(live, str(error.args[0]), error.next_step)
        except Exception:
            logger.exception("a question failed")
            ended = self._failed(live, *UNEXPECTED)
        kept, shown = False, live.instead(ended)
        if shown is None:
            kept = self._keep(live, ended)
            shown = ended if kept else replace(ended, note=f"{ended.note} {NOT_KEPT}".strip())
        # Only now: as long as it looks busy nothing else is asked in its place. What is said of it stays in view.
        with self._guard:
            live.exchange = shown
            if kept:
                del self._live[live.conversation]

    def _failed(self, live: Live, error: str, next_step: str) -> Exchange:
        # What fails because the program ends is no failure of the question.
        if self._ending():
            return live.exchange.broken_off()
        return replace(live.exchange, phase="failed", error=error, next_step=next_step)

    def _answer(self, live: Live) -> Exchange:
        """Answer, showing and keeping each step but the last, which is given back; it is busy if broken off."""

        def stopped() -> bool:
            return live.stop.is_set() or self._ending()

        while not self._room.acquire(timeout=POLL_S):
            if stopped():
                return live.exchange
            live.show(phase="queued")
        try:
            live.show(phase="waiting")
            self._startup.wait_open(live.stop)
            if stopped():
                return live.exchange
            live.show(phase="searching")
            stream = partial(
                self._assistant.stream,
                live.exchange.question,
                history=history(self.look(live.conversation)[0].exchanges[:-1]),
                documents=list(live.exchange.documents) or None,
                options=live.options,
            )
            for event in pumped(stream, stopped):
                step = live.exchange.after(event)
                if not step.busy:
                    return step
                live.exchange = step
                if step.sentences or live.before is None:
                    self._keep(live, step)
            return live.exchange
        finally:
            self._room.release()

    def _ending(self) -> bool:
        return self._leaving.is_set() or self._startup.stopping

    def _keep(self, live: Live, exchange: Exchange) -> bool:
        try:
            self._conversations.save(live.number, exchange)
        except AssistantError as error:
            logger.warning("an answer could not be kept: %s", error)
            return False
        return True


def pumped(begin: Callable[..., Iterator[StreamEvent]], stopped: Callable[[], bool]) -> Iterator[StreamEvent]:
    """The events of a stream, run in a thread of its own so that stopping takes hold at once.

    Args:
        begin: begins the stream; what it is given as `stopped` tells it that nobody waits for its next event any more.
        stopped: whether to stop.

    Raises:
        Exception: whatever the stream raises.
    """
    arrived: queue.SimpleQueue[StreamEvent | Exception | None] = queue.SimpleQueue()
    left = threading.Event()
    stream = begin(stopped=left.is_set)

    def run() -> None:
        try:
            for event in stream:
                if left.is_set():
                    break
                arrived.put(event)
        except Exception as error:
            arrived.put(error)
        finally:
            close = getattr(stream, "close", None)
            if close:
                close()
            arrived.put(None)

    threading.Thread(target=run, name="assistant-answer", daemon=True).start()
    try:
        while not stopped():
            try:
                item = arrived.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        # The model must not go on for nobody.
        left.set()
