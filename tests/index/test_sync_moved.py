"""Moved files keep their documents in a sync, and what only looks moved does not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from sync_parts import HERON, calls, files_folder, grow_old, statuses

from assistant.documents import registry
from assistant.index.lexical import lexical_passages
from assistant.retrieval.aim import profile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return files_folder(tmp_path)


def test_a_moved_file_keeps_its_document(opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"old/a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder)
    before, text, edition = opened.store.passage_ids(), opened.store.text("old/a.md"), opened.store.edition()
    (folder / "new").mkdir()
    (folder / "old/a.md").rename(folder / "new/renamed.md")
    monkeypatch.setattr(registry, "read_document", lambda *_: pytest.fail("it was read again"))
    called = calls(opened)
    results = opened.sync(folder)
    assert statuses(results) == {"b.md": "unchanged", "new/renamed.md": "moved"}
    assert results[-1].reason == "it was old/a.md"
    assert calls(opened) == called
    assert opened.names() == ["b.md", "new/renamed.md"]
    assert opened.store.passage_ids() == before
    assert opened.store.text("new/renamed.md") == text
    assert opened.store.edition() != edition
    assert opened.in_step()
    assert opened.engine.retrieve("megawatts leased").hits[0].document == "new/renamed.md"
    grow_old(monkeypatch)
    assert set(statuses(opened.sync(folder)).values()) == {"unchanged"}
    # It is followed under its new name.
    (folder / "new/renamed.md").unlink()
    assert statuses(opened.sync(folder)) == {"b.md": "unchanged", "new/renamed.md": "removed"}


def test_a_title_that_comes_from_the_name_moves_along(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"grey_heron.txt": HERON})
    opened.sync(folder)
    (folder / "grey_heron.txt").rename(folder / "white_egret.txt")
    assert statuses(opened.sync(folder)) == {"white_egret.txt": "moved"}
    assert opened.store.documents()[0].title == "white egret"
    assert opened.names() == ["white_egret.txt"]
    assert lexical_passages(opened.store, "egret", 5) == [sorted(opened.store.passage_ids())]
    assert lexical_passages(opened.store, "grey", 5) == [[]]


def test_what_is_known_by_the_name_is_known_by_the_new_one(opened: OpenLibrary, folder: Path) -> None:
    long = "# Report\n\n" + "\n\n".join(f"Paragraph {number} of the report says little." for number in range(900))
    write(folder, {"amazon-2023.md": long, "meta-2023.md": long + "\n\nMore."})
    opened.sync(folder)
    opened.engine.retrieve("What does amazon say?")
    (folder / "amazon-2023.md").rename(folder / "netflix-2023.md")
    opened.sync(folder)
    opened.engine.retrieve("What does netflix say?")
    assert opened.engine._profiles is not None
    row = next(row for row in opened.engine._profiles[1])
    assert row == profile(row.id, "netflix-2023.md", "Report", None, opened.store.text("netflix-2023.md")[:1000])


def test_a_copy_is_a_document_of_its_own(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES})
    opened.sync(folder)
    write(folder, {"b.md": LEASES})
    assert statuses(opened.sync(folder)) == {"a.md": "unchanged", "b.md": "added"}


def test_two_copies_where_one_was(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES})
    opened.sync(folder)
    (folder / "a.md").rename(folder / "b.md")
    write(folder, {"c.md": LEASES})
    assert statuses(opened.sync(folder)) == {"b.md": "moved", "c.md": "added"}


def test_another_suffix_is_another_reader(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES})
    opened.sync(folder)
    (folder / "a.md").rename(folder / "a.txt")
    assert statuses(opened.sync(folder)) == {"a.txt": "added", "a.md": "removed"}


def test_names_that_change_places(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder)
    (folder / "a.md").rename(folder / "x")
    (folder / "b.md").rename(folder / "a.md")
    (folder / "x").rename(folder / "b.md")
    opened.sync(folder)
    assert {info.name: info.title for info in opened.store.documents()} == {
        "a.md": "Bakery notes", "b.md": "Harbour Compute",
    }  # fmt: skip


def test_a_file_that_was_added_by_itself_is_not_moved(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    (other,) = write(tmp_path / "elsewhere", {"x.md": LEASES})
    opened.ingest.add(other)
    other.rename(folder / "a.md")
    assert statuses(opened.sync(folder)) == {"a.md": "added"}
    assert opened.names() == ["a.md", "x.md"]


def test_a_moved_archive_keeps_its_documents(opened: OpenLibrary, folder: Path) -> None:
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for name, words in {"a.md": LEASES, "deep/heron.txt": HERON, "p.png": "x"}.items():
            archive.writestr(name, words)
    opened.sync(folder)
    called = calls(opened)
    (folder / "in").mkdir()
    (folder / "x.zip").rename(folder / "in/y.zip")
    assert statuses(opened.sync(folder)) == {"in/y.zip": "moved"}
    assert calls(opened) == called
    assert opened.names() == ["in/y.zip/a.md", "in/y.zip/deep/heron.txt"]
    (folder / "in/y.zip").unlink()
    opened.sync(folder)
    assert opened.names() == []


def test_a_file_from_another_synced_folder(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    (first,) = write(tmp_path / "inbox", {"a.md": LEASES})
    opened.sync(tmp_path / "inbox")
    first.rename(folder / "b.md")
    assert statuses(opened.sync(folder)) == {"b.md": "moved"}
    assert statuses(opened.sync(tmp_path / "inbox")) == {}
    assert opened.names() == ["b.md"]


def test_a_folder_within_a_synced_one_makes_no_second_documents(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"deep/a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder / "deep")
    assert opened.names() == ["a.md"]
    assert statuses(opened.sync(folder)) == {"b.md": "added", "deep/a.md": "moved"}
    assert opened.names() == ["b.md", "deep/a.md"]
