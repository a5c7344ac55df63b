"""Passages that say what a better one says already: versions of one document, boilerplate that stands in many.

They would fill the few places there are for evidence. Two passages are alike if nearly all runs of words of the shorter
stand in the other, and if they hold the same figures: a year later the same table row says something else.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

#: Words in a run (shingle), as in Broder 1997, "On the resemblance and containment of documents".
_RUN = 4
#: Share of the shorter passage's runs that must stand in the other.
_CONTAINED = 0.9
#: Passages of fewer words are compared as a whole.
_SHORT = 12
_WORD = re.compile(r"\w+")
_FIGURE = re.compile(r"\d[\d.,]*")


def repeated(passages: Iterable[tuple[Key, str, Hashable]]) -> dict[Key, Key]:
    """The passages that repeat one before them, each with the first that says it.

    Args:
        passages: key, text and group of each, best first; those of different groups never count as alike.
    """
    kept: list[tuple[Key, Hashable, frozenset[str], frozenset[str]]] = []
    found = {}
    for key, text, group in passages:
        runs, figures = _runs(text), frozenset(figure.strip(".,") for figure in _FIGURE.findall(text))
        alike = (first for first, of, held, others in kept if (group, figures) == (of, others) and _alike(runs, held))
        first = next(alike, None)
        if first is None:
            kept.append((key, group, runs, figures))
        else:
            found[key] = first
    return found


def _runs(text: str) -> frozenset[str]:
    words = _WORD.findall(text.lower())
    if len(words) < _SHORT:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _CONTAINED * min(len(one), len(other))
