"""The statements that one document's replacement or removal is made of; each runs inside a transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.documents import Document
from assistant.index import schema
from assistant.index.passages import Passage, squash
from assistant.index.period import OPENING, about
from assistant.index.records import NewDocument
from assistant.index.underway import Changing

if TYPE_CHECKING:
    import numpy as np


def put_meta(connection: Connection, facts: dict[str, str]) -> None:
    """Store facts about the index, replacing what was known under the same keys."""
    for key, value in facts.items():
        statement = upsert(schema.meta).values(key=key, value=value)
        connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def tags_of(connection: Connection, names: Sequence[str] | None = None) -> dict[str, tuple[str, ...]]:
    """The tags of documents, or of all, by name; those without any are left out."""
    t = schema.tags.c
    query = select(t.document, t.tag).order_by(t.document, t.tag)
    rows = connection.execute(query if names is None else query.where(t.document.in_(names))).all()
    return {name: tuple(row.tag for row in group) for name, group in groupby(rows, key=lambda row: row.document)}


def put_tags(connection: Connection, tags: Mapping[str, Iterable[str]]) -> None:
    """Give documents tags by name; those they have already stay."""
    rows = [{"document": name, "tag": tag} for name, given in tags.items() for tag in given]
    if rows:
        connection.execute(upsert(schema.tags).on_conflict_do_nothing(), rows)


def delete_documents(connection: Connection, names: Sequence[str]) -> list[int]:
    """Delete documents with all that hangs on them; gives the ids of their passages."""
    d, p, s = schema.documents.c, schema.passages.c, schema.sentences.c
    owned = select(p.id).join(schema.documents, d.id == p.document_id).where(d.name.in_(names))
    removed = list(connection.execute(owned).scalars())
    for start in range(0, len(removed), 500):
        batch = removed[start : start + 500]
        inner = list(connection.execute(select(s.id).where(s.passage_id.in_(batch))).scalars())
        for table, ids in (("passages_fts", batch), ("sentences_fts", inner)):
            connection.execute(text(f"DELETE FROM {table} WHERE rowid = :id"), [{"id": i} for i in ids])  # noqa: S608
    connection.execute(delete(schema.documents).where(d.name.in_(names)))
    return removed


def insert_document(connection: Connection, new: NewDocument, changing: Changing) -> None:
    """Store a document with its passages, and note them as brought."""
    document: Document = new.document
    document_id = connection.execute(
        insert(schema.documents).values(
            **new.state.model_dump(),
            title=document.title,
            date=document.date,
            author=document.author,
            page_count=document.page_count,
            notes=json.dumps(document.notes),
            text=document.text,
            added_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
    ).inserted_primary_key[0]  # type: ignore[index]
    added: list[int] = []
    position = 0
    for passage, vector in zip(new.passages, new.passage_vectors, strict=True):
        count = sum(len(sentence.clauses) for sentence in passage.sentences)
        vectors = new.clause_vectors[position : position + count]
        added.append(insert_passage(connection, document_id, document, passage, vector, vectors))
        position += count
    changing.bring(document_id, added, new.passage_vectors)


def passage_header(title: str, opening: str, headings: Sequence[str]) -> str:
    """The words above a passage as they are lexically indexed; `opening` is how its document begins."""
    return " ".join((about(title, opening), *headings))


def insert_passage(
    connection: Connection,
    document_id: int,
    document: Document,
    passage: Passage,
    vector: np.ndarray,
    clause_vectors: np.ndarray,
) -> int:
    """Store a passage with its sentences and both lexical rows; gives its id."""
    passage_id: int = connection.execute(
        insert(schema.passages).values(
            document_id=document_id,
            start=passage.start,
            end=passage.end,
            page=passage.page,
            headings=json.dumps(passage.headings),
            vector=vector.astype("<f4").tobytes(),
        )
    ).inserted_primary_key[0]  # type: ignore[index]
    connection.execute(
        text("INSERT INTO passages_fts(rowid, header, body) VALUES (:id, :header, :body)"),
        {
            "id": passage_id,
            "header": passage_header(document.title, document.text[:OPENING], passage.headings),
            "body": squash(document.text[passage.start : passage.end]),
        },
    )
    clauses = [(sentence, start, end) for sentence in passage.sentences for start, end in sentence.clauses]
    for (sentence, start, end), clause_vector in zip(clauses, clause_vectors, strict=True):
        sentence_id = connection.execute(
            insert(schema.sentences).values(
                passage_id=passage_id,
                start=sentence.start,
                end=sentence.end,
                clause_start=start,
                clause_end=end,
                page=sentence.page,
                kind=sentence.kind.value,
                context=sentence.context,
                vector=clause_vector.astype("<f4").tobytes(),
            )
        ).inserted_primary_key[0]  # type: ignore[index]
        connection.execute(
            text("INSERT INTO sentences_fts(rowid, body) VALUES (:id, :body)"),
            {"id": sentence_id, "body": squash(document.text[start:end])},
        )
    return passage_id
