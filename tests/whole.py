"""Whether a home is whole: its tables agree with each other, and Chroma with them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from fakes import FakeEmbedder

from assistant.facade import Assistant

COUNT = FakeEmbedder().count_tokens


def check_tables(path: Path, assistant: Assistant) -> None:
    database = sqlite3.connect(path)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in ("passages", "sentences"):
            ids = database.execute(f"SELECT id FROM {table} ORDER BY id").fetchall()
            assert database.execute(f"SELECT rowid FROM {table}_fts ORDER BY rowid").fetchall() == ids
        empty = "SELECT count(*) FROM passages WHERE id NOT IN (SELECT passage_id FROM sentences)"
        assert database.execute(empty).fetchall() == [(0,)]
        passages = {row[0] for row in database.execute("SELECT id FROM passages")}
    finally:
        database.close()
    vectors = assistant._open().engine._vectors
    assert set(vectors._ids()) == passages
