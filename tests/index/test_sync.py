"""The index equals a folder: what is moved, what failed, what was interrupted."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from pdfs import make_pdf, make_scan

from assistant.documents import registry
from assistant.documents.options import ReadOptions
from assistant.errors import StorageError
from assistant.index.files import failed_files
from assistant.index.folder import Seen, owners, scan, settled, standing
from assistant.index.ingest import AddResult
from assistant.index.lexical import lexical_passages
from assistant.index.records import FailedFile, FileState
from assistant.index.sync import _Run
from assistant.retrieval.aim import profile

HERON = "A heron stands in the reeds of the lagoon, waiting for the evening."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def statuses(results: list[AddResult]) -> dict[str, str]:
    return {result.name: result.status for result in results}


def calls(opened: OpenLibrary) -> int:
    return len(opened.embedder.calls)


def grow_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the folder's files had been written a while ago."""
    monkeypatch.setattr("assistant.index.folder._TIME_GRAIN", -3600.0)


# --- what an entry tells ------------------------------------------------------------------------------------

SEEN = Seen(Path("/f/a.md"), "a.md", "/f/a.md", 7, 1.0, 2.0)
STATE = FileState(
    name="a.md", source="/f/a.md", origin="synced", folder="/f", content_hash="h", size=7, modified=1.0, changed=2.0
)
FAILED = FailedFile(
    name="a.md", source="/f/a.md", folder="/f", content_hash="h", size=7, modified=1.0, changed=2.0, reason="r",
    next_step="n", failed_at="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "known", "failure", "expected"),
    [
        ({}, [{}], None, "unchanged"),
        ({}, [{}, {"name": "a.zip/b.md"}], None, "unchanged"),
        ({}, [], None, "unknown"),
        ({}, [{"size": 8}], None, "unknown"),
        ({}, [{"modified": 3.0}], None, "unknown"),
        ({}, [{"changed": 3.0}], None, "unknown"),
        ({}, [{"changed": -1.0}], None, "unknown"),
        ({}, [{"source": "/g/a.md"}], None, "unknown"),
        ({}, [{}, {"size": 8}], None, "unknown"),
        ({"changed": -1.0}, [{"changed": -1.0}], None, "unknown"),
        ({}, [], {}, "failed"),
        ({}, [{"size": 8}], {}, "failed"),
        ({}, [{}], {}, "unchanged"),
        ({}, [], {"size": 8}, "unknown"),
        ({}, [], {"changed": 3.0}, "unknown"),
        ({}, [], {"content_hash": ""}, "unknown"),
    ],
)
def test_what_the_entry_of_a_file_tells(
    seen: dict[str, object], known: list[dict[str, object]], failure: dict[str, object] | None, expected: str
) -> None:
    entry = Seen(**{**vars(SEEN), **seen})
    states = [STATE.model_copy(update=each) for each in known]
    failed = FAILED.model_copy(update=failure) if failure is not None else None
    assert standing(entry, states, failed) == expected


def test_a_file_written_just_now_proves_nothing() -> None:
    assert settled(100.0, 103.0) == 100.0
    assert settled(100.0, 101.0) == -1.0
    assert settled(100.0, 99.0) == -1.0


def test_owners() -> None:
    assert owners("deep/a.md") == ["deep/a.md"]
    assert owners("deep/x.zip/in/a.md") == ["deep/x.zip/in/a.md", "deep/x.zip"]


def shut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the system refuse to list folders called `shut`."""
    real = os.scandir

    def denied(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", denied)


def test_a_folder_that_cannot_be_listed_is_told_and_hides_its_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"a.md": LEASES, "shut/b.md": BAKERY})
    shut_out(monkeypatch)
    listing = scan(folder)
    assert [seen.name for seen in listing.files] == ["a.md"]
    assert listing.unlisted == {"shut": "Permission denied"}
    assert listing.hides("shut/b.md") and listing.hides("shut/deep/c.md") and not listing.hides("a.md")


def test_a_file_that_cannot_be_looked_at_is_told(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder)
    real = Path.lstat

    def denied(self: Path) -> os.stat_result:
        if self.name == "b.md":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self)

    monkeypatch.setattr(Path, "lstat", denied)
    assert statuses(opened.sync(folder)) == {"a.md": "unchanged", "b.md": "failed"}
    assert opened.names() == ["a.md", "b.md"]


def test_a_document_whose_file_may_not_be_looked_at_has_not_moved(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of it comes; the folder of the first is shut meanwhile."""
    write(folder, {"shut/b.md": BAKERY})
    opened.sync(folder)
    real = Path.stat

    def denied(self: Path, **rest: Any) -> os.stat_result:
        if self.parent.name == "shut":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, **rest)

    write(folder, {"b.md": BAKERY})
    shut_out(monkeypatch)
    monkeypatch.setattr(Path, "stat", denied)
    assert statuses(opened.sync(folder))["b.md"] == "added"
    assert opened.names() == ["b.md", "shut/b.md"]


def test_links_in_a_circle_are_told(opened: OpenLibrary, folder: Path) -> None:
    (folder / "loop.md").symlink_to(folder / "loop.md")
    assert statuses(opened.sync(folder)) == {"loop.md": "failed"}
    assert opened.sync(folder)[0].remembered
    (folder / "loop.md").unlink()
    opened.sync(folder)
    assert failed_files(opened.store) == []


def test_documents_of_a_folder_that_cannot_be_listed_stay(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"a.md": LEASES, "shut/b.md": BAKERY})
    opened.sync(folder)
    shut_out(monkeypatch)
    results = opened.sync(folder)
    assert statuses(results) == {"a.md": "unchanged", "shut": "failed"}
    assert "Permission denied" in results[-1].reason
    assert opened.names() == ["a.md", "shut/b.md"]


# --- changes that hide --------------------------------------------------------------------------------------


def test_a_change_that_keeps_size_and_time_is_seen(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": "The rate is 14 percent this year."})
    os.utime(path, (1_000_000, 1_000_000))
    opened.sync(folder)
    path.write_text("The rate is 15 percent this year.")
    os.utime(path, (1_000_000, 1_000_000))
    assert statuses(opened.sync(folder)) == {"a.md": "updated"}
    assert "15 percent" in opened.store.text("a.md")


def test_a_file_that_changes_while_it_is_read_is_read_again(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    real = Path.read_bytes

    def overtaken(self: Path) -> bytes:
        data = real(self)
        path.write_text(BAKERY)
        return data

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", overtaken)
        assert statuses(opened.sync(folder)) == {"a.md": "added"}
    assert statuses(opened.sync(folder)) == {"a.md": "updated"}
    assert opened.store.documents()[0].title == "Bakery notes"


def test_unchanged_files_are_not_opened(opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {f"{number}.md": f"{LEASES}\n{number}" for number in range(5)})
    grow_old(monkeypatch)
    opened.sync(folder)
    told: list[AddResult] = []
    steps: list[tuple[str, int, int]] = []
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("a file was opened"))
    results = opened.sync(folder, told=told.append, progress=lambda *step: steps.append(step))
    assert set(statuses(results).values()) == {"unchanged"}
    assert told == []
    assert steps == [("done", 0, 0)]


# --- moved files --------------------------------------------------------------------------------------------


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


# --- failures -----------------------------------------------------------------------------------------------


def test_a_failure_is_remembered_told_and_not_tried_again(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"bad.txt": "x\0\1"})
    (first,) = [each for each in opened.sync(folder) if each.status == "failed"]
    assert not first.remembered
    (kept,) = failed_files(opened.store)
    assert (kept.name, kept.reason, kept.next_step) == ("bad.txt", first.reason, first.next_step)
    assert kept.content_hash and kept.folder == str(folder) and kept.failed_at.endswith("+00:00")

    with monkeypatch.context() as patched:
        patched.setattr("assistant.index.ingest.Library.add", lambda *_, **__: pytest.fail("it was tried again"))
        grow_old(patched)
        for _ in range(2):
            # By its content first, then by its entry.
            (again,) = [each for each in opened.sync(folder) if each.status == "failed"]
            assert again == first.model_copy(update={"remembered": True})
    retried = [each for each in opened.sync(folder, retry=True) if each.status == "failed"]
    assert [each.name for each in retried] == ["bad.txt"]

    (folder / "bad.txt").write_text("Now there are words in it.")
    assert statuses(opened.sync(folder)) == {"bad.txt": "added"}
    assert failed_files(opened.store) == []


def test_a_failure_lasts_no_longer_than_what_caused_it(
    opened: OpenLibrary, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "locked.pdf").write_bytes(make_pdf([["The yard leased the crane."]], password="open sesame"))
    opened.sync(folder)
    words = tmp_path / "words"
    monkeypatch.setattr(opened.parser, "_password_file", words)
    assert opened.sync(folder)[0].remembered
    words.write_text("another\n")
    assert statuses(opened.sync(folder)) == {"locked.pdf": "failed"}
    words.write_text("open sesame\n")
    assert statuses(opened.sync(folder)) == {"locked.pdf": "added"}
    assert failed_files(opened.store) == []


def test_retry_takes_what_can_be_read_now(opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"a.md": LEASES})
    with monkeypatch.context() as patched:
        patched.setattr("assistant.index.ingest.split", lambda *_: (_ for _ in ()).throw(ValueError("a defect")))
        (failed,) = opened.sync(folder)
    assert "ValueError: a defect" in failed.reason
    assert "report" in failed.next_step
    assert statuses(opened.sync(folder)) == {"a.md": "failed"}
    assert statuses(opened.sync(folder, retry=True)) == {"a.md": "added"}
    assert failed_files(opened.store) == []


def test_retry_reads_pages_without_text_again_once_ocr_has_changed(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"a.md": LEASES})
    (folder / "scan.pdf").write_bytes(make_scan([["Typed words."], ["Words on a picture."]], pictures=[2]))
    monkeypatch.setattr(opened.parser, "_options", ReadOptions(ocr=False))
    opened.sync(folder)
    grow_old(monkeypatch)
    unchanged = {"a.md": "unchanged", "scan.pdf": "unchanged"}
    assert statuses(opened.sync(folder, retry=True)) == unchanged
    assert "OCR is switched off" in opened.store.documents()[1].notes[0]
    # Reads none either, for another reason.
    monkeypatch.setattr(opened.parser, "_options", ReadOptions(ocr_pages=0))
    assert statuses(opened.sync(folder)) == unchanged
    assert statuses(opened.sync(folder, retry=True)) == unchanged | {"scan.pdf": "updated"}
    (note,) = opened.store.documents()[1].notes
    assert note.startswith("no text on pages 2") and "switched off" not in note
    assert statuses(opened.sync(folder, retry=True)) == unchanged


def test_a_defect_with_one_file_does_not_stop_the_others(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY, "c.txt": HERON})
    real = opened.embedder.encode

    def sometimes(texts: list[str], progress: object = None) -> object:
        if any("rye" in text for text in texts):
            raise MemoryError
        return real(texts)

    monkeypatch.setattr(opened.embedder, "encode", sometimes)
    assert statuses(opened.sync(folder)) == {"a.md": "added", "b.md": "failed", "c.txt": "added"}


def test_a_bad_version_is_told_until_the_good_one_is_back(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.sync(folder)
    path.write_bytes(b"x\0\1")
    for _ in range(2):
        assert statuses(opened.sync(folder)) == {"a.md": "failed"}
        assert opened.names() == ["a.md"]
    path.write_text(LEASES)
    assert statuses(opened.sync(folder)) == {"a.md": "unchanged"}
    assert failed_files(opened.store) == []


def test_what_is_refused_unread_is_looked_at_every_time(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"big.md": LEASES, "photo.png": "png"})
    monkeypatch.setattr(opened.ingest, "max_bytes", 100)
    assert set(statuses(opened.sync(folder)).values()) == {"failed"}
    assert all(each.remembered for each in opened.sync(folder))
    assert [each.content_hash for each in failed_files(opened.store)] == ["", ""]
    monkeypatch.setattr(opened.ingest, "max_bytes", 2**20)
    assert statuses(opened.sync(folder)) == {"big.md": "added", "photo.png": "failed"}


def test_a_name_that_is_free_again_is_taken(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    (other,) = write(tmp_path / "elsewhere", {"a.md": BAKERY})
    opened.ingest.add(other)
    write(folder, {"a.md": LEASES})
    assert statuses(opened.sync(folder)) == {"a.md": "failed"}
    opened.ingest.remove(["a.md"])
    assert statuses(opened.sync(folder)) == {"a.md": "added"}


def test_the_failure_of_a_file_that_is_gone_is_forgotten(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"bad.txt": "x\0\1", "deep/bad.txt": "x\0\2"})
    opened.sync(folder)
    (folder / "bad.txt").unlink()
    opened.sync(folder)
    assert [failure.name for failure in failed_files(opened.store)] == ["deep/bad.txt"]


def test_a_file_that_failed_and_is_added_by_name(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": "x\0\1"})
    opened.sync(folder)
    path.write_text(LEASES)
    opened.ingest.add(path)
    assert failed_files(opened.store) == []


def test_a_full_disk_stops_the_sync_and_is_nobodys_failure(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY, "c.txt": HERON})
    real = opened.store.replace
    told: list[AddResult] = []

    def full(*news: object, **rest: object) -> object:
        if len(told) == 1:
            raise StorageError("The disk is full", "Free some space.")
        return real(*news, **rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(opened.store, "replace", full)
        with pytest.raises(StorageError):
            opened.sync(folder, told=told.append)
    assert statuses(told) == {"a.md": "added"}
    assert failed_files(opened.store) == []
    assert statuses(opened.sync(folder)) == {"a.md": "unchanged", "b.md": "added", "c.txt": "added"}


# --- interruption -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_an_interrupted_sync_goes_on_with_the_rest(opened: OpenLibrary, folder: Path, after: int) -> None:
    names = [f"{number}.md" for number in range(6)]
    write(folder, {name: f"{LEASES}\nNote {name}." for name in names})

    def interrupt(_name: str, done: int, _total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened.sync(folder, progress=interrupt)
    assert opened.names() == names[:after]
    called = calls(opened)
    assert statuses(opened.sync(folder)) == {
        name: "unchanged" if number < after else "added" for number, name in enumerate(names)
    }
    assert calls(opened) == called + 6 - after
    assert opened.in_step()


def test_a_file_taken_out_meanwhile_is_not_brought_back_by_a_sync_under_way(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    first = True

    def remove(_name: str, done: int, _total: int) -> None:
        nonlocal first
        if done == 1 and first:
            first = False
            # Another sync is through already, and a person removes what it brought.
            opened.sync(folder)
            opened.ingest.remove(["b.md"])

    assert statuses(opened.sync(folder, progress=remove)) == {"a.md": "added", "b.md": "left_out"}
    assert opened.names() == ["a.md"]


def test_a_file_that_goes_before_it_is_looked_into_is_no_failure(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder)
    write(folder, {"b.md": LEASES, "c.md": HERON})

    def take_away(_name: str, done: int, _total: int) -> None:
        for name in ("b.md", "c.md"):
            (folder / name).unlink(missing_ok=True)

    results = opened.sync(folder, progress=take_away)
    assert statuses(results) == {"a.md": "unchanged", "b.md": "removed"}
    assert failed_files(opened.store) == []
    assert opened.names() == ["a.md"]


def test_a_document_whose_file_came_back_is_not_removed(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.sync(folder)
    path.unlink()
    real = _Run.remove_gone

    def back(self: _Run) -> list[AddResult]:
        path.write_text(LEASES)
        return real(self)

    monkeypatch.setattr(_Run, "remove_gone", back)
    assert opened.sync(folder) == []
    assert opened.names() == ["a.md"]


@pytest.mark.long
def test_two_thousand_unchanged_files_take_no_time(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {f"{number % 40}/{number}.txt": f"Note {number} says little." for number in range(2000)})
    opened.sync(folder)
    time.sleep(2.1)
    opened.sync(folder)
    began = time.monotonic()
    assert set(statuses(opened.sync(folder)).values()) == {"unchanged"}
    assert time.monotonic() - began < 2.0


def test_a_reader_that_cannot_be_started_is_nobodys_failure(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"a.csv": "plant,output\nLindholm,412\n"})

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patched, pytest.raises(StorageError, match="Too many open files"):
        patched.setattr("assistant.documents.parser.subprocess.Popen", refuse)
        opened.sync(folder)
    assert failed_files(opened.store) == []
    assert statuses(opened.sync(folder)) == {"a.csv": "added"}


@pytest.mark.parametrize("name", ["q2.md", "2023/q2.md", "2023/q2.zip"])
@pytest.mark.parametrize("before", ["read", "changed", "failed", "removed"])
def test_a_synced_file_that_is_added_by_path_stays_one_of_its_folder(
    opened: OpenLibrary, folder: Path, name: str, before: str
) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)

    def save(text: str) -> None:
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("in.md", text)
        else:
            path.write_text(text)

    save("\0\1" if before == "failed" else LEASES)
    opened.sync(folder)
    documents = [f"{name}/in.md"] if name.endswith(".zip") else [name]
    if before == "removed":
        opened.ingest.remove([name])
    elif before != "read":
        save(BAKERY)
    result = opened.ingest.add(path, again=before == "read")
    assert (result.name, result.status) == (name, "updated" if before in ("read", "changed") else "added")
    assert opened.names() == documents
    assert failed_files(opened.store) == [] and opened.store.left_out() == {}
    assert statuses(opened.sync(folder)) == {name: "unchanged"}
    path.unlink()
    assert statuses(opened.sync(folder)) == dict.fromkeys(documents, "removed")
    assert opened.names() == []


def test_a_link_and_what_it_leads_to_are_added_each_in_its_place(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"deep/a.md": LEASES})
    link = folder / "link.md"
    link.symlink_to(path)
    opened.sync(folder)
    assert opened.ingest.add(link, again=True).name == "link.md"
    assert opened.ingest.add(path, again=True).name == "deep/a.md"
    assert opened.names() == ["deep/a.md", "link.md"]


@pytest.mark.parametrize("name", ["a.md", "deep/a.md", "deep/a.zip"])
@pytest.mark.parametrize("then", ["removed", "renamed"])
def test_a_file_added_before_its_folder_is_synced_becomes_the_folders(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, then: str
) -> None:
    grow_old(monkeypatch)
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("in.md", LEASES)
    else:
        path.write_text(LEASES)
    opened.ingest.add(path)
    inside = "/in.md" if name.endswith(".zip") else ""
    assert opened.names() == [path.name + inside]
    called = calls(opened)
    assert set(statuses(opened.sync(folder))) == {name}
    assert opened.names() == [name + inside] and calls(opened) == called, "nothing is embedded again"
    assert statuses(opened.sync(folder)) == {name: "unchanged"}
    if then == "removed":
        path.unlink()
        opened.sync(folder)
        assert opened.names() == []
    else:
        other = path.with_stem("b")
        path.rename(other)
        opened.sync(folder)
        assert opened.names() == [other.relative_to(folder).as_posix() + inside]


def test_a_folder_within_a_synced_one_makes_no_second_documents(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"deep/a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder / "deep")
    assert opened.names() == ["a.md"]
    assert statuses(opened.sync(folder)) == {"b.md": "added", "deep/a.md": "moved"}
    assert opened.names() == ["b.md", "deep/a.md"]


def test_what_was_removed_stays_so_where_its_file_has_gone(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.sync(folder)
    opened.ingest.remove(["a.md"])
    (folder / "kept").mkdir()
    path.rename(folder / "kept/b.md")
    for _ in range(2):
        assert statuses(opened.sync(folder)) == {"kept/b.md": "left_out"}
    # A copy is another file, and one that is added by name comes back.
    write(folder, {"copy.md": LEASES})
    assert statuses(opened.sync(folder)) == {"copy.md": "added", "kept/b.md": "left_out"}
    assert opened.ingest.add(folder / "kept/b.md").name == "kept/b.md"
    assert opened.names() == ["copy.md", "kept/b.md"]


def test_a_link_out_of_the_folder_and_what_it_leads_to_added_as_advised(
    opened: OpenLibrary, folder: Path, tmp_path: Path
) -> None:
    (target,) = write(tmp_path / "elsewhere", {"t.md": LEASES})
    (folder / "link.md").symlink_to(target)
    assert statuses(opened.sync(folder)) == {"link.md": "failed"}
    assert opened.ingest.add(target).name == "t.md"
    assert statuses(opened.sync(folder)) == {"link.md": "left_out"}
    assert failed_files(opened.store) == []
    (folder / "link.md").unlink()
    opened.sync(folder)
    assert opened.names() == ["t.md"]


def test_a_file_beside_the_folder_is_none_of_it(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    write(folder, {"a.md": LEASES})
    opened.sync(folder)
    (other,) = write(tmp_path / "elsewhere", {"b.md": BAKERY})
    opened.ingest.add(other)
    assert [state.folder for state in opened.store.file_states().values()] == [str(folder), None]


def test_how_far_a_long_file_is_is_told_and_what_that_raises_is_not_heard(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    files: list[str] = []
    parts: list[tuple[str, str]] = []

    def within(what: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        parts.append((files[-1], what))
        raise RuntimeError("the terminal is gone")

    results = opened.sync(folder, progress=lambda what, *_: files.append(what), within=within)
    assert statuses(results) == {"a.md": "added", "b.md": "added"}
    assert {("a.md", "embedding a.md"), ("b.md", "embedding b.md")} <= set(parts)
    assert all(what.endswith(file) for file, what in parts if what.startswith("embedding"))
