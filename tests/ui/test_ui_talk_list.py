"""The list of conversations, without a browser: searched, renamed, deleted, restored, and what its rows say."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from asking_parts import CAPACITY, GRID, wait_until
from tabs import House, Tab
from ui_fakes import FakeAssistant

from assistant.conversations.model import Summary
from assistant.ui.talk_list import known_id, talks_html


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
