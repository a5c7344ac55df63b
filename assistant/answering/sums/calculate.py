"""The one entry: a question and its evidence give a finished sum, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.sums import evaluate
from assistant.answering.sums.bearers import Own, each_of_its_own, within_named
from assistant.answering.sums.find import Found, best, one_cell, over_time, side_by_side
from assistant.answering.sums.followup import in_the_light
from assistant.answering.sums.lines import Table, called_by_period, tables
from assistant.answering.sums.lookup import look_up
from assistant.answering.sums.model import Operation, Sum, Task, Term
from assistant.answering.sums.periods import Period
from assistant.answering.sums.phrases import marked
from assistant.answering.sums.prose import with_prose
from assistant.answering.sums.rates import times_rate
from assistant.answering.sums.reserves import with_reserves
from assistant.answering.words import names, words
from assistant.retrieval.model import Evidence

_SIDE_BY_SIDE = (Operation.DIFFERENCE, Operation.RATIO, Operation.SHARE)
_COMPARED = (Operation.WHICH_PERIOD, Operation.COUNT_PERIODS)
_CHANGES = (Operation.CHANGE, Operation.PERCENT_CHANGE)


def calculate(question: str, evidence: Sequence[Evidence], earlier: Sequence[str] = ()) -> Sum | None:
    """The sum that a question wants, over figures of the evidence.

    Args:
        question: as it was asked.
        evidence: what was found for it, best first.
        earlier: the user's questions before it, oldest first; what it leaves open is taken from them.

    Returns:
        The sum with an operand from the evidence for each figure of it, or the figures of a table that are asked
        for as they stand; None if the question wants neither, or if an operand is missing or in doubt.
    """
    worked = _worked(question, evidence, earlier)
    return with_reserves(worked) if worked else None


def operand_text(question: str, earlier: Sequence[str] = ()) -> str | None:
    """What the figures of a sum are called in tables, to be searched for by itself; None if no sum is wanted.

    "By what percent did net sales change" is nearer to rows that give percentages than to net sales.
    """
    task = in_the_light(question, earlier)
    if task is None or task.operation is Operation.FIGURE or not all(task.subjects):
        return None
    wanted = " ".join(filter(None, (task.shared, *dict.fromkeys(task.subjects))))
    # Whose report is meant may be said elsewhere in the question.
    others = (name for name in names(marked(question)[0]) if name not in words(wanted))
    return " ".join((*others, wanted, *(period.text for period in task.periods)))


def _worked(question: str, evidence: Sequence[Evidence], earlier: Sequence[str]) -> Sum | None:
    task = in_the_light(question, earlier)
    if task is None:
        return times_rate(question, evidence)
    task, own = within_named(task, evidence)
    if task.operation is Operation.FIGURE:
        return times_rate(question, evidence) or look_up(task, own)
    if not all(task.subjects) or _uneven(task.periods):
        return None
    if task.operation in _SIDE_BY_SIDE or len(task.subjects) > 1:
        apart = each_of_its_own(task, evidence)
        return _of_things(task, _apart(task, apart) if apart else _together(task, with_prose(tables(own), own)))
    held = with_prose(tables(own), own)
    return _compared(task, held) if task.operation in _COMPARED else _over_time(task, held)


def _uneven(asked: Sequence[Period]) -> bool:
    """Whether a quarter is held against a year."""
    return len({period.quarter is None for period in asked}) > 1


def _together(task: Task, held: Sequence[Table]) -> tuple[Term, ...] | None:
    """A cell for each subject from one table."""
    if len(task.periods) > 1:
        return None
    asked = next(iter(task.periods), None)
    terms = side_by_side(task.subjects, task.shared, asked, held)
    if terms is None and task.operation is Operation.SHARE:
        # The share of net sales that "comes from Freight" is that of Freight's net sales.
        part, whole = task.subjects
        terms = side_by_side((f"{part} {whole}", whole), task.shared, asked, held)
    return terms


def _apart(task: Task, each: Sequence[Own]) -> tuple[Term, ...] | None:
    """A cell for each subject from its own documents, all of one period; named by whose it is."""
    if len(task.periods) > 1:
        return None
    asked = next(iter(task.periods), None)
    cells = []
    for own in each:
        held = with_prose(tables(own.evidence), own.evidence)
        found = best([one for table in held if (one := one_cell(own.subject, task.shared, asked, table))])
        if found is None:
            return None
        cells.append(found.cells[0])
    if len({cell.period and cell.period.order for cell in cells}) > 1 and asked is None:
        return None
    # Each table says its scale and currency for itself: one that says none is not as sure as its neighbour.
    figures = [cell.term.quantity for cell in cells]
    if len({bool(each.exponent) for each in figures}) > 1 or len({each.currency for each in figures}) > 1:
        return None
    return tuple(
        replace(cell.term, name=f"{own.name}'s {cell.term.name}", key=cell.key if cell.period else "")
        for own, cell in zip(each, cells, strict=True)
    )


def _of_things(task: Task, terms: tuple[Term, ...] | None) -> Sum | None:
    if terms is None:
        return None
    if task.operation is Operation.TOTAL:
        worked = evaluate.total(terms)
    elif task.operation is Operation.DIFFERENCE:
        worked = evaluate.change(terms[0], terms[1])
    elif task.operation is Operation.WHICH_THING:
        return _higher(task, terms)
    else:
        worked = evaluate.quotient(terms[0], terms[1], percent=task.operation is Operation.SHARE)
    if worked is None:
        return None
    link = {Operation.DIFFERENCE: " less ", Operation.SHARE: " as a share of "}.get(task.operation, " and ")
    names, keys = ([*dict.fromkeys(filter(None, part))] for part in ([t.name for t in terms], [t.key for t in terms]))
    if len(names) > 1:
        about = ", ".join([link.join(term.name for term in terms), *keys[:1]])
    else:
        about = f"{names[0]}, {link.join(keys)}"
    return Sum(evaluate.sentence(about, worked, terms), *worked, terms)


def _higher(task: Task, terms: Sequence[Term]) -> Sum | None:
    names = {term.name for term in terms}
    named = [term if len(names) == 1 else replace(term, key=term.name) for term in terms]
    worked = evaluate.extreme(named, highest=task.highest)
    about = "Higher" if task.highest else "Lower"
    return Sum(evaluate.sentence(about, worked), *worked, tuple(terms)) if worked else None


def _over_time(task: Task, held: Sequence[Table]) -> Sum | None:
    changes = task.operation in _CHANGES
    if len(task.periods) == 1 or (changes and len(task.periods) > 2):
        return None
    found = over_time(task.subjects[0], task.periods, held, spanning=task.spanning and not changes)
    if found is None:
        return None
    terms = called_by_period(found.cells)
    relative = task.operation is Operation.PERCENT_CHANGE
    if changes:
        # A change that the table states is quoted, not worked out again.
        if len(terms) != 2 or found.line.states(relative=relative):
            return None
        terms = _later_first(found, terms)
        # The change of a percentage is told in points: "percent of a percent" would be read as either.
        relative = relative and not terms[0].quantity.percent
        worked = evaluate.percent_change(*terms) if relative else evaluate.change(*terms)
    elif not task.periods and "averag" in found.line.bag:
        return None
    else:
        worked = evaluate.average(terms) if task.operation is Operation.AVERAGE else evaluate.total(terms)
    if worked is None:
        return None
    about = f"{found.cells[0].term.name}, {evaluate.span_words(task.operation, terms)}"
    note = evaluate.below_zero(*terms) if changes and relative else ""
    return Sum(evaluate.sentence(about, worked, terms, note), *worked, tuple(terms))


def _compared(task: Task, held: Sequence[Table]) -> Sum | None:
    found = over_time(task.subjects[0], task.periods, held, spanning=task.spanning)
    if found is None:
        return None
    terms = called_by_period(found.cells)
    worked: tuple[str, str] | None
    if task.bound is None:
        worked = evaluate.extreme(terms, highest=task.highest)
        word = ("high" if task.highest else "low") + ("est" if len(terms) > 2 else "er")
        about = f"{found.cells[0].term.name}, {word}"
    else:
        passed = evaluate.beyond(terms, task.bound, above=task.highest)
        if passed is None:
            return None
        counted = task.operation is Operation.COUNT_PERIODS
        result = str(len(passed[0])) if counted else ", ".join(term.key for term in passed[0])
        worked = (passed[1], result) if result else None
        about = f"{found.cells[0].term.name}, periods {'above' if task.highest else 'below'} that"
    return Sum(evaluate.sentence(about, worked), *worked, tuple(terms)) if worked else None


def _later_first(found: Found, terms: Sequence[Term]) -> list[Term]:
    orders = [cell.period.order for cell in found.cells if cell.period]
    return [term for _, term in sorted(zip(orders, terms, strict=True), key=lambda pair: pair[0], reverse=True)]
