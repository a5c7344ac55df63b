"""The tables of conversations. `SCHEMA_VERSION` is kept in SQLite's `user_version`.

A change of tables adds a numbered migration; a new database is made by running all of them. The tables below are for
writing statements.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

metadata = MetaData()

#: `name` is null until a person gives one; a conversation with a time in `deleted_at` is erased some time after it.
conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("deleted_at", Text),
)

#: `answer` is its plain text, for the search; `body` is the whole exchange as JSON.
exchanges = Table(
    "exchanges",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_autoincrement=True,
)

#: Statements by the version they lead to. Triggers keep the words of exchanges searchable, whoever writes or erases.
MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        """
        CREATE TABLE conversations (id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, name TEXT,
            created_at TEXT NOT NULL, updated_at TEXT NOT NULL, deleted_at TEXT)
        """,
        "CREATE INDEX conversations_by_owner ON conversations (owner, updated_at)",
        """
        CREATE TABLE exchanges (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL
            REFERENCES conversations (id) ON DELETE CASCADE, question TEXT NOT NULL, answer TEXT NOT NULL,
            body TEXT NOT NULL)
        """,
        "CREATE INDEX ix_exchanges_conversation_id ON exchanges (conversation_id)",
        """
        CREATE VIRTUAL TABLE exchanges_fts USING fts5(question, answer, content = 'exchanges', content_rowid = 'id',
            tokenize = 'unicode61 remove_diacritics 2')
        """,
        """
        CREATE TRIGGER exchanges_added AFTER INSERT ON exchanges BEGIN
            INSERT INTO exchanges_fts (rowid, question, answer) VALUES (new.id, new.question, new.answer);
        END
        """,
        """
        CREATE TRIGGER exchanges_erased AFTER DELETE ON exchanges BEGIN
            INSERT INTO exchanges_fts (exchanges_fts, rowid, question, answer)
            VALUES ('delete', old.id, old.question, old.answer);
        END
        """,
        """
        CREATE TRIGGER exchanges_changed AFTER UPDATE OF question, answer ON exchanges BEGIN
            INSERT INTO exchanges_fts (exchanges_fts, rowid, question, answer)
            VALUES ('delete', old.id, old.question, old.answer);
            INSERT INTO exchanges_fts (rowid, question, answer) VALUES (new.id, new.question, new.answer);
        END
        """,
    ),
}

SCHEMA_VERSION = max(MIGRATIONS)
