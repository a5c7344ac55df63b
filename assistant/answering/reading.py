"""Prepares a question and its evidence for the rows of `features`: words compared by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering.align import Source
from assistant.answering.asked import asked_for
from assistant.answering.features import Reading
from assistant.answering.words import content_stems, stem, words
from assistant.index.lexical import STOPWORDS
from assistant.index.library import Embedder

if TYPE_CHECKING:
    import numpy as np

#: Word vectors kept between questions; a vector of 384 floats takes 1.5 KiB.
_KEPT_WORDS = 20_000


def content_words(text: str) -> list[str]:
    """Content words as written, lower-case, one for each stem."""
    kept = {stem(word): word for word in words(text) if word not in STOPWORDS and not word[0].isdigit()}
    return list(kept.values())


class WordVectors:
    """Unit vectors of single words, by the embedding model, each computed once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, np.ndarray] = {}

    def __call__(self, wanted: Sequence[str]) -> np.ndarray:
        """Vectors of shape (words, dimension)."""
        import numpy as np

        new = [word for word in dict.fromkeys(wanted) if word not in self._known]
        if len(self._known) + len(new) > _KEPT_WORDS:
            self._known.clear()
            new = list(dict.fromkeys(wanted))
        if new:
            self._known.update(zip(new, self._embedder.encode(new), strict=True))
        if not wanted:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        return np.stack([self._known[word] for word in wanted])


def read(question: str, vector: np.ndarray, sources: Sequence[Source], vectors: WordVectors, leans: bool) -> Reading:
    """The question prepared: each content word with its nearest word in every evidence sentence."""
    asked_words = content_words(question)
    matrix = vectors(asked_words)
    similarity: dict[int, tuple[float, ...]] = {}
    for source in sources:
        held = content_words(f"{source.evidence.context} {source.evidence.text} {source.evidence.title}")
        if not asked_words or not held:
            similarity[source.number] = tuple(0.0 for _ in asked_words)
            continue
        best = (matrix @ vectors(held).T).max(axis=1)
        similarity[source.number] = tuple(min(1.0, float(value)) for value in best)
    return Reading(
        text=question,
        vector=vector,
        stems=tuple(content_stems(question)),
        asked=asked_for(question),
        word_similarity=similarity,
        leans=leans,
    )
