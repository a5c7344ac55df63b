"""Rows of tables read back into figures: lines of them with a name, by row and by column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from assistant.answering.hedges import reserves
from assistant.answering.sums.model import Quantity, Term
from assistant.answering.sums.periods import Period, only_period, said_months
from assistant.answering.sums.quantities import noted, quantity, with_unit
from assistant.answering.words import stem, words
from assistant.documents.model import BlockKind
from assistant.retrieval.model import Evidence

_EMPTY = frozenset(
    """a an the of in on at to for from by and or with as is are was were be been its it their our us we this that these
    those which what how much many did do does has have had s between per under into over all both each any ended
    ending""".split()
)
#: "Operating income (loss)" is asked for without what stands in brackets.
_IN_BRACKETS = re.compile(r"\([^()]*\)")
#: A footnote's number that stuck to the last word: "schemes1".
_STUCK = re.compile(r"(?<=[a-z]{4})\d{1,2}\b")
#: How far the next row may stand behind the last one, in characters, when both are found: a line end.
_NEXT = 2
#: Months of a quarter, and the days that may lie between the ends of two.
_QUARTER, _QUARTER_DAYS = 3, (80, 102)
_CHANGE = re.compile(r"change|variance|increase|decrease|growth|\bvs?\b|\+/-|%", re.IGNORECASE)


def bag(text: str) -> frozenset[str]:
    """The stems of the words of a text that tell one line from another; small words are left out."""
    plain = _STUCK.sub("", text)
    return frozenset(stem(word) for word in words(plain) if word not in _EMPTY)


@dataclass(frozen=True)
class Cell:
    """A figure of a table; `key` says which of its line's it is, `months` how long a period it covers, if said."""

    key: str
    term: Term
    months: int | None = None

    @cached_property
    def period(self) -> Period | None:
        """The period its key names, if it names one."""
        return only_period(self.key)

    @cached_property
    def bag(self) -> frozenset[str]:
        """The words of its key."""
        return bag(self.key)


def called_by_period(cells: Sequence[Cell]) -> list[Term]:
    """The figures of cells, their periods called by the year alone where that tells them apart."""
    periods = [cell.period for cell in cells if cell.period]
    plain = len({period.year for period in periods}) == len(cells) and not any(period.ends for period in periods)
    return [replace(cell.term, key=_when(cell, plain)) for cell in cells]


def _when(cell: Cell, plain: bool) -> str:
    """A cell's period in words of its own key, so that the words cited hold it: "2025", "F25", "2025 %"."""
    # "2026 forecast" is more than a year, and a quarter less than one.
    if cell.period is None or reserves(cell.key) or (cell.months or 12) < 12:
        return cell.key
    for name in ([str(cell.period.year)] if plain else []) + [cell.period.text]:
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w|\s?%)", cell.key):
            return name
    return cell.key


@dataclass(frozen=True)
class Line:
    """A row or a column: its own name, the section it stands in, and its figures by what the other way says.

    One that is `spoken` was read from a sentence: all its words are its name, and `beside` are its other figures.
    """

    name: str
    section: str
    cells: tuple[Cell, ...]
    table: Table
    upright: bool = False
    spoken: bool = False
    beside: tuple[Quantity, ...] = ()

    @cached_property
    def bag(self) -> frozenset[str]:
        """The words of its name."""
        return bag(self.name)

    @cached_property
    def section_bag(self) -> frozenset[str]:
        """The words of its section."""
        return bag(self.section)

    @cached_property
    def bare_section_bag(self) -> frozenset[str]:
        """Those without what stands in brackets: "operating income" of "Operating income (loss)"."""
        return bag(_IN_BRACKETS.sub(" ", self.section))

    def states(self, *, relative: bool) -> bool:
        """Whether the source itself gives the changes of this line, in percent (`relative`) or absolute."""
        if any(other.percent == relative for other in self.beside):
            return True
        return any(
            _CHANGE.search(cell.key) and cell.period is None and cell.term.quantity.percent == relative
            for cell in self.cells
        )


@dataclass(frozen=True)
class Table:
    """Rows that stand together, with the words around them; or one `sentence` read as a row, with its other figures."""

    rows: tuple[Evidence, ...]
    around: frozenset[str]
    sentence: tuple[tuple[Cell, ...], tuple[Quantity, ...]] | None = None

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Its rows, then its columns, as far as they hold figures."""
        if self.sentence:
            cells, beside = self.sentence
            return (Line(self.rows[0].text, "", cells, self, spoken=True, beside=beside),)
        parsed = [row for row in map(_row, self.rows) if row.cells]
        across = [Line(row.label, row.section, row.cells, self) for row in parsed]
        return (*across, *self._columns(parsed))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All words that name a line, a section or a cell, those of rows included that stand near but were not found.

        Else "other sales" would be taken for "sales" as soon as its own row is missing.
        """
        lines = {line for row in self.rows for line in row.around.split("\n") if " | " in line}
        named = [bag(line.split(" | ")[0]) for line in lines]
        held = [line.bag | line.section_bag | cell.bag for line in self.lines for cell in line.cells]
        return frozenset().union(*held, *named)

    def _columns(self, parsed: Sequence[_Row]) -> Iterator[Line]:
        keys = dict.fromkeys(cell.key for row in parsed for cell in row.cells if cell.key)
        for key in keys:
            cells = []
            for row in parsed:
                named = f"{row.section}: {row.label}" if row.section else row.label
                cells += [
                    Cell(row.label, Term(cell.term.quantity, cell.term.evidence, key, named), cell.months)
                    for cell in row.cells
                    if cell.key == key and row.label
                ]
            yield Line(key, "", tuple(cells), self, upright=True)


@dataclass(frozen=True)
class _Row:
    label: str
    section: str
    cells: tuple[Cell, ...]


def _row(evidence: Evidence) -> _Row:
    """A row's line of text taken apart again: `section: label | column: value | column: value`."""
    parts = evidence.text.split(" | ")
    label, rest = parts[0], parts[1:]
    if ": " in label and quantity(label.rsplit(": ", 1)[1]):
        label, rest = "", parts
    section, _, name = label.rpartition(": ")
    cells = []
    for part in rest:
        key, _, value = part.rpartition(": ")
        found = quantity(value)
        if found is not None:
            term = Term(_scaled(found, evidence, key, label), evidence, label if name else key, key)
            cells.append(Cell(key, term, _months(key, label, evidence.context, _caption(evidence))))
    quarterly = all(cell.months is None for cell in cells) and _quarterly(cells)
    if quarterly:
        cells = [replace(cell, months=_QUARTER) for cell in cells]
    return _Row(name, section, tuple(cells))


def _quarterly(cells: Sequence[Cell]) -> bool:
    """Whether the columns of a row are dates a quarter apart; one that is of weeks may be some days off."""
    dates = sorted({(p.year, p.month, p.day or 1) for cell in cells if (p := cell.period) and p.month})
    days = [round(year * 365.25 + month * 30.44 + day) for year, month, day in dates]
    return len(days) > 1 and all(_QUARTER_DAYS[0] <= later - one <= _QUARTER_DAYS[1] for one, later in pairwise(days))


def row_figures(evidence: Evidence) -> list[Quantity]:
    """The figures of a row of a table, with the scale, currency and unit that its table gives them."""
    return [cell.term.quantity for cell in _row(evidence).cells]


def _months(*said: str) -> int | None:
    """The length that the nearest of some words state: a column's, a row's, those around the table."""
    return next(filter(None, map(said_months, said)), None)


def _caption(row: Evidence) -> str:
    """The words right above a row's table, where they were found with it."""
    lines = [line for line in row.around.split("\n") if line.strip()]
    first = next((place for place, line in enumerate(lines) if " | " in line), 0)
    return lines[first - 1] if first else ""


def _scaled(found: Quantity, evidence: Evidence, key: str, label: str) -> Quantity:
    if found.unit:
        # "2.6 kg" says all of itself.
        return found
    # A column's or row's own "£m" is nearer than the table's note.
    names = f"{label} {key}"
    own = with_unit(found, (label, key))
    notes = (label, key) if own.unit else (label, key, evidence.context)
    found = own if own.unit else with_unit(found, (evidence.context, _caption(evidence)), names)
    for note in notes:
        scaled = noted(found, note, names if note is evidence.context else "")
        if scaled != found:
            return scaled
    return found


def tables(evidence: Sequence[Evidence]) -> list[Table]:
    """The tables that the evidence holds rows of, best row first.

    Rows belong together as long as nothing but rows we were not given can stand between them: the same document, and
    a column in common or the very next line.
    """
    rows = sorted((e for e in evidence if e.kind is BlockKind.TABLE_ROW), key=lambda e: (e.document, e.start))
    groups: list[list[Evidence]] = []
    for row in rows:
        if groups and _together(groups[-1], row):
            groups[-1].append(row)
        else:
            groups.append([row])
    rank = {found.span: place for place, found in reversed(list(enumerate(evidence)))}
    groups.sort(key=lambda group: min(rank[row.span] for row in group))
    return [Table(tuple(group), _around(group, evidence)) for group in groups]


def _together(group: Sequence[Evidence], row: Evidence) -> bool:
    last = group[-1]
    if last.document != row.document:
        return False
    if row.start - last.end <= _NEXT:
        return True
    earlier = {cell.key for other in group for cell in _row(other).cells if cell.key}
    return bool(earlier & {cell.key for cell in _row(row).cells})


def _around(group: Sequence[Evidence], evidence: Sequence[Evidence]) -> frozenset[str]:
    """Words of the document that the table stands in, as far as it was found."""
    document = group[0].document
    texts = [document, group[0].title, group[0].date or ""]
    for found in evidence:
        if found.document == document:
            texts += [found.around, found.context, *found.headings]
    return bag(" ".join(dict.fromkeys(texts)))
