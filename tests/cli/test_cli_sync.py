"""The command line: the index kept equal to a folder, once or while it is watched."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from library_parts import BAKERY, LEASES, write
from processes import Cli, check_error


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


def test_many_unchanged_files_are_only_counted(cli: Cli, work: Path) -> None:
    write(work / "corpus", {f"note{number}.txt": f"Note number {number}." for number in range(7)})
    assert cli("sync").out.count("added") == 7
    write(work / "corpus", {"new.txt": "One more note."})
    lines = cli("sync").out.splitlines()
    assert [line.split() for line in lines] == [
        ["added", "new.txt", "(1", "passage)"],
        ["unchanged", "7", "files"],
    ]


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
