"""A folder is followed while it changes."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import DocumentError
from assistant.index import watch
from assistant.index.watch import changes


class Follower:
    """Follows a folder in a thread of its own and counts the turns it gets."""

    def __init__(self, folder: Path) -> None:
        self.turns = 0
        self.error: Exception | None = None
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(folder,))
        self._thread.start()

    def _run(self, folder: Path) -> None:
        try:
            for _ in changes(folder, self.stop):
                self.turns += 1
        except DocumentError as error:
            self.error = error

    def wait(self, condition: Callable[[], object], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"it did not happen in time, after {self.turns} turns"
            time.sleep(0.02)

    def end(self) -> None:
        self.stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


@pytest.fixture
def follow() -> Iterator[Callable[[Path], Follower]]:
    made: list[Follower] = []

    def start(folder: Path) -> Follower:
        made.append(Follower(folder))
        made[-1].wait(lambda: made[-1].turns or made[-1].error)
        return made[-1]

    yield start
    for follower in made:
        follower.end()


def test_many_changes_at_once_are_one_turn(folder: Path, follow: Callable[[Path], Follower]) -> None:
    follower = follow(folder)
    assert follower.turns == 1
    (folder / "deep").mkdir()
    for number in range(50):
        (folder / "deep" / f"{number}.md").write_text("words")
        time.sleep(0.002)
    follower.wait(lambda: follower.turns > 1)
    time.sleep(1.5)
    assert follower.turns <= 3
    turns = follower.turns
    (folder / "deep" / "0.md").unlink()
    follower.wait(lambda: follower.turns > turns)


def test_hidden_files_are_none_of_its_concern(folder: Path, follow: Callable[[Path], Follower]) -> None:
    (folder / ".git").mkdir()
    follower = follow(folder)
    (folder / ".git" / "index").write_text("x")
    (folder / ".swap.md").write_text("x")
    time.sleep(1.5)
    assert follower.turns == 1
    (folder / "a.md").write_text("x")
    follower.wait(lambda: follower.turns == 2)


def test_a_folder_that_goes_and_comes_back(folder: Path, follow: Callable[[Path], Follower]) -> None:
    follower = follow(folder)
    shutil.rmtree(folder)
    follower.wait(lambda: follower.turns > 1)
    time.sleep(1.5)
    turns = follower.turns
    folder.mkdir()
    follower.wait(lambda: follower.turns > turns)
    time.sleep(1)
    turns = follower.turns
    (folder / "a.md").write_text("x")
    follower.wait(lambda: follower.turns > turns)


def test_changes_without_a_notice_are_found_after_a_while(
    folder: Path, follow: Callable[[Path], Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_RESCAN_S", 0.1)
    follower = follow(folder)
    follower.wait(lambda: follower.turns >= 3)


def test_what_cannot_be_watched_is_said(
    folder: Path, follow: Callable[[Path], Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr("watchfiles.watch", refuse)
    follower = follow(folder)
    assert follower.error is not None
    assert "watch limit" in str(follower.error)
    assert "assistant sync" in str(follower.error)
