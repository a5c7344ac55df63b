"""Adding, replacing, removing, syncing: what happens to the index and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from pdfs import make_pdf

from assistant.errors import DocumentError, NameTakenError, UnknownDocumentError
from assistant.index.ingest import AddResult
from assistant.index.vectors import Progress


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


def brief(results: list[AddResult]) -> list[tuple[str, str]]:
    return [(result.name, result.status) for result in results]


def embedded(opened: OpenLibrary) -> int:
    return len(opened.embedder.calls)


# --- adding -------------------------------------------------------------------------------------------------


def test_add_then_unchanged_then_updated(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    added = opened.ingest.add(path)
    assert (added.name, added.status, added.reason, added.next_step) == ("a.md", "added", "", "")
    assert added.passages == len(opened.store.passage_ids()) > 0
    calls = embedded(opened)

    assert brief([opened.ingest.add(path)]) == [("a.md", "unchanged")]
    assert embedded(opened) == calls, "an unchanged file was embedded again"

    path.write_text(BAKERY)
    updated = opened.ingest.add(path)
    assert updated.status == "updated"
    assert opened.in_step()
    assert opened.store.documents()[0].title == "Bakery notes"
    assert opened.engine.retrieve("megawatts leased").evidence[0].title == "Bakery notes"


def test_what_is_embedded_carries_title_and_headings(opened: OpenLibrary, folder: Path) -> None:
    opened.ingest.add(write(folder, {"a.md": LEASES})[0])
    texts = opened.embedder.calls[-1]
    assert texts[1].startswith("Harbour Compute > Harbour Compute > Outlook\nThe company plans")
    # Sentences are embedded as they are: they are what answers are held against.
    assert "The company plans a second campus in Lindholm before 2028." in texts


def test_progress_is_told(opened: OpenLibrary, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    opened.ingest.add(write(folder, {"a.md": LEASES})[0], progress=lambda *step: told.append(step))
    names = list(dict.fromkeys(what for what, _, _ in told))
    assert names == ["embedding a.md", "writing the vector index"]
    for name in names:
        steps = [(done, total) for what, done, total in told if what == name]
        assert steps[-1][0] == steps[-1][1]


def test_what_is_stored_is_finished_whatever_progress_raises(opened: OpenLibrary, folder: Path) -> None:
    class Stop(Exception):
        pass

    def stop_at(step: str) -> Progress:
        def tell(what: str, done: int, total: int) -> None:
            if what.startswith(step):
                raise Stop

        return tell

    (path,) = write(folder, {"a.md": LEASES})
    with pytest.raises(Stop):
        opened.ingest.add(path, progress=stop_at("embedding"))
    assert opened.names() == []
    assert opened.ingest.add(path, progress=stop_at("writing")).status == "added"
    assert opened.in_step()
    assert not list(opened.home.glob("chroma.damaged-*"))


def test_a_name_from_another_file_is_refused(opened: OpenLibrary, folder: Path) -> None:
    first, second = write(folder, {"one/a.md": LEASES, "two/a.md": BAKERY})
    opened.ingest.add(first)
    calls = embedded(opened)
    with pytest.raises(NameTakenError) as caught:
        opened.ingest.add(second)
    assert str(first) in str(caught.value)
    assert "assistant remove 'a.md'" in caught.value.next_step
    assert embedded(opened) == calls
    assert opened.store.documents()[0].title == "Harbour Compute"
    assert opened.in_step()
    # Removing the first makes room.
    opened.ingest.remove(["a.md"])
    assert opened.ingest.add(second).status == "added"


def test_the_same_content_under_the_same_name_is_no_clash(opened: OpenLibrary, folder: Path) -> None:
    first, second = write(folder, {"one/a.md": LEASES, "two/a.md": LEASES})
    opened.ingest.add(first)
    assert opened.ingest.add(second).status == "unchanged"


def test_an_upload_does_not_take_the_place_of_another_file(opened: OpenLibrary, folder: Path) -> None:
    first, second = write(folder, {"one/a.md": LEASES, "two/a.md": BAKERY})
    opened.ingest.add(first)
    with pytest.raises(NameTakenError):
        opened.ingest.add(second, origin="uploaded")
    assert [(info.title, info.origin) for info in opened.store.documents()] == [("Harbour Compute", "added")]


def test_one_file_under_several_paths_is_one_document(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = write(folder, {"deep/a.md": LEASES})
    (folder / "link").symlink_to(folder / "deep")
    monkeypatch.chdir(folder)
    assert opened.ingest.add(Path("deep/a.md")).status == "added"
    for number, other in enumerate((Path("deep/../deep/a.md"), Path("link/a.md"), path)):
        path.write_text(f"{BAKERY}\n{number}")
        assert opened.ingest.add(other).status == "updated"
    assert len(opened.names()) == 1


@pytest.mark.parametrize("broken", [b"", b"\x00\x01binary", b"---\nx: [\n---\nWords."])
def test_a_bad_version_leaves_the_good_one(opened: OpenLibrary, folder: Path, broken: bytes) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.ingest.add(path)
    path.write_bytes(broken)
    with pytest.raises(DocumentError):
        opened.ingest.add(path)
    assert opened.store.documents()[0].title == "Harbour Compute"
    assert opened.engine.retrieve("megawatts leased").evidence
    assert opened.in_step()


def test_a_failing_embedder_leaves_the_index_as_it_was(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.ingest.add(path)
    path.write_text(BAKERY)
    opened.embedder.fail_after = embedded(opened)
    with pytest.raises(RuntimeError):
        opened.ingest.add(path)
    opened.embedder.fail_after = None
    assert opened.store.documents()[0].title == "Harbour Compute"
    assert opened.store.get_meta("vectors_dirty") == "0"
    assert opened.ingest.add(path).status == "updated"


def test_remarks_of_the_reader_are_told(opened: OpenLibrary, folder: Path) -> None:
    folder.mkdir()
    (folder / "scan.pdf").write_bytes(make_pdf([["Harbour leased 412 megawatts."], []]))
    result = opened.ingest.add(folder / "scan.pdf")
    assert (result.status, result.reason) == ("added", "nothing on pages 2")
    assert opened.store.documents()[0].notes == ("nothing on pages 2",)


# --- removing -----------------------------------------------------------------------------------------------


def test_remove(opened: OpenLibrary, folder: Path) -> None:
    for path in write(folder, {"a.md": LEASES, "b.md": BAKERY}):
        opened.ingest.add(path)
    assert brief(opened.ingest.remove(["a.md", "a.md"])) == [("a.md", "removed")]
    assert opened.names() == ["b.md"]
    assert opened.in_step()
    assert {hit.document for hit in opened.engine.retrieve("megawatts leased").hits} == {"b.md"}


def test_removing_an_unknown_name_removes_nothing(opened: OpenLibrary, folder: Path) -> None:
    opened.ingest.add(write(folder, {"a.md": LEASES})[0])
    with pytest.raises(UnknownDocumentError):
        opened.ingest.remove(["a.md", "nowhere.md"])
    assert opened.names() == ["a.md"]
    assert opened.in_step()


# --- syncing ------------------------------------------------------------------------------------------------


def test_sync_follows_a_folder(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "deep/b.md": BAKERY, "c.txt": "A heron stands in the reeds."})
    assert brief(opened.sync(folder)) == [("a.md", "added"), ("c.txt", "added"), ("deep/b.md", "added")]
    assert [info.origin for info in opened.store.documents()] == ["synced"] * 3

    calls = embedded(opened)
    assert {status for _, status in brief(opened.sync(folder))} == {"unchanged"}
    assert embedded(opened) == calls

    (folder / "a.md").write_text(BAKERY)
    (folder / "deep/b.md").unlink()
    (folder / "empty.txt").write_text("")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    write(folder, {"d.txt": "Another note."})
    results = opened.sync(folder)
    assert brief(results) == [
        ("a.md", "updated"),
        ("c.txt", "unchanged"),
        ("d.txt", "added"),
        ("empty.txt", "failed"),
        ("photo.png", "failed"),
        ("deep/b.md", "removed"),
    ]
    for result in results:
        assert bool(result.reason and result.next_step) == (result.status == "failed")
    assert opened.names() == ["a.md", "c.txt", "d.txt"]
    assert opened.in_step()


def test_sync_leaves_hidden_files_alone(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {".hidden.md": LEASES, ".git/a.md": LEASES, "b.md": BAKERY})
    assert brief(opened.sync(folder)) == [("b.md", "added")]


def test_a_removed_file_is_left_out_until_it_changes(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder)
    opened.ingest.remove(["a.md"])
    (left_out,) = (result for result in opened.sync(folder) if result.name == "a.md")
    assert left_out.status == "left_out"
    assert left_out.reason
    assert "assistant add" in left_out.next_step
    assert opened.names() == ["b.md"]

    (folder / "a.md").write_text(LEASES + "\nMore.")
    assert ("a.md", "added") in brief(opened.sync(folder))

    # Deleting the file is not a wish to leave it out.
    (folder / "a.md").unlink()
    assert ("a.md", "removed") in brief(opened.sync(folder))
    write(folder, {"a.md": LEASES})
    assert ("a.md", "added") in brief(opened.sync(folder))


def test_a_left_out_file_comes_back_when_added(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES})
    opened.sync(folder)
    opened.ingest.remove(["a.md"])
    assert opened.ingest.add(folder / "a.md").status == "added"
    assert brief(opened.sync(folder)) == [("a.md", "unchanged")]


def test_sync_keeps_a_document_whose_file_went_bad(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES})
    opened.sync(folder)
    (folder / "a.md").write_text("")
    assert brief(opened.sync(folder)) == [("a.md", "failed")]
    assert opened.names() == ["a.md"]


def test_sync_removes_only_what_came_from_its_folder(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    write(folder, {"a.md": LEASES})
    (other,) = write(tmp_path / "elsewhere", {"b.md": BAKERY})
    opened.sync(folder)
    opened.ingest.add(other)
    assert brief(opened.sync(folder)) == [("a.md", "unchanged")]
    assert opened.names() == ["a.md", "b.md"]


def test_sync_tells_of_a_name_already_taken(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    (other,) = write(tmp_path / "elsewhere", {"a.md": BAKERY})
    opened.ingest.add(other)
    write(folder, {"a.md": LEASES, "b.md": LEASES})
    results = opened.sync(folder)
    assert brief(results) == [("a.md", "failed"), ("b.md", "added")]
    assert str(other) in results[0].reason


def test_a_moved_folder_takes_its_documents_along(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY, "c.txt": "A heron stands in the reeds."})
    opened.sync(folder)
    moved = folder.rename(tmp_path / "moved")
    (moved / "b.md").write_text(BAKERY + "\nMore.")
    calls = embedded(opened)
    assert brief(opened.sync(moved)) == [("a.md", "unchanged"), ("b.md", "updated"), ("c.txt", "unchanged")]
    assert embedded(opened) == calls + 1
    (moved / "a.md").unlink()
    assert ("a.md", "removed") in brief(opened.sync(moved))
    # A file that was added by itself is not taken over, though it is gone.
    (other,) = write(tmp_path / "elsewhere", {"d.md": LEASES})
    opened.ingest.add(other)
    other.unlink()
    write(moved, {"d.md": BAKERY})
    with pytest.raises(NameTakenError):
        opened.ingest.add(moved / "d.md")
    assert ("d.md", "failed") in brief(opened.sync(moved))


def test_a_folder_named_in_two_ways_is_one(opened: OpenLibrary, folder: Path) -> None:
    write(folder, {"a.md": LEASES, "deep/b.md": BAKERY})
    opened.sync(folder)
    calls = embedded(opened)
    results = opened.sync(folder / "deep" / "..")
    assert brief(results) == [("a.md", "unchanged"), ("deep/b.md", "unchanged")]
    assert embedded(opened) == calls


def test_links_within_a_folder_are_followed_and_others_told(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", {"target.md": LEASES})
    (inside,) = write(folder, {"real.md": BAKERY})
    (folder / "near.md").symlink_to(inside)
    (folder / "far.md").symlink_to(tmp_path / "elsewhere" / "target.md")
    (folder / "farther").symlink_to(tmp_path / "elsewhere")
    (folder / "broken.md").symlink_to(tmp_path / "nowhere.md")
    told = {result.name: result for result in opened.sync(folder)}
    assert {name for name, result in told.items() if result.status == "added"} == {"near.md", "real.md"}
    assert {name for name, result in told.items() if result.status == "failed"} == {"far.md", "farther", "broken.md"}
    assert "link to a place outside the folder" in told["far.md"].reason and "assistant add" in told["far.md"].next_step
    assert all(result.next_step for result in told.values() if result.status == "failed")


def test_touching_a_file_does_not_embed_it_again(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.sync(folder)
    calls = embedded(opened)
    os.utime(path, (1, 1))
    assert brief(opened.sync(folder)) == [("a.md", "unchanged")]
    assert opened.store.file_states()["a.md"].modified == 1.0
    assert embedded(opened) == calls


def test_sync_survives_names_and_files_it_cannot_read(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"a.md": LEASES, "b.md": BAKERY})
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.md")).write_text("words")
    real = Path.read_bytes

    def denied(self: Path) -> bytes:
        if self.name == "b.md":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", denied)
    results = {result.name: result for result in opened.sync(folder)}
    assert results["a.md"].status == "added"
    assert results["b.md"].status == "failed"
    assert "Permission denied" in results["b.md"].reason
    assert results["caf\\udce9.md"].status == "failed"
    "".join(results).encode("utf-8")


def test_sync_of_no_folder(opened: OpenLibrary, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="No such folder") as caught:
        opened.sync(tmp_path / "nowhere")
    assert caught.value.next_step


def test_sync_of_an_empty_folder_removes_all_of_it(opened: OpenLibrary, folder: Path) -> None:
    paths = write(folder, {"a.md": LEASES, "b.md": BAKERY})
    opened.sync(folder)
    for path in paths:
        path.unlink()
    assert brief(opened.sync(folder)) == [("a.md", "removed"), ("b.md", "removed")]
    assert opened.vectors.count() == 0
