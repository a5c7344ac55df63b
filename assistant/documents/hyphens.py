"""Words that a PDF breaks at a line's end: "con-firming" is one word, "third-party" keeps its hyphen."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

#: What pdfium puts in the place of a hyphen at a line's end, whose two lines it joins.
MARK = "\ufffe"
_BROKEN = re.compile(rf"(\w+){MARK}(\w+)")
_WORDS = re.compile(r"\w+(?:-\w+)*")


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts in lower case, "third-party" as itself and as two, broken ones left out."""
    whole = {word.lower() for text in texts for word in _WORDS.findall(_BROKEN.sub(" ", text))}
    return frozenset(whole | {part for word in whole for part in word.split("-")})


def join_broken(text: str, known: Container[str]) -> str:
    """A text with its broken words joined, with a hyphen or without.

    The document's other words decide: as it writes the word elsewhere, so it is written here. Where it does not, two
    words of their own keep the hyphen, as do capitals and figures behind it; the rest are syllables of one.
    """

    def joined(found: re.Match[str]) -> str:
        first, second = found.groups()
        whole, compound = f"{first}{second}", f"{first}-{second}"
        if compound.lower() in known:
            return compound
        if whole.lower() in known:
            return whole
        apart = not second[0].islower() or (first.lower() in known and second.lower() in known)
        return compound if apart else whole

    return _BROKEN.sub(joined, text).replace(MARK, "-")
