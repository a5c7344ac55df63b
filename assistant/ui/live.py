"""One answer in the making, and what it takes the place of. Knows nothing of Gradio."""

from __future__ import annotations

import threading
from dataclasses import replace

from assistant.answering.options import AnswerOptions
from assistant.conversations.model import Exchange, Phase
from assistant.conversations.store import Kept


class Live:
    """An answer in the making: `exchange` is how far it is, `edition` counts its steps, `options` are as asked for.

    `before` is what was answered to the question before, where it is asked again: it stays until the new answer has its
    first sentence.
    """

    def __init__(self, kept: Kept, options: AnswerOptions | None, caveat: str) -> None:
        self.conversation = kept.conversation
        self.number = kept.number
        self.options = options
        self.before = kept.before if kept.before and kept.before.sentences else None
        self.stop = threading.Event()
        self.edition = 0
        moved = _moved(kept.before, kept.exchange) if kept.before else ""
        self._exchange = replace(kept.exchange, note=f"{caveat} {moved}".strip())

    @property
    def exchange(self) -> Exchange:
        """How far the answer is."""
        return self._exchange

    @exchange.setter
    def exchange(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.edition += 1

    def show(self, phase: Phase) -> None:
        """Go on to a phase."""
        if self._exchange.phase != phase:
            self.exchange = replace(self._exchange, phase=phase)

    def instead(self, ended: Exchange) -> Exchange | None:
        """The answer from before with why it stays, where the question was asked again and that has `ended` in vain.

        None if there is none, or the new one takes its place. It is for showing: what is kept of it stays as it was.
        """
        if self.before is None or ended.sentences:
            return None
        asking = "asking again" if ended.question == self.before.question else f"asking “{ended.question}” in its place"
        if ended.phase == "failed":
            error = f"The answer from before stays, for {asking} failed: {ended.error}"
            return replace(self.before, error=error, next_step=ended.next_step)
        note = f"The answer from before stays, for {asking} was stopped before the new one began."
        return replace(self.before, note=f"{self.before.note} {note}".strip())


def _moved(before: Exchange, now: Exchange) -> str:
    """That a question asked again is asked of other documents than before; empty if it is not."""
    if set(before.documents) == set(now.documents):
        return ""
    if not now.documents:
        return f"Asked of all documents this time; before, within {len(before.documents):,}."
    return f"Asked of {'other' if before.documents else 'all'} documents before."
