"""From a question to a checked answer: retrieve, choose, decide, draft, align, settle sentence by sentence."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.answering.align import Source, Support, align
from assistant.answering.answer import (
    EvidenceFound,
    Finished,
    SentenceSettled,
    Status,
    StreamEvent,
    Timings,
    Turn,
)
from assistant.answering.asked import asks_overview, asks_several
from assistant.answering.compose import NO_DOCUMENTS, Composer, citation
from assistant.answering.draft import DraftSentence, DraftStream, only_leads
from assistant.answering.features import read
from assistant.answering.figures import figures, made_up
from assistant.answering.judgement import Judgement, judge
from assistant.answering.language import ENGLISH_ONLY, is_other_language
from assistant.answering.options import Length, tokens_for
from assistant.answering.refusing import refuses
from assistant.answering.stray import CLOSE, asks_of_another, obeys, restates, strays
from assistant.answering.sums import Sum, calculate, of_named, operand_text
from assistant.answering.unclear import ABOUT, CLARIFY, is_about_assistant, is_unclear, is_vague
from assistant.errors import AssistantError
from assistant.index.ingest import Embedder
from assistant.models.leaving import Left, asking, never
from assistant.retrieval.conversation import standalone_question
from assistant.retrieval.leftovers import is_order_to_model
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.answering.features import Reading
    from assistant.answering.generate import Writer
    from assistant.answering.opinion import Opinion
    from assistant.models.chat import ChatModel
    from assistant.retrieval.model import Evidence
    from assistant.retrieval.retriever import EvidenceRetriever

log = logging.getLogger(__name__)

QUOTE_LEAD = "No chat model is set up; the closest words in the documents are:"
CHOSEN_QUOTE_LEAD = "The closest words in the documents are:"
NOT_FOUND = "I find no answer to that in the documents."
NOT_FOUND_LEAD = "The closest they come is:"
STRUCK_LEAD = "The documents say:"
OVERVIEW_LEAD = "The main points, in the documents' words:"
WHICH_DOCUMENT = "Which document do you mean? Please choose one or a few to summarise."
ALSO_LEAD = "They also say:"
LIST_LEAD = "These are:"
#: A sum may rest on any of so many evidence sentences: rows of one table seldom rank beside each other.
_FOR_SUMS = 40
#: Sentences of an overview.
_MAIN_POINTS = 6
#: Evidence sentences shown at once while the answer is written.
_SHOWN = 4


@dataclass
class _Run:
    """The state of one question on its way through the room.

    `question` is the question as it was read in the light of the conversation; without any evidence there is
    no `reading`. `sources` are what the chat model is given; `found` is that and more, for sums. `max_tokens` is the
    longest answer, None: as the settings have it. `confidence` is how likely the evidence answers, once that is judged.
    `stopped` says whether nobody waits for the answer any more.
    """

    question: str
    sources: list[Source]
    found: list[Evidence]
    reading: Reading | None
    started: float
    retrieved_ms: float
    max_tokens: int | None = None
    stopped: Callable[[], bool] = never
    composer: Composer = field(default_factory=Composer)
    first_ms: float | None = None
    confidence: float | None = None

    def elapsed_ms(self) -> float:
        """Milliseconds since the question."""
        return (time.perf_counter() - self.started) * 1000

    @property
    def spans_documents(self) -> bool:
        """Whether what was found stands in more than one document."""
        return len({evidence.document for evidence in self.found}) > 1

    def settled(self, event: SentenceSettled) -> SentenceSettled:
        """Pass a settled sentence on, noting when the first was."""
        if self.first_ms is None:
            self.first_ms = self.elapsed_ms()
        return event

    def evidence(self, number: int) -> Evidence:
        """The evidence sentence of a number."""
        return self.sources[number - 1].evidence

    def told(self, number: int) -> Evidence:
        """The same, or the best one that tells something, if that one is an order to the model."""
        chosen = self.evidence(number)
        telling = (source.evidence for source in self.sources if not is_order_to_model(source.evidence.text))
        return next(telling, chosen) if is_order_to_model(chosen.text) else chosen


class Answerer:
    """Answers questions over one open index with one chat model, or by quoting where there is none.

    Args:
        retriever: finds the evidence.
        embedder: makes the vectors of what is written.
        chat: gives the chat model; it may wait for it to be loaded, and is asked once there is evidence to show.
        settings: limits.
        quote_lead: what is said before a quote that no chat model took part in.
    """

    def __init__(
        self,
        retriever: EvidenceRetriever,
        embedder: Embedder,
        chat: Callable[[], ChatModel],
        settings: Settings,
        quote_lead: str = QUOTE_LEAD,
    ) -> None:
        self._retriever = retriever
        self._embedder = embedder
        self._chat = chat
        self._settings = settings
        self._quote_lead = quote_lead
        self._made: Writer | None = None

    @property
    def _writer(self) -> Writer | None:
        """The chat model's part; None where there is no model."""
        chat = self._chat()
        if self._made is None and chat.runnable is not None:
            from assistant.answering.generate import Writer

            stepwise = chat.location == "embedded"
            self._made = Writer(chat.runnable, stepwise=stepwise, max_tokens=self._settings.answer_tokens)
        return self._made

    def warm(self) -> None:
        """Have the chat model read the fixed part of the prompt; no-op without one."""
        if self._writer is not None:
            from assistant.answering.prompting import prefix_messages

            self._chat().warm(prefix_messages())

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        documents: Sequence[str] | None = None,
        length: Length = "normal",
        stopped: Callable[[], bool] = never,
    ) -> Iterator[StreamEvent]:
        """The events of one answer; see `assistant.answering.answer`. It ends early once `stopped` says so.

        The evidence does not wait for the chat model to be loaded, and stands although that fails.

        Raises:
            ChatModelError: the endpoint fails, or the model cannot be loaded.
            UnknownDocumentError: a name in `documents` is not in the index.
        """
        try:
            yield from self._events(question, history, documents, length, stopped)
        except Left:
            log.info("nobody waits for the answer any more")

    def _events(
        self,
        question: str,
        history: Sequence[Turn],
        documents: Sequence[str] | None,
        length: Length,
        stopped: Callable[[], bool],
    ) -> Iterator[StreamEvent]:
        run = self.prepare(question, history, documents)
        run.max_tokens, run.stopped = tokens_for(length, self._settings.answer_tokens), stopped
        quotes = {source.evidence.span: source for source in reversed(run.sources)}
        best = sorted(quotes.values(), key=lambda source: source.number)[:_SHOWN]
        shown = tuple(citation(source.number, source.evidence) for source in best)
        yield EvidenceFound(standalone_question=run.question, quotes=shown)
        with asking(stopped):
            name = self._chat().name
        if is_about_assistant(question):
            yield run.settled(run.composer.say(ABOUT))
            status = Status.UNCLEAR
        elif is_unclear(question, history):
            yield run.settled(run.composer.say(CLARIFY))
            status = Status.UNCLEAR
        elif asks_overview(question) and not history:
            status = yield from self._overview(run, documents)
        elif run.reading is None:
            yield run.settled(run.composer.say(NO_DOCUMENTS))
            status = Status.NOT_FOUND
        elif worked := self._sum(run, question, history, documents):
            yield run.settled(run.composer.settle_sum(worked))
            status = Status.ANSWERED
        else:
            status = yield from self._answer(run)
            if status is Status.NOT_FOUND and run.spans_documents and is_vague(question, history):
                yield run.settled(run.composer.say(CLARIFY))
                status = Status.UNCLEAR
        timings = Timings(
            retrieve=round(run.retrieved_ms, 1),
            first_token=None if run.first_ms is None else round(run.first_ms, 1),
            total=round(run.elapsed_ms(), 1),
        )
        answer = run.composer.answer(question, run.question, status, name, timings, run.confidence)
        yield Finished(answer=answer)

    def prepare(self, question: str, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> _Run:
        """Retrieve, and read the question against the evidence found."""
        started = time.perf_counter()
        limit = self._retriever.limit
        found = self._retriever.invoke(question, history=history, documents=documents, limit=max(limit, _FOR_SUMS))
        # Of a comparison each document has its say, however many there are.
        limit = max(limit, len({each.metadata["document"] for each in found if each.metadata["compared"]}))
        sources = [
            Source(number, document.metadata["evidence"], document.metadata["vector"])
            for number, document in enumerate(found[:limit], start=1)
        ]
        reading = None
        standalone = standalone_question(question, history)
        if found:
            reading = read(standalone, found[0].metadata["question_vector"], len(found))
        retrieved = (time.perf_counter() - started) * 1000
        evidence = [document.metadata["evidence"] for document in found]
        return _Run(standalone, sources, evidence, reading, started, retrieved)

    def answers_from(self, question: str, spans: Collection[tuple[str, int, int]]) -> bool:
        """Whether a question would be answered, and from one of some spans, by all that is known without a model.

        Args:
            question: it is asked of all documents.
            spans: sentences as `Evidence.span` names them.
        """
        run = self.prepare(question)
        if worked := calculate(question, run.found):
            return any(term.evidence.span in spans for term in worked.terms)
        if run.reading is None:
            return False
        judgement = judge(run.reading, run.sources, None)
        return judgement.answers and run.evidence(judgement.number).span in spans

    def _sum(self, run: _Run, question: str, history: Sequence[Turn], documents: Sequence[str] | None) -> Sum | None:
        """The sum that a question wants: found by code, or proposed by a chat model that is not the small one.

        What was found for the question may lack the operands, which are then searched for by what they are called.
        """
        earlier = [turn.content for turn in history if turn.role == "user"]
        worked = calculate(question, run.found, earlier)
        if worked is None and (text := operand_text(question, earlier)):
            found = self._retriever.invoke(text, documents=documents, limit=_FOR_SUMS)
            worked = calculate(question, of_named(question, [each.metadata["evidence"] for each in found]), earlier)
        if worked:
            return worked
        chat = self._chat()
        if chat.runnable is None or chat.location == "embedded":
            return None
        from assistant.answering.sums.proposal import proposed_sum, wants_sum

        if not wants_sum(question, earlier):
            return None
        with self._endpoint_errors(), asking(run.stopped):
            return proposed_sum(chat.runnable, question, run.found, earlier)

    def opinion(self, run: _Run) -> Opinion | None:
        """What the chat model thinks of the evidence; None if it cannot be asked.

        Raises:
            ChatModelError: the endpoint fails.
        """
        if self._writer is None:
            return None
        with self._endpoint_errors():
            return self._writer.opinion([source.evidence for source in run.sources], run.question, run.stopped)

    def judge(self, run: _Run) -> Judgement | None:
        """The judgement on a prepared question; None if there is no evidence at all."""
        if run.reading is None:
            return None
        judgement = judge(run.reading, run.sources, self.opinion(run))
        log.debug("judged %.3f, sentence %d: %s", judgement.probability, judgement.number, judgement.row)
        return judgement

    def _answer(self, run: _Run) -> Generator[StreamEvent, None, Status]:
        """Decide, then quote or write. A model without an opinion decides by what it writes."""
        judgement = self.judge(run)
        if judgement is None:
            return Status.NOT_FOUND
        run.confidence = round(judgement.probability, 4)
        speaks_only = self._writer is not None and not judgement.informed
        if not judgement.answers and not speaks_only:
            yield from self._not_found(run, judgement.number)
            return Status.NOT_FOUND
        if self._writer is None:
            yield run.settled(run.composer.quote(run.told(judgement.number), self._quote_lead))
            return Status.ANSWERED
        return (yield from self._settle_draft(run, judgement))

    def _overview(self, run: _Run, documents: Sequence[str] | None) -> Generator[StreamEvent, None, Status]:
        """The main points of a document in its own words; of many documents one must be chosen."""
        found = self._retriever.engine.overview(documents, _MAIN_POINTS)
        if not found:
            yield run.settled(run.composer.say(WHICH_DOCUMENT))
            return Status.UNCLEAR
        yield run.settled(run.composer.say(OVERVIEW_LEAD))
        for evidence in found:
            yield run.settled(run.composer.item(evidence))
        return Status.ANSWERED

    def _not_found(self, run: _Run, number: int) -> Iterator[SentenceSettled]:
        yield run.settled(run.composer.say(NOT_FOUND))
        if is_other_language(run.question):
            yield run.settled(run.composer.say(ENGLISH_ONLY))
        yield run.settled(run.composer.quote(run.told(number), NOT_FOUND_LEAD))

    def _settle_draft(self, run: _Run, judgement: Judgement) -> Generator[StreamEvent, None, Status]:
        """Settle the draft's sentences one by one.

        A first sentence about somebody or some day that the question names and its sources do not makes it no
        answer, and so does an order in a document that the model obeys, and a figure that a small model led to the
        closest sentence had to make up. A first sentence in the small model's own words, in none but the question's, or
        with a figure without its "about" or "up to", gives way to the evidence chosen before it is shown. A model that
        says in words that the documents do not say is taken at its word, unless they say just that. Any other
        sentence with a wrong figure or name, without support, or firmer than its source is struck, in view, and the
        best quote follows it once. A lead to a list that claims nothing needs no support; of one that counts, the list
        is led to without the count.
        """
        for place, sentence in enumerate(self._draft(run, judgement)):
            if 0 in sentence.marks or not sentence.text:
                if place == 0 and not judgement.informed:
                    yield from self._not_found(run, judgement.number)
                    return Status.NOT_FOUND
                if place > 0:
                    break
            support = self._align(sentence, run)
            if place == 0 and not judgement.informed and not support.stands and refuses(sentence.text):
                yield from self._not_found(run, judgement.number)
                return Status.NOT_FOUND
            cited = [run.evidence(number) for number in support.numbers]
            invented = judgement.informed and _invents(support, run.sources)
            if place == 0 and (invented or asks_of_another(run.question, support) or obeys(cited)):
                yield from self._not_found(run, judgement.number)
                return Status.NOT_FOUND
            wanted = run.evidence(judgement.number) if place == 0 else None
            empty = place == 0 and judgement.informed and restates(sentence.text, run.question)
            if not judgement.informed and only_leads(sentence.text, run.question):
                yield run.settled(run.composer.say(LIST_LEAD if figures(sentence.text) else sentence.text))
            elif support.stands and not empty and not strays(sentence.text, support, cited, wanted, judgement.informed):
                yield run.settled(run.composer.settle(sentence.text, cited, item=sentence.item))
            elif place == 0 and judgement.informed and not support.unknown_names:
                yield run.settled(run.composer.quote(run.told(judgement.number)))
                if support.stands and support.overlap >= CLOSE:
                    # The model took its words from elsewhere, and may have been right to.
                    judgement = replace(judgement, also=(support.numbers[0], *judgement.also))
                break
            else:
                yield run.settled(run.composer.strike(sentence.text, item=sentence.item))
                number = judgement.number if judgement.informed or not support.numbers else support.numbers[0]
                best = run.told(number)
                if not run.composer.holds(best):
                    yield run.settled(run.composer.quote(best, STRUCK_LEAD, item=sentence.item))
        yield from self._also(run, [run.evidence(number) for number in judgement.also])
        if not run.composer.sentences:
            yield run.settled(run.composer.quote(run.told(judgement.number)))
        return Status.ANSWERED

    def _also(self, run: _Run, further: Sequence[Evidence]) -> Iterator[SentenceSettled]:
        """What the documents say besides: a list where several things were asked for."""
        listed = asks_several(run.question)
        lead = ALSO_LEAD
        for evidence in further:
            if run.composer.holds(evidence):
                continue
            if listed and lead:
                yield run.settled(run.composer.say(lead))
            yield run.settled(run.composer.item(evidence) if listed else run.composer.quote(evidence, lead))
            lead = ""

    def _draft(self, run: _Run, judgement: Judgement) -> Iterator[DraftSentence]:
        """The draft's sentences as the chat model completes them."""
        if self._writer is None:
            return
        stream = DraftStream()
        evidence = [source.evidence for source in run.sources]
        with self._endpoint_errors():
            for text in self._writer.draft(evidence, run.question, judgement.number, run.max_tokens, run.stopped):
                yield from stream.feed(text)
        log.debug("draft: %s", stream.text)
        yield from stream.finish()

    @contextmanager
    def _endpoint_errors(self) -> Iterator[None]:
        """Whatever the endpoint raises becomes a `ChatModelError` with a next step."""
        try:
            yield
        except (AssistantError, Left):
            raise
        except Exception as error:
            from assistant.models.explain import explain

            raise explain(error, self._settings) from error

    def _align(self, sentence: DraftSentence, run: _Run) -> Support:
        return align(sentence.text, self._embedder.encode([sentence.text])[0], sentence.marks, run.sources)


def _invents(support: Support, sources: Sequence[Source]) -> bool:
    """Whether a sentence has a figure that what it cites does not give in any sense."""
    told = [figure for source in sources if source.number in support.numbers for figure in source.figures]
    return any(made_up(figure, told) for figure in support.unsupported_figures)
