"""The process of a baseline: reads one JSON object a line, answers each with one line.

    python serve.py MODULE

MODULE is the file beside this one that holds the `Pipeline`. Run in the baseline's own environment, it imports
nothing of the house. Requests have "do": "open" (with "embeddings" and "folder"), "chat" (with "chat"), "add",
"search" or "ask"; the rest of a request are the arguments of the pipeline's method of that name. A reply is
{"value": ...}, or {"error": "..."} when that request failed. The process ends when its input does.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TypedDict


class Endpoint(TypedDict):
    """An OpenAI-compatible server: address up to and including `/v1`, key, and the model's name there."""

    url: str
    key: str
    model: str


class ChatEndpoint(Endpoint):
    """The same for a chat model: tokens of prompt and answer, of the answer, and seconds to wait for it."""

    context_tokens: int
    answer_tokens: int
    timeout_s: float


class Page(TypedDict):
    """A page of a document; without a number where the format has none."""

    page: int | None
    text: str


class Turn(TypedDict):
    """An earlier message: "user" or "assistant", and its words."""

    role: str
    content: str


class Found(TypedDict):
    """A chunk found; its offsets are within the page it was cut from."""

    document: str
    page: int | None
    text: str
    start: int
    end: int


class Said(TypedDict):
    """An answer's text, and the chunks that the chat model had before it."""

    text: str
    seen: list[Found]


class Pipeline(Protocol):
    """What a baseline can do."""

    def use(self, chat: ChatEndpoint) -> None:
        """Answer with this model from now on."""

    def add(self, document: str, pages: list[Page]) -> int:
        """Split, embed and keep a document; gives the number of its chunks."""

    def search(self, question: str, k: int, documents: list[str] | None, history: list[Turn]) -> list[Found]:
        """The best k chunks, of these documents if some are named."""

    def ask(self, question: str, documents: list[str] | None, history: list[Turn]) -> Said:
        """The answer, and what it was made from."""


class Served:
    """A pipeline behind the requests.

    Args:
        make: makes the pipeline, from the embedding endpoint and a folder of its own.
    """

    def __init__(self, make: Callable[[Endpoint, str], Pipeline]) -> None:
        self._make = make
        self._pipeline: Pipeline | None = None

    def reply(self, request: dict[str, Any]) -> Any:
        """Do what a request says; gives what is told of it.

        Raises:
            Exception: whatever the pipeline raises.
        """
        do = request.pop("do")
        if do == "open":
            self._pipeline = self._make(request["embeddings"], request["folder"])
            return None
        if self._pipeline is None:
            raise ValueError("open comes first")
        if do == "chat":
            return self._pipeline.use(request["chat"])
        if do == "add":
            return self._pipeline.add(**request)
        if do == "search":
            return self._pipeline.search(**request)
        if do == "ask":
            start = time.perf_counter()
            said = self._pipeline.ask(**request)
            return {**said, "total_ms": (time.perf_counter() - start) * 1000}
        raise ValueError(f"no such request: {do}")


def main() -> None:
    """Serve until the input ends."""
    # The libraries print as they like; the lines go out by a handle that they do not know.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    served: Served | None = None
    for line in sys.stdin:
        try:
            if served is None:
                served = Served(importlib.import_module(sys.argv[1]).Pipeline)
            told: dict[str, Any] = {"value": served.reply(json.loads(line))}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"}
        out.write(json.dumps(told) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
