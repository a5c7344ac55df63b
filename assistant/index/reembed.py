"""Changing the embedding model: all vectors anew from the stored text, put in place in one go."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, func, insert, literal, select, update

from assistant.index import schema
from assistant.index.ingest import Embedder, embedded_clause, embedded_text
from assistant.index.period import OPENING, about
from assistant.index.statements import put_meta
from assistant.index.store import Store
from assistant.index.vectors import Progress

if TYPE_CHECKING:
    from sqlalchemy import Row

#: Texts embedded and kept at a time; an interruption costs no more than these.
_BATCH = 256
#: Names the model whose vectors are being made.
_KEY = "reembedding"


def reembed(store: Store, embedder: Embedder, progress: Progress | None = None) -> int:
    """Embed all passages and clauses with another model, cut as they are.

    The new vectors gather beside the old ones, which stay in use and whole until all are there: a kill costs the
    batch at hand, and calling this again goes on from it. Chroma's folder is removed in the end; it is made anew
    when the index is opened.

    Args:
        store: the open store; the home's lock is held.
        embedder: the new model.
        progress: told how many texts are embedded, of how many.

    Returns:
        How many texts the index holds; 0 if they are of this model already.
    """
    wanted = {"embedding_model": embedder.name, "embedding_dimension": str(embedder.dimension)}
    if all(store.get_meta(key) == value for key, value in wanted.items()):
        return 0
    goal = f"{embedder.name}/{embedder.dimension}"
    if store.get_meta(_KEY) != goal:
        with store.transaction() as connection:
            connection.execute(delete(schema.reembedded))
            put_meta(connection, {_KEY: goal})
    with store.transaction() as connection:
        tables = (schema.passages, schema.sentences)
        total = sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
    for kind in ("passage", "clause"):
        while _embed_batch(store, embedder, kind):
            if progress:
                progress(f"embedding with {embedder.name}", min(_staged(store), total), total)
    _put_in_place(store, wanted)
    shutil.rmtree(store.home / "chroma", ignore_errors=True)
    return int(total)


def _embed_batch(store: Store, embedder: Embedder, kind: str) -> bool:
    """Embed the next texts of a kind; whether there were any."""
    r = schema.reembedded.c
    with store.transaction() as connection:
        # Ids only grow and are embedded in their order.
        last = connection.execute(select(func.max(r.id)).where(r.kind == kind)).scalar_one() or 0
        rows = connection.execute(_texts(kind, last)).all()
    if not rows:
        return False
    vectors = embedder.encode(_embedded(kind, rows))
    staged = [
        {"kind": kind, "id": row.id, "vector": vector.astype("<f4").tobytes()}
        for row, vector in zip(rows, vectors, strict=True)
    ]
    with store.transaction() as connection:
        connection.execute(insert(schema.reembedded), staged)
    return True


def _texts(kind: str, last: int) -> Select[tuple[int, str, str, str, str]]:
    """Id, title or context, the document's opening, headings and words of the next texts behind an id."""
    d, p, s = schema.documents.c, schema.passages.c, schema.sentences.c
    if kind == "passage":
        opening = func.substr(d.text, 1, OPENING).label("opening")
        words = func.substr(d.text, p.start + 1, p.end - p.start).label("words")
        query = select(p.id, d.title.label("lead"), opening, p.headings, words)
        query = query.join(schema.documents, d.id == p.document_id)
        return query.where(p.id > last).order_by(p.id).limit(_BATCH)
    words = func.substr(d.text, s.clause_start + 1, s.clause_end - s.clause_start).label("words")
    query = select(s.id, s.context.label("lead"), literal("").label("opening"), p.headings, words)
    query = query.join(schema.passages, p.id == s.passage_id).join(schema.documents, d.id == p.document_id)
    return query.where(s.id > last).order_by(s.id).limit(_BATCH)


def _embedded(kind: str, rows: Sequence[Row[tuple[int, str, str, str, str]]]) -> list[str]:
    if kind == "passage":
        return [embedded_text(about(row.lead, row.opening), json.loads(row.headings), row.words) for row in rows]
    return [embedded_clause(row.lead, row.words) for row in rows]


def _staged(store: Store) -> int:
    with store.transaction() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.reembedded)).scalar_one())


def _put_in_place(store: Store, model: dict[str, str]) -> None:
    r = schema.reembedded.c
    with store.transaction() as connection:
        for kind, table in (("passage", schema.passages), ("clause", schema.sentences)):
            new = select(r.vector).where(r.kind == kind, r.id == table.c.id).scalar_subquery()
            connection.execute(update(table).values(vector=new))
        connection.execute(delete(schema.reembedded))
        put_meta(connection, {**model, _KEY: "", "vectors_dirty": "1"})
