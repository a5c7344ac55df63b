"""Runs a question set through the `Assistant`, the same door that people use."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.answering.answer import Answer
from assistant.errors import AssistantError, QuestionSetError
from assistant.settings import Settings
from evals import provenance
from evals.home import (
    Answering,
    AssistantLike,
    Factory,
    Progress,
    check_known,
    hash_corpus,
    index_folder,
    list_documents,
    opened_home,
    real_assistant,
)
from evals.metrics.retrieval import DEPTHS
from evals.metrics.unsupported import unsupported_figures
from evals.model import ERROR, Item, Retrieved, Run
from evals.score import Hit, failure_of, is_correct, score_answer, score_search
from evals.sets import Question
from evals.summary import summarise, summarise_by_type

logger = logging.getLogger(__name__)


def _quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)


def _blank(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "type": question.type,
        "answerable": question.answerable,
        "expected": question.figures or question.answers,
    }


def _error_text(error: Exception) -> str:
    if isinstance(error, AssistantError):
        return str(error)
    logger.error("A defect, counted as an error of this case", exc_info=error)
    return f"Defect: {type(error).__name__}: {error}"


def run_item(assistant: Answering, question: Question, *, retrieval_only: bool) -> Item:
    """Ask one question and score what comes back.

    An error is recorded with its text and counted wrong; it never stops a run, which may have taken hours.
    """
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
    return _item(question, hits, answer, problem, timings, retrieval_only)


def _item(
    question: Question,
    hits: Sequence[Hit],
    answer: Answer | None,
    problem: str | None,
    timings: dict[str, float | None],
    retrieval_only: bool,
) -> Item:
    status = ERROR if problem is not None else answer.status.value if answer is not None else None
    correct = None if answer is None else is_correct(question, answer)
    if problem is not None and not retrieval_only:
        correct = False
    scores = score_search(question, hits)
    if not retrieval_only:
        scores |= score_answer(question, answer, correct)
    unsupported = unsupported_figures(answer) if answer is not None else ()
    return Item(
        **_blank(question),
        status=status,
        answer=answer.answer if answer is not None else None,
        correct=correct,
        failure=failure_of(question, status, correct) if status is not None else None,
        error=problem,
        retrieved=tuple(Retrieved(document=hit.document, page=hit.page, start=hit.start, end=hit.end) for hit in hits),
        citations=answer.citations if answer is not None else (),
        unsupported_figures=len(unsupported),
        unsupported=unsupported,
        timings_ms=timings,
        scores=scores,
    )


def _warm(assistant: AssistantLike, question: Question, *, retrieval_only: bool) -> None:
    """Load the models outside the clock, so that the first case is timed like the others."""
    if not retrieval_only:
        assistant.warm()
        return
    try:
        assistant.search(question.question, k=1)
    except Exception as error:
        # The first case meets the same error and records it.
        logger.warning("The first search failed: %s", error)


def ask_all(
    assistant: Answering, questions: Sequence[Question], told: Progress, *, retrieval_only: bool = False
) -> list[Item]:
    """Ask every question, in order, telling how far it is."""
    items: list[Item] = []
    for question in questions:
        told("questions", len(items), len(questions))
        items.append(run_item(assistant, question, retrieval_only=retrieval_only))
    told("questions", len(items), len(questions))
    return items


def made_now(started: datetime) -> Mapping[str, Any]:
    """When, how long, of which code and on what machine a run was made that ends now."""
    return {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "commit": provenance.git_commit(Path(__file__).resolve().parent),
        "packages": provenance.package_versions(),
        "machine": dict(provenance.machine()),
    }


def run(
    settings: Settings,
    questions: Sequence[Question],
    documents_dir: Path | None = None,
    retrieval_only: bool = False,
    limit: int | None = None,
    progress: Progress | None = None,
    *,
    home: Path | None = None,
    factory: Factory | None = None,
) -> Run:
    """Ask every question, in order, and score what comes back.

    Args:
        settings: how the assistant is set up; `home` is only used when no folder is given.
        questions: the cases.
        documents_dir: a folder that is indexed into a home of its own; None asks the home as it stands.
        retrieval_only: search without asking.
        limit: only the first so many cases.
        progress: told how far the run is.
        home: where that home of its own is kept; a temporary folder by default.
        factory: makes the assistant; the real one by default.

    Raises:
        AssistantError: the home cannot be opened, the folder not indexed or the models not loaded. Errors
            of single questions are recorded in their items.
    """
    told = progress or _quiet
    chosen = list(questions if limit is None else questions[: max(0, limit)])
    if not chosen:
        raise QuestionSetError("There is no question to ask", "Give a set with cases, and a limit above 0.")
    files = None if documents_dir is None else list_documents(documents_dir)
    started = datetime.now(UTC)
    with opened_home(settings, documents_dir, home, factory or real_assistant) as (assistant, used):
        missing = {} if documents_dir is None else index_folder(assistant, documents_dir, told)
        check_known(assistant, chosen, missing)
        _warm(assistant, chosen[0], retrieval_only=retrieval_only)
        items = ask_all(assistant, chosen, told, retrieval_only=retrieval_only)
        model = None if retrieval_only else assistant.model_name
        made = {"model": model, "corpus_sha256": hash_corpus(assistant, files), **made_now(started)}
    return Run(
        retrieval_only=retrieval_only,
        metrics=summarise(items, retrieval_only=retrieval_only),
        by_type=summarise_by_type(items, retrieval_only=retrieval_only),
        settings=used.printable(),
        made=made,
        not_indexed=missing,
        items=tuple(items),
    )
