"""Dense and lexical search over passages, fused, and the evidence cut from the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering.answer import Turn
from assistant.answering.words import names
from assistant.index.ingest import Embedder
from assistant.index.lexical import lexical_passages, lexical_sentences
from assistant.index.rows import PassageRow, SentenceRow, document_rows, passage_rows, sentence_rows
from assistant.index.store import Store
from assistant.index.vectors import VectorIndex
from assistant.retrieval.aim import Profile, aimed_at, compares, profile, subject
from assistant.retrieval.conversation import query_texts, standalone_question
from assistant.retrieval.duplicates import repeated
from assistant.retrieval.evidence import rank_sentences
from assistant.retrieval.fusion import first_of_each, reciprocal_rank_fusion, spread
from assistant.retrieval.model import Evidence, Retrieved, SearchHit
from assistant.retrieval.overview import central_sentences

if TYPE_CHECKING:
    import numpy as np

    from assistant.models.reranker import Reranker

#: Nobody means more documents than this by "summarise the report".
MANY_DOCUMENTS = 3
#: Nor than this by choosing them, or a folder that holds them.
_MANY_CHOSEN = 20
#: How deep each ranking goes: passages that both searches find far down are better than those that only one of them
#: finds (docs/experiments.md).
_DEPTH = 100
#: Where no document is aimed at, each further passage of a short one counts so much of its score: a question may be
#: about any of them, and the best passage of another is worth more than the third of this one (docs/experiments.md).
_FURTHER = 0.7
#: And each that repeats a better one so much: copies leave room for others, and two that are much alike may both count.
_AGAIN = 0.5
#: Only documents of at least so many characters are aimed at: they have a cover, and passages that could be of another
#: one's. Of short ones every passage names its subject; aiming at them cost .03 of recall@5 (docs/experiments.md).
_LONG = 20_000
#: Up to so many documents are ranked each by itself.
_APART = 8
#: So many passages are looked through where the best ones repeat each other.
_WIDEST = 200

#: A document may be replaced while it is searched; its new version is then looked for, up to so many times.
_LOOKS = 5


@dataclass(frozen=True)
class Weights:
    """What rankings count in fusion beside a ranking of all documents by meaning, which counts 1.

    `lexical` is for rankings by words, `aimed` for those within a document that the question names; a ranking by words
    within such a document has their product. The defaults are measured (docs/experiments.md).
    """

    lexical: float = 1.3
    aimed: float = 2.0


@dataclass(frozen=True)
class _Query:
    """A text that is searched for, and what it asks of the documents aimed at (`aim.subject`), with unit vectors."""

    text: str
    vector: np.ndarray
    subject: str
    subject_vector: np.ndarray


@dataclass(frozen=True)
class _Found:
    """Passages with scores, best first, those whose clauses are looked at, and these clauses.

    `compared` are the documents compared; `whole` says that nothing changed meanwhile.
    """

    best: list[tuple[PassageRow, float]]
    read: list[PassageRow]
    sentences: list[SentenceRow]
    compared: frozenset[str]
    whole: bool


class Engine:
    """Retrieval over one open index.

    Args:
        store: the texts.
        vectors: the vectors.
        embedder: makes a question's.
        candidates: passages taken from the fused searches.
        passages: passages that are kept.
        reranker: puts the candidates in its own order; none by default.
        weights: what each ranking counts in fusion.
    """

    def __init__(
        self,
        store: Store,
        vectors: VectorIndex,
        embedder: Embedder,
        candidates: int,
        passages: int,
        reranker: Reranker | None = None,
        weights: Weights | None = None,
    ) -> None:
        self._store = store
        self._vectors = vectors
        self._embedder = embedder
        self._candidates = candidates
        self._passages = passages
        self._reranker = reranker
        self._weights = weights or Weights()
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
        texts = query_texts(question, history)
        queries = self._embedder.encode(texts)
        reading = standalone_question(question, history)
        for _ in range(_LOOKS):
            found = self._found(texts, queries, reading, documents, k)
            if found.whole:
                break
        ranked = {row.id: row for row in found.read}
        compared = found.compared
        leans = reading != texts[0]
        used = queries if leans else queries[:1]
        evidence = rank_sentences(
            used,
            found.sentences,
            lexical_sentences(self._store, reading, list(ranked)),
            ranked,
            names(reading),
        )
        return Retrieved(
            question=reading,
            hits=tuple(_hit(row, score) for row, score in found.best),
            evidence=tuple(
                first_of_each(evidence, lambda found: found.document if found.document in compared else None)
            ),
            compared=compared,
            vector=queries[1] if leans else queries[0],
            vectors={sentence.id: sentence.vector for sentence in found.sentences},
        )

    def _found(
        self,
        texts: Sequence[str],
        queries: np.ndarray,
        reading: str,
        documents: Sequence[str] | None,
        k: int | None,
    ) -> _Found:
        """One look at the index: what is read of it step by step is of one moment if it is `whole`."""
        scope = self._store.document_ids(documents) if documents else None
        known = self._known(scope)
        aimed = aimed_at(reading, known)
        if not aimed and scope and 1 < len(scope) <= _APART and compares(reading):
            aimed = tuple(scope)
        searched = self._queries(texts, queries, known, aimed)
        each = frozenset(aimed if 1 < len(aimed) <= _APART else ())
        kept = k or self._passages
        wanted = max(kept, len(each))
        pool = max(self._candidates, wanted)
        for width in (pool, max(pool, _WIDEST)):
            fused = self._fused(searched, scope, width, aimed)[:width]
            rows = passage_rows(self._store, [key for key, _ in fused])
            ranked = [(rows[key], score) for key, score in fused if key in rows]
            again = _repeating(ranked, aimed)
            if len(ranked) - len(again) >= wanted or len(fused) < width:
                break
        long = frozenset(profile.id for profile in known)
        ordered = self._best(reading, spread(ranked, lambda row: again.get(row.id, row.id), _AGAIN)[:pool], aimed)
        ahead = ordered
        if not aimed and self._reranker is None:
            ahead = spread(ordered, lambda row: None if row.document_id in long else row.document_id, _FURTHER)
        best = first_of_each(ahead, lambda found: found[0].document_id if found[0].document_id in each else None)
        best = best[:wanted]
        # What comes in for a further document is looked at beside the best passages, not in their place.
        held = {row.id for row, _ in [*best, *ordered[:wanted]]}
        read = [row for row, _ in ordered if row.id in held]
        sentences = sentence_rows(self._store, [row.id for row in read])
        whole = len(rows) == len(fused) and {each.passage_id for each in sentences} == held
        if documents:
            whole = whole and self._store.document_ids(documents) == scope
        compared = frozenset(row.document for row, _ in best if row.document_id in each)
        return _Found(best[:kept], read, sentences, compared, whole)

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
        # Passages before their sentences: a document that goes in between then says nothing, and breaks nothing.
        rows = passage_rows(self._store, sorted(self._store.passage_ids(scope)))
        return central_sentences(sentence_rows(self._store, list(rows)), rows, limit)

    def _known(self, scope: Sequence[int] | None) -> list[Profile]:
        """The profiles of the long documents within the scope: those that can be aimed at."""
        edition = self._store.edition()
        if self._profiles is None or self._profiles[0] != edition:
            rows = document_rows(self._store)
            long = (row for row in rows if row.length >= _LONG)
            made = tuple(profile(row.id, row.name, row.title, row.date, row.opening) for row in long)
            self._profiles = (edition, made)
        return [each for each in self._profiles[1] if scope is None or each.id in scope]

    def _queries(
        self, texts: Sequence[str], vectors: np.ndarray, known: Sequence[Profile], aimed: Sequence[int]
    ) -> list[_Query]:
        subjects = [subject(text, known, aimed) for text in texts] if aimed else list(texts)
        asked = vectors if subjects == list(texts) else self._embedder.encode(subjects)
        return [_Query(*parts) for parts in zip(texts, vectors, subjects, asked, strict=True)]

    def _fused(
        self, searched: Sequence[_Query], scope: Sequence[int] | None, k: int, aimed: Sequence[int]
    ) -> list[tuple[int, float]]:
        # Each document has its own say, so that a comparison gets passages of all of them.
        apart = [[one] for one in aimed] if len(aimed) <= _APART else [list(aimed)]
        rankings: list[list[int]] = []
        weights: list[float] = []
        one = self._weights
        k = max(k, _DEPTH)
        for query in searched:
            rankings.append([key for key, _ in self._vectors.query(query.vector, k, scope)])
            rankings += lexical_passages(self._store, query.text, k, scope)
            weights += [1.0, one.lexical]
        for query in searched if aimed else ():
            rankings += [[key for key, _ in self._vectors.query(query.subject_vector, k, within)] for within in apart]
            rankings += lexical_passages(self._store, query.subject, k, aimed, apart)[1:]
            weights += [*[one.aimed] * len(apart), *[one.aimed * one.lexical] * len(apart)]
        return reciprocal_rank_fusion(rankings, weights)

    def _best(
        self, question: str, found: Sequence[tuple[PassageRow, float]], aimed: Sequence[int]
    ) -> list[tuple[PassageRow, float]]:
        """Passages with scores, best first in the reranker's order if there is one; repetitions stay behind."""
        if self._reranker is None or not found:
            return list(found)
        scores = self._reranker.scores(question, [f"{row.title}\n{row.text}" for row, _ in found])
        again = [(row, score) for (row, _), score in zip(found, scores, strict=True)]
        ordered = sorted(again, key=lambda each: -each[1])
        repeats = _repeating(ordered, aimed)
        return sorted(ordered, key=lambda each: each[0].id in repeats)


def _repeating(ranked: Sequence[tuple[PassageRow, float]], aimed: Sequence[int]) -> dict[int, int]:
    """Ids of the passages that repeat a better one, with that one's.

    What several of the documents aimed at say alike is asked of each of them and no repetition.
    """
    return repeated((row.id, row.text, row.document_id if row.document_id in aimed else None) for row, _ in ranked)


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
