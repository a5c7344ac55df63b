"""An archive's documents come, change and go together; one of them may be removed by itself."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write

from assistant.errors import DocumentError, NameTakenError
from assistant.index.ingest import AddResult

HERON = "A heron stands in the reeds."
BOTH = {"a.md": LEASES, "deep/b.md": BAKERY}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def pack(path: Path, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def brief(results: list[AddResult]) -> list[tuple[str, str]]:
    return [(result.name, result.status) for result in results]


def test_added_replaced_and_removed_together(opened: OpenLibrary, folder: Path) -> None:
    path = pack(folder / "x.zip", BOTH)
    result = opened.ingest.add(path)
    assert (result.name, result.status, result.reason) == ("x.zip", "added", "2 documents")
    assert result.passages == len(opened.store.passage_ids()) > 1
    assert opened.names() == ["x.zip/a.md", "x.zip/deep/b.md"]
    assert opened.in_step()
    assert opened.ingest.add(path).status == "unchanged"

    pack(path, {"a.md": HERON, "c.md": LEASES, "d.png": "x"})
    changed = opened.ingest.add(path)
    assert changed.status == "updated"
    assert changed.reason == "2 documents; not read from x.zip: d.png: .png is not a supported format"
    assert opened.names() == ["x.zip/a.md", "x.zip/c.md"]
    assert opened.in_step()

    assert brief(opened.ingest.remove(["x.zip"])) == [("x.zip/a.md", "removed"), ("x.zip/c.md", "removed")]
    assert opened.names() == []
    assert opened.in_step()


def test_a_bad_version_leaves_the_good_one(opened: OpenLibrary, folder: Path) -> None:
    path = pack(folder / "x.zip", BOTH)
    opened.ingest.add(path)
    path.write_bytes(b"no archive")
    with pytest.raises(DocumentError):
        opened.ingest.add(path)
    pack(path, {"a.md": HERON, "c.md": "More of it."})
    opened.embedder.fail_after = len(opened.embedder.calls) + 1
    with pytest.raises(RuntimeError):
        opened.ingest.add(path)
    assert opened.names() == ["x.zip/a.md", "x.zip/deep/b.md"]
    assert opened.in_step()


def test_sync_follows_an_archive(opened: OpenLibrary, folder: Path) -> None:
    path = pack(folder / "x.zip", BOTH)
    write(folder, {"c.txt": HERON})
    assert brief(opened.sync(folder)) == [("c.txt", "added"), ("x.zip", "added")]
    assert brief(opened.sync(folder)) == [("c.txt", "unchanged"), ("x.zip", "unchanged")]
    calls = len(opened.embedder.calls)
    os.utime(path, (1, 1))
    assert ("x.zip", "unchanged") in brief(opened.sync(folder))
    assert len(opened.embedder.calls) == calls
    assert {state.modified for state in opened.store.file_states().values() if "x.zip" in state.name} == {1.0}

    path.write_bytes(b"no archive")
    assert ("x.zip", "failed") in brief(opened.sync(folder))
    assert len(opened.names()) == 3
    path.unlink()
    assert brief(opened.sync(folder)) == [
        ("c.txt", "unchanged"), ("x.zip/a.md", "removed"), ("x.zip/deep/b.md", "removed"),
    ]  # fmt: skip
    assert opened.in_step()


def test_one_document_of_an_archive_can_be_removed(opened: OpenLibrary, folder: Path) -> None:
    path = pack(folder / "x.zip", BOTH)
    opened.sync(folder)
    assert brief(opened.ingest.remove(["x.zip/a.md"])) == [("x.zip/a.md", "removed")]
    assert brief(opened.sync(folder)) == [("x.zip", "unchanged")]
    assert opened.names() == ["x.zip/deep/b.md"]
    opened.ingest.remove(["x.zip"])
    assert brief(opened.sync(folder)) == [("x.zip", "left_out")]
    assert opened.names() == []
    opened.ingest.add(path)
    assert len(opened.names()) == 2


def test_adding_an_archive_brings_a_removed_document_back(opened: OpenLibrary, folder: Path) -> None:
    path = pack(folder / "x.zip", BOTH)
    opened.ingest.add(path)
    opened.ingest.remove(["x.zip/a.md"])
    assert opened.ingest.add(path).status == "updated"
    assert len(opened.names()) == 2
    assert opened.ingest.add(path).status == "unchanged"


def test_names_are_not_taken_from_others(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    opened.ingest.add(pack(folder / "x.zip", BOTH))
    with pytest.raises(NameTakenError, match=r"x\.zip/a\.md"):
        opened.ingest.add(pack(tmp_path / "x.zip", {"a.md": HERON}))
    # A folder may be named like an archive.
    other = tmp_path / "other"
    write(other, {"x.zip/a.md": HERON})
    assert brief(opened.sync(other)) == [("x.zip/a.md", "failed")]
    opened.ingest.remove(["x.zip"])
    assert brief(opened.sync(other)) == [("x.zip/a.md", "added")]
    assert brief(opened.sync(other)) == [("x.zip/a.md", "unchanged")]


def test_a_moved_folder_takes_its_archive_along(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    pack(folder / "x.zip", BOTH)
    opened.sync(folder)
    moved = folder.rename(tmp_path / "moved")
    assert brief(opened.sync(moved)) == [("x.zip", "unchanged")]
    assert {state.source for state in opened.store.file_states().values()} == {str(moved / "x.zip")}
