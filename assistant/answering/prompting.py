"""The prompt as messages: a fixed prefix from a file, then the evidence and the question."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from assistant.index.passages import squash
from assistant.retrieval.model import Evidence

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.prompts import ChatPromptTemplate

#: The beginning of every reply, up to the number of the closest sentence.
CLOSEST = "Closest: ["


#: Where a chat template's control tokens are cut apart: `<|im_start|>`, `<｜User｜>`, `<start_of_turn>`, `</s>`,
#: `<think>`, `[INST]`, `<<SYS>>`, `[TOOL_CALLS]`. Tokenisers know them only as they are, letter by letter.
_TOKEN_SEAMS = re.compile(
    r"<(?=[|｜])|[|｜](?=>)|"
    r"(?<=<)(?=/?(?:s|bos|eos|pad|unk|mask|think|tool_call|tool_response|start_of_turn|end_of_turn|[a-z_]*image[a-z_]*)>)|"
    r"(?<=<)(?=</?SYS>>)|(?<=\[)(?=/?(?:INST|SYS|[A-Z]+(?:_[A-Z]+)+)\])",
    re.IGNORECASE,
)


def without_control_tokens(text: str) -> str:
    """Text in which no control token of a chat template is left: what looks like one gets a blank inside.

    Somebody else's words must not be able to end the message they stand in; they stay readable, for a document may be
    about such tokens.
    """
    return _TOKEN_SEAMS.sub(lambda seam: f"{seam.group()} ", text)


@cache
def _prompt_file() -> dict[str, Any]:
    source = resources.files("assistant.answering").joinpath("prompts/answer.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _user(lines: Sequence[str], question: str) -> str:
    template: str = _prompt_file()["user"]
    asked = squash(without_control_tokens(question))
    return template.strip().format(evidence="\n".join(lines), question=asked)


def _line(number: int, words: str) -> str:
    return f"[{number}] {words}"


def up_to_stated(line: str) -> str:
    """A reply as far as the model's word on whether a numbered sentence (`evidence_line`) states what is asked."""
    return f"Closest: {line}\nStated:"


def up_to_answer(line: str, stated: Literal["yes", "no"]) -> str:
    """A reply as far as the answer."""
    return f"{up_to_stated(line)} {stated}.\nAnswer:"


def prefix_messages() -> list[BaseMessage]:
    """The part of the prompt that never changes: instructions and worked examples."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    messages: list[BaseMessage] = [SystemMessage(_prompt_file()["system"].strip())]
    for example in _prompt_file()["examples"]:
        lines = [_line(number, words) for number, words in enumerate(example["evidence"], start=1)]
        reply = up_to_answer(lines[example["closest"] - 1], example["stated"])
        messages.append(HumanMessage(_user(lines, example["question"])))
        messages.append(AIMessage(f"{reply} {example['answer']}"))
    return messages


def prompt_template() -> ChatPromptTemplate:
    """The whole prompt as a LangChain template with the variable `request` (`user_message`)."""
    from langchain_core.prompts import ChatPromptTemplate, HumanMessagePromptTemplate

    return ChatPromptTemplate.from_messages([*prefix_messages(), HumanMessagePromptTemplate.from_template("{request}")])


def evidence_line(number: int, evidence: Evidence) -> str:
    """A clause as the model sees it: numbered, on one line, a table row with its context."""
    words = squash(without_control_tokens(evidence.clause))
    context = squash(without_control_tokens(evidence.context))
    return _line(number, f"{context}: {words}" if context else words)


def user_message(evidence: Sequence[Evidence], question: str) -> str:
    """The last message: the numbered evidence and the question."""
    return _user([evidence_line(number, item) for number, item in enumerate(evidence, start=1)], question)
