"""The command line: documents added, listed and removed, as text and as JSON."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from library_parts import BAKERY, LEASES, write
from pdfs import make_pdf, make_scan
from processes import Cli, check_error

INFO_KEYS = {
    "name", "title", "date", "source", "page_count", "characters", "passages", "added_at", "origin", "notes",
    "tags", "size",
}  # fmt: skip
RESULT_KEYS = {"name", "status", "passages", "reason", "next_step", "remembered"}


def test_add_list_remove_as_text(cli: Cli, work: Path) -> None:
    (path,) = write(work, {"leases.md": LEASES})
    run = cli("add", path)
    assert (run.code, run.err) == (0, "")
    assert run.out.split()[:2] == ["added", "leases.md"]
    run = cli("list")
    assert (run.code, run.err) == (0, "")
    assert "leases.md" in run.out
    assert "Harbour Compute" in run.out
    run = cli("remove", "leases.md")
    assert (run.code, run.err) == (0, "")
    assert run.out.split() == ["removed", "leases.md"]
    assert "index is empty" in cli("list").out


def test_add_list_remove_as_json(cli: Cli, work: Path) -> None:
    assert cli("list", "--json").out == "[]\n"
    (path,) = write(work, {"leases.md": LEASES})
    run = cli("add", path, "--json")
    assert (run.code, run.err) == (0, "")
    (result,) = json.loads(run.out)
    assert set(result) == RESULT_KEYS
    assert (result["name"], result["status"]) == ("leases.md", "added")
    (info,) = json.loads(cli("list", "--json").out)
    assert set(info) == INFO_KEYS
    assert (info["name"], info["title"], info["origin"]) == ("leases.md", "Harbour Compute", "added")
    (result,) = json.loads(cli("remove", "leases.md", "--json").out)
    assert (result["name"], result["status"]) == ("leases.md", "removed")


def test_a_locked_file_is_added_with_its_password_file(cli: Cli, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "locked.pdf").write_bytes(make_pdf([["The yard leased the crane."]], password="open sesame"))
    (work / "words").write_text("wrong\nopen sesame\n")
    check_error(cli("add", "locked.pdf"), "locked.pdf is locked with a password", "--password-file FILE")
    check_error(cli("add", "locked.pdf", "--password-file", "nowhere"), "nowhere cannot be read: No such file")
    run = cli("add", "locked.pdf", "--password-file", "words")
    assert (run.code, run.out.split()[:2]) == (0, ["added", "locked.pdf"])
    assert "sesame" not in run.out + run.err
    for path in Path(os.environ["ASSISTANT_HOME"]).rglob("*"):
        assert not path.is_file() or b"sesame" not in path.read_bytes(), path
    (work / "corpus").mkdir()
    (work / "locked.pdf").rename(work / "corpus" / "also.pdf")
    assert "is locked with a password" in cli("sync").out
    monkeypatch.setenv("ASSISTANT_PASSWORD_FILE", "words")
    assert cli("sync").out.split()[:2] == ["added", "also.pdf"]


def test_an_unchanged_file_is_read_anew_when_told(cli: Cli, work: Path) -> None:
    (work / "a.md").write_text("Words of the yard.")
    assert cli("add", "a.md").out.split()[0] == "added"
    assert cli("add", "a.md").out.split()[0] == "unchanged"
    assert cli("add", "--again", "a.md").out.split()[0] == "updated"


def test_adding_several_tries_all_and_says_what_became_of_each(cli: Cli, work: Path) -> None:
    first, empty, last = write(work, {"a.md": LEASES, "empty.txt": "", "z.md": BAKERY})
    run = cli("add", first, "nowhere.md", empty, last, "--json")
    check_error(run, "2 of 4 could not be added: nowhere.md, ", "empty.txt")
    assert [(Path(result["name"]).name, result["status"]) for result in json.loads(run.out)] == [
        ("a.md", "added"), ("nowhere.md", "failed"), ("empty.txt", "failed"), ("z.md", "added"),
    ]  # fmt: skip
    assert [info["name"] for info in json.loads(cli("list", "--json").out)] == ["a.md", "z.md"]
    run = cli("add", "nowhere.md", first)
    check_error(run, "1 of 2 could not be added")
    assert "failed  nowhere.md: No such file: " in run.out and "unchanged  a.md" in run.out
    # Said once, not of every file.
    check_error(cli("add", first, last, "--password-file", "none"), "The password file none cannot be read")


def test_what_must_be_known_of_a_document_is_listed(cli: Cli, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_OCR", "false")
    (work / "scan.pdf").write_bytes(make_scan([["Typed words."], ["Words on a picture."], []], pictures=[2]))
    write(work, {"a.md": LEASES})
    cli("add", "scan.pdf", "a.md")
    table, notes = cli("list").out.split("note  ")
    assert "scan.pdf" in table and "a.md" in table
    assert notes == (
        "scan.pdf: nothing on pages 3; no text on pages 2: OCR is switched off; set ASSISTANT_OCR=true and run "
        "`assistant add --again` on the file\n"
    )


def test_names_are_not_read_as_markup(cli: Cli, work: Path) -> None:
    (path,) = write(work, {"[bold]odd.md": "# [red]Title[/red]\n\nThe [link] heron stands."})
    assert "[bold]odd.md" in cli("add", path).out
    assert "[red]Title[/red]" in cli("list").out
    assert "The [link] heron stands." in cli("search", "heron").out
    assert "The [link] heron stands." in cli("ask", "Where does the heron stand?").out


def test_what_documents_say_is_printed_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    from assistant.terminal import console

    console().print("Berths A:B:C at 1:100:3")
    assert capsys.readouterr().out == "Berths A:B:C at 1:100:3\n"


# --- interruption -------------------------------------------------------------------------------------------

SLOW_ADD = """
import sys, time
import assistant.models.embeddings
from fakes import FakeEmbedder

class Slow(FakeEmbedder):
    def encode(self, texts, progress=None):
        print("embedding", flush=True)
        time.sleep(600)

assistant.models.embeddings.load_embeddings = lambda settings: Slow()
sys.argv = ["assistant", "add", sys.argv[1]]
from assistant.cli import main
main()
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_adding(filled: Cli, home: Path, work: Path, commands: Any, sent: signal.Signals) -> None:
    write(work, {"more.md": "# More\n\nA heron stands in the reeds."})
    process = commands.start("-c", SLOW_ADD, "more.md")
    assert process.stdout.readline() == "embedding\n"
    began = time.monotonic()
    process.send_signal(sent)
    run = commands.finish(process, timeout=30)
    assert time.monotonic() - began < 20
    assert run.code == 130
    assert run.err.strip() == "Interrupted. Nothing that was acknowledged is lost."
    assert not (home / "owner.json").exists()
    assert [info["name"] for info in json.loads(filled("list", "--json").out)] == ["bakery.md", "leases.md"]
    assert filled("add", "more.md").code == 0
