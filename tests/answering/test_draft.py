"""Drafts taken apart: marks before, behind, inside, nested, missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.draft import DraftStream, draft_of, parse_draft

CASES = [
    ("[1] The target is $835.", [("The target is $835.", (1,))]),
    ("[1] A is Buy. [3] B is $835.", [("A is Buy.", (1,)), ("B is $835.", (3,))]),
    ("A is Buy [1]. B is $835 [3].", [("A is Buy.", (1,)), ("B is $835.", (3,))]),
    ("A is Buy. [1] B is $835. [3]", [("A is Buy.", (1,)), ("B is $835.", (3,))]),
    ("[1, 3] A and B.", [("A and B.", (1, 3))]),
    ("[1][3] A and B.", [("A and B.", (1, 3))]),
    ("[1] [3] A and B.", [("A and B.", (1, 3))]),
    ("[1][1] A.", [("A.", (1,))]),
    ("(2) A is big.", [("A is big.", (2,))]),
    ("[1] A has 3 (12) parts.", [("A has 3 (12) parts.", (1,))]),
    ("[1] A did it [2] and B too. [3] C.", [("A did it and B too.", (1, 2)), ("C.", (3,))]),
    ("[1] A did it. And B. [2] C.", [("A did it.", (1,)), ("And B.", ()), ("C.", (2,))]),
    ("[99] Invented mark.", [("Invented mark.", (99,))]),
    ("[0] Not stated.", [("Not stated.", (0,))]),
    ("[0]", [("", (0,))]),
    ("No marks at all.", [("No marks at all.", ())]),
    ("Answer: [2] A.", [("A.", (2,))]),
    ("[2] It rose 0.25% in the U.S. market.", [("It rose 0.25% in the U.S. market.", (2,))]),
    ("[1] A\nacross lines.", [("A across lines.", (1,))]),
    ("", []),
    ("   ", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0][:40] or "empty" for case in CASES])
def test_parses(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(sentence.text, sentence.marks) for sentence in parse_draft(text)] == expected


@pytest.mark.parametrize(
    "text",
    [text for text, _ in CASES if not text.endswith("]") or text == "[0]"],
    ids=lambda text: text[:40] or "empty",
)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_stream_gives_the_same_sentences(text: str, size: int) -> None:
    stream = DraftStream()
    given_out = []
    for start in range(0, len(text), size):
        given_out += stream.feed(text[start : start + size])
    given_out += stream.finish()
    assert given_out == parse_draft(text)


STEPPED = [
    ("Asked: the rate.\nClosest: [2] Rates are 3%.\nStated: yes.\nAnswer: Rates are 3%.", "[2] Rates are 3%."),
    ("Closest: [2] Rates are 3%.\nStated: yes.\nAnswer: They are 3%. [1] B.", "[2] They are 3%. [1] B."),
    ("Closest: [2] Rates are 3%.\nStated: no.\nAnswer: It is not stated.", "[0] It is not stated."),
    ("Closest: [2] Rates are 3%.\nStated: No", "[0]"),
    ("closest: none\nstated: yes\nanswer: A.", "[0] A."),
    ("Closest: [2] Rates are", ""),
    ("The closest: [2] is no step.", "The closest: [2] is no step."),
    ("Cl", "Cl"),
    ("", ""),
]


@pytest.mark.parametrize(("reply", "draft"), STEPPED, ids=[case[0][-25:] or "empty" for case in STEPPED])
def test_steps_become_the_first_mark(reply: str, draft: str) -> None:
    assert draft_of(reply) == draft
    stream = DraftStream()
    given_out = [sentence for character in reply for sentence in stream.feed(character)] + stream.finish()
    assert given_out == parse_draft(draft)


def test_a_sentence_is_held_back_until_the_next_begins() -> None:
    stream = DraftStream()
    assert stream.feed("[1] The target is $8") == []
    assert stream.feed("35.") == []
    (first,) = stream.feed(" [2] The rating is Buy")
    assert first.text == "The target is $835."


@given(st.text(alphabet="ab [](),.123\n", max_size=60), st.integers(1, 9))
def test_any_text_streams_without_failing(text: str, size: int) -> None:
    stream = DraftStream()
    count = 0
    for start in range(0, len(text), size):
        count += len(stream.feed(text[start : start + size]))
    count += len(stream.finish())
    assert count >= 0
    assert stream.text == text
