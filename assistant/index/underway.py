"""What SQLite has changed already and Chroma is only being told of, as searches must see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.index.store import Store

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Underway:
    """Passages on their way out and in; row i of `vectors` is of `ids[i]`, None if there are none."""

    removed: frozenset[int] = frozenset()
    ids: tuple[int, ...] = ()
    document_ids: tuple[int, ...] = ()
    vectors: np.ndarray | None = None

    @classmethod
    def of(cls, store: Store, removed: Sequence[int], added: Sequence[int]) -> Underway:
        """A change of passages by their ids; the vectors of those added come from the store."""
        import numpy as np

        rows = store.passage_vectors(added)
        return cls(
            removed=frozenset(removed),
            ids=tuple(row[0] for row in rows),
            document_ids=tuple(row[1] for row in rows),
            vectors=np.stack([row[3] for row in rows]) if rows else None,
        )

    @property
    def stale(self) -> frozenset[int]:
        """Ids of which Chroma's word does not count."""
        return self.removed.union(self.ids)

    def near(self, vector: np.ndarray, scope: Sequence[int] | None) -> list[tuple[int, float]]:
        """The similarity of each passage that is on its way in, within a scope of documents."""
        if self.vectors is None:
            return []
        scores = zip(self.ids, self.document_ids, self.vectors @ vector, strict=True)
        return [(key, float(score)) for key, document, score in scores if not scope or document in scope]
