"""Documents through the public door, on real SQLite and Chroma with a fake embedder: added, synced, read, removed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from facade_parts import Make
from library_parts import BAKERY, LEASES, write

from assistant.errors import DocumentError, NameTakenError, StorageError, UnknownDocumentError
from assistant.facade import Assistant


def test_documents(filled: Assistant, files: list[Path], make_assistant: Make) -> None:
    assert [(info.name, info.title, info.origin) for info in filled.documents()] == [
        ("bakery.md", "Bakery notes", "added"),
        ("leases.md", "Harbour Compute", "added"),
    ]
    for info in filled.documents():
        text = filled.text(info.name)
        assert info.characters == len(text)
        assert info.source == str(Path.cwd() / info.name)
        assert info.passages > 0
    # Another one reads the same home without owning it.
    assert make_assistant().documents() == filled.documents()
    assert make_assistant().text("leases.md") == filled.text("leases.md")


def test_an_unused_home_is_empty_and_stays_untouched(make_assistant: Make, home: Path) -> None:
    assistant = make_assistant()
    assert assistant.documents() == []
    with pytest.raises(UnknownDocumentError):
        assistant.text("a.md")
    assert not home.exists()


def test_a_bad_file_does_not_keep_the_others_out(make_assistant: Make, files: list[Path], work: Path) -> None:
    assistant = make_assistant()
    (work / "empty.txt").write_text("")
    with pytest.raises(DocumentError, match=r"empty\.txt is empty\. Nothing"):
        assistant.add([files[0], work / "empty.txt", files[1]])
    assert [info.name for info in assistant.documents()] == ["bakery.md", "leases.md"]
    with pytest.raises(DocumentError, match=r"No such file: .*; 1 more could not be added"):
        assistant.add([work / "nowhere.md", work / "empty.txt"])


def test_what_is_no_files_fault_stops_adding(
    make_assistant: Make, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def full(_library: object, path: Path, **_options: object) -> None:
        tried.append(path)
        raise StorageError("The disk is full", "Make room.")

    monkeypatch.setattr("assistant.index.ingest.Library.add", full)
    with pytest.raises(StorageError, match="disk is full"):
        make_assistant().add(files)
    assert tried == files[:1]


def test_a_mistyped_path_is_told_before_anything_is_loaded(
    make_assistant: Make, home: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.models.embeddings.load_embeddings", lambda settings: pytest.fail("a model loaded"))
    with pytest.raises(DocumentError, match="No such file"):
        make_assistant().add([work / "nowhere.md"])
    assert not home.exists()


def test_the_reading_process_is_the_settings_and_ends_with_the_assistant(make_assistant: Make, work: Path) -> None:
    (work / "table.csv").write_text("plant,boats\nLindholm,12\n")
    assistant = make_assistant(reading_timeout_s=50, reading_memory_mb=300)
    assistant.open()
    parser = assistant._open().parser
    assert parser.process_id is None
    assistant.add([work / "table.csv"])
    pid = parser.process_id
    assert pid and Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-4:-2] == [b"50.0", b"300"]
    assert f"{300 * 2**20}" in Path(f"/proc/{pid}/limits").read_text()
    assistant.close()
    assert not Path(f"/proc/{pid}").exists()


def test_two_files_of_one_name(filled: Assistant, work: Path) -> None:
    (other,) = write(work, {"elsewhere/leases.md": BAKERY})
    with pytest.raises(NameTakenError):
        filled.add([other])
    assert filled.search("megawatts")[0].document == "leases.md"


def test_a_password_file_that_cannot_be_read_is_told_once_and_blamed_on_no_file(
    make_assistant: Make, work: Path
) -> None:
    words = work / "words.txt"
    words.mkdir()
    write(work / "corpus", {"leases.md": LEASES})
    assistant = make_assistant(password_file=words)
    with pytest.raises(DocumentError, match=r"The password file .* cannot be read"):
        assistant.sync()
    assert assistant.failures() == [] and assistant.documents() == []


def test_what_is_kept_is_for_its_owner_alone(make_assistant: Make, work: Path) -> None:
    home = work / "new home"
    assistant = make_assistant(home=home)
    assistant.add(write(work, {"leases.md": LEASES}))
    kept = [home, home / "assistant.db", *home.glob("*.db-wal"), *(each for each in home.iterdir() if each.is_dir())]
    assert len(kept) > 3 and {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in kept} == {0}


def test_sync_uses_the_corpus_folder(make_assistant: Make, work: Path) -> None:
    write(work / "corpus", {"leases.md": LEASES})
    told: list[tuple[str, int, int]] = []
    assistant = make_assistant()
    results = assistant.sync(progress=lambda *step: told.append(step))
    assert [(result.name, result.status) for result in results] == [("leases.md", "added")]
    assert told == [("leases.md", 0, 1), ("done", 1, 1)]
    with pytest.raises(DocumentError, match="No such folder"):
        assistant.sync(work / "nowhere")


def test_removing(filled: Assistant) -> None:
    with pytest.raises(UnknownDocumentError):
        filled.remove(["leases.md", "nowhere.md"])
    assert [result.status for result in filled.remove(["leases.md"])] == ["removed"]
    assert [info.name for info in filled.documents()] == ["bakery.md"]
    assert {hit.document for hit in filled.search("megawatts leased", k=50)} == {"bakery.md"}
