"""Questions that leave open what they are about."""

from __future__ import annotations

import pytest

from assistant.answering.answer import Turn
from assistant.answering.unclear import is_unclear, is_vague

TALK = (
    Turn(role="user", content="Who played the detective in Harbour Lights?"),
    Turn(role="assistant", content="The actor is Mara Ek."),
)


@pytest.mark.parametrize(
    ("question", "vague"),
    [
        ("Which prizes did the actor get?", True),
        ("Does this animal have antlers?", True),
        ("Which events are held in the country's stadium?", True),
        ("How much does it cost?", True),
        ("How much does it cost to cancel?", False),
        ("When was the famous basketball player born?", True),
        ("Which prizes did Mara Ek get?", False),
        ("Which prizes did the actor get in 2019?", False),
        ("Who won the battle of the bull run?", False),
        ("What are the main risks?", False),
        ("How many ferries are there?", False),
        ("", False),
    ],
)
def test_a_kind_is_not_a_name(question: str, vague: bool) -> None:
    assert is_vague(question, ()) is vague


def test_what_the_conversation_named_is_known() -> None:
    assert not is_vague("Which prizes did the actor get?", TALK)
    assert not is_vague("How much does it cost?", TALK)
    assert is_vague("Does this animal have antlers?", TALK)


@pytest.mark.parametrize(
    ("question", "history", "unclear"),
    [
        ("Are those the only ones?", (), True),
        ("Are those the only ones?", TALK, False),
        ("?!", TALK, True),
        ("What does a loaf cost?", (), False),
    ],
)
def test_a_question_that_says_nothing(question: str, history: tuple[Turn, ...], unclear: bool) -> None:
    assert is_unclear(question, history) is unclear
