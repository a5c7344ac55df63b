"""Cells that span several rows of a sheet or slide: what stands in the first is said of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.documents.tables import is_blank

#: Longer words are a remark beside the table and not the name of its rows.
_LONGEST = 80


def repeat_merged(rows: list[list[str]], merged: Iterable[tuple[int, int, int]]) -> None:
    """Put the words of cells that span rows into each of these rows that holds anything, in place.

    Not where the first of the rows begins its table: there it would look like data beneath the labels.

    Args:
        rows: the cells, row by row.
        merged: first row, last row and first column of what was merged, from 0.
    """
    filled = [not is_blank(row) for row in rows]
    for first, last, column in merged:
        if not 0 < first < len(rows) or not filled[first - 1] or column >= len(rows[first]):
            continue
        words = rows[first][column]
        if not words or len(words) > _LONGEST:
            continue
        for place in range(first + 1, min(last + 1, len(rows))):
            row = rows[place]
            if filled[place] and not (column < len(row) and row[column]):
                row += [""] * (column + 1 - len(row))
                row[column] = words
