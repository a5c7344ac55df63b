"""Which of many trade-offs are worth a look."""

from __future__ import annotations

from collections.abc import Sequence


def front(points: Sequence[tuple[float, float]]) -> frozenset[int]:
    """Positions of the points that no other is better than: the Pareto front.

    A point is better than another if it is no worse in both ways and better in one. Equal points stand or fall
    together. Source: V. Pareto 1906, "Manuale di economia politica".

    Args:
        points: (quality, cost) of each; more quality and less cost are better.
    """
    kept: set[int] = set()
    best: float | None = None
    ordered = sorted(range(len(points)), key=lambda at: (points[at][1], -points[at][0]))
    last: tuple[float, float] | None = None
    for at in ordered:
        quality = points[at][0]
        if best is None or quality > best:
            best, last = quality, points[at]
            kept.add(at)
        elif points[at] == last:
            kept.add(at)
    return frozenset(kept)
