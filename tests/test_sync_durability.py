"""Killed at any moment of a sync, the index opens again; what was told is kept, every document is one version whole.

SYNC_KILL_ROUNDS says how many kills (default 4), of a folder of SYNC_KILL_FILES files (default 40); the long test does
100 over 200. The moments are random, seeded with the number of the round: some fall into opening, the others are
spread over the files of the sync. All the while somebody asks about documents of the index.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from adder import marker
from processes import Commands
from syncer import document_of, identity_of, key_of, version
from whole import COUNT, check_tables

from assistant.facade import Assistant
from assistant.index.passages import split

ROUNDS = int(os.environ.get("SYNC_KILL_ROUNDS", "4"))
FILES = int(os.environ.get("SYNC_KILL_FILES", "40"))
TESTS = Path(__file__).parent


class Folder:
    """The synced folder: which version each file holds."""

    def __init__(self, path: Path, count: int) -> None:
        path.mkdir()
        self.path = path
        self.count = count
        self.versions: dict[str, str] = {}
        self._made = 0

    def write(self, name: str, key: str) -> None:
        (self.path / name).write_text(version(identity_of(name), key), encoding="utf-8")
        self.versions[name] = key

    def change(self, number: int, rng: random.Random) -> None:
        """Some files change, some are renamed, some go; new ones come up to the count."""
        for name in rng.sample(sorted(self.versions), len(self.versions) * 4 // 10):
            match rng.choices(["change", "rename", "delete"], weights=[8, 1, 1])[0]:
                case "change":
                    self.write(name, f"{identity_of(name)}r{number}")
                case "rename":
                    new = f"{identity_of(name)}-{number + 1}.md"
                    (self.path / name).rename(self.path / new)
                    self.versions[new] = self.versions.pop(name)
                case _:
                    (self.path / name).unlink()
                    del self.versions[name]
        while len(self.versions) < self.count:
            self._made += 1
            self.write(f"d{self._made:04}-0.md", f"d{self._made:04}r{number}")


class Syncer:
    """The program of `syncer.py` and its children."""

    def __init__(self, commands: Commands) -> None:
        self._process = commands.start(TESTS / "syncer.py", stdin=subprocess.PIPE)
        assert self._line() == "ready"
        self.asked = 0

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the program ended: {self._process.stderr.read() if self._process.stderr else ''}"
        return line.strip()

    def run(self, home: Path, folder: Path, pause: float | None, files: int) -> list[tuple[str, str]]:
        """Sync until so many files are told and a pause is over, then kill; without a pause, to the end.

        Returns:
            Status and name of the files that were acknowledged. `files` is -1 to be killed while opening.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(f"{home} {folder}\n")
        self._process.stdin.flush()
        child = int(self._line().removeprefix("child "))
        told: list[tuple[str, str]] = []
        opened = finished = False
        while pause is None or (files >= 0 and not (opened and len(told) >= files)):
            word, _, rest = self._line().partition(" ")
            opened = opened or word == "opened"
            self._note(word, rest, told)
            if word in ("finished", "ended"):
                finished = word == "finished"
                break
        if not finished:
            time.sleep(pause or 0.0)
            os.kill(child, signal.SIGKILL)
        while (line := self._line()) != "ended":
            word, _, rest = line.partition(" ")
            self._note(word, rest, told)
        return told

    def _note(self, word: str, rest: str, told: list[tuple[str, str]]) -> None:
        assert word != "broken", rest
        if word == "told":
            status, _, name = rest.partition(" ")
            # Files written just now are looked into though they are as they were.
            if status != "unchanged":
                told.append((status, name))
        self.asked += word == "asked"


def check_whole(assistant: Assistant, folder: Folder, before: dict[str, str], told: list[tuple[str, str]]) -> None:
    """Every document is a version that the index or the folder had, those that were told the folder's own."""
    assistant.open()
    found = {info.name: info for info in assistant.documents()}
    for name, info in found.items():
        key = key_of(info.title)
        assert key in (before.get(name), folder.versions.get(name)), f"{name} is {key}"
        document = document_of(identity_of(name), key)
        assert assistant.text(name) == document.text
        assert info.passages == len(split(document, assistant.settings.passage_tokens, COUNT))
    for status, name in told:
        assert status in ("added", "updated", "moved", "removed"), f"{status} {name}"
        if status == "removed":
            assert name not in found
        else:
            assert key_of(found[name].title) == folder.versions[name], f"{name} was told and is lost"
    # What nobody touched is there, under its name of before or of now.
    lost = {identity_of(name) for name in before} - {identity_of(name) for name in found}
    assert lost <= {identity_of(name) for name in before} - {identity_of(name) for name in folder.versions}
    check_tables(assistant.settings.home / "assistant.db", assistant)


def kill_syncs(
    commands: Commands, home: Path, make_assistant: Callable[..., Assistant], rounds: int, count: int
) -> None:
    folder = Folder(home.parent / "folder", count)
    home.mkdir()
    syncer = Syncer(commands)
    folder.change(0, random.Random(0))
    held: dict[str, str] = {}
    step, acknowledged, within, repaired = 0.05, 0, 0, 0
    for number in range(rounds):
        rng = random.Random(number)
        todo = sum(held.get(name) != key for name, key in folder.versions.items())
        files = -1 if number % 5 == 4 else rng.randint(0, max(0, todo - 1))
        pause = rng.random() * (1.0 if files < 0 else 3 * step)
        try:
            began = time.monotonic()
            told = syncer.run(home, folder.path, pause, files)
            step = (time.monotonic() - began) / len(told) if len(told) > 5 else step
            with make_assistant() as assistant:
                check_whole(assistant, folder, held, told)
                repaired += assistant.repaired is not None
                held = {info.name: key_of(info.title) for info in assistant.documents()}
                name = rng.choice(sorted(held)) if held else None
                if name:
                    hits = assistant.search(marker(identity_of(name)), k=3)
                    # A file that was renamed and changed stands under both names until the sync is through.
                    found = {identity_of(hit.document) for hit in hits}
                    assert identity_of(name) in found, f"{name} is not among {hits}"
        except BaseException as error:
            error.add_note(f"round {number}: {files} files and {pause:.3f} s; SYNC_KILL_ROUNDS={rounds}")
            raise
        acknowledged += len(told)
        within += held != folder.versions
        # Now and then the folder stays as it is, so that syncs also go on where the last one stopped.
        if number % 3:
            folder.change(number + 1, rng)
    told = syncer.run(home, folder.path, None, count)
    with make_assistant() as assistant:
        check_whole(assistant, folder, held, told)
        assert {info.name: key_of(info.title) for info in assistant.documents()} == folder.versions
    assert acknowledged >= rounds
    assert syncer.asked
    print(
        f"{rounds} kills over {count} files, {within} before the sync was done, "
        f"{acknowledged} files acknowledged, {repaired} repairs, {syncer.asked} questions"
    )


@pytest.mark.timeout(120 + 20 * ROUNDS)
def test_a_sync_killed_again_and_again(
    commands: Commands, home: Path, make_assistant: Callable[..., Assistant]
) -> None:
    kill_syncs(commands, home, make_assistant, ROUNDS, FILES)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_sync_of_200_files_killed_100_times(
    commands: Commands, home: Path, make_assistant: Callable[..., Assistant]
) -> None:
    kill_syncs(commands, home, make_assistant, 100, 200)
