"""Answers that are broken off, without a browser: stopped, or by the end of the program, killed or not."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from asking_parts import CAPACITY, GRID, wait_until
from fakes import GradualChat
from library_parts import LEASES, write
from tabs import House, Tab
from ui_fakes import FakeAssistant

from assistant.facade import Assistant
from assistant.settings import Settings
from assistant.ui.startup import Startup


def test_stop_takes_hold_at_once_keeps_what_was_said_and_ends_the_stream(tab: Tab, fake: FakeAssistant) -> None:
    fake.held = threading.Semaphore(1)
    asked = tab.meanwhile("ask", "What capacity was leased at the average rate?")
    wait_until(lambda: '<span class="sentence">' in tab.shown)
    tab.stop()
    asked.join(10)
    assert not asked.is_alive()
    assert 'data-status="stopped"' in tab.shown and tab.shown.count('<span class="sentence">') == 1
    fake.held.release()
    wait_until(lambda: fake.closed_streams == 1)
    fake.held = None
    tab.ask("And then?")
    assert "412 megawatts" in fake.asked[-1][1][1].content


def test_stop_ends_the_model_in_the_middle_of_a_sentence(
    make_assistant: Callable[..., Assistant], work: Path, tmp_path: Path
) -> None:
    chat = GradualChat()
    chat.enqueue(f"[1] Harbour Compute leased {'very ' * 500}many megawatts.")
    assistant = make_assistant(chat=chat)
    assistant.add(write(work, {"leases.md": LEASES}))
    tab = Tab(House(assistant, Startup.finished(assistant, assistant.settings), tmp_path))
    asked = tab.meanwhile("ask", CAPACITY)
    chat.let.release(2)
    wait_until(lambda: chat.given == 2)
    tab.stop()
    asked.join(60)
    assert 'data-status="stopped"' in tab.shown and "412 megawatts" in tab.source
    # The word that it was at is its last one.
    chat.let.release()
    assert chat.closed.wait(60) and chat.given == 3
    chat.enqueue("[1] Harbour Compute leased 412 megawatts of capacity.")
    chat.let.release(99)
    tab.ask(CAPACITY)
    assert "412 megawatts" in tab.shown


ASKED_AGAIN = """
import sys, threading, time
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from tabs import House, Tab
from ui_fakes import LEASES, FakeAssistant
from assistant.settings import Settings
from assistant.ui.startup import Startup

home = Path(sys.argv[1])
fake = FakeAssistant()
fake.put("leases.md", LEASES)
tab = Tab(House(fake, Startup.finished(fake, Settings(home=home, corpus=home / "corpus")), home))
tab.ask("What capacity was leased?")
fake.held = threading.Semaphore(0)
tab.meanwhile("again", "Is it unclear whether the grid can serve it?")
while not tab.house.answers.live(tab.id) or not tab.house.answers.live(tab.id).exchange.quotes:
    time.sleep(0.01)
print(tab.id, flush=True)
sys.stdin.readline()
fake.held.release()
while "unclear" not in tab.house.kept.load(tab.id).exchanges[-1].question:
    time.sleep(0.01)
print("written", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("written", [False, True])
def test_a_kill_leaves_the_old_answer_or_the_beginning_of_the_new_one(
    fake: FakeAssistant, startup: Startup, settings: Settings, written: bool
) -> None:
    folder = Path(__file__).parent
    process = subprocess.Popen(
        [sys.executable, "-c", ASKED_AGAIN, str(settings.home), str(folder), str(folder.parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    try:
        talk = process.stdout.readline().strip()
        if written:
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "written\n"
    finally:
        process.kill()
        process.communicate()
    later = Tab(House(fake, startup, settings.home)).open(talk)
    assert later.shown.count('class="question"') == 1
    assert ("412 megawatts" in later.shown, 'data-status="answered"' in later.shown) == (not written, not written)
    assert ("Interrupted" in later.shown, GRID in later.shown) == (written, written)


def test_what_was_broken_off_by_a_kill_says_so_and_can_be_retried(
    tab: Tab, fake: FakeAssistant, startup: Startup, settings: Settings
) -> None:
    fake.held = threading.Semaphore(1)
    tab.meanwhile("ask", CAPACITY)
    wait_until(lambda: '<span class="sentence">' in tab.shown)
    later = Tab(House(fake, startup, settings.home)).open(tab.id)
    assert "Interrupted" in later.shown and ">Retry<" in later.shown and "412 megawatts" in later.shown
    assert 'aria-busy="true"' not in later.shown
    tab.stop()
    fake.held.release(5)
    fake.held = None
    wait_until(lambda: not tab.house.answers.busy())
    later.again()
    assert 'data-status="answered"' in later.shown


def test_a_program_that_ends_lets_answers_note_how_far_they_are(tab: Tab, fake: FakeAssistant, house: House) -> None:
    fake.held = threading.Semaphore(1)
    asked = tab.meanwhile("ask", CAPACITY)
    wait_until(lambda: '<span class="sentence">' in tab.shown)
    house.answers.close()
    asked.join(10)
    (exchange,) = house.kept.load(tab.id).exchanges
    assert exchange.phase == "interrupted" and len(exchange.sentences) == 1
    fake.held.release(5)
