"""What one browser tab has asked and been shown."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.answering.answer import (
    Answer,
    Citation,
    EvidenceFound,
    Finished,
    Sentence,
    SentenceSettled,
    StreamEvent,
    Turn,
)

Phase = Literal["waiting", "searching", "writing", "done", "stopped", "failed"]


@dataclass(frozen=True)
class Exchange:
    """One question and what has been shown of its answer.

    `sentences` only ever grow. `note` is said above the answer, `error` and `next_step` instead of it.
    """

    question: str
    phase: Phase = "waiting"
    quotes: tuple[Citation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    note: str = ""
    error: str = ""
    next_step: str = ""

    @property
    def busy(self) -> bool:
        """Whether more is to come."""
        return self.phase in ("waiting", "searching", "writing")

    def after(self, event: StreamEvent) -> Exchange:
        """The exchange once `event` has been shown."""
        if isinstance(event, EvidenceFound):
            return replace(self, phase="writing", quotes=event.quotes)
        if isinstance(event, SentenceSettled):
            return replace(
                self,
                phase="writing",
                sentences=(*self.sentences, event.sentence),
                citations=_joined(self.citations, event.citations),
            )
        return self._finished(event)

    def _finished(self, event: Finished) -> Exchange:
        answer = event.answer
        sentences = self.sentences + answer.sentences[len(self.sentences) :]
        if not sentences and answer.answer.strip():
            sentences = (Sentence(text=answer.answer),)
        return replace(
            self,
            phase="done",
            sentences=sentences,
            citations=_joined(self.citations, answer.citations),
            answer=answer,
        )

    def turns(self) -> tuple[Turn, ...]:
        """The exchange as history for the next question; none if nothing was answered."""
        if self.phase not in ("done", "stopped") or not self.sentences:
            return ()
        told = self.answer.answer if self.answer else " ".join(s.text for s in self.sentences if not s.struck)
        return Turn(role="user", content=self.question), Turn(role="assistant", content=told)


def _joined(shown: tuple[Citation, ...], new: tuple[Citation, ...]) -> tuple[Citation, ...]:
    known = {citation.number for citation in shown}
    return shown + tuple(citation for citation in new if citation.number not in known)


@dataclass
class Session:
    """The conversation of one browser tab; `stop` ends the answer that is being written."""

    exchanges: list[Exchange] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def begin(self, question: str, note: str) -> threading.Event:
        """Open an exchange; gives the event that stops it."""
        self.stop = threading.Event()
        self.exchanges.append(Exchange(question=question, note=note))
        return self.stop

    def update(self, **changes: object) -> None:
        """Change fields of the latest exchange."""
        self.exchanges[-1] = replace(self.exchanges[-1], **changes)  # type: ignore[arg-type]

    def advance(self, event: StreamEvent) -> None:
        """Show `event` in the latest exchange."""
        self.exchanges[-1] = self.exchanges[-1].after(event)

    def history(self) -> tuple[Turn, ...]:
        """All answered exchanges as turns, oldest first."""
        return tuple(turn for exchange in self.exchanges for turn in exchange.turns())
