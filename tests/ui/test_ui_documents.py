"""The documents column without a browser: searching, choosing, deleting and undoing, adding, passwords."""

from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ui_fakes import Failed, FakeAssistant, Info

from assistant.documents.options import ReadOptions, locked
from assistant.errors import StorageError
from assistant.settings import Settings
from assistant.ui.column import Marks, Views
from assistant.ui.documents import Documents
from assistant.ui.greeting import Greeter, greeting_html
from assistant.ui.groups import groups_of
from assistant.ui.intake import Item
from assistant.ui.ratings import Ratings
from assistant.ui.shelf import PAGE, Shelf, Stock, intake_html, listing_html, matching, size_words
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
def column(fake: FakeAssistant, settings: Settings, startup: Startup, incoming: Path) -> Documents:
    return Documents(fake, settings, startup, incoming)


def arrived(incoming: Path, name: str, content: bytes) -> dict[str, Any]:
    """A file as the browser reports it once Gradio has stored it."""
    folder = incoming / f"hash-{len(list(incoming.iterdir()))}"
    folder.mkdir()
    path = folder / "stored"
    path.write_bytes(content)
    return {"name": name, "size": len(content), "path": str(path)}


def ended(column: Documents, seconds: float = 30) -> list[Item]:
    """The lines of what was added, once nothing is on its way any more."""
    deadline = time.monotonic() + seconds
    while column.intake.busy:
        assert time.monotonic() < deadline, "it did not end"
        time.sleep(0.005)
    return list(column.intake.items())


def add(column: Documents, *data: Any) -> list[Item]:
    column.add(list(data))
    return ended(column)


# The list


def test_choosing_is_a_switch_and_survives_only_for_known_documents(column: Documents) -> None:
    shelf = column.act(Shelf(), "choose", "leases.md")
    assert shelf.chosen == ("leases.md",)
    assert column.act(shelf, "choose", "leases.md").chosen == ()
    assert column.act(shelf, "choose", "unknown.md").chosen == ("leases.md",)
    assert column.act(shelf, "all", "").chosen == ()
    for action in ("nonsense", None, 3, ["choose"]):
        assert column.act(shelf, action, "leases.md") == shelf
    for name in (None, 3, ["leases.md"]):
        assert column.act(shelf, "unlock", name, 7) == shelf


def test_folders_tags_and_years_choose_their_documents(column: Documents, fake: FakeAssistant) -> None:
    fake.put("filings/2023/q2.md", "Words.", date="2023-08-03", tags=("read",))
    fake.put("filings/2023/q3.md", "Words.", date="November 2, 2023")
    fake.put("filings/q4.md", "Words.", date="last winter", tags=("read",))
    groups = {group.key: group.names for group in groups_of(column.listed())}
    assert groups == {
        "Folder:filings": ("filings/2023/q2.md", "filings/2023/q3.md", "filings/q4.md"),
        "Folder:filings/2023": ("filings/2023/q2.md", "filings/2023/q3.md"),
        "Tag:read": ("filings/2023/q2.md", "filings/q4.md"),
        "Year:2023": ("filings/2023/q2.md", "filings/2023/q3.md"),
        "Year:2026": ("leases.md",),
    }
    shelf = column.act(Shelf(chosen=("leases.md",)), "group", "Tag:read")
    assert shelf.chosen == ("leases.md", "filings/2023/q2.md", "filings/q4.md")
    shelf = column.act(shelf, "group", "Folder:filings")
    assert set(shelf.chosen) == set(fake.texts)
    shelf = column.act(shelf, "group", "Folder:filings")
    assert shelf.chosen == ("leases.md",)
    for unknown in ("Folder:none", "filings", None):
        assert column.act(shelf, "group", unknown) == shelf


def test_groups_that_are_no_choice_are_not_shown(column: Documents, fake: FakeAssistant) -> None:
    assert 'class="groups"' not in column.html(Shelf())
    fake.put("other/<b>.md", "Words.", date="2026-01-01", tags=("<i>",))
    shown = column.html(Shelf(chosen=("other/<b>.md",)))
    assert 'data-name="Folder:other"' in shown and 'aria-checked="true" data-action="group"' in shown
    assert "Year:2026" not in shown
    assert "<i>" not in shown and "&lt;i&gt;" in shown


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["a/Tarn.pdf", "b.md", "c.md"]),
        ("tarn", ["a/Tarn.pdf", "c.md"]),
        ("TARN pdf", ["a/Tarn.pdf"]),
        ("water", ["b.md"]),
        ("yearly", ["c.md"]),
        ("straße", ["b.md"]),
        ("nothing such", []),
    ],
)
def test_documents_are_found_by_name_title_and_tag(words: str, found: list[str]) -> None:
    infos = [
        Info("a/Tarn.pdf", "Annual report"),
        Info("b.md", "Water in the STRASSE"),
        Info("c.md", "Notes on Tarn", tags=("yearly",)),
    ]
    assert [info.name for info in matching(infos, words)] == found  # type: ignore[type-var, arg-type]


def test_of_many_documents_some_are_drawn_and_all_are_found(column: Documents, fake: FakeAssistant) -> None:
    for number in range(400):
        fake.put(f"n{number:03}.md", "Words.", title=f"Note {number}")
    shelf, rows = Shelf(), '<li data-document="'
    assert column.html(shelf).count(rows) == PAGE and f"Show {PAGE} more of {401 - PAGE}" in column.html(shelf)
    shelf = column.act(shelf, "more", "")
    assert column.html(shelf).count(rows) == 2 * PAGE
    shelf = column.act(shelf, "search", "", " note   399 ")
    shown = column.html(shelf)
    assert shown.count(rows) == 1 and 'data-document="n399.md"' in shown and "1 of 401 found" in shown
    assert column.act(shelf, "found", "").chosen == ("n399.md",)
    nothing = column.act(shelf, "search", "", "x" * 5000)
    assert "None of 401" in column.html(nothing) and len(nothing.words) <= 200
    assert "401 documents" in column.html(column.act(nothing, "search", "", ""))


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 bytes"), (999, "999 bytes"), (4200, "4.2 KB"), (12_345, "12 KB"), (999_400, "999 KB"),
     (999_600, "1.0 MB"), (40_000_000, "40 MB"), (4_294_967_296, "4,295 MB")],
)  # fmt: skip
def test_sizes_in_words(size: int, told: str) -> None:
    assert size_words(size) == told


def listing(**stock: Any) -> str:
    return listing_html(Stock(**stock), Shelf())


def test_a_row_says_what_the_document_is() -> None:
    pdf = Info(name="a.pdf", title="Annual", date="2026-01-02", page_count=1, characters=12_345, size=2_000_000)
    shown = listing(documents=(pdf,))
    for fact in ("1 document", "Annual", "a.pdf", "2026-01-02", "1 page", "2.0 MB", "indexed"):
        assert fact in shown
    packed = Info(name="x.zip/a.md", title="A", characters=12_345, size=2_000_000)
    assert "12,345 characters" in listing(documents=(packed,)) and "2.0 MB" not in listing(documents=(packed,))


def test_what_is_being_indexed_and_what_failed_is_said_with_the_next_step() -> None:
    told = locked("secret.pdf", ReadOptions())
    secret = Failed("secret.pdf", str(told.args[0]), told.next_step, "/c/secret.pdf")
    broken = Failed("b.docx", "b.docx is damaged", "Save it anew.", "/c/b.docx")
    shown = listing(failures=(secret, broken), indexing="c.md", busy=True)
    assert "c.md" in shown and "being indexed" in shown and "2 files could not be read" in shown
    assert "b.docx is damaged. Save it anew." in shown
    assert shown.count('type="password"') == 1 and 'aria-label="Password of secret.pdf"' in shown
    assert "command" not in shown and "--password-file" not in shown
    many = tuple(Failed(f"{n}.docx", "bad", "Mend it.") for n in range(500))
    assert listing(failures=many).count("<li>") < 50 and "And 460 more" in listing(failures=many)


def test_a_list_that_cannot_be_read_does_not_break_the_page(
    column: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[Info]:
        raise StorageError("The disk is full", "Free some space.")

    monkeypatch.setattr(fake, "documents", broken)
    monkeypatch.setattr(fake, "failures", broken)
    assert "No documents" in column.html(Shelf())


# Deleting


def test_deleting_is_done_at_once_and_can_be_undone(column: Documents, fake: FakeAssistant) -> None:
    text, before = fake.texts["leases.md"], column.edition()
    shelf = column.act(Shelf(chosen=("leases.md",)), "delete", "leases.md")
    assert fake.texts == {} and shelf.chosen == () and column.edition() != before
    (deleted,) = column.bin.entries()
    shown = column.html(shelf)
    assert f'data-action="undo" data-name="{deleted.key}"' in shown and "leases.md" in shown
    shelf = column.act(shelf, "undo", deleted.key)
    assert fake.texts == {"leases.md": text} and column.bin.entries() == () and shelf.problem == ""
    again = column.act(shelf, "undo", deleted.key)
    assert "can no longer be undone" in again.problem and 'role="alert"' in column.html(again)
    assert column.act(again, "dismiss-problem", "").problem == ""


def test_an_undo_does_not_displace_what_has_come_meanwhile(column: Documents, fake: FakeAssistant) -> None:
    column.act(Shelf(), "delete", "leases.md")
    fake.put("leases.md", "Others.")
    shelf = column.act(Shelf(), "undo", column.bin.entries()[0].key)
    assert "has been added" in shelf.problem and fake.texts["leases.md"] == "Others."
    assert len(column.bin.entries()) == 1


def uploaded(column: Documents, incoming: Path, settings: Settings, words: bytes = b"New words.") -> Path:
    add(column, arrived(incoming, "new.md", words))
    return settings.home / "uploads" / "new.md"


def test_the_copy_of_an_upload_goes_once_its_deletion_cannot_be_undone(
    column: Documents, settings: Settings, incoming: Path
) -> None:
    copy = uploaded(column, incoming, settings)
    column.act(Shelf(), "delete", "new.md")
    (first,) = column.bin.entries()
    assert copy.exists()
    column.act(Shelf(), "undo", first.key)
    column.bin.lapse(first.key)
    assert copy.exists()
    column.act(Shelf(), "delete", "new.md")
    column.bin.lapse(column.bin.entries()[0].key)
    assert not copy.exists() and not list((settings.home / "deleted").iterdir())


def test_a_copy_that_is_wanted_again_is_left_alone(
    column: Documents, settings: Settings, incoming: Path, fake: FakeAssistant
) -> None:
    copy = uploaded(column, incoming, settings)
    column.act(Shelf(), "delete", "new.md")
    (first,) = column.bin.entries()
    uploaded(column, incoming, settings, b"Other words.")
    column.bin.lapse(first.key)
    assert copy.read_bytes() == b"Other words." and fake.texts["new.md"] == "Other words."


def test_what_is_put_back_is_of_the_copy_that_is_there(column: Documents, settings: Settings, incoming: Path) -> None:
    uploaded(column, incoming, settings)
    column.act(Shelf(), "delete", "new.md")
    uploaded(column, incoming, settings, b"Other words.")
    column.act(Shelf(), "delete", "new.md")
    first, second = column.bin.entries()
    assert "replaced or is gone" in column.act(Shelf(), "undo", first.key).problem
    column.bin.lapse(first.key)
    assert column.act(Shelf(), "undo", second.key).problem == ""


def test_no_file_but_our_own_copies_is_ever_deleted(column: Documents, fake: FakeAssistant, tmp_path: Path) -> None:
    precious = tmp_path / "precious.md"
    precious.write_text("mine")
    fake.put("precious.md", "mine", origin="uploaded", source=str(precious))
    column.act(Shelf(), "delete", "precious.md")
    column.bin.close()
    assert precious.exists() and column.bin.entries() == ()


def test_the_copy_of_an_archive_goes_with_its_last_document(
    column: Documents, fake: FakeAssistant, settings: Settings
) -> None:
    copy = settings.home / "uploads" / "x.zip"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"packed")
    for name in ("x.zip/a.md", "x.zip/b.md"):
        fake.put(name, "words", origin="uploaded", source=str(copy))
    column.act(Shelf(), "delete", "x.zip/a.md")
    column.act(Shelf(), "delete", "x.zip/b.md")
    first, second = column.bin.entries()
    column.bin.lapse(first.key)
    assert copy.exists()
    column.bin.lapse(second.key)
    assert not copy.exists()


def test_what_a_killed_process_left_is_finished_by_the_next(
    column: Documents, fake: FakeAssistant, settings: Settings, startup: Startup, incoming: Path
) -> None:
    copy = uploaded(column, incoming, settings)
    notes = settings.home / "deleted"
    notes.mkdir(exist_ok=True)

    def next_start() -> None:
        Documents(fake, settings, startup, incoming).bin.sweep()

    # Killed between the note and the deletion: the document is still there, and so is its copy.
    (notes / "1.json").write_text(json.dumps({"copy": str(copy)}))
    (notes / "2.json").write_text('{"copy": "/etc/hostname"}')
    (notes / "3.json").write_text("no note")
    next_start()
    assert copy.exists() and Path("/etc/hostname").exists() and [p.name for p in notes.iterdir()] == ["3.json"]
    # Killed while it could have been undone: it is deleted, for good.
    column.act(Shelf(), "delete", "new.md")
    next_start()
    assert not copy.exists() and "new.md" not in fake.texts


def test_a_deletion_that_cannot_be_noted_changes_nothing(
    column: Documents, fake: FakeAssistant, settings: Settings, incoming: Path
) -> None:
    uploaded(column, incoming, settings)
    (settings.home / "deleted").write_text("a file in its way")
    shelf = column.act(Shelf(chosen=("new.md",)), "delete", "new.md")
    assert "could not be noted" in shelf.problem and "new.md" in fake.texts and shelf.chosen == ("new.md",)


# Adding


def test_each_uploaded_file_gets_its_result_in_words(
    column: Documents, fake: FakeAssistant, settings: Settings, incoming: Path
) -> None:
    final = add(
        column,
        arrived(incoming, "good.md", b"Good words."),
        arrived(incoming, "void.md", b" "),
        arrived(incoming, "tool.exe", b"MZ"),
        arrived(incoming, "plain", b"text"),
        arrived(incoming, ".hidden.md", b"text"),
        arrived(incoming, "n" * 300 + ".md", b"text"),
        {"name": "big.pdf", "size": 3 * 2**20},
        {"name": "lost.md", "size": 10},
        arrived(incoming, "good.md", b"Good words."),
    )
    assert [item.kind for item in final] == ["good", *["bad"] * 7, "plain"]
    for item, words in zip(
        final,
        ["Added", "empty", ".exe is not a supported", "without a suffix", "Rename", "Rename",
         "over the limit of 1 MB", "did not arrive", "unchanged"],
        strict=True,
    ):  # fmt: skip
        assert words in item.text
    assert [path.name for path in (settings.home / "uploads").iterdir()] == ["good.md"]
    assert not [path for path in incoming.rglob("*") if path.is_file()]
    assert set(fake.texts) == {"leases.md", "good.md"}
    column.act(Shelf(), "dismiss", "")
    assert column.intake_html() == ""


def test_one_file_after_the_other_with_its_progress_while_the_rest_waits(
    column: Documents, fake: FakeAssistant, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, told, go_on = fake.add, threading.Event(), threading.Event()

    def slow(paths: Any, **rest: Any) -> Any:
        rest["progress"]("embedding a.md", 3, 9)
        told.set()
        assert go_on.wait(30)
        return real(paths, **rest)

    monkeypatch.setattr(fake, "add", slow)
    column.add([arrived(incoming, "a.md", b"One."), arrived(incoming, "b.md", b"Two.")])
    assert told.wait(30)
    first, second = column.intake.items()
    assert (first.kind, first.done, first.total, second.kind) == ("busy", 3, 9, "waiting")
    shown = column.intake_html()
    assert "2 files to go" in shown and '<progress max="9" value="3"' in shown and "Embedding a.md: 3 of 9" in shown
    # The list can be used meanwhile, and more can be added.
    assert column.act(Shelf(), "choose", "leases.md").chosen == ("leases.md",)
    column.add([arrived(incoming, "c.md", b"Three.")])
    go_on.set()
    assert [(item.name, item.kind) for item in ended(column)] == [("a.md", "good"), ("b.md", "good"), ("c.md", "good")]


def test_what_goes_on_stands_first_and_the_time_left_is_said() -> None:
    items = [
        Item("1", "old.md", "good", "Added"),
        Item("2", "new.md", "bad", "Broken"),
        Item("3", "w.md", "waiting", "Waiting"),
        Item("4", "b.md", "busy", "Embedding", 1, 4, "about 6 s left"),
    ]
    shown = intake_html(items, "2 files to go, about 9 s left")
    places = [shown.index(name) for name in ("b.md", "w.md", "new.md", "old.md")]
    assert places == sorted(places)
    assert "1 of 4 (about 6 s left)" in shown and "about 9 s left" in shown


def test_an_address_is_fetched_and_its_result_told(column: Documents, fake: FakeAssistant) -> None:
    for address in (" https://example.com/a ", "https://nowhere/", " ", None):
        column.add_address(address)
    assert [(item.kind, item.name, item.text) for item in ended(column)] == [
        ("good", "example.com/a.html", "Added"),
        ("bad", "https://nowhere/", "There is no host nowhere. Check the address and your connection."),
    ]
    assert fake.infos["example.com/a.html"].source == "https://example.com/a"


def test_a_slow_server_does_not_hold_up_other_changes(
    column: Documents, fake: FakeAssistant, startup: Startup, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fake.fetch

    def fetch(address: str) -> Any:
        with startup.working():
            return real(address)

    monkeypatch.setattr(fake, "fetch", fetch)
    column.add_address("https://example.com/a")
    assert ended(column)[0].kind == "good", "fetching held the right to change the index"


def test_a_failed_update_leaves_the_copy_that_was_there(column: Documents, settings: Settings, incoming: Path) -> None:
    copy = settings.home / "uploads" / "a.md"
    add(column, arrived(incoming, "a.md", b"First."))
    assert add(column, arrived(incoming, "a.md", b"  "))[-1].kind == "bad" and copy.read_bytes() == b"First."
    assert add(column, arrived(incoming, "a.md", b"Second."))[-1].text == "Updated"
    assert copy.read_bytes() == b"Second."


def test_no_second_copy_is_kept_of_a_file_indexed_from_elsewhere(
    column: Documents, settings: Settings, incoming: Path, fake: FakeAssistant
) -> None:
    same = fake.texts["leases.md"].encode()
    assert "unchanged" in add(column, arrived(incoming, "leases.md", same))[-1].text
    assert list((settings.home / "uploads").iterdir()) == []


def test_a_home_that_cannot_be_written_is_said_with_the_next_step(
    column: Documents, settings: Settings, incoming: Path
) -> None:
    settings.home.mkdir()
    (settings.home / "uploads").write_text("a file in its way")
    (item,) = add(column, arrived(incoming, "a.md", b"Words."))
    assert item.kind == "bad" and "could not be kept" in item.text and "Free some space" in item.text


@pytest.mark.parametrize("path", ["/etc/hostname", "../outside.md", "", "/proc/self/environ", "."])
def test_files_outside_the_incoming_folder_are_never_taken(
    column: Documents, fake: FakeAssistant, incoming: Path, path: str
) -> None:
    outside = incoming.parent / "outside.md"
    outside.write_text("A secret.")
    item = {"name": "a.md", "size": 5, "path": str(incoming / path) if path.startswith(".") else path}
    assert add(column, item)[-1].kind == "bad"
    assert outside.exists() and "a.md" not in fake.texts


def test_a_link_out_of_the_incoming_folder_is_not_followed(
    column: Documents, fake: FakeAssistant, incoming: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("A secret.")
    (incoming / "link.md").symlink_to(secret)
    item = {"name": "a.md", "size": 9, "path": str(incoming / "link.md")}
    assert add(column, item)[-1].kind == "bad"
    assert "a.md" not in fake.texts and secret.exists()


def test_a_name_from_the_browser_is_only_a_name(column: Documents, settings: Settings, incoming: Path) -> None:
    add(column, arrived(incoming, "../../x/../evil.md", b"Words."), arrived(incoming, "..\\..\\win.md", b"Words."))
    assert sorted(p.name for p in (settings.home / "uploads").iterdir()) == ["evil.md", "win.md"]


@pytest.mark.parametrize("data", [None, "x", 3, {}, [], [None, 3]])
def test_a_malformed_upload_event_is_nothing(column: Documents, data: Any) -> None:
    column.add(data)
    assert ended(column) == []


def test_uploads_that_arrive_while_going_down_change_nothing(
    column: Documents, startup: Startup, fake: FakeAssistant, incoming: Path
) -> None:
    startup.stop()
    assert "shutting down" in add(column, arrived(incoming, "late.md", b"Words."))[-1].text
    assert "late.md" not in fake.texts


# Passwords


def test_a_locked_file_asks_for_its_password_until_it_is_right(
    column: Documents, fake: FakeAssistant, incoming: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (item,) = add(column, arrived(incoming, "vault.md", b"LOCKED sesame The vault holds gold."))
    assert item.kind == "locked" and 'type="password"' in column.intake_html()
    column.act(Shelf(), "unlock", item.key, "")
    column.act(Shelf(), "unlock", "no such line", "guess")
    column.act(Shelf(), "unlock", item.key, "open-barley")
    (item,) = ended(column)
    assert item.kind == "locked" and "does not open it" in item.text
    column.act(Shelf(), "unlock", item.key, "sesame")
    (item,) = ended(column)
    assert (item.kind, item.text) == ("good", "Added") and "vault.md" in fake.texts
    assert fake.passwords == ["open-barley", "sesame"]
    assert not [path for path in incoming.rglob("*") if path.is_file()]
    assert "open-barley" not in caplog.text and "sesame" not in caplog.text
    kept = [path for path in settings.home.rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if b"open-barley" in path.read_bytes()]


def test_a_locked_file_that_is_given_up_is_gone(column: Documents, incoming: Path) -> None:
    (item,) = add(column, arrived(incoming, "vault.md", b"LOCKED sesame The vault holds gold."))
    assert [path for path in incoming.rglob("*") if path.is_file()]
    column.act(Shelf(), "dismiss", item.key)
    assert column.intake.items() == () and not [path for path in incoming.rglob("*") if path.is_file()]


def test_a_locked_file_of_the_synced_folder_is_opened_from_the_list(column: Documents, fake: FakeAssistant) -> None:
    told = locked("secret.pdf", ReadOptions())
    fake.failed = [Failed("secret.pdf", str(told.args[0]), told.next_step, "/c/secret.pdf")]
    column.act(Shelf(), "unlock-file", "/c/other.pdf", "sesame")
    column.act(Shelf(), "unlock-file", "/c/secret.pdf", "wrong")
    (item,) = ended(column)
    assert item.kind == "locked" and fake.failed
    column.act(Shelf(), "unlock", item.key, "sesame")
    assert ended(column)[0].kind == "good" and not fake.failed and "secret.pdf" in fake.texts


# What the page shows of the whole


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
