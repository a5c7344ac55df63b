"""Asked again or otherwise, without a browser: the last answer is replaced, or stays where no other comes."""

from __future__ import annotations

import threading

import pytest
from asking_parts import CAPACITY, GRID, wait_until
from tabs import House, Tab
from ui_fakes import FakeAssistant

from assistant.answering.options import AnswerOptions
from assistant.settings import Settings
from assistant.ui.startup import Startup


def test_a_conversation_is_called_by_the_question_put_in_the_place_of_its_first(tab: Tab) -> None:
    assert CAPACITY in tab.ask(CAPACITY).heading
    heading = tab.again(GRID).heading
    assert GRID in heading and CAPACITY not in heading


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


def test_a_question_is_asked_and_asked_again_with_the_options_of_the_moment(tab: Tab, fake: FakeAssistant) -> None:
    short, quotes = AnswerOptions(length="short"), AnswerOptions(quote_only=True)
    tab.ask(CAPACITY, options=short).again(options=quotes)
    tab.again("What was the average rate?")
    assert fake.options == [short, quotes, None]
