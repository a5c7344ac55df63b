"""Failures of a sync are remembered, told again, and tried again once something has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from pdfs import make_pdf, make_scan
from sync_parts import HERON, files_folder, grow_old, statuses

from assistant.documents.options import ReadOptions
from assistant.errors import StorageError
from assistant.index.files import failed_files
from assistant.index.ingest import AddResult


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return files_folder(tmp_path)


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
