"""Rankings put together: reciprocal rank fusion, and the first of each group before the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=int | str)
Item = TypeVar("Item")

#: Damping constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009). They found 60 to work across
#: collections of thousands of hits; of a hundred a lower one keeps more of what the first ranks say
#: (docs/experiments.md).
RRF_CONSTANT = 20


def reciprocal_rank_fusion(
    rankings: Iterable[Sequence[Key]], weights: Sequence[float] | None = None
) -> list[tuple[Key, float]]:
    """Fuse rankings: each key scores the weighted sum of 1 / (20 + rank), best first.

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


def first_of_each(ranked: Sequence[Item], group: Callable[[Item], Hashable | None]) -> list[Item]:
    """A ranking with the best of each group before all others, both in their order.

    Args:
        ranked: best first.
        group: what an item belongs to; None for no group.
    """
    first: dict[Hashable, int] = {}
    for place, item in enumerate(ranked):
        owner = group(item)
        if owner is not None:
            first.setdefault(owner, place)
    ahead = frozenset(first.values())
    return [ranked[place] for place in sorted(range(len(ranked)), key=lambda place: place not in ahead)]


def spread(
    ranked: Sequence[tuple[Item, float]], group: Callable[[Item], Hashable | None], share: float
) -> list[tuple[Item, float]]:
    """A ranking in which each further item of a group counts `share` of its score as often as others came before.

    Args:
        ranked: (item, score), best first.
        group: what an item belongs to; None for no group.
        share: between 0 and 1.

    Returns:
        (item, score) by the new scores, best first; ties keep their order.
    """
    before: Counter[Hashable] = Counter()
    scored: list[tuple[Item, float]] = []
    for item, score in ranked:
        owner = group(item)
        scored.append((item, score if owner is None else score * share ** before[owner]))
        before[owner] += 1
    return sorted(scored, key=lambda pair: -pair[1])
