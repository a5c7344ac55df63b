"""The chat model led through the steps of the prompt, and one that writes them all at once."""

from __future__ import annotations

import math
from typing import Any

import pytest
from fakes import ScriptedChat, logprob
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from assistant.answering.generate import Writer, first_token
from assistant.answering.prompting import prefix_messages
from assistant.documents.model import BlockKind
from assistant.models.leaving import Left
from assistant.retrieval.model import Evidence

WORDS = ("Rates are 3%.", "Rates\nrose in May.", "It may rain.", "A target of $835.", "Fees | a: 1")


def sentence(place: int, words: str) -> Evidence:
    return Evidence(
        sentence_id=place, passage_id=1, document="a.md", title="A", date=None, page=None, headings=(),
        kind=BlockKind.PARAGRAPH, context="Fee table" if "|" in words else "", text=words, clause=words,
        start=0, end=len(words),
        around=words, similarity=0.5, lexical=0.0, score=0.5,
    )  # fmt: skip


EVIDENCE = [sentence(place, words) for place, words in enumerate(WORDS, start=1)]


def token(**chances: float) -> list[dict[str, Any]]:
    """Log probabilities of one token from the probabilities of its alternatives."""
    options = {text.strip("_"): math.log(chance) for text, chance in chances.items()}
    return [logprob(next(iter(options)), **options)]


def opening(chat: ScriptedChat, request: int) -> str:
    last = chat.seen[request][-1]
    assert isinstance(last, AIMessage)
    return str(last.content)


def test_an_opinion_step_by_step(scripted: ScriptedChat) -> None:
    scripted.enqueue("2", logprobs=token(_2=0.5, _5=0.3, _4=0.1, x=0.1))
    for yes, no in ((0.6, 0.2), (0.0001, 0.9), (0.3, 0.3)):
        scripted.enqueue("yes", logprobs=token(Yes=yes, no=no))
    writer = Writer(scripted, stepwise=True, max_tokens=50)
    found = writer.opinion(EVIDENCE, "What about rates?")
    assert found is not None
    assert found.numbers == pytest.approx({1: 0.0, 2: 0.5 / 0.9, 3: 0.0, 4: 0.1 / 0.9, 5: 0.3 / 0.9})
    # The two likeliest, and what retrieval put first.
    assert found.stated == pytest.approx({2: 0.75, 5: 0.0001 / 0.9001, 1: 0.5})
    assert opening(scripted, 0) == "Closest: ["
    assert opening(scripted, 1) == "Closest: [2] Rates rose in May.\nStated:"
    assert opening(scripted, 2) == "Closest: [5] Fee table: Fees | a: 1\nStated:"
    assert all(options["max_tokens"] == 1 and options["logprobs"] for options in scripted.options)
    assert scripted.left == 0


def test_between_two_steps_it_is_looked_whether_somebody_waits(scripted: ScriptedChat) -> None:
    scripted.enqueue("2", logprobs=token(_2=1.0))
    with pytest.raises(Left):
        Writer(scripted, stepwise=True, max_tokens=50).opinion(EVIDENCE, "What?", lambda: bool(scripted.seen))
    assert len(scripted.seen) == 1


def test_a_model_that_names_no_number_finds_all_alike(scripted: ScriptedChat) -> None:
    scripted.enqueue("?", logprobs=token(x=1.0))
    for _ in range(2):
        scripted.enqueue("?")
    found = Writer(scripted, stepwise=True, max_tokens=50).opinion(EVIDENCE[:3], "What about rates?")
    assert found is not None
    assert found.numbers == pytest.approx({1: 1 / 3, 2: 1 / 3, 3: 1 / 3})
    assert found.stated == {1: 0.5, 2: 0.5}


def test_the_answer_is_written_behind_the_sentence_chosen(scripted: ScriptedChat) -> None:
    scripted.enqueue(" Rates rose in May.")
    writer = Writer(scripted, stepwise=True, max_tokens=50)
    assert "".join(writer.draft(EVIDENCE, "What about rates?", 2)) == "[2]  Rates rose in May."
    assert opening(scripted, 0) == "Closest: [2] Rates rose in May.\nStated: yes.\nAnswer:"


def test_any_other_model_writes_all_at_once(scripted: ScriptedChat) -> None:
    reply = "Closest: [2] Rates rose in May.\nStated: yes.\nAnswer: In May."
    scripted.enqueue(reply)
    writer = Writer(scripted, stepwise=False, max_tokens=50)
    assert writer.opinion(EVIDENCE, "What about rates?") is None
    assert "".join(writer.draft(EVIDENCE, "What about rates?", 2)) == reply
    request = scripted.seen[0][-1]
    assert isinstance(request, HumanMessage)
    assert "[3] It may rain.\n" in str(request.content) and str(request.content).endswith("What about rates?")


def test_the_worked_examples_keep_to_their_sentences() -> None:
    system, *turns = prefix_messages()
    assert isinstance(system, SystemMessage)
    for request, reply in zip(turns[::2], turns[1::2], strict=True):
        closest, stated, answer = str(reply.content).split("\n")
        assert closest.removeprefix("Closest: ") in str(request.content).split("\n")
        assert stated in ("Stated: yes.", "Stated: no.")
        assert answer.startswith("Answer: ")


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, {}),
        ({"logprobs": None}, {}),
        ({"logprobs": {"content": []}}, {}),
        ({"logprobs": {"content": token(Yes=0.5, yes_=0.25, no=0.25)}}, {"yes": 0.75, "no": 0.25}),
    ],
)
def test_first_token(metadata: dict[str, Any], expected: dict[str, float]) -> None:
    assert first_token(metadata) == pytest.approx(expected)
