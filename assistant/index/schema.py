"""The tables of the truth: everything the vector index can be rebuilt from.

`SCHEMA_VERSION` is kept in SQLite's `user_version`; a change of tables adds a numbered migration.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.schema import CreateTable

metadata = MetaData()

#: Facts about the index itself: embedding model, dimension, state of the vector index.
meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("date", Text),
    Column("author", Text),
    Column("source", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("folder", Text),
    Column("content_hash", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("modified", Float, nullable=False),
    Column("changed", Float, nullable=False, server_default="-1"),
    Column("circumstances", Text, nullable=False, server_default=""),
    Column("page_count", Integer),
    Column("notes", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    sqlite_autoincrement=True,
)

passages = Table(
    "passages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("headings", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

#: One row for each clause; `start` and `end` are those of the sentence it stands in, which is what is quoted.
sentences = Table(
    "sentences",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("passage_id", ForeignKey("passages.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("clause_start", Integer, nullable=False, server_default="0"),
    Column("clause_end", Integer, nullable=False, server_default="0"),
    Column("page", Integer),
    Column("kind", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

#: Files of a synced folder that a person removed from the index: `sync` leaves them out until they change. `folder` is
#: the one they are synced with, where it is known.
left_out = Table(
    "left_out",
    metadata,
    Column("source", Text, primary_key=True),
    Column("content_hash", Text, nullable=False),
    Column("folder", Text),
)

#: What a person sorts documents by; they follow a document that gets another name, and go with it.
tags = Table(
    "tags",
    metadata,
    Column(
        "document",
        ForeignKey("documents.name", onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("tag", Text, primary_key=True),
)

#: Files of a synced folder that could not be read, with what a person was told; a `content_hash` of '' is that of a
#: file that was refused unread.
failures = Table(
    "failures",
    metadata,
    Column("source", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("modified", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("next_step", Text, nullable=False),
    Column("failed_at", Text, nullable=False),
    Column("circumstances", Text, nullable=False, server_default=""),
)

#: Vectors of another embedding model, on their way to take the place of those in `passages` and `sentences`.
reembedded = Table(
    "reembedded",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

#: Lexical indexes beside the tables, row by row: FTS5 with Porter stems and folded accents.
FTS_STATEMENTS = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS passages_fts USING fts5("
    "header, body, tokenize = 'porter unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS sentences_fts USING fts5("
    "body, tokenize = 'porter unicode61 remove_diacritics 2')",
)

_FAILURES_4 = """
    CREATE TABLE failures (source TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, folder TEXT NOT NULL,
        content_hash TEXT NOT NULL, size INTEGER NOT NULL, modified FLOAT NOT NULL, changed FLOAT NOT NULL,
        reason TEXT NOT NULL, next_step TEXT NOT NULL, failed_at TEXT NOT NULL)
"""
#: Statements by the version they lead to; the first version is made from the tables above.
MIGRATIONS = {
    2: (
        "ALTER TABLE sentences ADD COLUMN clause_start INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE sentences ADD COLUMN clause_end INTEGER NOT NULL DEFAULT 0",
        'UPDATE sentences SET clause_start = start, clause_end = "end"',
        # Documents are cut and tables read differently now: the next sync or add takes every file for changed.
        "UPDATE documents SET content_hash = '', size = -1",
    ),
    3: (str(CreateTable(tags)),),
    4: (
        "ALTER TABLE documents ADD COLUMN changed FLOAT NOT NULL DEFAULT -1",
        _FAILURES_4,
        str(CreateTable(reembedded)),
    ),
    5: ("ALTER TABLE failures ADD COLUMN circumstances TEXT NOT NULL DEFAULT ''",),
    6: ("ALTER TABLE left_out ADD COLUMN folder TEXT",),
    7: ("ALTER TABLE documents ADD COLUMN circumstances TEXT NOT NULL DEFAULT ''",),
}

SCHEMA_VERSION = max(MIGRATIONS)
