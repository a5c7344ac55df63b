"""The one face that every embedding model shows to the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

#: Told how many texts of how many are embedded.
EncodeProgress = Callable[[int, int], None]


class TextEncoder(Protocol):
    """A model that turns texts into vectors. Texts come sorted by length, longest first."""

    name: str
    dimension: int
    max_tokens: int

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token numbers of each text, special ones included, however long it is."""

    def encode(self, texts: Sequence[str], done: Callable[[int], None]) -> NDArray[np.float32]:
        """(n, dimension) float32, each row of unit length; `done` is told how many texts are finished."""


class LocalEmbeddings(Embeddings):
    """Embeddings made on this machine, for LangChain and for the index.

    `name` says which model made a vector: vectors of different names cannot be compared. `dimension` is their
    length. Of a text, the first `max_tokens` tokens are read, special ones included.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.max_tokens = encoder.max_tokens

    def encode(self, texts: Sequence[str], progress: EncodeProgress | None = None) -> NDArray[np.float32]:
        """Vectors of the texts, in their order: (n, dimension) float32, unit length, so that dot is cosine."""
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        total = len(texts)
        vectors = np.empty((total, self.dimension), dtype=np.float32)
        if total:
            vectors[order] = self._encoder.encode(
                [texts[place] for place in order],
                lambda finished: progress(finished, total) if progress else None,
            )
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has for this model, special ones included, beyond `max_tokens` too."""
        return [len(ids) for ids in self._encoder.token_ids(texts)] if texts else []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """See `encode`; the form LangChain asks for."""
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of one question, (dimension,), unit length."""
        vector: list[float] = self.encode([text])[0].tolist()
        return vector
