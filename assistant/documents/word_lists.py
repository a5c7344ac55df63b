"""The marks before list items and numbered headings of a Word document, which it counts instead of storing them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, NamedTuple

from assistant.documents.office import attribute, local

_BULLET = "- "
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_ONES = ((9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class _Level(NamedTuple):
    """How one depth of a list is counted: the kind of number, the text around it, the first number."""

    kind: str
    text: str
    start: int


def child(element: Any, *path: str) -> Any | None:
    """The first descendant along a path of names without namespace."""
    for name in path:
        element = next((each for each in element if local(each) == name), None) if element is not None else None
    return element


def value(element: Any, *path: str) -> str | None:
    """The `val` attribute at the end of a path, None where there is no such element."""
    found = child(element, *path)
    return None if found is None else attribute(found, "val")


def _letters(number: int) -> str:
    """a to z, then aa, bb."""
    return chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)


def _roman(number: int) -> str:
    text = ""
    for worth, letters in _ROMAN + _ROMAN_ONES:
        text += letters * (number // worth)
        number %= worth
    return text


def numeral(number: int, kind: str) -> str:
    """A number as lists count it (ECMA-376, part 1, 17.18.59); decimal for kinds not known here."""
    if not 0 < number < 4000:
        return str(number)
    text = {"Letter": _letters, "Roman": _roman}.get(kind[5:], str)(number)
    return text.upper() if kind.startswith("upper") else text


class ListCounter:
    """Counts the items of all lists of a document in reading order."""

    def __init__(self, numbering: Any | None) -> None:
        self._lists: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        if numbering is not None:
            self._read(numbering)

    def _read(self, numbering: Any) -> None:
        shapes: dict[str, dict[int, _Level]] = {}
        for each in numbering:
            if local(each) == "abstractNum":
                shapes[attribute(each, "abstractNumId") or ""] = dict(_levels(each))
            elif local(each) == "num":
                number = attribute(each, "numId") or ""
                shape = value(each, "abstractNumId") or ""
                changed = [_levels(over) for over in each if local(over) == "lvlOverride"]
                self._lists[number] = shapes.get(shape, {}) | {k: v for levels in changed for k, v in levels}
                # Lists of one shape count on, unless one of them starts anew.
                restarts = any(local(start) == "startOverride" for over in each for start in over)
                self._abstract[number] = f"{number} of {shape}" if restarts else shape

    def mark(self, number: str, depth: int) -> str:
        """The mark before the next item of a list, such as `- `, `3. ` or `4.2 `."""
        levels = self._lists.get(number, {})
        level = levels.get(depth)
        if level is None or level.kind in ("bullet", "none"):
            return _BULLET if level is None or level.kind == "bullet" else ""
        counts = self._counts[self._abstract[number]]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]

        def numbered(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            other = levels.get(at, level)
            return numeral(counts.get(at, other.start), other.kind)

        return re.sub(r"%([1-9])", numbered, level.text).strip() + " "


def _levels(element: Any) -> list[tuple[int, _Level]]:
    return [
        (
            int(attribute(each, "ilvl") or 0),
            _Level(value(each, "numFmt") or "decimal", value(each, "lvlText") or "", int(value(each, "start") or 1)),
        )
        for each in element
        if local(each) == "lvl"
    ]
