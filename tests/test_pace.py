"""Rates and times left, in words."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from assistant.pace import Pace, duration, rate_of
from assistant.terminal import FileBar


@pytest.mark.parametrize(
    ("per_second", "words"),
    [
        (1234.0, "1,234 files/s"), (12.4, "12 files/s"), (3.14, "3.1 files/s"), (1.0, "1.0 files/s"),
        (0.5, "30 files/min"), (0.02, "1.2 files/min"),
    ],
)  # fmt: skip
def test_rates(per_second: float, words: str) -> None:
    assert rate_of(per_second) == words


def test_a_rate_of_nothing_with_a_name() -> None:
    assert (rate_of(3.14, ""), rate_of(0.5, "")) == ("3.1/s", "30/min")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (59.0, "59 s"), (61.0, "1 min"), (3600.0, "60 min"), (2 * 3600.0, "2.0 h")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_pace_is_that_of_this_work_and_said_once_it_is_known() -> None:
    pace = Pace()
    assert pace.told(50, 100, 10.0) == ""
    assert pace.told(51, 100, 10.5) == ""
    assert pace.told(50, 100, 12.0) == ""
    assert pace.told(60, 100, 15.0) == "2.0 files/s, about 20 s left"
    assert pace.told(90, 100, 410.0) == "6.0 files/min, about 2 min left"


def test_the_bars_of_files_and_of_the_one_in_hand() -> None:
    out = Console(file=io.StringIO(), force_terminal=True, width=120)
    bar = Progress(TextColumn("{task.description}|{task.completed}/{task.total}"), console=out, auto_refresh=False)
    both = FileBar(bar)

    def shown() -> list[str]:
        return [f"{task.description} {task.completed}/{task.total}" for task in bar.tasks if task.visible]

    assert shown() == []
    # Of a single file nobody counts files.
    both.part("reading a[bold].pdf", 2, 8)
    assert shown() == [r"reading a\[bold].pdf 2/8"]
    both.files("b.pdf", 1, 3)
    assert shown() == ["b.pdf 1/3"]
    both.part("embedding b.pdf", 32, 64)
    assert shown() == ["b.pdf 1/3", "embedding b.pdf 32/64"]
    both.part("writing the vector index", 1, 5)
    assert shown() == ["b.pdf 1/3", "writing the vector index 1/5"]
    both.files("c.pdf", 2, 3)
    assert shown() == ["c.pdf 2/3"]
