"""Does the answer mean what an accepted one means: nearness of embeddings, a likeness and not a judgement.

An answer with the wrong figure in the right sentence is near as well: this says something beside the rules where
gold answers are prose, and nothing in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from evals.normalise import strip_markers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Texts to their embeddings, unit vectors of shape (texts, dimensions), in order.
Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]


def meaning_similarity(answer: str, answers: Sequence[str], embed: Embed) -> float | None:
    """Cosine of the answer with the nearest accepted answer, at least 0; None without accepted answers.

    Nothing said scores 0. Source: Risch et al. 2021, "Semantic Answer Similarity for Evaluating Question Answering
    Models", with a bi-encoder: here the one that the assistant searches with.
    """
    accepted = [text for text in answers if text.strip()]
    said = strip_markers(answer).strip()
    if not accepted:
        return None
    if not said:
        return 0.0
    vectors = embed([said, *accepted])
    return max(0.0, min(1.0, float((vectors[1:] @ vectors[0]).max())))
