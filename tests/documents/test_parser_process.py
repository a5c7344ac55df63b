"""The process files are read in: what is too much for a reader costs one file, and never more than its limits."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pdfs import make_pdf
from processes import Commands

from assistant.documents.options import ReadOptions
from assistant.documents.parser import ParserProcess, ReadLimits
from assistant.documents.registry import read_documents
from assistant.errors import DocumentError, StorageError

CSV = b"plant,output\nLindholm,412\n"


@pytest.fixture
def parser() -> Iterator[ParserProcess]:
    with_harm = ParserProcess(ReadLimits(seconds=60, megabytes=400), module="hostile_reading")
    yield with_harm
    with_harm.close()


@pytest.fixture
def hasty() -> Iterator[ParserProcess]:
    with_harm = ParserProcess(ReadLimits(seconds=5, megabytes=400), module="hostile_reading")
    yield with_harm
    with_harm.close()


def is_gone(pid: int, within: float = 5.0) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            # A process whose parent is gone is a zombie until somebody has asked for it.
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except (OSError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def make_zip(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_gives_what_the_reader_gives_and_stays_for_the_next(parser: ParserProcess) -> None:
    assert parser.process_id is None
    (document,) = parser.read(CSV, "a.csv", "/files/a.csv")
    assert document == read_documents(CSV, "a.csv", "/files/a.csv")[0]
    first = parser.process_id
    assert first and len(parser.read(make_zip({"b.csv": CSV, "c.csv": CSV}), "d.zip", "d")) == 2
    with pytest.raises(DocumentError, match="no text"):
        parser.read(b'""', "e.json", "e")
    parser.read(CSV, "a.csv", "a")
    assert parser.process_id == first


def test_small_plain_texts_need_no_process(parser: ParserProcess) -> None:
    parser.read(b"Words.", "a.txt", "a")
    parser.read(b"# Title\n\nWords.", "a.md", "a")
    assert parser.process_id is None
    parser.read(b"Words.\n\n" * 10_000, "a.md", "a")
    assert parser.process_id


@pytest.mark.parametrize(
    ("suffix", "says", "does"),
    [
        ("swell", "takes more than 400 MiB of memory", "ASSISTANT_READING_MEMORY_MB"),
        ("crash", r"its reader failed \(SIGSEGV\)", "save a new copy"),
        ("leave", r"its reader failed \(exit code 7\)", "save a new copy"),
        ("recurse", r"its reader failed \(RecursionError\)", "save a new copy"),
        ("lie", "its reader failed", "save a new copy"),
    ],
)
def test_harm_costs_one_file(parser: ParserProcess, suffix: str, says: str, does: str) -> None:
    with pytest.raises(DocumentError, match=f"a.{suffix} .*{says}") as caught:
        parser.read(b"x", f"a.{suffix}", "a")
    assert does in caught.value.next_step
    assert parser.read(CSV, "b.csv", "b")[0].text


@pytest.mark.parametrize("suffix", ["hang", "hold"])
def test_time_is_limited(hasty: ParserProcess, suffix: str) -> None:
    hasty.read(CSV, "b.csv", "b")
    before = hasty.process_id
    began = time.monotonic()
    with pytest.raises(DocumentError, match=f"a.{suffix} was not read within 5 s") as caught:
        hasty.read(b"x", f"a.{suffix}", "a")
    assert time.monotonic() - began < 20
    assert "ASSISTANT_READING_TIMEOUT_S" in caught.value.next_step
    assert before and is_gone(before)


def test_a_long_pdf_is_not_refused_for_time_as_long_as_its_pages_come(hasty: ParserProcess) -> None:
    told: list[tuple[str, int, int]] = []
    data = make_pdf([[f"A dense page, number {number}."] for number in range(1, 9)])
    (document,) = hasty.read(data, "long.pdf", "long", progress=lambda *step: told.append(step))
    assert document.page_count == 8
    assert [step[1:] for step in told if step[0] == "reading pages"] == [(done, 8) for done in range(8)]


def test_the_time_of_all_members_together_is_limited(parser: ParserProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    with (
        monkeypatch.context() as patched,
        pytest.raises(DocumentError, match=r"all\.zip was not read within 2 s, the limit for all of a file") as caught,
    ):
        patched.setattr("assistant.documents.parser._TIMES", 1 / 30)
        parser.read(make_zip({f"{number}.nap": b"x" for number in range(300)}), "all.zip", "all")
    assert time.monotonic() - began < 30
    assert "unpack" in caught.value.next_step
    assert parser.read(CSV, "b.csv", "b")[0].text


@pytest.mark.parametrize("place", ["subprocess.Popen", "tempfile.TemporaryDirectory"])
def test_a_process_that_cannot_be_started_is_no_fault_of_the_file(
    parser: ParserProcess, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with (
        monkeypatch.context() as patched,
        pytest.raises(StorageError, match="cannot be started: Cannot allocate memory") as caught,
    ):
        patched.setattr("tempfile.tempdir", str(tmp_path))
        patched.setattr(f"assistant.documents.parser.{place}", refuse)
        parser.read(CSV, "b.csv", "b")
    assert "free memory" in caught.value.next_step
    assert list(tmp_path.glob("assistant-reading-*")) == []
    assert parser.read(CSV, "b.csv", "b")[0].text


def test_what_a_library_prints_is_no_answer(parser: ParserProcess) -> None:
    assert parser.read(b"x", "a.chatter", "a")[0].text == "Words."


def test_harm_in_an_archive_costs_one_member(parser: ParserProcess) -> None:
    files = {"a.csv": CSV, "b.crash": b"x", "c.csv": CSV, "d.leave": b"x", "e.csv": CSV}
    first, *rest = parser.read(make_zip(files), "all.zip", "all")
    assert [each.name for each in (first, *rest)] == ["all.zip/a.csv", "all.zip/c.csv", "all.zip/e.csv"]
    (note,) = first.notes
    assert "b.crash cannot be read: its reader failed (SIGSEGV)" in note and "d.leave cannot be read" in note


def test_an_archive_of_nothing_but_harm_is_given_up(parser: ParserProcess) -> None:
    with pytest.raises(DocumentError, match="its reader failed"):
        parser.read(make_zip({f"{i}.leave": b"x" for i in range(9)}), "all.zip", "all")


def killed(parser: ParserProcess) -> int:
    """Kill its process while that waits for a file; gives the number it had."""
    parser.read(CSV, "a.csv", "a")
    first = parser.process_id
    assert first
    os.kill(first, signal.SIGKILL)
    assert is_gone(first)
    return first


def test_an_idle_process_that_ended_is_replaced(parser: ParserProcess) -> None:
    first = killed(parser)
    assert parser.read(CSV, "a.csv", "a")[0].text
    assert parser.process_id != first


def test_one_that_ends_before_it_has_the_file_is_replaced(
    parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = killed(parser)
    assert parser._worker
    # As if it had ended a moment later, when it had been seen to run.
    monkeypatch.setattr(parser._worker.process, "poll", lambda: None)
    assert parser.read(CSV, "a.csv", "a")[0].text
    assert parser.process_id != first


def test_a_file_that_ends_one_that_waited_is_not_tried_again(
    parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser.read(CSV, "a.csv", "a")

    def none_more(*arguments: object, **named: object) -> None:
        raise AssertionError("a second process was started")

    monkeypatch.setattr(subprocess, "Popen", none_more)
    with pytest.raises(DocumentError, match="its reader failed"):
        parser.read(b"x", "a.leave", "a")


def test_close_ends_it(parser: ParserProcess) -> None:
    parser.read(CSV, "a.csv", "a")
    pid = parser.process_id
    parser.close()
    parser.close()
    assert pid and parser.process_id is None and is_gone(pid)


@pytest.mark.parametrize("name", ["a.hang", "a.zip"])
def test_a_file_in_hand_when_the_program_ends_is_not_told_to_be_bad(parser: ParserProcess, name: str) -> None:
    data = make_zip({"one.hang": b"x", "two.csv": CSV}) if name.endswith(".zip") else b"x"
    parser.read(CSV, "a.csv", "a")
    pid = parser.process_id
    ending = threading.Timer(0.5, parser.close)
    ending.start()
    with pytest.raises(StorageError, match="was not read: the program was ended"):
        parser.read(data, name, "a")
    ending.join()
    assert pid and is_gone(pid) and parser.process_id is None, "no other process was started for the rest"


def test_what_ends_a_whole_group_leaves_it_to_its_parent(parser: ParserProcess) -> None:
    parser.read(CSV, "a.csv", "a")
    pid = parser.process_id
    assert pid
    os.kill(pid, signal.SIGTERM)
    time.sleep(0.2)
    assert parser.read(CSV, "a.csv", "a")[0].text and parser.process_id == pid


PARENT = """
import sys
from assistant.documents.parser import ReadLimits, ParserProcess
parser = ParserProcess(ReadLimits(seconds=6, megabytes=400), module="hostile_reading")
parser.read(b"a,b\\n1,2\\n", "a.csv", "a")
print(parser.process_id, flush=True)
if sys.argv[1] == "idle":
    sys.stdin.read()
parser.read(b"x", "a." + sys.argv[1], "a")
"""


@pytest.mark.parametrize("doing", ["idle", "hang", "hold"])
def test_it_never_outlives_its_parent(commands: Commands, work: Path, doing: str) -> None:
    (work / "parent.py").write_text(PARENT)
    process = commands.start("parent.py", doing, stdin=subprocess.PIPE)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    folder = Path(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2].decode())
    assert folder.is_dir()
    time.sleep(0.3)
    assert not is_gone(pid, within=0.1)
    # This one alone, not its group: as the system does it.
    process.kill()
    assert is_gone(pid, within=30.0)
    assert not folder.exists() or doing == "hold"


def test_no_module_of_the_working_folder_and_no_secret_gets_in(
    parser: ParserProcess, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "csv.py").write_text("raise SystemExit('the wrong csv')")
    monkeypatch.setenv("ASSISTANT_CHAT_API_KEY", "a-key")
    assert parser.read(CSV, "a.csv", "a")[0].text
    assert b"a-key" not in Path(f"/proc/{parser.process_id}/environ").read_bytes()


def test_loads_the_readers_and_nothing_heavy(parser: ParserProcess) -> None:
    parser.read(CSV, "a.csv", "a")
    maps = Path(f"/proc/{parser.process_id}/maps").read_text()
    assert "torch" not in maps and "chroma" not in maps and "numpy" not in maps


def test_progress_of_the_members_of_an_archive_is_heard() -> None:
    members: list[str] = []
    parser = ParserProcess(ReadLimits(60, 400), ReadOptions(began=members.append))
    try:
        parser.read(make_zip({"a.csv": CSV, "b.csv": CSV}), "all.zip", "all")
    finally:
        parser.close()
    assert members == ["a.csv", "b.csv"]
