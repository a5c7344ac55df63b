"""Sums asked for in the light of earlier questions: what they are of, and when, is taken from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import ScriptedChat
from sum_sources import SALES, STATED, evidence_of

from assistant.answering.answer import Status, Turn
from assistant.answering.sums import calculate
from assistant.facade import Assistant

ALL = evidence_of(SALES, STATED)
BOTH = "What were ferry sales in 2024 and 2025?"
ONE = "What were ferry sales in 2025?"
GREW = "How much did ferry sales change from 2024 to 2025?"


@pytest.mark.parametrize(
    ("earlier", "question", "result"),
    [
        ([BOTH], "And by what percent did that change?", "10.05%"),
        ([BOTH], "By what percent did they change?", "10.05%"),
        ([BOTH], "How much did it change?", "$110.5 million"),
        ([BOTH], "And what is the percentage change?", "10.05%"),
        ([BOTH], "And what was the change?", "$110.5 million"),
        ([BOTH], "So what is the average of those figures?", "$1,155.25 million"),
        ([BOTH], "And the percentage change from 2023 to 2024?", "11.11%"),
        ([BOTH], "In which year was that the highest?", "2025"),
        ([BOTH], "And what is the total of these?", "$2,310.5 million"),
        ([ONE], "By what percent did that change from 2024?", "10.05%"),
        ([ONE], "And in 2023?", "$990.0 million"),
        ([ONE], "And what about other sales?", "80.0 million"),
        (["How did ferry sales develop in 2024 and 2025?"], "By what percent did they change?", "10.05%"),
        ([GREW], "And in percent?", "10.05%"),
        ([GREW], "And what about from 2023 to 2024?", "$110 million"),
        ([GREW], "And what about total sales?", "$126.5 million"),
        ([BOTH, "How much did they change?"], "And in percent?", "10.05%"),
        ([BOTH, "Why is that?"], "By what percent did they change?", "10.05%"),
    ],
)
def test_a_sum_is_read_in_the_light_of_what_was_asked(earlier: list[str], question: str, result: str) -> None:
    worked = calculate(question, ALL, earlier)
    assert worked is not None
    assert worked.result == result
    assert calculate(question, ALL) is None


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        ([BOTH], "And by what percent did the share price change?"),
        ([BOTH], "And who runs the ferries?"),
        ([BOTH], "And why?"),
        ([BOTH], "And what about the risks?"),
        ([BOTH], "What is the ratio of those to profit?"),
        ([BOTH], "And in 2019?"),
        ([ONE], "By what percent did that change?"),  # since when?
        ([BOTH, "Who runs Brambleton?"], "By what percent did that change?"),
        (["Which was higher in 2025, ferry sales or other sales?"], "By what percent did that change from 2024?"),
        (["What is the plan?"], "And by how much did that change from 2024 to 2025?"),
        ([], "And by what percent did that change?"),
    ],
)
def test_another_question_is_not_made_a_sum(earlier: list[str], question: str) -> None:
    assert calculate(question, ALL, earlier) is None


def test_a_question_whole_in_itself_is_read_as_it_stands() -> None:
    question = "What is the change in total sales from 2024 to 2025?"
    assert calculate(question, ALL, ["What were ferry sales in 2023?"]) == calculate(question, ALL)


def test_a_conversation(make_assistant: Callable[..., Assistant], scripted: ScriptedChat, work: Path) -> None:
    (work / "sales.md").write_text(SALES, encoding="utf-8")
    assistant = make_assistant(chat=scripted)
    assistant.add([work / "sales.md"])
    history = [Turn(role="user", content=BOTH), Turn(role="assistant", content=assistant.ask(BOTH).answer)]
    found = assistant.ask("And by what percent did that change?", history=history)
    assert found.status is Status.ANSWERED
    assert found.calculation is not None
    assert found.calculation.result == "10.05%"
    assert found.standalone_question == f"And by what percent did that change? (asked after: {BOTH})"
    assert scripted.seen == []


def test_a_follow_up_on_something_else_goes_to_the_model(
    make_assistant: Callable[..., Assistant], scripted: ScriptedChat, work: Path
) -> None:
    (work / "sales.md").write_text(SALES, encoding="utf-8")
    assistant = make_assistant(chat=scripted)
    assistant.add([work / "sales.md"])
    scripted.enqueue("[0]")
    found = assistant.ask("And who sells them?", history=[Turn(role="user", content=BOTH)])
    assert found.calculation is None
    assert len(scripted.seen) == 1
