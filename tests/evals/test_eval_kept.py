"""What is kept of a run that a full disk or a kill has ended, and what the same command takes up of it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from subprocess import Popen

import pytest
from processes import Commands

from assistant.errors import StorageError
from evals.kept import clear_stale, index_beside, keeping, reserved
from evals.model import Item

HERE = Path(__file__).parent
FILLING = """
import resource, sys
from pathlib import Path
from assistant.errors import StorageError
from evals.kept import keeping, reserved
from evals.model import Item

path, most = Path(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
with reserved(path):
    try:
        with keeping(path, {"run": 1}, set(map(str, range(1000))), told=print) as kept:
            for number in range(1000):
                case = {"id": str(number), "question": "?", "type": "t", "answerable": True, "expected": ("x",)}
                kept.add(Item(**case, status="answered"))
                print(number)
    except StorageError as error:
        print(error, file=sys.stderr)
"""


@pytest.mark.parametrize("most", [10, 5000])
def test_a_disk_that_fills_up_is_told_and_the_cases_before_are_kept(
    commands: Commands, tmp_path: Path, most: int
) -> None:
    path = tmp_path / "run.json.part"
    run = commands.python("-c", FILLING, path, str(most))
    done = run.out.split()
    assert run.code == 0, run
    assert "cannot be kept in" in run.err and "the cases done are kept" in run.err and len(run.err.splitlines()) == 1
    assert path.stat().st_size <= most
    said: list[str] = []
    with reserved(path), keeping(path, {"run": 1}, set(map(str, range(1000))), told=said.append) as kept:
        assert list(kept.items) == done and (len(done) > 3) is (most > 1000)
        kept.add(Item(id="more", question="?", type="t", answerable=True, expected=("x",), status="answered"))
    assert bool(said) is bool(done)
    assert [json.loads(line) for line in path.read_bytes().splitlines()][-1]["item"]["id"] == "more"


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "run.json.part"
    with reserved(path), pytest.raises(StorageError, match="Another run is writing"), reserved(path):
        pass


def test_an_index_of_other_settings_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "run.json.part"
    first = index_beside(path, "a" * 64)
    first.mkdir()
    other = tmp_path / ".run.json.index"
    other.mkdir()
    assert index_beside(path, "a" * 64) == first and first.exists()
    path.touch()
    assert index_beside(path, "b" * 64) != first and first.exists(), "its results may be gone on with"
    path.unlink()
    index_beside(path, "b" * 64)
    assert not first.exists() and other.exists()
    first.mkdir()
    index_beside(path, "a" * 64, fresh=True)
    assert not first.exists()


def test_indexes_that_nobody_came_back_for_are_removed(tmp_path: Path) -> None:
    old, held, young = (tmp_path / f".{name}.index-0" for name in ("old", "held", "young"))
    for folder in (old, held, young):
        folder.mkdir()
    for folder in (old, held):
        os.utime(folder, (0, 0))
    with reserved(tmp_path / "held.part"):
        clear_stale(tmp_path)
    assert [folder.exists() for folder in (old, held, young)] == [False, True, True]
    clear_stale(tmp_path / "none")


class Killed:
    """`assistant eval --retrieval-only` on the fake embedder, killed where it embeds a word."""

    def __init__(self, commands: Commands, tmp_path: Path) -> None:
        self._commands, self._log = commands, tmp_path / "embedded.txt"
        self.target, self.temporary = tmp_path / "run.json", tmp_path / "temporary"
        self.temporary.mkdir()
        self._words = ("eval", "--retrieval-only", "--questions", tmp_path / "set.jsonl", "--json", self.target)

    def _start(self, stop: str) -> Popen[str]:
        self._log.write_text("")
        env = {
            "ASSISTANT_CHAT_MODEL": "none",
            "EMBEDDED": str(self._log),
            "STOP_AT": stop,
            "TMPDIR": str(self.temporary),
        }
        return self._commands.start(HERE / "evaluating.py", *self._words, env=env)

    def until(self, word: str) -> str:
        """What it embedded before it was killed at the word."""
        process = self._start(word)
        while word not in self._log.read_text():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        self._commands.kill(process)
        return self._log.read_text()

    def whole(self) -> tuple[str, str]:
        """What it embedded and said, not killed."""
        run = self._commands.finish(self._start(""), timeout=240)
        assert run.code == 0, run
        return self._log.read_text(), run.err


@pytest.mark.slow
def test_a_run_killed_while_it_indexes_and_while_it_asks_goes_on(commands: Commands, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    for name in ("heron", "otter", "stone"):
        (documents / f"{name}.md").write_text(f"The {name} stands by the river.\n")
    base = {"answerable": True, "answers": ["river"], "type": "t"}
    cases = [base | {"id": n, "question": f"Where is the {n}?", "documents": ["heron.md"]} for n in "vwxyz"]
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, cases)))
    eval_run = Killed(commands, tmp_path)

    embedded = eval_run.until("stone stands")
    assert "heron stands" in embedded and "otter stands" in embedded
    assert len(list(tmp_path.glob(".run.json.index-*"))) == 1 and not eval_run.target.exists()

    embedded = eval_run.until("the y?")
    assert "stone stands" in embedded and "heron stands" not in embedded and "otter stands" not in embedded
    assert (tmp_path / "run.json.part").exists()

    embedded, said = eval_run.whole()
    assert "stands" not in embedded and "the z?" in embedded and "the w?" not in embedded
    assert "3 of 5 cases were done before" in said
    run = json.loads(eval_run.target.read_text())
    assert [item["id"] for item in run["items"]] == list("vwxyz") and run["run"]["taken_up"] == 3
    assert [path.name for path in tmp_path.iterdir() if "run.json" in path.name] == ["run.json"]
    assert not list(eval_run.temporary.glob("assistant-eval-*"))
