"""Reciprocal rank fusion: rankings of different scales become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=int | str)

#: Damping constant of Cormack, Clarke and Büttcher (SIGIR 2009), who found 60 to work across collections.
RRF_CONSTANT = 60


def reciprocal_rank_fusion(
    rankings: Iterable[Sequence[Key]], weights: Sequence[float] | None = None
) -> list[tuple[Key, float]]:
    """Fuse rankings: each key scores the weighted sum of 1 / (60 + rank), best first.

    Args:
        rankings: keys best first; a key counts once a ranking, at its best place.
        weights: one weight a ranking, 1 for all if left out.

    Returns:
        (key, score), best first; ties keep the order in which keys were first met.
    """
    scores: dict[Key, float] = {}
    for position, ranking in enumerate(rankings):
        weight = 1.0 if weights is None else weights[position]
        for rank, key in enumerate(dict.fromkeys(ranking), start=1):
            scores[key] = scores.get(key, 0.0) + weight / (RRF_CONSTANT + rank)
    return sorted(scores.items(), key=lambda item: -item[1])
