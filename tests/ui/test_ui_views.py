"""What the page shows of the whole, without a browser: parts drawn again once they change, and the greeting."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from column_parts import add, arrived, broken
from ui_fakes import FakeAssistant

from assistant.settings import Settings
from assistant.ui.column import Marks, Views
from assistant.ui.documents import Documents
from assistant.ui.greeting import Greeter, greeting_html
from assistant.ui.ratings import Ratings
from assistant.ui.startup import Startup


def views_of(fake: FakeAssistant, settings: Settings, startup: Startup, column: Documents, ratings: Ratings) -> Views:
    return Views(settings, startup, column, Greeter(fake, startup), ratings, Path("feedback.jsonl"))


def test_each_part_is_drawn_again_only_when_it_has_changed(
    fake: FakeAssistant, settings: Settings, startup: Startup, column: Documents, incoming: Path, ratings: Ratings
) -> None:
    views = views_of(fake, settings, startup, column, ratings)
    marks = settled(views)
    assert views.marks() == marks and not views.going_on
    fake.put("b.md", "New words.")
    later = settled(views)
    changed = {name for name in Marks._fields if getattr(later, name) != getattr(marks, name)}
    assert changed == {"listing", "greeting"}
    add(column, arrived(incoming, "c.exe", b"x"))
    assert views.marks().intake != later.intake and views.marks().listing == later.listing


def settled(views: Views, seconds: float = 30) -> Marks:
    """The marks once the questions to begin with have been looked for."""
    deadline = time.monotonic() + seconds
    views.marks()
    while views._greeter._looking:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return views.marks()


def test_questions_to_begin_with_are_looked_for_once_for_each_state_of_the_documents(
    fake: FakeAssistant, settings: Settings, startup: Startup, column: Documents, ratings: Ratings
) -> None:
    fake.questions = ("What was the average rate?", "When is the <second> campus due?")
    views = views_of(fake, settings, startup, column, ratings)
    for _ in range(3):
        settled(views)
    assert fake.calls.count("starters") == 1
    assert views.greeting().count('class="starter"') == 2 and "&lt;second&gt;" in views.greeting()
    fake.put("b.md", "New words.")
    settled(views)
    assert fake.calls.count("starters") == 2


def test_no_question_is_no_failure(fake: FakeAssistant, startup: Startup, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> tuple[str, ...]:
        raise RuntimeError("a document went")

    monkeypatch.setattr(fake, "starters", broken)
    greeter = Greeter(fake, startup)
    greeter.look("an edition")
    deadline = time.monotonic() + 30
    while greeter._looking:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert greeter.questions == ()


@pytest.mark.parametrize(
    ("count", "busy", "said"),
    [(0, False, "Add a document to begin"), (0, True, "being indexed"), (1, False, "Ask your document"),
     (1200, True, "Ask your 1,200 documents")],
)  # fmt: skip
def test_an_empty_conversation_says_what_to_do(count: int, busy: bool, said: str) -> None:
    assert said in greeting_html(count, "/corpus", busy)


def test_a_greeting_does_not_take_an_unreadable_list_for_an_empty_one(
    fake: FakeAssistant, settings: Settings, startup: Startup, column: Documents, ratings: Ratings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    views = views_of(fake, settings, startup, column, ratings)
    monkeypatch.setattr(fake, "documents", broken)
    assert "Free some space." in views.greeting() and "Add a document" not in views.greeting()
