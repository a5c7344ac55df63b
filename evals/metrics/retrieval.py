"""Did the search bring up what holds the answer: recall@k, hit@k, reciprocal rank, average precision, nDCG@k.

Definitions as in Manning, Raghavan and Schütze 2008, "Introduction to Information Retrieval", chapter 8.
A target is a gold document, a gold (document, page) or a gold quote; a result is a passage and covers a set of
targets. Ranks are those of passages, as a reader meets them. A target counts once, where it is first covered,
however many passages cover it: five passages of one document are one document found.
"""

from __future__ import annotations

import math
from collections import Counter
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


def average_precision(ranks: Sequence[int | None]) -> float | None:
    """Mean, over the targets, of the share of targets among the results down to each; None without targets.

    A target that no result covers adds 0. Where one result covers several, precision cannot pass 1. The mean over
    cases is the MAP, here over the results fetched (at most `max(DEPTHS)`).
    """
    if not ranks:
        return None
    found = sorted(rank for rank in ranks if rank is not None)
    return sum(min(1.0, sum(other <= rank for other in found) / rank) for rank in found) / len(ranks)


def ndcg_at(ranks: Sequence[int | None], k: int) -> float | None:
    """Normalised discounted cumulative gain of the first k results; None without targets.

    The gain of a result is the number of targets that it is the first to cover, discounted by log2(rank + 1). The
    ideal is these very gains in falling order, followed by one result for each target that was not covered.

    Source: Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques".
    """
    if not ranks:
        return None
    gains = Counter(rank for rank in ranks if rank is not None)
    ideal = sorted(gains.values(), reverse=True) + [1] * sum(rank is None for rank in ranks)
    gained = sum(gain / math.log2(rank + 1) for rank, gain in gains.items() if rank <= k)
    return gained / sum(gain / math.log2(place + 1) for place, gain in enumerate(ideal[:k], start=1))


def quotes_covered(quotes: Sequence[str], text: str) -> frozenset[int]:
    """Positions of the gold quotes of which the text holds at least `QUOTE_COVER` of the tokens."""
    return frozenset(i for i, quote in enumerate(quotes) if token_recall(quote, text) >= QUOTE_COVER)


def retrieval_scores(name: str, ranks: Sequence[int | None]) -> dict[str, float | None]:
    """All scores of one kind of target: `{name}_recall@k`, `_hit@k` and `_ndcg@k`, `{name}_mrr` and `_map`."""
    scores: dict[str, float | None] = {}
    for k in DEPTHS:
        scores[f"{name}_recall@{k}"] = recall_at(ranks, k)
        scores[f"{name}_hit@{k}"] = hit_at(ranks, k)
        scores[f"{name}_ndcg@{k}"] = ndcg_at(ranks, k)
    scores[f"{name}_mrr"] = reciprocal_rank(ranks)
    scores[f"{name}_map"] = average_precision(ranks)
    return scores
