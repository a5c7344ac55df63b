"""Drafts taken apart: marks before, behind, inside, nested, missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.draft import DraftStream, parse_draft

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
