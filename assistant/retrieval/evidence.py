"""From the best passages to the few sentences that the answer may rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.answering.words import is_held, word_forms
from assistant.documents.model import BlockKind
from assistant.index.passages import squash
from assistant.index.rows import PassageRow, SentenceRow
from assistant.retrieval.column_labels import labels_columns
from assistant.retrieval.leftovers import is_leftover
from assistant.retrieval.model import Evidence

if TYPE_CHECKING:
    import numpy as np

#: Share of the BM25 score, scaled to 0..1 within the candidates, against the cosine (docs/experiments.md).
LEXICAL_WEIGHT = 0.05
#: Share of the cosine of the sentence before: "It costs ..." answers a question about what that one names.
BEFORE_WEIGHT = 0.2
#: Bonus of the best passage's sentences, falling with the passage's rank.
PASSAGE_WEIGHT = 0.1
#: What a saved page's furniture loses (docs/experiments.md).
LEFTOVER_WEIGHT = 0.2
#: What a row of mere column labels loses: they are nearer to a question than its answer by up to .15.
LABELS_WEIGHT = 0.3
_MIN_WORDS = 3
#: Most characters between a sentence and the next one of its paragraph.
GAP = 3


def rank_sentences(
    queries: np.ndarray,
    sentences: Sequence[SentenceRow],
    lexical: Mapping[int, float],
    passages: Mapping[int, PassageRow],
    named: Sequence[str] = (),
) -> list[Evidence]:
    """All clauses of some passages as evidence, best first, repeated ones of a document once.

    What several documents say word for word counts first where the document bears most of the names asked about; the
    others follow behind everything else.

    Args:
        queries: unit vectors of the question's readings, shape (readings, dimension); the nearest counts.
        sentences: the candidates, a row for each clause.
        lexical: BM25 score by row id, absent meaning 0.
        passages: the candidates' passages by id, in the order of their rank.
        named: the names of the question.
    """
    import numpy as np

    if not sentences:
        return []
    matrix = np.stack([sentence.vector for sentence in sentences])
    cosines = (matrix @ queries.T).max(axis=1)
    top = max(lexical.values(), default=0.0) or 1.0
    bonus = {key: PASSAGE_WEIGHT / (1 + rank) for rank, key in enumerate(passages)}
    before = _similarities_before(sentences, cosines)
    around = {key: float((queries @ row.vector).max()) for key, row in passages.items()}
    labels = _column_labels(sentences, passages)
    ranked = []
    for sentence, cosine in zip(sentences, cosines, strict=True):
        found = lexical.get(sentence.id, 0.0)
        score = float(cosine) + BEFORE_WEIGHT * before.get(sentence.id, 0.0)
        score += LEXICAL_WEIGHT * found / top + bonus[sentence.passage_id]
        evidence = unmeasured(sentence, passages[sentence.passage_id])
        if is_leftover(evidence.text):
            score -= LEFTOVER_WEIGHT
        if sentence.id in labels:
            score -= LABELS_WEIGHT
        measured = {
            "similarity": float(cosine),
            "passage_similarity": around[sentence.passage_id],
            "lexical": found,
            "score": score,
        }
        ranked.append(evidence.model_copy(update=measured))
    ranked.sort(key=lambda evidence: -evidence.score)
    return _repeated_last(ranked, named)


def _repeated_last(ranked: Sequence[Evidence], named: Sequence[str]) -> list[Evidence]:
    """Evidence with what another document says alike behind all else, and what the same one says again left out."""
    places: dict[str, int] = {}
    first: list[Evidence] = []
    behind: list[Evidence] = []
    seen: set[tuple[str, str]] = set()
    for evidence in ranked:
        words = squash(evidence.clause).lower()
        short = len(words.split()) < _MIN_WORDS and evidence.kind is not BlockKind.TABLE_ROW
        if short or (words, evidence.document) in seen:
            continue
        seen.add((words, evidence.document))
        place = places.setdefault(words, len(first))
        if place == len(first):
            first.append(evidence)
        elif named and _bears(evidence, named) > _bears(first[place], named):
            behind.append(first[place])
            first[place] = evidence
        else:
            behind.append(evidence)
    return first + behind


def _bears(evidence: Evidence, named: Sequence[str]) -> int:
    """How many of some names the document bears, in its file name, title or opening."""
    forms = borne_words(evidence)
    return sum(is_held(name, forms) for name in named)


def borne_words(evidence: Evidence) -> frozenset[str]:
    """The words of its document's file name, title and opening, as `is_held` looks for names in them."""
    return word_forms(f"{evidence.document} {evidence.title} {evidence.opening}")


def follows(later: Evidence, earlier: Evidence) -> bool:
    """Whether a sentence stands directly behind another in its document."""
    return later.document == earlier.document and 0 <= later.start - earlier.end <= GAP


def _similarities_before(sentences: Sequence[SentenceRow], cosines: np.ndarray) -> dict[int, float]:
    """By id, the cosine of what stands directly before a clause in its passage; absent for a passage's first."""
    order = sorted(range(len(sentences)), key=lambda at: (sentences[at].passage_id, sentences[at].clause_start))
    return {
        sentences[here].id: float(cosines[last])
        for last, here in pairwise(order)
        if sentences[last].passage_id == sentences[here].passage_id
    }


def _column_labels(sentences: Sequence[SentenceRow], passages: Mapping[int, PassageRow]) -> set[int]:
    """The ids of the rows that only label the columns of those behind them in their passage."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for sentence in sorted(sentences, key=lambda each: each.start):
        if sentence.kind is BlockKind.TABLE_ROW:
            passage = passages[sentence.passage_id]
            text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
            rows.setdefault(passage.id, []).append((sentence.id, text))
    return {
        key
        for held in rows.values()
        for place, (key, text) in enumerate(held)
        if labels_columns(text, (row for _, row in held[place + 1 :]))
    }


def unmeasured(sentence: SentenceRow, passage: PassageRow) -> Evidence:
    """A clause as evidence, not yet measured."""

    def words(start: int, end: int) -> str:
        return passage.text[start - passage.start : end - passage.start]

    return Evidence(
        sentence_id=sentence.id,
        passage_id=passage.id,
        document=passage.document,
        title=passage.title,
        date=passage.date,
        page=sentence.page,
        headings=passage.headings,
        kind=sentence.kind,
        context=sentence.context,
        text=words(sentence.start, sentence.end),
        start=sentence.start,
        end=sentence.end,
        clause=words(sentence.clause_start, sentence.clause_end),
        around=passage.text,
        opening=passage.opening,
        similarity=0.0,
        lexical=0.0,
        score=0.0,
    )
