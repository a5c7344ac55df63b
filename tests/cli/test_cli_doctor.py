"""The command line: what the doctor finds, mends and embeds anew."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from fakes import FakeEmbedder
from library_parts import BAKERY, LEASES, write
from processes import Cli, check_error


def test_doctor(filled: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = filled("doctor", "--json")
    assert (run.code, run.err) == (0, "")
    findings = {finding["check"]: finding for finding in json.loads(run.out)}
    assert list(findings) == [
        "home", "disk", "embedding model", "chat model", "database", "index", "files", "failed files",
    ]  # fmt: skip
    for finding in findings.values():
        assert set(finding) == {"check", "ok", "result", "next_step"}
        assert finding["ok"]
    assert findings["index"]["result"] == "2 documents, sound"
    (home / "chroma" / "chroma.sqlite3").write_bytes(b"garbage " * 999)
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "some-model")
    run = filled("doctor")
    check_error(run, "1 of 8 checks failed; chat model: some-model", "ASSISTANT_CHAT_BASE_URL")
    assert "2 documents; repaired: the vector index was damaged" in run.out
    assert "bad  chat model: some-model is not an embedded model" in run.out


def test_doctor_tells_what_may_not_be_looked_at(filled: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut(_states: object) -> None:
        raise PermissionError(13, "Permission denied", "/corpus/hr")

    monkeypatch.setattr("assistant.index.checkup.without_file", shut)
    run = filled("doctor", "--json")
    findings = {finding["check"]: finding for finding in json.loads(run.out)}
    assert run.code == 1 and findings["failed files"]["ok"]
    assert findings["files"]["result"] == "/corpus/hr cannot be looked at: Permission denied."


def test_doctor_tells_of_missing_files_and_failures_and_mends_the_rest(cli: Cli, work: Path, home: Path) -> None:
    write(work / "corpus", {"a.md": LEASES, "b.md": BAKERY, "bad.txt": "x\0\1"})
    cli("sync")
    (work / "corpus" / "b.md").unlink()
    database = sqlite3.connect(home / "assistant.db")
    database.execute("DELETE FROM sentences_fts")
    database.commit()
    database.close()
    findings = {finding["check"]: finding for finding in json.loads(cli("doctor", "--json").out)}
    assert "missing rows of sentences_fts written" in findings["database"]["result"]
    assert findings["database"]["ok"]
    assert "1 of 2 documents are gone: b.md" in findings["files"]["result"]
    assert "assistant remove" in findings["files"]["next_step"]
    assert "Not read: bad.txt" in findings["failed files"]["result"]
    assert "--retry" in findings["failed files"]["next_step"]
    (work / "corpus" / "bad.txt").unlink()
    cli("sync")
    run = cli("doctor", "--json")
    assert run.code == 0
    assert {finding["check"]: finding["result"] for finding in json.loads(run.out)}["database"] == "sound"


def test_another_embedding_model_takes_over(filled: Cli, home: Path, embedder: FakeEmbedder, work: Path) -> None:
    for name in ("bakery.md", "leases.md"):
        (work / name).unlink(missing_ok=True)
    embedder.name, embedder.dimension = "wide", 96
    check_error(filled("search", "rye"), "fake (64 dimensions), not wide (96)", "assistant doctor --reembed")
    run = filled("doctor", "--json")
    index = next(finding for finding in json.loads(run.out) if finding["check"] == "index")
    assert not index["ok"] and "--reembed" in index["next_step"]
    run = filled("doctor", "--reembed")
    assert "texts are embedded anew" in run.err
    assert json.loads(filled("search", "How dear is a rye loaf?", "--json").out)[0]["document"] == "bakery.md"
    assert "is of this embedding model already" in filled("doctor", "--reembed").err
