"""Words an answer puts between quotation marks: they must stand in its sources as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.answering.words import words

_DOUBLE = (
    r"[“„”](?P<d>[^“”„\"]+)[”“]",
    r"\"(?P<s>[^\"“”]+)\"",
    r"``(?P<t>.+?)''",
    r"«(?P<g>[^«»]+)»",
    r"»(?P<r>[^«»]+)«",
    r"‹(?P<a>[^‹›]+)›",
    r"›(?P<b>[^‹›]+)‹",
    r"‚(?P<l>[^‚‘]+)[‘’]",
    r"[「『](?P<c>[^「」『』]+)[」』]",
)
#: A single mark is a quotation mark if it stands before a word, but not in one, and another one ends a word behind it:
#: an apostrophe stands in a word ("Meta’s"), ends one that no mark has opened ("the banks’ view") or begins one that
#: is known for it ('90s, 'tis).
_SINGLE = (
    r"(?<![\w’'\".,])(?P<q>[‘'’])(?!\d\ds\b|(?:tis|twas|til|em|cause|n)\b)(?=\w)"
    r"(?P<e>(?:[^‘'’\n]|(?<=\w)['’](?=\w))+?)(?<=[\w.,!?…])[’'](?!\w)"
)
_QUOTED = re.compile("|".join((*_DOUBLE, _SINGLE)))
#: Where a quotation leaves something out.
_GAP = re.compile(r"\[?(?:…|\.\s?\.\s?\.)\]?")


def quoted(text: str) -> list[str]:
    """What stands between quotation marks, double or single, in order, cut where something is left out."""
    found = [match.group(str(match.lastgroup)) for match in _QUOTED.finditer(text)]
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
