"""What passes between the runner, the metrics, the reports and the gate."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.answering.answer import Citation, Turn
from evals.metrics.risk import Point, Told, risk_coverage
from evals.sets import GoldPage

#: Status of an item whose question could not be answered for a named error.
ERROR = "error"


class Failure(StrEnum):
    """In what way an item went wrong."""

    ERROR = "error"
    WRONGLY_REFUSED = "wrongly refused"
    WRONGLY_ANSWERED = "wrongly answered"
    WRONG = "wrong"


class Retrieved(BaseModel):
    """A search result: where it stands, as a span of the document's canonical text, and its words."""

    model_config = ConfigDict(frozen=True)

    document: str
    page: int | None
    start: int
    end: int
    text: str = ""


class Item(BaseModel):
    """One case of a run, with everything needed to score and report it.

    `scale` is the set's, where `expected` are parts in it. `rejected`, `documents`, `pages`, `quotes`, `scope` and
    `history` are the set's as well; runs written before these were kept have none of them. `status` is the answer's,
    "error", or None when only the search was run. `correct` is None when no rule can judge the answer (its gold answers
    are prose, or only wrong ones are known). `scores` holds the case's value for each metric it is eligible for.
    `timings_ms` has `search` (the search alone) and the answer's own stages. `confidence` is the answer's, `judge` what
    an optional judge said of it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    type: str
    answerable: bool
    expected: tuple[str, ...]
    scale: str | None = None
    rejected: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    pages: tuple[GoldPage, ...] = ()
    quotes: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    status: str | None = None
    answer: str | None = None
    correct: bool | None = None
    failure: Failure | None = None
    error: str | None = None
    retrieved: tuple[Retrieved, ...] = ()
    citations: tuple[Citation, ...] = ()
    unsupported_figures: int = 0
    unsupported: tuple[str, ...] = ()
    timings_ms: dict[str, float | None] = {}
    scores: dict[str, float | None] = {}
    confidence: float | None = None
    judge: str | None = None


class Metric(BaseModel):
    """A measured value with its 95 % interval; None where no case was eligible.

    `n` is the number of cases (of citations or sentences, where the metric speaks of these) that it is taken
    over. `kind` is "share" (Wilson interval), "mean" or "milliseconds" (bootstrap), or "count" (of things in these
    cases, as is its interval).
    """

    model_config = ConfigDict(frozen=True)

    name: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    kind: str


def answers_told(items: Sequence[Item]) -> tuple[list[Told], int]:
    """What the risk-coverage curve is drawn from: answers with a confidence, and the number of cases.

    Cases that no rule can judge are left out, and so are answers without a confidence.
    """
    judged = [item for item in items if item.scores.get("correct") is not None]
    answered = [item for item in judged if item.status == "answered"]
    told = [Told(item.confidence, bool(item.correct)) for item in answered if item.confidence is not None]
    return told, len(judged) - len(answered) + len(told)


class Run(BaseModel):
    """A whole evaluation: what was asked of what, under which settings, and how it went.

    `made` says how the run can be made again: set, corpus hash, model, versions, commit, machine.
    `not_indexed` names documents that could not be read, with the reason.
    """

    model_config = ConfigDict(frozen=True)

    retrieval_only: bool
    metrics: tuple[Metric, ...]
    by_type: dict[str, tuple[Metric, ...]]
    settings: dict[str, Any]
    made: dict[str, Any]
    not_indexed: dict[str, str]
    items: tuple[Item, ...]

    def summary(self) -> dict[str, float | int | None]:
        """Metric names to values, and `n`, the number of cases."""
        return {metric.name: metric.value for metric in self.metrics} | {"n": len(self.items)}

    def risk_coverage(self) -> list[Point]:
        """The risk-coverage curve of the answers given, surest first; empty after a search alone."""
        told, cases = answers_told(self.items)
        return risk_coverage(told, cases)

    def as_json(self) -> dict[str, Any]:
        """The object that `assistant eval --json` writes."""
        whole = self.model_dump(mode="json")
        return {
            "summary": self.summary(),
            "metrics": {m.pop("name"): m for m in whole["metrics"]},
            "by_type": {kind: {m.pop("name"): m for m in rows} for kind, rows in whole["by_type"].items()},
            "risk_coverage": [point._asdict() for point in self.risk_coverage()],
            "settings": whole["settings"],
            "run": {"retrieval_only": self.retrieval_only, "not_indexed": self.not_indexed, **whole["made"]},
            "items": whole["items"],
        }
