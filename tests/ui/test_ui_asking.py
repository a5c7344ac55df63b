"""Asking behind the page, without a browser: quotes first, then sentences that stand, or an error that helps."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking_parts import CAPACITY, wait_until
from fakes import ScriptedChat
from library_parts import LEASES, write
from tabs import House, Tab
from ui_fakes import FakeAssistant

from assistant.errors import ChatModelError
from assistant.facade import Assistant
from assistant.models.chat import ChatModel
from assistant.settings import Settings
from assistant.ui.startup import Startup


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
