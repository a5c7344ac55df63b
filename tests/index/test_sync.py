"""A sync of a folder: which changes it sees, and what comes between while it runs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from sync_parts import HERON, calls, files_folder, grow_old, statuses

from assistant.index.files import failed_files
from assistant.index.ingest import AddResult
from assistant.index.sync import _Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return files_folder(tmp_path)


# --- changes that hide --------------------------------------------------------------------------------------


def test_a_change_that_keeps_size_and_time_is_seen(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": "The rate is 14 percent this year."})
    os.utime(path, (1_000_000, 1_000_000))
    opened.sync(folder)
    path.write_text("The rate is 15 percent this year.")
    os.utime(path, (1_000_000, 1_000_000))
    assert statuses(opened.sync(folder)) == {"a.md": "updated"}
    assert "15 percent" in opened.store.text("a.md")


def test_a_file_that_changes_while_it_is_read_is_read_again(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    real = Path.read_bytes

    def overtaken(self: Path) -> bytes:
        data = real(self)
        path.write_text(BAKERY)
        return data

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", overtaken)
        assert statuses(opened.sync(folder)) == {"a.md": "added"}
    assert statuses(opened.sync(folder)) == {"a.md": "updated"}
    assert opened.store.documents()[0].title == "Bakery notes"


def test_unchanged_files_are_not_opened(opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {f"{number}.md": f"{LEASES}\n{number}" for number in range(5)})
    grow_old(monkeypatch)
    opened.sync(folder)
    told: list[AddResult] = []
    steps: list[tuple[str, int, int]] = []
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("a file was opened"))
    results = opened.sync(folder, told=told.append, progress=lambda *step: steps.append(step))
    assert set(statuses(results).values()) == {"unchanged"}
    assert told == []
    assert steps == [("done", 0, 0)]


@pytest.mark.long
def test_two_thousand_unchanged_files_take_no_time(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {f"{number % 40}/{number}.txt": f"Note {number} says little." for number in range(2000)})
    opened.sync(folder)
    time.sleep(2.1)
    opened.sync(folder)
    began = time.monotonic()
    assert set(statuses(opened.sync(folder)).values()) == {"unchanged"}
    assert time.monotonic() - began < 2.0


# --- interruption -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_an_interrupted_sync_goes_on_with_the_rest(opened: OpenLibrary, folder: Path, after: int) -> None:
    names = [f"{number}.md" for number in range(6)]
    write(folder, {name: f"{LEASES}\nNote {name}." for name in names})

    def interrupt(_name: str, done: int, _total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened.sync(folder, progress=interrupt)
    assert opened.names() == names[:after]
    called = calls(opened)
    assert statuses(opened.sync(folder)) == {
        name: "unchanged" if number < after else "added" for number, name in enumerate(names)
    }
    assert calls(opened) == called + 6 - after
    assert opened.in_step()


def test_a_file_taken_out_meanwhile_is_not_brought_back_by_a_sync_under_way(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    first = True

    def remove(_name: str, done: int, _total: int) -> None:
        nonlocal first
        if done == 1 and first:
            first = False
            # Another sync is through already, and a person removes what it brought.
            opened.sync(folder)
            opened.ingest.remove(["b.md"])

    assert statuses(opened.sync(folder, progress=remove)) == {"a.md": "added", "b.md": "left_out"}
    assert opened.names() == ["a.md"]


def test_a_file_that_goes_before_it_is_looked_into_is_no_failure(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder)
    write(folder, {"b.md": LEASES, "c.md": HERON})

    def take_away(_name: str, done: int, _total: int) -> None:
        for name in ("b.md", "c.md"):
            (folder / name).unlink(missing_ok=True)

    results = opened.sync(folder, progress=take_away)
    assert statuses(results) == {"a.md": "unchanged", "b.md": "removed"}
    assert failed_files(opened.store) == []
    assert opened.names() == ["a.md"]


def test_a_document_whose_file_came_back_is_not_removed(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.sync(folder)
    path.unlink()
    real = _Run.remove_gone

    def back(self: _Run) -> list[AddResult]:
        path.write_text(LEASES)
        return real(self)

    monkeypatch.setattr(_Run, "remove_gone", back)
    assert opened.sync(folder) == []
    assert opened.names() == ["a.md"]


def test_how_far_a_long_file_is_is_told_and_what_that_raises_is_not_heard(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    files: list[str] = []
    parts: list[tuple[str, str]] = []

    def within(what: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        parts.append((files[-1], what))
        raise RuntimeError("the terminal is gone")

    results = opened.sync(folder, progress=lambda what, *_: files.append(what), within=within)
    assert statuses(results) == {"a.md": "added", "b.md": "added"}
    assert {("a.md", "embedding a.md"), ("b.md", "embedding b.md")} <= set(parts)
    assert all(what.endswith(file) for file, what in parts if what.startswith("embedding"))
