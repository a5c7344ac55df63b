"""The command line: models listed, verified and fetched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_parts import QUESTION
from processes import Cli

from assistant.terminal import byte_bar


def test_models_list(cli: Cli) -> None:
    run = cli("models", "list", "--json")
    assert (run.code, run.err) == (0, "")
    models = json.loads(run.out)
    assert {model["purpose"] for model in models} == {"embedding", "chat"}
    for model in models:
        assert set(model) == {"name", "purpose", "size", "licence", "ready", "state"}
    assert cli("models", "list").out.count("MiB") == len(models)


def test_models_that_are_not_there(filled: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = filled
    monkeypatch.setenv("ASSISTANT_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.delenv("ASSISTANT_CHAT_MODEL")
    run = cli("models", "verify")
    assert (run.code, run.out) == (1, "")
    assert run.err.splitlines()[-1].startswith("Error: The file of qwen2.5-coder-1.5b-instruct is not there")
    assert "models pull" in run.err.splitlines()[-1]
    states = {model["name"]: model["state"] for model in json.loads(cli("models", "list", "--json").out)}
    assert states["qwen2.5-coder-1.5b-instruct"] == "not fetched"
    run = cli("ask", QUESTION, "--json")
    assert run.code == 0
    assert "models pull" in run.err
    assert json.loads(run.out)["model"] == "quote-only"


def test_progress_of_a_download_is_told_in_lines_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with byte_bar() as feed:
        for done in range(101):
            feed("fetching", done * 2**20, 100 * 2**20)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines() == [f"fetching: {done} of 100 MiB" for done in range(0, 101, 10)]
