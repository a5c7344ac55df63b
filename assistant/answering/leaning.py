"""Sentences that lean on the one before ("Its analysts ...", "With that offer ..."): quoted together with it."""

from __future__ import annotations

import re

from assistant.documents.model import BlockKind
from assistant.index.passages import sentence_spans
from assistant.retrieval.evidence import GAP
from assistant.retrieval.model import Evidence

#: A pronoun or a pointing word at the start, behind up to two small words.
_LEANS = re.compile(
    r"(?!at the same time)"
    r"(?:(?:and|but|yet|so|in|with|for|under|by|from|at|on|to|after|before|since|instead|unlike|of)\s+){0,2}"
    r"(?:it|its|they|their|them|this|that|these|those|such|he|his|she|her|both|neither|the (?:same|latter|former))\b",
    re.IGNORECASE,
)
#: "It remains unclear whether ...": this "it" stands for what follows.
_STANDS_FOR_NOTHING = re.compile(
    r"it\s+(?:is|was|remains?|seems?|appears?|has been|would be)\s+(?:\w+\s+){0,3}"
    r"(?:that|whether|if|how|why|who|what|by|to)\b",
    re.IGNORECASE,
)


def leans(evidence: Evidence) -> bool:
    """Whether a sentence points back at what stands before it."""
    if evidence.kind is BlockKind.TABLE_ROW or _STANDS_FOR_NOTHING.match(evidence.text):
        return False
    return bool(_LEANS.match(evidence.text))


def with_what_it_leans_on(evidence: Evidence) -> Evidence:
    """The evidence from the sentence before on if it leans on that one and follows it in the same paragraph."""
    if not leans(evidence) or evidence.around.count(evidence.text) != 1:
        return evidence
    span = _sentence_before(evidence)
    if span is None:
        return evidence
    at = evidence.around.index(evidence.text)
    between = evidence.around[span[1] : at]
    if len(between) > GAP or "\n\n" in between:
        return evidence
    text = evidence.around[span[0] : at + len(evidence.text)]
    return evidence.model_copy(update={"text": text, "start": evidence.start - (at - span[0])})


def _sentence_before(evidence: Evidence) -> tuple[int, int] | None:
    """Where the sentence before stands in the passage around (`evidence.around`); None for the passage's first."""
    ahead = evidence.around.partition(evidence.text)[0]
    spans = sentence_spans(ahead)
    return spans[-1] if spans else None
