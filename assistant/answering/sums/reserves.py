"""What sources say with reserve is not made firmer by a sum: "could", "BofA says", "about" stay with the result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answering.hedges import Reserve, lost_reserves, reserves, speakers
from assistant.answering.sums.model import Sum, Term
from assistant.answering.words import words
from assistant.documents.model import BlockKind

_IF = ", if what the text says with reserve holds"
_SOMEBODY = "according to the text's sources"


def doubtful(terms: Sequence[Term]) -> bool:
    """Whether any sentence that operands stand in says them with doubt or under a condition."""
    return any(reserves(text) & {Reserve.DOUBT, Reserve.CONDITION} for text in _sentences(terms))


def whose_word(terms: Sequence[Term]) -> str:
    """ "according to BofA" where a sentence that operands stand in is somebody's word; empty where none is.

    Where nobody is named, the doubt says enough ("reportedly").
    """
    told = [text for text in _sentences(terms) if Reserve.VOICE in reserves(text)]
    if not told:
        return ""
    named = dict.fromkeys(name for text in told for name in _names(text))
    if named:
        return f"according to {' and '.join(named)}"
    return "" if doubtful(terms) else _SOMEBODY


def with_reserves(worked: Sum) -> Sum:
    """A sum whose statement is no firmer than the sentences that its operands stand in.

    The names of rows and columns are part of the statement, and with them what they say of doubt.
    """
    lost = {reserve for text in _sentences(worked.terms) for reserve in lost_reserves(worked.statement, text)}
    statement = worked.statement
    if lost - {Reserve.VOICE}:
        statement = f"{statement.removesuffix('.')}{_IF}."
    voice = whose_word(worked.terms) if Reserve.VOICE in lost else ""
    return replace(worked, statement=f"{voice[0].upper()}{voice[1:]}: {statement}" if voice else statement)


def _sentences(terms: Sequence[Term]) -> list[str]:
    return list(dict.fromkeys(t.evidence.text for t in terms if t.evidence.kind is not BlockKind.TABLE_ROW))


def _names(text: str) -> Iterator[str]:
    """The names on whose word a text rests, as it writes them: words of theirs that stand side by side."""
    known = speakers(text)
    run: list[str] = []
    for word in [*re.split(r"\s+", text), ""]:
        bare = word.strip('.,;:()“”"')
        if bare[:1].isupper() and set(words(bare)) & known:
            run.append(re.sub(r"[’']s?$", "", bare))
        elif run:
            yield " ".join(run)
            run = []
