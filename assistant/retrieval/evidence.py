"""From the best passages to the few sentences that the answer may rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.documents.model import BlockKind
from assistant.index.passages import squash
from assistant.index.rows import PassageRow, SentenceRow
from assistant.retrieval.model import Evidence

if TYPE_CHECKING:
    import numpy as np

#: Share of the BM25 score, scaled to 0..1 within the candidates, against the cosine (docs/experiments.md).
LEXICAL_WEIGHT = 0.1
#: Bonus of the best passage's sentences, falling with the passage's rank.
PASSAGE_WEIGHT = 0.1
_MIN_WORDS = 3
#: Characters between a sentence and the next one of its paragraph.
_GAP = 3


def rank_sentences(
    queries: np.ndarray,
    sentences: Sequence[SentenceRow],
    lexical: Mapping[int, float],
    passages: Mapping[int, PassageRow],
) -> list[Evidence]:
    """All clauses of some passages as evidence, best first, repeated ones once.

    Args:
        queries: unit vectors of the question's readings, shape (readings, dimension); the nearest counts.
        sentences: the candidates, a row for each clause.
        lexical: BM25 score by row id, absent meaning 0.
        passages: the candidates' passages by id, in the order of their rank.
    """
    import numpy as np

    if not sentences:
        return []
    matrix = np.stack([sentence.vector for sentence in sentences])
    cosines = (matrix @ queries.T).max(axis=1)
    top = max(lexical.values(), default=0.0) or 1.0
    bonus = {key: PASSAGE_WEIGHT / (1 + rank) for rank, key in enumerate(passages)}
    before = _sentences_before(sentences)
    ranked = []
    for sentence, cosine in zip(sentences, cosines, strict=True):
        found = lexical.get(sentence.id, 0.0)
        score = float(cosine) + LEXICAL_WEIGHT * found / top + bonus[sentence.passage_id]
        passage = passages[sentence.passage_id]
        ranked.append(_evidence(sentence, before[sentence.id], passage, float(cosine), found, score))
    ranked.sort(key=lambda evidence: -evidence.score)
    seen: set[str] = set()
    unique = []
    for evidence in ranked:
        words = squash(evidence.clause).lower()
        short = len(words.split()) < _MIN_WORDS and evidence.kind is not BlockKind.TABLE_ROW
        if words not in seen and not short:
            seen.add(words)
            unique.append(evidence)
    return unique


def follows(later: Evidence, earlier: Evidence) -> bool:
    """Whether a sentence stands directly behind another in its document."""
    return later.document == earlier.document and 0 <= later.start - earlier.end <= _GAP


def _sentences_before(sentences: Sequence[SentenceRow]) -> dict[int, tuple[int, int] | None]:
    """The span of the sentence before each one in its passage, by id."""
    spans: dict[int, set[tuple[int, int]]] = {}
    for sentence in sentences:
        spans.setdefault(sentence.passage_id, set()).add((sentence.start, sentence.end))
    found = {}
    for sentence in sentences:
        earlier = [span for span in spans[sentence.passage_id] if span[1] <= sentence.start]
        found[sentence.id] = max(earlier, default=None)
    return found


def _evidence(
    sentence: SentenceRow,
    before: tuple[int, int] | None,
    passage: PassageRow,
    similarity: float,
    lexical: float,
    score: float,
) -> Evidence:
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
        before=words(*before) if before else "",
        around=passage.text,
        similarity=similarity,
        lexical=lexical,
        score=score,
    )
