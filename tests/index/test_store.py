"""SQLite, the truth: every write is whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from library_parts import BAKERY, LEASES, new_document
from sqlalchemy import text

from assistant.errors import IndexMismatchError, StorageError, UnknownDocumentError
from assistant.index import schema
from assistant.index import statements as statements_module
from assistant.index.files import failed_files
from assistant.index.lexical import lexical_passages, lexical_sentences, match_terms
from assistant.index.rows import passage_rows, sentence_rows
from assistant.index.store import DATABASE, Store

TABLES = ("documents", "passages", "sentences", "passages_fts", "sentences_fts", "left_out", "tags")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    opened.open()
    yield opened
    opened.close()


def snapshot(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.transaction() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT rowid, * FROM {table} ORDER BY rowid"))]
            for table in TABLES
        }


def test_a_document_is_stored_whole(store: Store) -> None:
    new = new_document("leases.md", LEASES)
    removed, added = store.replace(new)
    assert removed == []
    assert set(added) == store.passage_ids()
    info = store.documents()[0]
    assert (info.name, info.title, info.passages) == ("leases.md", "Harbour Compute", len(new.passages))
    assert info.characters == len(new.document.text)
    assert info.added_at.endswith("+00:00")
    assert store.text("leases.md") == new.document.text
    assert store.file_states() == {"leases.md": new.state}
    rows = passage_rows(store, added)
    for passage_id, passage in zip(added, new.passages, strict=True):
        row = rows[passage_id]
        assert row.text == new.document.text[row.start : row.end]
        assert (row.start, row.end, row.headings, row.title) == (
            passage.start, passage.end, passage.headings, "Harbour Compute",
        )  # fmt: skip
    sentences = sentence_rows(store, added)
    assert [(s.start, s.end, s.clause_start, s.clause_end, s.kind) for s in sentences] == [
        (s.start, s.end, *clause, s.kind) for p in new.passages for s in p.sentences for clause in s.clauses
    ]
    assert np.array_equal(np.stack([s.vector for s in sentences]), new.clause_vectors)
    for (key, document_id, words, vector), passage_id in zip(store.passage_vectors(added), added, strict=True):
        assert key == passage_id
        assert document_id == rows[passage_id].document_id
        assert words == rows[passage_id].text
        assert np.array_equal(vector, new.passage_vectors[added.index(passage_id)])


def test_replacing_takes_everything_old_away(store: Store) -> None:
    store.replace(new_document("a.md", LEASES))
    old = store.passage_ids()
    removed, added = store.replace(new_document("a.md", BAKERY))
    assert set(removed) == old
    assert store.passage_ids() == set(added)
    assert lexical_passages(store, "megawatts", 5) == [[]]
    assert lexical_passages(store, "rye loaves", 5)[0][0] in added
    assert all(row.document == "a.md" for row in passage_rows(store, added).values())


@pytest.mark.parametrize("fail_at", [0, 1, 2])
def test_a_failure_in_the_middle_leaves_the_old_document(
    store: Store, monkeypatch: pytest.MonkeyPatch, fail_at: int
) -> None:
    store.replace(new_document("a.md", LEASES))
    store.set_meta(vectors_dirty="0")
    before = snapshot(store)
    real, calls = statements_module.insert_passage, []

    def failing(*arguments: object) -> int:
        calls.append(arguments)
        if len(calls) > fail_at:
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(statements_module, "insert_passage", failing)
    with pytest.raises(KeyboardInterrupt):
        store.replace(new_document("a.md", BAKERY + "\n\n## More\n\nOne more passage here."))
    assert snapshot(store) == before
    assert store.get_meta("vectors_dirty") == "0"


def test_too_few_vectors_are_refused_whole(store: Store) -> None:
    new = new_document("a.md", LEASES)
    with pytest.raises(ValueError, match="shorter"):
        store.replace(new.model_copy(update={"passage_vectors": new.passage_vectors[:-1]}))
    with pytest.raises(ValueError, match="shorter"):
        store.replace(new.model_copy(update={"clause_vectors": new.clause_vectors[:-1]}))
    assert store.documents() == []


def test_ids_are_never_used_again(store: Store) -> None:
    seen: set[int] = set()
    for source in (LEASES, BAKERY, LEASES):
        _, added = store.replace(new_document("a.md", source))
        assert not seen & set(added)
        seen |= set(added)
    store.delete(["a.md"], leave_out=False)
    _, added = store.replace(new_document("b.md", BAKERY))
    assert min(added) > max(seen)


def test_deleting(store: Store) -> None:
    _, first = store.replace(new_document("a.md", LEASES))
    store.replace(new_document("b.md", BAKERY))
    assert set(store.delete(["a.md"], leave_out=True)) == set(first)
    assert [info.name for info in store.documents()] == ["b.md"]
    assert list(store.left_out()) == ["/files/a.md"]
    rows = snapshot(store)
    assert len(rows["passages"]) == len(rows["passages_fts"]) == len(store.passage_ids())
    assert len(rows["sentences"]) == len(rows["sentences_fts"])
    # Adding it again is a wish of its own.
    store.replace(new_document("a.md", LEASES))
    assert store.left_out() == {}


def test_deleting_an_unknown_name_deletes_nothing(store: Store) -> None:
    store.replace(new_document("a.md", LEASES))
    before = snapshot(store)
    with pytest.raises(UnknownDocumentError, match=r"c\.md, d\.md"):
        store.delete(["a.md", "c.md", "d.md"], leave_out=True)
    assert snapshot(store) == before


def test_unknown_names(store: Store) -> None:
    with pytest.raises(UnknownDocumentError, match=r"x\.md") as caught:
        store.text("x.md")
    assert "assistant list" in caught.value.next_step
    with pytest.raises(UnknownDocumentError):
        store.document_ids(["x.md"])


def test_many_passages_are_deleted_in_batches(store: Store) -> None:
    long = "\n\n".join(f"## Part {n}\n\nThe part number {n} says little." for n in range(1100))
    store.replace(new_document("long.md", long))
    store.replace(new_document("b.md", BAKERY))
    store.delete(["long.md"], leave_out=False)
    rows = snapshot(store)
    assert len(rows["passages"]) == len(rows["passages_fts"]) == len(new_document("b.md", BAKERY).passages)


def test_tags_are_a_change_of_the_index(store: Store) -> None:
    store.replace(new_document("leases.md", LEASES))
    before = store.edition()
    store.tag(["leases.md"], add=["read"])
    tagged = store.edition()
    store.tag(["leases.md"], remove=["read"])
    assert len({before, tagged, store.edition()}) == 3


def test_touch_keeps_everything_else(store: Store) -> None:
    new = new_document("a.md", LEASES)
    store.replace(new)
    seen = new.state.model_copy(update={"size": 7, "modified": 2.5, "folder": "/files"})
    text = store.text("a.md")
    store.touch(seen)
    assert store.file_states()["a.md"] == seen
    assert store.text("a.md") == text
    assert store.documents()[0].passages == len(new.passages)


def test_facts(store: Store) -> None:
    assert store.get_meta("colour") is None
    store.set_meta(colour="red", size="1")
    store.set_meta(colour="blue")
    assert (store.get_meta("colour"), store.get_meta("size")) == ("blue", "1")


# --- the database itself ------------------------------------------------------------------------------------


def test_a_newer_index_is_left_alone(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / DATABASE)
    database.execute("PRAGMA user_version = 99")
    database.close()
    store = Store(tmp_path)
    with pytest.raises(IndexMismatchError, match="newer version") as caught:
        store.open()
    assert "Update" in caught.value.next_step
    with pytest.raises(StorageError, match="not open"):
        store.documents()


def test_an_index_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.open()
    _, added = store.replace(new_document("leases.md", LEASES))
    store.close()
    database = sqlite3.connect(tmp_path / DATABASE)
    for column in ("clause_start", "clause_end"):
        database.execute(f"ALTER TABLE sentences DROP COLUMN {column}")
    for column in ("changed", "circumstances"):
        database.execute(f"ALTER TABLE documents DROP COLUMN {column}")
    database.execute("ALTER TABLE left_out DROP COLUMN folder")
    for table in ("tags", "failures", "reembedded"):
        database.execute(f"DROP TABLE {table}")
    database.execute("PRAGMA user_version = 1")
    database.commit()
    database.close()
    store.open()
    rows = sentence_rows(store, added)
    assert rows
    assert all((row.clause_start, row.clause_end) == (row.start, row.end) for row in rows)
    state = store.file_states()["leases.md"]
    assert (state.content_hash, state.changed, state.circumstances) == ("", -1.0, "")
    assert failed_files(store) == []
    store.close()


def test_a_change_of_tables_that_fails_midway_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.open()
    store.replace(new_document("leases.md", LEASES))
    store.close()
    next_one = schema.SCHEMA_VERSION + 1
    monkeypatch.setattr(schema, "SCHEMA_VERSION", next_one)
    adding = "ALTER TABLE documents ADD COLUMN later TEXT"
    for statements, works in (((adding, "ALTER TABLE nothing ADD COLUMN later TEXT"), False), ((adding,), True)):
        monkeypatch.setitem(schema.MIGRATIONS, next_one, statements)
        if works:
            store.open()
        else:
            with pytest.raises(StorageError):
                store.open()
    assert [info.name for info in store.documents()] == ["leases.md"]
    store.close()


def test_a_half_made_database_is_completed(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / DATABASE)
    database.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    database.commit()
    database.close()
    store = Store(tmp_path)
    store.open()
    store.replace(new_document("a.md", LEASES))
    assert len(store.documents()) == 1
    store.close()


@pytest.mark.parametrize("data", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\x00" * 4080])
def test_a_damaged_database_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / DATABASE).write_bytes(data)
    store = Store(tmp_path)
    with pytest.raises(StorageError) as caught:
        store.open()
    assert str(tmp_path / DATABASE) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.retryable


def test_what_is_committed_survives_without_closing(tmp_path: Path) -> None:
    writer, reader = Store(tmp_path), Store(tmp_path)
    writer.open()
    reader.open()
    writer.replace(new_document("a.md", LEASES))
    assert [info.name for info in reader.documents()] == ["a.md"]
    with writer.transaction() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
    writer.close()
    writer.close()
    reader.close()


# --- the lexical legs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("What did Harbour Compute lease?", ["harbour", "compute", "lease"]),
        ("Who is it?", ["who", "is", "it"]),
        ("rye RYE Rye", ["rye"]),
        ("what is 3.2% of $15?", ["3", "2", "15"]),
        ("?!", []),
        ("", []),
    ],
)
def test_terms(question: str, terms: list[str]) -> None:
    assert match_terms(question) == terms


@pytest.mark.parametrize(
    "question", ['"', "NOT rye", "rye AND", "zebra* OR (", "rye NEAR/2", "-rye", "body:rye", "'; DROP"]
)
def test_questions_are_never_search_syntax(store: Store, question: str) -> None:
    _, added = store.replace(new_document("b.md", BAKERY))
    found = set(lexical_passages(store, question, 5)[0])
    assert found <= set(added)
    assert bool(found) == ("rye" in question)
    assert set(lexical_sentences(store, question, added)) <= {s.id for s in sentence_rows(store, added)}


def test_lexical_scope_and_order(store: Store) -> None:
    _, leases = store.replace(new_document("a.md", LEASES))
    _, bakery = store.replace(new_document("b.md", BAKERY))
    ids = store.document_ids(["b.md"])
    assert set(lexical_passages(store, "harbour rye", 9)[0]) <= {*leases, *bakery}
    assert set(lexical_passages(store, "harbour rye", 9, ids)[0]) <= set(bakery)
    assert lexical_passages(store, "rye loaf euros", 9)[0][0] in bakery
    both = store.document_ids(["a.md", "b.md"])
    everywhere, in_a, in_b = lexical_passages(store, "harbour rye", 9, both, [both[:1], both[1:]])
    assert (set(in_a), set(in_b)) == ({*everywhere} & {*leases}, {*everywhere} & {*bakery})
    assert in_a == [key for key in everywhere if key in in_a]
    assert in_a
    assert in_b
    assert lexical_passages(store, "?!", 9, both, [both]) == [[], []]
    assert len(lexical_passages(store, "rye loaf euros", 1)[0]) == 1


def test_lexical_matches_stems_and_accents(store: Store) -> None:
    _, added = store.replace(new_document("c.md", "The cafés of Zürich were renovated twice."))
    for question in ("renovation", "renovating", "cafe", "Zurich"):
        assert lexical_passages(store, question, 3) == [added], question
