"""What a conversation is: exchanges, each a question and what has been shown of its answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from assistant.answering.answer import (
    Answer,
    Calculation,
    Citation,
    EvidenceFound,
    FigureCheck,
    Finished,
    Sentence,
    SentenceSettled,
    StreamEvent,
    Turn,
    loose_figures,
)

#: How far an answer is. `queued` waits for other answers, `waiting` for the index; `interrupted` was being written
#: when the program ended.
Phase = Literal["queued", "waiting", "searching", "writing", "done", "stopped", "interrupted", "failed"]
_BUSY: tuple[Phase, ...] = ("queued", "waiting", "searching", "writing")


@dataclass(frozen=True)
class Exchange:
    """One question and what has been shown of its answer.

    `documents` are those it was asked within, all if none; `sentences` only ever grow, and `figures`, theirs,
    with them until there is an `answer`; `note` is said above the answer, `error` and `next_step` instead of it, or
    below it where it was asked again in vain. `asked_at` is UTC in ISO format, empty if not known.
    """

    question: str
    phase: Phase = "waiting"
    documents: tuple[str, ...] = ()
    quotes: tuple[Citation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    figures: tuple[FigureCheck, ...] = ()
    calculation: Calculation | None = None
    answer: Answer | None = None
    note: str = ""
    error: str = ""
    next_step: str = ""
    asked_at: str = ""

    @property
    def busy(self) -> bool:
        """Whether more is to come."""
        return self.phase in _BUSY

    @property
    def told(self) -> str:
        """The answer so far as plain text, without what was struck."""
        if self.answer:
            return self.answer.answer
        return " ".join(sentence.text for sentence in self.sentences if not sentence.struck)

    @property
    def checked(self) -> tuple[FigureCheck, ...]:
        """The figures of the answer so far."""
        return self.answer.figures if self.answer else self.figures

    @property
    def loose_figures(self) -> tuple[str, ...]:
        """Figures shown as fact so far that no cited words hold."""
        return loose_figures(self.sentences, self.checked)

    @property
    def working(self) -> Calculation | None:
        """How the answer so far was worked out, where it was."""
        return self.answer.calculation if self.answer else self.calculation

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
                figures=(*self.figures, *event.figures),
                calculation=event.calculation or self.calculation,
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

    def broken_off(self) -> Exchange:
        """As it stands where nobody is writing the answer any more: interrupted if it had not come to its end."""
        return replace(self, phase="interrupted") if self.busy else self

    def turns(self) -> tuple[Turn, ...]:
        """The exchange as history for the next question; none if nothing was answered."""
        if self.phase not in ("done", "stopped", "interrupted") or not self.sentences:
            return ()
        return Turn(role="user", content=self.question), Turn(role="assistant", content=self.told)


def _joined(shown: tuple[Citation, ...], new: tuple[Citation, ...]) -> tuple[Citation, ...]:
    known = {citation.number for citation in shown}
    return shown + tuple(citation for citation in new if citation.number not in known)


def history(exchanges: Iterable[Exchange]) -> tuple[Turn, ...]:
    """All answered exchanges as turns, oldest first."""
    return tuple(turn for exchange in exchanges for turn in exchange.turns())


@dataclass(frozen=True)
class Summary:
    """A line of the list of conversations.

    `name` is the one given, else the first question; times are UTC in ISO format. `found` are words around what was
    searched for, empty without a search; `deleted` says that it is about to be erased, and may still be restored.
    """

    id: str
    name: str
    created_at: str
    updated_at: str
    questions: int
    found: str = ""
    deleted: bool = False


@dataclass(frozen=True)
class Conversation:
    """A whole conversation, oldest exchange first. Names and times as in `Summary`."""

    id: str
    name: str
    created_at: str
    updated_at: str
    exchanges: tuple[Exchange, ...]
