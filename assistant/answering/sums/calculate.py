"""The one entry: a question and its evidence give a finished sum, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.sums import evaluate
from assistant.answering.sums.find import Found, over_time, side_by_side
from assistant.answering.sums.lines import Cell, Table, tables
from assistant.answering.sums.model import Operation, Sum, Task, Term
from assistant.answering.sums.reading import read_task
from assistant.retrieval.model import Evidence

_SIDE_BY_SIDE = (Operation.DIFFERENCE, Operation.RATIO, Operation.SHARE)


def calculate(question: str, evidence: Sequence[Evidence]) -> Sum | None:
    """The sum that a question wants, over figures of the evidence.

    Args:
        question: as it was asked.
        evidence: what was found for it, best first.

    Returns:
        The sum with an operand from the evidence for each figure of it; None if the question wants none, or if an
        operand is missing or in doubt.
    """
    task = read_task(question)
    if task is None or not all(task.subjects):
        return None
    held = tables(evidence)
    if task.operation in _SIDE_BY_SIDE or len(task.subjects) > 1:
        return _of_things(task, held)
    if task.operation in (Operation.WHICH_PERIOD, Operation.COUNT_PERIODS):
        return _compared(task, held)
    return _over_time(task, held)


def _of_things(task: Task, held: Sequence[Table]) -> Sum | None:
    if len(task.periods) > 1:
        return None
    terms = side_by_side(task.subjects, task.shared, next(iter(task.periods), None), held)
    if terms is None:
        return None
    worked = {
        Operation.DIFFERENCE: lambda: evaluate.change(terms[0], terms[1]),
        Operation.RATIO: lambda: evaluate.quotient(terms[0], terms[1], percent=False),
        Operation.SHARE: lambda: evaluate.quotient(terms[0], terms[1], percent=True),
        Operation.TOTAL: lambda: evaluate.total(terms),
    }[task.operation]()
    name = " and ".join(dict.fromkeys(term.name for term in terms))
    keys = " and ".join(dict.fromkeys(term.key for term in terms))
    return evaluate.worded(task.operation, name, keys, worked, terms) if worked else None


def _over_time(task: Task, held: Sequence[Table]) -> Sum | None:
    runs = task.operation in (Operation.AVERAGE, Operation.TOTAL)
    if len(task.periods) == 1 or (not runs and len(task.periods) > 2):
        return None
    found = over_time(task.subjects[0], task.periods, held, spanning=task.spanning and runs)
    if found is None:
        return None
    terms = [cell.term for cell in found.cells]
    if runs:
        if not task.periods and "averag" in found.line.bag:
            return None
        worked = evaluate.average(terms) if task.operation is Operation.AVERAGE else evaluate.total(terms)
    else:
        pair = _in_order(found)
        if pair is None or found.line.states(relative=task.operation is Operation.PERCENT_CHANGE):
            return None
        terms = list(pair)
        relative = task.operation is Operation.PERCENT_CHANGE and not terms[0].quantity.percent
        worked = evaluate.percent_change(*pair) if relative else evaluate.change(*pair)
    keys = " and ".join(term.key for term in terms)
    return evaluate.worded(task.operation, found.line.name, keys, worked, terms) if worked else None


def _in_order(found: Found) -> tuple[Term, Term] | None:
    """The later and the earlier of two figures."""
    if len(found.cells) != 2:
        return None
    def order(cell: Cell) -> tuple[int, int, int, int]:
        return cell.period.order if cell.period else (0, 0, 0, 0)

    later, earlier = sorted(found.cells, key=order, reverse=True)
    return later.term, earlier.term


def _compared(task: Task, held: Sequence[Table]) -> Sum | None:
    found = over_time(task.subjects[0], task.periods, held, spanning=task.spanning)
    if found is None:
        return None
    terms = [cell.term for cell in found.cells]
    years = _names(found.cells)
    if task.bound is None:
        ranked = evaluate.extreme(terms, highest=task.highest)
        worked = (ranked[0], years[ranked[1]]) if ranked else None
    else:
        passed = evaluate.beyond(terms, task.bound, above=task.highest)
        if passed is None:
            return None
        held_by, expression = passed
        counted = task.operation is Operation.COUNT_PERIODS
        result = str(len(held_by)) if counted else ", ".join(years[term.key] for term in held_by)
        worked = (expression, result) if result else None
    return evaluate.worded(task.operation, found.line.name, "", worked, terms) if worked else None


def _names(cells: Sequence[Cell]) -> dict[str, str]:
    """What to call the periods of a line's cells, by key: by the year alone where that tells them apart."""
    periods = {cell.term.key: cell.period for cell in cells if cell.period}
    years = {period.year for period in periods.values()}
    plain = len(years) == len(periods) and not any(period.ends for period in periods.values())
    return {key: str(period.year) if plain else period.text for key, period in periods.items()}
