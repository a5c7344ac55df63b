"""Figures that came from nowhere, whoever shows them."""

from __future__ import annotations

import pytest

from assistant.answering.answer import Answer, Sentence, Status, Timings
from assistant.facade import SearchHit
from evals.metrics.grounded import ungrounded_figures
from evals.score import score_grounding
from evals.sets import Question

ROW = "Total net sales | Q2 2023: 81,797"


@pytest.mark.parametrize(
    ("shown", "given", "invented"),
    [
        ("The target is $835.", ["It has a price target of $835."], ()),
        ("The target is $836.", ["It has a price target of $835."], ("$836",)),
        ("It costs $15 billion.", ["It costs $10–15 billion."], ("$15 billion",)),
        ("It costs 10 to 15bn dollars.", ["It costs $10–15 billion."], ()),
        ("Net sales were $81,797 million.", [ROW], ()),
        ("Net sales were $81,797 million, up 8%.", [ROW], ("8%",)),
        ("In 2019 it had two sites.", ["Nothing."], ()),
        ("Five gigawatts were leased.", ["Nothing."], ("Five gigawatts",)),
        ("No figure at all.", [], ()),
        ("3 GW, and again 3 GW.", [], ("3 GW",)),
    ],
)
def test_figures_that_nothing_given_holds(shown: str, given: list[str], invented: tuple[str, ...]) -> None:
    assert ungrounded_figures(shown, given) == invented


def answered(text: str, status: Status = Status.ANSWERED) -> Answer:
    times = Timings(retrieve=0.0, first_token=None, total=1.0)
    return Answer(
        question="q", standalone_question="q", status=status, answer=text, sentences=(Sentence(text=text),),
        model="m", timings_ms=times,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "score"),
    [("$835.", 0.0), ("$7 from the question.", 0.0), ("$9 is right.", 0.0), ("$836.", 1.0)],
)
def test_question_and_right_answers_count_as_given(text: str, score: float) -> None:
    case = Question(id="a", question="Is it $7?", answerable=True, answers=("$9",), documents=("n.md",), type="figure")
    hit = SearchHit(document="n.md", page=None, start=0, end=9, text="Target $835", score=1.0, heading=None)
    assert score_grounding(case, answered(text), [hit]) == {"ungrounded_figure": score}


def test_refusals_and_answers_to_nothing_found_are_left_out() -> None:
    case = Question(id="a", question="Why?", answerable=False, answers=(), documents=(), type="unanswerable")
    hit = SearchHit(document="n.md", page=None, start=0, end=9, text="Target $835", score=1.0, heading=None)
    for answer, hits in ((answered("$1", Status.NOT_FOUND), [hit]), (answered("$1"), []), (None, [hit])):
        assert score_grounding(case, answer, hits) == {"ungrounded_figure": None}
