"""Killed at any moment of an add, the index opens again, and everything that was acknowledged is whole.

KILL_ROUNDS says how many kills (default 20), KILL_TRUE_ROUNDS how many of the command itself (default 3). The
moments are random, seeded with the number of the round, and spread over the whole of opening, adding, updating,
removing and putting back.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from adder import marker, source
from processes import Commands
from whole import COUNT, check_tables

from assistant.documents import Document, read_document
from assistant.facade import Assistant
from assistant.index.passages import split

ROUNDS = int(os.environ.get("KILL_ROUNDS", "20"))
TRUE_ROUNDS = int(os.environ.get("KILL_TRUE_ROUNDS", "3"))
TESTS = Path(__file__).parent


def document(name: str, key: str) -> Document:
    return read_document(source(key).encode(), name, name)


@dataclass
class Ledger:
    """What the killed program acknowledged: key of the version by name, of what is there and of what was taken out, and
    the step under way when it died.
    """

    held: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    pending: tuple[str, str, str] | None = None
    acknowledged: int = 0

    def note(self, line: str) -> None:
        match line.split():
            case ["begin", operation, name, key]:
                self.pending = (operation, name, key)
            case ["done"] if self.pending:
                self._apply()
                self.acknowledged += 1

    def settle(self, present: set[str], text: Callable[[str], str]) -> None:
        """Take over what became of the step under way: all of it or nothing."""
        if self.pending is None:
            return
        operation, name, key = self.pending
        if operation in ("remove", "take_out"):
            happened = name not in present
        elif operation == "put_back":
            happened = name in present
        elif operation in ("add", "update"):
            happened = name in present and marker(key) in text(name)
        else:
            happened = False
        if happened:
            self._apply()
        self.pending = None

    def _apply(self) -> None:
        assert self.pending is not None
        operation, name, key = self.pending
        if operation == "remove":
            del self.held[name]
        elif operation == "take_out":
            self.taken[name] = self.held.pop(name)
        elif operation == "put_back":
            self.held[name] = self.taken.pop(name)
        elif operation in ("add", "update"):
            self.held[name] = key
        self.pending = None


def check_whole(assistant: Assistant, ledger: Ledger, rng: random.Random) -> None:
    """Everything acknowledged is there, nothing else, nothing half; searching and asking work."""
    assistant.open()
    present = {info.name: info for info in assistant.documents()}
    ledger.settle(set(present), assistant.text)
    assert set(present) == set(ledger.held)
    for name, key in ledger.held.items():
        expected = document(name, key)
        assert assistant.text(name) == expected.text
        assert present[name].title == expected.title
        assert present[name].passages == len(split(expected, assistant.settings.passage_tokens, COUNT))
    for name in rng.sample(sorted(ledger.held), min(3, len(ledger.held))):
        word = marker(ledger.held[name])
        assert any(word in hit.text and hit.document == name for hit in assistant.search(word, k=3))
        answer = assistant.ask(f"Where does the {word} stand?", documents=[name])
        assert answer.citations
        for citation in answer.citations:
            assert citation.quote == assistant.text(name)[citation.start : citation.end]
    check_tables(assistant.settings.home / "assistant.db", assistant)


# --- a program that imports once and dies often -------------------------------------------------------------


class Adder:
    """The program of `adder.py` and its children."""

    def __init__(self, commands: Commands) -> None:
        self._process = commands.start(TESTS / "adder.py", stdin=subprocess.PIPE)
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the program ended: {self._process.stderr.read() if self._process.stderr else ''}"
        return line.strip()

    def run(self, home: Path, number: int, ledger: Ledger, steps: int, fraction: float, duration: float) -> float:
        """Let some steps pass and kill the child a while into the next; gives the longest step's time."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{home} {number} {' '.join(ledger.held)}\n")
        self._process.stdin.flush()
        child = int(self._line().removeprefix("child "))
        longest = duration
        try:
            for _ in range(steps):
                began = self._note(ledger, "begin")
                longest = max(longest, self._note(ledger, "done") - began)
            self._note(ledger, "begin")
            time.sleep(fraction * longest)
        finally:
            os.kill(child, signal.SIGKILL)
        while (line := self._line()) != "ended":
            ledger.note(line)
        return longest

    def _note(self, ledger: Ledger, kind: str) -> float:
        line = self._line()
        assert line.startswith(kind), line
        ledger.note(line)
        return time.monotonic()


@pytest.mark.slow
@pytest.mark.timeout(120 + 15 * ROUNDS)
def test_killed_again_and_again(commands: Commands, home: Path, make_assistant: Callable[..., Assistant]) -> None:
    home.mkdir()
    adder = Adder(commands)
    ledger = Ledger()
    duration, repaired, interrupted = 0.3, 0, 0
    for number in range(ROUNDS):
        rng = random.Random(number)
        # Every third round the kill falls into opening itself, the others into the steps after it.
        steps = 0 if number % 3 == 2 else rng.randint(1, 4)
        fraction = rng.random() * 1.1
        where = f"round {number}, {steps} steps and {fraction:.2f} of one"
        try:
            duration = adder.run(home, number, ledger, steps, fraction, duration if number else 0.3)
            interrupted += ledger.pending is not None
            with make_assistant() as assistant:
                check_whole(assistant, ledger, rng)
                repaired += assistant.repaired is not None
        except BaseException as error:
            error.add_note(f"{where}; KILL_ROUNDS={ROUNDS}")
            raise
    assert ledger.acknowledged >= ROUNDS and ledger.taken
    if ROUNDS >= 10:
        assert interrupted >= ROUNDS // 3, "too few kills fell into a step"
    print(f"{ROUNDS} kills, {interrupted} inside a step, {ledger.acknowledged} steps acknowledged, {repaired} repairs")


# --- the true command ---------------------------------------------------------------------------------------


@pytest.fixture
def moments(commands: Commands, work: Path) -> Iterator[list[float]]:
    """Random moments, in seconds, one in each part of the run time of a whole `assistant add`."""
    (work / "whole.md").write_text(source("whole"))
    began = time.monotonic()
    assert commands.assistant("add", "whole.md").code == 0
    whole = time.monotonic() - began
    yield [whole * (part + random.Random(part).random()) / TRUE_ROUNDS for part in range(TRUE_ROUNDS)]


@pytest.mark.slow
@pytest.mark.embedding
def test_the_true_command_killed(commands: Commands, work: Path, moments: list[float]) -> None:
    held = {"whole.md": "whole"}
    for number, moment in enumerate(moments):
        name, key = f"true{number}.md", f"true{number}"
        (work / name).write_text(source(key))
        process = commands.start("-m", "assistant.cli", "add", name, env={"ASSISTANT_CHAT_MODEL": "none"})
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            commands.kill(process)
        listed = commands.assistant("list", "--json")
        assert (listed.code, listed.err) == (0, ""), f"killed after {moment:.2f} s"
        present = {info["name"] for info in json.loads(listed.out)}
        if name in present or process.returncode == 0:
            held[name] = key
        assert present == set(held), f"killed after {moment:.2f} s"
        found = commands.assistant("search", f"Where does the {marker(key)} stand?", "-k", "3", "--json")
        assert found.code == 0, found.err
        for hit in json.loads(found.out):
            expected = document(hit["document"], held[hit["document"]])
            assert hit["text"] == expected.text[hit["start"] : hit["end"]]
    answer = commands.assistant("ask", f"Where does the {marker('whole')} stand?", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["citations"]
