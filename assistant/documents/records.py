"""Values within values (JSON, XML) as text: records alike as table rows, all else as `path.to.key: value`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.model import BlockKind
from assistant.errors import DocumentError

#: Deeper than any file people write; far below what would overflow the stack.
MAX_DEPTH = 64
#: Records are a table if they fill this share of its cells, and it has no more columns than this.
_FILLED, _MAX_COLUMNS = 0.6, 60
#: A value longer than this, or of several lines, is running text.
_LINE_CHARS = 300
#: A list of values this short stands on one line.
_SHORT_LIST = 120
#: Far more text than any document that is asked has.
MAX_CHARS = 40 * 2**20
#: Cells that say nothing.
_EMPTY = ("null", '""', "[]", "{}")


def said(value: Any) -> str:
    """A value without parts as it is written in JSON, texts without their quotes."""
    if isinstance(value, str):
        return value or '""'
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    return "[]" if isinstance(value, list) else "{}" if isinstance(value, dict) else str(value)


def is_plain(value: Any) -> bool:
    """Whether a value has no parts."""
    return not isinstance(value, (dict, list)) or not value


def _in_one_piece(value: Any) -> str | None:
    """A value without parts, or a list of short ones, as one text; None if it is another value."""
    if is_plain(value):
        return said(value)
    if isinstance(value, list) and all(is_plain(item) for item in value):
        text = ", ".join(said(item) for item in value)
        return text if len(text) <= _SHORT_LIST and "\n" not in text else None
    return None


def too_deep() -> DocumentError:
    """The error for values nested beyond reason."""
    return DocumentError("The file nests its values too deeply", f"Split it; {MAX_DEPTH} levels are read.")


def flat(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """All values within a value, each with its path; lists count from 1.

    Raises:
        DocumentError: nested too deeply.
    """
    if depth > MAX_DEPTH:
        raise too_deep()
    text = _in_one_piece(value)
    if text is not None:
        yield path, text
        return
    parts = value.items() if isinstance(value, dict) else enumerate(value, start=1)
    for key, inner in parts:
        yield from flat(inner, f"{path}.{key}" if path else str(key), depth + 1)


def as_table(values: Sequence[Any]) -> list[dict[str, str]] | None:
    """The records of a list of objects that mostly have the same keys; None if it is another list."""
    if len(values) < 2 or not all(isinstance(value, dict) and value for value in values):
        return None
    rows = [{key: text for key, text in flat(value) if text not in _EMPTY} for value in values]
    columns = {key for row in rows for key in row}
    filled = sum(map(len, rows))
    if not 0 < len(columns) <= _MAX_COLUMNS or filled < _FILLED * len(columns) * len(rows):
        return None
    longest = max(len(text) for row in rows for text in row.values())
    return rows if longest <= _LINE_CHARS else None


class RecordWriter:
    """Writes values to a builder; each line carries its path, so that long paths could make a small file swell.

    Raises:
        DocumentError: from every method, if the text grows beyond `MAX_CHARS`.
    """

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._left = MAX_CHARS

    def add(self, kind: BlockKind, text: str, *, level: int = 0) -> None:
        """Add a block."""
        self._left -= len(text)
        if self._left < 0:
            raise DocumentError("The file's values are too many to be read as one document", "Split it.")
        self._builder.add(kind, text, level=level)

    def rows(self, records: Sequence[Mapping[str, str]]) -> None:
        """Add records as a table: its columns' names, then a row each that can be read alone."""
        columns = list(dict.fromkeys(key for record in records for key in record))
        self.add(BlockKind.TABLE_ROW, " | ".join(columns))
        for record in records:
            cells = (f"{key}: {' '.join(record[key].split())}" for key in columns if record.get(key))
            self.add(BlockKind.TABLE_ROW, " | ".join(cells))

    def line(self, label: str, text: str) -> None:
        """Add one value under its label: a line, or a paragraph if it is running text."""
        running = len(text) > _LINE_CHARS or "\n" in text.strip()
        self.add(BlockKind.PARAGRAPH if running else BlockKind.LIST_ITEM, label + text)

    def value(self, value: Any, path: str = "", depth: int = 0) -> None:
        """Add a value: its plain parts first, then those with parts of their own, each under its path as heading.

        Raises:
            DocumentError: nested too deeply.
        """
        if depth > MAX_DEPTH:
            raise too_deep()
        text = _in_one_piece(value)
        if text is not None:
            self.line(f"{path}: " if path else "", text)
            return
        if path:
            self.add(BlockKind.HEADING, path, level=min(depth, 6))
        if isinstance(value, list) and (rows := as_table(value)) is not None:
            self.rows(rows)
            return
        parts = list(value.items() if isinstance(value, dict) else enumerate(value, start=1))
        prefix = f"{path}." if path else ""
        simple = [_in_one_piece(inner) is not None for _, inner in parts]
        for (key, inner), plain in zip(parts, simple, strict=True):
            if plain and isinstance(value, list) and is_plain(inner):
                self.line("- ", said(inner))
            elif plain:
                self.value(inner, f"{prefix}{key}", depth + 1)
        for (key, inner), plain in zip(parts, simple, strict=True):
            if not plain:
                self.value(inner, f"{prefix}{key}", depth + 1)
