"""Dense and lexical search over passages, fused, and the evidence cut from the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering.answer import Turn
from assistant.index.ingest import Embedder
from assistant.index.lexical import lexical_passages, lexical_sentences
from assistant.index.rows import PassageRow, passage_rows, sentence_rows
from assistant.index.store import Store
from assistant.index.vectors import VectorIndex
from assistant.retrieval.conversation import query_texts, standalone_question
from assistant.retrieval.evidence import rank_sentences
from assistant.retrieval.fusion import reciprocal_rank_fusion
from assistant.retrieval.model import Evidence, Retrieved, SearchHit
from assistant.retrieval.overview import central_sentences

if TYPE_CHECKING:
    import numpy as np

#: Nobody means more documents than this by "summarise the report".
MANY_DOCUMENTS = 3


class Engine:
    """Retrieval over one open index."""

    def __init__(self, store: Store, vectors: VectorIndex, embedder: Embedder, candidates: int, passages: int) -> None:
        self._store = store
        self._vectors = vectors
        self._embedder = embedder
        self._candidates = candidates
        self._passages = passages

    def retrieve(
        self,
        question: str,
        history: Sequence[Turn] = (),
        documents: Sequence[str] | None = None,
        k: int | None = None,
    ) -> Retrieved:
        """The k best passages for a question and the evidence in them.

        Raises:
            UnknownDocumentError: a name in `documents` is not in the index.
        """
        scope = self._store.document_ids(documents) if documents else None
        texts = query_texts(question, history)
        queries = self._embedder.encode(texts)
        fused = self._fused(texts, queries, scope, max(self._candidates, k or 0))[: k or self._passages]
        rows = passage_rows(self._store, [key for key, _ in fused])
        ranked = {key: rows[key] for key, _ in fused if key in rows}
        reading = standalone_question(question, history)
        leans = reading != texts[0]
        used = queries if leans else queries[:1]
        sentences = sentence_rows(self._store, list(ranked))
        evidence = rank_sentences(
            used,
            sentences,
            lexical_sentences(self._store, reading, list(ranked)),
            ranked,
        )
        hits = tuple(_hit(ranked[key], score) for key, score in fused if key in ranked)
        return Retrieved(
            question=reading,
            hits=hits,
            evidence=tuple(evidence),
            vector=queries[1] if leans else queries[0],
            vectors={sentence.id: sentence.vector for sentence in sentences},
        )

    def overview(self, documents: Sequence[str] | None, limit: int) -> list[Evidence]:
        """The central sentences of some documents, or of all where they are few; none where they are many.

        Raises:
            UnknownDocumentError: a name in `documents` is not in the index.
        """
        if documents is None and self._store.count_documents() > MANY_DOCUMENTS:
            return []
        scope = self._store.document_ids(documents) if documents else None
        ids = sorted(self._store.passage_ids(scope))
        return central_sentences(sentence_rows(self._store, ids), passage_rows(self._store, ids), limit)

    def _fused(
        self, texts: Sequence[str], queries: np.ndarray, scope: Sequence[int] | None, candidates: int
    ) -> list[tuple[int, float]]:
        rankings = []
        for text, vector in zip(texts, queries, strict=True):
            dense = self._vectors.query(vector, candidates, scope)
            lexical = lexical_passages(self._store, text, candidates, scope)
            rankings += [[key for key, _ in dense], [key for key, _ in lexical]]
        return reciprocal_rank_fusion(rankings)


def _hit(row: PassageRow, score: float) -> SearchHit:
    return SearchHit(
        document=row.document,
        page=row.page,
        heading=row.headings[-1] if row.headings else None,
        score=score,
        text=row.text,
        start=row.start,
        end=row.end,
    )
