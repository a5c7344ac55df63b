"""Leaving and ending: what nobody waits for is left, closing waits for the file in hand, and following goes on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from desk_parts import QUESTION, Terminal, notes
from fakes import FakeEmbedder
from library_parts import write

from assistant.answering.answer import EvidenceFound, StreamEvent
from assistant.errors import OwnerError
from assistant.facade import Assistant
from assistant.follow import follow_on
from assistant.index.lock import owner_of
from assistant.owner.client import OwnerClient
from assistant.owner.desk import Desk
from assistant.owner.door import Door, reach

SECONDS = 20


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Held:
    """A stream of answers whose every event waits to be let go."""

    def __init__(self, real: Callable[..., Iterator[StreamEvent]]) -> None:
        self._real = real
        self.let = threading.Semaphore(0)
        self.given = 0
        self.closed = threading.Event()

    def __call__(self, *words: Any, **options: Any) -> Iterator[StreamEvent]:
        try:
            for event in self._real(*words, **options):
                assert self.let.acquire(timeout=SECONDS)
                self.given += 1
                yield event
        finally:
            self.closed.set()


@pytest.fixture
def held(owner: Assistant, monkeypatch: pytest.MonkeyPatch) -> Held:
    held = Held(owner.stream)
    monkeypatch.setattr(owner, "stream", held)
    return held


def test_an_answer_arrives_as_it_settles(terminal: Terminal, held: Held) -> None:
    stream = terminal().stream(QUESTION)
    kinds = []
    for number in (1, 2, 3):
        held.let.release()
        kinds.append(type(next(stream)).__name__)
        assert held.given == number
    assert kinds == ["EvidenceFound", "SentenceSettled", "Finished"]
    assert list(stream) == []


def nobody_there(desk: Desk) -> None:
    """Wait until the desk has noticed that its connections are gone."""
    wait_for(lambda: desk._server is not None and not desk._server.server_state.connections)
    time.sleep(0.3)


def test_an_answer_nobody_waits_for_is_left(terminal: Terminal, desk: Desk, held: Held) -> None:
    client = terminal()
    stream = client.stream(QUESTION)
    held.let.release()
    assert isinstance(next(stream), EvidenceFound)
    stream.close()  # type: ignore[attr-defined]
    nobody_there(desk)
    held.let.release()
    assert held.closed.wait(SECONDS)
    assert held.given == 2
    held.let.release(9)
    assert client.ask(QUESTION).citations


class Gradual(FakeEmbedder):
    """Waits in every call until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Semaphore(999)
        self.begun = 0

    def encode(self, texts: Any, progress: Any = None) -> Any:
        self.begun += 1
        assert self.let.acquire(timeout=SECONDS)
        return super().encode(texts, progress)

    def hold(self) -> None:
        self.let = threading.Semaphore(0)
        self.begun = 0


@pytest.fixture
def embedder() -> Gradual:
    return Gradual()


def test_a_sync_that_nobody_waits_for_stops_after_the_file_in_hand(
    terminal: Terminal, owner: Assistant, desk: Desk, embedder: Gradual, work: Path
) -> None:
    notes(work / "corpus", 5)
    embedder.hold()
    client = terminal()
    with ThreadPoolExecutor(1) as pool:
        syncing = pool.submit(client.sync)
        embedder.let.release()
        wait_for(lambda: embedder.begun == 2)
        # As Ctrl-C does: the connection is closed.
        client.close()
        assert syncing.exception(SECONDS)
    nobody_there(desk)
    embedder.let.release(99)
    wait_for(lambda: not desk._running)
    assert [info.name for info in owner.documents()] == ["bakery.md", "leases.md", "note0.md", "note1.md"]
    assert {hit.document for hit in owner.search("Heron", k=9)} >= {"note0.md", "note1.md"}
    assert [each.status for each in terminal().sync()] == ["unchanged", "unchanged", "added", "added", "added"]


def test_a_file_that_is_being_embedded_for_nobody_is_not_added(
    terminal: Terminal, owner: Assistant, desk: Desk, embedder: Gradual, work: Path
) -> None:
    notes(work, 1)
    embedder.hold()
    client = terminal()
    with ThreadPoolExecutor(1) as pool:
        adding = pool.submit(client.add, [work / "note0.md"])
        wait_for(lambda: embedder.begun == 1)
        client.close()
        assert adding.exception(SECONDS)
    nobody_there(desk)
    embedder.let.release(99)
    wait_for(lambda: not desk._running)
    assert [info.name for info in owner.documents()] == ["bakery.md", "leases.md"]
    assert terminal().add([work / "note0.md"])[0].status == "added"


def test_closing_waits_for_the_file_in_hand_and_tells_the_terminal(
    terminal: Terminal, owner: Assistant, desk: Desk, embedder: Gradual, work: Path
) -> None:
    notes(work / "corpus", 5)
    embedder.hold()
    client = terminal()
    with ThreadPoolExecutor(2) as pool:
        syncing = pool.submit(client.sync)
        wait_for(lambda: embedder.begun == 1)
        closing_desk = pool.submit(desk.close)
        wait_for(lambda: owner_of(owner.settings.home).address is None)  # type: ignore[union-attr]
        time.sleep(0.3)
        assert not closing_desk.done()
        embedder.let.release(99)
        closing_desk.result(SECONDS)
        with pytest.raises(OwnerError, match="shutting down"):
            syncing.result(SECONDS)
    assert [info.name for info in owner.documents()] == ["bakery.md", "leases.md", "note0.md"]
    desk.close()


def test_an_answer_does_not_hold_up_closing(terminal: Terminal, desk: Desk, held: Held) -> None:
    stream = terminal().stream(QUESTION)
    held.let.release()
    next(stream)
    began = time.monotonic()
    desk.close()
    assert time.monotonic() - began < 8
    with pytest.raises(OwnerError, match="ended before it was done"):
        next(stream)
    held.let.release(9)


def test_following_goes_on_when_the_process_that_does_the_work_has_ended(
    terminal: Terminal, desk: Desk, owner: Assistant, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.follow._AGAIN_S", 0.05)
    told: queue.Queue[tuple[str, str]] = queue.Queue()
    warned: list[str] = []
    using: list[type] = []
    stop = threading.Event()
    folder = work / "followed"
    write(folder, {"a.md": "# Reeds\n\nA heron stands in the reeds."})

    @contextmanager
    def noted(door: Door) -> Iterator[None]:
        using.append(type(door))
        yield

    def run() -> None:
        follow_on(
            terminal(),
            lambda: reach(owner.settings),
            noted,
            folder,
            lambda result: told.put((result.name, result.status)),
            warned.append,
            stop,
        )

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert told.get(timeout=120) == ("a.md", "added")
        desk.close()
        owner.close()
        write(folder, {"b.md": "# Otter\n\nIt swims."})
        assert told.get(timeout=120) == ("b.md", "added")
    finally:
        stop.set()
        thread.join(120)
    assert using == [OwnerClient, Assistant]
    assert warned and "which did the work, ended before it was done; the folder is followed on" in warned[0]
    # The home is free again.
    with closing(reach(owner.settings)) as door:
        assert isinstance(door, Assistant)
        assert {"a.md", "b.md"} <= {info.name for info in door.documents()}
