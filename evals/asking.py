"""Asks the cases of a set and scores what comes back, one after the other or several at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from assistant.answering.answer import Answer, Status
from assistant.errors import AssistantError
from evals.home import Answering, Progress
from evals.judge import Judge, Verdict
from evals.metrics.meaning import Embed
from evals.metrics.retrieval import DEPTHS
from evals.metrics.unsupported import shown_text, unsupported_figures
from evals.model import ERROR, Item, Retrieved
from evals.score import Hit, failure_of, is_correct, only_rejected, score_answer, score_grounding, score_search
from evals.sets import Question

logger = logging.getLogger(__name__)
_NOTHING: Mapping[str, Item] = MappingProxyType({})


@dataclass(frozen=True)
class Graders:
    """What compares an answer with the accepted ones beside the rules; None for what is not wanted."""

    embed: Embed | None = None
    judge: Judge | None = None


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)


def _blank(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "type": question.type,
        "answerable": question.answerable,
        "expected": question.figures or question.answers,
        "scale": None if question.figures else question.scale,
        "rejected": question.rejected,
        "documents": question.documents,
        "pages": question.pages,
        "quotes": question.quotes,
        "scope": question.scope,
        "history": question.history,
    }


def _error_text(error: Exception) -> str:
    if isinstance(error, AssistantError):
        return str(error)
    logger.error("A defect, counted as an error of this case", exc_info=error)
    return f"Defect: {type(error).__name__}: {error}"


@dataclass(frozen=True)
class _Reply:
    """What came back for one question; `problem` is the error's words, if it ended in one."""

    hits: Sequence[Hit]
    answer: Answer | None
    problem: str | None
    timings: dict[str, float | None]


def _reply(assistant: Answering, question: Question, retrieval_only: bool) -> _Reply:
    scope = question.scope or None
    timings: dict[str, float | None] = {}
    hits: Sequence[Hit] = ()
    answer: Answer | None = None
    problem: str | None = None
    try:
        start = time.perf_counter()
        hits = assistant.search(question.question, k=max(DEPTHS), documents=scope, history=question.history)
        timings["search"] = _since(start)
        if not retrieval_only:
            answer = assistant.ask(question.question, history=question.history, documents=scope)
            timings |= answer.timings_ms.model_dump()
    except Exception as error:
        problem = _error_text(error)
    return _Reply(hits, answer, problem, timings)


def run_item(assistant: Answering, question: Question, *, retrieval_only: bool, graders: Graders | None = None) -> Item:
    """Ask one question and score what comes back.

    An error is recorded with its text and counted wrong; it never stops a run, which may have taken hours.

    Raises:
        AssistantError: the judge cannot be asked: without its grades the rest would be another run.
    """
    graders = graders or Graders()
    reply = _reply(assistant, question, retrieval_only)
    answer, problem = reply.answer, reply.problem
    status = ERROR if problem is not None else answer.status.value if answer is not None else None
    correct = None if answer is None else is_correct(question, answer)
    if problem is not None and not retrieval_only:
        correct = False
    scores = score_search(question, reply.hits)
    if not retrieval_only:
        scores |= score_answer(question, answer, correct, graders.embed)
        scores |= score_grounding(question, answer, reply.hits)
    verdict = _judged(question, answer, graders.judge)
    if verdict is not None:
        scores["judge_grade"] = verdict.grade
    unsupported = unsupported_figures(answer) if answer is not None else ()
    return Item(
        **_blank(question),
        status=status,
        answer=answer.answer if answer is not None else None,
        correct=correct,
        failure=failure_of(question, status, correct) if status is not None else None,
        error=problem,
        retrieved=tuple(
            Retrieved(document=h.document, page=h.page, start=h.start, end=h.end, text=h.text) for h in reply.hits
        ),
        citations=answer.citations if answer is not None else (),
        unsupported_figures=len(unsupported),
        unsupported=unsupported,
        timings_ms=reply.timings,
        scores=scores,
        confidence=answer.confidence if answer is not None else None,
        judge=verdict.said if verdict is not None else None,
    )


def _judged(question: Question, answer: Answer | None, judge: Judge | None) -> Verdict | None:
    """Only answers to questions of which a right one is known are graded: refusing is no matter of wording."""
    if judge is None or answer is None or answer.status is not Status.ANSWERED:
        return None
    if not question.answerable or only_rejected(question):
        return None
    return judge(question, shown_text(answer))


def _several(ask: Callable[[Question], Item], questions: Sequence[Question], workers: int) -> Iterator[Item]:
    """Results as they come; only a few questions are handed out ahead, so that an interruption is soon over."""
    waiting = iter(questions)
    under_way: set[Future[Item]] = set()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="eval")
    try:
        while True:
            while len(under_way) < workers and (question := next(waiting, None)) is not None:
                under_way.add(pool.submit(ask, question))
            if not under_way:
                return
            finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def ask_all(
    assistant: Answering,
    questions: Sequence[Question],
    told: Progress,
    *,
    retrieval_only: bool = False,
    workers: int = 1,
    graders: Graders | None = None,
    done: Mapping[str, Item] = _NOTHING,
    keep: Callable[[Item], None] | None = None,
) -> list[Item]:
    """Ask every question that is not `done`, telling how far it is; the results of all, in order of the questions.

    Args:
        assistant: is asked, from several threads where there are several workers.
        questions: the cases.
        told: is told how many are done.
        retrieval_only: search without asking.
        workers: how many are asked at once.
        graders: what compares answers beside the rules.
        done: results there are already, by id.
        keep: is given each new result as it comes, in the thread of the caller.
    """

    def ask(question: Question) -> Item:
        return run_item(assistant, question, retrieval_only=retrieval_only, graders=graders)

    found = dict(done)
    left = [question for question in questions if question.id not in found]
    told("questions", len(found), len(questions))
    for item in map(ask, left) if workers == 1 else _several(ask, left, workers):
        if keep is not None:
            keep(item)
        found[item.id] = item
        told("questions", len(found), len(questions))
    return [found[question.id] for question in questions]
