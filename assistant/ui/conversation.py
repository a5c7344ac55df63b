"""Asking, watching the answer arrive, and stopping it. Knows nothing of Gradio."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.answering.answer import EvidenceFound, StreamEvent, Turn
from assistant.errors import AssistantError
from assistant.ui import panels
from assistant.ui.exchange import Session
from assistant.ui.render import conversation_html
from assistant.ui.startup import POLL_S, Startup

if TYPE_CHECKING:
    from assistant.facade import Assistant

logger = logging.getLogger(__name__)

#: Words for a failure that is a defect of the program, not something the person did.
UNEXPECTED = ("Something went wrong inside the assistant", "Try again; if it happens again, see the log.")


class Update(NamedTuple):
    """What changes on the page, None leaving it as it is. `question` is the text in the question box."""

    session: Session
    conversation: str
    question: str | None = None
    source: str | None = None


class Conversation:
    """The handlers of the middle and right columns; all that belongs to one tab is in its `Session`."""

    def __init__(self, assistant: Assistant, startup: Startup) -> None:
        self._assistant = assistant
        self._startup = startup

    def ask(self, question: str, session: Session | None, documents: Sequence[str]) -> Iterator[Update]:
        """Ask and show the answer as it arrives, sentence by sentence. Never raises; an error is shown.

        Args:
            question: as typed; an empty one is ignored.
            session: the tab's conversation, None at its first question.
            documents: names to ask within; none means all.
        """
        session = session or Session()
        text = question.strip()
        if not text:
            yield Update(session, conversation_html(session.exchanges))
            return
        history = session.history()
        stop = session.begin(text, self._startup.caveat)
        yield Update(session, conversation_html(session.exchanges), question="")
        try:
            yield from self._answer(session, stop, text, history, documents)
        except AssistantError as error:
            session.update(phase="failed", error=str(error.args[0]), next_step=error.next_step)
            yield Update(session, conversation_html(session.exchanges), question=text)
        except Exception:
            logger.exception("a question failed")
            session.update(phase="failed", error=UNEXPECTED[0], next_step=UNEXPECTED[1])
            yield Update(session, conversation_html(session.exchanges), question=text)

    def _answer(
        self,
        session: Session,
        stop: threading.Event,
        question: str,
        history: Sequence[Turn],
        documents: Sequence[str],
    ) -> Iterator[Update]:
        self._startup.wait_open(stop)
        if not stop.is_set():
            session.update(phase="searching")
            yield Update(session, conversation_html(session.exchanges))
            stream = self._assistant.stream(question, history=history, documents=list(documents) or None)
            for event in pumped(stream, lambda: stop.is_set() or self._startup.stopping):
                session.advance(event)
                source = None
                if isinstance(event, EvidenceFound):
                    source = panels.evidence_html(question, event.quotes)
                yield Update(session, conversation_html(session.exchanges), source=source)
        if session.exchanges[-1].busy:
            session.update(phase="stopped")
            yield Update(session, conversation_html(session.exchanges))

    @staticmethod
    def stop(session: Session | None) -> None:
        """End the answer being written; what was shown stays."""
        if session:
            session.stop.set()

    @staticmethod
    def clear(session: Session | None) -> Update:
        """Begin a new conversation."""
        if session:
            session.stop.set()
        return Update(Session(), "", question="", source=panels.source_hint())

    @staticmethod
    def evidence(session: Session | None, index: Any) -> str:
        """The source panel with the quotes of an earlier exchange; `index` is its place, from 0."""
        exchanges = session.exchanges if session else []
        if not isinstance(index, int) or not 0 <= index < len(exchanges):
            return panels.source_problem("These quotes are no longer at hand", "Ask the question again to find them.")
        return panels.evidence_html(exchanges[index].question, exchanges[index].quotes, index)


def pumped(stream: Iterator[StreamEvent], stopped: Callable[[], bool]) -> Iterator[StreamEvent]:
    """The events of `stream`, run in a thread of its own so that stopping takes hold at once.

    Once `stopped` says so, the stream is closed as soon as it next gives an event; a model in the middle of a
    sentence cannot be interrupted from outside.

    Raises:
        Exception: whatever the stream raises.
    """
    arrived: queue.SimpleQueue[StreamEvent | Exception | None] = queue.SimpleQueue()
    left = threading.Event()

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
        # Also reached when the tab is closed in the middle of an answer: the model must not go on for nobody.
        left.set()
