"""Documents on their way in: one after the other in the background, whoever watches. Knows nothing of Gradio."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal, NamedTuple

from pydantic import SecretStr

from assistant.pace import Pace

#: Items kept in view: the oldest that went well go first, and none but these goes unseen.
ITEMS_KEPT = 60
Kind = Literal["waiting", "busy", "good", "plain", "bad", "locked"]
#: Told what is being done, then how much of how much is done.
Report = Callable[[str, int, int], None]


class Outcome(NamedTuple):
    """What became of one thing added. A locked one can be tried again with a password, or given up."""

    kind: Kind
    name: str
    text: str
    unlock: Callable[[SecretStr, Report], Outcome] | None = None
    give_up: Callable[[], None] | None = None


class Task(NamedTuple):
    """Something to be added: its name and size in bytes (1 if not known), and what does it. `work` never raises."""

    name: str
    size: int
    work: Callable[[Report], Outcome]


@dataclass(frozen=True)
class Item:
    """A line about one thing added; `done` of `total` units of its present step, `left` its rate and time left."""

    key: str
    name: str
    kind: Kind
    text: str
    done: int = 0
    total: int = 0
    left: str = ""


class Intake:
    """A queue with one worker, which lives as long as there is work. Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._keys = count(1)
        self._items: dict[str, Item] = {}
        self._waiting: list[tuple[str, Task]] = []
        self._locked: dict[str, Outcome] = {}
        self._working = False
        self._begin_count()
        self._edition = 0

    @property
    def edition(self) -> int:
        """A number that changes with every item."""
        return self._edition

    @property
    def busy(self) -> bool:
        """Whether anything is on its way in."""
        return self._working

    def items(self) -> tuple[Item, ...]:
        """All lines, oldest first."""
        with self._guard:
            return tuple(self._items.values())

    def summary(self) -> str:
        """How far the whole is, in words; empty if there is nothing to say beyond the items."""
        with self._guard:
            going = [item for item in self._items.values() if item.kind in ("waiting", "busy")]
            if len(going) < 2:
                return ""
            now = time.monotonic()
            rate = self._files.rate(self._files_done, now)
            # Long files come among short ones: what is left is told by their sizes.
            left = self._size.left(self._bytes_done, self._bytes, now)
            return ", ".join(filter(None, (f"{len(going)} files to go", rate, left)))

    def put(self, tasks: Sequence[Task]) -> None:
        """Take tasks on; returns at once."""
        with self._guard:
            for task in tasks:
                key = str(next(self._keys))
                self._items[key] = Item(key, task.name, "waiting", "Waiting")
                self._take_on(key, task)
            self._trim()

    def unlock(self, key: str, password: SecretStr) -> None:
        """Try a locked one again with a password, which is not kept; nothing happens if there is none."""
        with self._guard:
            outcome = self._locked.pop(key, None)
            if outcome and outcome.unlock:
                unlock = outcome.unlock
                self._items[key] = replace(self._items[key], kind="waiting", text="Trying the password")
                self._take_on(key, Task(outcome.name, 1, lambda report: unlock(password, report)))

    def dismiss(self, key: str | None = None) -> None:
        """Drop one line, or all whose work is done; locked ones are given up."""
        with self._guard:
            ended = [item.key for item in self._items.values() if item.kind not in ("waiting", "busy")]
            for each in ended if key is None else [key] if key in ended else []:
                self._drop(each)
            self._edition += 1

    def _begin_count(self) -> None:
        self._files, self._size = Pace(), Pace()
        self._files_done = self._bytes_done = self._bytes = 0

    def _take_on(self, key: str, task: Task) -> None:
        if not self._working:
            self._begin_count()
            self._working = True
            threading.Thread(target=self._run, name="assistant-intake", daemon=True).start()
        self._waiting.append((key, task))
        self._bytes += max(1, task.size)
        self._edition += 1

    def _run(self) -> None:
        while True:
            with self._guard:
                if not self._waiting:
                    self._working = False
                    self._edition += 1
                    return
                key, task = self._waiting.pop(0)
                now = time.monotonic()
                self._files.rate(self._files_done, now)
                self._size.left(self._bytes_done, self._bytes, now)
            self._show(key, kind="busy", text="Reading")
            outcome = task.work(self._reporter(key))
            with self._guard:
                self._files_done += 1
                self._bytes_done += max(1, task.size)
                if outcome.kind == "locked":
                    self._locked[key] = outcome
            self._show(key, name=outcome.name, kind=outcome.kind, text=outcome.text, done=0, total=0, left="")

    def _reporter(self, key: str) -> Report:
        pace, doing = Pace(""), ""

        def report(what: str, done: int, total: int) -> None:
            nonlocal pace, doing
            if what != doing:
                pace, doing = Pace(""), what
            left = pace.told(done, total, time.monotonic())
            self._show(key, text=what[:1].upper() + what[1:], done=done, total=total, left=left)

        return report

    def _show(self, key: str, **changes: object) -> None:
        with self._guard:
            if key in self._items:
                self._items[key] = replace(self._items[key], **changes)  # type: ignore[arg-type]
                self._edition += 1

    def _trim(self) -> None:
        well = [item.key for item in self._items.values() if item.kind in ("good", "plain")]
        for key in well[: max(0, len(self._items) - ITEMS_KEPT)]:
            self._drop(key)

    def _drop(self, key: str) -> None:
        del self._items[key]
        outcome = self._locked.pop(key, None)
        if outcome and outcome.give_up:
            outcome.give_up()
