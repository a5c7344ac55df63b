"""Who may draw the source panel: what was asked for last, whatever comes late."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from assistant.ui.session import SourceTurns


class Slow:
    """Steps of which the second waits until it is let go; `drawn` says how often it was begun."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.let_go = threading.Event()
        self.drawn = 0

    def steps(self) -> Iterator[str]:
        yield f"{self.name} is drawn"
        self.drawn += 1
        assert self.let_go.wait(30)
        yield self.name


async def _take(turns: SourceTurns, number: object, steps: Iterator[str], panel: list[str]) -> None:
    async for html in turns.steps(number, steps):
        panel.append(html)


async def _until(panel: list[str], count: int) -> None:
    while len(panel) < count:
        await asyncio.sleep(0.01)


def test_the_last_one_stands_and_none_between_is_drawn() -> None:
    async def run() -> None:
        turns, panel = SourceTurns(), list[str]()
        first, second, third = Slow("first"), Slow("second"), Slow("third")
        tasks = []
        for number, slow in enumerate((first, second, third), start=1):
            tasks.append(asyncio.create_task(_take(turns, number, slow.steps(), panel)))
            await _until(panel, number)
        assert panel == ["first is drawn", "second is drawn", "third is drawn"]
        for slow in (third, second, first):
            slow.let_go.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)
        assert panel[3:] == ["third"]
        assert (first.drawn, second.drawn, third.drawn) == (1, 0, 1)

    asyncio.run(run())


def test_a_request_that_was_overtaken_shows_nothing() -> None:
    async def run() -> None:
        turns, panel = SourceTurns(), list[str]()
        await _take(turns, 2, iter(["second"]), panel)
        await _take(turns, 1, iter(["first"]), panel)
        for number in (None, "3", 2, 1.5):
            await _take(turns, number, iter(["nonsense"]), panel)
        assert panel == ["second"]

    asyncio.run(run())


def test_quotes_that_come_by_themselves_take_the_place_of_a_late_picture() -> None:
    async def run() -> None:
        turns, panel, slow = SourceTurns(), list[str](), Slow("page")
        task = asyncio.create_task(_take(turns, 1, slow.steps(), panel))
        await _until(panel, 1)
        panel += [html async for html in turns.instead("quotes")]
        slow.let_go.set()
        await asyncio.wait_for(task, 30)
        assert panel == ["page is drawn", "quotes"]

    asyncio.run(run())


def test_who_draws_is_waited_for() -> None:
    async def run() -> None:
        turns = SourceTurns()
        drawing = turns.steps(1, iter(["first"]))
        assert await anext(drawing) == "first"
        # It has not been sent yet: nothing may be sent before it.
        waiting = asyncio.create_task(anext(turns.steps(2, iter(["second"]))))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        with pytest.raises(StopAsyncIteration):
            await anext(drawing)
        assert await asyncio.wait_for(waiting, 30) == "second"

    asyncio.run(run())
