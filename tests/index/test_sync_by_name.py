"""Files of a synced folder that are also added, or were removed, by name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from sync_parts import calls, files_folder, grow_old, statuses

from assistant.index.files import failed_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return files_folder(tmp_path)


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
