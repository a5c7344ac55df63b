"""Tables as rows that can be read alone: `label | column: value | column: value`.

A row that carries its column labels can be found, quoted and understood without the rest of the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

#: A year, or a quarter or half of one, with or without it.
_YEAR = re.compile(r"^(?:FY|CY|[QH][1-4])?\s*'?(?:19|20)\d{2}[AE]?$|^(?:Q[1-4]|[1-4]Q|H[12]|[12]H)$")
_DIGIT = re.compile(r"\d")
#: A cell that holds an amount and nothing else; the fullest dates, "31.12.2025", are none.
_AMOUNT = re.compile(
    r"^(?!\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$)[(+–−-]?\s?[$€£¥]?\s?[(+–−-]?\d[\d.,’' ]*\s?"
    r"(?:%|[kKmMbB]n?|[xX]|million|billion)?\)?$"
)
_PERIOD = re.compile(r"\b(?:19|20)\d{2}\b")
_FOOTNOTE = re.compile(r"\s*\(\w{1,2}\)$")
_NUMBERED = re.compile(r"^(?:table|tab\.|exhibit|figure)\s+(?:\d[\d.-]*|(?-i:[A-Z]))(?!\w)\s*[.:–-]?\s*", re.IGNORECASE)


def is_blank(row: Sequence[str]) -> bool:
    """Whether a row holds nothing but white space."""
    return not any(cell and not cell.isspace() for cell in row)


def _is_header_cell(cell: str) -> bool:
    """Whether a cell could label a column: words, a year or a date, but no amount."""
    cell = _FOOTNOTE.sub("", cell)
    if not _DIGIT.search(cell) or _YEAR.match(cell):
        return True
    letters = sum(c.isalpha() for c in cell)
    return letters >= 3 and not cell.lstrip("(").startswith(("$", "€", "£"))


def labels_columns(row: Sequence[str]) -> bool:
    """Whether a row could label columns: behind its first cell it holds words, years and dates, but no amount."""
    filled = [cell for cell in row[1:] if cell]
    return bool(filled) and all(_is_header_cell(cell) for cell in filled)


def _names_periods(row: Sequence[str]) -> bool:
    """Whether a row labels columns, at least one of them by a year."""
    return labels_columns(row) and any(_PERIOD.search(cell) for cell in row[1:])


def _numbers_columns(cells: Sequence[str]) -> bool:
    """Whether cells count upwards one by one: columns may be called by numbers."""
    counts = [int(cell) for cell in cells if cell.isdecimal()]
    return len(counts) == len(cells) > 1 and all(b - a == 1 for a, b in pairwise(counts))


def _holds_amounts(row: Sequence[str]) -> bool:
    """Whether a row gives a name and amounts alone: it is data, even where it comes first."""
    amounts = [cell for cell in row[1:] if cell]
    if not row[0] or not amounts or _numbers_columns(amounts):
        return False
    return all(_AMOUNT.match(cell) and not _YEAR.match(cell) for cell in amounts)


def _told_apart(rows: Sequence[Sequence[str]], row: Sequence[str]) -> bool:
    """Whether the rows above already give each filled column of a row a label of its own."""
    above = [
        tuple(other[column] for other in rows if column < len(other) and other[column])
        for column in range(1, len(row))
        if row[column]
    ]
    return all(above) and len(set(above)) == len(above)


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many leading rows label the columns.

    None where the first row is a name with amounts. Else at least one, more while the first cell stays empty or as it
    is above (it spans the rows), and also under a corner that says what is counted ("In millions | 2025 | 2024") as
    long as the rows above do not tell the columns apart.
    """
    if rows and _holds_amounts(rows[0]):
        return 0
    count = 1
    while count < len(rows) - 1:
        row = rows[count]
        below = rows[count + 1] if count + 2 < len(rows) else []
        dated = _names_periods(row) or (labels_columns(row) and not (below or [""])[0] and _names_periods(below))
        named = row[0] and row[0] != rows[count - 1][0]
        if not labels_columns(row) or (named and (not dated or _told_apart(rows[:count], row))):
            break
        count += 1
    return count


def column_labels(headers: Sequence[Sequence[str]], width: int) -> list[str]:
    """One label a column, joined from all header rows.

    A header row with a single filled cell spans every column; in other rows that stand above another
    header row a filled cell also labels the empty ones to its right.
    """
    labels: list[list[str]] = [[] for _ in range(width)]
    for depth, row in enumerate(headers):
        cells = [*row, *[""] * (width - len(row))]
        filled = [cell for cell in cells[1:] if cell]
        if len(filled) == 1 and len(headers) > 1 and width > 2:
            cells = [cells[0], *[filled[0]] * (width - 1)]
        elif depth < len(headers) - 1:
            for column in range(2, width):
                cells[column] = cells[column] or cells[column - 1]
        for column, cell in enumerate(cells[:width]):
            if cell and (not labels[column] or labels[column][-1] != cell):
                labels[column].append(cell)
    return [" ".join(parts) for parts in labels]


def unnumbered(caption: str) -> str:
    """A caption without "Table 12:", whose number is no figure of the table."""
    return _NUMBERED.sub("", caption)


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """The table's lines: the column labels first, then a self-contained line a row.

    A row whose only filled cell is the first is a section label; it is put before the rows beneath it
    until the next one, so that "Total" says of what.
    """
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    width = max(len(row) for row in rows)
    count = header_rows(rows) if len(rows) > 1 else 0
    labels = column_labels(rows[:count], width)
    lines = [" | ".join(label for label in labels if label)] if any(labels) else []
    section = ""
    for row in rows[count:]:
        filled = [cell for cell in row if cell]
        if len(filled) == 1 and row[0] and width > 1:
            section = row[0].rstrip(":")
            lines.append(row[0])
            continue
        name = row[0]
        if section and name and not _DIGIT.search(section):
            name = f"{section}: {name}"
        parts = [name] if name else []
        for label, cell in zip(labels[1:], row[1:], strict=False):
            if cell:
                parts.append(f"{label}: {cell}" if label else cell)
        lines.append(" | ".join(parts))
    return lines
