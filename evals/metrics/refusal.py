"""Does it know when not to answer: precision, recall and balanced accuracy of refusing.

The positive class is "not answerable". An error is neither an answer nor a refusal; it counts as the wrong
one of the two. Balanced accuracy after Brodersen et al. 2010, "The Balanced Accuracy and Its Posterior
Distribution".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class RefusalCounts(NamedTuple):
    """How often cases were refused, by whether they should have been."""

    rightly_refused: int
    wrongly_refused: int
    wrongly_answered: int
    rightly_answered: int


def count_refusals(cases: Iterable[tuple[bool, str]]) -> RefusalCounts:
    """Count cases given as (answerable, status); status is an answer's, or "error"."""
    counts = [0, 0, 0, 0]
    for answerable, status in cases:
        refused = answerable if status == "error" else status in ("not_found", "unclear")
        counts[(1 if answerable else 0) if refused else (3 if answerable else 2)] += 1
    return RefusalCounts(*counts)


def precision_parts(counts: RefusalCounts) -> tuple[int, int]:
    """Right refusals and all refusals."""
    return counts.rightly_refused, counts.rightly_refused + counts.wrongly_refused


def recall_parts(counts: RefusalCounts) -> tuple[int, int]:
    """Right refusals and all cases that are not answerable."""
    return counts.rightly_refused, counts.rightly_refused + counts.wrongly_answered


def balanced_accuracy(counts: RefusalCounts) -> float | None:
    """Mean of the shares of both classes treated rightly; None unless both occur."""
    negatives = counts.wrongly_refused + counts.rightly_answered
    refused, positives = recall_parts(counts)
    if not positives or not negatives:
        return None
    return (refused / positives + counts.rightly_answered / negatives) / 2
