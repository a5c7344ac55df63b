"""The lexical legs: BM25 over passages and over sentences, by SQLite FTS5."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import bindparam, text

from assistant.index.store import Store

_WORD = re.compile(r"\w+")
#: Words too common to tell passages apart: English function words and question words.
STOPWORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both
    but by can could did do does doing down during each either else ever few for from further had has have
    having he her here hers him his how however i if in into is it its itself just let may me might more most
    much must my no nor not now of off on once one only or other our ours out over own per please quite rather s
    said same say says shall she should since so some such t tell than that the their theirs them then there
    these they this those though through thus to too under until up upon us very was we were what when where
    whether which while who whom whose why will with within would yet you your""".split()
)


def match_terms(question: str) -> list[str]:
    """The words of a question worth matching, in order, each once; all words if none are left."""
    words = [word.lower() for word in _WORD.findall(question)]
    kept = [word for word in words if word not in STOPWORDS] or words
    return list(dict.fromkeys(kept))


def _expression(question: str) -> str:
    """An FTS5 expression that matches any of the terms; quoted, so that no word is an operator."""
    return " OR ".join(f'"{term}"' for term in match_terms(question))


def lexical_passages(
    store: Store,
    question: str,
    k: int,
    document_ids: Sequence[int] | None = None,
    apart: Sequence[Sequence[int]] = (),
) -> list[list[int]]:
    """The ids of the k best passages, and of the k best within each of some groups of documents; best first.

    Headings count a third of the text. The passages are scored once, however many groups there are.

    Args:
        store: where they are.
        question: any of its words has to be held.
        k: how many of each.
        document_ids: only passages of these documents, all by default.
        apart: the groups, by ids of documents that are among these.
    """
    expression = _expression(question)
    if not expression:
        return [[] for _ in (None, *apart)]
    where = "AND passages.document_id IN :documents" if document_ids else ""
    statement = text(
        "SELECT passages.id, passages.document_id, -bm25(passages_fts, 0.33, 1.0) AS score "  # noqa: S608
        "FROM passages_fts JOIN passages ON passages.id = passages_fts.rowid "
        f"WHERE passages_fts MATCH :expression {where} ORDER BY score DESC LIMIT :k"
    )
    # Without groups the best are enough; -1 is no limit to SQLite.
    parameters: dict[str, object] = {"expression": expression, "k": -1 if apart else k}
    if document_ids:
        statement = statement.bindparams(bindparam("documents", expanding=True))
        parameters["documents"] = list(document_ids)
    with store.transaction() as connection:
        found = [(row.id, row.document_id) for row in connection.execute(statement, parameters)]
    groups = map(frozenset, apart)
    return [
        [key for key, _ in found[:k]],
        *([key for key, document in found if document in group][:k] for group in groups),
    ]


def lexical_sentences(store: Store, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
    """BM25 score by id of the sentences of some passages that share a term with the question."""
    expression = _expression(question)
    if not expression or not passage_ids:
        return {}
    statement = text(
        "SELECT rowid, -bm25(sentences_fts) AS score FROM sentences_fts WHERE sentences_fts MATCH :expression "
        "AND rowid IN (SELECT id FROM sentences WHERE passage_id IN :passages)"
    ).bindparams(bindparam("passages", expanding=True))
    with store.transaction() as connection:
        rows = connection.execute(statement, {"expression": expression, "passages": list(passage_ids)})
        return {row.rowid: row.score for row in rows}
