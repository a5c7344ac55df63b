"""Figures bound to their periods and columns: what a source gives for 2018 does not support a claim about 2019.

A claim is held against a source only where both clearly pair an amount with a period; whatever leaves room is let
stand. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.figures import Figure, figures, same_figure, source_figures
from assistant.answering.sums.lines import Table, bag
from assistant.answering.sums.periods import Period, distinct, only_period, periods, same_period
from assistant.answering.sums.quantities import in_full
from assistant.documents.model import BlockKind
from assistant.retrieval.model import Evidence

#: What stands between the cells of a row.
CELLS = " | "
#: What may stand between an amount and the period it is of.
_THEN = re.compile(
    r"\s*[,(]?\s*(?:(?:in|for|during|at|as\s+of|on)\s+)?(?:the\s+)?(?:end\s+of\s+)?(?:fiscal\s+)?(?:years?\s+)?"
    r"(?:ended\s+)?",
    re.IGNORECASE,
)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
#: Before an amount: it is what another one is compared with.
_COMPARED = re.compile(
    r"\b(?:from|than|versus|vs\.?|against|compar\w+\s+(?:to|with)|(?:up|down)\s+on|instead\s+of|exceed\w+)\s+$",
    re.IGNORECASE,
)
#: Behind an amount: it is of a period told by its distance.
_RELATIVE = re.compile(
    r"\b(?:before|earlier|ago|later|prior|previous|preceding|last|following|next|subsequent|same)\b", re.IGNORECASE
)
#: Before a period: it is one end of a time, or what another is compared with.
_NOT_OF = re.compile(
    r"\b(?:since|before|after|until|till|by|from|through|to|than|versus|vs\.?|over|against|with|between|on|due|"
    r"prior\s+to|start(?:ing)?|beginning|opening)\s+(?:(?:in|at|of|the|fiscal|full|year|end)\s+)*$",
    re.IGNORECASE,
)
#: Behind a year: it is part of a name ("the 2019 report").
_NAME = re.compile(
    r"\s+(?:annual\s+)?(?:reports?|filings?|10-[KQ]|notes?|bonds?|plans?|acts?|agreements?|programs?|facilit\w+|"
    r"editions?|budgets?|surveys?|proxy|acquisitions?|offerings?)\b",
    re.IGNORECASE,
)
#: Words of a row's label that is nothing but a period.
_OF_PERIODS = bag("year years month months quarter quarters fiscal twelve three six nine week weeks period periods")
#: Words of labels of which every other column is a part.
_WHOLE = bag("total sum amount amounts value balance number overall group consolidated")
_FISCAL = re.compile(r"fiscal|financial\s+year|\bF(?:Y|\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Held:
    """A figure of a source with its period; None where the source does not clearly pair it with one."""

    figure: Figure
    period: Period | None


def evidence_figures(evidence: Evidence) -> list[Figure]:
    """All that an evidence sentence says of figures, column labels and the scale of its table included."""
    scaled = [held.figure for held in _scaled(evidence)]
    return [*source_figures(f"{evidence.context} {evidence.text}"), *scaled]


def held_figures(evidence: Evidence) -> list[Held]:
    """The amounts of an evidence sentence, each with its period as far as the sentence says it clearly."""
    if CELLS in evidence.text:
        return [*_cells(evidence.text), *_scaled(evidence)]
    amounts, named = _parts(evidence.text)
    pairs = _in_order(evidence.text, amounts, named) or _adjacent(evidence.text, amounts, named)
    if not pairs and len(amounts) > 1 and len({figure.unit for figure in amounts}) == 1:
        pairs = _alternating(amounts, named)
    of = {figure.start: period for figure, period in pairs}
    return [Held(figure, of.get(figure.start)) for figure in amounts]


def misplaced(text: str, sources: Sequence[tuple[Evidence, Sequence[Held]]]) -> tuple[Figure, ...]:
    """The amounts that a sentence gives for a period for which its sources give another.

    Args:
        text: the sentence.
        sources: what it cites, each with its `held_figures`.
    """
    return tuple(
        figure for figure, period in claimed_pairs(text) if sources and _elsewhere(text, figure, period, sources)
    )


def mislabelled(text: str, sources: Sequence[Evidence]) -> tuple[Figure, ...]:
    """The amounts of a row that a sentence gives under the label of another of its columns ("Lund" for "Oslo").

    Only where it names one such label in full, nothing of the amount's own, and not that label's own amount.

    Args:
        text: the sentence.
        sources: what it cites.
    """
    if CELLS in text:
        return ()
    amounts, said = _parts(text)[0], bag(text)
    rows = [_labelled(evidence.text) for evidence in sources]
    wrong = []
    for figure in amounts:
        holding = [row for row, evidence in zip(rows, sources, strict=True) if _holds(figure, figures(evidence.text))]
        if holding and all(_of_another(figure, amounts, said, row) for row in holding):
            wrong.append(figure)
    return tuple(wrong)


def _labelled(text: str) -> list[tuple[frozenset[str], list[Figure]]]:
    """The cells of a row: the words of the column's label, none if they name a period, and the figures."""
    cells = [cell.rpartition(": ") for cell in text.split(CELLS)[1:]]
    return [(frozenset() if periods(key) else bag(key), figures(value)) for key, _, value in cells]


def _holds(figure: Figure, held: Sequence[Figure]) -> bool:
    return any(same_figure(figure, other) for other in held)


def _of_another(
    figure: Figure,
    amounts: Sequence[Figure],
    said: frozenset[str],
    row: Sequence[tuple[frozenset[str], Sequence[Figure]]],
) -> bool:
    own = [label for label, held in row if _holds(figure, held)]
    others = [(label, held) for label, held in row if not _holds(figure, held)]
    if not own or any(label <= _WHOLE for label in own):
        return False
    mine = frozenset[str]().union(*own)
    named = [(label, held) for label, held in others if label - mine and label <= said]
    if len(named) != 1 or any(_holds(amount, named[0][1]) for amount in amounts):
        return False
    return not (mine - named[0][0]) & said


def claimed_pairs(text: str) -> list[tuple[Figure, Period]]:
    """The amounts of a sentence with the period it gives each for, as far as its words leave no doubt."""
    if CELLS in text:
        return [(held.figure, held.period) for held in _cells(text) if held.period]
    amounts, everything = _parts(text)
    if pairs := _in_order(text, amounts, everything):
        return pairs
    named = [period for period in everything if not (_NOT_OF.search(text[: period.start]) or _is_own(text, period))]
    pairs = _adjacent(text, amounts, everything)
    loose = [figure for figure in amounts if figure not in [paired for paired, _ in pairs]]
    told = [figure for figure in loose if not _aside(text, figure, amounts)]
    if not pairs and len(named) > 1:
        return _alternating(told, named)
    compared = any(_COMPARED.search(text[: figure.start]) for figure, _ in pairs)
    if len(distinct(everything)) == 1 and named and not compared:
        return [*pairs, *((figure, named[0]) for figure in told)]
    if not pairs and len(distinct(named)) == 1 and len(told) == 1:
        return [(told[0], named[0])]
    return pairs


def _elsewhere(text: str, figure: Figure, period: Period, sources: Sequence[tuple[Evidence, Sequence[Held]]]) -> bool:
    """Whether the sources give the figure, always for another period, and nowhere leave open which."""
    found = False
    for evidence, held in sources:
        here = [one.period for one in held if same_figure(figure, one.figure)]
        if not here:
            continue
        if any(other is None or _may_be(text, period, other) for other in here):
            return False
        paired = any(one.period is not None and _may_be(text, period, one.period) for one in held)
        named = periods(f"{evidence.context} {CELLS} {evidence.text}")
        if not paired and any(_may_be(text, period, other) for other in named):
            return False
        found = True
    return found


def _may_be(text: str, claimed: Period, stated: Period) -> bool:
    """Whether two periods may be the same; a fiscal year is often called by the year before or after it ends."""
    years, others = ({one.year, one.ends or one.year} for one in (claimed, stated))
    if years & others:
        return (claimed.ends, stated.ends) != (None, None) or same_period(claimed, stated)
    near = min(abs(year - other) for year in years for other in others) == 1
    dated = claimed if claimed.month else stated
    return near and bool(dated.month) and bool(_FISCAL.search(f"{text} {stated.text}"))


def _parts(text: str) -> tuple[list[Figure], list[Period]]:
    """Amounts and periods of a text; a year is no amount, nor is a small number in words."""
    named = periods(text)
    amounts = [
        figure
        for figure in figures(text)
        if figure.unit != "date"
        and not (figure.spelled and not figure.unit)
        and not any(figure.start < period.end and period.start < figure.end for period in named)
    ]
    return amounts, named


def _is_own(text: str, period: Period) -> bool:
    """Whether a year is part of a name, or labels what follows it ("2018: $3")."""
    rest = text[period.end :]
    return bool(_NAME.match(rest)) or rest.lstrip().startswith(":")


def _aside(text: str, figure: Figure, amounts: Sequence[Figure]) -> bool:
    """Whether an amount is brought in only to compare, or is of a period told by its distance."""
    after = min((other.start for other in amounts if other.start >= figure.end), default=len(text))
    return bool(_COMPARED.search(text[: figure.start]) or _RELATIVE.search(text[figure.end : after]))


def _in_order(text: str, amounts: Sequence[Figure], named: Sequence[Period]) -> list[tuple[Figure, Period]]:
    if not _RESPECTIVELY.search(text) or len(amounts) != len(named):
        return []
    return list(zip(amounts, named, strict=True))


def _adjacent(text: str, amounts: Sequence[Figure], named: Sequence[Period]) -> list[tuple[Figure, Period]]:
    pairs = []
    for amount in amounts:
        behind = next((period for period in named if period.start >= amount.end), None)
        ahead = next((period for period in reversed(named) if period.end <= amount.start), None)
        if ahead and text[ahead.end : amount.start].strip() == ":":
            pairs.append((amount, ahead))
        elif behind and not _is_own(text, behind) and _THEN.fullmatch(text[amount.end : behind.start]):
            pairs.append((amount, behind))
    return pairs


def _alternating(amounts: Sequence[Figure], named: Sequence[Period]) -> list[tuple[Figure, Period]]:
    """Pairs of a text that names a period and an amount in turns."""
    if len(amounts) != len(named) or len(distinct(named)) != len(named):
        return []
    starts = [place for pair in zip(amounts, named, strict=True) for place in (pair[0].start, pair[1].start)]
    turned = [place for pair in zip(named, amounts, strict=True) for place in (pair[0].start, pair[1].start)]
    return list(zip(amounts, named, strict=True)) if sorted(starts) in (starts, turned) else []


def _own_period(label: str) -> Period | None:
    """The period that a row's label is, if it is nothing else."""
    own = only_period(label)
    return None if own and bag(label.replace(own.text, "")) - _OF_PERIODS else own


def _cells(text: str) -> list[Held]:
    """The amounts of a row, each with the period that its column's or its row's label is."""
    label, *cells = text.split(CELLS)
    own = _own_period(label)
    held = [Held(figure, None) for figure in _parts(label)[0]]
    for cell in cells:
        key, _, value = cell.rpartition(": ")
        period = only_period(key) if periods(key) else own
        held += [Held(figure, period) for figure in figures(value)]
    return held


def _scaled(evidence: Evidence) -> list[Held]:
    if evidence.kind is not BlockKind.TABLE_ROW:
        return []
    own = _own_period(evidence.text.split(CELLS)[0])
    return [
        Held(figure, only_period(cell.key) if periods(cell.key) else own)
        for line in Table((evidence,), frozenset()).lines
        for cell in line.cells
        if not line.upright
        for figure in figures(in_full(cell.term.quantity))
    ]
