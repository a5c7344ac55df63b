"""The documents column without a browser: searching, choosing, deleting and undoing, adding, passwords."""

from __future__ import annotations

import html
import json
import logging
import threading
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ui_fakes import Failed, FakeAssistant, Info

from assistant.documents.options import ReadOptions, locked
from assistant.errors import ScopeError, StorageError
from assistant.settings import Settings
from assistant.ui.bin import Deleted
from assistant.ui.choice import KEPT_CHARS, PAGE, Shelf, kept, matching, restored
from assistant.ui.column import Marks, Views
from assistant.ui.copies import Copies
from assistant.ui.documents import Documents
from assistant.ui.greeting import Greeter, greeting_html
from assistant.ui.groups import Narrowing, groups_of
from assistant.ui.intake import ITEMS_KEPT, Intake, Item, Kind, Outcome, Report, Task
from assistant.ui.ratings import Ratings
from assistant.ui.shelf import Stock, intake_html, listing_html, size_words
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
    column.adding.add(list(data))
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


@pytest.fixture
def filings(column: Documents, fake: FakeAssistant) -> Documents:
    """A column with documents in folders, with tags, and of several years, beside `leases.md` of April 2026."""
    fake.put("filings/2023/q2.md", "Words.", date="2023-08-03", tags=("read",))
    fake.put("filings/2023/q3.md", "Words.", date="November 2, 2023")
    fake.put("filings/q4.md", "Words.", date="last winter", tags=("read",))
    fake.put("old/q1.md", "Words.", date="2021-05-06", tags=("read",))
    return column


Q2, Q3, Q4, OLD = "filings/2023/q2.md", "filings/2023/q3.md", "filings/q4.md", "old/q1.md"


def test_folders_tags_and_years_are_told_with_their_numbers(filings: Documents) -> None:
    def told(*groups: str) -> dict[str, tuple[int, int]]:
        found = groups_of(filings.found().documents, Narrowing(groups=groups))
        return {group.key: (group.total, group.within) for group in found}

    assert told() == {
        "Folder:filings": (3, 3), "Folder:filings/2023": (2, 2), "Folder:old": (1, 1), "Tag:read": (3, 3),
        "Year:2021": (1, 1), "Year:2023": (2, 2), "Year:2026": (1, 1),
    }  # fmt: skip
    # Of its own kind a group is told whatever is chosen there; of the others only what is left by that.
    assert told("Folder:filings", "Year:2023") == {
        "Folder:filings": (3, 2), "Folder:filings/2023": (2, 2), "Folder:old": (1, 0), "Tag:read": (3, 1),
        "Year:2021": (1, 0), "Year:2023": (2, 2), "Year:2026": (1, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pressed", "asked"),
    [
        (["Folder:filings"], {Q2, Q3, Q4}),
        (["Folder:filings", "Folder:old"], {Q2, Q3, Q4, OLD}),
        (["Folder:filings", "Year:2023"], {Q2, Q3}),
        (["Folder:filings", "Year:2023", "Tag:read"], {Q2}),
        (["Year:2023", "Year:2021", "Tag:read"], {Q2, OLD}),
        (["Folder:filings", "Year:2023", "Folder:filings"], {Q2, Q3}),
        (["Folder:none", "filings", None], set()),
    ],
)
def test_groups_of_a_kind_unite_and_kinds_intersect(filings: Documents, pressed: list[Any], asked: set[str]) -> None:
    shelf = Shelf()
    for key in pressed:
        shelf = filings.act(shelf, "group", key)
    assert set(filings.asked(shelf)) == asked
    shown = filings.html(shelf)
    if asked:
        assert shown.count('<li data-document="') == len(asked) and f"Asking within {len(asked)} of 5" in shown
        assert f"{len(asked)} document" in filings.scope_html(shelf)


@pytest.mark.parametrize(
    ("since", "until", "asked"),
    [
        ("2023", "", {Q2, Q3, "leases.md"}),
        ("", "2023-08-03", {Q2, OLD}),
        ("2023-08-04", "2023", {Q3}),
        (" 2021-05 ", "2021-05", {OLD}),
        ("", "", set()),
    ],
)
def test_dates_are_those_of_the_command_line(filings: Documents, since: str, until: str, asked: set[str]) -> None:
    shelf = filings.act(filings.act(Shelf(), "since", "", since), "until", "", until)
    assert set(filings.asked(shelf)) == asked


def test_a_day_that_is_none_is_told_and_changes_nothing(filings: Documents) -> None:
    shelf = filings.act(Shelf(), "since", "", "2023")
    for typed in ("soon", "2022-13-01", "31.12.2023"):
        bad = filings.act(shelf, "until", "", typed)
        assert "Write 2023, 2023-06 or 2023-06-30." in bad.problem and bad.narrowing == shelf.narrowing
        assert "Write 2023" in filings.html(bad)
    assert "comes after" in filings.act(shelf, "until", "", "2022").problem
    assert filings.act(bad, "until", "", "2024").problem == ""


def test_what_is_chosen_is_within_the_groups_and_nothing_left_is_never_everything(
    filings: Documents, fake: FakeAssistant
) -> None:
    shelf = filings.act(filings.act(Shelf(), "choose", Q2), "group", "Folder:filings")
    assert filings.asked(shelf) == (Q2,) and "1 chosen document<" in filings.scope_html(shelf)
    assert filings.asked(filings.act(shelf, "group", "Tag:read")) == (Q2,)
    # What comes in later belongs to a group as well.
    shelf = filings.act(Shelf(), "group", "Folder:old")
    fake.put("old/q0.md", "Words.")
    assert filings.asked(shelf) == (OLD, "old/q0.md") and "within 2 documents: <bdi>old<" in filings.scope_html(shelf)
    fake.take_out([OLD, "old/q0.md"])
    with pytest.raises(ScopeError, match="ask all"):
        filings.asked(shelf)
    assert "within no document" in filings.scope_html(shelf) and "No document is all of this" in filings.html(shelf)
    assert 'data-name="Folder:old"' in filings.html(shelf), "it cannot be taken back"
    assert filings.asked(filings.act(shelf, "all", "")) == ()


def test_groups_that_are_no_choice_are_not_shown(column: Documents, fake: FakeAssistant) -> None:
    assert 'class="groups"' not in column.html(Shelf())
    fake.put("other/<b>.md", "Words.", date="2026-01-01", tags=("<i>",))
    shown = column.html(Shelf(narrowing=Narrowing(groups=("Folder:other",))))
    assert 'aria-checked="true" data-action="group" data-name="Folder:other"' in shown
    assert "Year:2026" not in shown and 'data-action="since"' in shown
    assert "<i>" not in shown and "&lt;i&gt;" in shown


def test_chosen_documents_get_tags_and_lose_them(filings: Documents, fake: FakeAssistant) -> None:
    shelf = filings.act(Shelf(), "tag", "", "mine")
    assert shelf.problem == "" and not any("mine" in info.tags for info in fake.infos.values()), "all were tagged"
    assert "New tag" not in filings.html(shelf)
    shelf = filings.act(filings.act(Shelf(), "choose", Q2), "choose", Q3)
    assert "Tags of these 2" in filings.html(shelf)
    before = filings.tagged
    shelf = filings.act(shelf, "tag", "", "  To   Check ")
    assert [fake.infos[name].tags for name in (Q2, Q3, Q4)] == [("read", "to check"), ("to check",), ("read",)]
    assert filings.tagged != before and "#to check" in filings.html(shelf)
    assert "is no tag" in filings.act(shelf, "tag", "", "x" * 61).problem
    shelf = filings.act(shelf, "untag", "read")
    assert [fake.infos[name].tags for name in (Q2, Q3, Q4)] == [("to check",), ("to check",), ("read",)]


# What the browser keeps


def test_what_is_asked_within_is_kept_and_given_back(filings: Documents, fake: FakeAssistant) -> None:
    shelf = filings.act(filings.act(filings.act(Shelf(), "since", "", "2021"), "group", "Tag:read"), "choose", Q2)
    assert html.unescape(filings.scope_html(shelf)).count(kept(shelf)) == 1
    assert filings.restored(kept(shelf)) == shelf
    # What has gone since is not chosen, but is missed where it is asked for.
    both = Shelf(chosen=(Q2, Q3))
    fake.take_out([Q3])
    assert filings.restored(kept(both)).chosen == (Q2,) and restored(kept(both)).chosen == (Q2, Q3)
    assert kept(Shelf(words="q2", shown=7)) == ""
    assert kept(Shelf(chosen=("x" * KEPT_CHARS,))) == ""


@pytest.mark.parametrize(
    "told",
    ["", None, 3, "nonsense", "[]", '{"chosen": 3}', '{"more": 1}', '{"narrowing": {"since": "soon"}}',
     '{"narrowing": {"since": "2024", "until": "2023"}}', '{"chosen": [["leases.md"]]}'],
)  # fmt: skip
def test_what_a_browser_kept_of_another_kind_counts_for_nothing(filings: Documents, told: object) -> None:
    assert filings.restored(told) == Shelf()


def test_nothing_is_forgotten_while_the_documents_cannot_be_read(filings: Documents, fake: FakeAssistant) -> None:
    fake.documents = broken  # type: ignore[method-assign]
    told = kept(Shelf(chosen=("gone.md",)))
    assert filings.restored(told).chosen == ("gone.md",)
    assert "1 chosen document" in filings.scope_html(filings.restored(told))


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


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"date": "2023-08-03"}, "2023-08-03"),
        ({"added_at": "2026-01-05T12:00:00Z"}, "added 5 Jan"),
        ({"added_at": "2025-12-24T12:00:00+00:00"}, "added 24 Dec 2025"),
    ],
)
def test_a_document_without_a_date_of_its_own_says_when_it_was_added(facts: dict[str, str], told: str) -> None:
    stock = Stock(documents=(Info("a.md", "A", **facts),), today=date(2026, 2, 1))  # type: ignore[arg-type]
    assert f'<span class="facts"><span>{told}</span>' in listing_html(stock, Shelf())


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


def broken() -> Any:
    raise StorageError("The disk is full", "Free some space.")


@pytest.mark.parametrize("what", ["documents", "failures"])
def test_a_list_that_cannot_be_read_is_said_with_the_next_step_until_it_can(
    column: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = column.html(Shelf())
    with monkeypatch.context() as patch:
        patch.setattr(fake, what, broken)
        shown = column.html(Shelf())
        assert 'role="alert"><span>The disk is full. Free some space.' in shown and "No documents" not in shown
        if what == "documents":
            assert column.edition() != column.edition(), "it is not looked at again"
        assert column.html(Shelf()) == shown and caplog.text.count("cannot be listed") == 1
    assert column.html(Shelf()) == before
    assert column.edition() == column.edition()


def test_how_many_are_asked_is_left_open_while_the_list_cannot_be_read(
    column: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(narrowing=Narrowing(since="2023"))
    monkeypatch.setattr(fake, "documents", broken)
    assert "Asking within documents: <bdi>from 2023" in column.scope_html(shelf)


def test_what_is_chosen_stays_while_the_list_cannot_be_read(
    column: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(chosen=("leases.md",))
    monkeypatch.setattr(fake, "documents", broken)
    for action in ("choose", "group", "found", "delete", "delete-chosen", "nonsense"):
        assert column.act(shelf, action, "leases.md").chosen == ("leases.md",)


def test_a_greeting_does_not_take_an_unreadable_list_for_an_empty_one(
    fake: FakeAssistant, settings: Settings, startup: Startup, column: Documents, ratings: Ratings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    views = views_of(fake, settings, startup, column, ratings)
    monkeypatch.setattr(fake, "documents", broken)
    assert "Free some space." in views.greeting() and "Add a document" not in views.greeting()


def test_the_parts_of_the_list_are_always_the_same(column: Documents, fake: FakeAssistant) -> None:
    def tags(**stock: Any) -> int:
        return listing_html(Stock(**stock), Shelf(problem="x" * bool(stock))).count('<div class="part">')

    info = Info(name="a.pdf", title="Annual")
    secret = Failed("b.docx", "b.docx is damaged", "Save it anew.", "/c/b.docx")
    deleted = Deleted("1", ("a.pdf",))
    full = tags(documents=(info,), failures=(secret,), deleted=(deleted,), indexing="c.md", problem="y")
    assert full == tags() == tags(documents=(info,) * 100)


# Deleting


def act(column: Documents, action: str, name: str = "", chosen: tuple[str, ...] = ()) -> Shelf:
    """What a tab shows once what it asked for is done."""
    shelf = column.act(Shelf(chosen=chosen), action, name)
    assert column.bin.wait(30)
    return shelf


def delete(column: Documents, *names: str) -> Deleted:
    """The deletion of some documents, carried out."""
    act(column, "delete-chosen", chosen=names)
    return column.bin.entries()[-1]


def undo(column: Documents, deleted: Deleted) -> str:
    """Have it undone; gives what is said of that if it is not."""
    problem = act(column, "undo", deleted.key).problem
    return problem or "".join(each.problem for each in column.bin.entries() if each.key == deleted.key)


def test_a_deletion_can_be_undone(column: Documents, fake: FakeAssistant) -> None:
    text, before = fake.texts["leases.md"], column.edition()
    shelf = act(column, "delete", "leases.md", chosen=("leases.md",))
    assert fake.texts == {} and shelf.chosen == () and column.edition() != before
    (deleted,) = column.bin.entries()
    shown = column.html(shelf)
    assert f'data-action="undo" data-name="{deleted.key}"' in shown and "leases.md" in shown
    assert undo(column, deleted) == ""
    assert fake.texts == {"leases.md": text} and column.bin.entries() == ()
    again = column.act(shelf, "undo", deleted.key)
    assert "can no longer be undone" in again.problem and 'role="alert"' in column.html(again)
    assert column.act(again, "dismiss-problem", "").problem == ""


def test_deleting_waits_for_the_index_and_nothing_waits_for_it(
    column: Documents, fake: FakeAssistant, startup: Startup
) -> None:
    for name in ("b.md", "c.md", "d.md"):
        fake.put(name, "Words.")
    with startup.working():
        shelf = Shelf(chosen=("leases.md", "d.md"))
        for name in ("leases.md", "b.md", "c.md"):
            shelf = column.act(shelf, "delete", name)
        assert shelf.chosen == ("d.md",) and shelf.problem == ""
        shown = column.html(shelf)
        assert shown.count('class="leaving"') == 3 and shown.count("being deleted") == 3
        assert shown.count("Deleting ") == 3 and shown.count(">Undo<") == 3
        assert "not there any more" in column.act(shelf, "delete", "b.md").problem
        # One that has not begun is simply left.
        column.act(shelf, "undo", column.bin.entries()[1].key)
        assert len(fake.texts) == 4 and column.html(shelf).count('class="leaving"') == 2
    assert column.bin.wait(30)
    assert set(fake.texts) == {"b.md", "d.md"} and column.html(shelf).count("Deleted ") == 2


def test_an_undo_that_waits_is_said_and_outlives_its_time(
    column: Documents, fake: FakeAssistant, startup: Startup
) -> None:
    deleted = delete(column, "leases.md")
    with startup.working():
        column.act(Shelf(), "undo", deleted.key)
        assert "Putting" in column.html(Shelf()) and ">Undo<" not in column.html(Shelf())
        ended = threading.Thread(target=column.bin.lapse, args=[deleted.key])
        ended.start()
    ended.join(30)
    assert column.bin.wait(30) and "leases.md" in fake.texts and column.bin.entries() == ()


def test_what_cannot_be_deleted_is_said_and_stays(
    column: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Any) -> Any:
        raise StorageError("The disk is full", "Free some space, then delete it again.")

    monkeypatch.setattr(fake, "take_out", full)
    deleted = delete(column, "leases.md")
    shown = column.html(Shelf())
    assert "Not deleted: leases.md. The disk is full." in shown
    assert deleted.state == "failed" and "Free some space, then delete it again." in shown and "leases.md" in fake.texts
    assert 'class="leaving"' not in shown and ">Undo<" not in shown
    column.act(Shelf(), "dismiss-deletion", deleted.key)
    assert column.bin.entries() == () and "Free some space" not in column.html(Shelf())


def test_all_chosen_are_deleted_together_with_one_undo(column: Documents, fake: FakeAssistant) -> None:
    for number in range(5):
        fake.put(f"n{number}.md", "Words.")
    chosen = tuple(f"n{number}.md" for number in range(4))
    assert "Delete these 4" in column.html(Shelf(chosen=chosen)) and "Delete it" in column.html(
        Shelf(chosen=chosen[:1])
    )
    assert "delete-chosen" not in column.html(Shelf())
    deleted = delete(column, *chosen)
    assert set(fake.texts) == {"leases.md", "n4.md"} and len(column.bin.entries()) == 1
    shown = column.html(Shelf())
    assert "4 documents" in shown and "and 1 more" in shown and shown.count(">Undo<") == 1
    assert undo(column, deleted) == "" and len(fake.texts) == 6


def test_of_a_synced_file_it_is_said_that_it_stays_and_how_it_comes_back(
    column: Documents, fake: FakeAssistant
) -> None:
    fake.put("synced.md", "Words.", origin="synced")
    fake.put("own.md", "Words.", origin="uploaded")
    delete(column, "own.md")
    assert "synced folder" not in column.html(Shelf())
    delete(column, "synced.md")
    shown = column.html(Shelf())
    assert "Its file stays in the synced folder" in shown and "add it here again" in shown


def test_an_undo_does_not_displace_what_has_come_meanwhile(column: Documents, fake: FakeAssistant) -> None:
    deleted = delete(column, "leases.md")
    fake.put("leases.md", "Others.")
    assert "has been added" in undo(column, deleted) and fake.texts["leases.md"] == "Others."
    assert "has been added" in column.html(Shelf()) and ">Undo<" in column.html(Shelf())
    column.act(Shelf(), "dismiss-deletion", deleted.key)
    assert len(column.bin.entries()) == 1 and "has been added" not in column.html(Shelf())


def uploaded(column: Documents, incoming: Path, settings: Settings, words: bytes = b"New words.") -> Path:
    add(column, arrived(incoming, "new.md", words))
    return settings.home / "uploads" / "new.md"


def test_the_copy_of_an_upload_goes_once_its_deletion_cannot_be_undone(
    column: Documents, settings: Settings, incoming: Path
) -> None:
    copy = uploaded(column, incoming, settings)
    first = delete(column, "new.md")
    assert copy.exists()
    undo(column, first)
    column.bin.lapse(first.key)
    assert copy.exists()
    column.bin.lapse(delete(column, "new.md").key)
    assert not copy.exists() and not list((settings.home / "deleted").iterdir())


def test_a_copy_that_is_wanted_again_is_left_alone(
    column: Documents, settings: Settings, incoming: Path, fake: FakeAssistant
) -> None:
    copy = uploaded(column, incoming, settings)
    first = delete(column, "new.md")
    uploaded(column, incoming, settings, b"Other words.")
    column.bin.lapse(first.key)
    assert copy.read_bytes() == b"Other words." and fake.texts["new.md"] == "Other words."


def test_what_is_put_back_is_of_the_copy_that_is_there(column: Documents, settings: Settings, incoming: Path) -> None:
    uploaded(column, incoming, settings)
    first = delete(column, "new.md")
    uploaded(column, incoming, settings, b"Other words.")
    second = delete(column, "new.md")
    assert "replaced or is gone" in undo(column, first)
    column.bin.lapse(first.key)
    assert undo(column, second) == ""


def test_no_file_but_our_own_copies_is_ever_deleted(column: Documents, fake: FakeAssistant, tmp_path: Path) -> None:
    precious = tmp_path / "precious.md"
    precious.write_text("mine")
    fake.put("precious.md", "mine", origin="uploaded", source=str(precious))
    delete(column, "precious.md")
    column.close()
    assert precious.exists() and column.bin.entries() == ()


def test_the_copy_of_an_archive_goes_with_its_last_document(
    column: Documents, fake: FakeAssistant, settings: Settings
) -> None:
    copy = settings.home / "uploads" / "x.zip"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"packed")
    for name in ("x.zip/a.md", "x.zip/b.md"):
        fake.put(name, "words", origin="uploaded", source=str(copy))
    first, second = delete(column, "x.zip/a.md"), delete(column, "x.zip/b.md")
    column.bin.lapse(first.key)
    assert copy.exists()
    column.bin.lapse(second.key)
    assert not copy.exists()


def test_what_a_killed_process_left_is_finished_by_the_next(
    column: Documents, settings: Settings, incoming: Path, fake: FakeAssistant
) -> None:
    copy = uploaded(column, incoming, settings)
    notes = settings.home / "deleted"
    notes.mkdir(exist_ok=True)

    def next_start() -> None:
        Copies(fake, settings.home).sweep()

    # Killed between the note and the deletion: the document is still there, and so is its copy.
    (notes / "1.json").write_text(json.dumps({"copy": str(copy)}))
    (notes / "2.json").write_text('{"copies": ["/etc/hostname"]}')
    (notes / "3.json").write_text("no note")
    next_start()
    assert copy.exists() and Path("/etc/hostname").exists() and [p.name for p in notes.iterdir()] == ["3.json"]
    # Killed while it could have been undone: it is deleted, for good.
    delete(column, "new.md")
    next_start()
    assert not copy.exists() and "new.md" not in fake.texts


def test_a_copy_that_cannot_be_removed_is_tried_again_by_the_next_start(
    column: Documents, settings: Settings, incoming: Path, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = uploaded(column, incoming, settings)
    deleted, real = delete(column, "new.md"), Path.unlink

    def held(path: Path, missing_ok: bool = False) -> None:
        if path == copy:
            raise PermissionError("in use by another program")
        real(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", held)
        column.bin.lapse(deleted.key)
        Copies(fake, settings.home).sweep()
    assert column.bin.entries() == () and copy.exists()
    Copies(fake, settings.home).sweep()
    assert not copy.exists() and not list((settings.home / "deleted").iterdir())


def test_a_deletion_that_cannot_be_noted_changes_nothing(
    column: Documents, fake: FakeAssistant, settings: Settings, incoming: Path
) -> None:
    uploaded(column, incoming, settings)
    (settings.home / "deleted").write_text("a file in its way")
    deleted = delete(column, "new.md")
    assert "could not be noted" in deleted.problem and "new.md" in fake.texts
    assert "could not be noted" in column.html(Shelf())


def test_the_end_of_the_program_waits_for_an_upload_of_what_was_deleted(
    column: Documents, fake: FakeAssistant, settings: Settings, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = uploaded(column, incoming, settings)
    delete(column, "new.md")
    real, begun, go_on = fake.add, threading.Event(), threading.Event()

    def slow(paths: Any, **rest: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return real(paths, **rest)

    monkeypatch.setattr(fake, "add", slow)
    column.adding.add([arrived(incoming, "new.md", b"Newest words.")])
    assert begun.wait(30)
    closing = threading.Thread(target=column.close)
    closing.start()
    closing.join(0.3)
    go_on.set()
    closing.join(30)
    ended(column)
    assert fake.texts["new.md"] == "Newest words." and copy.read_bytes() == b"Newest words."
    assert not incoming.exists() and column.bin.entries() == ()


def test_an_undo_that_waits_at_the_end_of_the_program_is_carried_out(
    column: Documents, fake: FakeAssistant, startup: Startup
) -> None:
    deleted = delete(column, "leases.md")
    with startup.working():
        column.act(Shelf(), "undo", deleted.key)
        closing = threading.Thread(target=column.close)
        closing.start()
        closing.join(0.3)
    closing.join(30)
    assert column.bin.wait(30) and "leases.md" in fake.texts


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
    column.adding.add([arrived(incoming, "a.md", b"One."), arrived(incoming, "b.md", b"Two.")])
    assert told.wait(30)
    first, second = column.intake.items()
    assert (first.kind, first.done, first.total, second.kind) == ("busy", 3, 9, "waiting")
    shown = column.intake_html()
    assert "2 files to go" in shown and '<progress max="9" value="3"' in shown and "Embedding a.md: 3 of 9" in shown
    # The list can be used meanwhile, and more can be added.
    assert column.act(Shelf(), "choose", "leases.md").chosen == ("leases.md",)
    column.adding.add([arrived(incoming, "c.md", b"Three.")])
    go_on.set()
    assert [(item.name, item.kind) for item in ended(column)] == [("a.md", "good"), ("b.md", "good"), ("c.md", "good")]


def test_rates_are_told_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [10.0]
    monkeypatch.setattr("assistant.ui.intake.time", SimpleNamespace(monotonic=lambda: clock[0]))
    intake, told = Intake(), []

    def work(name: str) -> Outcome:
        clock[0] += 2.0
        return Outcome("good", name, "Added")

    def slow(report: Report) -> Outcome:
        report("reading pages", 0, 300)
        clock[0] += 8.0
        report("reading pages", 40, 300)
        told.append((intake.items()[1].left, intake.summary()))
        return work("b.pdf")

    intake.put(
        [Task("a.md", 10, lambda _: work("a.md")), Task("b.pdf", 90, slow), Task("c.md", 10, lambda _: work("c"))]
    )
    deadline = time.monotonic() + 30
    while intake.busy:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    assert told == [("5.0/s, about 52 s left", "2 files to go, 6.0 files/min, about 2 min left")]


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


def test_of_many_files_none_that_failed_or_waits_for_a_password_goes_unseen() -> None:
    given_up: list[str] = []

    def task(number: int) -> Task:
        kind: Kind = "bad" if number in (3, 20, 40) else "locked" if number == 30 else "good"
        outcome = Outcome(kind, f"n{number}.md", "said", give_up=lambda: given_up.append(f"n{number}.md"))
        return Task(outcome.name, 1, lambda report: outcome)

    intake = Intake()
    for start in range(0, 200, 20):
        intake.put([task(number) for number in range(start, start + 20)])
        deadline = time.monotonic() + 30
        while intake.busy:
            assert time.monotonic() < deadline
            time.sleep(0.001)
    told = {item.name: item.kind for item in intake.items()}
    assert [name for name, kind in told.items() if kind == "bad"] == ["n3.md", "n20.md", "n40.md"]
    assert told["n30.md"] == "locked" and given_up == []
    assert len(told) <= ITEMS_KEPT + 20 and "n199.md" in told
    intake.dismiss()
    assert intake.items() == () and given_up == ["n30.md"]


def test_an_address_is_fetched_and_its_result_told(column: Documents, fake: FakeAssistant) -> None:
    for address in (" https://example.com/a ", "https://nowhere/", " ", None):
        column.adding.add_address(address)
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
    column.adding.add_address("https://example.com/a")
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
    column.adding.add(data)
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
