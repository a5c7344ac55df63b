"""What the entries of a folder tell, and what is told of those that cannot be looked at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from sync_parts import files_folder, statuses

from assistant.index.files import failed_files
from assistant.index.folder import Seen, owners, scan, settled, standing
from assistant.index.records import FailedFile, FileState

SEEN = Seen(Path("/f/a.md"), "a.md", "/f/a.md", 7, 1.0, 2.0)
STATE = FileState(
    name="a.md", source="/f/a.md", origin="synced", folder="/f", content_hash="h", size=7, modified=1.0, changed=2.0
)
FAILED = FailedFile(
    name="a.md", source="/f/a.md", folder="/f", content_hash="h", size=7, modified=1.0, changed=2.0, reason="r",
    next_step="n", failed_at="",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return files_folder(tmp_path)


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
