"""Which door the command line goes through: its own, the owner's, or none, said in one line."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, cast

import pytest
from library_parts import BAKERY, LEASES, write
from pdfs import make_pdf
from processes import Cli, Commands, Run, check_error

from assistant.errors import HomeLockedError, OwnerError
from assistant.facade import Assistant
from assistant.index.lock import Address, HomeLock, Owner, owner_of
from assistant.owner.client import OwnerClient
from assistant.owner.desk import Desk
from assistant.owner.door import reach
from assistant.settings import load_settings

OWNING = Path(__file__).with_name("owning.py")
QUESTION = "How many megawatts did Harbour Compute lease?"


@pytest.fixture
def locked(home: Path) -> Iterator[HomeLock]:
    """Another owner of the home, which says nothing more of itself."""
    home.mkdir()
    lock = HomeLock(home)
    lock.acquire()
    yield lock
    lock.release()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.owner.door.PATIENCE_S", 0.3)
    monkeypatch.setattr("assistant.owner.client._HANDSHAKE_S", 0.3)


def test_an_unused_home_stays_untouched(home: Path) -> None:
    with closing(reach(load_settings())) as door:
        assert isinstance(door, Assistant)
    assert not home.exists()


def test_a_free_home_is_owned_at_once_and_given_back(home: Path) -> None:
    home.mkdir()
    with closing(reach(load_settings())) as door:
        assert isinstance(door, Assistant)
        with pytest.raises(HomeLockedError):
            HomeLock(home).acquire()
    lock = HomeLock(home)
    lock.acquire()
    lock.release()


def test_the_address_of_a_killed_owner_is_not_looked_at(home: Path) -> None:
    home.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        left = Owner(pid=1, address=Address(port=stranger.getsockname()[1], token="old"))
        (home / "owner.json").write_text(left.model_dump_json())
        with closing(reach(load_settings())) as door:
            assert isinstance(door, Assistant)
            assert owner_of(home) == Owner(pid=os.getpid())
        stranger.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stranger.accept()


def test_an_owner_that_takes_no_work_is_named(locked: HomeLock, hurried: None) -> None:
    with pytest.raises(HomeLockedError) as caught:
        reach(load_settings())
    assert f"pid {os.getpid()}" in str(caught.value)
    assert "ASSISTANT_HOME" in caught.value.next_step


def test_an_owner_that_ends_meanwhile_is_waited_for(locked: HomeLock) -> None:
    threading.Timer(0.4, locked.release).start()
    with closing(reach(load_settings())) as door:
        assert isinstance(door, Assistant)


def test_an_owner_that_is_just_starting_is_waited_for(
    make_assistant: Callable[..., Assistant], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.owner.door.PATIENCE_S", 60.0)
    owner = make_assistant()
    owner.claim()
    desk = Desk(owner, owner.settings, "the chat")

    def start() -> None:
        time.sleep(0.4)
        owner.open()
        desk.open()

    starting = threading.Thread(target=start)
    starting.start()
    with closing(reach(load_settings(chat_model="none"))) as door:
        assert isinstance(door, OwnerClient)
        assert door.search("rye") == []
    starting.join()
    desk.close()


def test_an_owner_that_is_going_down_is_waited_for(
    make_assistant: Callable[..., Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.owner.door.PATIENCE_S", 60.0)
    owner = make_assistant()
    owner.open()
    desk = Desk(owner, owner.settings, "the chat")
    desk.open()
    # What a terminal has read just before the address is taken back.
    desk.stop()

    def close() -> None:
        time.sleep(0.4)
        desk.close()
        owner.close()

    ending = threading.Thread(target=close)
    ending.start()
    with closing(reach(load_settings(chat_model="none"))) as door:
        assert isinstance(door, Assistant)
    ending.join()


@pytest.mark.parametrize("manner", ["refuses", "hangs", "breaks off", "is no owner"])
def test_an_owner_that_does_not_answer(locked: HomeLock, hurried: None, manner: str) -> None:
    said = {"breaks off": b"HTTP/1.1 2", "is no owner": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"}.get(manner)
    stranger = socket.create_server(("127.0.0.1", 0))
    locked.announce(Address(port=stranger.getsockname()[1], token="t"))

    def answer() -> None:
        while True:
            try:
                connection = stranger.accept()[0]
            except OSError:
                return
            with connection:
                connection.recv(4096)
                connection.sendall(said or b"")

    if manner == "refuses":
        stranger.close()
    elif said:
        threading.Thread(target=answer, daemon=True).start()
    with pytest.raises(OwnerError, match="does not answer") as caught:
        reach(load_settings())
    assert f"pid {os.getpid()}" in str(caught.value)
    stranger.close()


def test_an_owner_of_another_version(make_assistant: Callable[..., Assistant], monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_assistant()
    owner.open()
    with monkeypatch.context() as older:
        older.setattr("assistant.owner.desk.__version__", "0.0.9")
        desk = Desk(owner, owner.settings, "the chat")
    desk.open()
    with pytest.raises(OwnerError) as caught:
        reach(load_settings(chat_model="none"))
    assert "The chat (pid" in str(caught.value) and "version 0.0.9" in str(caught.value)
    desk.close()


# --- processes ----------------------------------------------------------------------------------------------


def owning(commands: Commands, *words: str | Path) -> subprocess.Popen[str]:
    process = commands.start(OWNING, *words, stdin=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == "open\n", process.stderr and process.stderr.read()
    return process


def normal(run: Run) -> Run:
    """Without what differs from one time to the next: how long it took."""
    out = re.sub(r'"(retrieve|first_token|total)": [\d.]+', r'"\1": 0', run.out)
    return Run(run.code, out, re.sub(r"[\d.]+ s \(evidence after \d+ ms\)", "some time", run.err))


#: Commands in an order in which each finds what it needs.
TELLING: tuple[tuple[str, ...], ...] = (
    ("search", QUESTION, "-k", "2"), ("search", QUESTION, "-k", "1", "--document", "bakery.md", "--json"),
    ("ask", QUESTION), ("ask", QUESTION, "--json"), ("ask", QUESTION, "--document", "bakery.md", "--json"),
    ("ask", "How much does it cost?", "--history", "turns.json", "--json"),
    ("add", "reeds.md"), ("add", "reeds.md", "--json"),
    ("add", "--again", "reeds.md"), ("add", "locked.pdf", "--password-file", "words"),
    ("add", "otter.md", "nowhere.md", "reeds.md", "--json"),
    ("add", "elsewhere/leases.md"), ("add", "elsewhere"),
    ("remove", "reeds.md", "--json"), ("remove", "otter.md"), ("remove", "otter.md"), ("remove", "caf\udce9"),
    ("sync",), ("sync", "--json"), ("search", "note", "--folder", "corpus", "--json"), ("sync", "elsewhere"),
    ("sync", "nowhere"), ("add", "http://127.0.0.1:9/page"), ("ask", QUESTION, "--since", "2020", "--json"),
    ("search", ""), ("ask", "w" * 5000), ("ask", "x", "--document", "nowhere.md", "--json"), ("ask", "caf\udce9?"),
    ("search", "x", "--document", "caf\udce9"),
)  # fmt: skip


def test_whatever_is_handed_over_prints_what_it_prints_alone(
    cli: Cli, work: Path, home: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    filling = write(work, {"leases.md": LEASES, "bakery.md": BAKERY})
    write(work, {"reeds.md": "# Reeds\n\nA heron stands.", "otter.md": "# Otter\n\nIt swims."})
    write(work, {"elsewhere/leases.md": BAKERY, "elsewhere/empty.txt": "", "corpus/note.md": "# Note\n\nA note."})
    turns = [{"role": "user", "content": "Tell me about the rye loaf."}, {"role": "assistant", "content": "Gladly."}]
    (work / "turns.json").write_text(json.dumps(turns))
    (work / "locked.pdf").write_bytes(make_pdf([["A crane stands in the yard."]], password="sesame"))
    (work / "words").write_text("sesame")
    runs: list[list[Run]] = []
    for handed_over in (False, True):
        monkeypatch.setenv("ASSISTANT_HOME", str(home / str(handed_over)))
        assert cli("add", *filling).code == 0
        if handed_over:
            owning(commands, home / "True", "desk")
            monkeypatch.setattr("assistant.models.embeddings.load_embeddings", lambda _: pytest.fail("a model loaded"))
        runs.append([normal(cli(*words)) for words in TELLING])
    for words, alone, there in zip(TELLING, *runs, strict=True):
        assert there == alone, words
    assert [run.code for run in runs[0]] == [0] * 10 + [1] * 3 + [0, 0, 1, 1] + [0, 0, 0] + [1] * 9


def test_while_the_chat_is_open_terminals_are_served_by_it(
    cli: Cli, work: Path, home: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(work, {"leases.md": LEASES})
    chat = owning(commands, home, "page")
    assert [each["status"] for each in json.loads(commands.assistant("add", "leases.md", "--json").out)] == ["added"]
    found = owner_of(home)
    assert found and found.pid == chat.pid and found.address
    run = commands.assistant("ask", QUESTION)
    assert run.code == 0
    assert "412 megawatts" in run.out and run.err.startswith("quote-only, ")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert "412 megawatts" in commands.assistant("search", QUESTION).out
    check_error(cli("ask", QUESTION, "--document", "nowhere.md"), "No document named nowhere.md")
    chat.send_signal(signal.SIGTERM)
    out, err = chat.communicate(timeout=60)
    assert (out, err) == ("closed\n", "")
    assert not (home / "owner.json").exists()
    assert "412 megawatts" in cli("search", QUESTION).out


def test_while_a_folder_is_followed_terminals_are_served(cli: Cli, work: Path, home: Path, commands: Commands) -> None:
    write(work / "corpus", {"leases.md": LEASES})
    write(work, {"bakery.md": BAKERY})
    following = owning(commands, home, "sync --watch")
    assert "Following" in cast("IO[str]", following.stderr).readline()
    assert "412 megawatts" in cli("ask", QUESTION).out
    assert [each["status"] for each in json.loads(cli("add", "bakery.md", "--json").out)] == ["added"]
    assert "rye loaf" in commands.assistant("search", "What does a rye loaf cost?").out
    # What is handed over and what the folder brings are one index's.
    (work / "corpus" / "leases.md").write_text("# Leases\n\nHarbour Compute leased 99 megawatts.")
    wait_for(lambda: "99 megawatts" in cli("ask", QUESTION).out)
    following.send_signal(signal.SIGINT)
    out, err = following.communicate(timeout=60)
    assert following.returncode == 0 and "updated  leases.md" in out and "Stopped" in err
    assert not (home / "owner.json").exists()
    assert "rye loaf" in cli("search", "What does a rye loaf cost?").out


def test_after_a_kill_the_home_is_free_whatever_the_owner_left(
    cli: Cli, work: Path, home: Path, commands: Commands
) -> None:
    write(work, {"leases.md": LEASES})
    owner = owning(commands, home, "desk")
    assert cli("add", "leases.md").code == 0
    left = owner_of(home)
    assert left and left.address
    commands.kill(owner)
    assert owner_of(home) == left
    assert "412 megawatts" in cli("ask", QUESTION).out
    assert not (home / "owner.json").exists()


def test_an_owner_killed_half_way_is_told_in_one_line(cli: Cli, work: Path, home: Path, commands: Commands) -> None:
    notes(work / "corpus", 40)
    owner = owning(commands, home, "desk", "0.2")
    syncing = commands.start("-m", "assistant.cli", "sync", env={"ASSISTANT_CHAT_MODEL": "none"})
    wait_for(lambda: len(names(cli)) > 2)
    commands.kill(owner)
    run = commands.finish(syncing)
    check_error(run, f"The chat (pid {owner.pid})", "ended before it was done", "run this again")
    kept = names(cli)
    assert 2 < len(kept) < 40
    assert cli("sync").code == 0
    assert len(names(cli)) == 40


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_terminal_stops_the_work_it_handed_over(
    cli: Cli, work: Path, home: Path, commands: Commands, sent: signal.Signals
) -> None:
    notes(work / "corpus", 60)
    owning(commands, home, "desk", "0.2")
    syncing = commands.start("-m", "assistant.cli", "sync", env={"ASSISTANT_CHAT_MODEL": "none"})
    wait_for(lambda: len(names(cli)) > 2)
    syncing.send_signal(sent)
    run = commands.finish(syncing, timeout=30)
    if sent != signal.SIGKILL:
        assert (run.code, run.err) == (130, "\nInterrupted. Nothing that was acknowledged is lost.\n")
        assert set(run.out.split()[::4]) == {"added"}
    # What is in hand is finished, and nothing more is begun.
    before: list[str] = []
    while (kept := names(cli)) != before:
        before = kept
        time.sleep(1.0)
    assert 2 < len(kept) < 60
    assert cli("search", "Heron", "-k", "5").code == 0


def test_a_terminal_that_hands_over_loads_nothing_heavy(work: Path, home: Path, commands: Commands) -> None:
    owning(commands, home, "desk")
    code = (
        "import sys\nfrom assistant.cli import main\nsys.argv = ['assistant', 'sync', '.']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ['torch', 'chromadb', 'langchain_core', 'numpy', 'xllamacpp', 'starlette', 'gradio']\n"
        "print('LOADED', [name for name in heavy if name in sys.modules])\n"
    )
    run = commands.python("-c", code, env={"ASSISTANT_CHAT_MODEL": "none"})
    assert run.out.splitlines() == ["No files there.", "LOADED []"], run


def notes(folder: Path, many: int) -> None:
    write(folder, {f"note{number:02}.md": f"# Note {number}\n\nHeron {number}." for number in range(many)})


def names(cli: Cli) -> list[str]:
    found: list[dict[str, Any]] = json.loads(cli("list", "--json").out)
    return [info["name"] for info in found]


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)
