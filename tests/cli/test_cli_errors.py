"""The command line: errors a person can cause, each told in one line."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from library_parts import BAKERY, LEASES, write
from processes import Cli, check_error


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("nowhere.txt", None, "No such file"),
        ("photo.png", b"\x89PNG", "not a supported format"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        ("empty.txt", b"", "empty"),
        ("half.txt", b"\xff\xfeabc", "encoding"),
        ("broken.pdf", b"%PDF-1.4 nothing", "not a readable PDF"),
        ("front.md", b"---\na: [\n---\nWords.", "front matter"),
    ],
)
def test_bad_files(cli: Cli, work: Path, name: str, data: bytes | None, says: str) -> None:
    if data is not None:
        (work / name).write_bytes(data)
    check_error(cli("add", name), name, says)
    assert cli("list", "--json").out == "[]\n"


def test_a_file_of_50_mb(cli: Cli, work: Path) -> None:
    with (work / "large.txt").open("wb") as file:
        file.truncate(50 * 2**20)
    check_error(cli("add", "large.txt"), "50 MiB", "ASSISTANT_MAX_FILE_MB")


def test_a_folder(cli: Cli, work: Path) -> None:
    check_error(cli("add", work), "is not a file", "assistant sync")


def test_a_name_that_is_not_utf8(cli: Cli, work: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (work / name).write_text("words")
    check_error(cli("add", name), "caf\\udce9.txt", "Rename")


def test_two_files_with_one_name(filled: Cli, work: Path) -> None:
    (other,) = write(work, {"elsewhere/leases.md": BAKERY})
    check_error(filled("add", other), "already in the index", str(work / "leases.md"), "assistant remove")


@pytest.mark.parametrize(
    "words",
    [
        ("remove", "bakery.md", "nowhere.md"),
        ("search", "rye", "--document", "nowhere.md"),
        ("ask", "What is rye?", "--document", "nowhere.md"),
    ],
)
def test_unknown_document(filled: Cli, words: tuple[str, ...]) -> None:
    check_error(filled(*words), "No document named nowhere.md", "assistant list")
    assert len(json.loads(filled("list", "--json").out)) == 2


@pytest.mark.parametrize("command", ["search", "ask"])
@pytest.mark.parametrize("question", ["", "   ", "long " * 900])
def test_questions_that_cannot_be_asked(filled: Cli, command: str, question: str) -> None:
    check_error(filled(command, question), "question")


@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_question_that_is_not_utf8(filled: Cli, command: str) -> None:
    check_error(filled(command, os.fsdecode(b"caf\xe9?"), "--json"), "UTF-8")


def test_output_in_a_poor_encoding(cli: Cli, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(work, {"Café “1”.md": "# Título\n\nThe heron paid £5 — “twice” 😀."})
    for words in (["add", "Café “1”.md"], ["search", "heron"], ["list", "--json"]):
        with io.TextIOWrapper(io.BytesIO(), encoding="ascii") as poor, monkeypatch.context() as changed:
            changed.setattr(sys, "stdout", poor)
            assert cli(*words).code == 0
            poor.flush()
            said = poor.buffer.getvalue()  # type: ignore[attr-defined]
        assert said.isascii()
    assert json.loads(said)[0]["name"] == "Café “1”.md"


@pytest.mark.parametrize("command", ["list", "search"])
def test_unknown_setting(cli: Cli, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("ASSISTANT_COLOUR", "red")
    check_error(cli(command, *["x"][: command == "search"]), "ASSISTANT_COLOUR", "Unset it")


@pytest.mark.parametrize("text", ["colour = 'red'", "passages = 0", "passages", b"\xff"])
def test_bad_settings_file(cli: Cli, work: Path, text: str | bytes) -> None:
    (work / "assistant.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    check_error(cli("list"), "Correct")


def test_home_is_a_file(cli: Cli, work: Path, home: Path) -> None:
    home.write_text("not a folder")
    write(work, {"a.md": LEASES})
    check_error(cli("add", "a.md"), str(home), "ASSISTANT_HOME")


def test_home_cannot_be_made(cli: Cli, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", "/proc/nowhere/home")
    write(work, {"a.md": LEASES})
    check_error(cli("add", "a.md"), "/proc/nowhere/home", "ASSISTANT_HOME")


def test_home_cannot_be_written(cli: Cli, work: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def denied(path: Any, *rest: Any, **more: Any) -> int:
        if str(path) == str(home / "lock"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", denied)
    write(work, {"a.md": LEASES})
    check_error(cli("add", "a.md"), "Permission denied", str(home))


def test_damaged_database(filled: Cli, home: Path) -> None:
    for name in ("assistant.db-wal", "assistant.db-shm"):
        (home / name).unlink(missing_ok=True)
    (home / "assistant.db").write_bytes(b"no database " * 999)
    for words in (["list"], ["search", "x"], ["remove", "x"]):
        check_error(filled(*words), "assistant.db", "sync again")


def test_index_of_another_embedding_model(filled: Cli, home: Path) -> None:
    database = sqlite3.connect(home / "assistant.db")
    database.execute("UPDATE meta SET value = 'other-model' WHERE key = 'embedding_model'")
    database.commit()
    database.close()
    check_error(filled("search", "rye"), "other-model", "ASSISTANT_EMBEDDING_MODEL")
    assert len(json.loads(filled("list", "--json").out)) == 2


def test_index_of_a_newer_version(filled: Cli, home: Path) -> None:
    database = sqlite3.connect(home / "assistant.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    check_error(filled("list"), "newer version")


def test_another_process_that_takes_no_work(
    filled: Cli, home: Path, commands: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom assistant.index.lock import HomeLock\n"
        "lock = HomeLock(Path(sys.argv[1]))\nlock.acquire()\nprint('held', flush=True)\ntime.sleep(600)\n"
    )
    holder = commands.start("-c", code, home)
    assert holder.stdout.readline() == "held\n"
    monkeypatch.setattr("assistant.owner.door.PATIENCE_S", 0.2)
    for words in (["search", "rye"], ["remove", "bakery.md"], ["add", "bakery.md"], ["sync", "."]):
        check_error(filled(*words), f"pid {holder.pid}", "ASSISTANT_HOME")
    # Looking at the list needs no owner.
    assert len(json.loads(filled("list", "--json").out)) == 2
