"""What the store remembers of files beside their documents: which failed, and where one has moved to."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.index import schema
from assistant.index.records import FailedFile, FileState
from assistant.index.statements import passage_header, put_meta
from assistant.index.store import Store


def failed_files(store: Store) -> list[FailedFile]:
    """All files of synced folders that could not be read, by name."""
    with store.transaction() as connection:
        rows = connection.execute(select(schema.failures).order_by(schema.failures.c.name)).mappings().all()
    return [FailedFile(**row) for row in rows]


def remember_failure(store: Store, failure: FailedFile) -> None:
    """Note that a file could not be read, in the place of what was known of its failing."""
    values = failure.model_dump()
    statement = upsert(schema.failures).values(**values)
    with store.transaction() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values))


def forget_failures(store: Store, sources: Sequence[str]) -> None:
    """Note that files can be read after all, or are gone."""
    with store.transaction() as connection:
        connection.execute(delete(schema.failures).where(schema.failures.c.source.in_(sources)))


def move_documents(store: Store, moves: Sequence[tuple[str, FileState, str | None]]) -> None:
    """Give documents the names and places that their file has now, in one transaction.

    Args:
        store: the open store.
        moves: the old name of each, its new state, and its new title where that comes from the file's name.
    """
    d, p = schema.documents.c, schema.passages.c
    with store.transaction() as connection:
        for old, state, title in moves:
            values = state.model_dump() | ({"title": title} if title else {})
            connection.execute(update(schema.documents).where(d.name == old).values(**values))
            query = select(p.id, p.headings).join(schema.documents, d.id == p.document_id).where(d.name == state.name)
            for row in connection.execute(query).all() if title else ():
                header = passage_header(str(title), json.loads(row.headings))
                statement = text("UPDATE passages_fts SET header = :header WHERE rowid = :id")
                connection.execute(statement, {"id": row.id, "header": header})
        # No document came or went, but what is known by their names is out of date.
        put_meta(connection, {"moved": str(time.time_ns())})


def titles(store: Store, names: Sequence[str]) -> dict[str, str]:
    """The titles of documents by name."""
    d = schema.documents.c
    with store.transaction() as connection:
        return {row.name: row.title for row in connection.execute(select(d.name, d.title).where(d.name.in_(names)))}


def states_of(store: Store, name: str, inside: str | None) -> list[FileState]:
    """The states of the document of a name and, where a prefix is given, of those whose names begin with it."""
    d = schema.documents.c
    columns = [d[field] for field in FileState.model_fields]
    wanted = d.name == name
    if inside:
        # All that begins with the prefix, by the index of names.
        wanted |= (d.name >= inside) & (d.name < inside[:-1] + chr(ord(inside[-1]) + 1))
    with store.transaction() as connection:
        return [FileState(**row) for row in connection.execute(select(*columns).where(wanted)).mappings()]
