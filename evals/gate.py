"""The gate: which metrics a run has to reach, and which cases keep it from doing so."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.answering.answer import Status
from assistant.errors import QuestionSetError
from evals.model import ERROR, Failure, Item
from evals.summary import METRIC_NAMES, PARTS, RIGHT_GRADE


class Threshold(BaseModel):
    """Bounds of one metric, both inclusive; at least one of them is given."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    metric: str
    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Threshold:
        if self.min is None and self.max is None:
            raise ValueError("it has neither min nor max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self

    def __str__(self) -> str:
        low = f"at least {self.min:g}" if self.min is not None else ""
        high = f"at most {self.max:g}" if self.max is not None else ""
        return " and ".join(part for part in (low, high) if part)


class Missed(BaseModel):
    """A metric outside its bounds; `value` is None where it could not be measured.

    `cases` are the ids of the items that count against it, in the order of the set; none where only all of them
    together do, as with the calibration of confidence.
    """

    model_config = ConfigDict(frozen=True)

    metric: str
    value: float | None
    threshold: Threshold
    cases: tuple[str, ...]

    def __str__(self) -> str:
        value = "could not be measured" if self.value is None else f"is {self.value:.4g}"
        more = f" and {len(self.cases) - _NAMED:,} more" if len(self.cases) > _NAMED else ""
        whole = "" if self.value is None else "; no single case decides it"
        named = f"; cases: {', '.join(self.cases[:_NAMED])}{more}" if self.cases else whole
        return f"{self.metric} {value}, wanted {self.threshold}{named}"


def judge_disagrees(item: Item) -> bool:
    """Whether the judge and the rules say otherwise of an answer that both judged."""
    grade = item.scores.get("judge_grade")
    return grade is not None and item.correct is not None and (grade == RIGHT_GRADE) != item.correct


def _lacks(hits: str, among: str) -> Callable[[Item], bool]:
    return lambda item: (item.scores.get(hits) or 0) < (item.scores.get(among) or 0)


_TIME = re.compile(r"(?P<stage>search|retrieve|first_token|total)_p\d+_ms")
#: Most cases that a line names.
_NAMED = 20
#: Which items count against a metric, where no value of their own says so.
_BLAMED: dict[str, Callable[[Item], bool]] = {
    "errors": lambda item: item.status == ERROR,
    "refusal_precision": lambda item: item.failure is Failure.WRONGLY_REFUSED,
    "refusal_recall": lambda item: item.failure is Failure.WRONGLY_ANSWERED,
    "refusal_balanced_accuracy": lambda item: item.failure in (Failure.WRONGLY_REFUSED, Failure.WRONGLY_ANSWERED),
    "risk_coverage_area": lambda item: item.status == Status.ANSWERED and item.correct is False,
    "unsupported_figures": lambda item: item.unsupported_figures > 0,
    "unsupported_figure_rate": lambda item: item.unsupported_figures > 0,
    "judge_agreement": judge_disagrees,
    "judge_kappa": judge_disagrees,
    **{name: _lacks(*parts) for name, parts in PARTS.items()},
}


def _cases(threshold: Threshold, items: Sequence[Item]) -> tuple[str, ...]:
    blamed = _BLAMED.get(threshold.metric) or _beyond(threshold)
    return tuple(item.id for item in items if blamed(item))


def _beyond(threshold: Threshold) -> Callable[[Item], bool]:
    """Whether a case's own value is outside the bounds that the mean of all has to keep."""
    time = _TIME.fullmatch(threshold.metric)

    def own(item: Item) -> float | None:
        if time:
            return item.timings_ms.get(time["stage"])
        if threshold.metric == "confidence_brier":
            return None if item.confidence is None else (item.confidence - item.answerable) ** 2
        return item.scores.get(threshold.metric)

    def outside(item: Item) -> bool:
        value = own(item)
        if value is None:
            return False
        low, high = threshold.min, threshold.max
        return (low is not None and value < low) or (high is not None and value > high)

    return outside


def load_thresholds(path: Path) -> tuple[Threshold, ...]:
    """Read a thresholds file: TOML, one table a metric, with `min`, `max` or both.

    Raises:
        QuestionSetError: the file cannot be read, is not TOML, names no metric that exists, or a table has
            other keys or no bound.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionSetError(
            f"The thresholds {path} cannot be read: {error.strerror or error}", "Check the file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"{path.name} is not TOML: {error}", "Correct that line.") from error
    unknown = sorted(set(tables) - METRIC_NAMES)
    if unknown:
        raise QuestionSetError(
            f"{path.name}: there is no metric {unknown[0]!r}",
            "Correct the name; docs/evaluation.md lists the metrics.",
        )
    thresholds = []
    for metric, bounds in tables.items():
        try:
            thresholds.append(Threshold(metric=metric, **(bounds if isinstance(bounds, dict) else {"": 0})))
        except (ValidationError, TypeError) as error:
            first = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else error
            raise QuestionSetError(
                f"{path.name}, [{metric}]: {str(first).removeprefix('Value error, ')}",
                "Write a table with min, max or both, as numbers.",
            ) from error
    return tuple(thresholds)


def check(
    summary: Mapping[str, float | int | None], thresholds: Sequence[Threshold], items: Sequence[Item] = ()
) -> list[Missed]:
    """The thresholds that a run misses, in the order of the thresholds.

    A metric that the summary does not have was not part of the run and is passed over; one that it has
    without a value could not be measured and is missed, so that nothing passes for want of cases.
    """
    missed = []
    for threshold in thresholds:
        if threshold.metric not in summary:
            continue
        value = summary[threshold.metric]
        low = value is not None and threshold.min is not None and value < threshold.min
        high = value is not None and threshold.max is not None and value > threshold.max
        if value is None or low or high:
            missed.append(
                Missed(
                    metric=threshold.metric,
                    value=value,
                    threshold=threshold,
                    cases=_cases(threshold, items),
                )
            )
    return missed
