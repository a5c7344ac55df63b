"""Questions no document answers: those that say nothing by themselves, and those about the assistant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.answer import Turn
from assistant.answering.figures import figures
from assistant.answering.words import content_stems, names, stem, words
from assistant.index.lexical import STOPWORDS
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

#: Kinds of things that have names: "the actor" of many documents is somebody only once he is named.
_KINDS = frozenset(
    stem(word)
    for word in """
    actor actress author writer singer musician band artist director player coach athlete president minister king queen
    leader founder ceo chairman manager analyst company firm bank business corporation group chain store manufacturer
    supplier vendor customer client partner competitor fund startup brand retailer airline carrier insurer utility
    country state county city town region province island river lake mountain stadium building bridge airport museum
    university school hospital book novel film movie series show sitcom drama episode song album game play poem
    animal bird fish plant species breed tree flower language religion tribe team club league party product device
    model vehicle drug medicine software platform app service tool festival holiday event war battle treaty hurricane
    storm disaster agreement deal contract merger acquisition lawsuit case project plan program programme""".split()
)
#: What is taken as known: "this animal", "the famous basketball player", "the country's stadium"; the words behind.
_KNOWN = re.compile(r"\b(?:this|that|these|those|the)\s+(?=(?P<what>[\w-]+(?:\s+[\w-]+){0,3}))", re.IGNORECASE)
#: "The battle of Morat" is told by what follows.
_TOLD = re.compile(r"\s*of\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:it(?!\s(?:cost|take|possible|true|worth)s?\s(?:to|that|for)\b)|its|they|them|their|theirs|he|she|him|his|her|hers)\b",
    re.IGNORECASE,
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


def is_vague(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question leaves open which of several things it is about, as far as its words tell.

    It names nothing and gives no figure, and speaks of somebody or something of a kind that has names as if it were
    known ("the actor", "this animal"), or by a pronoun without any earlier turn. What earlier turns spoke of is known
    from these.
    """
    if names(question) or figures(question):
        return False
    earlier = {stem(word) for turn in history for word in words(turn.content)}
    if not earlier and _PRONOUN.search(question):
        return True
    return any(stem(word) not in earlier for match in _KNOWN.finditer(question) for word in _kinds(match))


def _kinds(match: re.Match[str]) -> list[str]:
    """The words for kinds behind an article, up to the end of the phrase, unless that tells which one is meant."""
    found = []
    for word in re.finditer(r"[\w-]+", match["what"]):
        if word.group().lower() in STOPWORDS:
            break
        told = _TOLD.match(match.string, match.start("what") + word.end())
        if stem(word.group().lower()) in _KINDS and not told:
            found.append(word.group().lower())
    return found


ABOUT = (
    "I answer from the documents in this index and from nothing else: every sentence shows the words it rests on, and "
    "where they do not say, so do I. What would you like to know from them?"
)


def is_about_assistant(question: str) -> bool:
    """Whether a question is about whoever answers it ("Who are you?", "Which model do you use?") and nothing else."""
    if not _YOU.intersection(words(question)):
        return False
    return not figures(question) and all(word in _ITSELF or word in _EMPTY for word in content_stems(question))
