"""What a document is about as a whole: its most central sentences, one a section."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from assistant.documents.model import BlockKind
from assistant.index.rows import PassageRow, SentenceRow
from assistant.retrieval.evidence import unmeasured
from assistant.retrieval.leftovers import is_leftover
from assistant.retrieval.model import Evidence

#: A shorter sentence tells too little by itself.
_MIN_WORDS = 8


def central_sentences(
    sentences: Sequence[SentenceRow], passages: Mapping[int, PassageRow], limit: int
) -> list[Evidence]:
    """The sentences nearest to what their document says on the whole, one from each section, in reading order.

    The measure is the cosine to the mean of all sentence vectors, as in centroid summaries (Radev et al. 2004). A
    section is what stands under one heading, or a passage where there are no headings; if there are more than
    `limit`, the ones farthest from the whole are left out, such as disclaimers.

    Args:
        sentences: all clauses of the documents.
        passages: their passages by id.
        limit: how many sentences at most.
    """
    by_document: dict[int, list[SentenceRow]] = defaultdict(list)
    for sentence in sentences:
        by_document[passages[sentence.passage_id].document_id].append(sentence)
    best: dict[tuple[object, ...], tuple[float, SentenceRow]] = {}
    for rows in by_document.values():
        whole = np.mean([row.vector for row in rows], axis=0)
        for row in rows:
            passage = passages[row.passage_id]
            words = _words(row, passage)
            if row.kind is BlockKind.TABLE_ROW or len(words.split()) < _MIN_WORDS or is_leftover(words):
                continue
            section = (passage.document_id, passage.headings or passage.id)
            nearness = float(whole @ row.vector)
            if section not in best or nearness > best[section][0]:
                best[section] = (nearness, row)
    kept = sorted(best.values(), key=lambda found: -found[0])[:limit]
    order = sorted((row for _, row in kept), key=lambda row: (passages[row.passage_id].document_id, row.start, row.id))
    return [unmeasured(row, passages[row.passage_id]) for row in order]


def _words(row: SentenceRow, passage: PassageRow) -> str:
    return passage.text[row.start - passage.start : row.end - passage.start]
