"""Are the cited words to the point of the question.

A citation is good when its quote contains a gold figure or an accepted answer, or overlaps a gold quote. Whether it
carries the sentence it stands at is another metric, in `support`.
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.metrics.answers import answer_found, figure_found, is_prose, part_found
from evals.metrics.retrieval import quotes_covered
from evals.normalise import token_f1, token_recall

#: Token F1 with a gold quote, or share of its tokens, from which a cited quote overlaps it.
OVERLAP = 0.5


def overlaps(quote: str, gold: str) -> bool:
    """Whether a cited quote and a gold quote share at least half of their words (F1), or half the gold's."""
    return max(token_f1(gold, quote), token_recall(gold, quote)) >= OVERLAP


def supports(
    quote: str,
    *,
    answers: Sequence[str],
    figures: Sequence[str] = (),
    quotes: Sequence[str] = (),
    scale: str | None = None,
) -> bool:
    """Whether a cited quote holds a gold figure or accepted answer, or overlaps a gold quote."""
    if any(figure_found(figure, quote) for figure in figures):
        return True
    accepted = [text for text in answers if text.strip()]
    if scale is not None:
        # The scale of a table stands in its header, outside the row that is quoted.
        if any(part_found(part, each, quote) for part in accepted for each in (scale, "")):
            return True
    elif not is_prose(accepted) and any(answer_found(text, quote) for text in accepted):
        return True
    return any(overlaps(quote, gold) for gold in quotes if gold.strip())


def gold_cited(cited: Sequence[str], quotes: Sequence[str]) -> float | None:
    """Share of the gold quotes that a cited quote holds (`QUOTE_COVER` of their words); None without gold quotes."""
    wanted = [quote for quote in quotes if quote.strip()]
    covered = {place for quote in cited for place in quotes_covered(wanted, quote)}
    return len(covered) / len(wanted) if wanted else None
