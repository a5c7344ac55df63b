"""While a command owns the home, other terminals' work is done by it at once, and to the end."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

import pytest
from library_parts import BAKERY, LEASES, write
from processes import Commands, check_error

from assistant.errors import DocumentError
from assistant.facade import Assistant
from assistant.index.lock import Owner, owner_of
from assistant.owner.client import OwnerClient
from assistant.owner.door import reach
from assistant.owner.sharing import shared

OWNING = Path(__file__).with_name("owning.py")
QUESTION = "How many megawatts did Harbour Compute lease?"
QUOTES = {"ASSISTANT_CHAT_MODEL": "none"}


def wait_for(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def taken(home: Path) -> bool:
    """Whether the owner of the home takes work."""
    owner = owner_of(home)
    return bool(owner and owner.address)


def said(process: subprocess.Popen[str]) -> str:
    return cast("IO[str]", process.stderr).readline()


# --- within a process ---------------------------------------------------------------------------------------


def nothing() -> str:
    return ""


def unwaited(commands: str) -> None:
    pytest.fail(f"{commands} was waited for")


def test_what_is_done_in_a_moment_takes_no_work(
    make_assistant: Callable[..., Assistant], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.owner.desk.Desk.open", lambda _: pytest.fail("a desk was opened"))
    owner = make_assistant()
    owner.open()
    with shared(owner, "`sync`", unwaited, nothing, 3600.0):
        assert owner_of(home) and not taken(home)
    assert "assistant-opening" not in {thread.name for thread in threading.enumerate()}


def test_work_is_taken_as_long_as_it_goes_on_and_by_nobody_after(
    make_assistant: Callable[..., Assistant], home: Path, work: Path
) -> None:
    owner = make_assistant()
    owner.add(write(work, {"leases.md": LEASES}))
    for _ in range(3):
        with shared(owner, "`sync`", unwaited, lambda: "Still adding.", 0.0):
            wait_for(lambda: taken(home))
            with closing(reach(owner.settings)) as client:
                assert isinstance(client, OwnerClient)
                assert client.search(QUESTION)[0].document == "leases.md"
                assert client.prepare() == ["Still adding."]
        assert owner_of(home) and not taken(home)


def test_whenever_it_ends_no_place_is_told_any_more(make_assistant: Callable[..., Assistant], home: Path) -> None:
    owner = make_assistant()
    owner.open()
    for hundredths in range(12):
        with shared(owner, "`sync`", unwaited, nothing, 0.0):
            time.sleep(hundredths / 100)
        assert owner_of(home) and not taken(home)
        assert "assistant-desk" not in {thread.name for thread in threading.enumerate()}


def test_a_home_that_is_not_ones_own_yet_is_not_offered(
    make_assistant: Callable[..., Assistant], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    # As a killed owner leaves it.
    (home / "owner.json").write_text(Owner(pid=1).model_dump_json())
    looked = threading.Semaphore(0)
    monkeypatch.setattr("assistant.owner.sharing.owner_of", lambda home: (looked.release(), owner_of(home))[1])
    owner = make_assistant()
    with shared(owner, "`add`", unwaited, nothing, 0.0):
        for _ in range(3):
            assert looked.acquire(timeout=60)
        assert not taken(home)
        owner.open()
        wait_for(lambda: taken(home))


@pytest.mark.parametrize("ended", [None, DocumentError("No such folder", "Create it.")])
def test_an_answer_that_is_given_is_waited_for(
    make_assistant: Callable[..., Assistant], work: Path, monkeypatch: pytest.MonkeyPatch, ended: Exception | None
) -> None:
    owner = make_assistant()
    owner.add(write(work, {"leases.md": LEASES}))
    begun, go_on, waited = threading.Event(), threading.Event(), threading.Event()
    real = owner.search
    told: list[str] = []
    found: list[Any] = []

    def slow(question: str, **rest: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return real(question, **rest)

    def wait(commands: str) -> None:
        told.append(commands)
        waited.set()

    def ask() -> None:
        with closing(reach(owner.settings)) as client:
            # What a terminal goes on with is taken as well.
            found.extend((client.search(QUESTION), client.search(QUESTION)))

    monkeypatch.setattr(owner, "search", slow)
    asking = threading.Thread(target=ask)
    releasing = threading.Thread(target=lambda: (waited.wait(60), go_on.set()))
    releasing.start()
    try:
        with shared(owner, "`sync`", wait, nothing, 0.0):
            wait_for(lambda: taken(owner.settings.home))
            asking.start()
            assert begun.wait(60)
            if ended:
                raise ended
    except DocumentError as error:
        assert error is ended
    asking.join(60)
    releasing.join(60)
    assert told == ["`search`"]
    assert len(found) == 2 and found[0] == found[1] == real(QUESTION)


# --- processes ----------------------------------------------------------------------------------------------


def held_command(commands: Commands, home: Path, words: str) -> subprocess.Popen[str]:
    """A command that owns the home and is held up in the middle of its work, once it takes that of others."""
    process = commands.start(OWNING, home, words, env=QUOTES)
    wait_for(lambda: taken(home))
    return process


def hold(work: Path, *words: str) -> None:
    write(work / "held", dict.fromkeys(words, ""))


def release(work: Path, word: str) -> None:
    (work / "held" / word).unlink()


@pytest.mark.slow
@pytest.mark.parametrize("words", ["sync", "add corpus/leases.md corpus/toad.md"])
def test_while_a_command_goes_on_terminals_are_served(commands: Commands, work: Path, home: Path, words: str) -> None:
    write(work, {"corpus/leases.md": LEASES, "corpus/toad.md": "# Toad\n\nA toad sits.", "bakery.md": BAKERY})
    write(work, {"more/otter.md": "# Otter\n\nIt swims."})
    hold(work, "toad")
    busy = held_command(commands, home, words)
    # What is in is found while the next file is in hand.
    wait_for(lambda: [info["name"] for info in listed(commands)] == ["leases.md"])
    asked = commands.assistant("ask", QUESTION)
    assert asked.code == 0 and "412 megawatts" in asked.out
    assert "Note: Asked while documents were still being added" in asked.err
    assert "412 megawatts" in commands.assistant("search", QUESTION).out
    assert busy.poll() is None
    # What changes the index takes its turn; whether it gets it before the end or after, nobody is turned away.
    others = [commands.start(OWNING, home, each, env=QUOTES) for each in ("add bakery.md --json", "sync more --json")]
    time.sleep(2.0)
    release(work, "toad")
    for other, name in zip(others, ("bakery.md", "otter.md"), strict=True):
        run = commands.finish(other)
        assert run.code == 0, run
        told = json.loads(run.out.removeprefix("open\n"))
        assert [(each["name"], each["status"]) for each in told] == [(name, "added")]
    run = commands.finish(busy)
    assert run.code == 0 and "toad.md" in run.out, run
    assert not (home / "owner.json").exists()
    assert [info["name"] for info in listed(commands)] == ["bakery.md", "leases.md", "otter.md", "toad.md"]


def listed(commands: Commands) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(commands.assistant("list", "--json").out)
    return found


def sync_and_search(commands: Commands, work: Path, home: Path) -> tuple[subprocess.Popen[str], subprocess.Popen[str]]:
    """A sync held at the toad, and a search of another terminal that it does, held at the newt."""
    write(work, {"corpus/leases.md": LEASES, "corpus/toad.md": "# Toad\n\nA toad sits."})
    hold(work, "toad", "newt")
    busy = held_command(commands, home, "sync")
    searching = commands.start("-m", "assistant.cli", "search", "Is there a newt?", env=QUOTES)
    wait_for((work / "reached" / "newt").exists)
    return busy, searching


def test_a_command_that_is_done_lets_others_finish_and_takes_no_more(
    commands: Commands, work: Path, home: Path
) -> None:
    busy, searching = sync_and_search(commands, work, home)
    release(work, "toad")
    assert said(busy) == "Done here; waiting for `search` of other terminals (Ctrl-C ends it)\n"
    assert not taken(home) and busy.poll() is None and searching.poll() is None
    release(work, "newt")
    found = commands.finish(searching)
    assert found.code == 0 and "leases.md" in found.out, found
    run = commands.finish(busy)
    assert (run.code, run.err) == (0, "") and run.out.count("added") == 2


@pytest.mark.slow
@pytest.mark.parametrize("settled", [False, True])
def test_ctrl_c_ends_it_whatever_others_have_done_by_it(
    commands: Commands, work: Path, home: Path, settled: bool
) -> None:
    busy, searching = sync_and_search(commands, work, home)
    if settled:
        release(work, "toad")
        assert "waiting for `search`" in said(busy)
    busy.send_signal(signal.SIGINT)
    run = commands.finish(busy)
    assert run.code == 130 and "Nothing that was acknowledged is lost" in run.err
    found = commands.finish(searching)
    noted, error = found.err.splitlines(keepends=True)
    assert noted.startswith("Note: Asked while documents were still being added")
    check_error(replace(found, err=error), f"`sync` (pid {busy.pid})", "run this again")
    release(work, "newt")
    assert "412 megawatts" in commands.python(OWNING, home, "search megawatts", env=QUOTES).out


def test_the_chat_says_who_has_the_home(commands: Commands, work: Path, home: Path) -> None:
    write(work, {"corpus/toad.md": "# Toad\n\nA toad sits."})
    hold(work, "toad")
    busy = held_command(commands, home, "sync --watch")
    run = commands.assistant("chat")
    check_error(run, f"`sync --watch` (pid {busy.pid}) is using this home", "Ctrl-C", "`assistant ask`")
    assert run.out == ""


def test_a_short_command_imports_no_server(commands: Commands, work: Path) -> None:
    write(work, {"corpus/leases.md": LEASES})
    code = (
        "import sys\nimport assistant.models.embeddings\nfrom fakes import FakeEmbedder\n"
        "assistant.models.embeddings.load_embeddings = lambda settings: FakeEmbedder()\n"
        "import assistant.owner.sharing\nassistant.owner.sharing.LATE_S = 3600.0\n"
        "from assistant.cli import main\nsys.argv = ['assistant', 'sync']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('LOADED', [name for name in ('starlette', 'uvicorn') if name in sys.modules])\n"
    )
    run = commands.python("-c", code, env=QUOTES)
    assert run.out.splitlines()[-1] == "LOADED []" and "added" in run.out, run
