"""Deleting documents and undoing it, without a browser."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from column_parts import add, arrived, ended
from ui_fakes import FakeAssistant

from assistant.errors import StorageError
from assistant.settings import Settings
from assistant.ui.bin import Deleted
from assistant.ui.choice import Shelf
from assistant.ui.copies import Copies
from assistant.ui.documents import Documents
from assistant.ui.startup import Startup


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
