"""What a sweep tries: a TOML file read to a list of combinations of settings, every mistake in it named.

questions = "my.jsonl"        # beside this file; the sample note's set by default
documents = "files"           # as with `assistant eval`
retrieval_only = true
sample = 50

[settings]                    # every combination of these
passage_tokens = [96, 160, 240]
lexical_weight = [0.5, 1.0]

[named.quick]                 # and these besides
candidates = 12
"""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import QuestionSetError
from assistant.settings import Settings
from evals.metrics.retrieval import DEPTHS
from evals.options import Options
from evals.summary import METRIC_NAMES, SEARCH_METRICS

#: More combinations than this are taken for a mistake unless the file says `most`.
MOST = 64
#: Settings that a sweep decides itself, or that say nothing about quality or speed.
NOT_SWEPT = frozenset({"home", "corpus", "models_dir", "watch", "log_level", "chat_api_key", "password_file"})
#: Settings that only answers depend on: combinations that differ in these alone find the same in the same order.
OF_ANSWERS = frozenset(
    {
        "passages", "evidence_sentences", "answer_tokens", "chat_model", "chat_base_url", "chat_timeout_s",
        "chat_threads", "chat_context_tokens", "feedback_file",
    }
)  # fmt: skip
#: Metrics of which less is better, or that count, and those that a judge or the embedding model gives, which a
#: sweep does not ask: no measure of quality to plot.
_NOT_QUALITY = frozenset(
    {
        "errors",
        "unsupported_figures",
        "unsupported_figure_rate",
        "ungrounded_figure",
        "risk_coverage_area",
        "confidence_brier",
        "confidence_error",
        "answer_meaning",
        "judge_grade",
        "judge_agreement",
        "judge_kappa",
    }
)
_EXAMPLE = "docs/evaluation.md shows an example."
Value = str | int | float | bool


class _File(BaseModel):
    """The file as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    questions: str | None = Field(default=None, min_length=1)
    documents: str | None = Field(default=None, min_length=1)
    retrieval_only: bool = False
    only: list[str] = []
    sample: int | None = Field(default=None, ge=1)
    seed: int = 0
    limit: int | None = Field(default=None, ge=1)
    workers: int = Field(default=1, ge=1, le=64)
    quality: str | None = None
    latency: str | None = None
    most: int = Field(default=MOST, ge=1, le=10_000)
    settings: dict[str, Any] = {}
    named: dict[str, Any] = {}


@dataclass(frozen=True)
class Combination:
    """Settings tried together: `changed` are those the sweep sets, in the order of the file; `name` says them.

    `named` says that a person gave it the name.
    """

    name: str
    changed: Mapping[str, Value]
    named: bool = False


@dataclass(frozen=True)
class Plan:
    """A sweep.

    `asked` says what every combination is asked, and how, with absolute paths. `quality` and `latency` are names of
    metrics, None where the run's kind decides.
    """

    name: str
    asked: Options
    quality: str | None
    latency: str | None
    combinations: tuple[Combination, ...]

    @property
    def swept(self) -> tuple[str, ...]:
        """Names of the settings that any combination sets, in the order of the file."""
        return tuple(dict.fromkeys(name for one in self.combinations for name in one.changed))


def _wrong(path: Path, what: str, step: str = _EXAMPLE) -> QuestionSetError:
    return QuestionSetError(f"{path.name}: {what}", step)


def _read(path: Path) -> _File:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionSetError(
            f"The sweep {path} cannot be read: {error.strerror or error}", "Give the path of a .toml file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, f"it is not TOML: {error}", "Correct that line.") from error
    try:
        return _File.model_validate(tables)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = ", ".join(_File.model_fields)
            step = f"Settings stand under [settings]; beside them may stand {known}."
            raise _wrong(path, f"there is no key {where!r}", step) from error
        raise _wrong(path, f"{where}: {first['msg']}") from error


def _check_setting(path: Path, where: str, name: str) -> None:
    if name in NOT_SWEPT:
        raise _wrong(path, f"{where}: {name!r} cannot be swept", "Set it in the environment or assistant.toml.")
    if name not in Settings.model_fields:
        near = ", ".join(sorted(Settings.model_fields.keys() - NOT_SWEPT))
        raise _wrong(path, f"{where}: there is no setting {name!r}", f"Settings are {near}.")


def _check_value(path: Path, where: str, value: Any) -> Value:
    if not isinstance(value, str | int | float | bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise _wrong(path, f"{where}: a value has to be text, a number or true or false")
    return value


def _lists(path: Path, settings: Mapping[str, Any]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for name, values in settings.items():
        where = f"[settings] {name}"
        _check_setting(path, "[settings]", name)
        if not isinstance(values, list):
            raise _wrong(path, f"{where} is no list", "Write the values in brackets, such as [5, 8].")
        if not values:
            raise _wrong(path, f"{where} is an empty list", "Give at least one value, or take the line out.")
        found[name] = [_check_value(path, where, value) for value in values]
        # True equals 1: values are told apart by how they are written.
        if len({repr(value) for value in values}) < len(values):
            raise _wrong(path, f"{where} has a value twice", "Give each value once.")
    return found


def _named(path: Path, tables: Mapping[str, Any]) -> list[Combination]:
    found = []
    for name, table in tables.items():
        where = f"[named.{name}]"
        if not isinstance(table, dict):
            raise _wrong(path, f"{where} is no table")
        for setting, value in table.items():
            _check_setting(path, where, setting)
            _check_value(path, f"{where} {setting}", value)
        found.append(Combination(name, MappingProxyType(dict(table)), named=True))
    return found


def said(value: Value) -> str:
    """A value as it is written in the file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _product(lists: Mapping[str, Sequence[Value]]) -> list[Combination]:
    found = []
    for values in itertools.product(*lists.values()):
        changed = dict(zip(lists, values, strict=True))
        name = ", ".join(f"{key} {said(value)}" for key, value in changed.items() if len(lists[key]) > 1)
        found.append(Combination(name or "as set", MappingProxyType(changed)))
    return found


def settings_of(base: Settings, changed: Mapping[str, Value]) -> Settings:
    """The settings with some of them changed, checked as if they had been given at the start.

    Raises:
        ValidationError: a value is out of bounds or of another kind.
    """
    given = {name: getattr(base, name) for name in base.model_fields_set}
    return Settings(**{**given, **changed})


def _check_combinations(path: Path, base: Settings, combinations: Sequence[Combination]) -> None:
    for one in combinations:
        try:
            settings_of(base, one.changed)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            what = first["msg"].removeprefix("Value error, ")
            raise _wrong(path, f"{one.name}: {where + ': ' if where else ''}{what}", "Correct that value.") from error


def _check_search(path: Path, combinations: Sequence[Combination]) -> None:
    """Refuse what would make several combinations of a search alone the same one."""
    depth = max(DEPTHS)
    for one in combinations:
        inert = next((name for name in one.changed if name in OF_ANSWERS), None)
        if inert is not None:
            raise _wrong(
                path,
                f"{one.name}: {inert!r} changes nothing of a search alone, which is looked at {depth} passages deep",
                "Take it out, or sweep whole answers without `retrieval_only`.",
            )
        candidates = one.changed.get("candidates")
        if isinstance(candidates, int) and candidates < depth:
            raise _wrong(
                path,
                f"{one.name}: a search alone looks for {depth} candidates at least",
                f"Give {depth} or more, or sweep whole answers without `retrieval_only`.",
            )


def _check_metrics(path: Path, file: _File) -> None:
    names = METRIC_NAMES if not file.retrieval_only else frozenset(SEARCH_METRICS)
    times = {name for name in names if name.endswith("_ms")}
    for key, name, known, example in (
        ("quality", file.quality, names - times - _NOT_QUALITY, "document_recall@5"),
        ("latency", file.latency, times, "search_p50_ms"),
    ):
        if name is not None and name not in known:
            kind = "the search" if file.retrieval_only else "a run"
            step = f"Take one such as {example}; docs/evaluation.md lists the metrics."
            raise _wrong(path, f"{key} = {name!r} is no metric of {kind} that can stand for {key}", step)


def load_plan(path: Path, base: Settings) -> Plan:
    """Read a sweep; every combination is checked before any is tried.

    Args:
        path: the TOML file; paths in it are relative to its folder.
        base: the settings that are changed.

    Raises:
        QuestionSetError: the file cannot be read or is no sweep: an unknown key or setting, an empty list, a value out
            of bounds, too many combinations.
    """
    file = _read(path)
    lists = _lists(path, file.settings)
    named = _named(path, file.named)
    _check_metrics(path, file)
    count = (math.prod(map(len, lists.values())) if lists else 0) + len(named)
    if not count:
        raise _wrong(path, "there is nothing to try", "Give lists under [settings], or [named.…] tables.")
    if count > file.most:
        step = f"Shorten the lists, or allow so many with `most = {count}` at the top of the file."
        raise _wrong(path, f"{count:,} combinations are more than {file.most:,}", step)
    combinations = [*(_product(lists) if lists else ()), *named]
    names = [one.name for one in combinations]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _wrong(path, f"two combinations are called {twice!r}", "Give the named one another name.")
    _check_combinations(path, base, combinations)
    if file.retrieval_only:
        _check_search(path, combinations)
    folder = path.absolute().parent
    return Plan(
        name=path.stem,
        asked=Options(
            questions=None if file.questions is None else folder / file.questions,
            documents=None if file.documents is None else folder / file.documents,
            retrieval_only=file.retrieval_only,
            only=tuple(file.only),
            sample=file.sample,
            seed=file.seed,
            limit=file.limit,
            workers=file.workers,
        ),
        quality=file.quality,
        latency=file.latency,
        combinations=tuple(combinations),
    )
