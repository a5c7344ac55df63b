"""Conversations behind the page, without a browser: asked, followed, stopped, asked again, found, deleted, restored."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes import GradualChat, ScriptedChat
from library_parts import LEASES, write
from tabs import House, Tab
from ui_fakes import FakeAssistant
from ui_server import running

from assistant.answering.answer import Turn
from assistant.answering.options import AnswerOptions
from assistant.conversations.database import DATABASE
from assistant.conversations.model import Summary
from assistant.errors import ChatModelError
from assistant.facade import Assistant
from assistant.models.chat import ChatModel
from assistant.settings import Settings
from assistant.ui import answers as answers_module
from assistant.ui import conversation as conversation_module
from assistant.ui.app import build_app
from assistant.ui.startup import Startup
from assistant.ui.talk_list import known_id, talks_html

CAPACITY = "What capacity was leased?"
GRID = "Is it unclear whether the grid can serve it?"


@pytest.fixture
def startup(fake: FakeAssistant, settings: Settings) -> Startup:
    return Startup.finished(fake, settings)


@pytest.fixture
def house(fake: FakeAssistant, startup: Startup, settings: Settings) -> House:
    return House(fake, startup, settings.home)


@pytest.fixture
def tab(house: House) -> Tab:
    return Tab(house)


def wait_until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


# Asking


def test_a_slow_disk_holds_up_no_other_tab(house: House, tab: Tab, fake: FakeAssistant) -> None:
    tab.ask(CAPACITY)
    begin, begun, go_on = house.kept.begin, threading.Event(), threading.Event()

    def slow(*given: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return begin(*given)

    house.kept.begin = slow  # type: ignore[method-assign]
    asked = tab.meanwhile("ask", GRID)
    assert begun.wait(30)
    seen: list[object] = []
    looking = threading.Thread(target=lambda: seen.extend([house.answers.busy(), house.answers.live(tab.id)]))
    looking.start()
    looking.join(10)
    # Nor is a second question taken in its place.
    other = Tab(house)
    other.id = tab.id
    refused = other.meanwhile("ask", "And then?")
    wait_until(lambda: "still being answered" in other.shown)
    there = not asked.is_alive(), len(fake.asked)
    go_on.set()
    asked.join(30)
    refused.join(30)
    assert seen == [frozenset(), None] and there == (False, 1)
    assert other.question == "And then?"
    assert [question for question, *_ in fake.asked] == [CAPACITY, GRID]


def test_a_question_that_cannot_be_kept_leaves_room_for_the_next(house: House, tab: Tab) -> None:
    begin = house.kept.begin
    house.kept.begin = lambda *given: 1 / 0  # type: ignore[assignment, method-assign]
    tab.ask(CAPACITY).ask(CAPACITY)
    assert "Something went wrong" in tab.shown and "still being answered" not in tab.shown
    house.kept.begin = begin  # type: ignore[method-assign]
    tab.ask(CAPACITY).ask(GRID)
    assert tab.shown.count('data-status="answered"') == 2


def test_where_too_many_watch_a_tab_looks_in_from_time_to_time(
    house: House, tab: Tab, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser has only so many connections for all of its tabs."""
    monkeypatch.setattr(conversation_module, "WATCHED_AT_ONCE", 0)
    fake.held = threading.Semaphore(0)
    tab.ask("What capacity was leased at the average rate?")
    assert 'aria-busy="true"' in tab.shown
    wait_until(lambda: "412 megawatts" in tab.follow().source)
    fake.held.release(5)
    wait_until(lambda: 'data-status="answered"' in tab.follow().shown)
    assert len([update for update in tab.updates if update.source]) == 1


def test_what_was_shown_never_changes_and_evidence_comes_first(tab: Tab, fake: FakeAssistant) -> None:
    fake.held = threading.Semaphore(0)
    asked = tab.meanwhile("ask", "What capacity was leased at the average rate?")
    wait_until(lambda: "412 megawatts" in tab.source)
    assert tab.question == "" and "412 megawatts" not in tab.shown
    # Each change takes the page time: all of a step comes in one.
    began, found = tab.updates[0], next(update for update in tab.updates if update.source)
    assert began.question == "" and began.heading and began.conversation and found.conversation
    prose = ""
    for _ in range(3):
        fake.held.release()
        wait_until(lambda before=prose: tab.shown != before or not asked.is_alive())
        time.sleep(0.1)
        told = "".join(re.findall(r'<span class="sentence">.*?</span>', tab.shown))
        assert told.startswith(prose)
        prose = told
    asked.join(30)
    assert 'data-status="answered"' in tab.shown and len([u for u in tab.updates if u.source]) == 1


@pytest.fixture
def late(fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Nothing is found for any question until this is set."""
    stream, found = fake.stream, threading.Event()

    def waiting(*given: Any, **rest: Any) -> Iterator[Any]:
        assert found.wait(60)
        yield from stream(*given, **rest)

    monkeypatch.setattr(fake, "stream", waiting)
    yield found
    found.set()


def test_a_source_opened_after_asking_is_not_replaced_by_quotes(tab: Tab, late: threading.Event) -> None:
    asked = tab.meanwhile("ask", CAPACITY)
    wait_until(lambda: tab.id)
    tab.look(1, "<p>A page</p>")
    late.set()
    asked.join(30)
    assert 'data-status="answered"' in tab.shown and tab.source == "<p>A page</p>"
    assert "412 megawatts" in tab.ask(CAPACITY).source


def test_a_question_refused_meanwhile_takes_no_quotes_away_and_is_told_as_long_as_it_holds(
    tab: Tab, late: threading.Event
) -> None:
    working = [tab.meanwhile("ask", CAPACITY)]
    wait_until(lambda: tab.id)
    working.append(tab.meanwhile("again"))
    wait_until(lambda: "still being answered" in tab.shown)
    late.set()
    for each in working:
        each.join(30)
    assert 'data-status="answered"' in tab.shown and "still being answered" not in tab.shown
    assert "412 megawatts" in tab.source and len([update for update in tab.updates if update.source]) == 1


def test_a_conversation_opened_while_it_is_searched_gets_its_quotes(house: House, late: threading.Event) -> None:
    one, two = Tab(house), Tab(house)
    working = [one.meanwhile("ask", CAPACITY)]
    wait_until(lambda: one.id)
    working.append(two.meanwhile("open", one.id))
    wait_until(lambda: "appear here" in two.source)
    late.set()
    for each in working:
        each.join(30)
    assert "412 megawatts" in one.source and two.source == one.source


def test_a_conversation_is_called_by_the_question_put_in_the_place_of_its_first(tab: Tab) -> None:
    assert CAPACITY in tab.ask(CAPACITY).heading
    heading = tab.again(GRID).heading
    assert GRID in heading and CAPACITY not in heading


def test_earlier_turns_are_the_history_of_the_next_question_even_after_a_restart(
    tab: Tab, fake: FakeAssistant, startup: Startup, settings: Settings
) -> None:
    tab.ask(CAPACITY).ask("boom")
    # Another process on the same home, a page that remembers its address only.
    later = Tab(House(fake, startup, settings.home)).open(tab.id)
    assert "412 megawatts" in later.shown and later.id == tab.id
    later.ask("And the rate?", ("leases.md",))
    question, history, documents = fake.asked[-1]
    assert (question, documents) == ("And the rate?", ("leases.md",))
    assert [turn.role for turn in history] == ["user", "assistant"]
    assert history[0] == Turn(role="user", content=CAPACITY)
    assert history[1].content.startswith("Harbour Compute leased 412 megawatts") and "[1]" in history[1].content
    assert "Asked within <bdi>leases.md</bdi>" in later.shown


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("refuse", "The chat model does not answer.</strong> <span>Check that it runs", "Traceback"),
        ("boom", "Something went wrong inside the assistant.</strong> <span>Try again", "a secret detail"),
    ],
)
def test_an_error_is_a_message_that_can_be_asked_again(tab: Tab, question: str, said: str, unsaid: str) -> None:
    tab.ask(question)
    assert said in tab.shown and unsaid not in tab.shown
    assert 'aria-busy="true"' not in tab.shown and ">Retry<" in tab.shown
    tab.again(CAPACITY)
    assert "412 megawatts" in tab.shown and said not in tab.shown


def test_an_empty_question_changes_nothing(tab: Tab, fake: FakeAssistant, house: House) -> None:
    tab.ask("  \n")
    assert tab.updates == [] and fake.asked == [] and house.kept.find() == []


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


def test_quotes_stand_while_the_chat_model_loads_and_when_it_cannot_be_loaded(
    make_assistant: Callable[..., Assistant], work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, models = threading.Event(), list[ChatModel]()

    def load(settings: Settings) -> ChatModel:
        assert loaded.wait(60)
        if models:
            return models[0]
        raise ChatModelError("The chat model could not be loaded", "Free some memory.")

    monkeypatch.setattr("assistant.models.chat.load_chat_model", load)
    assistant = make_assistant(corpus=work / "corpus")
    (work / "corpus").mkdir()
    assistant.add(write(work, {"leases.md": LEASES}))
    startup = Startup(assistant, assistant.settings)
    startup.start()
    try:
        tab = Tab(House(assistant, startup, tmp_path))
        asked = tab.meanwhile("ask", CAPACITY)
        wait_until(lambda: "412 megawatts" in tab.source)
        assert 'aria-busy="true"' in tab.shown
        loaded.set()
        asked.join(60)
        assert "could not be loaded.</strong> <span>Free some memory" in tab.shown and ">Retry<" in tab.shown
        assert "412 megawatts" in tab.source and 'class="link evidence"' in tab.shown
        chat = ScriptedChat().enqueue("[1] Harbour Compute leased 412 megawatts of capacity.")
        models.append(ChatModel(chat, "scripted", "remote"))
        tab.again()
        assert "412 megawatts" in tab.shown and "could not be loaded" not in tab.shown
    finally:
        loaded.set()
        startup.close()


def test_an_answer_goes_on_when_its_tab_is_closed_and_is_there_when_it_comes_back(
    tab: Tab, fake: FakeAssistant, house: House
) -> None:
    fake.held = threading.Semaphore(1)
    tab.meanwhile("ask", "What capacity was leased at the average rate?")
    wait_until(lambda: '<span class="sentence">' in tab.shown)
    tab.session.next_view()
    back = Tab(house)
    opened = back.meanwhile("open", tab.id)
    wait_until(lambda: '<span class="sentence">' in back.shown)
    assert 'aria-busy="true"' in back.shown and "412 megawatts" in back.source
    fake.held.release(2)
    opened.join(30)
    assert 'data-status="answered"' in back.shown and back.shown.count('<span class="sentence">') == 2
    assert len(fake.asked) == 1


def test_going_elsewhere_leaves_the_answer_and_nothing_of_it_arrives_there(tab: Tab, fake: FakeAssistant) -> None:
    fake.held = threading.Semaphore(1)
    asked = tab.meanwhile("ask", CAPACITY)
    wait_until(lambda: '<span class="sentence">' in tab.shown)
    first = tab.id
    tab.open("")
    asked.join(10)
    assert not asked.is_alive()
    assert (tab.shown, tab.id) == ("", "") and "appear here" in tab.source
    assert "answering" in tab.talks
    fake.held.release(5)
    fake.held = None
    wait_until(lambda: tab.house.answers.live(first) is None)
    tab.ask(GRID)
    assert "412 megawatts" not in tab.shown and fake.asked[-1][1] == ()
    assert 'data-status="answered"' in tab.open(first).shown


def test_two_tabs_have_their_own_conversation_and_one_list(house: House) -> None:
    one, two = Tab(house).ask(CAPACITY), Tab(house).ask(GRID)
    assert one.id != two.id
    assert "Is it unclear" not in one.shown and "412 megawatts" not in two.shown
    one.follow()
    assert CAPACITY in one.talks and GRID in one.talks
    assert f'href="#conversation={one.id}" aria-current="page"' in one.talks
    before = len(one.updates)
    one.follow()
    assert len(one.updates) == before


def test_what_another_tab_asks_in_the_same_conversation_appears(house: House, fake: FakeAssistant) -> None:
    one = Tab(house).ask(CAPACITY)
    two = Tab(house).open(one.id)
    source = two.source
    one.ask(GRID)
    two.follow()
    assert two.shown == one.shown and two.source == source
    fake.held = threading.Semaphore(0)
    asking = one.meanwhile("again")
    wait_until(lambda: house.answers.busy())
    # It goes on watching the answer that is being written.
    refused = two.meanwhile("ask", "And now?")
    wait_until(lambda: "still being answered" in two.shown)
    assert two.question == "And now?"
    one.stop()
    asking.join(30)
    refused.join(30)
    assert "was stopped before the new one began" in two.shown


def test_asked_again_or_otherwise_the_last_answer_is_replaced(tab: Tab, fake: FakeAssistant, house: House) -> None:
    tab.ask(CAPACITY, ("leases.md",)).ask("And nowhere?")
    tab.again()
    assert fake.asked[-1][0] == "And nowhere?" and len(fake.asked[-1][1]) == 2
    tab.again(" Is it unclear? ")
    assert [exchange.question for exchange in house.kept.load(tab.id).exchanges] == [CAPACITY, "Is it unclear?"]
    assert fake.asked[-1][1][0].content == CAPACITY
    assert tab.shown.count('data-talk-action="edit"') == 1
    tab.id = ""
    tab.again()
    assert "no longer there" in tab.shown


def test_what_is_asked_again_is_asked_within_what_is_chosen_now_and_says_where_that_changed(
    tab: Tab, fake: FakeAssistant
) -> None:
    fake.put("other.md", "Lindholm leased a capacity of 7 boats.")
    tab.ask(CAPACITY, ("leases.md",)).again(documents=("leases.md",))
    assert fake.asked[-1][2] == ("leases.md",) and 'class="note">Asked' not in tab.shown
    tab.again(documents=("other.md",))
    assert "7 boats" in tab.shown and "Asked within <bdi>other.md</bdi>" in tab.shown
    assert "Asked of other documents before." in tab.shown
    tab.again()
    assert fake.asked[-1][2] is None and "Asked within" not in tab.shown
    assert "Asked of all documents this time; before, within 1." in tab.shown
    tab.again(documents=("leases.md",))
    assert "Asked of all documents before." in tab.shown


@pytest.mark.parametrize("question", [None, "Is it unclear?"])
@pytest.mark.parametrize("how", ["fails", "is stopped"])
def test_an_answer_stays_where_asking_again_brings_no_other(
    tab: Tab, house: House, fake: FakeAssistant, startup: Startup, settings: Settings, how: str, question: str | None
) -> None:
    tab.ask(GRID).ask(CAPACITY)
    old = house.kept.load(tab.id).exchanges
    if how == "fails":
        stream = fake.stream
        fake.stream = lambda *_given, **_options: stream("refuse")  # type: ignore[assignment, method-assign]
        tab.again(question)
        fake.stream = stream  # type: ignore[method-assign]
        said = "failed: The chat model does not answer.</strong> <span>Check that it runs"
    else:
        fake.held = threading.Semaphore(0)
        asked = tab.meanwhile("again", question)
        wait_until(lambda: house.answers.busy() and house.answers.live(tab.id).exchange.quotes)
        tab.stop()
        asked.join(60)
        fake.held.release(9)
        fake.held = None
        said = "was stopped before the new one began"
    for _ in range(2):
        assert "The answer from before stays" in tab.shown and said in tab.shown and "412 megawatts" in tab.shown
        assert (f"asking “{question}” in its place" if question else "asking again") in tab.shown
        # It is still said when the page has looked for news.
        tab.follow()
    assert 'aria-busy="true"' not in tab.shown and house.answers.busy() == frozenset()
    assert house.kept.load(tab.id).exchanges == old
    assert "from before" not in Tab(House(fake, startup, settings.home)).open(tab.id).shown
    tab.again(question)
    assert house.kept.load(tab.id).exchanges[0] == old[0]
    assert "from before" not in tab.shown and (question or CAPACITY) in tab.shown
    tab.ask("And then?")
    assert "from before" not in tab.shown and len(fake.asked[-1][1]) == 4


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


def test_ten_questions_at_once_are_all_answered_and_the_rest_of_too_many_is_told(
    house: House, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "QUESTIONS_AT_ONCE", 10)
    monkeypatch.setattr(conversation_module, "WATCHED_AT_ONCE", 11)
    fake.held = threading.Semaphore(0)
    tabs = [Tab(house) for _ in range(10)]
    threads = [tab.meanwhile("ask", f"What capacity was leased, {n}?") for n, tab in enumerate(tabs)]
    wait_until(lambda: len(house.answers.busy()) == 10)
    wait_until(lambda: sum("Waiting for other answers" in tab.shown for tab in tabs) == 2)
    late = Tab(house).ask("One more?")
    assert "being answered already" in late.shown and late.question == "One more?" and late.id == ""
    fake.held.release(100)
    for thread in threads:
        thread.join(60)
    assert all('data-status="answered"' in tab.shown for tab in tabs)
    for n, tab in enumerate(tabs):
        assert tab.shown.count('class="question"') == 1 and f"leased, {n}?" in tab.shown
    assert len(house.kept.find()) == 10 and house.answers.busy() == frozenset()


# What goes wrong with the database


def test_a_question_that_cannot_be_kept_is_not_asked_and_stays_in_the_box(
    tab: Tab, fake: FakeAssistant, settings: Settings
) -> None:
    (settings.home / DATABASE).write_bytes(b"no database at all, and long enough to be looked at" * 20)
    tab.ask(CAPACITY)
    assert "conversations.db" in tab.shown and "move it away" in tab.shown
    assert tab.question == CAPACITY and fake.asked == []
    assert "conversations.db" in tab.talks
    (settings.home / DATABASE).unlink()
    tab.ask(CAPACITY)
    assert "412 megawatts" in tab.shown and "conversations.db" not in tab.shown


def test_an_answer_that_cannot_be_kept_is_shown_and_says_so(tab: Tab, fake: FakeAssistant, settings: Settings) -> None:
    fake.held = threading.Semaphore(0)
    asked = tab.meanwhile("ask", CAPACITY)
    wait_until(lambda: "412 megawatts" in tab.source)
    with sqlite3.connect(settings.home / DATABASE) as connection:
        connection.execute("ALTER TABLE exchanges RENAME TO away")
    fake.held.release(5)
    asked.join(30)
    assert "412 megawatts" in tab.shown and "could not be kept" in tab.shown
    assert 'aria-busy="true"' not in tab.shown


# The list


def test_the_list_is_searched_renamed_deleted_and_restored(tab: Tab, house: House) -> None:
    tab.ask(CAPACITY)
    first = tab.id
    tab.open("").ask(GRID)
    tab.act("search", words="megawatts")
    assert CAPACITY in tab.talks and GRID not in tab.talks and "412 megawatts" in tab.talks
    tab.act("search", words="nothing like it")
    assert "No conversation has all these words" in tab.talks
    tab.act("search")
    tab.act("rename", first, "<b>Leases</b>")
    assert "<bdi>&lt;b&gt;Leases&lt;/b&gt;</bdi>" in tab.talks and "<b>" not in tab.talks
    tab.open(first)
    assert "&lt;b&gt;Leases" in tab.heading
    tab.act("delete", first)
    assert "Deleted: <bdi>&lt;b&gt;Leases" in tab.talks
    tab.follow()
    assert "no longer there" in tab.shown and tab.id == ""
    tab.act("restore", first)
    assert "Deleted:" not in tab.talks and "412 megawatts" in tab.open(first).shown


@pytest.mark.parametrize("action", ["delete", "rename", "restore", "nonsense", None])
@pytest.mark.parametrize("conversation", ["0" * 16, "../x", None, 7, ["a"]])
def test_what_the_browser_makes_up_changes_nothing(tab: Tab, house: House, action: Any, conversation: Any) -> None:
    tab.ask(CAPACITY).act(action, conversation, "x")
    assert [(s.name, s.deleted) for s in house.kept.find()] == [(CAPACITY, False)]
    known = action in ("delete", "rename", "restore")
    assert ('role="alert"' in tab.talks) == known
    assert tab.open(conversation).id == ""


def test_deleting_a_conversation_stops_its_answer(tab: Tab, fake: FakeAssistant, house: House) -> None:
    fake.held = threading.Semaphore(1)
    asked = tab.meanwhile("ask", CAPACITY)
    wait_until(lambda: '<span class="sentence">' in tab.shown)
    Tab(house).act("delete", tab.id)
    asked.join(30)
    assert house.answers.busy() == frozenset()
    fake.held.release(5)


def test_the_list_names_days_and_times() -> None:
    now = datetime(2026, 11, 27, 12, 0).astimezone()

    def summary(number: int, back: timedelta) -> Summary:
        at = (now - back).isoformat()
        return Summary(id=f"{number:016x}", name=f"Talk {number}", created_at=at, updated_at=at, questions=number)

    days = [timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=20), timedelta(days=400)]
    listed = [summary(number, back) for number, back in enumerate(days, start=1)]
    html = talks_html(listed, current="", busy=[], words="", notice="", server="s", now=now)
    assert re.findall(r"<h3[^>]*>(.*?)</h3>", html) == ["Today", "Yesterday", "The last seven days", "Earlier"]
    facts = re.findall(r'class="talk-facts"><span>(.*?)</span>', html)
    assert facts == [
        "11:00 · 1 question", "12:00 · 2 questions", "24 November · 3 questions", "7 November · 4 questions",
        "23 October 2025 · 5 questions",
    ]  # fmt: skip


@pytest.mark.parametrize("given", [None, 1, "", "xyz", "0" * 15, "0" * 17, "0" * 16 + "\n", "../../etc", {"a": 1}])
def test_only_what_can_be_an_id_is_one(given: Any) -> None:
    assert known_id(given) == ""
    assert known_id("0123456789abcdef") == "0123456789abcdef"


# Options and verdicts


def test_a_question_is_asked_and_asked_again_with_the_options_of_the_moment(tab: Tab, fake: FakeAssistant) -> None:
    short, quotes = AnswerOptions(length="short"), AnswerOptions(quote_only=True)
    tab.ask(CAPACITY, options=short).again(options=quotes)
    tab.again("What was the average rate?")
    assert fake.options == [short, quotes, None]


def test_a_verdict_gets_the_answer_with_what_it_was_made_of(tab: Tab, house: House) -> None:
    tab.ask(CAPACITY).ask("boom").ask("What was the average rate?", ("leases.md",))
    first, rated = house.conversation.rated(tab.id, 0), house.conversation.rated(tab.id, 2)
    assert first and (first.answer.question, first.history, first.scope) == (CAPACITY, (), ())
    assert rated and (rated.answer.question, rated.scope) == ("What was the average rate?", ("leases.md",))
    assert rated.history == (
        Turn(role="user", content=CAPACITY), Turn(role="assistant", content=first.answer.answer),
    )  # fmt: skip
    for where, index in ((tab.id, 1), (tab.id, 3), (tab.id, -1), (tab.id, "0"), ("", 0), ("0" * 16, 0), (None, None)):
        assert house.conversation.rated(where, index) is None


# Sources


def test_the_quotes_of_an_earlier_answer_can_be_seen_again(tab: Tab, house: House) -> None:
    tab.ask(CAPACITY)
    evidence = house.conversation.evidence
    assert "412 megawatts" in evidence(tab.id, 0)
    for index in (1, -1, None, "0"):
        assert "no longer at hand" in evidence(tab.id, index)
    assert "no longer at hand" in evidence("", 0)
    assert "no longer there" in evidence("0" * 16, 0)


# Downloads


@pytest.fixture
def served(fake: FakeAssistant, settings: Settings, house: House) -> Iterator[tuple[str, str]]:
    """The address of a page and the id of a conversation in its home."""
    talk = Tab(house).ask("What capacity was leased? <b>Größe</b>").id
    with running(build_app(fake, settings)) as url:
        yield url, talk


def test_a_conversation_is_downloaded_with_headers_that_keep_it_a_file(served: tuple[str, str]) -> None:
    url, talk = served
    markdown = httpx.get(f"{url}/conversations/{talk}.md")
    assert markdown.status_code == 200 and markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    disposition = markdown.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=") and disposition.endswith(".md")
    assert "; filename*=UTF-8''20" in disposition
    assert "Gr%C3%B6%C3%9Fe" in disposition and "<" not in disposition
    assert markdown.headers["x-content-type-options"] == "nosniff"
    assert {"default-src 'none'", "sandbox"} <= set(markdown.headers["content-security-policy"].split("; "))
    assert markdown.headers["cache-control"] == "no-store"
    assert "## What capacity was leased? \\<b\\>Größe\\</b\\>" in markdown.text and "[^1]: “Harbour" in markdown.text
    told = httpx.get(f"{url}/conversations/{talk}.json")
    assert told.headers["content-type"] == "application/json"
    assert told.json()["exchanges"][0]["answer"]["citations"][0]["document"] == "leases.md"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/conversations/0123456789abcdef.md", {}, 404),
        ("/conversations/{talk}.html", {}, 404),
        ("/conversations/{talk}", {}, 404),
        ("/conversations/../conversations.db", {}, 404),
        ("/conversations/%2e%2e/conversations.db", {}, 404),
        ("/conversations.db", {}, 404),
        ("/conversations/{talk}.md", {"Origin": "https://evil.example"}, 403),
        ("/conversations/{talk}.md", {"Host": "evil.example"}, 400),
        ("/conversations/{talk}.md", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ("/conversations/{talk}.md", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/conversations/{talk}.md", {"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_only_the_page_gets_conversations(
    served: tuple[str, str], path: str, headers: dict[str, str], status: int
) -> None:
    url, talk = served
    response = httpx.get(url + path.format(talk=talk), headers=headers)
    assert response.status_code == status
    assert status == 200 or "megawatts" not in response.text


def test_conversations_outlive_the_index(tab: Tab, house: House, settings: Settings) -> None:
    tab.ask(CAPACITY)
    others = [path for path in Path(settings.home).iterdir() if not path.name.startswith(DATABASE)]
    for path in others:
        path.unlink()
    assert house.kept.load(tab.id).exchanges[0].question == CAPACITY
