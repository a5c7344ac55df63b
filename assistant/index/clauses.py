"""Cuts long sentences into clauses, so that one fact among several can be found and judged by itself.

A sentence of sixty words has one vector and one verdict for all that it says; its clauses have their own. They are
only what is looked at: what is quoted is always the sentence, with its conditions and with whose word it is.
"""

from __future__ import annotations

import re

#: A sentence of at most this many words is left whole; no clause has fewer than the second (docs/experiments.md).
MAX_WORDS = 30
MIN_WORDS = 8
#: Where to cut, the first that gives two clauses long enough: marks that part whole statements, then commas
#: before a word that begins a clause, and the end of a bracket.
_SEAMS = (
    re.compile(r";\s+|:\s+|\s*—\s*|\s+[–-]+\s+"),
    re.compile(
        r",\s+(?=(?:then|while|whereas|but|although|though|because|so|and|which|with|where|as|thereby)\b)|(?<=\))\s+"
    ),
)


def clause_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the clauses of the sentence `text[start:end]`, in order, together covering all its words.

    A cut falls as near the middle as its seams allow; a sentence without any is one clause.
    """
    sentence = text[start:end]
    if len(sentence.split()) > MAX_WORDS:
        for seams in _SEAMS:
            cuts = {m.end(): _smaller_half(sentence, m.end()) for m in seams.finditer(sentence)}
            cut, words = max(cuts.items(), key=lambda item: item[1], default=(0, 0))
            if words >= MIN_WORDS:
                left = start + len(sentence[:cut].rstrip())
                return [*clause_spans(text, start, left), *clause_spans(text, start + cut, end)]
    return [(start, end)]


def _smaller_half(sentence: str, cut: int) -> int:
    return min(len(sentence[:cut].split()), len(sentence[cut:].split()))
