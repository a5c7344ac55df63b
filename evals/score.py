"""One case scored: what the search brought, what was answered, and what the set wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from assistant.answering.answer import Answer, Citation, Status
from evals.metrics import answers as by_answer
from evals.metrics.citations import gold_cited, supports
from evals.metrics.grounded import ungrounded_figures
from evals.metrics.meaning import Embed, meaning_similarity
from evals.metrics.retrieval import first_ranks, quotes_covered, retrieval_scores
from evals.metrics.support import support
from evals.metrics.tatqa import prediction, tatqa_scores
from evals.metrics.unsupported import shown_text
from evals.model import ERROR, Failure
from evals.sets import Question

Scores = dict[str, float | None]


class Hit(Protocol):
    """A search result, as `Assistant.search` gives it."""

    @property
    def document(self) -> str:
        """Name of the document."""

    @property
    def page(self) -> int | None:
        """1-based page, None where the format has none."""

    @property
    def text(self) -> str:
        """The words found."""

    @property
    def start(self) -> int:
        """Offset of the words in the document's canonical text."""

    @property
    def end(self) -> int:
        """Offset of their end."""


def score_search(question: Question, hits: Sequence[Hit]) -> Scores:
    """Retrieval scores for documents, pages and quotes.

    Documents are no target where the question is asked within its gold documents only: nothing could be
    missed there.
    """
    trivial = bool(question.scope) and set(question.scope) <= set(question.documents)
    documents = () if trivial else question.documents
    quotes = [quote for quote in question.quotes if quote.strip()]
    return {
        **retrieval_scores("document", first_ranks(documents, [(hit.document,) for hit in hits])),
        **retrieval_scores(
            "page",
            first_ranks(
                [(page.document, page.page) for page in question.pages],
                [((hit.document, hit.page),) for hit in hits],
            ),
        ),
        **retrieval_scores(
            "quote",
            first_ranks(range(len(quotes)), [quotes_covered(quotes, hit.text) for hit in hits]),
        ),
    }


def is_correct(question: Question, answer: Answer) -> bool | None:
    """Whether the case went right; None when it was answered and no rule can judge the wording.

    Not answerable: it was refused. Answerable: it was answered, and the shown text has all gold figures,
    or, where there are none, an accepted answer (all parts of a scaled one). Where only rejected answers are known,
    one of them is wrong, and any other can be neither.
    """
    answered = answer.status is Status.ANSWERED
    if not question.answerable or not answered:
        return answered == question.answerable
    if only_rejected(question):
        return False if by_answer.is_one_of(shown_text(answer), question.rejected) else None
    return by_answer.says_right(
        shown_text(answer), answers=question.answers, figures=question.figures, scale=question.scale
    )


def only_rejected(question: Question) -> bool:
    """Whether of an answerable case nothing is known but what does not answer it."""
    return question.answerable and not question.figures and not any(text.strip() for text in question.answers)


def judged_by_rule(question: Question) -> bool:
    """Whether `correct` is decided by rule whatever comes back.

    A refusal of a question with a prose answer is wrong for certain, an answer to it can be neither; such
    cases stay out of the share of correct ones, which they could only lower.
    """
    if not question.answerable or question.figures or question.scale is not None:
        return True
    if only_rejected(question):
        return False
    return not by_answer.is_prose(question.answers)


def failure_of(question: Question, status: str, correct: bool | None) -> Failure | None:
    """How the case went wrong, None if it did not (as far as can be judged)."""
    if status == ERROR:
        return Failure.ERROR
    if correct is not False:
        return None
    if not question.answerable:
        return Failure.WRONGLY_ANSWERED
    return Failure.WRONG if status == Status.ANSWERED else Failure.WRONGLY_REFUSED


def _used(answer: Answer) -> list[Citation]:
    if not answer.sentences:
        return list(answer.citations)
    numbers = {n for sentence in answer.sentences if not sentence.struck for n in sentence.citations}
    numbers |= {operand.citation for operand in (answer.calculation.operands if answer.calculation else ())}
    return [citation for citation in answer.citations if citation.number in numbers]


def _quote_scores(question: Question, answer: Answer) -> Scores:
    """How much of the gold evidence an answer cites; of a refusal, which cites nothing, nothing is asked."""
    told = question.answerable and answer.status is Status.ANSWERED
    quotes = [citation.quote for citation in _used(answer)]
    return {"gold_quotes_cited": gold_cited(quotes, question.quotes) if told else None}


def _citation_scores(question: Question, answer: Answer, correct: bool | None) -> Scores:
    if not (question.answerable and correct):
        return {"citations_relevant": None, "citations_judged": None, "citation_hit_of_correct": None}
    operands = tuple(o.text for o in answer.calculation.operands) if answer.calculation else ()
    used = _used(answer)
    good = sum(
        supports(
            citation.quote,
            answers=question.answers,
            figures=(*question.figures, *operands),
            quotes=question.quotes,
            scale=question.scale,
        )
        for citation in used
    )
    return {
        "citations_relevant": float(good),
        "citations_judged": float(len(used)),
        "citation_hit_of_correct": float(good > 0),
    }


def _wording_scores(question: Question, answer: Answer | None, embed: Embed | None) -> Scores:
    """Scores of the words alone; a refusal or error says nothing and scores 0."""
    if not question.answerable:
        return {}
    told = answer is not None and answer.status is Status.ANSWERED
    shown = shown_text(answer) if answer is not None and told else ""
    scores: Scores = {}
    if question.figures or question.scale is None:
        scores["figure_recall"] = by_answer.figure_recall(shown, answers=question.answers, figures=question.figures)
    if question.scale is None:
        scores["answer_em"] = by_answer.exact_match(shown, question.answers)
        scores["answer_f1"] = by_answer.best_token_f1(shown, question.answers)
        if embed is not None:
            scores["answer_meaning"] = meaning_similarity(shown, question.answers, embed)
        return scores
    calculation = answer.calculation if answer is not None else None
    spans, scale = prediction(shown, question.question, calculation.result if calculation and told else None)
    scores["tatqa_em"], scores["tatqa_f1"] = tatqa_scores(
        spans, scale, gold_spans=question.answers, gold_scale=question.scale, kind=question.type
    )
    return scores


def score_grounding(question: Question, answer: Answer | None, hits: Sequence[Hit]) -> Scores:
    """Whether an answer shows a figure that was in nothing found: 1 or 0; None where nothing was answered or found."""
    if answer is None or answer.status is not Status.ANSWERED or not hits:
        return {"ungrounded_figure": None}
    said = [question.question, *(turn.content for turn in question.history)]
    seen = [citation.quote for citation in answer.citations]
    given = [*(hit.text for hit in hits), *seen, *said, *question.answers, *question.figures]
    return {"ungrounded_figure": float(bool(ungrounded_figures(shown_text(answer), given)))}


def score_answer(question: Question, answer: Answer | None, correct: bool | None, embed: Embed | None = None) -> Scores:
    """Scores of an answer; of an error (None) what it costs. Without `embed` its meaning is not compared."""
    scores: Scores = {"correct": None if correct is None or not judged_by_rule(question) else float(correct)}
    scores |= _wording_scores(question, answer, embed)
    if answer is not None:
        scores |= _citation_scores(question, answer, correct)
        scores |= _quote_scores(question, answer)
        scores |= {name: float(count) for name, count in asdict(support(answer)).items()}
    return scores
