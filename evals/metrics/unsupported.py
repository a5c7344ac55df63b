"""Figures shown as fact that the words cited for them do not hold.

Counted twice over and joined: what the assistant itself admits, and what this judge finds with its own parser. A
figure is supported when a quote that its own sentence cites has the same figure; a bare number of at least three
digits or with decimals in a quote also supports that number with a scale or unit, because a table says those in its
header, outside the quoted row; in a row any number does, also one with the same unit. The sign is left to the words.
A sum's result is supported by its operands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.answer import Answer, Calculation, Status
from evals.metrics.figures import Figure, parse_figures, same_figure
from evals.normalise import strip_markers

#: What stands between the cells of a table's row.
_CELLS = " | "
_RATE = re.compile(r"\b(?:per|each|every|an?)\s+(?=[A-Za-z])", re.IGNORECASE)


def shown_text(answer: Answer) -> str:
    """What the reader is told as fact: the sentences not struck, without markers."""
    if not answer.sentences:
        return strip_markers(answer.answer)
    return strip_markers(" ".join(s.text for s in answer.sentences if not s.struck))


def _shown_sentences(answer: Answer) -> list[tuple[str, list[str]]]:
    """The sentences not struck, without markers, each with the quotes that it cites.

    An answer that does not say which sentence cites what is one sentence that cites all.
    """
    quotes = {citation.number: citation.quote for citation in answer.citations}
    if not answer.sentences:
        return [(shown_text(answer), list(quotes.values()))]
    return [
        (strip_markers(told.text), [quotes[number] for number in told.citations if number in quotes])
        for told in answer.sentences
        if not told.struck
    ]


def _unsigned(figure: Figure) -> Figure:
    if figure.low != figure.high:
        return figure
    return replace(figure, low=abs(figure.low), high=abs(figure.high), mantissa=abs(figure.mantissa))


def _bare_support(found: Figure, quoted: Figure, in_row: bool) -> bool:
    unmarked = not quoted.unit or (in_row and quoted.unit == found.unit)
    telling = in_row or quoted.decimals > 0 or quoted.high >= 100
    bare = unmarked and quoted.multiplier == 1 and not quoted.year and quoted.low == quoted.high
    return bare and telling and found.low == found.high and found.mantissa == quoted.mantissa


def _one_of(figure: Figure, quote: str) -> bool:
    """Whether the figure is one of a unit that the quote names as a rate: "one gigawatt" beside "per GW"."""
    if not figure.unit or figure.low != figure.high or figure.mantissa != 1:
        return False
    return any(same_figure(figure, counted) for counted in parse_figures(_RATE.sub("; 1 ", quote)))


def in_quotes(figure: Figure, quotes: Sequence[str]) -> bool:
    """Whether one of the quotes holds the figure."""
    found = _unsigned(figure)
    return any(
        same_figure(found, quoted) or _bare_support(found, quoted, _CELLS in quote)
        for quote in quotes
        for quoted in map(_unsigned, parse_figures(quote))
    ) or any(_one_of(found, quote) for quote in quotes)


def _calculated(calculation: Calculation | None, quotes_by_number: dict[int, str]) -> list[Figure]:
    """The result of a sum, if every operand stands in the quote it names."""
    if calculation is None or not calculation.operands:
        return []
    for operand in calculation.operands:
        quote = quotes_by_number.get(operand.citation, "")
        operands = parse_figures(operand.text)
        if not operands or not all(in_quotes(figure, [quote]) for figure in operands):
            return []
    return parse_figures(calculation.result)


def unsupported_figures(answer: Answer) -> tuple[str, ...]:
    """The texts of the shown figures that nothing their sentence cites supports, in order, each once.

    Numbers in words count only with a unit or scale ("two directions" is no figure to check). A reply that
    is no answer may repeat the question's figures; there only what the assistant flags counts. A figure that
    was struck in one sentence and stands supported in another is not held against the latter.
    """
    shown = shown_text(answer)
    quotes = {citation.number: citation.quote for citation in answer.citations}
    results = [_unsigned(figure) for figure in _calculated(answer.calculation, quotes)]
    found: dict[str, None] = {}
    if answer.status is Status.ANSWERED:
        for sentence, cited in _shown_sentences(answer):
            for figure in parse_figures(sentence):
                trivial = figure.spelled and not figure.unit and figure.multiplier == 1
                summed = any(same_figure(result, _unsigned(figure), any_currency=True) for result in results)
                if not trivial and not summed and not in_quotes(figure, cited):
                    found[figure.text] = None
    vouched = Counter(check.text for check in answer.figures if check.supported and check.citation is not None)
    for check in answer.figures:
        stated = [_unsigned(figure) for figure in parse_figures(check.text)]
        summed = bool(stated) and any(same_figure(r, s, any_currency=True) for r in results for s in stated)
        flagged = not check.supported or (check.citation is None and not summed)
        if flagged and shown.count(check.text) > vouched[check.text]:
            found[check.text] = None
    return tuple(found)
