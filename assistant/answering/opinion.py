"""What the chat model thinks of the evidence before it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Opinion:
    """Probabilities by sentence number.

    `numbers`: that the sentence is the closest, for every sentence. `stated`: that the sentence states what is
    asked, for the most probable ones and the one that retrieval put first.
    """

    numbers: Mapping[int, float]
    stated: Mapping[int, float]
