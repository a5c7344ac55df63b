"""What SQLite has changed already and Chroma is only being told of, as searches must see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Underway:
    """Passages on their way out and in; row i of `vectors` is of `ids[i]`, None if there are none."""

    removed: frozenset[int] = frozenset()
    ids: tuple[int, ...] = ()
    document_ids: tuple[int, ...] = ()
    vectors: np.ndarray | None = None

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


#: What is entered shortly before a change of SQLite is committed, and left after it, by an error if that fails.
Around: TypeAlias = Callable[[Underway], AbstractContextManager[object]]


def nobody_searches(_change: Underway) -> AbstractContextManager[object]:
    """Around a change that no search has to be told of."""
    return nullcontext()


class Changing:
    """The passages that a transaction takes away and brings, gathered while it runs."""

    def __init__(self, removed: Sequence[int] = ()) -> None:
        self.removed = list(removed)
        self.added: list[int] = []
        self._document_ids: list[int] = []
        self._vectors: list[np.ndarray] = []

    def bring(self, document_id: int, passage_ids: Sequence[int], vectors: np.ndarray) -> None:
        """Note the passages of a document; row i of `vectors` is of passage i."""
        self.added += passage_ids
        self._document_ids += [document_id] * len(passage_ids)
        if len(passage_ids):
            self._vectors.append(vectors)

    @property
    def underway(self) -> Underway:
        """All of it, as searches must see it."""
        import numpy as np

        return Underway(
            removed=frozenset(self.removed),
            ids=tuple(self.added),
            document_ids=tuple(self._document_ids),
            vectors=np.concatenate(self._vectors).astype("<f4", copy=False) if self._vectors else None,
        )
