"""The database file of conversations: opened at first use, brought to the newest tables, one transaction a write.

It is a file of its own: the index can be thrown away and made again without it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError

from assistant.conversations.schema import MIGRATIONS, SCHEMA_VERSION
from assistant.errors import StorageError

DATABASE = "conversations.db"


class Database:
    """The conversations of a home, thread-safe. Nothing is touched before the first transaction."""

    def __init__(self, home: Path) -> None:
        self._path = home / DATABASE
        self._guard = threading.Lock()
        self._engine: Engine | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction, committed at the end, rolled back on any error.

        Raises:
            StorageError: the disk is full, the folder read-only, the file damaged or made by a newer version.
        """
        try:
            with self._opened().begin() as connection:
                yield connection
        except DatabaseError as error:
            raise StorageError(
                f"The conversations in {self._path} failed: {error.orig}",
                "Check disk space and permissions; if the file is damaged, move it away: new ones are kept then.",
            ) from error

    def close(self) -> None:
        """Close all connections; the next transaction opens anew."""
        with self._guard:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _opened(self) -> Engine:
        with self._guard:
            if self._engine is None:
                engine = create_engine(f"sqlite:///{self._path}", connect_args={"timeout": 30})
                event.listen(engine, "connect", _pragmas)
                try:
                    self._migrate(engine)
                except BaseException:
                    engine.dispose()
                    raise
                self._engine = engine
            return self._engine

    def _migrate(self, engine: Engine) -> None:
        new = not self._path.exists()
        # Begun as a writer: two processes that come at once must not both make the tables.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("BEGIN IMMEDIATE"))
            version = connection.execute(text("PRAGMA user_version")).scalar_one()
            if version > SCHEMA_VERSION:
                connection.execute(text("ROLLBACK"))
                raise StorageError(
                    f"The conversations in {self._path} were made by a newer version",
                    "Update this program, or set ASSISTANT_HOME to another folder.",
                )
            for later in range(version + 1, SCHEMA_VERSION + 1):
                for statement in MIGRATIONS[later]:
                    connection.execute(text(statement))
            connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION:d}"))
            connection.execute(text("COMMIT"))
        if new:
            # Questions may be private: not for other users of the machine.
            self._path.chmod(0o600)


def _pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: what was shown as kept survives a power cut, not only a crash of the process.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # What a person deletes is overwritten, not only forgotten.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
