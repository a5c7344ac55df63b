"""Readers of JSON and of JSON Lines: records as table rows, all else as lines with their paths."""

from __future__ import annotations

import json
import re
from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.decode import decode
from assistant.documents.model import Document
from assistant.documents.records import RecordWriter
from assistant.errors import DocumentError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CORRECT = "Correct it, or save its text as .txt and add that."


class _Loader:
    """Parses JSON; figures stay as they are written, and a key that stands twice in an object is kept twice."""

    def __init__(self) -> None:
        self.repeated: dict[str, None] = {}

    def load(self, text: str) -> Any:
        return json.loads(text, object_pairs_hook=self._object, parse_float=str, parse_int=str, parse_constant=str)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        found = {}
        times: dict[str, int] = {}
        for key, value in pairs:
            times[key] = times.get(key, 0) + 1
            if times[key] > 1:
                self.repeated[key] = None
            found[key if times[key] == 1 else f"{key} ({times[key]})"] = value
        return found

    @property
    def notes(self) -> tuple[str, ...]:
        keys = list(self.repeated)
        more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
        return (f"keys that stand more than once in an object: {', '.join(keys[:5])}{more}",) if keys else ()


def load_json(text: str, name: str) -> tuple[Any, tuple[str, ...]]:
    """The value of a JSON text, numbers as texts, and what must be told of it.

    Raises:
        DocumentError: not JSON, or nested too deeply.
    """
    loader = _Loader()
    try:
        return loader.load(text), loader.notes
    except json.JSONDecodeError as error:
        raise DocumentError(f"{name} is not valid JSON (line {error.lineno}: {error.msg})", _CORRECT) from error
    except RecursionError as error:
        raise DocumentError(f"{name} nests its values too deeply", "Split it, or add the part you need.") from error


def _fact(value: Any, *keys: str) -> str | None:
    """What an object says of itself under one of the keys."""
    found = (value.get(key) for key in keys) if isinstance(value, dict) else iter(())
    return next((text for text in found if isinstance(text, str) and text.strip()), None)


def _document(value: Any, name: str, notes: tuple[str, ...]) -> Document:
    builder = TextBuilder()
    if value not in ({}, [], "", None):
        RecordWriter(builder).value(value)
    day = _DAY.match(_fact(value, "date", "published") or "")
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=_fact(value, "title") or "",
        date=day.group() if day else None,
        author=_fact(value, "author"),
        notes=notes,
    )


def read_json(data: bytes, name: str) -> Document:
    """Read a JSON file.

    Raises:
        DocumentError: not JSON, or nested too deeply.
    """
    value, notes = load_json(decode(data, name), name)
    return _document(value, name, notes)


def read_json_lines(data: bytes, name: str) -> Document:
    """Read JSON Lines: a value a line.

    Raises:
        DocumentError: a line is not JSON (the message says which), or nested too deeply.
    """
    loader = _Loader()
    values = []
    # Not splitlines: other line ends may stand inside a text.
    for number, line in enumerate(decode(data, name).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values.append(loader.load(line))
        except json.JSONDecodeError as error:
            raise DocumentError(f"{name}: line {number} is not valid JSON ({error.msg})", _CORRECT) from error
        except RecursionError as error:
            raise DocumentError(f"{name}: line {number} is nested too deeply", "Take that line out.") from error
    return _document(values[0] if len(values) == 1 else values, name, loader.notes)
