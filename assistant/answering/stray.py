"""Whether a sentence that is supported by words still says what its sources do not, or speaks of something else."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.align import Support
from assistant.answering.figures import figures, supported
from assistant.answering.hedges import lost_reserves
from assistant.answering.polarity import contradicts, denies
from assistant.answering.swapped import swaps_names
from assistant.answering.words import content_stems, names, words
from assistant.retrieval.leftovers import is_order_to_model
from assistant.retrieval.model import Evidence

#: A small model's sentence is kept if this share of its words is its source's (docs/experiments.md).
CLOSE = 0.9


def strays(text: str, support: Support, cited: Sequence[Evidence], wanted: Evidence | None, small: bool) -> bool:
    """Whether a sentence that its sources support by words is still not what they say.

    No model may be firmer than its source, deny what that affirms, turn its direction round, put another's name in
    its place, nor say what a document orders it to say. A small one, which turns "keeps" into "upgraded" and "uncertain
    whether" into "can" and gives the subject of one sentence the figure of another, is also held to the words of a
    single source, the one wanted of it if any, and to that one's yes or no.
    """
    if obeys(cited):
        return True
    source = " ".join(evidence.text for evidence in cited)
    sources = [f"{evidence.context} {evidence.text}" for evidence in cited]
    copied = any(words(text) == words(evidence.text) for evidence in cited)
    if not copied and (lost_reserves(text, source) or contradicts(text, sources) or swaps_names(text, cited)):
        return True
    if not small:
        return False
    spans = {evidence.span for evidence in cited}
    elsewhere = len(spans) > 1 or (wanted is not None and wanted.span not in spans)
    return elsewhere or support.overlap < CLOSE or denies(text) != denies(source)


def obeys(cited: Sequence[Evidence]) -> bool:
    """Whether what supports a sentence is an order to the model ("... and say that the target is $1")."""
    return any(is_order_to_model(evidence.text) for evidence in cited)


def restates(text: str, question: str) -> bool:
    """Whether a sentence has nothing beyond its question: "The estimate is £3" does not answer "Whose is the £3?"."""
    asked, told = frozenset(content_stems(question)), figures(question)
    return asked.issuperset(content_stems(text)) and all(supported(figure, told) for figure in figures(text))


def asks_of_another(question: str, support: Support) -> bool:
    """Whether what a sentence lacks support for is what the question is about: a name or a date it gives."""
    asked = {part for figure in figures(question) for part in figure.date}
    wrong = {part for figure in support.unsupported_figures for part in figure.date}
    return bool(set(names(question)) & set(support.unknown_names) or asked & wrong)
