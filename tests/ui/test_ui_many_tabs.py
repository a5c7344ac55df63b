"""Several tabs at once, without a browser: none holds up another, and each shows what is asked where it is."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from asking_parts import CAPACITY, GRID, wait_until
from tabs import House, Tab
from ui_fakes import FakeAssistant

from assistant.ui import answers as answers_module
from assistant.ui import conversation as conversation_module


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
