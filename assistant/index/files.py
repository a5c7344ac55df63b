"""What the store remembers of files beside their documents: which failed, and where one has moved to."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.documents.pdf_pages import lacks_text
from assistant.documents.registry import is_archive, printable
from assistant.index import schema
from assistant.index.folder import owners, source_of
from assistant.index.period import OPENING
from assistant.index.records import FailedFile, FileState
from assistant.index.statements import passage_header, put_meta
from assistant.index.store import Store


def failed_files(store: Store) -> list[FailedFile]:
    """All files of synced folders that could not be read, by name."""
    with store.transaction() as connection:
        rows = connection.execute(select(schema.failures).order_by(schema.failures.c.name)).mappings().all()
    return [FailedFile(**row) for row in rows]


def without_text(store: Store) -> list[FileState]:
    """The states of the documents with pages that are pictures nobody has read."""
    d = schema.documents.c
    columns = [d[field] for field in FileState.model_fields]
    with store.transaction() as connection:
        rows = connection.execute(select(*columns, d.notes).where(d.notes != "[]")).mappings().all()
    return [FileState(**row) for row in rows if lacks_text(json.loads(row["notes"]))]


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
            opening = func.substr(d.text, 1, OPENING).label("opening")
            query = (
                select(p.id, p.headings, opening)
                .join(schema.documents, d.id == p.document_id)
                .where(d.name == state.name)
            )
            for row in connection.execute(query).all() if title else ():
                header = passage_header(str(title), row.opening, json.loads(row.headings))
                statement = text("UPDATE passages_fts SET header = :header WHERE rowid = :id")
                connection.execute(statement, {"id": row.id, "header": header})
        # No document came or went, but what is known by their names is out of date.
        put_meta(connection, {"moved": str(time.time_ns())})


def is_there(path: Path) -> bool:
    """Whether a file is there; one that may not be looked at has not gone."""
    try:
        return path.exists()
    except PermissionError:
        return True


def move_mark(store: Store, digest: str, source: str, folder: Path) -> bool:
    """Let a file that was removed from the index stay so at its new place; whether one of this content has gone.

    Args:
        store: the open store.
        digest: the content's hash.
        source: where the file is now.
        folder: the folder it is synced with.
    """
    o = schema.left_out.c
    with store.transaction() as connection:
        known = connection.execute(select(o.source).where(o.content_hash == digest)).scalars().all()
        gone = next((old for old in known if not is_there(Path(old))), None)
        if gone is None:
            return False
        connection.execute(update(schema.left_out).where(o.source == gone).values(source=source, folder=str(folder)))
    return True


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


def file_name(state: FileState) -> str:
    """The name of the file that a document is from: its own, or that of the archive it lies in."""
    inside = [name for name in owners(state.name)[1:] if is_archive(name)]
    return next((name for name in inside if PurePosixPath(name).name == PurePosixPath(state.source).name), state.name)


def synced_place(store: Store, path: Path) -> tuple[str, Path] | None:
    """The name and the folder that a file is synced under; None if it is not.

    It is known of a file by its documents, by how it failed, or by its having been removed from the index.
    """
    source = source_of(path)
    d, f, o = schema.documents.c, schema.failures.c, schema.left_out.c
    columns = [d[field] for field in FileState.model_fields]
    with store.transaction() as connection:
        rows = connection.execute(select(*columns).where(d.source == source, d.folder.is_not(None))).mappings()
        places = [(file_name(state), Path(str(state.folder))) for state in (FileState(**row) for row in rows)]
        failed = connection.execute(select(f.name, f.folder).where(f.source == source))
        # What a link out of a folder leads to is no file of that folder.
        places += [(row.name, Path(row.folder)) for row in failed if Path(source).is_relative_to(row.folder)]
        marks = connection.execute(select(o.folder).where(o.source == source, o.folder.is_not(None))).scalars().all()
    for folder in map(Path, marks):
        for each in (path.absolute(), Path(source)):
            with suppress(ValueError):
                places.append((printable(each.relative_to(folder).as_posix()), folder))
    # A link and what it leads to are two files of one source.
    here = [place for place in places if place[1] / place[0] == path.absolute()]
    return next(iter(here or places), None)
