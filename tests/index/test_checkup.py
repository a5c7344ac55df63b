"""What doctor finds in a home that something went wrong with, and what it mends."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, PERIOD, OpenLibrary, new_document, write

from assistant.errors import StorageError
from assistant.index.checkup import forget_gone_failures, mend_tables, without_file
from assistant.index.files import failed_files
from assistant.index.store import DATABASE, Store

QUESTION = "Which rye loaf costs euros?"


def run(store: Store, *statements: str) -> None:
    """Change the database behind the program's back, without its checks of keys."""
    with closing(sqlite3.connect(store.home / DATABASE)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


@pytest.fixture
def filled(opened: OpenLibrary, tmp_path: Path) -> OpenLibrary:
    for path in write(tmp_path / "files", {"a.md": LEASES + PERIOD, "b.md": BAKERY}):
        opened.ingest.add(path)
    return opened


def test_a_sound_home_is_left_alone(filled: OpenLibrary) -> None:
    assert mend_tables(filled.store) == []
    assert filled.vectors.mend() is None
    assert filled.store.get_meta("vectors_dirty") == "0"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM documents WHERE name = 'a.md'", "passages without a document"),
        ("UPDATE sentences SET passage_id = 999999 WHERE id = (SELECT min(id) FROM sentences)", "sentences without"),
        ("INSERT INTO passages_fts(rowid, header, body) VALUES (999999, 'x', 'rye')", "rows without a passage"),
        ("INSERT INTO sentences_fts(rowid, body) VALUES (999999, 'rye')", "rows without a sentence"),
        ("DELETE FROM passages_fts", "missing rows of passages_fts"),
        ("DELETE FROM sentences_fts", "missing rows of sentences_fts"),
    ],
)
def test_rows_that_are_too_many_or_too_few(filled: OpenLibrary, statement: str, said: str) -> None:
    before = [hit.text for hit in filled.engine.retrieve(QUESTION).hits if hit.document == "b.md"]
    run(filled.store, statement)
    done = mend_tables(filled.store)
    assert any(said in words for words in done), done
    assert mend_tables(filled.store) == []
    filled.vectors.mend()
    assert filled.in_step()
    assert [hit.text for hit in filled.engine.retrieve(QUESTION).hits if hit.document == "b.md"] == before


def test_missing_lexical_rows_come_back_as_they_were(filled: OpenLibrary) -> None:
    def rows() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(filled.store.home / DATABASE)) as database:
            return [
                *database.execute("SELECT rowid, header, body FROM passages_fts ORDER BY rowid"),
                *database.execute("SELECT rowid, body FROM sentences_fts ORDER BY rowid"),
            ]

    before = rows()
    run(filled.store, "DELETE FROM passages_fts", "DELETE FROM sentences_fts WHERE rowid % 2")
    mend_tables(filled.store)
    assert rows() == before


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM passages WHERE document_id = (SELECT id FROM documents WHERE name = 'b.md')",
        "DELETE FROM sentences WHERE passage_id = (SELECT max(id) FROM passages)",
    ],
)
def test_a_document_that_lacks_a_part_is_read_again(filled: OpenLibrary, tmp_path: Path, statement: str) -> None:
    run(filled.store, statement)
    assert any("1 incomplete documents" in words for words in mend_tables(filled.store))
    assert filled.ingest.add(tmp_path / "files" / "b.md").status == "updated"
    assert mend_tables(filled.store) == []


def test_a_damaged_lexical_index_is_rebuilt(filled: OpenLibrary) -> None:
    run(filled.store, "UPDATE passages_fts_data SET block = x'00' WHERE id > 10")
    assert mend_tables(filled.store) == ["passages_fts was damaged and is rebuilt"]
    assert filled.engine.retrieve(QUESTION).hits[0].document == "b.md"


def test_a_damaged_database_is_said(filled: OpenLibrary) -> None:
    filled.close()
    path = filled.store.home / DATABASE
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_sentences_passage_id'").fetchone()
        size = database.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(path.read_bytes())
    data[(page[0] - 1) * size : page[0] * size] = bytes([10]) + bytes(size - 1)
    path.write_bytes(bytes(data))
    filled.store.open()
    with pytest.raises(StorageError) as caught:
        mend_tables(filled.store)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda opened: opened.vectors._delete([min(opened.store.passage_ids())]), "1 missing vectors added"),
        (
            lambda opened: opened.vectors._collection.upsert(ids=["777"], embeddings=[[1.0] + [0.0] * 63]),
            "1 vectors without a passage removed",
        ),
        (
            lambda opened: opened.vectors._collection.update(
                ids=[str(min(opened.store.passage_ids()))], embeddings=[[1.0] + [0.0] * 63]
            ),
            "the vector index was damaged",
        ),
    ],
)
def test_vectors_that_are_not_those_of_the_database(
    filled: OpenLibrary, harm: Callable[[OpenLibrary], None], said: str
) -> None:
    harm(filled)
    assert said in (filled.vectors.mend() or "")
    assert filled.vectors.mend() is None
    assert filled.in_step()


def test_documents_whose_file_is_gone(filled: OpenLibrary, tmp_path: Path) -> None:
    assert without_file(list(filled.store.file_states().values())) == []
    (tmp_path / "files" / "b.md").unlink()
    states = list(filled.store.file_states().values())
    assert [state.name for state in without_file(states)] == ["b.md"]
    fetched = states[0].model_copy(update={"source": "https://example.com/a", "origin": "fetched"})
    assert without_file([fetched]) == []


def test_what_may_not_be_looked_at_is_not_gone(
    filled: OpenLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "folder", {"void.md": ""})
    filled.sync(tmp_path / "folder")

    def shut(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "is_file", shut)
        assert without_file(list(filled.store.file_states().values())) == []
        assert forget_gone_failures(filled.store) == 0


def test_failures_of_files_that_are_gone_are_forgotten(filled: OpenLibrary, tmp_path: Path) -> None:
    write(tmp_path / "folder", {"void.md": "", "empty.md": ""})
    filled.sync(tmp_path / "folder")
    (tmp_path / "folder" / "void.md").unlink()
    assert forget_gone_failures(filled.store) == 1
    assert [failure.name for failure in failed_files(filled.store)] == ["empty.md"]


def test_an_orphan_made_by_hand_does_not_come_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.open()
    store.replace(new_document("a.md", LEASES))
    run(store, "DELETE FROM documents")
    mend_tables(store)
    assert store.passage_ids() == set()
    store.close()
