"""What an answer is: the object that `ask` returns and `assistant ask --json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from assistant.answering.figures import figures


class Status(StrEnum):
    """How an answer ended."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    UNCLEAR = "unclear"


class Turn(BaseModel):
    """One message of the conversation so far."""

    model_config = ConfigDict(frozen=True)

    role: str = Field(pattern="^(user|assistant)$")
    content: str


class Citation(BaseModel):
    """A span of a document's canonical text: `quote == text[start:end]`, always."""

    model_config = ConfigDict(frozen=True)

    number: int = Field(ge=1)
    document: str
    title: str
    page: int | None
    heading: str | None
    quote: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Sentence(BaseModel):
    """A sentence of the answer with the numbers of the citations that support it.

    `struck` marks a sentence the documents do not support: it is shown crossed out, never as fact. `item` marks one
    of a list; the list ends where a sentence is none.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    citations: tuple[int, ...] = ()
    struck: bool = False
    item: bool = False


class FigureCheck(BaseModel):
    """A figure of the answer held against the cited words.

    `value` is the figure in base units as a decimal string ("10000000000..15000000000" for a range);
    `citation` is the number of the citation that contains it, None if none does. The result of a calculation stands
    in no citation and is supported all the same: by its operands, which do.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    value: str
    unit: str
    citation: int | None
    supported: bool


class Operand(BaseModel):
    """One cited figure of a calculation."""

    model_config = ConfigDict(frozen=True)

    text: str
    citation: int


class Calculation(BaseModel):
    """A sum done by code over cited figures."""

    model_config = ConfigDict(frozen=True)

    expression: str
    result: str
    operands: tuple[Operand, ...]


class Timings(BaseModel):
    """Milliseconds from the question: evidence found, first words of the answer, all of it."""

    model_config = ConfigDict(frozen=True)

    retrieve: float
    first_token: float | None
    total: float


class Answer(BaseModel):
    """A checked answer. `answer` is plain text with [n] markers, n being `Citation.number`.

    `confidence` is the probability, by the fitted decision whether to answer, that the evidence answers the question;
    None where that was not decided so: a sum by code, an overview, a question back, no documents.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    standalone_question: str
    status: Status
    answer: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    figures: tuple[FigureCheck, ...] = ()
    calculation: Calculation | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)
    model: str
    timings_ms: Timings

    @property
    def loose_figures(self) -> tuple[str, ...]:
        """Figures shown as fact that no cited words hold, in order."""
        return loose_figures(self.sentences, self.figures)


def loose_figures(sentences: Iterable[Sentence], checks: Iterable[FigureCheck]) -> tuple[str, ...]:
    """Figures that no cited words hold, in order; those of struck sentences are not shown as fact."""
    struck = Counter(figure.text for told in sentences if told.struck for figure in figures(told.text))
    loose = []
    for check in checks:
        if check.supported:
            continue
        if struck[check.text]:
            struck[check.text] -= 1
        else:
            loose.append(check.text)
    return tuple(loose)


class EvidenceFound(BaseModel):
    """First event of a stream: the passages' words that the answer will be made from, best first."""

    model_config = ConfigDict(frozen=True)

    standalone_question: str
    quotes: tuple[Citation, ...]


class SentenceSettled(BaseModel):
    """A sentence that is final: what has been shown never changes.

    `figures` are the sentence's; `calculation` is the answer's, if it was worked out by then.
    """

    model_config = ConfigDict(frozen=True)

    sentence: Sentence
    citations: tuple[Citation, ...]
    figures: tuple[FigureCheck, ...] = ()
    calculation: Calculation | None = None


class Finished(BaseModel):
    """Last event of a stream: the whole answer; its sentences are those already settled."""

    model_config = ConfigDict(frozen=True)

    answer: Answer


StreamEvent = EvidenceFound | SentenceSettled | Finished


def whole(events: Iterable[StreamEvent]) -> Answer:
    """The answer that a stream of events ends with."""
    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise RuntimeError("the stream ended without an answer")
