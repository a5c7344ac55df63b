"""The chat model's part: a LangChain chain from evidence and question to what the model makes of them.

The model works in the steps that the prompt shows it: it copies the closest sentence, says whether that states
the very thing asked, and answers. A model that gives log probabilities and continues a text we began is led
through them, so that code weighs its probability of each number and of each yes before a word of an answer is
written, and copies the sentence itself. Any other model writes all steps at once and its words are taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answering.opinion import Opinion
from assistant.answering.prompting import (
    CLOSEST,
    evidence_line,
    prompt_template,
    up_to_answer,
    up_to_stated,
    user_message,
)
from assistant.models.leaving import asking, never, pieces
from assistant.retrieval.model import Evidence

#: As many alternatives as there are digits; more evidence than nine sentences is told apart by text alone.
_TOP_LOGPROBS = 10
#: How many of the most probable sentences are looked at one by one.
_LOOKED_AT = 2

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
    """Asks one chat model for opinions and drafts, as long as somebody waits for them: until `stopped` says otherwise.

    Args:
        chat: the model.
        stepwise: whether its endpoint gives log probabilities and continues a last message of the assistant's.
        max_tokens: the longest draft, unless another is asked for.
    """

    def __init__(self, chat: BaseChatModel, *, stepwise: bool, max_tokens: int) -> None:
        self._chat = chat
        self._max_tokens = max_tokens
        self._tokens = build_chain(chat, logprobs=True, top_logprobs=_TOP_LOGPROBS, max_tokens=1)
        self._stepwise = stepwise

    def opinion(
        self, evidence: Sequence[Evidence], question: str, stopped: Callable[[], bool] = never
    ) -> Opinion | None:
        """The model's opinion of the evidence; None if its endpoint cannot be asked step by step.

        Raises:
            Left: nobody waits for it.
        """
        if not self._stepwise:
            return None
        inputs = {"evidence": list(evidence), "question": question}
        tops = self._top({**inputs, "opening": CLOSEST}, stopped)
        places = range(1, len(evidence) + 1)
        numbers = dict(zip(places, _shares([tops.get(str(place), 0.0) for place in places]), strict=True))
        stated = {}
        for number in _looked_at(numbers):
            line = evidence_line(number, evidence[number - 1])
            tops = self._top({**inputs, "opening": up_to_stated(line)}, stopped)
            stated[number] = _shares([tops.get("yes", 0.0), tops.get("no", 0.0)])[0]
        return Opinion(numbers, stated)

    def draft(
        self,
        evidence: Sequence[Evidence],
        question: str,
        number: int,
        max_tokens: int | None = None,
        stopped: Callable[[], bool] = never,
    ) -> Iterator[str]:
        """The reply as it is written: led step by step only the answer, which rests on sentence `number`.

        Raises:
            Left: nobody waits for its next words.
        """
        inputs = {"evidence": list(evidence), "question": question, "opening": ""}
        if self._stepwise:
            inputs["opening"] = up_to_answer(evidence_line(number, evidence[number - 1]), "yes")
            yield f"[{number}] "
        drafts = build_chain(self._chat, max_tokens=max_tokens or self._max_tokens)
        for message in pieces(drafts.stream(inputs), stopped):
            if text := str(message.text):
                yield text

    def _top(self, inputs: Inputs, stopped: Callable[[], bool]) -> dict[str, float]:
        with asking(stopped):
            return first_token(self._tokens.invoke(inputs).response_metadata)


def _looked_at(numbers: Mapping[int, float]) -> list[int]:
    best = sorted(numbers, key=lambda number: -numbers[number])[:_LOOKED_AT]
    return best if not numbers or 1 in best else [*best, 1]


def _shares(weights: Sequence[float]) -> list[float]:
    """Weights scaled to sum to 1; all alike if there is none."""
    total = sum(weights)
    return [weight / total if total else 1 / len(weights) for weight in weights]


def first_token(metadata: Mapping[str, Any]) -> dict[str, float]:
    """Probabilities of the alternatives of a reply's first token, lower case and stripped.

    Args:
        metadata: a message's response metadata with OpenAI-style log probabilities; without any, nothing.
    """
    found: dict[str, float] = {}
    for token in ((metadata.get("logprobs") or {}).get("content") or [])[:1]:
        for option in token["top_logprobs"]:
            text = option["token"].strip().lower()
            found[text] = found.get(text, 0.0) + math.exp(option["logprob"])
    return found
