"""Exact match and F1 by TAT-QA's own definition, scale included.

Source: Zhu et al. 2021, "TAT-QA: A Question Answering Benchmark on a Hybrid of Tabular and Textual Content in
Finance", section 5; its F1 is the numeracy-focused one of Dua et al. 2019, "DROP". In short: the spans of an
answer are a set, so they are compared sorted; a number is rounded to two decimals in its scale, then
multiplied by it (percent is 0.01) and compared to four decimals; a text carries its scale as a word; F1 is
over bags of words, 0 where the gold answer has numbers and the prediction none of them; for sums and counts
F1 is exact match. A lone number without scale or percent sign also matches unrounded, so that 0.2342 is 23.42
percent.

The set's metric wants spans and a scale; an assistant writes sentences. `prediction` derives the one from
the other without looking at the gold answer, and so these scores are a lower bound on what was meant.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from evals.metrics.figures import parse_figures, same_figure

SCALES: dict[str, Decimal] = {
    "": Decimal(1),
    "percent": Decimal("0.01"),
    "thousand": Decimal(10) ** 3,
    "million": Decimal(10) ** 6,
    "billion": Decimal(10) ** 9,
}
#: Types of question whose F1 is their exact match.
COMPUTED = ("arithmetic", "count")
#: An answer longer than this is taken by its words, not by its figures.
FIGURE_ANSWER_WORDS = 30
_WORD_QUESTION = re.compile(r"\s*(?:why|where|who|whom|whose|when)\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<minus>[-\u2212])?\s*[$€£¥]?\s*(?P<minus2>[-\u2212])?(?P<open2>\()?\s*"
    r"(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)\s*\)?\s*(?P<percent>%)?\s*\)?\s*"
    r"(?P<scale>thousand|million|billion|percent)?s?\s*\)?",
    re.IGNORECASE,
)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def number(text: str) -> Decimal | None:
    """Value of a text that is one number, with the scale word or percent sign it bears; None if it is not.

    Parentheses around the number make it negative, as in accounts.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    value = Decimal(match["digits"].replace(",", ""))
    if match["minus"] or match["minus2"] or match["open"] or match["open2"]:
        value = -value
    value *= SCALES[(match["scale"] or "").lower()]
    return value * SCALES["percent"] if match["percent"] else value


def _four(value: Decimal) -> str:
    rounded = value.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    return str(abs(rounded) if rounded == 0 else rounded)


def _span(text: str, scale: str) -> str:
    value = number(text)
    if value is None:
        return f"{text} {scale}".strip()
    if "%" in text:
        return _four(value)
    return _four(value.quantize(Decimal("0.01"), ROUND_HALF_EVEN) * SCALES.get(scale, Decimal(1)))


def _words(spans: Sequence[str], scale: str) -> list[str]:
    """Normalised words of the spans in sorted order: lower case, no punctuation, no articles."""
    words: list[str] = []
    for word in " ".join(_span(span, scale) for span in sorted(spans)).lower().split():
        value = number(word)
        plain = _four(value) if value is not None else word.strip("“”‘’").translate(_NO_PUNCTUATION)
        if plain and plain not in ("a", "an", "the"):
            words.append(plain)
    return words


def _readings(spans: Sequence[str], scale: str) -> list[list[str]]:
    """The words of a prediction and, for a lone bare number, those of the number unrounded."""
    readings = [_words(spans, scale)]
    if len(spans) == 1 and not scale and "%" not in spans[0]:
        value = number(spans[0])
        if value is not None:
            readings.append([_four(value)])
    return readings


def _f1(gold: Sequence[str], given: Sequence[str]) -> float:
    numbers = {word for word in gold if number(word) is not None}
    if numbers and not numbers & set(given):
        return 0.0
    shared = sum((Counter(gold) & Counter(given)).values())
    return 2 * shared / (len(gold) + len(given)) if gold or given else 1.0


def tatqa_scores(
    spans: Sequence[str], scale: str, *, gold_spans: Sequence[str], gold_scale: str, kind: str
) -> tuple[float, float]:
    """Exact match and F1, each from 0 to 1.

    Args:
        spans: the predicted answer; empty for none.
        scale: its scale: "", "percent", "thousand", "million" or "billion".
        gold_spans: the gold answer's parts.
        gold_scale: their scale.
        kind: the type of answer; one that begins with "arithmetic" or "count" has no partial credit.
    """
    if not spans:
        return 0.0, 0.0
    gold = _words(gold_spans, gold_scale)
    readings = _readings(spans, scale)
    exact = float(any(sorted(reading) == sorted(gold) for reading in readings))
    if kind.startswith(COMPUTED):
        return exact, exact
    return exact, max(_f1(gold, reading) for reading in readings)


def prediction(answer: str, question: str, result: str | None = None) -> tuple[list[str], str]:
    """Spans and scale that a written answer amounts to.

    The result of a calculation if there is one; else, of a short answer to a question that can ask for an
    amount, the figures that the question does not already state; else the words themselves.
    """
    text = (result or answer).strip().rstrip(".")
    wordy = bool(_WORD_QUESTION.match(question)) or len(text.split()) > FIGURE_ANSWER_WORDS
    if wordy and not result:
        return ([text] if text else []), ""
    asked = parse_figures(question)
    figures = [
        figure
        for figure in parse_figures(text)
        if not figure.spelled and (result or not any(same_figure(figure, other) for other in asked))
    ]
    if not figures or any(figure.low != figure.high for figure in figures):
        return ([text] if text else []), ""
    names = {value: name for name, value in SCALES.items() if name != "percent"}
    # A difference of percentages is in percentage points; the set counts it in percent. The "M" of MWh is no scale.
    scales = {
        "percent" if f.unit in ("%", "pp") else "" if f.unit in ("W", "Wh") else names.get(f.multiplier, "")
        for f in figures
    }
    if len(scales) == 1:
        return [str(figure.mantissa) for figure in figures], scales.pop()
    return [figure.text for figure in figures], ""
