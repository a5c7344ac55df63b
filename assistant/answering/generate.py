"""The chat model's part: a LangChain chain from evidence and question to a streamed draft.

The model is asked to begin with the number of the sentence that answers. The probabilities of that first
number are a witness for the choice that code makes; the draft is then written from the sentence chosen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answering.prompting import prompt_template, user_message
from assistant.retrieval.model import Evidence

#: As many alternatives as there are digits; more evidence than nine sentences is told apart by text alone.
_TOP_LOGPROBS = 10
#: Tokens that can hold an opening bracket and a number.
_NUMBER_TOKENS = 3

Inputs = dict[str, Any]


def build_chain(chat: BaseChatModel, **options: Any) -> Runnable[Inputs, BaseMessage]:
    """A chain from `{"evidence", "question", "opening"}` to the chat model's message chunks.

    A non-empty `opening` is put before the model as the beginning of its own answer, to be continued.
    """

    template = prompt_template()

    def messages(inputs: Inputs) -> list[Any]:
        request = user_message(inputs["evidence"], inputs["question"])
        prompt = template.invoke({"request": request}).to_messages()
        return [*prompt, AIMessage(inputs["opening"])] if inputs.get("opening") else prompt

    chain: Runnable[Inputs, BaseMessage] = RunnableLambda(messages) | chat.bind(**options)
    return chain


class Writer:
    """Asks one chat model for numbers and drafts.

    Args:
        chat: the model.
        logprobs: whether its endpoint gives log probabilities.
        continues: whether its endpoint continues a last message that is the assistant's own.
        max_tokens: the longest draft.
    """

    def __init__(self, chat: BaseChatModel, *, logprobs: bool, continues: bool, max_tokens: int) -> None:
        self._numbers = (
            build_chain(chat, logprobs=True, top_logprobs=_TOP_LOGPROBS, max_tokens=_NUMBER_TOKENS)
            if logprobs
            else None
        )
        self._drafts = build_chain(chat, max_tokens=max_tokens)
        self._continues = continues

    def first_number(self, evidence: Sequence[Evidence], question: str) -> Mapping[int, float] | None:
        """Probability of each first number, 0 meaning that nothing answers; None if the endpoint tells none."""
        if self._numbers is None:
            return None
        message = self._numbers.invoke({"evidence": list(evidence), "question": question})
        return number_probabilities(message.response_metadata)

    def draft(self, evidence: Sequence[Evidence], question: str, number: int | None) -> Iterator[str]:
        """The draft's text as it is written, beginning with `number` if one is given and the endpoint can."""
        opening = f"[{number}] " if number is not None and self._continues else ""
        inputs = {"evidence": list(evidence), "question": question, "opening": opening.strip()}
        if opening:
            yield opening
        for message in self._drafts.stream(inputs):
            if text := str(message.text):
                yield text


def number_probabilities(metadata: Mapping[str, Any]) -> dict[int, float] | None:
    """The distribution over the first bracketed number, from OpenAI-style log probabilities.

    Returns:
        Probability by number, scaled to sum to 1 over the numbers seen; None if there are none.
    """
    written = ""
    for token in (metadata.get("logprobs") or {}).get("content") or []:
        prefix = written.strip()
        if prefix in ("", "["):
            found: dict[int, float] = {}
            for option in token["top_logprobs"]:
                text = option["token"].strip()
                digits = text.removeprefix("[").rstrip("]") if prefix == "" and text.startswith("[") else text
                if digits.isdigit() and (prefix == "[" or text.startswith("[")):
                    found[int(digits)] = found.get(int(digits), 0.0) + math.exp(option["logprob"])
            if found:
                total = sum(found.values())
                return {number: probability / total for number, probability in found.items()}
        written += token["token"]
    return None
