"""Marks that begin the items of a list in running text."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Signs that begin nothing but items; a dash, a star or a number may stand elsewhere as well.
_SURE = "•▪◦‣●○■\uf0b7\uf0a7"
_MARK = re.compile(rf"^\s*(?:(?P<sign>[{_SURE}*–-])|(?P<number>\d{{1,2}})[.)])\s+\S")


def is_item(line: str) -> bool:
    """Whether a line begins with a mark as items of lists do."""
    return bool(_MARK.match(line))


def begins_item(line: str, before: Sequence[str]) -> bool:
    """Whether a line begins an item, behind lines of running text that have not come to their end.

    There a dash may be that of a sentence, and a number the end of one ("as set out in Note / 10. The company"): it
    begins an item behind one with the same dash, or with the number before it.
    """
    mark = _MARK.match(line)
    if mark is None or not before:
        return mark is not None
    sign, first = mark["sign"], _MARK.match(before[0])
    if sign and sign in _SURE:
        return True
    if first is None:
        return False
    return sign == first["sign"] if sign else bool(first["number"]) and int(mark["number"]) == int(first["number"]) + 1
