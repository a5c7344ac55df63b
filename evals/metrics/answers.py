"""Is the answer right: by its figures, by accepted answers, by the parts of a scaled answer.

Wording is compared after the normalisation of SQuAD (Rajpurkar et al. 2016), figures by value, unit, scale
and range (see `figures.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.metrics.figures import Figure, parse_figures, same_figure, whole_figure
from evals.normalise import contains_run, same_text, token_f1, tokens

#: Accepted answers longer than this many words are prose: whether another text says the same, no rule can
#: tell, so such a case is not judged by wording.
PROSE_WORDS = 15


def figure_found(gold: str, answer: str) -> bool:
    """Whether every figure within the gold string stands in the answer.

    A gold string without a figure that can be parsed ("a few hundred") has to be contained as words.
    """
    wanted = parse_figures(gold)
    if not wanted:
        return contains_run(gold, answer)
    found = parse_figures(answer)
    return all(any(same_figure(one, other) for other in found) for one in wanted)


def answer_found(accepted: str, answer: str) -> bool:
    """Whether an accepted answer stands in the answer: as a figure if it is one, else as a run of words."""
    if whole_figure(accepted) is not None:
        return figure_found(accepted, answer)
    return contains_run(accepted, answer)


def is_prose(accepted: Sequence[str]) -> bool:
    """Whether all accepted answers are too long to be looked for word by word."""
    return all(len(tokens(text)) > PROSE_WORDS for text in accepted if text.strip())


def part_found(part: str, scale: str, answer: str) -> bool:
    """Whether one part of a scaled answer stands in the answer, a number in the scale of the set.

    A number that says its own scale or percent sign ("$6.4 million") keeps it; a year may go without.
    Currency is not asked for, as table cells often lack it, and results of sums may show more decimals.
    """
    gold = whole_figure(part)
    if gold is None:
        return contains_run(part, answer)
    wanted = [gold]
    if scale and gold.multiplier == 1 and gold.unit != "%":
        scaled = whole_figure(f"{part} {scale}") or gold
        wanted = [scaled, gold] if gold.year else [scaled]
    found = parse_figures(answer)
    return any(same_figure(one, other, rounding=True, any_currency=True) for one in wanted for other in found)


def says_right(
    answer: str, *, answers: Sequence[str], figures: Sequence[str] = (), scale: str | None = None
) -> bool | None:
    """Whether the shown answer says what is wanted; None when the gold answers are prose without figures.

    With gold figures, all have to be found; with a scale, all parts; else one accepted answer.
    """
    if figures:
        return all(figure_found(figure, answer) for figure in figures)
    accepted = [text for text in answers if text.strip()]
    if scale is not None:
        return all(part_found(part, scale, answer) for part in accepted)
    if is_prose(accepted):
        return None
    return any(answer_found(text, answer) for text in accepted)


def _distinct(figures: Sequence[Figure]) -> list[Figure]:
    kept: dict[tuple[object, ...], Figure] = {}
    for figure in figures:
        kept.setdefault((figure.low, figure.high, figure.unit), figure)
    return list(kept.values())


def figure_recall(answer: str, *, answers: Sequence[str], figures: Sequence[str] = ()) -> float | None:
    """Share of the gold figures that the answer has.

    Gold figures are those given, else those of each accepted answer (the best of the alternatives counts),
    without figures in words, years and small bare numbers, which a long gold answer has by the way. None
    where one of the alternatives does without figures, since a right answer may then have none.
    """
    given = [[f for text in figures for f in parse_figures(text)]] if figures else None
    alternatives = given or [
        [f for f in parse_figures(text) if not f.spelled and not f.year and (f.unit or f.low >= 10)]
        for text in answers
        if text.strip()
    ]
    if not alternatives or not all(alternatives):
        return None
    found = parse_figures(answer)
    return max(
        sum(any(same_figure(gold, other) for other in found) for gold in wanted) / len(wanted)
        for wanted in map(_distinct, alternatives)
    )


def is_one_of(answer: str, others: Sequence[str]) -> bool:
    """Whether an answer says the same as one of some others, word for word after normalisation."""
    return any(same_text(answer, other) for other in others if other.strip())


def exact_match(answer: str, answers: Sequence[str]) -> float | None:
    """1 if the answer equals an accepted one after normalisation, else 0; None if none is given."""
    accepted = [text for text in answers if text.strip()]
    return float(any(same_text(text, answer) for text in accepted)) if accepted else None


def best_token_f1(answer: str, answers: Sequence[str]) -> float | None:
    """Token F1 against the nearest accepted answer; None without accepted answers."""
    return max((token_f1(text, answer) for text in answers if text.strip()), default=None)
