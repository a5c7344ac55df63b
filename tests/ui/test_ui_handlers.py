"""Choosing, uploading and getting ready, without a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tabs import House, Tab
from ui_fakes import FakeAssistant, Info, Result

from assistant.errors import AssistantError, HomeLockedError, ModelFileError, StorageError
from assistant.settings import Settings
from assistant.ui.documents import Documents, Shelf
from assistant.ui.groups import groups_of
from assistant.ui.page import Views, model_place
from assistant.ui.startup import Startup


@pytest.fixture
def startup(fake: FakeAssistant, settings: Settings) -> Startup:
    return Startup.finished(fake, settings)


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


@pytest.fixture
def shelf_of(fake: FakeAssistant, settings: Settings, startup: Startup, incoming: Path) -> Documents:
    return Documents(fake, settings, startup, incoming)


def wait_until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def arrived(incoming: Path, name: str, content: bytes) -> dict[str, Any]:
    """A file as the browser reports it once Gradio has stored it."""
    folder = incoming / f"hash-{len(list(incoming.iterdir()))}"
    folder.mkdir()
    path = folder / "stored"
    path.write_bytes(content)
    return {"name": name, "size": len(content), "path": str(path)}


# Documents


def test_choosing_is_a_switch_and_survives_only_for_known_documents(shelf_of: Documents) -> None:
    shelf = shelf_of.act(Shelf(), "choose", "leases.md")
    assert shelf.chosen == ("leases.md",)
    assert shelf_of.act(shelf, "choose", "leases.md").chosen == ()
    assert shelf_of.act(shelf, "choose", "unknown.md").chosen == ("leases.md",)
    assert shelf_of.act(shelf, "all", "").chosen == ()
    assert shelf_of.act(shelf, "nonsense", "leases.md") == shelf


def test_folders_tags_and_years_choose_their_documents(shelf_of: Documents, fake: FakeAssistant) -> None:
    fake.put("filings/2023/q2.md", "Words.", date="2023-08-03", tags=("read",))
    fake.put("filings/2023/q3.md", "Words.", date="November 2, 2023")
    fake.put("filings/q4.md", "Words.", date="last winter", tags=("read",))
    groups = {group.key: group.names for group in groups_of(shelf_of.listed())}
    assert groups == {
        "Folder:filings": ("filings/2023/q2.md", "filings/2023/q3.md", "filings/q4.md"),
        "Folder:filings/2023": ("filings/2023/q2.md", "filings/2023/q3.md"),
        "Tag:read": ("filings/2023/q2.md", "filings/q4.md"),
        "Year:2023": ("filings/2023/q2.md", "filings/2023/q3.md"),
        "Year:2026": ("leases.md",),
    }
    shelf = shelf_of.act(Shelf(chosen=("leases.md",)), "group", "Tag:read")
    assert shelf.chosen == ("leases.md", "filings/2023/q2.md", "filings/q4.md")
    shelf = shelf_of.act(shelf, "group", "Folder:filings")
    assert set(shelf.chosen) == set(fake.texts)
    shelf = shelf_of.act(shelf, "group", "Folder:filings")
    assert shelf.chosen == ("leases.md",)
    for unknown in ("Folder:none", "filings", None):
        assert shelf_of.act(shelf, "group", unknown) == shelf


def test_groups_that_are_no_choice_are_not_shown(shelf_of: Documents, fake: FakeAssistant) -> None:
    assert 'class="groups"' not in shelf_of.html(Shelf(), shelf_of.listed())
    fake.put("other/<b>.md", "Words.", date="2026-01-01", tags=("<i>",))
    shown = shelf_of.html(Shelf(chosen=("other/<b>.md",)), shelf_of.listed())
    assert 'data-name="Folder:other"' in shown and 'aria-checked="true" data-action="group"' in shown
    assert "Year:2026" not in shown
    assert "<i>" not in shown and "&lt;i&gt;" in shown


def test_deleting_needs_two_steps(shelf_of: Documents, fake: FakeAssistant) -> None:
    assert shelf_of.act(Shelf(), "confirm", "leases.md") == Shelf()
    shelf = shelf_of.act(Shelf(chosen=("leases.md",)), "delete", "leases.md")
    assert shelf.confirming == "leases.md" and "leases.md" in fake.texts
    assert shelf_of.act(shelf, "keep", "leases.md").confirming is None
    deleted = shelf_of.act(shelf, "confirm", "leases.md")
    assert fake.texts == {} and deleted.chosen == () and deleted.confirming is None
    assert deleted.lines[-1].text == "Deleted"


def test_deleting_an_upload_deletes_its_copy_and_no_other_file(
    shelf_of: Documents, fake: FakeAssistant, settings: Settings, incoming: Path, tmp_path: Path
) -> None:
    list(shelf_of.add(Shelf(), [arrived(incoming, "new.md", b"New words.")]))
    copy = settings.home / "uploads" / "new.md"
    assert copy.read_bytes() == b"New words."
    shelf_of.act(Shelf(confirming="new.md"), "confirm", "new.md")
    assert not copy.exists()
    precious = tmp_path / "precious.md"
    precious.write_text("mine")
    fake.put("precious.md", "mine", origin="uploaded", source=str(precious))
    shelf_of.act(Shelf(confirming="precious.md"), "confirm", "precious.md")
    assert precious.exists()


def test_the_copy_of_an_archive_goes_with_its_last_document(
    shelf_of: Documents, fake: FakeAssistant, settings: Settings
) -> None:
    copy = settings.home / "uploads" / "x.zip"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"packed")
    for name in ("x.zip/a.md", "x.zip/b.md"):
        fake.put(name, "words", origin="uploaded", source=str(copy))
    shelf_of.act(Shelf(confirming="x.zip/a.md"), "confirm", "x.zip/a.md")
    assert copy.exists()
    shelf_of.act(Shelf(confirming="x.zip/b.md"), "confirm", "x.zip/b.md")
    assert not copy.exists()


def test_each_uploaded_file_gets_its_result_in_words(
    shelf_of: Documents, fake: FakeAssistant, settings: Settings, incoming: Path
) -> None:
    told = list(
        shelf_of.add(
            Shelf(),
            [
                arrived(incoming, "good.md", b"Good words."),
                arrived(incoming, "void.md", b" "),
                arrived(incoming, "tool.exe", b"MZ"),
                arrived(incoming, "plain", b"text"),
                arrived(incoming, ".hidden.md", b"text"),
                arrived(incoming, "n" * 300 + ".md", b"text"),
                {"name": "big.pdf", "size": 3 * 2**20},
                {"name": "lost.md", "size": 10},
                arrived(incoming, "good.md", b"Good words."),
            ],
        )
    )
    assert [line.kind for line in told[0].lines] == ["busy"]
    final = told[-1].lines
    assert [line.kind for line in final] == ["good", *["bad"] * 7, "plain"]
    for line, words in zip(
        final,
        ["Added", "empty", ".exe is not a supported", "without a suffix", "Rename", "Rename",
         "over the limit of 1 MB", "did not arrive", "unchanged"],
        strict=True,
    ):  # fmt: skip
        assert words in line.text
    assert [path.name for path in (settings.home / "uploads").iterdir()] == ["good.md"]
    assert not [path for path in incoming.rglob("*") if path.is_file()]
    assert set(fake.texts) == {"leases.md", "good.md"}


def test_an_address_is_fetched_and_its_result_told(shelf_of: Documents, fake: FakeAssistant) -> None:
    steps = list(shelf_of.add_address(Shelf(), " https://example.com/a "))
    assert [(line.kind, line.name) for step in steps for line in step.lines] == [
        ("busy", "https://example.com/a"), ("good", "example.com/a.html"),
    ]  # fmt: skip
    assert fake.infos["example.com/a.html"].source == "https://example.com/a"
    (*_, last) = shelf_of.add_address(steps[-1], "https://nowhere/")
    assert [(line.kind, line.name, line.text) for line in last.lines[1:]] == [
        ("bad", "https://nowhere/", "There is no host nowhere. Check the address and your connection."),
    ]  # fmt: skip
    assert list(shelf_of.add_address(Shelf(), " ")) == list(shelf_of.add_address(Shelf(), None)) == []


def test_a_slow_server_does_not_hold_up_other_changes(
    shelf_of: Documents, fake: FakeAssistant, startup: Startup, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fake.fetch

    def fetch(address: str) -> Any:
        with startup.working():
            return real(address)

    monkeypatch.setattr(fake, "fetch", fetch)
    ended = threading.Thread(target=lambda: list(shelf_of.add_address(Shelf(), "https://example.com/a")), daemon=True)
    ended.start()
    ended.join(10)
    assert not ended.is_alive(), "fetching held the right to change the index"


def test_a_failed_update_leaves_the_copy_that_was_there(
    shelf_of: Documents, settings: Settings, incoming: Path
) -> None:
    shelf = list(shelf_of.add(Shelf(), [arrived(incoming, "a.md", b"First.")]))[-1]
    failed = list(shelf_of.add(shelf, [arrived(incoming, "a.md", b"  ")]))[-1]
    copy = settings.home / "uploads" / "a.md"
    assert failed.lines[-1].kind == "bad" and copy.read_bytes() == b"First."
    updated = list(shelf_of.add(failed, [arrived(incoming, "a.md", b"Second.")]))[-1]
    assert updated.lines[-1].text == "Updated" and copy.read_bytes() == b"Second."


def test_no_second_copy_is_kept_of_a_file_indexed_from_elsewhere(
    shelf_of: Documents, settings: Settings, incoming: Path, fake: FakeAssistant
) -> None:
    same = fake.texts["leases.md"].encode()
    told = list(shelf_of.add(Shelf(), [arrived(incoming, "leases.md", same)]))[-1]
    assert "unchanged" in told.lines[-1].text
    assert list((settings.home / "uploads").iterdir()) == []


@pytest.mark.parametrize("path", ["/etc/hostname", "../outside.md", "", "/proc/self/environ", "."])
def test_files_outside_the_incoming_folder_are_never_taken(
    shelf_of: Documents, fake: FakeAssistant, incoming: Path, path: str
) -> None:
    outside = incoming.parent / "outside.md"
    outside.write_text("A secret.")
    item = {"name": "a.md", "size": 5, "path": str(incoming / path) if path.startswith(".") else path}
    told = list(shelf_of.add(Shelf(), [item]))[-1]
    assert told.lines[-1].kind == "bad"
    assert outside.exists() and "a.md" not in fake.texts


def test_a_link_out_of_the_incoming_folder_is_not_followed(
    shelf_of: Documents, fake: FakeAssistant, incoming: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("A secret.")
    (incoming / "link.md").symlink_to(secret)
    item = {"name": "a.md", "size": 9, "path": str(incoming / "link.md")}
    assert list(shelf_of.add(Shelf(), [item]))[-1].lines[-1].kind == "bad"
    assert "a.md" not in fake.texts and secret.exists()


def test_a_name_from_the_browser_is_only_a_name(shelf_of: Documents, settings: Settings, incoming: Path) -> None:
    list(shelf_of.add(Shelf(), [arrived(incoming, "../../x/../evil.md", b"Words.")]))
    list(shelf_of.add(Shelf(), [arrived(incoming, "..\\..\\win.md", b"Words.")]))
    assert sorted(p.name for p in (settings.home / "uploads").iterdir()) == ["evil.md", "win.md"]


@pytest.mark.parametrize("data", [None, "x", 3, {}, [], [None, 3]])
def test_a_malformed_upload_event_is_nothing(shelf_of: Documents, data: Any) -> None:
    assert list(shelf_of.add(Shelf(), data)) == []


# Getting ready


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


def test_uploads_that_arrive_while_going_down_change_nothing(
    shelf_of: Documents, startup: Startup, fake: FakeAssistant, incoming: Path
) -> None:
    startup.stop()
    told = list(shelf_of.add(Shelf(), [arrived(incoming, "late.md", b"Words.")]))[-1]
    assert "shutting down" in told.lines[-1].text and "late.md" not in fake.texts


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (None, "on this machine"),
        ("http://127.0.0.1:11434/v1", "on this machine"),
        ("http://[::1]:8000/v1", "on this machine"),
        ("https://api.example.com/v1", "sent to api.example.com"),
    ],
)
def test_where_questions_go_is_said(url: str | None, words: str) -> None:
    assert words in model_place(url)


def test_a_list_that_cannot_be_read_does_not_break_the_page(
    shelf_of: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[Info]:
        raise StorageError("The disk is full", "Free some space.")

    monkeypatch.setattr(fake, "documents", broken)
    assert "No documents" in shelf_of.html(Shelf(), shelf_of.listed())


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
    wait_until(lambda: followed.progress.problems)
    assert said == ["Indexing 1 of 1: b.md"]
    assert (followed.progress.phase, followed.progress.text) == ("degraded", "Ready")
    assert followed.progress.problems == ("c.md is empty. Check it.",)
    assert followed.progress.model == "scripted-model"
    assert fake.edition() != before
    fake.sync_results = []
    (settings.corpus / "c.md").unlink(missing_ok=True)
    (settings.corpus / "d.md").write_text("More words.")
    wait_until(lambda: not followed.progress.problems)
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


def test_the_page_looks_again_only_when_something_is_new(
    fake: FakeAssistant, settings: Settings, startup: Startup, shelf_of: Documents
) -> None:
    views = Views(settings, startup, shelf_of)
    mark = views.mark()
    assert views.mark() == mark
    fake.put("b.md", "New words.")
    assert views.mark() != mark
