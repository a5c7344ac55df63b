"""SQLite, the truth: documents, passages, sentences, their vectors and the lexical index.

Every write is one transaction; a crash leaves the state before or after it, never between. Opening needs
no heavy import, so that listing documents is quick.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, delete, event, func, select, text
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from assistant.errors import IndexMismatchError, ScopeError, StorageError
from assistant.index import schema
from assistant.index.records import DocumentInfo, FileState, NewDocument, unknown
from assistant.index.scope import Filtered
from assistant.index.statements import delete_documents, insert_document, put_meta, put_tags, tags_of
from assistant.index.underway import Around, Changing, nobody_searches

if TYPE_CHECKING:
    import numpy as np

DATABASE = "assistant.db"


class Store:
    """The database of a home. Thread-safe; only the holder of the home's lock may write, tags excepted."""

    def __init__(self, home: Path) -> None:
        self._path = home / DATABASE
        self._engine: Engine | None = None

    @property
    def home(self) -> Path:
        """The folder the database lies in."""
        return self._path.parent

    @property
    def exists(self) -> bool:
        """Whether the home already holds a database."""
        return self._path.exists()

    def open(self) -> None:
        """Open the database, creating it if it is missing.

        Raises:
            IndexMismatchError: it was made by a newer version.
            StorageError: it cannot be opened or is damaged.
        """
        if self._engine is not None:
            return
        if not self._path.exists():
            # For its owner alone from the beginning; that it cannot be made is told below.
            with suppress(OSError):
                self._path.touch(mode=0o600)
        engine = create_engine(f"sqlite:///{self._path}", connect_args={"timeout": 30})
        event.listen(engine, "connect", _pragmas)
        self._engine = engine
        try:
            with self.transaction() as connection:
                version = _version(connection)
            if version > schema.SCHEMA_VERSION:
                raise IndexMismatchError(
                    f"The index in {self._path.parent} was made by a newer version",
                    "Update this program, or set ASSISTANT_HOME to another folder.",
                )
            if version != schema.SCHEMA_VERSION:
                self._bring_up_to_date()
        except Exception:
            self.close()
            raise

    def _bring_up_to_date(self) -> None:
        """Make the tables, or what later versions added to them: all of it or nothing, whatever ends the process."""
        with self._whole() as connection:
            # Another process may have done it meanwhile.
            version = _version(connection)
            if version == 0:
                schema.metadata.create_all(connection)
                for statement in schema.FTS_STATEMENTS:
                    connection.execute(text(statement))
            for later in range(version + 1, schema.SCHEMA_VERSION + 1) if version else ():
                for statement in schema.MIGRATIONS[later]:
                    connection.execute(text(statement))
            connection.execute(text(f"PRAGMA user_version = {schema.SCHEMA_VERSION:d}"))

    @contextmanager
    def _whole(self) -> Iterator[Connection]:
        """A transaction of a writer in which tables may be changed: Python's own ends before each such change."""
        if self._engine is None:
            raise StorageError("The index is not open", "This is a defect; please report it.")
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("BEGIN IMMEDIATE"))
                try:
                    yield connection
                except BaseException:
                    connection.execute(text("ROLLBACK"))
                    raise
                connection.execute(text("COMMIT"))
        except DatabaseError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Close all connections; harmless when not open."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction, committed at the end, rolled back on any error.

        Raises:
            StorageError: the disk is full, the folder read-only, or the database damaged.
        """
        if self._engine is None:
            raise StorageError("The index is not open", "This is a defect; please report it.")
        try:
            with self._engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise self._failed(error) from error

    def _failed(self, error: DatabaseError) -> StorageError:
        return StorageError(
            f"The index database {self._path} failed: {error.orig}",
            "Check disk space and permissions; if it is damaged, move it away and sync again.",
        )

    # --- facts about the index ---------------------------------------------------------------------

    def get_meta(self, key: str) -> str | None:
        """A stored fact, None if there is none."""
        with self.transaction() as connection:
            found: str | None = connection.execute(
                select(schema.meta.c.value).where(schema.meta.c.key == key)
            ).scalar_one_or_none()
        return found

    def set_meta(self, **facts: str) -> None:
        """Store facts in one transaction."""
        with self.transaction() as connection:
            put_meta(connection, facts)

    # --- writing -------------------------------------------------------------------------------------

    def replace(
        self, *news: NewDocument, gone: Sequence[str] = (), around: Around = nobody_searches
    ) -> tuple[list[int], list[int]]:
        """Put the documents of a file in the place of those of the same names, if any, and of those that are gone.

        Tags stay with their names; those of a single document pass to the one in its place, whatever its name.
        `around` is entered with the change before it is committed, and left after it.

        Returns:
            Ids of the passages removed and of those added. The vector index is marked dirty in the same
            transaction, so that a crash before it is brought in step is noticed.
        """
        names = [new.state.name for new in news]
        with ExitStack() as commit, self.transaction() as connection:
            # Written first, so that nobody gives tags between reading them and putting them back.
            put_meta(connection, {"vectors_dirty": "1"})
            tags = tags_of(connection, [*names, *gone])
            changing = Changing(delete_documents(connection, [*names, *gone]))
            for new in news:
                insert_document(connection, new, changing)
            if len(names) == len(gone) == 1:
                tags = {names[0]: tags.get(gone[0], ())}
            put_tags(connection, {name: given for name, given in tags.items() if name in names})
            sources = [new.state.source for new in news]
            for table in (schema.left_out, schema.failures):
                connection.execute(delete(table).where(table.c.source.in_(sources)))
            commit.enter_context(around(changing.underway))
        return changing.removed, changing.added

    def delete(self, names: Sequence[str], leave_out: bool, around: Around = nobody_searches) -> list[int]:
        """Remove documents; with `leave_out`, sync will not bring their unchanged files back. `around` as in `replace`.

        Returns:
            Ids of the passages removed.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is removed then.
        """
        with ExitStack() as commit, self.transaction() as connection:
            d = schema.documents.c
            columns = (d.name, d.source, d.content_hash, d.folder)
            rows = connection.execute(select(*columns).where(d.name.in_(names))).all()
            _require_known(names, [row.name for row in rows])
            if leave_out:
                for row in rows:
                    mark = {"content_hash": row.content_hash, "folder": row.folder}
                    statement = upsert(schema.left_out).values(source=row.source, **mark)
                    connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=mark))
            removed = delete_documents(connection, names)
            put_meta(connection, {"vectors_dirty": "1"})
            commit.enter_context(around(Changing(removed).underway))
        return removed

    def tag(self, names: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Give documents tags and take tags from them.

        Raises:
            UnknownDocumentError: a name is not in the index; nothing is changed then.
        """
        d, t = schema.documents.c, schema.tags.c
        with self.transaction() as connection:
            connection.execute(delete(schema.tags).where(t.document.in_(names), t.tag.in_(remove)))
            _require_known(names, connection.execute(select(d.name).where(d.name.in_(names))).scalars().all())
            put_tags(connection, dict.fromkeys(names, add))
            put_meta(connection, {"moved": str(time.time_ns())})

    def touch(self, state: FileState) -> None:
        """Note where and when a file was last seen, its content being unchanged."""
        with self.transaction() as connection:
            connection.execute(
                schema.documents.update().where(schema.documents.c.name == state.name).values(**state.model_dump())
            )

    # --- reading -------------------------------------------------------------------------------------

    def documents(self) -> list[DocumentInfo]:
        """All documents by name."""
        d, p = schema.documents.c, schema.passages.c
        counts = select(p.document_id, func.count().label("passages")).group_by(p.document_id).subquery()
        query = (
            select(
                d.name, d.title, d.date, d.source, d.page_count, d.added_at, d.origin, d.notes,
                func.length(d.text).label("characters"),
                func.nullif(d.size, -1).label("size"),
                func.coalesce(counts.c.passages, 0).label("passages"),
            )
            .outerjoin(counts, counts.c.document_id == d.id)
            .order_by(d.name)
        )  # fmt: skip
        with self.transaction() as connection:
            rows = connection.execute(query).mappings().all()
            tags = tags_of(connection)
        return [
            DocumentInfo(**{**row, "notes": tuple(json.loads(row["notes"])), "tags": tags.get(row["name"], ())})
            for row in rows
        ]

    def file_states(self) -> dict[str, FileState]:
        """Every document's file state by name."""
        columns = [schema.documents.c[field] for field in FileState.model_fields]
        with self.transaction() as connection:
            rows = connection.execute(select(*columns)).mappings().all()
        return {row["name"]: FileState(**row) for row in rows}

    def left_out(self) -> dict[str, str]:
        """Content hash by source of the files that a person removed from the index."""
        with self.transaction() as connection:
            rows = connection.execute(select(schema.left_out.c.source, schema.left_out.c.content_hash)).all()
        return {row.source: row.content_hash for row in rows}

    def text(self, name: str) -> str:
        """A document's canonical text.

        Raises:
            UnknownDocumentError: there is no such document.
        """
        with self.transaction() as connection:
            found: str | None = connection.execute(
                select(schema.documents.c.text).where(schema.documents.c.name == name)
            ).scalar_one_or_none()
        if found is None:
            raise unknown([name])
        return found

    def count_documents(self) -> int:
        """How many documents there are."""
        with self.transaction() as connection:
            return int(connection.execute(select(func.count()).select_from(schema.documents)).scalar_one())

    def edition(self) -> tuple[int, int, str]:
        """Something that changes whenever a document comes, goes, is replaced, moves or is tagged."""
        d, m = schema.documents.c, schema.meta.c
        moved = select(m.value).where(m.key == "moved").scalar_subquery()
        # An id is never used again: with the number of documents the highest tells of all but moves and tags.
        query = select(func.count(), func.coalesce(func.max(d.id), 0), func.coalesce(moved, ""))
        with self.transaction() as connection:
            count, newest, last = connection.execute(query).one()
        return int(count), int(newest), str(last)

    def document_ids(self, names: Sequence[str]) -> list[int]:
        """Ids of documents by name; of `Filtered` names those that are still there.

        Raises:
            UnknownDocumentError: a name is not in the index.
            ScopeError: of names that a filter chose none is left.
        """
        with self.transaction() as connection:
            rows = connection.execute(
                select(schema.documents.c.id, schema.documents.c.name).where(schema.documents.c.name.in_(names))
            ).all()
        if not isinstance(names, Filtered):
            _require_known(names, [row.name for row in rows])
        elif not rows:
            raise ScopeError("The documents within the filters have just been removed", "Ask again.")
        return [row.id for row in rows]

    def passage_ids(self, document_ids: Sequence[int] | None = None) -> set[int]:
        """Ids of all passages, or of those of some documents."""
        query = select(schema.passages.c.id)
        if document_ids is not None:
            query = query.where(schema.passages.c.document_id.in_(document_ids))
        with self.transaction() as connection:
            return set(connection.execute(query).scalars())

    def passage_vectors(self, ids: Sequence[int]) -> list[tuple[int, int, str, np.ndarray]]:
        """(id, document id, text, vector) of passages, in the order of `ids`."""
        p, d = schema.passages.c, schema.documents.c
        content = func.substr(d.text, p.start + 1, p.end - p.start)
        query = (
            select(p.id, p.document_id, content.label("content"), p.vector)
            .join(schema.documents, d.id == p.document_id)
            .where(p.id.in_(ids))
        )
        with self.transaction() as connection:
            rows = {row.id: row for row in connection.execute(query)}
        return [(i, rows[i].document_id, rows[i].content, _vector(rows[i].vector)) for i in ids if i in rows]


def _require_known(names: Sequence[str], found: Sequence[str]) -> None:
    missing = [name for name in names if name not in set(found)]
    if missing:
        raise unknown(missing)


def _version(connection: Connection) -> int:
    return int(connection.execute(text("PRAGMA user_version")).scalar_one())


def _pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: what was acknowledged survives a power cut, not only a crash of the process.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _vector(blob: bytes) -> np.ndarray:
    import numpy as np

    return np.frombuffer(blob, dtype="<f4")
