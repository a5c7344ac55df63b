"""Documents taken out of the index so that they can be put back as they were, without being read again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.documents import Document
from assistant.documents.model import BlockKind
from assistant.errors import NameTakenError
from assistant.index import schema
from assistant.index.passages import Passage, SentenceSpan
from assistant.index.records import FileState, NewDocument
from assistant.index.statements import insert_document, put_meta, put_tags, tags_of
from assistant.index.store import Store
from assistant.index.underway import Around, Changing, nobody_searches


@dataclass(frozen=True)
class TakenOut:
    """Documents that were in the index, whole: text, passages, vectors and tags.

    `added_at` and `tags` are by name; `left_out` is what `sync` had been told of each source before, None: nothing.
    """

    documents: tuple[NewDocument, ...]
    added_at: dict[str, str]
    tags: dict[str, tuple[str, ...]]
    left_out: dict[str, str | None]

    @property
    def states(self) -> tuple[FileState, ...]:
        """What was known of their files."""
        return tuple(each.state for each in self.documents)


def remembered(store: Store, names: Sequence[str]) -> TakenOut:
    """Documents as they are now; names that are not in the index are left out.

    Args:
        store: the open store; nobody else changes its documents meanwhile.
        names: of the documents.
    """
    d, o = schema.documents, schema.left_out
    with store.transaction() as connection:
        rows = connection.execute(select(d).where(d.c.name.in_(names)).order_by(d.c.id)).mappings().all()
        sources = [row["source"] for row in rows]
        marks = {row.source: row.content_hash for row in connection.execute(select(o).where(o.c.source.in_(sources)))}
        return TakenOut(
            documents=tuple(_document(connection, row) for row in rows),
            added_at={row["name"]: row["added_at"] for row in rows},
            tags=tags_of(connection, [row["name"] for row in rows]),
            left_out={source: marks.get(source) for source in sources},
        )


def put_back(store: Store, taken: TakenOut, around: Around = nobody_searches) -> list[int]:
    """Store documents again as they were, with what `sync` had been told of their files; gives their passages' ids.

    `around` is entered with the change before it is committed, and left after it.

    Raises:
        NameTakenError: a document of one of the names has come meanwhile; nothing is changed then.
    """
    d = schema.documents.c
    names = [state.name for state in taken.states]
    changing = Changing()
    with ExitStack() as commit, store.transaction() as connection:
        # Written first: the transaction holds the database from here on.
        put_meta(connection, {"vectors_dirty": "1"})
        other = connection.execute(select(d.name).where(d.name.in_(names))).scalars().first()
        if other is not None:
            raise NameTakenError(
                f"Another document named {other} has been added meanwhile", "Delete that one first, then undo again."
            )
        for new in taken.documents:
            insert_document(connection, new, changing)
        for name, when in taken.added_at.items():
            connection.execute(update(schema.documents).where(d.name == name).values(added_at=when))
        put_tags(connection, taken.tags)
        _put_marks(connection, taken.left_out)
        commit.enter_context(around(changing.underway))
    return changing.added


def _put_marks(connection: Connection, marks: dict[str, str | None]) -> None:
    o = schema.left_out
    connection.execute(delete(o).where(o.c.source.in_(list(marks))))
    rows = [{"source": source, "content_hash": mark} for source, mark in marks.items() if mark is not None]
    if rows:
        connection.execute(upsert(o), rows)


def _document(connection: Connection, row: Any) -> NewDocument:
    p = schema.passages
    rows = connection.execute(select(p).where(p.c.document_id == row["id"]).order_by(p.c.id)).all()
    passages, vectors, clause_vectors = [], [], []
    for each in rows:
        sentences, found = _sentences(connection, each.id)
        passages.append(
            Passage(
                start=each.start,
                end=each.end,
                page=each.page,
                headings=tuple(json.loads(each.headings)),
                sentences=sentences,
            )
        )
        vectors.append(each.vector)
        clause_vectors += found
    told = ("name", "title", "date", "author", "source", "page_count", "text")
    return NewDocument(
        state=FileState(**{field: row[field] for field in FileState.model_fields}),
        # Its blocks have done their part: passages and sentences were made of them.
        document=Document(blocks=(), notes=tuple(json.loads(row["notes"])), **{field: row[field] for field in told}),
        passages=tuple(passages),
        passage_vectors=_rows(vectors),
        clause_vectors=_rows(clause_vectors),
    )


def _sentences(connection: Connection, passage_id: int) -> tuple[tuple[SentenceSpan, ...], list[bytes]]:
    """The sentences of a passage, put together from their clauses, and the clauses' vectors."""
    s = schema.sentences
    rows = connection.execute(select(s).where(s.c.passage_id == passage_id).order_by(s.c.id)).all()
    spans = []
    for (start, end), group in groupby(rows, key=lambda row: (row.start, row.end)):
        clauses = list(group)
        spans.append(
            SentenceSpan(
                start=start,
                end=end,
                kind=BlockKind(clauses[0].kind),
                page=clauses[0].page,
                clauses=tuple((each.clause_start, each.clause_end) for each in clauses),
                context=clauses[0].context,
            )
        )
    return tuple(spans), [row.vector for row in rows]


def _rows(blobs: Sequence[bytes]) -> Any:
    """Vectors as the rows of one array."""
    import numpy as np

    return np.array([np.frombuffer(blob, dtype="<f4") for blob in blobs], dtype="<f4")
