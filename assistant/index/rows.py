"""Rows that retrieval reads from the store: passages by id, and the sentences inside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assistant.documents.model import BlockKind
from assistant.index import schema
from assistant.index.period import OPENING
from assistant.index.store import Store

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class PassageRow:
    """A passage with what its document says of itself; `text` is exactly the canonical text of its span.

    `opening` is how the document begins; `vector` the passage's unit vector, title and headings included.
    """

    id: int
    document_id: int
    document: str
    title: str
    date: str | None
    page: int | None
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    opening: str
    vector: np.ndarray


@dataclass(frozen=True)
class SentenceRow:
    """A clause of a passage with its unit vector; `start` and `end` are those of the sentence it stands in."""

    id: int
    passage_id: int
    start: int
    end: int
    clause_start: int
    clause_end: int
    page: int | None
    kind: BlockKind
    context: str
    vector: np.ndarray


@dataclass(frozen=True)
class DocumentRow:
    """What a document says of itself before it is read: its names, date, how it begins and its characters."""

    id: int
    name: str
    title: str
    date: str | None
    opening: str
    length: int


def document_rows(store: Store) -> list[DocumentRow]:
    """All documents, in the order they came."""
    d = schema.documents.c
    opening, length = func.substr(d.text, 1, OPENING).label("opening"), func.length(d.text).label("length")
    query = select(d.id, d.name, d.title, d.date, opening, length).order_by(d.id)
    with store.transaction() as connection:
        return [DocumentRow(**row) for row in connection.execute(query).mappings()]


def passage_rows(store: Store, ids: Sequence[int]) -> dict[int, PassageRow]:
    """Passages by id; ids that are no longer there are left out."""
    import numpy as np

    p, d = schema.passages.c, schema.documents.c
    query = (
        select(
            p.id, p.document_id, d.name, d.title, d.date, p.page, p.headings, p.start, p.end, p.vector,
            func.substr(d.text, 1, OPENING).label("opening"),
            func.substr(d.text, p.start + 1, p.end - p.start).label("content"),
        )
        .join(schema.documents, d.id == p.document_id)
        .where(p.id.in_(ids))
    )  # fmt: skip
    with store.transaction() as connection:
        return {
            row.id: PassageRow(
                id=row.id,
                document_id=row.document_id,
                document=row.name,
                title=row.title,
                date=row.date,
                page=row.page,
                headings=tuple(json.loads(row.headings)),
                start=row.start,
                end=row.end,
                text=row.content,
                opening=row.opening,
                vector=np.frombuffer(row.vector, dtype="<f4"),
            )
            for row in connection.execute(query)
        }


def sentence_rows(store: Store, passage_ids: Sequence[int]) -> list[SentenceRow]:
    """All clauses of some passages, in reading order within each."""
    import numpy as np

    s = schema.sentences.c
    query = select(schema.sentences).where(s.passage_id.in_(passage_ids)).order_by(s.id)
    with store.transaction() as connection:
        return [
            SentenceRow(
                id=row.id,
                passage_id=row.passage_id,
                start=row.start,
                end=row.end,
                clause_start=row.clause_start,
                clause_end=row.clause_end,
                page=row.page,
                kind=BlockKind(row.kind),
                context=row.context,
                vector=np.frombuffer(row.vector, dtype="<f4"),
            )
            for row in connection.execute(query)
        ]
