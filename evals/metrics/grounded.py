"""Figures of an answer that came from nowhere: in no passage found, not in the question, and not right either.

Unlike what citations are held against, this can be said of any pipeline, whether it cites or not: what was found is
all it was given. Figures are compared by the judge's own parser, as in `unsupported`.
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.metrics.figures import parse_figures
from evals.metrics.unsupported import in_quotes


def ungrounded_figures(shown: str, given: Sequence[str]) -> tuple[str, ...]:
    """The texts of the figures that nothing given holds, in order, each once.

    Years are left aside, since a document's title or file name may state them, and so are numbers in words without a
    unit or scale ("two directions").

    Args:
        shown: what the reader is told as fact.
        given: the passages found, the question and what was said before it, and the right answers.
    """
    found: dict[str, None] = {}
    for figure in parse_figures(shown):
        trivial = figure.spelled and not figure.unit and figure.multiplier == 1
        if not trivial and not figure.year and not in_quotes(figure, given):
            found[figure.text] = None
    return tuple(found)
