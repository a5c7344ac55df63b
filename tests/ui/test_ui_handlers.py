"""Getting ready, without a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from tabs import House, Tab
from ui_fakes import FakeAssistant, Result

from assistant.errors import AssistantError, HomeLockedError, ModelFileError, StorageError
from assistant.settings import Settings
from assistant.ui.startup import Startup


def wait_until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def run(startup: Startup) -> None:
    startup.start()
    wait_until(lambda: startup.progress.settled)


def test_getting_ready_opens_syncs_warms_and_says_so(fake: FakeAssistant, settings: Settings) -> None:
    said: list[str] = []
    startup = Startup(fake, settings.model_copy(update={"watch": False}))

    def sync(progress: Any) -> None:
        progress("b.md", 2, 12)
        said.append(startup.progress.text)

    fake.on_sync = sync
    fake.on_warm = lambda: said.append(startup.progress.text)
    run(startup)
    assert fake.calls == ["open", "sync", "warm"]
    assert said == ["Indexing 3 of 12: b.md", "Loading the chat model"]
    assert (startup.progress.phase, startup.progress.text) == ("ready", "Ready")
    assert startup.progress.model == "scripted-model"


def test_of_a_long_file_it_is_told_how_far_it_is(
    fake: FakeAssistant, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [10.0]
    monkeypatch.setattr("assistant.ui.startup.time", SimpleNamespace(monotonic=lambda: clock[0]))
    said: list[str] = []
    startup = Startup(fake, settings.model_copy(update={"watch": False}))

    def sync(progress: Any) -> None:
        assert fake.within
        progress("b.pdf", 2, 12)
        for what, done in (("reading pages", 0), ("reading pages", 40), ("finding tables", 0)):
            fake.within(what, done, 300)
            said.append(startup.progress.text)
            assert startup.progress.indexing == "b.pdf"
            clock[0] += 20.0
        progress("c.md", 3, 12)
        said.append(startup.progress.text)

    fake.on_sync = sync
    run(startup)
    assert said == [
        "Indexing 3 of 12: b.pdf; reading pages: 0 of 300",
        "Indexing 3 of 12: b.pdf; reading pages: 40 of 300 (2.0/s, about 2 min left)",
        "Indexing 3 of 12: b.pdf; finding tables: 0 of 300",
        "Indexing 4 of 12: c.md (1.0 files/min, about 9 min left)",
    ]


def test_what_a_person_should_know_is_a_note_and_no_problem(fake: FakeAssistant, settings: Settings) -> None:
    fake.repaired, fake.notice = "The vector index was rebuilt", "Answers are quotes only"
    startup = Startup(fake, settings)
    run(startup)
    assert startup.progress.phase == "ready"
    assert startup.progress.notes == ("The vector index was rebuilt", "Answers are quotes only")


def test_a_file_that_fails_to_sync_is_named_and_the_rest_goes_on(fake: FakeAssistant, settings: Settings) -> None:
    fake.sync_results = [
        Result("a.md", "added"),
        Result("b.pdf", "failed", reason="It is locked", next_step="Unlock it."),
        Result("c.md", "failed", reason="c.md is empty", next_step="Check it."),
    ]
    startup = Startup(fake, settings)
    run(startup)
    assert startup.progress.phase == "degraded"
    assert startup.progress.problems == ("b.pdf: It is locked. Unlock it.", "c.md is empty. Check it.")


def raising(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_a_home_in_use_fails_with_words_and_every_question_gets_them(fake: FakeAssistant, settings: Settings) -> None:
    fake.on_open = raising(HomeLockedError("The home is in use", "Stop the other one."))
    startup = Startup(fake, settings)
    run(startup)
    assert startup.progress.phase == "failed"
    assert startup.progress.problems == ("The home is in use. Stop the other one.",)
    shown = Tab(House(fake, startup, settings.home)).ask("q?").shown
    assert "The home is in use" in shown and "Stop the other one." in shown


def test_a_defect_while_starting_is_said_without_its_details(fake: FakeAssistant, settings: Settings) -> None:
    fake.on_open = raising(RuntimeError("a secret detail"))
    startup = Startup(fake, settings)
    run(startup)
    assert "secret" not in " ".join(startup.progress.problems)


def test_without_its_model_the_assistant_stays_usable(fake: FakeAssistant, settings: Settings) -> None:
    fake.on_warm = raising(ModelFileError("The model file is missing", "Run `assistant models pull`."))
    startup = Startup(fake, settings)
    run(startup)
    assert startup.progress.phase == "degraded"
    assert "models pull" in startup.progress.problems[0]
    startup.wait_open()


def test_a_question_asked_too_early_waits_and_one_asked_while_indexing_says_so(
    fake: FakeAssistant, settings: Settings
) -> None:
    opening, indexing = threading.Event(), threading.Event()
    fake.on_open = lambda: opening.wait(10) and None

    def sync(progress: Any) -> None:
        progress("b.md", 0, 2)
        indexing.wait(10)

    fake.on_sync = sync
    startup = Startup(fake, settings)
    startup.start()
    tab = Tab(House(fake, startup, settings.home))
    asked = tab.meanwhile("ask", "What capacity was leased?")
    wait_until(lambda: "Waiting for the index" in tab.shown)
    assert fake.asked == []
    opening.set()
    wait_until(lambda: startup.progress.phase == "indexing")
    asked.join(30)
    assert "412 megawatts" in tab.shown
    assert "may miss them" in tab.ask("What capacity was leased?").shown
    indexing.set()
    wait_until(lambda: startup.progress.settled)


def test_closing_leaves_the_sync_and_waits_for_a_running_change(fake: FakeAssistant, settings: Settings) -> None:
    order: list[str] = []

    def sync(progress: Any) -> None:
        while True:
            progress("a.md", 0, 2)
            time.sleep(0.01)

    fake.on_sync = sync
    startup = Startup(fake, settings)
    startup.start()
    wait_until(lambda: startup.progress.phase == "indexing")
    holding = threading.Event()

    def change() -> None:
        with startup.working():
            holding.set()
            time.sleep(0.3)
            order.append(f"changed, {fake.calls.count('close')} closed")

    thread = threading.Thread(target=change)
    thread.start()
    holding.wait(5)
    startup.close()
    thread.join()
    assert order == ["changed, 0 closed"]
    assert fake.calls == ["open", "sync", "close"]
    with pytest.raises(StorageError, match="shutting down"), startup.working():
        pass
    assert 'data-status="interrupted"' in Tab(House(fake, startup, settings.home)).ask("q?").shown


def test_closing_does_not_wait_for_a_model_that_loads(fake: FakeAssistant, settings: Settings) -> None:
    loading = threading.Event()
    fake.on_warm = lambda: loading.wait(60) and None
    startup = Startup(fake, settings)
    startup.start()
    wait_until(lambda: startup.progress.phase == "loading")
    began = time.monotonic()
    startup.close()
    assert time.monotonic() - began < 10 and fake.calls[-1] == "close"
    loading.set()


def test_every_error_the_page_raises_has_a_next_step(settings: Settings, fake: FakeAssistant) -> None:
    startup = Startup.finished(fake, settings)
    startup.stop()
    with pytest.raises(AssistantError) as caught, startup.working():
        pass
    assert caught.value.next_step


# Following the corpus


@pytest.fixture
def followed(fake: FakeAssistant, settings: Settings) -> Iterator[Startup]:
    """An assistant that is ready and follows its corpus."""
    settings.corpus.mkdir()
    startup = Startup(fake, settings)
    run(startup)
    # The first look comes with the watch, so that nothing between the two is missed.
    wait_until(lambda: fake.calls.count("sync") == 2)
    yield startup
    startup.close()


def test_what_changes_in_the_corpus_is_synced_while_the_chat_is_open(
    fake: FakeAssistant, settings: Settings, followed: Startup
) -> None:
    said: list[str] = []

    def sync(progress: Any) -> None:
        fake.put("b.md", "New words.")
        progress("b.md", 0, 1)
        said.append(followed.progress.text)

    fake.on_sync = sync
    before = fake.edition()
    fake.sync_results = [Result("c.md", "failed", reason="c.md is empty", next_step="Check it.")]
    (settings.corpus / "b.md").write_text("New words.")
    wait_until(lambda: followed.progress.problems and followed.progress.settled)
    assert said == ["Indexing 1 of 1: b.md"]
    assert (followed.progress.phase, followed.progress.text) == ("degraded", "Ready")
    assert followed.progress.problems == ("c.md is empty. Check it.",)
    assert followed.progress.model == "scripted-model"
    assert fake.edition() != before
    fake.sync_results = []
    (settings.corpus / "c.md").unlink(missing_ok=True)
    (settings.corpus / "d.md").write_text("More words.")
    wait_until(lambda: not followed.progress.problems and followed.progress.settled)
    assert followed.progress.phase == "ready"


def test_a_missing_model_is_still_said_after_a_change(fake: FakeAssistant, settings: Settings) -> None:
    fake.on_warm = raising(ModelFileError("The model file is missing", "Run `assistant models pull`."))
    settings.corpus.mkdir()
    startup = Startup(fake, settings)
    run(startup)
    wait_until(lambda: fake.calls.count("sync") == 2)
    wait_until(lambda: startup.progress.settled)
    assert startup.progress.phase == "degraded"
    assert "models pull" in startup.progress.problems[0]
    startup.close()


def test_the_corpus_is_not_followed_where_that_is_turned_off(fake: FakeAssistant, settings: Settings) -> None:
    settings.corpus.mkdir()
    startup = Startup(fake, settings.model_copy(update={"watch": False}))
    run(startup)
    startup._thread.join(5)
    assert not startup._thread.is_alive()
    assert fake.calls == ["open", "sync", "warm"]


def test_a_corpus_that_cannot_be_followed_is_a_problem(
    fake: FakeAssistant, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.corpus.mkdir()
    monkeypatch.setattr("watchfiles.watch", raising(OSError("OS file watch limit reached.")))
    startup = Startup(fake, settings)
    startup.start()
    wait_until(lambda: startup.progress.problems)
    assert "cannot be watched" in startup.progress.problems[0]


def test_closing_waits_for_a_sync_that_a_change_began(
    fake: FakeAssistant, settings: Settings, followed: Startup
) -> None:
    begun = threading.Event()

    def sync(progress: Any) -> None:
        begun.set()
        while True:
            progress("b.md", 0, 2)
            time.sleep(0.01)

    fake.on_sync = sync
    (settings.corpus / "b.md").write_text("New words.")
    assert begun.wait(20)
    followed.close()
    assert fake.calls[-1] == "close"
    assert not followed._thread.is_alive()
