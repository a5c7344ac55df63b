"""A rate times a quantity, both from running text: "$10–15 billion per GW" and "3GW".

The quantity is the question's, but it must stand in the documents too: a sum is over cited figures only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.answering.figures import Figure, figures, same_figure
from assistant.answering.sums.lines import bag
from assistant.answering.sums.model import Quantity, Sum, Term
from assistant.answering.sums.quantities import shown
from assistant.answering.sums.reserves import doubtful, whose_word
from assistant.retrieval.model import Evidence

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "RMB ", "CHF": "CHF "}
_COUNTED = {"GW", "MW", "kW", "TWh", "GWh", "MWh", "kWh", "kg", "km", "mile", "t", "ton", "GB", "TB", "MB"}
_TIMES = {"year", "month", "week", "day", "hour"}
_WANTS = re.compile(r"^\s*(?:and\s+|so\s+|then\s+)?(?:what|how\s+much)\b", re.IGNORECASE)
#: It must be asked for a whole, or for what would be.
_WHOLE = re.compile(r"\b(?:all|entire|whole|full|total|altogether|would|could|will)\b", re.IGNORECASE)
_PER = r"(?:per|for\s+each|for\s+every|each|every|an?|/)\s*"
_YEARLY = re.compile(r"\b(?:a|per|each|every)\s+year\b|\bannual(?:ly)?\b|\byearly\b|\bp\.?a\b", re.IGNORECASE)
#: A rate is written this near to its unit.
_NEAR = 24
#: Words that ask what comes in or goes out; they choose between two rates but prove neither.
_MONEY = bag(
    """bring brings make makes earn earns give gives yield yields fetch cost costs pay worth money revenue income
    dollars euros pounds total altogether would could will all entire whole full about roughly one out get company if"""
)
_OWN_WORDS = re.compile(r"(?:[$€£¥]|US\$|\d).*", re.DOTALL)


@dataclass(frozen=True)
class _Rate:
    figure: Figure
    evidence: Evidence
    yearly: bool
    text: str


def times_rate(question: str, evidence: Sequence[Evidence]) -> Sum | None:
    """The product of a quantity that the question names with the one rate per its unit that it speaks of."""
    wanted = _quantity(question)
    if wanted is None:
        return None
    rates = [rate for found in evidence for rate in _rates(found, wanted.unit)]
    rate = _spoken_of(question, wanted, rates)
    if rate is None:
        return None
    for found in evidence:
        for figure in figures(found.text):
            same = figure.unit == wanted.unit and same_figure(wanted, figure)
            if same and found.document == rate.evidence.document:
                return _product(rate, figure, found)
    return None


def _quantity(question: str) -> Figure | None:
    """The one quantity of a question that asks what a whole of it brings or costs."""
    if not _WANTS.match(question) or not _WHOLE.search(question):
        return None
    named = figures(question)
    counted = [figure for figure in named if figure.unit in _COUNTED]
    others = [figure for figure in named if figure not in counted and not (figure.unit == "year" and figure.low == 1)]
    if len(counted) != 1 or others:
        return None
    figure = counted[0]
    return figure if figure.low == figure.high and figure.low != 1 else None


def _rates(found: Evidence, unit: str) -> Iterator[_Rate]:
    """The amounts of money that a sentence states for one of a unit."""
    named = figures(found.text)
    for figure in named:
        if figure.unit not in _SIGNS:
            continue
        after = found.text[figure.end : figure.end + _NEAR]
        match = re.match(rf"\s*(?:in\s+\w+\s+)?{_PER}(?P<unit>\w+)", after)
        counted = figures(f"1 {match['unit']}") if match else []
        if match and counted and counted[0].unit == unit:
            rest = found.text[figure.end :].split(".")[0]
            text = f"{_own(figure)} {' '.join(after[: match.end()].split())}"
            yield _Rate(figure, found, bool(_YEARLY.search(rest)), text)


def _own(figure: Figure) -> str:
    """A figure's text without "roughly" or "up to"."""
    match = _OWN_WORDS.search(figure.text)
    return match.group() if match else figure.text


def _spoken_of(question: str, wanted: Figure, rates: Sequence[_Rate]) -> _Rate | None:
    """The rate that the question's words mean: all of them stand around it, and no other rate has as many."""
    asked = bag(question.replace(wanted.text, " ")) - bag("year years annual annually")
    hard = asked - _MONEY
    ranked = []
    for rate in rates:
        said = bag(rate.evidence.text)
        around = bag(f"{rate.evidence.around} {rate.evidence.title} {' '.join(rate.evidence.headings)}")
        if hard - said - around or not (asked & said):
            continue
        ranked.append((2 * len(hard & said) + len(asked & said & _MONEY), rate))
    ranked.sort(key=lambda pair: -pair[0])
    if not ranked or (
        len(ranked) > 1 and ranked[0][0] == ranked[1][0] and ranked[0][1].figure.low != ranked[1][1].figure.low
    ):
        return None
    rate = ranked[0][1]
    return rate if rate.yearly or not _YEARLY.search(question) else None


def _product(rate: _Rate, quantity: Figure, found: Evidence) -> Sum:
    low, high = rate.figure.low * quantity.low, rate.figure.high * quantity.low
    result = _amount(low, high, _SIGNS[rate.figure.unit])
    when = " a year" if rate.yearly else ""
    expression = f"{rate.text}{when} × {_own(quantity)}"
    terms = (
        Term(_plain(_own(rate.figure), rate.figure.low), rate.evidence, "rate", ""),
        Term(_plain(_own(quantity), quantity.low), found, "quantity", ""),
    )
    # The question's quantity is worked with as it is; what the text says of it ("up to 3GW") stays with its name.
    sense = f"{rate.figure.bound} " if rate.figure.bound else "roughly " if rate.figure.approximate else ""
    voice = whose_word(terms)
    amount = f"{'it could be ' if doubtful(terms) else ''}{sense}{result}{when}"
    statement = f"For {_whole(quantity)}: {f'{voice}, ' if voice else ''}{amount} ({expression})."
    return Sum(statement, expression, result, terms)


def _whole(quantity: Figure) -> str:
    """A quantity as the text has it: "all 3GW", "all of up to 3GW", "all of about 3GW"."""
    own = _own(quantity)
    sense = quantity.bound or ("about" if quantity.approximate else "")
    return f"all of {sense} {own}" if sense else f"all {own}"


def _plain(text: str, value: Decimal) -> Quantity:
    return Quantity(text, value)


def _amount(low: Decimal, high: Decimal, sign: str) -> str:
    """An amount or range in the largest scale that its lower end fills."""
    exponent = next((power for power in (12, 9, 6) if abs(low) >= Decimal(10) ** power), 0)
    one, other = low.scaleb(-exponent), high.scaleb(-exponent)
    upper = shown(other, exponent=exponent)
    if one == other:
        return f"{sign}{upper}"
    return f"{shown(one, currency=sign)}–{upper}"
