"""Words an answer puts between quotation marks: they must stand in its sources as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.answering.words import words

#: Double marks only: a single one is also an apostrophe, a minute or a foot.
_QUOTED = re.compile(r"[“„«]([^“”„«»\"]+)[”“»]|\"([^\"“”]+)\"|``(.+?)''")
#: Where a quotation leaves something out.
_GAP = re.compile(r"\[?(?:…|\.\s?\.\s?\.)\]?")


def quoted(text: str) -> list[str]:
    """What stands between double quotation marks, in order, cut where something is left out."""
    found = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    return [piece.strip() for whole in found for piece in _GAP.split(whole) if words(piece)]


def stands(quotation: str, sources: Iterable[str]) -> bool:
    """Whether words stand in one of some sources as they are; case, punctuation and line breaks do not count."""
    joined = _joined(quotation)
    return any(joined in _joined(source) for source in sources)


def invented(quotations: Iterable[str], sources: Iterable[str]) -> list[str]:
    """Those of some quotations that stand word for word in none of some sources."""
    held = list(sources)
    return [piece for piece in quotations if not stands(piece, held)]


def _joined(text: str) -> str:
    return f" {' '.join(words(text))} "
