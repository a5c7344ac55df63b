"""Former runs of the same set, read from the JSON files that `assistant eval --json` wrote."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.errors import QuestionSetError
from evals.model import Metric, Run

logger = logging.getLogger(__name__)

_OPTIONS = ("only", "sample", "seed", "limit", "whole_corpus")


@dataclass(frozen=True)
class PastRun:
    """What is kept of a run to set it beside others: `name` of its file, when it began (ISO 8601), its metrics.

    `options` are those that decide which cases were asked, and over what.
    """

    name: str
    started: str
    questions: str
    questions_sha256: str
    retrieval_only: bool
    metrics: tuple[Metric, ...]
    options: str = ""

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, if it was measured."""
        return next((one for one in self.metrics if one.name == name and one.value is not None), None)


def _text(made: dict[str, Any], key: str) -> str:
    value = made.get(key)
    if not isinstance(value, str):
        raise ValueError(f"it lacks run.{key}")
    return value


def _options(made: Mapping[str, Any]) -> str:
    # What a run was not given, and what older ones did not record, is the same.
    return json.dumps({name: given for name in _OPTIONS if (given := made.get(name))})


def past_run(name: str, data: Any) -> PastRun:
    """A run from the object that `--json` writes.

    Raises:
        ValueError: it is no such object; the message says what it lacks.
    """
    if not isinstance(data, dict) or not isinstance(data.get("run"), dict) or not isinstance(data.get("metrics"), dict):
        raise ValueError("it is not a run")
    made = data["run"]
    metrics = tuple(Metric.model_validate({"name": key, **value}) for key, value in data["metrics"].items())
    return PastRun(
        name,
        _text(made, "started"),
        _text(made, "questions"),
        _text(made, "questions_sha256"),
        made.get("retrieval_only") is True,
        metrics,
        _options(made),
    )


def load_history(folder: Path) -> list[PastRun]:
    """The runs whose JSON lies in a folder, oldest first; files that are none are told in the log and left out.

    Raises:
        QuestionSetError: the folder cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.is_file())
    except OSError as error:
        raise QuestionSetError(
            f"The history {folder} cannot be read: {error.strerror or error}",
            "Give the folder that holds the JSON files of former runs with --history.",
        ) from error
    found = []
    for path in paths:
        try:
            found.append(past_run(path.name, json.loads(path.read_bytes())))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            reason = "it is not a run" if isinstance(error, (ValidationError, RecursionError)) else error
            logger.warning("%s is left out of the history: %s", path.name, reason)
    return sorted(found, key=lambda each: each.started)


def with_this(history: Sequence[PastRun], run: Run) -> list[PastRun]:
    """The former runs that asked the same set in the same way, and this one as the last.

    Runs of a set of the same name whose file has changed since are kept: a set grows. This very run, if its JSON
    lies in the folder already, is taken once.
    """
    this = PastRun(
        "this run",
        str(run.made.get("started", "")),
        str(run.made.get("questions", "")),
        str(run.made.get("questions_sha256", "")),
        run.retrieval_only,
        run.metrics,
        _options(run.made),
    )

    def kind(each: PastRun) -> tuple[str, bool, str]:
        return each.questions, each.retrieval_only, each.options

    return [*(past for past in history if kind(past) == kind(this) and past.started != this.started), this]
