"""Text made comparable: the words of an answer without its dress.

After the normalisation of the SQuAD evaluation script (Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions
for Machine Comprehension of Text"): lower case, no punctuation, no articles, one space. Three departures,
because answers here are sentences about figures: a decimal number stays one token ("0.25" is not "025"),
`%`, "per cent" and "percent" are one word, and a possessive loses its ending ("Meta's" is "meta").
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_MARKER = re.compile(r"\s*\[\d+(?:\s*[,;]\s*\d+)*\]")
_PERCENT = re.compile(r"%|\bper[\s-]?cent\b")
_POSSESSIVE = re.compile(r"(?<=\w)'s\b")
#: A number, a CJK character (such text has no spaces), or a run of letters and digits.
_TOKEN = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
    r"|[0-9]*\.?[0-9]+"
    r"|[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
    r"|[^\W_]+"
)
_ARTICLES = frozenset({"a", "an", "the"})


def strip_markers(text: str) -> str:
    """The text without citation markers such as `[2]` or `[1, 3]`."""
    return _MARKER.sub("", text)


def tokens(text: str) -> list[str]:
    """Normalised tokens of the text, in order, without articles; citation markers are no words."""
    folded = unicodedata.normalize("NFKC", strip_markers(text)).casefold()
    folded = folded.replace("\u2019", "'").replace("\u2018", "'")
    folded = _POSSESSIVE.sub("", _PERCENT.sub(" percent ", folded))
    found = (match.group() for match in _TOKEN.finditer(folded.replace("'", "")))
    return [token.replace(",", "") for token in found if token not in _ARTICLES]


def contains_run(needle: str, haystack: str) -> bool:
    """Whether the needle's tokens stand in the haystack as one unbroken run; False for an empty needle."""
    wanted, text = tokens(needle), tokens(haystack)
    if not wanted:
        return False
    width = len(wanted)
    return any(text[at : at + width] == wanted for at in range(len(text) - width + 1))


def same_text(one: str, other: str) -> bool:
    """Whether two texts are equal after normalisation (SQuAD's exact match)."""
    return tokens(one) == tokens(other)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    return sum((Counter(one) & Counter(other)).values())


def token_recall(gold: str, text: str) -> float:
    """Share of the gold text's tokens (with repetition) that the text has; 0 for an empty gold text."""
    wanted = tokens(gold)
    return _shared(wanted, tokens(text)) / len(wanted) if wanted else 0.0


def token_f1(gold: str, text: str) -> float:
    """SQuAD's token F1: harmonic mean of precision and recall over the two bags of tokens.

    As in the published script, two empty texts score 1 and one empty text scores 0.
    """
    wanted, given = tokens(gold), tokens(text)
    if not wanted or not given:
        return float(wanted == given)
    shared = _shared(wanted, given)
    return 2 * shared / (len(wanted) + len(given))
