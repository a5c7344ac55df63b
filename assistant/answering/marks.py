"""The many ways in which models write citation marks, brought into one: `[1]`, `[1, 2]`.

Read are ranges (`[1-3]`, `[1]–[3]`), footnotes (`[^1]`), nested brackets (`[[1]]`), named ones (`[source 2]`) and wide
ones (`【1†note】`). A mark left in a sentence would be checked as a figure of it.
"""

from __future__ import annotations

import re

_NUMBER = r"\d{1,2}"
_DASH = r"(?:-|‐|‑|–|—|\.{2,3}|to)"
_JOIN = rf"\s*(?:[,;&]|\band\b|{_DASH})\s*"
_NAME = r"(?:sources?|documents?|docs?|evidence|sentences?|passages?|quotes?|refs?|no\.?)\s*"
_ONE = rf"(?:\^|#|{_NAME})?\s*{_NUMBER}"
#: A whole mark in brackets, however written; `inner` is what it counts.
_MARK = re.compile(rf"\[{{1,2}}\s*(?P<inner>{_ONE}(?:{_JOIN}{_ONE})*)\s*\]{{1,2}}", re.IGNORECASE)
_NESTED = re.compile(rf"\[\s*(?P<inner>\[{_ONE}\](?:\s*[,;&]?\s*\[{_ONE}\])*)\s*\]", re.IGNORECASE)
_WIDE = re.compile(rf"【\s*(?P<inner>{_NUMBER})[^】\n]{{0,40}}】")
_SPANNED = re.compile(rf"\[({_NUMBER})\]\s*{_DASH}\s*\[({_NUMBER})\]", re.IGNORECASE)
_NEXT = re.compile(rf"(?<=\d\])\s*(?:[,;&]|,?\s*\band\b)\s*(?=\[{_NUMBER}[\],])", re.IGNORECASE)
_RANGE = re.compile(rf"({_NUMBER})\s*{_DASH}\s*({_NUMBER})", re.IGNORECASE)
#: The list of footnotes below an answer, which says only where they lead.
_FOOTNOTE = re.compile(r"^[ \t]*\[\^\d{1,2}\]:.*$", re.MULTILINE)
#: A mark at the end of what has arrived that may still grow.
_BEGUN = re.compile(r"\s*(?:\[[^\]\n]{0,40}|\[[^\]\n]{1,40}\]\s*(?:[-‐‑–—]\s*)?|【[^】\n]{0,42})$")


def plain_marks(text: str) -> str:
    """The text with every citation mark written as `[1]` or `[1, 2]`, and without a list of footnotes."""
    text = _FOOTNOTE.sub("", text)
    text = _WIDE.sub(r"[\g<inner>]", text)
    text = _NESTED.sub(r"\g<inner>", text)
    text = _MARK.sub(lambda mark: _listed(mark["inner"]), text)
    text = _SPANNED.sub(lambda mark: _listed(f"{mark[1]}-{mark[2]}"), text)
    return _NEXT.sub("", text)


def settled(text: str) -> str:
    """What has arrived of a text, without a mark at its end that has begun and may still grow."""
    return _BEGUN.sub("", text)


def _listed(inner: str) -> str:
    """Numbers as a mark, ranges written out; one that runs backwards is taken as its two ends."""

    def spread(match: re.Match[str]) -> str:
        low, high = int(match[1]), int(match[2])
        return ", ".join(map(str, range(low, high + 1) if low <= high else (low, high)))

    return f"[{', '.join(re.findall(_NUMBER, _RANGE.sub(spread, inner)))}]"
