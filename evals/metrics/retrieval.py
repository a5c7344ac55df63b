"""Did the search bring up what holds the answer: recall@k, hit@k and reciprocal rank.

Definitions as in Manning, Raghavan and Schütze 2008, "Introduction to Information Retrieval", chapter 8.
A target is a gold document, a gold (document, page) or a gold quote; a result covers a set of targets.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from evals.normalise import token_recall

#: The depths that are reported.
DEPTHS = (1, 5, 10)
#: A result covers a gold quote when it holds this share of the quote's tokens.
QUOTE_COVER = 0.8


def first_ranks(targets: Collection[Hashable], results: Sequence[Collection[Hashable]]) -> list[int | None]:
    """For every distinct target the rank (from 1) of the first result that covers it, None if none does."""
    return [
        next((rank for rank, covered in enumerate(results, start=1) if target in covered), None)
        for target in dict.fromkeys(targets)
    ]


def recall_at(ranks: Sequence[int | None], k: int) -> float | None:
    """Share of the targets covered by the first k results; None without targets."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks) if ranks else None


def hit_at(ranks: Sequence[int | None], k: int) -> float | None:
    """1 if any target is covered by the first k results, else 0; None without targets."""
    return float(any(rank is not None and rank <= k for rank in ranks)) if ranks else None


def reciprocal_rank(ranks: Sequence[int | None]) -> float | None:
    """1 / rank of the first result that covers a target, 0 if none does; None without targets.

    The mean over cases is the MRR, here over the results fetched (at most `max(DEPTHS)`).
    """
    if not ranks:
        return None
    return max((1 / rank for rank in ranks if rank is not None), default=0.0)


def quotes_covered(quotes: Sequence[str], text: str) -> frozenset[int]:
    """Positions of the gold quotes of which the text holds at least `QUOTE_COVER` of the tokens."""
    return frozenset(i for i, quote in enumerate(quotes) if token_recall(quote, text) >= QUOTE_COVER)


def retrieval_scores(name: str, ranks: Sequence[int | None]) -> dict[str, float | None]:
    """All scores of one kind of target: `{name}_recall@k`, `{name}_hit@k`, `{name}_mrr`."""
    scores: dict[str, float | None] = {}
    for k in DEPTHS:
        scores[f"{name}_recall@{k}"] = recall_at(ranks, k)
        scores[f"{name}_hit@{k}"] = hit_at(ranks, k)
    scores[f"{name}_mrr"] = reciprocal_rank(ranks)
    return scores
