"""Work handed over gives what it gives alone; who has no token gets nothing; what is left is left."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes import FakeEmbedder, ScriptedChat
from library_parts import BAKERY, LEASES, write

from assistant.answering.answer import Answer, EvidenceFound, Finished, StreamEvent, Turn
from assistant.errors import (
    DocumentError,
    NameTakenError,
    OwnerError,
    QuestionError,
    UnknownDocumentError,
)
from assistant.facade import AddResult, Assistant
from assistant.follow import follow_on
from assistant.index.lock import owner_of
from assistant.index.scope import Scope
from assistant.owner.client import OwnerClient
from assistant.owner.desk import Desk
from assistant.owner.door import Door, reach
from assistant.owner.orders import Remove

Terminal = Callable[..., OwnerClient]
QUESTION = "How many megawatts did Harbour Compute lease?"
SECONDS = 20


def untimed(answer: Answer) -> dict[str, Any]:
    return answer.model_dump(exclude={"timings_ms"})


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- the same as alone --------------------------------------------------------------------------------------


def test_questions_are_answered_as_the_owner_answers_them(owner: Assistant, terminal: Terminal) -> None:
    client = terminal()
    assert client.prepare() == owner.prepare() == []
    assert client.search(QUESTION, k=3) == owner.search(QUESTION, k=3)
    assert client.search(QUESTION, scope=Scope(documents=("bakery.md",))) == owner.search(
        QUESTION, scope=Scope(documents=("bakery.md",))
    )
    assert untimed(client.ask(QUESTION)) == untimed(owner.ask(QUESTION))
    turns = [Turn(role="user", content="Tell me about the rye loaf."), Turn(role="assistant", content="Gladly.")]
    asked = client.ask("How much does it cost?", history=turns, scope=Scope(documents=("bakery.md",)))
    assert untimed(asked) == untimed(
        owner.ask("How much does it cost?", history=turns, scope=Scope(documents=("bakery.md",)))
    )
    assert "6 euros" in asked.answer
    events = list(client.stream(QUESTION))
    assert isinstance(events[0], EvidenceFound) and isinstance(events[-1], Finished)
    assert events[:-1] == list(owner.stream(QUESTION))[:-1]


def test_the_chat_model_of_the_owner_answers(
    make_assistant: Callable[..., Assistant], scripted: ScriptedChat, work: Path
) -> None:
    owner = make_assistant(chat=scripted.enqueue("[1] Harbour Compute leased 412 megawatts of capacity."))
    owner.add(write(work, {"leases.md": LEASES}))
    desk = Desk(owner, owner.settings, "the chat")
    desk.open()
    with closing(desk), closing(reach(owner.settings)) as client:
        assert isinstance(client, OwnerClient)
        assert "412 megawatts" in client.ask(QUESTION).answer
    assert scripted.left == 0


def test_documents_come_and_go_with_progress(terminal: Terminal, owner: Assistant, work: Path) -> None:
    client = terminal(corpus=work / "mine")
    told: list[tuple[str, int, int]] = []
    write(work, {"reeds.md": "# Reeds\n\nA heron stands in the reeds.", "mine/otter.md": "# Otter\n\nIt swims."})
    (result,) = client.add([Path("reeds.md")], progress=lambda *step: told.append(step))
    assert (result.name, result.status, result.passages) == ("reeds.md", "added", 1)
    assert told and {what for what, _, _ in told} <= {"embedding reeds.md", "writing the vector index"}
    told.clear()
    # The corpus is the terminal's, not the owner's.
    assert [(each.name, each.status) for each in client.sync(progress=lambda *step: told.append(step))] == [
        ("otter.md", "added")
    ]
    assert told == [("otter.md", 0, 1), ("done", 1, 1)]
    told.clear()
    write(work, {"mine/otter.md": "# Otter\n\nIt swims and dives."})
    client.sync(within=lambda *step: told.append(step))
    assert told and {what for what, _, _ in told} <= {"embedding otter.md", "writing the vector index"}
    assert [each.status for each in client.sync(Path("mine"))] == ["unchanged"]
    write(work, {"mine/broken.md": "x\0\1"})
    results = [each for retry in (False, False, True) for each in client.sync(Path("mine"), retry=retry)]
    broken = [each.remembered for each in results if each.status == "failed"]
    assert broken == [False, True, True]
    soon: list[AddResult] = []
    (work / "mine" / "broken.md").write_text("# Mended\n\nIt can be read.")
    assert ("broken.md", "added") in [(each.name, each.status) for each in client.sync(Path("mine"), told=soon.append)]
    assert ("broken.md", "added") in [(each.name, each.status) for each in soon]
    client.remove(["broken.md"])
    assert [each.status for each in client.remove(["reeds.md", "otter.md"])] == ["removed", "removed"]
    assert [info.name for info in owner.documents()] == ["bakery.md", "leases.md"]


def test_errors_are_those_of_the_owner(terminal: Terminal, owner: Assistant, work: Path) -> None:
    client = terminal()
    write(work, {"elsewhere/leases.md": BAKERY})
    for error, use in (
        (QuestionError, lambda: client.ask("")),
        (QuestionError, lambda: client.search("w" * 5000)),
        (UnknownDocumentError, lambda: client.ask("What?", scope=Scope(documents=("nowhere.md",)))),
        (UnknownDocumentError, lambda: client.remove(["leases.md", "caf\udce9.md"])),
        (NameTakenError, lambda: client.add([work / "elsewhere" / "leases.md"])),
        (DocumentError, lambda: client.add([work / "nowhere.md"])),
        (DocumentError, lambda: client.add([work / "caf\udce9.md"])),
        (DocumentError, lambda: client.sync(work / "nowhere")),
    ):
        with pytest.raises(error) as caught:
            use()
        assert type(caught.value) is error
        assert caught.value.next_step
    assert len(owner.documents()) == 2


def test_what_a_person_must_know_is_told(owner: Assistant, desk: Desk, terminal: Terminal, tmp_path: Path) -> None:
    client = terminal()
    desk._caveat = lambda: "Asked while indexing."
    assert client.prepare() == client.prepare(chat=False) == ["Asked while indexing."]
    owner.remove(["leases.md", "bakery.md"])
    assert client.prepare() == ["Asked while indexing."]


def test_a_missing_chat_model_of_the_owner_is_told(
    make_assistant: Callable[..., Assistant], work: Path, tmp_path: Path
) -> None:
    owner = make_assistant(chat_model="qwen2.5-coder-1.5b-instruct", models_dir=tmp_path / "no models")
    owner.add(write(work, {"leases.md": LEASES}))
    desk = Desk(owner, owner.settings, "the chat")
    desk.open()
    with closing(desk), closing(reach(owner.settings)) as client:
        (note,) = client.prepare()
        assert "models pull" in note
        assert client.prepare(chat=False) == []


def test_a_defect_is_told_in_one_line_and_logged_by_the_owner(
    terminal: Terminal, owner: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(owner, "search", broken)
    client = terminal()
    with caplog.at_level(logging.ERROR), pytest.raises(Exception, match="went wrong inside the chat") as caught:
        client.search("rye")
    assert "secret" not in str(caught.value)
    assert "a secret detail" in caplog.text


@pytest.mark.parametrize(
    ("settings", "command", "says"),
    [
        ({"chat_model": "other"}, "ask", "ASSISTANT_CHAT_MODEL is none there and other here"),
        (
            {"chat_model": "m", "chat_base_url": "http://u:secret@localhost/v1"},
            "ask",
            "ASSISTANT_CHAT_BASE_URL is not set there and http://localhost/v1 here",
        ),
        ({"embedding_model": "folder"}, "search", "ASSISTANT_EMBEDDING_MODEL is all-MiniLM-L6-v2 there and /"),
        ({"passage_tokens": 99}, "sync", "ASSISTANT_PASSAGE_TOKENS is 160 there and 99 here"),
        ({"max_file_mb": 7}, "add", "ASSISTANT_MAX_FILE_MB is 40 there and 7 here"),
    ],
)
def test_other_settings_are_told_not_mixed(
    terminal: Terminal, owner: Assistant, settings: dict[str, Any], command: str, says: str
) -> None:
    client = terminal(**settings)
    use = {
        "ask": lambda: client.ask(QUESTION), "search": lambda: client.search(QUESTION),
        "sync": lambda: client.sync(Path.cwd()), "add": lambda: client.add([Path("leases.md")]),
    }[command]  # fmt: skip
    with pytest.raises(OwnerError) as caught:
        use()
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)
    assert len(owner.documents()) == 2


def test_settings_of_no_consequence_may_differ(terminal: Terminal, tmp_path: Path) -> None:
    client = terminal(chat_threads=1, embedding_batch=2, models_dir=tmp_path, chat_api_key="k", chat_timeout_s=9)
    assert client.ask(QUESTION).citations
    # And what only answers depend on matters to nothing else.
    assert terminal(chat_model="other", answer_tokens=99).search(QUESTION)


# --- who may come in ----------------------------------------------------------------------------------------


def knock(owner: Assistant, headers: dict[str, str] | None = None, path: str = "/work") -> httpx.Response:
    """Asks for a document to be removed, with the right token unless `headers` say otherwise."""
    found = owner_of(owner.settings.home)
    assert found and found.address
    given = {"Authorization": f"Bearer {found.address.token}"} | (headers or {})
    url = f"http://127.0.0.1:{found.address.port}{path}"
    body = Remove(names=("leases.md",)).model_dump_json()
    with httpx.Client(trust_env=False) as http:
        return http.post(url, content=body, headers={name: value for name, value in given.items() if value})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401), ({"Authorization": "Bearer"}, 401), ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer caf\u00e9"}, 401), ({"Authorization": "Basic eDp5"}, 401),
        ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Origin": "http://127.0.0.1"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 403), ({"Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Host": "evil.example"}, 400), ({"Host": "localhost"}, 400),
    ],
)  # fmt: skip
def test_strangers_and_browsers_are_refused(owner: Assistant, desk: Desk, headers: dict[str, str], status: int) -> None:
    encoded: Any = {name: value.encode("latin-1") for name, value in headers.items()}
    assert knock(owner, encoded).status_code == status
    assert knock(owner, encoded, "/state").status_code == status
    assert len(owner.documents()) == 2


def test_no_page_is_allowed_in_by_preflight(owner: Assistant, desk: Desk) -> None:
    found = owner_of(owner.settings.home)
    assert found and found.address
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    with httpx.Client(trust_env=False) as http:
        answer = http.options(f"http://127.0.0.1:{found.address.port}/work", headers=asked)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_right_token_opens_and_every_owner_has_its_own(owner: Assistant, desk: Desk) -> None:
    first = owner_of(owner.settings.home)
    assert knock(owner).status_code == 200
    assert [info.name for info in owner.documents()] == ["bakery.md"]
    assert knock(owner, path="/elsewhere").status_code == 404
    desk.close()
    assert owner_of(owner.settings.home) != first
    other = Desk(owner, owner.settings, "the chat")
    other.open()
    second = owner_of(owner.settings.home)
    assert first and first.address and second and second.address
    assert first.address.token != second.address.token
    assert len(second.address.token) >= 40
    other.close()


def test_what_is_no_order_is_refused(owner: Assistant, desk: Desk) -> None:
    found = owner_of(owner.settings.home)
    assert found and found.address
    with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {found.address.token}"}) as http:
        url = f"http://127.0.0.1:{found.address.port}/work"
        assert http.post(url, content=b"\xff{").status_code == 422
        assert http.get(url).status_code == 405


# --- leaving and ending -------------------------------------------------------------------------------------


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


def notes(folder: Path, many: int) -> None:
    write(folder, {f"note{number}.md": f"# Note {number}\n\nHeron {number}." for number in range(many)})


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


# --- at the same time ---------------------------------------------------------------------------------------


def test_syncs_uploads_removals_and_questions_at_once(terminal: Terminal, owner: Assistant, work: Path) -> None:
    """What the page does goes straight to the owner, what terminals do through the desk."""
    notes(work / "corpus", 12)
    notes(work / "more", 0)
    write(work / "more", {f"extra{number}.md": f"# Extra {number}\n\nOtter {number}." for number in range(6)})
    ends = time.monotonic() + 4

    def syncs(client: OwnerClient, seed: int) -> None:
        for turn in range(99):
            if time.monotonic() > ends:
                return
            changing = work / "corpus" / f"note{(turn + seed) % 12}.md"
            if turn % 3:
                changing.write_text(f"# Note\n\nHeron, edition {seed} {turn}.")
            else:
                changing.unlink(missing_ok=True)
            # Of two syncs one may meet a file that the other's tester has just taken away.
            bad = [each for each in client.sync() if each.status == "failed" and "No such file" not in each.reason]
            assert not bad

    def comes_and_goes(number: int) -> None:
        while time.monotonic() < ends:
            owner.add([work / "more" / f"extra{number}.md"], origin="uploaded")
            owner.remove([f"extra{number}.md"])

    def asks(client: OwnerClient) -> None:
        while time.monotonic() < ends:
            answer = client.ask(QUESTION)
            assert "412 megawatts" in answer.answer
            for citation in answer.citations:
                assert citation.quote == owner.text(citation.document)[citation.start : citation.end]

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(syncs, terminal(), seed) for seed in (0, 5)]
        jobs += [pool.submit(comes_and_goes, number) for number in (0, 1)]
        jobs += [pool.submit(asks, terminal()), pool.submit(asks, terminal())]
        for job in jobs:
            job.result(60)
    terminal().sync()
    files = {path.name for path in (work / "corpus").iterdir()}
    assert {info.name for info in owner.documents()} == files | {"leases.md", "bakery.md"}
    opened = owner._open()
    assert opened.vectors.count() == len(owner._home.store.passage_ids())
    assert sorted(opened.vectors._ids()) == sorted(owner._home.store.passage_ids())


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
