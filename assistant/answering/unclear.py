"""Questions no document answers: those that say nothing by themselves, and those about the assistant."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.answer import Turn
from assistant.answering.figures import figures
from assistant.answering.words import content_stems, stem, words
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

#: Stems of what people ask an assistant about itself.
_ITSELF = frozenset(
    stem(word)
    for word in """
    ai artificial intelligence assistant bot chatbot robot machine human person real alive name called age language
    languages speak understand model llm gpt chatgpt version made make built build created creator trained training
    work works working use used using do able capable capabilities limits trust reliable accurate lie wrong know
    knowledge source sources document documents file files read search internet online offline data store send
    private safe who yourself""".split()
)
_YOU = frozenset({"you", "your", "yours", "yourself"})

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


ABOUT = (
    "I answer from the documents in this index and from nothing else: every sentence shows the words it rests on, and "
    "where they do not say, so do I. What would you like to know from them?"
)


def is_about_assistant(question: str) -> bool:
    """Whether a question is about whoever answers it ("Who are you?", "Which model do you use?") and nothing else."""
    if not _YOU.intersection(words(question)):
        return False
    return not figures(question) and all(word in _ITSELF or word in _EMPTY for word in content_stems(question))
