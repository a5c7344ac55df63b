"""What `assistant doctor` looks for in the database, and mends: rows that hang on nothing, rows that are missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, text

from assistant.errors import StorageError
from assistant.index.files import failed_files, forget_failures
from assistant.index.passages import squash
from assistant.index.period import OPENING
from assistant.index.records import FileState
from assistant.index.statements import passage_header, put_meta
from assistant.index.store import Store

#: Rows that hang on nothing: what they are called, their table, and what tells them.
_ORPHANS = (
    ("passages without a document", "passages", "document_id NOT IN (SELECT id FROM documents)"),
    ("sentences without a passage", "sentences", "passage_id NOT IN (SELECT id FROM passages)"),
    ("lexical rows without a passage", "passages_fts", "rowid NOT IN (SELECT id FROM passages)"),
    ("lexical rows without a sentence", "sentences_fts", "rowid NOT IN (SELECT id FROM sentences)"),
)
#: Documents that lack a part: no passage, or one without a sentence.
_INCOMPLETE = """
    id NOT IN (SELECT document_id FROM passages) OR id IN (
        SELECT document_id FROM passages WHERE id NOT IN (SELECT passage_id FROM sentences))
"""
#: By lexical index: what should stand in it and does not.
_MISSING = {
    "passages_fts": """
        SELECT p.id, d.title AS title, substr(d.text, 1, :opening) AS opening, p.headings AS headings,
            substr(d.text, p.start + 1, p."end" - p.start) AS words
        FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id NOT IN (SELECT rowid FROM passages_fts)
    """,
    "sentences_fts": """
        SELECT s.id, substr(d.text, s.clause_start + 1, s.clause_end - s.clause_start) AS words
        FROM sentences s JOIN passages p ON p.id = s.passage_id JOIN documents d ON d.id = p.document_id
        WHERE s.id NOT IN (SELECT rowid FROM sentences_fts)
    """,
}


def mend_tables(store: Store) -> list[str]:
    """Put right what can be derived again, in one transaction.

    Returns:
        What was done, in words; nothing if all was well.

    Raises:
        StorageError: the database file itself is damaged.
    """
    done = [words for index in _MISSING if (words := _mend_lexical(store, index))]
    with store.transaction() as connection:
        for words, table, condition in _ORPHANS:
            count = connection.execute(text(f"DELETE FROM {table} WHERE {condition}")).rowcount  # noqa: S608
            done += [f"{count} {words} removed"] if count else []
        for index, query in _MISSING.items():
            count = _fill(connection, index, query)
            done += [f"{count} missing rows of {index} written"] if count else []
        again = text(f"UPDATE documents SET content_hash = '', changed = -1 WHERE {_INCOMPLETE}")  # noqa: S608
        count = connection.execute(again).rowcount
        done += [f"{count} incomplete documents will be read again by the next sync or add"] if count else []
        if done:
            put_meta(connection, {"vectors_dirty": "1"})
    _require_sound(store)
    return done


def _mend_lexical(store: Store, index: str) -> str:
    try:
        with store.transaction() as connection:
            connection.execute(text(f"INSERT INTO {index}({index}) VALUES ('integrity-check')"))  # noqa: S608
    except StorageError:
        with store.transaction() as connection:
            connection.execute(text(f"INSERT INTO {index}({index}) VALUES ('rebuild')"))  # noqa: S608
        return f"{index} was damaged and is rebuilt"
    return ""


def _fill(connection: Connection, index: str, query: str) -> int:
    rows = connection.execute(text(query), {"opening": OPENING} if ":opening" in query else {}).all()
    for row in rows:
        body = squash(row.words)
        if index == "passages_fts":
            statement = text("INSERT INTO passages_fts(rowid, header, body) VALUES (:id, :header, :body)")
            header = passage_header(row.title, row.opening, json.loads(row.headings))
            connection.execute(statement, {"id": row.id, "header": header, "body": body})
        else:
            connection.execute(
                text("INSERT INTO sentences_fts(rowid, body) VALUES (:id, :body)"), {"id": row.id, "body": body}
            )
    return len(rows)


def _require_sound(store: Store) -> None:
    with store.transaction() as connection:
        found = connection.execute(text("PRAGMA integrity_check(1)")).scalar_one()
    if found != "ok":
        raise StorageError(
            f"The index database in {store.home} is damaged ({found})",
            f"Move {store.home} away and run `assistant sync`: it is made anew from the files.",
        )


def without_file(states: Sequence[FileState]) -> list[FileState]:
    """The documents whose file is no longer where it was; those of addresses have none."""
    return [state for state in states if state.origin != "fetched" and _is_gone(Path(state.source))]


def forget_gone_failures(store: Store) -> int:
    """Forget the failures of files that are gone with their folder; how many."""
    gone = [failure.source for failure in failed_files(store) if _is_gone(Path(failure.source))]
    forget_failures(store, gone)
    return len(gone)


def _is_gone(path: Path) -> bool:
    """Whether there is no file at a place; one in a folder that may not be looked into may be there."""
    try:
        return not path.is_file()
    except OSError:
        return False
