"""Runs the combinations of a sweep one after the other, each kept as soon as it is done."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.errors import AssistantError, QuestionSetError, StorageError
from assistant.settings import Settings
from evals import provenance
from evals.command import DEFAULT_QUESTIONS, documents_for
from evals.history import past_run
from evals.home import Factory, Progress, list_documents
from evals.indexed import build_key
from evals.model import Metric
from evals.options import choose
from evals.report import write_json
from evals.runner import Keep, run
from evals.sets import Question, load_questions
from evals.sweep.plan import Combination, Plan, settings_of

logger = logging.getLogger(__name__)
#: Settings that decide no result: where things lie, and what is logged.
_IMMATERIAL = frozenset({"home", "corpus", "models_dir", "watch", "log_level", "chat_api_key", "feedback_file"})


@dataclass(frozen=True)
class Outcome:
    """What came of a combination: its metrics and the file of its run, or the error that kept it from running.

    `again` says that it was done before and is taken from there.
    """

    combination: Combination
    metrics: tuple[Metric, ...] = ()
    run_file: Path | None = None
    error: str | None = None
    again: bool = False

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, if it was measured."""
        return next((one for one in self.metrics if one.name == name and one.value is not None), None)


@dataclass(frozen=True)
class Asked:
    """The set of a sweep and the folder it is about, read and hashed."""

    path: Path
    documents: Path
    cases: tuple[Question, ...]
    questions_sha256: str
    corpus_sha256: str


def _digest(parts: Mapping[str, Any]) -> str:
    return provenance.fingerprint(parts)[:16]


def read_set(plan: Plan, settings: Settings) -> Asked:
    """Read the set and look at the folder of a sweep.

    Raises:
        QuestionSetError: one of them cannot be used, there is no folder, or no case of a type that is named.
    """
    path = plan.asked.questions or DEFAULT_QUESTIONS
    folder = documents_for(path, plan.asked.documents, settings)
    if folder is None:
        raise QuestionSetError(
            f"The sweep {plan.name} names no folder of documents", "Add `documents = …`: it is indexed anew."
        )
    files = list_documents(folder)
    cases = load_questions(path, files)
    corpus = provenance.corpus_hash((name, provenance.sha256_of(file)) for name, file in files.items())
    return Asked(path, folder, tuple(choose(cases, plan.asked)), provenance.sha256_of(path), corpus)


def _run_key(plan: Plan, asked: Asked, settings: Settings) -> str:
    """A name for a run: other questions, documents, settings, models or another version of the code are another run."""
    material = {name: value for name, value in settings.printable().items() if name not in _IMMATERIAL}
    return _digest(
        {
            "settings": material,
            "questions": asked.questions_sha256,
            "documents": asked.corpus_sha256,
            "options": plan.asked.recorded(),
            "workers": plan.asked.workers,
            "models": provenance.model_digests(settings),
            "version": __version__,
            "code": provenance.code_hash(),
            "packages": provenance.package_versions(),
        }
    )


def _kept(path: Path) -> tuple[Metric, ...] | None:
    """Metrics of a run that was done before; None if there is none that can be read."""
    if not path.exists():
        return None
    try:
        return past_run(path.name, json.loads(path.read_bytes())).metrics
    except (OSError, ValueError) as error:
        logger.warning("%s is run again: what was kept of it cannot be read (%s)", path.name, error)
        return None


def _try(
    plan: Plan,
    asked: Asked,
    one: Combination,
    settings: Settings,
    folder: Path,
    index: str,
    told: Progress,
    factory: Factory | None,
) -> Outcome:
    path = folder / "runs" / f"{_run_key(plan, asked, settings)}.json"
    kept = _kept(path)
    if kept is not None:
        return Outcome(one, kept, path, again=True)
    try:
        result = run(
            settings,
            asked.cases,
            asked.documents,
            plan.asked.retrieval_only,
            progress=told,
            home=folder / "indexes" / index,
            factory=factory,
            workers=plan.asked.workers,
            quotes_checked=True,
            keep=Keep(path.with_suffix(".part"), {"run": path.stem}, False, logger.info),
        )
        made = {"questions": asked.path.name, "questions_sha256": asked.questions_sha256, "sweep": one.name}
        write_json(result.model_copy(update={"made": {**made, **plan.asked.recorded(), **result.made}}), path)
        path.with_suffix(".part").unlink(missing_ok=True)
    except StorageError:
        # No other combination would fare better, and what is done is kept.
        raise
    except AssistantError as error:
        logger.warning("%s could not be run: %s", one.name, error)
        return Outcome(one, error=str(error))
    return Outcome(one, result.metrics, path)


def run_sweep(
    plan: Plan,
    base: Settings,
    folder: Path,
    told: Progress,
    *,
    factory: Factory | None = None,
    done: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Run what has not been run before; gives all outcomes in the order of the plan.

    Args:
        plan: what is tried.
        base: the settings that are changed.
        folder: where runs and indexes are kept, one index for all combinations that differ in asking only.
        told: is told how far each combination is.
        factory: makes the assistant; the real one by default.
        done: is given each outcome as it comes.

    Raises:
        QuestionSetError: the set or the documents cannot be used.
        StorageError: the folder cannot be written.
    """
    asked = read_set(plan, base)
    _make(folder)
    settings = [settings_of(base, one.changed) for one in plan.combinations]
    keys = [build_key(each, asked.documents) for each in settings]
    found: dict[int, Outcome] = {}
    # Those that share an index follow each other: each index is made once and still at hand.
    for number, at in enumerate(sorted(range(len(keys)), key=lambda at: (keys.index(keys[at]), at)), start=1):
        one = plan.combinations[at]
        say = _prefixed(told, f"{number} of {len(keys)}, {one.name}")
        found[at] = _try(plan, asked, one, settings[at], folder, keys[at], say, factory)
        if done is not None:
            done(found[at])
    return [found[at] for at in range(len(keys))]


def _prefixed(told: Progress, name: str) -> Progress:
    def tell(what: str, done: int, total: int) -> None:
        told(f"{name}: {what}", done, total)

    return tell


def _make(folder: Path) -> None:
    try:
        (folder / "runs").mkdir(parents=True, exist_ok=True)
        (folder / "indexes").mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {error.strerror or error}", "Give another folder with --keep."
        ) from error
