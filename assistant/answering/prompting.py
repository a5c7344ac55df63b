"""The prompt as messages: a fixed prefix from a file, then the evidence and the question."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from assistant.index.passages import squash
from assistant.retrieval.model import Evidence

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.prompts import ChatPromptTemplate


@cache
def _prompt_file() -> dict[str, Any]:
    source = resources.files("assistant.answering").joinpath("prompts/answer.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _user(evidence: str, question: str) -> str:
    template: str = _prompt_file()["user"]
    return template.strip().format(evidence=evidence.strip(), question=question)


def prefix_messages() -> list[BaseMessage]:
    """The part of the prompt that never changes: instructions and worked examples."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    messages: list[BaseMessage] = [SystemMessage(_prompt_file()["system"].strip())]
    for example in _prompt_file()["examples"]:
        messages.append(HumanMessage(_user(example["evidence"], example["question"])))
        messages.append(AIMessage(example["answer"]))
    return messages


def prompt_template() -> ChatPromptTemplate:
    """The whole prompt as a LangChain template with the variable `request` (`user_message`)."""
    from langchain_core.prompts import ChatPromptTemplate, HumanMessagePromptTemplate

    return ChatPromptTemplate.from_messages([*prefix_messages(), HumanMessagePromptTemplate.from_template("{request}")])


def evidence_line(number: int, evidence: Evidence) -> str:
    """A sentence as the model sees it: numbered, on one line, a table row with its context."""
    words = squash(evidence.text)
    return f"[{number}] {squash(evidence.context)}: {words}" if evidence.context else f"[{number}] {words}"


def user_message(evidence: Sequence[Evidence], question: str) -> str:
    """The last message: the numbered evidence and the question."""
    lines = [evidence_line(number, item) for number, item in enumerate(evidence, start=1)]
    return _user("\n".join(lines), question)
