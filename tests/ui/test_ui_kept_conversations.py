"""What is kept of a conversation, without a browser: for the next question, for a verdict, and when it cannot be."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from asking_parts import CAPACITY, GRID, wait_until
from tabs import House, Tab
from ui_fakes import FakeAssistant

from assistant.answering.answer import Turn
from assistant.conversations.database import DATABASE
from assistant.settings import Settings
from assistant.ui.startup import Startup


def test_a_question_that_cannot_be_kept_leaves_room_for_the_next(house: House, tab: Tab) -> None:
    begin = house.kept.begin
    house.kept.begin = lambda *given: 1 / 0  # type: ignore[assignment, method-assign]
    tab.ask(CAPACITY).ask(CAPACITY)
    assert "Something went wrong" in tab.shown and "still being answered" not in tab.shown
    house.kept.begin = begin  # type: ignore[method-assign]
    tab.ask(CAPACITY).ask(GRID)
    assert tab.shown.count('data-status="answered"') == 2


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


def test_the_quotes_of_an_earlier_answer_can_be_seen_again(tab: Tab, house: House) -> None:
    tab.ask(CAPACITY)
    evidence = house.conversation.evidence
    assert "412 megawatts" in evidence(tab.id, 0)
    for index in (1, -1, None, "0"):
        assert "no longer at hand" in evidence(tab.id, index)
    assert "no longer at hand" in evidence("", 0)
    assert "no longer there" in evidence("0" * 16, 0)


def test_conversations_outlive_the_index(tab: Tab, house: House, settings: Settings) -> None:
    tab.ask(CAPACITY)
    others = [path for path in Path(settings.home).iterdir() if not path.name.startswith(DATABASE)]
    for path in others:
        path.unlink()
    assert house.kept.load(tab.id).exchanges[0].question == CAPACITY
