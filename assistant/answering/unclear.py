"""Questions that cannot be understood: no content of their own and no conversation to lean on."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.answer import Turn
from assistant.answering.figures import figures
from assistant.answering.words import content_stems, stem
from assistant.retrieval.conversation import leans_on_history

#: Stems that say how something is asked, not about what.
_EMPTY = frozenset(
    stem(word)
    for word in """
    ones tell explain describe give show list find know mean thing things anything something everything detail
    details info information please ok okay hi hello hey thanks thank answer question questions help example
    examples different kind kinds type types way ways step steps reason reasons point points part parts
    stuff lot true correct sure right wrong else happen happened next first second last new old good bad
    better best""".split()
)

CLARIFY = "What do you mean? Please name the company, document or subject you are asking about."


def is_unclear(question: str, history: Sequence[Turn]) -> bool:
    """Whether nothing in the question says what it is about.

    With earlier user turns a question that leans on them is clear; one of punctuation alone never is.
    """
    if not any(character.isalnum() for character in question):
        return True
    subject = [word for word in content_stems(question) if word not in _EMPTY]
    if subject or figures(question):
        return False
    earlier = any(turn.role == "user" and turn.content.strip() for turn in history)
    return not (earlier and leans_on_history(question)) if earlier else True
