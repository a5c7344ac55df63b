"""Finds the operands of a sum among the lines of tables: by words and by period, and only where one line is best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answering.sums.lines import Cell, Line, Table, bag
from assistant.answering.sums.model import Term
from assistant.answering.sums.periods import Period, of_length, only_period, same_period

#: Words that ask for an amount or say when; a line need not have them, but one that does is nearer.
_SOFT = bag(
    """total amount value number company companies group net year years annual quarter fiscal financial period end
    beginning january february march april may june july august september october november december recorded reported
    respectively overall sum incurred made figure level size note"""
)
#: Words that a line's name may have beyond the question without being another thing.
LIGHT = bag("total net consolidated company group")
#: Words of column labels that say nothing but when.
_WHEN = _SOFT - bag("total amount value number net")
#: And those that say how long: a key that has them names no other thing.
_LENGTH = bag("three six nine twelve thirteen months weeks ended")
#: A line must have this share of the subject's words; those that only stand around its table count less.
MIN_COVER = 0.8
#: And fit by this much in all.
MIN_SCORE = 0.65
#: What a row "Total" is worth that is of what the words around the table say.
_CAPTIONED = 0.8
_AROUND = 0.2
_EXTRA, _KEY_EXTRA, _SOFT_BONUS = 0.5, 0.3, 0.05
_SPOKEN = 0.25
#: What words of a section beyond the question cost: enough to tell "Net sales: AWS" from "Net sales mix: AWS".
_SECTION_EXTRA = 0.06
#: Two lines this near to each other are not told apart.
_MARGIN = 0.02


@dataclass(frozen=True)
class Found:
    """Operands with how well their names fit the words of the question, at most about 1."""

    score: float
    cells: tuple[Cell, ...]
    line: Line


def fit(subject: frozenset[str], line: Line, key: frozenset[str]) -> float | None:
    """How well a line and what its keys add fit a subject; None if words of the subject are missing."""
    hard, soft = subject - _SOFT, subject & _SOFT
    numbers = frozenset(word for word in hard if word.isdigit())
    hard -= numbers - line.table.vocabulary
    said = line.bag | line.section_bag | key
    unknown = hard - line.table.vocabulary - line.table.around
    if unknown:
        return None
    inside = hard & line.table.vocabulary
    weight = len(inside) + _AROUND * len(hard - inside)
    name = frozenset(word for word in line.bag if word.isalpha() and len(word) > 1)  # no footnote marks
    if inside:
        cover = len(inside & said) / weight
    elif soft & line.bag and not hard:
        cover = 1.0 if name <= soft else 0.0
    elif name and name <= _SOFT | LIGHT and soft & name and hard <= line.table.around:
        cover = _CAPTIONED
    else:
        return None
    if cover < MIN_COVER:
        return None
    # "Net sales: Consolidated" is the whole of what its section names, and "Net sales mix: Consolidated" of another.
    section = line.bare_section_bag
    whole = bool(name) and name <= LIGHT and bool(hard) and hard <= section and section <= subject | _SOFT | LIGHT
    surplus = frozenset() if whole else name - subject
    extra = (len(surplus) - 0.5 * len(surplus & LIGHT)) / len(name) if name else 0.0
    if line.spoken:
        # A sentence says more than what its figures are of; a row that fits is still nearer.
        return cover - _SPOKEN
    beside = _part(key - subject - _WHEN - _LENGTH)
    above = _part(frozenset(filter(str.isalpha, section)) - subject - _SOFT - LIGHT)
    return cover - _EXTRA * extra - _KEY_EXTRA * beside - _SECTION_EXTRA * above + _SOFT_BONUS * len(soft & said)


def _part(words: frozenset[str]) -> float:
    """How much some words are, nearer to 1 the more there are."""
    return len(words) / (1 + len(words))


def best(found: Sequence[Found]) -> Found | None:
    """The one that fits best; None if it fits badly or another with other figures fits as well."""
    ranked = sorted((other for other in found if other.score >= MIN_SCORE), key=lambda other: -other.score)
    if not ranked:
        return None
    first = ranked[0]
    for other in ranked[1:]:
        if first.score - other.score > _MARGIN:
            break
        if [cell.term.quantity.value for cell in other.cells] != [cell.term.quantity.value for cell in first.cells]:
            return None
    return first


def _rest(cell: Cell) -> frozenset[str]:
    """What a cell's key says besides when."""
    return frozenset(word for word in cell.bag - _WHEN if not word.isdigit())


def _groups(line: Line) -> Iterator[tuple[Cell, ...]]:
    """Cells of a line that speak of the same thing at several periods."""
    dated = [cell for cell in line.cells if cell.period is not None]
    rests = list(dict.fromkeys(map(_rest, dated)))
    for rest in rests:
        yield tuple(cell for cell in dated if _rest(cell) == rest)
    if len(rests) > 1:
        yield tuple(dated)


def _chosen(cells: Sequence[Cell], asked: Sequence[Period], spanning: bool) -> tuple[Cell, ...] | None:
    """One cell for each period asked for, in that order; without any, all of them if no period comes twice.

    All are of the lengths asked for: a quarter is no year.
    """
    if spanning and asked[0].year != asked[-1].year:
        low, high = sorted((asked[0].year, asked[-1].year))
        cells = [cell for cell in cells if cell.period and low <= cell.period.year <= high and not cell.period.ends]
        cells = [cell for cell in cells if of_length(asked[0], cell.months)]
        years = [cell.period.year for cell in cells if cell.period]
        return tuple(cells) if sorted(years) == list(range(low, high + 1)) else None
    if not asked:
        orders = [cell.period.order for cell in cells if cell.period]
        alike = len(set(orders)) == len(orders) and len({cell.months for cell in cells}) == 1
        return tuple(cells) if alike else None
    chosen = []
    for period in asked:
        same = [
            cell
            for cell in cells
            if cell.period and same_period(period, cell.period) and of_length(period, cell.months)
        ]
        if len(same) != 1:
            return None
        chosen.append(same[0])
    return tuple(chosen) if len(set(chosen)) == len(chosen) else None


def over_time(
    subject: str, asked: Sequence[Period], tables: Sequence[Table], *, spanning: bool = False
) -> Found | None:
    """The cells of the one line that the subject names, at the periods asked for or at all there are."""
    words = bag(subject)
    found = []
    for table in tables:
        for line in table.lines:
            for group in _groups(line):
                cells = _chosen(group, asked, spanning)
                if not cells or len(cells) < 2:
                    continue
                key = frozenset.intersection(*map(_rest, cells))
                score = fit(words, line, key)
                if score is not None:
                    found.append(Found(score + _verbatim(subject, line), cells, line))
    return best(found)


def _verbatim(subject: str, line: Line) -> float:
    """A little more for a name that stands in the subject word for word: "owed by", not "owed to"."""
    return _SOFT_BONUS if line.name and line.name.lower() in subject.lower() else 0.0


def _at(line: Line, cell: Cell, asked: Period | None) -> bool:
    """Whether a cell is of the period asked for; without one, whether it needs none."""
    period = cell.period or only_period(line.name) or only_period(line.section)
    if asked is None:
        return True
    if not of_length(asked, cell.months):
        return False
    if period is None:
        undated = all(other.period is None for other in line.cells)
        return undated and str(asked.year) in line.table.around
    return same_period(asked, period)


def one_cell(subject: str, shared: str, asked: Period | None, table: Table) -> Found | None:
    """The one cell of a table that a subject names at a period."""
    words = bag(f"{shared} {subject}")
    found = []
    for line in table.lines:
        if line.upright:
            continue
        for cell in line.cells:
            if not _at(line, cell, asked):
                continue
            score = fit(words, line, _rest(cell))
            if score is not None:
                found.append(Found(score, (cell,), line))
    return best(found)


def cells_at(subject: str, asked: Sequence[Period], tables: Sequence[Table]) -> Found | None:
    """The cells that a subject names at every one of some periods, all of one row or column."""
    found = []
    for table in tables:
        cells = [one_cell(subject, "", period, table) for period in asked]
        whole = [cell for cell in cells if cell]
        if len(whole) < len(asked):
            continue
        # Where the periods are the rows, it is the column that is one.
        if len({cell.line.name for cell in whole}) == 1 or len({cell.cells[0].key for cell in whole}) == 1:
            score = sum(cell.score for cell in whole) / len(whole)
            found.append(Found(score, tuple(cell.cells[0] for cell in whole), whole[0].line))
    return best(found)


def side_by_side(
    subjects: Sequence[str], shared: str, asked: Period | None, tables: Sequence[Table]
) -> tuple[Term, ...] | None:
    """A cell for each subject, all from one table and of one period; None where any is missing or doubtful."""
    found = []
    for table in tables:
        cells = [one_cell(subject, shared, asked, table) for subject in subjects]
        if all(cells):
            whole = [cell for cell in cells if cell]
            terms = tuple(cell.cells[0].term for cell in whole)
            times = {cell.cells[0].period.order for cell in whole if cell.cells[0].period}
            if len({(term.name, term.key) for term in terms}) == len(terms) and len(times) <= 1:
                found.append((sum(cell.score for cell in whole), terms))
    found.sort(key=lambda pair: -pair[0])
    if len(found) > 1 and found[0][0] - found[1][0] <= _MARGIN:
        same = [t.quantity.value for t in found[0][1]] == [t.quantity.value for t in found[1][1]]
        return found[0][1] if same else None
    return found[0][1] if found else None
