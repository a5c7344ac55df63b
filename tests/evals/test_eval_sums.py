"""Sums counted by half and type."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.answering.answer import Answer, Calculation, Operand, Status
from assistant.answering.answerer import QUOTE_LEAD
from evals.sets import Question
from evals.sums import HALVES, exact, half_of, kind_of, tally, told_by_code


def asked(answers: tuple[str, ...], scale: str, kind: str, document: str = "a.md") -> Question:
    return Question(
        id="1", question="What is the change?", answerable=True, answers=answers, scale=scale, type=kind,
        documents=(document,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("result", "answer", "scale", "right"),
    [
        ("24.41%", "24.41", "percent", True),
        ("-$12.6 million", "-12.6", "million", True),
        ("$12.6 million", "-12.6", "million", False),
        ("$12.6", "12.6", "million", False),
        ("-0.5 percentage points", "-0.5", "percent", True),
        ("2019", "2019", "", True),
    ],
)
def test_exact(result: str, answer: str, scale: str, right: bool) -> None:
    assert exact(asked((answer,), scale, "arithmetic / table"), result, summed=True) is right


def test_of_a_figure_looked_up_the_sentence_is_read() -> None:
    question = asked(("12.6",), "million", "span / table").model_copy(update={"question": "What was it in 2019?"})
    assert exact(question, "Ferries, 2019: $12.6 million.", summed=False)
    assert not exact(question, "Ferries, 2019: $12.6 thousand.", summed=False)


def test_what_code_told(answering: Callable[..., Answer]) -> None:
    summed = Calculation(expression="1 + 1", result="2", operands=(Operand(text="1", citation=1),))
    assert told_by_code(answering("It is 2.", "1", calculation=summed)) == ("2", True)
    assert told_by_code(answering("Ferries, 2019: 2.", "Ferries | 2019: 2")) == ("Ferries, 2019: 2.", False)
    assert told_by_code(answering(f"{QUOTE_LEAD} “It is.”", "It is.")) is None
    assert told_by_code(answering("The documents do not say.", status=Status.NOT_FOUND)) is None


def test_halves_do_not_depend_on_the_set() -> None:
    halves = [half_of(f"report-{number}.md") for number in range(100)]
    assert set(halves) == set(HALVES)
    assert 30 < halves.count(HALVES[0]) < 70


def test_tally() -> None:
    wanted = asked(("5",), "percent", "arithmetic / text")
    span = asked(("Oslo",), "", "span / table")
    counts = tally([(wanted, ("5%", True)), (wanted, ("6%", True)), (wanted, None), (span, ("Ferries: 7.", False))])
    half = half_of("a.md")
    assert kind_of(span) == "span"
    assert [counts[half, "arithmetic", column] for column in ("n", "tried", "right")] == [3, 2, 1]
    assert [counts[half, "span", column] for column in ("n", "tried", "right")] == [1, 1, 0]
