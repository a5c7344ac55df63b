"""Finding a quote in a text: exactly as it stands there, white space aside."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from assistant.index.passages import squash


def as_it_stands(quote: str, text: str) -> str | None:
    """The stretch of a text that is the quote but for its white space; None if there is none."""
    words = quote.split()
    if not words:
        return None
    match = re.search(r"\s+".join(map(re.escape, words)), text)
    return match.group() if match else None


def holders(quote: str, texts: Mapping[str, str]) -> list[str]:
    """Names of the texts that a quote stands in, in order."""
    return [name for name, text in texts.items() if as_it_stands(quote, text) is not None]


def nearest(quote: str, sentences: Sequence[str]) -> str | None:
    """The sentence most like a quote that was mistyped; None where none is alike."""
    found = difflib.get_close_matches(squash(quote), [squash(each) for each in sentences], n=1, cutoff=0.5)
    return found[0] if found else None
