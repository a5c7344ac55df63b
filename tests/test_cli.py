"""The command line: JSON as promised, stdout and stderr apart, exit codes, errors in one line."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder
from library_parts import BAKERY, LEASES, write
from pdfs import make_pdf, make_scan
from processes import Cli, check_error

from assistant import __version__
from assistant.documents import read_document
from assistant.terminal import byte_bar

QUESTION = "How many megawatts did Harbour Compute lease?"
#: Libraries that take long to import.
HEAVY = (
    "torch", "transformers", "sentence_transformers", "chromadb", "gradio", "langchain", "langchain_core",
    "langchain_chroma", "langchain_openai", "xllamacpp", "numpy", "httpx", "trafilatura", "pypdfium2",
)  # fmt: skip


@pytest.fixture
def filled(cli: Cli, work: Path) -> Cli:
    assert cli("add", *write(work, {"leases.md": LEASES, "bakery.md": BAKERY})).code == 0
    return cli


# --- usage --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        (), ("nonsense",), ("add",), ("remove",), ("search",), ("ask",), ("search", "x", "-k", "0"),
        ("search", "x", "-k", "many"), ("list", "--jsn"), ("models",), ("chat", "--port", "99999"),
    ],
)  # fmt: skip
def test_bad_usage(cli: Cli, words: tuple[str, ...]) -> None:
    run = cli(*words)
    assert run.code == 2
    assert run.out == ""
    assert "Usage: " in run.err


def test_help_and_version(cli: Cli) -> None:
    run = cli("--help")
    assert (run.code, run.err) == (0, "")
    for command in "chat ask search add remove tag list sync eval models doctor".split():
        assert f"\n  {command} " in run.out
        sub = cli(command, "--help")
        assert (sub.code, sub.err) == (0, "")
        assert "Usage: " in sub.out
    run = cli("--version")
    assert (run.code, run.out, run.err) == (0, f"assistant {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "also"),
    [(["--help"], ("sqlalchemy", "pydantic", "rich")), (["list"], ()), (["add", "nowhere.md"], ())],
    ids=["help", "list", "mistyped path"],
)
def test_quick_commands_import_nothing_heavy(commands: Any, words: list[str], also: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom assistant.cli import main\n"
        f"sys.argv = ['assistant', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [name for name in {[*HEAVY, *also]!r} if name in sys.modules])\n"
    )
    assert commands.python("-c", code).out.splitlines()[-1] == "LOADED []"


# --- documents ----------------------------------------------------------------------------------------------

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


def test_sync(cli: Cli, work: Path) -> None:
    check_error(cli("sync"), "No such folder", str(work / "corpus"))
    write(work / "corpus", {"a.md": LEASES, "deep/b.md": BAKERY})
    run = cli("sync", "--json")
    assert (run.code, run.err) == (0, "")
    assert [(r["name"], r["status"]) for r in json.loads(run.out)] == [("a.md", "added"), ("deep/b.md", "added")]
    (work / "corpus" / "broken.txt").write_bytes(b"\x00\x01")
    run = cli("sync", "corpus", "--json")
    check_error(run, "1 of 3 files could not be read")
    broken = next(result for result in json.loads(run.out) if result["name"] == "broken.txt")
    assert broken["status"] == "failed"
    assert broken["reason"]
    assert broken["next_step"]
    run = cli("sync")
    assert "broken.txt: broken.txt is a binary file" in run.out


def test_names_are_not_read_as_markup(cli: Cli, work: Path) -> None:
    (path,) = write(work, {"[bold]odd.md": "# [red]Title[/red]\n\nThe [link] heron stands."})
    assert "[bold]odd.md" in cli("add", path).out
    assert "[red]Title[/red]" in cli("list").out
    assert "The [link] heron stands." in cli("search", "heron").out
    assert "The [link] heron stands." in cli("ask", "Where does the heron stand?").out


# --- questions ----------------------------------------------------------------------------------------------


def test_search_as_json(filled: Cli) -> None:
    run = filled("search", QUESTION, "-k", "2", "--json")
    assert (run.code, run.err) == (0, "")
    hits = json.loads(run.out)
    assert len(hits) == 2
    for hit in hits:
        assert set(hit) == {"document", "page", "heading", "score", "text", "start", "end"}
    assert hits[0]["document"] == "leases.md"
    (hit,) = json.loads(filled("search", QUESTION, "--document", "bakery.md", "-k", "1", "--json").out)
    assert hit["document"] == "bakery.md"
    run = filled("search", QUESTION, "-k", "1")
    assert (run.code, run.err) == (0, "")
    assert "leases.md" in run.out
    assert "leased 412 megawatts" in run.out


def check_answer_json(answer: dict[str, Any], text: str) -> None:
    assert set(answer) == {
        "question", "standalone_question", "status", "answer", "sentences", "citations", "figures", "calculation",
        "confidence", "model", "timings_ms",
    }  # fmt: skip
    assert answer["status"] in ("answered", "not_found", "unclear")
    assert set(answer["timings_ms"]) == {"retrieve", "first_token", "total"}
    assert answer["sentences"]
    for sentence in answer["sentences"]:
        # `struck` and `item` extend what was promised: a sentence shown crossed out, and one of a list.
        assert set(sentence) == {"text", "citations", "struck", "item"}
    assert answer["citations"]
    for citation in answer["citations"]:
        assert set(citation) == {"number", "document", "title", "page", "heading", "quote", "start", "end"}
        assert citation["quote"] == text[citation["start"] : citation["end"]]
    for figure in answer["figures"]:
        assert set(figure) == {"text", "value", "unit", "citation", "supported"}
    if answer["calculation"] is not None:
        assert set(answer["calculation"]) == {"expression", "result", "operands"}
        assert all(set(operand) == {"text", "citation"} for operand in answer["calculation"]["operands"])


def test_ask_as_json(filled: Cli) -> None:
    run = filled("ask", QUESTION, "--document", "leases.md", "--json")
    assert (run.code, run.err) == (0, "")
    answer = json.loads(run.out)
    check_answer_json(answer, read_document(LEASES.encode(), "leases.md", "").text)
    assert (answer["question"], answer["model"]) == (QUESTION, "quote-only")
    assert any("412" in figure["text"] for figure in answer["figures"])
    assert "[1]" in answer["answer"]


def test_ask_as_text(filled: Cli) -> None:
    run = filled("ask", QUESTION)
    assert run.code == 0
    assert "412 megawatts" in run.out
    assert "[1]" in run.out
    assert "leases.md" in run.out
    assert run.err.startswith("quote-only, ")


def test_ask_with_a_history(filled: Cli, work: Path) -> None:
    turns = [{"role": "user", "content": "Tell me about the rye loaf."}, {"role": "assistant", "content": "Gladly."}]
    (work / "turns.json").write_text(json.dumps(turns))
    answer = json.loads(filled("ask", "How much does it cost?", "--history", "turns.json", "--json").out)
    assert answer["standalone_question"] == "How much does it cost? (asked after: Tell me about the rye loaf.)"
    assert "6 euros" in answer["answer"]


@pytest.mark.parametrize("text", ["no json", "{}", '[{"role": "robot", "content": "x"}]', '[{"role": "user"}]', ""])
def test_a_bad_history(filled: Cli, work: Path, text: str) -> None:
    (work / "turns.json").write_text(text)
    check_error(filled("ask", QUESTION, "--history", "turns.json"), "turns.json is not a conversation")


def test_an_empty_index_is_told_without_loading_a_model(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_settings: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("assistant.models.chat.load_chat_model", load)
    monkeypatch.setattr("assistant.models.embeddings.load_embeddings", load)
    answer = json.loads(cli("ask", QUESTION, "--json").out)
    assert (answer["status"], answer["citations"]) == ("not_found", [])
    assert "add documents" in answer["answer"]
    check_error(cli("ask", QUESTION, "--document", "nope.md"), "No document named nope.md")
    check_error(cli("search", ""), "The question is empty")


def test_a_repair_is_noted_on_stderr(filled: Cli, home: Path) -> None:
    (home / "chroma" / "chroma.sqlite3").write_bytes(b"garbage " * 999)
    run = filled("ask", QUESTION, "--json")
    assert run.code == 0
    assert run.err.startswith("Note: the vector index was damaged")
    assert len(run.err.splitlines()) == 1
    json.loads(run.out)


# --- keeping the index equal to a folder ---------------------------------------------------------------------


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


def test_files_that_failed_are_listed_and_tried_again(cli: Cli, work: Path) -> None:
    write(work / "corpus", {"a.md": LEASES, "broken.txt": "x\0\1"})
    check_error(cli("sync"), "1 of 2 files could not be read", "--retry")
    assert "failed  broken.txt: broken.txt is a binary file" in cli("list").out
    assert [info["name"] for info in json.loads(cli("list", "--json").out)] == ["a.md"]
    (failed,) = json.loads(cli("list", "--failed", "--json").out)
    assert (failed["name"], failed["reason"]) == ("broken.txt", "broken.txt is a binary file")
    assert cli("list", "--failed").out.count("\n") == 1
    for words in (["sync"], ["sync", "--retry"]):
        run = cli(*words)
        check_error(run, "1 of 2 files could not be read")
        assert "failed  broken.txt" in run.out
    (work / "corpus" / "broken.txt").write_text("Words after all.")
    run = cli("sync")
    assert (run.code, run.err) == (0, "")
    assert cli("list", "--failed", "--json").out == "[]\n"


def test_a_moved_file_is_told(cli: Cli, work: Path) -> None:
    write(work / "corpus", {"a.md": LEASES})
    cli("sync")
    (work / "corpus" / "a.md").rename(work / "corpus" / "b.md")
    assert cli("sync").out.split() == ["moved", "b.md:", "it", "was", "a.md"]


SYNC = """
import sys, time
import assistant.models.embeddings
from fakes import FakeEmbedder

class Slow(FakeEmbedder):
    def encode(self, texts, progress=None):
        if any("SLOW" in text for text in texts):
            print("embedding", flush=True)
            time.sleep(600)
        return super().encode(texts, progress)

assistant.models.embeddings.load_embeddings = lambda settings: Slow()
sys.argv = ["assistant", "sync", *sys.argv[1:]]
from assistant.cli import main
main()
"""


def test_an_interrupted_sync_says_what_is_in_and_goes_on(cli: Cli, work: Path, commands: Any) -> None:
    write(work / "corpus", {"a.md": LEASES, "b.md": "SLOW words.", "c.md": BAKERY})
    process = commands.start("-c", SYNC, env={"ASSISTANT_CHAT_MODEL": "none"})
    assert process.stdout.readline() == "embedding\n"
    process.send_signal(signal.SIGINT)
    run = commands.finish(process, timeout=30)
    assert run.code == 130
    assert run.out.split()[:2] == ["added", "a.md"]
    assert run.err == "\nInterrupted. Nothing that was acknowledged is lost.\n"
    statuses = {result["name"]: result["status"] for result in json.loads(cli("sync", "--json").out)}
    assert statuses == {"a.md": "unchanged", "b.md": "added", "c.md": "added"}


def lines_until(stream: Any, word: str) -> list[str]:
    """Lines of a program up to one with a word in it; the test's own limit of time ends a wait in vain."""
    lines: list[str] = []
    while not lines or word not in lines[-1]:
        lines.append(stream.readline())
        assert lines[-1], f"it ended: {lines}"
    return lines


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_watching_a_folder(cli: Cli, work: Path, commands: Any, sent: signal.Signals) -> None:
    write(work / "corpus", {"a.md": LEASES, "bad.txt": "x\0\1"})
    process = commands.start("-c", SYNC, "--watch", env={"ASSISTANT_CHAT_MODEL": "none"})
    assert "added  a.md" in lines_until(process.stdout, "bad.txt")[0]
    assert "Following" in lines_until(process.stderr, "Ctrl-C")[-1]
    (work / "corpus" / "b.md").write_text(BAKERY)
    (told,) = lines_until(process.stdout, "b.md")
    assert re.match(r"\d\d:\d\d:\d\d     added  b\.md \(2 passages\)", told)
    (work / "corpus" / "b.md").rename(work / "corpus" / "c.md")
    (told,) = lines_until(process.stdout, "c.md")
    assert "moved  c.md: it was b.md" in told
    (work / "corpus" / "c.md").unlink()
    (told,) = lines_until(process.stdout, "c.md")
    assert "removed  c.md" in told
    # What failed is told again when it has changed, and only then.
    (work / "corpus" / "bad.txt").write_bytes(b"y\0\1\2")
    (told,) = lines_until(process.stdout, "bad.txt")
    assert "failed  bad.txt" in told
    process.send_signal(sent)
    run = commands.finish(process, timeout=30)
    assert (run.code, run.out) == (0, "")
    assert "Stopped" in run.err
    assert [info["name"] for info in json.loads(cli("list", "--json").out)] == ["a.md"]


def test_watching_ends_though_a_library_loses_the_interruption(work: Path, commands: Any) -> None:
    write(work / "corpus", {"a.md": LEASES})
    losing = """
import os, signal
import assistant.commands.documents as documents
told = documents._tell_change

def tell(*given):
    told(*given)
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        print("lost", flush=True)

documents._tell_change = tell
"""
    process = commands.start("-c", losing + SYNC, "--watch", env={"ASSISTANT_CHAT_MODEL": "none"})
    assert "Following" in lines_until(process.stderr, "Ctrl-C")[-1]
    (work / "corpus" / "b.md").write_text(BAKERY)
    run = commands.finish(process, timeout=60)
    assert run.code == 0 and "lost" in run.out and "Stopped" in run.err


def test_watching_as_json_lines(cli: Cli, work: Path, commands: Any) -> None:
    write(work / "corpus", {"a.md": LEASES})
    process = commands.start("-c", SYNC, "--watch", "--json", env={"ASSISTANT_CHAT_MODEL": "none"})
    assert json.loads(process.stdout.readline())["status"] == "added"
    (work / "corpus" / "a.md").write_text(BAKERY)
    told = json.loads(process.stdout.readline())
    assert (told["name"], told["status"]) == ("a.md", "updated")
    process.send_signal(signal.SIGTERM)
    assert commands.finish(process, timeout=30).code == 0


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


# --- looking after models and home --------------------------------------------------------------------------


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


def test_what_documents_say_is_printed_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    from assistant.terminal import console

    console().print("Berths A:B:C at 1:100:3")
    assert capsys.readouterr().out == "Berths A:B:C at 1:100:3\n"


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


def test_many_unchanged_files_are_only_counted(cli: Cli, work: Path) -> None:
    write(work / "corpus", {f"note{number}.txt": f"Note number {number}." for number in range(7)})
    assert cli("sync").out.count("added") == 7
    write(work / "corpus", {"new.txt": "One more note."})
    lines = cli("sync").out.splitlines()
    assert [line.split() for line in lines] == [
        ["added", "new.txt", "(1", "passage)"],
        ["unchanged", "7", "files"],
    ]


# --- errors a person can cause ------------------------------------------------------------------------------


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


# --- the chat model's endpoint ------------------------------------------------------------------------------


class _Endpoint(BaseHTTPRequestHandler):
    """An endpoint that refuses every key."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"error": {"message": "bad key sk-very-secret", "type": "auth", "code": "invalid_api_key"}}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(10)


def use_endpoint(monkeypatch: pytest.MonkeyPatch, port: int) -> str:
    url = f"http://127.0.0.1:{port}/v1"
    monkeypatch.setenv("ASSISTANT_CHAT_BASE_URL", url)
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "some-model")
    monkeypatch.setenv("ASSISTANT_CHAT_API_KEY", "sk-very-secret")
    return url


@pytest.mark.parametrize("as_json", [True, False])
def test_wrong_key(filled: Cli, refusing: int, monkeypatch: pytest.MonkeyPatch, as_json: bool) -> None:
    url = use_endpoint(monkeypatch, refusing)
    run = filled("ask", QUESTION, *["--json"][:as_json])
    check_error(run, url, "refuses the key", "ASSISTANT_CHAT_API_KEY")
    assert "very-secret" not in run.err + run.out


def test_endpoint_down(filled: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = use_endpoint(monkeypatch, unused.getsockname()[1])
        check_error(filled("ask", QUESTION, "--json"), url, "cannot be reached", "ASSISTANT_CHAT_BASE_URL")


def test_unknown_chat_model(filled: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "some-model")
    check_error(filled("ask", QUESTION), "some-model", "ASSISTANT_CHAT_BASE_URL")


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


# --- with the real embedding model --------------------------------------------------------------------------


@pytest.mark.models
def test_the_whole_way_as_processes(commands: Any, work: Path) -> None:
    write(work / "corpus", {"leases.md": LEASES, "bakery.md": BAKERY})
    run = commands.assistant("sync", "--json")
    assert (run.code, run.err) == (0, "")
    assert [result["status"] for result in json.loads(run.out)] == ["added", "added"]
    run = commands.assistant("search", "How much capacity was rented?", "-k", "1", "--json")
    assert (run.code, run.err) == (0, "")
    assert json.loads(run.out)[0]["document"] == "leases.md"
    run = commands.assistant("ask", QUESTION, "--json")
    assert (run.code, run.err) == (0, "")
    answer = json.loads(run.out)
    assert answer["status"] == "answered"
    assert "412 megawatts" in answer["answer"]
    assert {citation["document"] for citation in answer["citations"]} == {"leases.md"}
    check_answer_json(answer, read_document(LEASES.encode(), "leases.md", "").text)
    run = commands.assistant("doctor", "--json")
    findings = json.loads(run.out)
    assert all(finding["ok"] for finding in findings), findings
    assert "2 documents, sound" in {finding["result"] for finding in findings}


@pytest.mark.embedding
def test_another_embedding_model_as_a_process(commands: Any, work: Path) -> None:
    write(work, {"leases.md": LEASES})
    assert commands.assistant("add", "leases.md").code == 0
    check_error(
        commands.assistant("search", "rye", env={"ASSISTANT_EMBEDDING_MODEL": str(work)}),
        str(work),
        "ASSISTANT_EMBEDDING_MODEL",
    )
