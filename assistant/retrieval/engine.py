"""Dense and lexical search over passages, fused, and the evidence cut from the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering.answer import Turn
from assistant.index.ingest import Embedder
from assistant.index.lexical import lexical_passages, lexical_sentences
from assistant.index.rows import PassageRow, document_rows, passage_rows, sentence_rows
from assistant.index.store import Store
from assistant.index.vectors import VectorIndex
from assistant.retrieval.aim import Profile, aimed_at, profile
from assistant.retrieval.conversation import query_texts, standalone_question
from assistant.retrieval.evidence import rank_sentences
from assistant.retrieval.fusion import reciprocal_rank_fusion
from assistant.retrieval.model import Evidence, Retrieved, SearchHit
from assistant.retrieval.overview import central_sentences

if TYPE_CHECKING:
    import numpy as np

#: Nobody means more documents than this by "summarise the report".
MANY_DOCUMENTS = 3
#: Nor than this by choosing them, or a folder that holds them.
_MANY_CHOSEN = 20
#: What a ranking within the documents aimed at counts beside one over all (docs/experiments.md).
_AIMED = 2.0
#: Only documents of at least so many characters are aimed at: they have a cover, and passages that could be of another
#: one's. Of short ones every passage names its subject; aiming at them cost .03 of recall@5 (docs/experiments.md).
_LONG = 20_000
#: Up to so many documents are ranked each by itself.
_APART = 8


class Engine:
    """Retrieval over one open index."""

    def __init__(self, store: Store, vectors: VectorIndex, embedder: Embedder, candidates: int, passages: int) -> None:
        self._store = store
        self._vectors = vectors
        self._embedder = embedder
        self._candidates = candidates
        self._passages = passages
        self._profiles: tuple[object, tuple[Profile, ...]] | None = None

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
        reading = standalone_question(question, history)
        fused = self._fused(texts, queries, scope, max(self._candidates, k or 0), self._aimed_at(reading, scope))
        fused = fused[: k or self._passages]
        rows = passage_rows(self._store, [key for key, _ in fused])
        ranked = {key: rows[key] for key, _ in fused if key in rows}
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
        if documents and len(documents) > _MANY_CHOSEN:
            return []
        scope = self._store.document_ids(documents) if documents else None
        ids = sorted(self._store.passage_ids(scope))
        return central_sentences(sentence_rows(self._store, ids), passage_rows(self._store, ids), limit)

    def _aimed_at(self, question: str, scope: Sequence[int] | None) -> tuple[int, ...]:
        """Ids of the long documents that a question names, within the scope."""
        edition = self._store.edition()
        if self._profiles is None or self._profiles[0] != edition:
            rows = document_rows(self._store)
            long = (row for row in rows if row.length >= _LONG)
            made = tuple(profile(row.id, row.name, row.title, row.date, row.opening) for row in long)
            self._profiles = (edition, made)
        known = [each for each in self._profiles[1] if scope is None or each.id in scope]
        return aimed_at(question, known)

    def _fused(
        self,
        texts: Sequence[str],
        queries: np.ndarray,
        scope: Sequence[int] | None,
        candidates: int,
        aimed: Sequence[int],
    ) -> list[tuple[int, float]]:
        rankings: list[list[int]] = []
        weights: list[float] = []
        for text, vector in zip(texts, queries, strict=True):
            rankings += self._ranked(text, vector, scope, candidates)
            weights += [1.0, 1.0]
            # Each document has its own say, so that a comparison gets passages of all of them.
            apart = [[one] for one in aimed] if len(aimed) <= _APART else [list(aimed)]
            for within in apart if aimed else []:
                rankings += self._ranked(text, vector, within, candidates)
                weights += [_AIMED, _AIMED]
        return reciprocal_rank_fusion(rankings, weights)

    def _ranked(self, text: str, vector: np.ndarray, scope: Sequence[int] | None, candidates: int) -> list[list[int]]:
        """Passages by meaning and by words."""
        dense = self._vectors.query(vector, candidates, scope)
        lexical = lexical_passages(self._store, text, candidates, scope)
        return [[key for key, _ in dense], [key for key, _ in lexical]]


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
