"""Follow-up questions are read in the light of the turns before them."""

from __future__ import annotations

import pytest

from assistant.answering.answer import Turn
from assistant.retrieval.conversation import leans_on_history, query_texts, standalone_question

HISTORY = (
    Turn(role="user", content="Who audits Harbour Compute?"),
    Turn(role="assistant", content="Ek & Lee."),
    Turn(role="user", content="What did it lease in 2025?"),
    Turn(role="assistant", content="412 megawatts."),
    Turn(role="user", content="Where is the campus?"),
    Turn(role="assistant", content="In Lindholm."),
)


@pytest.mark.parametrize(
    "question",
    [
        "Why?", "How so?", "And in 2024?", "What about costs?", "How much?", "When was that?",
        "How many did they build?", "Is it profitable?", "Who owns them?", "What are its other sites?",
        "the second one", "What did she say about that deal?", "Compare that with the former.",
        "How much did Meta pay?", "How many were sold?",
    ],
)  # fmt: skip
def test_questions_that_lean(question: str) -> None:
    assert leans_on_history(question)


@pytest.mark.parametrize(
    "question",
    [
        "What did Harbour Compute lease in 2025?",
        "How many megawatts did Harbour Compute lease in the second quarter?",
        "Is there a second campus of Harbour Compute?",
        "Does Harbour say that rates will rise in 2027?",
        "Which of the sites in Norway was one of the first?",
        "How much snow fell on the Sonnalp?",
        "Who founded Harbour Compute?",
    ],
)
def test_questions_that_stand_alone(question: str) -> None:
    assert not leans_on_history(question)


@pytest.mark.parametrize(
    ("question", "history", "reading"),
    [
        (" Why? ", (), "Why?"),
        ("Why?", HISTORY[1:2], "Why?"),
        ("Why?", HISTORY[:2], "Why? (asked after: Who audits Harbour Compute?)"),
        # Only the last two of the user's own turns are taken in.
        ("Why?", HISTORY, "Why? (asked after: What did it lease in 2025? Where is the campus?)"),
        ("What did Ek & Lee charge Harbour Compute?", HISTORY, "What did Ek & Lee charge Harbour Compute?"),
        ("Why?", (Turn(role="user", content="  "),), "Why?"),
    ],
)
def test_standalone(question: str, history: tuple[Turn, ...], reading: str) -> None:
    assert standalone_question(question, history) == reading


def test_a_question_that_leans_is_also_searched_for_with_the_last_answer() -> None:
    assert query_texts("How big is it?", HISTORY) == [
        "How big is it?",
        "What did it lease in 2025? Where is the campus? How big is it?",
        "How big is it? In Lindholm.",
    ]
    long = (HISTORY[0], Turn(role="assistant", content="x" * 1000))
    assert query_texts("Why?", long)[2] == "Why? " + "x" * 300


def test_query_texts() -> None:
    assert query_texts(" Why? ", ()) == ["Why?"]
    assert query_texts("Why?", HISTORY[1:2]) == ["Why?"]
    # Even a question that stands alone is also searched for with what came before it.
    assert query_texts("What does Ek & Lee charge?", HISTORY[:2]) == [
        "What does Ek & Lee charge?",
        "Who audits Harbour Compute? What does Ek & Lee charge?",
    ]
