"""An optional judge: a chat model that grades an answer against the accepted ones.

Its grades are reported apart and beside their agreement with the rules, and never decide what is correct: a judge of
another name, or of another day, grades otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.errors import AssistantError, SettingsError
from assistant.settings import Settings
from evals import provenance
from evals.options import JudgeOptions
from evals.sets import Question

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_INSTRUCTION = (
    "You grade an answer to a question about documents. You are given the question, what a right answer says, and "
    "the answer to grade. Judge only whether the answer says what the right answer says; other words are fine, "
    "further true details are fine, a missing or different figure, name or date is not. Reply with one word: "
    "RIGHT if it says all of it, PARTLY if it says some of it and nothing that contradicts it, WRONG otherwise."
)
#: What each verdict is worth.
GRADES = {"right": 1.0, "partly": 0.5, "wrong": 0.0}
_VERDICT = re.compile(r"\b(right|partly|wrong)\b", re.IGNORECASE)
#: Most words of a reply that are kept for the report, in characters.
_KEPT_CHARS = 200


class Verdict(NamedTuple):
    """A grade from 0 to 1, None where the reply holds no verdict; and the reply's beginning."""

    grade: float | None
    said: str


#: Grades the text shown as the answer to a question.
Judge = Callable[[Question, str], Verdict]


def read_verdict(reply: str) -> Verdict:
    """The verdict a reply begins with, else the only one it has; "the right answer is $5, so wrong" has two."""
    leading = _VERDICT.match(reply.lstrip(" \t\n*\"'`#-"))
    words = {leading.group().lower()} if leading else {word.lower() for word in _VERDICT.findall(reply)}
    grade = GRADES[words.pop()] if len(words) == 1 else None
    return Verdict(grade, " ".join(reply.split())[:_KEPT_CHARS])


def _wanted(question: Question) -> str:
    if question.scale is not None:
        return f"{'; '.join(question.answers)} {question.scale}".strip()
    accepted = [text for text in question.answers if text.strip()]
    said = [f"any of: {' | '.join(accepted)}"] if accepted else []
    if question.figures:
        said.append(f"with the figures {', '.join(question.figures)}")
    return ", ".join(said)


def chat_judge(chat: BaseChatModel) -> Judge:
    """A judge by a chat model. It raises what the model raises."""

    def grade(question: Question, shown: str) -> Verdict:
        asked = f"Question: {question.question}\nRight answer: {_wanted(question)}\nAnswer to grade: {shown}"
        return read_verdict(str(chat.invoke([("system", _INSTRUCTION), ("user", asked)]).text))

    return grade


@contextmanager
def opened_judge(settings: Settings, options: JudgeOptions | None) -> Iterator[Judge | None]:
    """The judge of the options, let go of at the end; None for none.

    Raises:
        SettingsError: there is no such model, or its address is none.
        ChatModelError: raised by the judge where its server fails.
    """
    if options is None:
        yield None
        return
    from assistant.models.chat import load_chat_model
    from assistant.models.explain import explain

    own = _settings_of(settings, options)
    try:
        model = load_chat_model(own)
    except SettingsError as error:
        raise SettingsError(f"The judge cannot be used: {error.args[0]}", error.next_step) from error
    try:
        if model.runnable is None:
            raise SettingsError(
                f"There is no judge model {options.model}", "Name one, and its server with --judge-base-url."
            )
        judge = chat_judge(model.runnable)

        def grade(question: Question, shown: str) -> Verdict:
            try:
                return judge(question, shown)
            except AssistantError:
                raise
            except Exception as error:
                raise explain(error, own) from error

        yield grade
    finally:
        model.close()


def judge_recorded(settings: Settings, options: JudgeOptions | None) -> dict[str, Any] | None:
    """What a run records of its judge: name, server, and the model's SHA-256 where it is an embedded one."""
    if options is None:
        return None
    model = provenance.model_digests(_settings_of(settings, options)).get("chat", {})
    return {"model": options.model, "base_url": options.base_url, "sha256": model.get("sha256")}


def _settings_of(settings: Settings, options: JudgeOptions) -> Settings:
    """Settings whose chat model is the judge; the chat model's key goes to its own server and no other."""
    same_server = options.base_url in (None, settings.chat_base_url)
    key = options.api_key or (settings.chat_api_key if same_server else None)
    server = options.base_url or settings.chat_base_url
    return settings.model_copy(update={"chat_model": options.model, "chat_base_url": server, "chat_api_key": key})
