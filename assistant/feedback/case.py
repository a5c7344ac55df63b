"""From an answer and what a person says of it to a case of a question set (docs/evaluation.md)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from assistant.answering.answer import Answer, Citation, Status, Turn

#: The type of every case made here, by which a report tells them from others.
TYPE = "feedback"
#: Longest right answer taken, in characters.
MAX_ANSWER_CHARS = 2000
Thumb = Literal["up", "down"]
#: Of a question, and of an answer to it, which the first cases had not.
_ID = re.compile(rf"{TYPE}-([0-9a-f]{{16}})(-[0-9a-f]{{16}})?")


class Verdict(BaseModel):
    """What a person says of an answer: a thumb and, if it is down, what would have been right.

    `right` is the right answer, empty if they do not know it; with `unanswerable` the documents do not answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    thumb: Thumb
    right: str = Field(default="", max_length=MAX_ANSWER_CHARS)
    unanswerable: bool = False

    @field_validator("right", mode="after")
    @classmethod
    def _on_one_line(cls, value: str) -> str:
        return " ".join(value.split())


def key_of(answer: Answer, scope: Sequence[str]) -> str:
    """The id of an answer's case: of what was asked, in the light of which conversation, within what, and its words.

    Whoever rates another answer to the same replaces the case (`asks_the_same`), but has not rated it before.
    """
    asked = (answer.question, answer.standalone_question, sorted(scope))
    return f"{TYPE}-{_hash(json.dumps(asked))}-{_hash(_words(answer))}"


def asks_the_same(one: str, other: str) -> bool:
    """Whether two ids are of cases of the same question, whatever was answered."""
    first, second = _ID.fullmatch(one), _ID.fullmatch(other)
    return one == other or bool(first and second and first[1] == second[1])


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def case_of(
    answer: Answer, verdict: Verdict, history: Sequence[Turn] = (), scope: Sequence[str] = ()
) -> dict[str, Any]:
    """A line of a question set, as JSON values.

    A thumb up makes the answer's own words, figures and quotes what is wanted. A thumb down with the right answer
    makes that wanted, without one it only says what is not: such a case is `rejected` and counts against an answer
    that says the same again.

    Args:
        answer: what was answered.
        verdict: what is said of it.
        history: the conversation before.
        scope: documents it was asked within, all if none.
    """
    answered = answer.status is Status.ANSWERED
    up = verdict.thumb == "up"
    case: dict[str, Any] = {
        "id": key_of(answer, scope),
        "question": answer.question,
        "answerable": answered if up else not verdict.unanswerable,
        "answers": [],
        "documents": [],
    }
    cited = _used(answer)
    if up and answered:
        case |= {
            "answers": [_words(answer)],
            "figures": list(dict.fromkeys(figure.text for figure in answer.figures if figure.supported)),
            "documents": list(dict.fromkeys(citation.document for citation in cited)),
            "quotes": list(dict.fromkeys(citation.quote for citation in cited)),
        }
    elif not up:
        if verdict.right and not verdict.unanswerable:
            case["answers"] = [verdict.right]
        case["rejected"] = [_words(answer)]
    case["scope"] = list(scope)
    case["history"] = [turn.model_dump() for turn in history]
    return {name: value for name, value in case.items() if value not in ([], None) or name in _ALWAYS} | {"type": TYPE}


_ALWAYS = ("answers", "documents")


def _words(answer: Answer) -> str:
    """What was shown as fact, without marks."""
    told = [sentence.text for sentence in answer.sentences if not sentence.struck]
    return " ".join(told) if told else answer.answer


def _used(answer: Answer) -> list[Citation]:
    numbers = {number for sentence in answer.sentences if not sentence.struck for number in sentence.citations}
    return [citation for citation in answer.citations if citation.number in numbers]
