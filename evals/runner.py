"""Runs a question set through the `Assistant`, the same door that people use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import QuestionSetError
from assistant.settings import Settings
from evals import provenance
from evals.asking import Graders, ask_all
from evals.gold import check_documents, check_quotes
from evals.home import (
    AssistantLike,
    Factory,
    Progress,
    hash_corpus,
    index_folder,
    list_documents,
    opened_home,
    real_assistant,
)
from evals.indexed import build_key
from evals.kept import Kept, index_beside, keeping, reserved
from evals.model import Run
from evals.sets import Question
from evals.summary import summarise, summarise_by_type

logger = logging.getLogger(__name__)

#: Settings that change neither an answer nor how long it takes, or that the hash of the corpus stands for.
_IMMATERIAL = frozenset({"home", "corpus", "models_dir", "watch", "log_level", "fetch_timeout_s", "fetch_private"})


@dataclass(frozen=True)
class Keep:
    """Where results are kept as they come, so that a run that is broken off can go on.

    `key` is what the run is besides settings, models, documents and code: its set and options. `fresh` begins again
    whatever was kept; `told` is given a line that says how many results were found.
    """

    path: Path
    key: Mapping[str, Any]
    fresh: bool
    told: Callable[[str], None]


def _quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


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


def _material(used: Settings) -> dict[str, Any]:
    """The settings that results depend on."""
    return {name: value for name, value in used.printable().items() if name not in _IMMATERIAL}


@contextmanager
def _opened(
    settings: Settings, folder: Path | None, home: Path | None, factory: Factory, keep: Keep | None
) -> Iterator[tuple[AssistantLike, Settings]]:
    """The open assistant of a run.

    Where results are kept, no other run writes them meanwhile, and the index of a folder outlives a run that is
    broken off, whatever ends it.
    """
    with nullcontext() if keep is None else reserved(keep.path):
        if keep is not None and folder is not None and home is None:
            home = index_beside(keep.path, build_key(settings, folder), fresh=keep.fresh)
        with opened_home(settings, folder, home, factory) as opened:
            yield opened


@contextmanager
def _kept(
    keep: Keep | None, made: Mapping[str, Any], used: Settings, workers: int, ids: set[str]
) -> Iterator[Kept | None]:
    if keep is None:
        yield None
        return
    key = {
        **keep.key,
        **made,
        "packages": provenance.package_versions(),
        "settings": _material(used),
        # Times are those under that load.
        "workers": workers,
    }
    with keeping(keep.path, key, ids, fresh=keep.fresh, told=keep.told) as kept:
        yield kept


def made_now(started: datetime, before: float = 0.0) -> Mapping[str, Any]:
    """When, how long, of which code and on what machine a run was made that ends now.

    Args:
        started: when it, or its last attempt, began.
        before: seconds of earlier attempts.
    """
    return {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds() + before, 1),
        **_of_code(),
        "packages": provenance.package_versions(),
        "machine": dict(provenance.machine()),
    }


def _of_code() -> dict[str, str | None]:
    return {"commit": _commit(), "code": provenance.code_hash()}


def _commit() -> str | None:
    return provenance.git_commit(Path(__file__).resolve().parent)


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
    workers: int = 1,
    graders: Graders | None = None,
    quotes_checked: bool = False,
    keep: Keep | None = None,
) -> Run:
    """Ask every question and score what comes back.

    Args:
        settings: how the assistant is set up; `home` is only used when no folder is given.
        questions: the cases.
        documents_dir: a folder that is indexed into a home of its own; None asks the home as it stands.
        retrieval_only: search without asking.
        limit: only the first so many cases.
        progress: told how far the run is.
        home: where that home of its own is kept; by default beside the results that are kept, else a temporary folder.
        factory: makes the assistant; the real one by default.
        workers: how many questions are asked at once. Times are then those under that load.
        graders: what compares answers with the accepted ones beside the rules.
        quotes_checked: whether gold quotes have to stand in their documents; the assistant has to keep texts then.
        keep: where results are kept as they come, and those of an attempt that was broken off taken up.

    Raises:
        AssistantError: the home cannot be opened, the folder not indexed, the models not loaded, a gold document or
            quote not found, or results not kept. Errors of single questions are recorded in their items.
    """
    told = progress or _quiet
    chosen = list(questions if limit is None else questions[: max(0, limit)])
    if not chosen:
        raise QuestionSetError("There is no question to ask", "Give a set with cases, and a limit above 0.")
    files = None if documents_dir is None else list_documents(documents_dir)
    started = datetime.now(UTC)
    with _opened(settings, documents_dir, home, factory or real_assistant, keep) as (assistant, used):
        missing = {} if documents_dir is None else index_folder(assistant, documents_dir, told)
        check_documents(assistant, chosen, missing)
        if quotes_checked:
            check_quotes(assistant, chosen, missing)
        made: dict[str, Any] = {
            "corpus_sha256": hash_corpus(assistant, files),
            "models": provenance.model_digests(used),
            **_of_code(),
        }
        with _kept(keep, made, used, workers, {question.id for question in chosen}) as kept:
            done = kept.items if kept else {}
            if len(done) < len(chosen):
                _warm(assistant, chosen[0], retrieval_only=retrieval_only)
            items = ask_all(
                assistant,
                chosen,
                told,
                retrieval_only=retrieval_only,
                workers=workers,
                graders=graders,
                done=done,
                keep=kept.add if kept else None,
            )
        model = None if retrieval_only else assistant.model_name
        spent = kept.seconds if kept else 0.0
        # The code is that of the beginning: files may have been edited meanwhile.
        made = {**made_now(started, spent), "model": model, "workers": workers, "taken_up": len(done), **made}
    return Run(
        retrieval_only=retrieval_only,
        metrics=summarise(items, retrieval_only=retrieval_only),
        by_type=summarise_by_type(items, retrieval_only=retrieval_only),
        settings=used.printable(),
        made=made,
        not_indexed=missing,
        items=tuple(items),
    )
