"""The type of answer that a question wants."""

from __future__ import annotations

import pytest

from assistant.answering.answer import Turn
from assistant.answering.asked import Asked, asked_for
from assistant.retrieval.conversation import earlier_part, own_part, standalone_question


@pytest.mark.parametrize(
    ("question", "before", "asked"),
    [
        ("Why?", "When did Lorne sign the lease?", Asked.EXPLANATION),
        ("How much did it cost?", "When did Lorne sign the lease?", Asked.MONEY),
        ("Who?", "How many ships did it buy?", Asked.PERSON),
        ("When was that?", "Why did Lorne sell it?", Asked.DATE),
        ("And Morwen?", "When did Lorne sign the lease?", Asked.DATE),
        ("And in May?", "How many ships did it buy?", Asked.COUNT),
        ("And Morwen?", "What does Lorne do?", Asked.OTHER),
        ("When did Lorne sign the lease?", "", Asked.DATE),
    ],
)
def test_a_follow_up_wants_what_its_own_words_ask_for(question: str, before: str, asked: Asked) -> None:
    whole = standalone_question(question, [Turn(role="user", content=before)] if before else [])
    assert own_part(whole) == question
    assert earlier_part(whole) == before
    assert asked_for(whole) is asked
