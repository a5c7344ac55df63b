"""Puts an answer together: numbers its citations, checks its figures, keeps what was shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answering.answer import (
    Answer,
    Calculation,
    Citation,
    EvidenceFound,
    FigureCheck,
    Finished,
    Operand,
    Sentence,
    SentenceSettled,
    Status,
    StreamEvent,
    Timings,
)
from assistant.answering.bound import evidence_figures
from assistant.answering.figures import Figure, figures, same_figure, supported
from assistant.answering.leaning import with_what_it_leans_on
from assistant.answering.sums import Sum
from assistant.answering.sums.quantities import in_full
from assistant.index.passages import squash
from assistant.retrieval.model import Evidence

NO_DOCUMENTS = "There is nothing to answer from: add documents first."
#: What the plain text of an answer says in the place of a sentence that was struck.
STRUCK_NOTE = "(A sentence was struck here: the documents do not support it.)"


def citation(number: int, evidence: Evidence) -> Citation:
    """The citation of an evidence sentence: its exact words."""
    return Citation(
        number=number,
        document=evidence.document,
        title=evidence.title,
        page=evidence.page,
        heading=evidence.heading,
        quote=evidence.text,
        start=evidence.start,
        end=evidence.end,
    )


def nothing_to_answer_from(question: str, model: str) -> Iterator[StreamEvent]:
    """The events of an answer where there is no document at all; no model is needed to say so.

    Args:
        question: as asked.
        model: the name of the one that would have answered.
    """
    composer = Composer()
    yield EvidenceFound(standalone_question=question, quotes=())
    yield composer.say(NO_DOCUMENTS)
    none = Timings(retrieve=0.0, first_token=None, total=0.0)
    yield Finished(answer=composer.answer(question, question, Status.NOT_FOUND, model, none))


class Composer:
    """Collects the settled sentences of one answer. Nothing added is ever changed."""

    def __init__(self) -> None:
        self._sentences: list[Sentence] = []
        self._citations: list[Citation] = []
        self._held: dict[int, list[Figure]] = {}
        self._figures: list[FigureCheck] = []
        self._calculation: Calculation | None = None
        self._told = 0

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences settled so far."""
        return tuple(self._sentences)

    def holds(self, evidence: Evidence) -> bool:
        """Whether the words of an evidence sentence are cited already."""
        return any(
            known.document == evidence.document and known.start <= evidence.start and evidence.end <= known.end
            for known in self._citations
        )

    def settle(self, text: str, sources: Sequence[Evidence], *, item: bool = False) -> SentenceSettled:
        """Add a sentence that stands, with the evidence it rests on; an `item` is one of a list."""
        numbers = tuple(dict.fromkeys(self._number(evidence) for evidence in sources))
        self._check(text, numbers)
        return self._add(Sentence(text=text, citations=numbers, item=item))

    def settle_sum(self, worked: Sum) -> SentenceSettled:
        """Add a sum: every operand is cited; the result stands in no quote and is vouched for by its evaluation.

        A figure that was looked up stands in the row cited, with the scale that its table states elsewhere.
        """
        numbers = [self._number(term.evidence) for term in worked.terms]
        cited = tuple(dict.fromkeys(numbers))
        read = list(zip((term.quantity for term in worked.terms), numbers, strict=True))
        known: list[tuple[Figure, int | None]]
        if worked.expression:
            operands = tuple(Operand(text=quantity.text, citation=number) for quantity, number in read)
            self._calculation = Calculation(expression=worked.expression, result=worked.result, operands=operands)
            known = [(figure, None) for figure in figures(worked.result)]
        else:
            known = [(figure, number) for quantity, number in read for figure in figures(in_full(quantity))]
        self._check(worked.statement, cited, known)
        return self._add(Sentence(text=worked.statement, citations=cited))

    def strike(self, text: str, *, item: bool = False) -> SentenceSettled:
        """Add a sentence the documents do not support, as struck; an `item` is one of a list."""
        for figure in figures(text):
            self._figures.append(
                FigureCheck(text=figure.text, value=figure.value, unit=figure.unit, citation=None, supported=False)
            )
        return self._add(Sentence(text=text, struck=True, item=item))

    def quote(self, evidence: Evidence, lead: str = "", *, item: bool = False) -> SentenceSettled:
        """Add an evidence sentence itself, with what it leans on, in quotation marks after some words of ours."""
        words, evidence = _quoted(evidence)
        return self.settle(f"{lead} {words}" if lead else words, [evidence], item=item)

    def item(self, evidence: Evidence) -> SentenceSettled:
        """Add an evidence sentence itself, with what it leans on, as an item of a list."""
        return self.quote(evidence, item=True)

    def say(self, text: str) -> SentenceSettled:
        """Add a sentence of ours about the answer, which needs no support."""
        return self._add(Sentence(text=text))

    def plain_text(self) -> str:
        """The answer as plain text with [n] markers; struck sentences are only mentioned, items have a line each."""
        parts: list[str] = []
        listing = False
        for sentence in self._sentences:
            marks = "".join(f"[{number}]" for number in sentence.citations)
            told = STRUCK_NOTE if sentence.struck else f"{sentence.text} {marks}".strip()
            before = "\n" if sentence.item or listing else " " if parts else ""
            parts.append(before + ("- " if sentence.item else "") + told)
            listing = sentence.item
        return "".join(parts).lstrip()

    def answer(
        self,
        question: str,
        standalone: str,
        status: Status,
        model: str,
        timings: Timings,
        confidence: float | None = None,
    ) -> Answer:
        """The finished answer."""
        return Answer(
            question=question,
            standalone_question=standalone,
            status=status,
            answer=self.plain_text(),
            sentences=self.sentences,
            citations=tuple(self._citations),
            figures=tuple(self._figures),
            calculation=self._calculation,
            confidence=confidence,
            model=model,
            timings_ms=timings,
        )

    def _add(self, sentence: Sentence) -> SentenceSettled:
        self._sentences.append(sentence)
        used = [found for found in self._citations if found.number in sentence.citations]
        checked, self._told = tuple(self._figures[self._told :]), len(self._figures)
        return SentenceSettled(sentence=sentence, citations=tuple(used), figures=checked, calculation=self._calculation)

    def _number(self, evidence: Evidence) -> int:
        for known in self._citations:
            if (known.document, known.start, known.end) == (evidence.document, evidence.start, evidence.end):
                return known.number
        number = len(self._citations) + 1
        self._citations.append(citation(number, evidence))
        self._held[number] = evidence_figures(evidence)
        return number

    def _check(self, text: str, numbers: Sequence[int], known: Sequence[tuple[Figure, int | None]] = ()) -> None:
        """Hold every figure of a sentence against the words it cites.

        Those already `known` are sure: results of a sum, which need no citation because they were worked out from
        figures that have one, and those looked up, with the number of the citation they were read in.
        """
        for figure in figures(text):
            found = next((number for number in numbers if supported(figure, self._held[number])), None)
            sure = [number for other, number in known if same_figure(figure, other)]
            self._figures.append(
                FigureCheck(
                    text=figure.text,
                    value=figure.value,
                    unit=figure.unit,
                    citation=found or next(iter(sure), None),
                    supported=found is not None or bool(sure),
                )
            )


def _quoted(evidence: Evidence) -> tuple[str, Evidence]:
    """An evidence sentence in quotation marks, with what it leans on, and the evidence that holds both."""
    evidence = with_what_it_leans_on(evidence)
    return f"“{squash(evidence.text)}”", evidence
