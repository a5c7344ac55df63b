"""A sum as an answer: cited, checked, and given before any chat model is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import ScriptedChat
from sum_sources import LEASE, SALES

from assistant.answering.answer import Answer, Status
from assistant.facade import Assistant
from evals.metrics.unsupported import unsupported_figures

Make = Callable[..., Assistant]


def ask(assistant: Assistant, work: Path, question: str) -> Answer:
    for name, text in (("sales.md", SALES), ("power.md", LEASE)):
        (work / name).write_text(text, encoding="utf-8")
    assistant.add([work / "sales.md", work / "power.md"])
    found = assistant.ask(question)
    for citation in found.citations:
        assert citation.quote == assistant.text(citation.document)[citation.start : citation.end]
    return found


@pytest.mark.parametrize(
    ("question", "result", "citations"),
    [
        ("What is the percentage change in ferry sales from 2024 to 2025?", "10.05%", 1),
        ("What are other sales as a percentage of total sales in 2025?", "6.2%", 2),
        ("What would leasing all 3 GW bring in a year?", "$30–45 billion", 2),
    ],
)
def test_a_sum_answers_without_a_chat_model(
    make_assistant: Make, work: Path, question: str, result: str, citations: int
) -> None:
    found = ask(make_assistant(), work, question)
    assert found.status is Status.ANSWERED
    assert found.calculation is not None
    assert found.calculation.result == result
    assert len(found.citations) == citations
    assert found.sentences[0].citations == tuple(range(1, citations + 1))
    quotes = {citation.number: citation.quote for citation in found.citations}
    assert all(operand.text in quotes[operand.citation] for operand in found.calculation.operands)
    # The result stands in no quote; it is vouched for by the operands, which all do.
    checks = {figure.text: (figure.supported, figure.citation) for figure in found.figures}
    assert checks[result] == (True, None)
    assert all(figure.supported for figure in found.figures)
    assert unsupported_figures(found) == ()


def test_the_chat_model_is_not_asked_for_a_sum(make_assistant: Make, scripted: ScriptedChat, work: Path) -> None:
    found = ask(make_assistant(chat=scripted), work, "What is the change in ferry sales from 2024 to 2025?")
    assert found.calculation is not None
    assert scripted.seen == []


def test_a_lookup_is_no_sum(make_assistant: Make, work: Path) -> None:
    found = ask(make_assistant(), work, "What are total sales in 2025?")
    assert found.calculation is None


def test_a_sum_that_lacks_an_operand_is_answered_like_any_question(make_assistant: Make, work: Path) -> None:
    found = ask(make_assistant(), work, "What is the change in ferry sales from 2021 to 2025?")
    assert found.calculation is None
