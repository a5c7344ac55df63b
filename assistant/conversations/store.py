"""Conversations of one owner: begun, continued, found again, named, deleted and restored.

Every write is one transaction: after a crash there is the state before or after it. An exchange that stands as busy in
the database but is being answered by nobody was interrupted; whoever answers knows which those are.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, text, update

from assistant.conversations.database import Database
from assistant.conversations.model import Conversation, Exchange, Summary
from assistant.conversations.schema import conversations, exchanges
from assistant.errors import ConversationError

#: Whose conversations they are where there is no login.
LOCAL_OWNER = "local"
#: Seconds for which a deleted conversation can be restored; then it is erased.
UNDO_S = 600
#: Conversations listed at once; more are found by searching.
LISTED = 200
#: Longest name, in characters.
NAME_CHARS = 120
#: Exchanges that one conversation holds; far more than a person asks, a bound for a program that does.
EXCHANGES = 500
_BODY = TypeAdapter(Exchange)
_WORD = re.compile(r"\w+")
_MARKER = re.compile(r"\s*\[\d+\]")
_C, _E = conversations.c, exchanges.c
_FIRST_QUESTION = (
    select(_E.question).where(_E.conversation_id == _C.id).order_by(_E.id).limit(1).correlate(conversations)
).scalar_subquery()
_COUNT = select(func.count()).where(_E.conversation_id == _C.id).correlate(conversations).scalar_subquery()
_MATCHING = text(
    "SELECT conversation_id FROM exchanges "
    "WHERE id IN (SELECT rowid FROM exchanges_fts WHERE exchanges_fts MATCH :words)"
)
#: The words around what was found, the newest exchange of a conversation last.
_SNIPPETS = text(
    "SELECT exchanges.conversation_id AS id, snippet(exchanges_fts, -1, '', '', '…', 12) AS found "
    "FROM exchanges_fts JOIN exchanges ON exchanges.id = exchanges_fts.rowid "
    "WHERE exchanges_fts MATCH :words AND exchanges.conversation_id IN :listed ORDER BY exchanges.id"
).bindparams(bindparam("listed", expanding=True))


class Kept(NamedTuple):
    """An exchange that is begun: the conversation's id, its own, itself, and the one whose place it takes, if any."""

    conversation: str
    number: int
    exchange: Exchange
    before: Exchange | None = None


class Conversations:
    """The conversations of `owner`. Thread-safe; others' do not exist for it.

    Args:
        database: where they are kept.
        owner: whose they are.
        now: the time, in UTC.
    """

    def __init__(
        self,
        database: Database,
        owner: str = LOCAL_OWNER,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._owner = owner
        self._now = now
        self._edition = 0

    @property
    def edition(self) -> int:
        """A number that changes whenever the list may have."""
        return self._edition

    # --- asking ----------------------------------------------------------------------------------------

    def begin(self, conversation: str | None, exchange: Exchange) -> Kept:
        """Keep a question that is about to be answered.

        Args:
            conversation: its id, None for a new one.
            exchange: the question; the time is added.

        Raises:
            ConversationError: there is no such conversation, or it is full.
            StorageError: it could not be kept.
        """
        now = self._time()
        with self._database.transaction() as connection:
            if conversation is None:
                conversation = secrets.token_hex(8)
                values = {"id": conversation, "owner": self._owner, "created_at": now, "updated_at": now}
                connection.execute(insert(conversations).values(**values))
            else:
                self._touch(connection, conversation, now)
                if len(self._rows(connection, conversation)) >= EXCHANGES:
                    raise ConversationError("This conversation is full", "Begin a new one.")
            exchange = replace(exchange, asked_at=now)
            kept = connection.execute(insert(exchanges).values(conversation_id=conversation, **_row(exchange)))
            number = int(kept.inserted_primary_key[0])  # type: ignore[index]
        self._edition += 1
        return Kept(conversation, number, exchange)

    def begin_again(self, conversation: str, question: str | None, documents: Sequence[str] = ()) -> Kept:
        """Ask the last question again, or another in its place.

        What was answered to it stays until `save` is called with what takes its place; where nothing was, the question
        is kept at once.

        Args:
            conversation: its id.
            question: the other question; None for the same.
            documents: names to ask within this time; none means all.

        Raises:
            ConversationError: there is no such conversation, or nothing was asked in it.
            StorageError: it could not be kept; the last one is as it was.
        """
        now = self._time()
        with self._database.transaction() as connection:
            self._touch(connection, conversation, now)
            rows = self._rows(connection, conversation)
            if not rows:
                raise _unknown()
            number, last = int(rows[-1].id), _exchange(rows[-1]).broken_off()
            exchange = Exchange(question or last.question, documents=tuple(documents), asked_at=now)
            if not last.sentences:
                connection.execute(update(exchanges).where(_E.id == number).values(**_row(exchange)))
        self._edition += 1
        return Kept(conversation, number, exchange, last)

    def save(self, number: int, exchange: Exchange) -> None:
        """Keep how far an exchange is; nothing happens if it was erased meanwhile.

        Raises:
            StorageError: it could not be kept.
        """
        with self._database.transaction() as connection:
            connection.execute(update(exchanges).where(_E.id == number).values(**_row(exchange)))

    # --- finding ---------------------------------------------------------------------------------------

    def load(self, conversation: str) -> Conversation:
        """A whole conversation.

        Raises:
            ConversationError: there is none of that id, or it was deleted.
            StorageError: it cannot be read.
        """
        with self._database.transaction() as connection:
            found = self._summaries(connection, _C.id == conversation, _C.deleted_at.is_(None))
            if not found:
                raise _unknown()
            rows = self._rows(connection, conversation)
        about = found[0]
        told = tuple(_exchange(row) for row in rows)
        return Conversation(about.id, about.name, about.created_at, about.updated_at, told)

    def find(self, words: str = "") -> list[Summary]:
        """The newest conversations first, `LISTED` at most, deleted ones that may be restored among them.

        Args:
            words: only those with every one of these words, or words that begin so, in the name given to them, or in
                one question with its answer.

        Raises:
            StorageError: they cannot be read.
        """
        terms = _WORD.findall(_folded(words))
        with self._database.transaction() as connection:
            if not terms:
                return self._summaries(connection, self._restorable())
            # Quoted, so that no word is an operator.
            expression = " ".join(f'"{term}"*' for term in terms)
            matching = or_(_C.id.in_(_MATCHING), _C.id.in_(self._named(connection, terms)))
            summaries = self._summaries(connection, self._restorable(), matching, words=expression)
            listed = [summary.id for summary in summaries]
            rows = connection.execute(_SNIPPETS, {"words": expression, "listed": listed}).all()
        found = {row.id: " ".join(row.found.split()) for row in rows}
        return [replace(summary, found=found.get(summary.id, "")) for summary in summaries]

    # --- keeping order ---------------------------------------------------------------------------------

    def rename(self, conversation: str, name: str) -> None:
        """Give a name; without one it is called by its first question again.

        Raises:
            ConversationError: there is no such conversation.
            StorageError: it could not be kept.
        """
        given = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:NAME_CHARS].rstrip()
        self._change(conversation, _C.deleted_at.is_(None), name=given or None)

    def delete(self, conversation: str) -> None:
        """Delete a conversation: it can be restored for `UNDO_S` seconds.

        Raises:
            ConversationError: there is no such conversation.
            StorageError: it could not be deleted.
        """
        self._change(conversation, _C.deleted_at.is_(None), deleted_at=self._time())

    def restore(self, conversation: str) -> None:
        """Bring a deleted conversation back.

        Raises:
            ConversationError: it was erased already, or never was.
            StorageError: it could not be restored.
        """
        self._change(conversation, self._restorable(), deleted_at=None)

    def purge(self) -> int:
        """Erase, whoever's they are, the conversations that were deleted longer than `UNDO_S` ago; gives how many.

        Raises:
            StorageError: they could not be erased.
        """
        with self._database.transaction() as connection:
            gone = delete(conversations).where(_C.deleted_at.is_not(None), _C.deleted_at < self._deadline())
            count = int(connection.execute(gone).rowcount)
            if count:
                # The word index keeps what was erased until it is merged.
                connection.execute(text("INSERT INTO exchanges_fts (exchanges_fts) VALUES ('optimize')"))
        self._edition += bool(count)
        return count

    # --- parts -----------------------------------------------------------------------------------------

    def _time(self) -> str:
        return self._now().isoformat(timespec="milliseconds")

    def _deadline(self) -> str:
        return (self._now() - timedelta(seconds=UNDO_S)).isoformat(timespec="milliseconds")

    def _restorable(self) -> Any:
        return or_(_C.deleted_at.is_(None), _C.deleted_at >= self._deadline())

    def _change(self, conversation: str, which: Any, **values: Any) -> None:
        chosen = update(conversations).where(_C.id == conversation, _C.owner == self._owner, which)
        with self._database.transaction() as connection:
            if not connection.execute(chosen.values(**values)).rowcount:
                raise _unknown()
        self._edition += 1

    def _touch(self, connection: Connection, conversation: str, now: str) -> None:
        chosen = update(conversations).where(_C.id == conversation, _C.owner == self._owner, _C.deleted_at.is_(None))
        if not connection.execute(chosen.values(updated_at=now)).rowcount:
            raise _unknown()

    def _summaries(self, connection: Connection, *which: Any, **values: str) -> list[Summary]:
        query = (
            select(
                _C.id, _C.created_at, _C.updated_at, _C.deleted_at,
                func.coalesce(_C.name, _FIRST_QUESTION, "").label("name"), _COUNT.label("questions"),
            )
            .where(_C.owner == self._owner, *which)
            .order_by(_C.updated_at.desc(), text("conversations.rowid DESC"))
            .limit(LISTED)
        )  # fmt: skip
        return [
            Summary(
                id=row.id,
                name=" ".join(row.name.split()),
                created_at=row.created_at,
                updated_at=row.updated_at,
                questions=row.questions,
                deleted=row.deleted_at is not None,
            )
            for row in connection.execute(query, values)
        ]

    @staticmethod
    def _rows(connection: Connection, conversation: str) -> Sequence[Any]:
        query = select(exchanges).where(_E.conversation_id == conversation).order_by(_E.id)
        return connection.execute(query).all()

    def _named(self, connection: Connection, terms: Sequence[str]) -> list[str]:
        """The conversations whose given name has a word for each of the terms to begin."""
        query = select(_C.id, _C.name).where(_C.owner == self._owner, _C.name.is_not(None))
        named = [(row.id, _WORD.findall(_folded(row.name))) for row in connection.execute(query)]
        return [id for id, words in named if all(any(word.startswith(term) for word in words) for term in terms)]


def _folded(words: str) -> str:
    """Words as the search compares them: without case and accents."""
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def _row(exchange: Exchange) -> dict[str, str]:
    return {
        "question": exchange.question,
        "answer": _MARKER.sub("", exchange.told),
        "body": _BODY.dump_json(exchange).decode(),
    }


def _exchange(row: Any) -> Exchange:
    try:
        return _BODY.validate_json(row.body)
    except ValidationError:
        error, next_step = "This answer can no longer be read", "Ask the question again."
        return Exchange(row.question, phase="failed", error=error, next_step=next_step)


def _unknown() -> ConversationError:
    return ConversationError("This conversation is no longer there", "Choose another one, or begin a new one.")
