"""The cells of a sheet as titles and tables: a sheet may hold several, with lines of text above and between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from assistant.documents.builder import TextBuilder
from assistant.documents.model import BlockKind
from assistant.documents.tables import header_rows, is_blank, labels_columns, table_lines, unnumbered

Row = list[str]
#: More lone lines than this below one another are a table of one column, fewer are text.
_LONE_LINES = 3
#: A line above a table with more characters says more than what the table is about.
_CAPTION_CHARS = 150


def add_grid(builder: TextBuilder, rows: Iterable[Sequence[str]]) -> None:
    """Add a sheet's cells: tables row by row under their labels, lone lines beside them as paragraphs.

    Empty rows part tables, unless what follows them has no labels of its own and fits the columns of the table before.
    Lines right above a table, and those that begin the sheet, are the context of its rows.
    """
    table: list[Row] = []
    caption = ""
    waiting: list[list[Row]] = []
    for group in _groups(rows):
        if all(_filled(row) == 1 for row in group):
            waiting.append(group)
        elif table and _continues(group, table):
            # Lines that stood between the pieces name the rows below them.
            table += [row for lines in waiting for row in lines] + group
            waiting.clear()
        else:
            first = next(place for place, row in enumerate(group) if _filled(row) > 1)
            # What stands between two tables may be said of either.
            before = [] if table else waiting[-1:]
            captions = [_caption(lines) for lines in (*before, group[:first])]
            _flush(builder, table, caption, waiting)
            _add_lines(builder, group[:first])
            table, caption = group[first:], " ".join(filter(None, captions))
    _flush(builder, table, caption, waiting)


def _groups(rows: Iterable[Sequence[str]]) -> Iterator[list[Row]]:
    """Runs of rows that hold anything."""
    group: list[Row] = []
    for row in rows:
        if not is_blank(row):
            group.append([cell.strip() for cell in row])
        elif group:
            yield group
            group = []
    if group:
        yield group


def _filled(row: Row) -> int:
    return sum(map(bool, row))


def _columns(rows: Sequence[Row]) -> tuple[int, int]:
    """The first and the last column that hold anything."""
    places = [place for row in rows for place, cell in enumerate(row) if cell]
    return min(places), max(places)


def _continues(group: Sequence[Row], table: Sequence[Row]) -> bool:
    """Whether rows belong to the table above the gap."""
    first, last = _columns(group)
    begin, end = _columns(table)
    if first < begin or last > end:
        return False
    wide = [row[first:] for row in group if _filled(row) > 1]
    words = [labels_columns(row) for row in wide]
    heads = header_rows(wide)
    if 0 < heads < len(wide) and all(words[:heads]) and not words[heads]:
        return False
    if len(wide) == 1 or not all(words):
        return True
    # Words alone go on with a table of words; below one of amounts they are another.
    return 2 * sum(labels_columns(row[begin:]) for row in table) > len(table)


def _caption(lines: Sequence[Row]) -> str:
    """What lone lines say of the table below them; empty if they are too many or too long for that."""
    texts = [next(filter(None, row)) for row in lines]
    fitting = len(texts) <= _LONE_LINES and all(len(text) <= _CAPTION_CHARS for text in texts)
    return " ".join(map(unnumbered, texts)) if fitting else ""


def _flush(builder: TextBuilder, table: list[Row], caption: str, waiting: list[list[Row]]) -> None:
    """Add a table that has come to its end and the lines behind it."""
    if table:
        first, _ = _columns(table)
        for line in table_lines([row[first:] for row in table]):
            builder.add(BlockKind.TABLE_ROW, line, context=caption)
        table.clear()
    for lines in waiting:
        _add_lines(builder, lines)
    waiting.clear()


def _add_lines(builder: TextBuilder, lines: Sequence[Row]) -> None:
    kind = BlockKind.TABLE_ROW if len(lines) > _LONE_LINES else BlockKind.PARAGRAPH
    for row in lines:
        builder.add(kind, next(filter(None, row)))
