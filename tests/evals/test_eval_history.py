"""Former runs from their files: what is one, what is not, and which belong beside this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.history import load_history, past_run, with_this
from evals.model import Metric, Run


def run_of(started: str, questions: str = "a.jsonl", retrieval_only: bool = False, **options: Any) -> Run:
    return Run(
        retrieval_only=retrieval_only,
        metrics=(
            Metric(name="correct", value=0.5, n=4, kind="share"),
            Metric(name="errors", value=None, n=0, kind="count"),
        ),
        by_type={},
        settings={},
        made={"started": started, "questions": questions, "questions_sha256": "0" * 64, **options},
        not_indexed={},
        items=(),
    )


def put(folder: Path, name: str, data: Any) -> None:
    (folder / name).write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")


def test_runs_are_read_oldest_first_and_other_files_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(tmp_path, "b.json", run_of("2026-01-01T00:00:00").as_json())
    put(tmp_path, "a.json", run_of("2026-02-01T00:00:00").as_json())
    put(tmp_path, "notes.txt", "no run")
    made = {"started": "x", "questions": "x", "questions_sha256": "x"}
    others: dict[str, Any] = {
        "list.json": [1],
        "broken.json": "{",
        "bare.json": {"run": {}, "metrics": {}},
        "deep.json": "[" * 100_000,
        "metrics.json": {"run": made, "metrics": {"a": {"n": "?"}}},
    }
    for name, data in others.items():
        put(tmp_path, name, data)
    found = load_history(tmp_path)
    assert [past.name for past in found] == ["b.json", "a.json"]
    metric = found[0].metric("correct")
    assert metric and (metric.value, metric.n) == (0.5, 4)
    assert found[0].metric("errors") is None, "what was not measured is not there"
    assert all(name in caplog.text for name in others) and "notes.txt" not in caplog.text
    assert "bare.json is left out of the history: it lacks run.started" in caplog.text


def test_only_runs_of_the_same_set_and_kind_stand_beside_this_one() -> None:
    other = run_of("2026-01-02", "b.jsonl")
    runs = [
        run_of("2026-01-01"), other, run_of("2026-01-03", retrieval_only=True), run_of("2026-01-04", limit=3),
        run_of("2026-01-05", only=["t"]), run_of("2026-01-06", whole_corpus=True), run_of("2026-01-07", limit=None),
    ]  # fmt: skip
    past = [past_run(str(at), run.as_json()) for at, run in enumerate(runs)]
    assert [each.started for each in with_this(past, runs[-1])] == ["2026-01-01", "2026-01-07"]
    assert with_this(past, runs[-1])[-1].name == "this run"
