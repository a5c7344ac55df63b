"""Drafts taken apart: marks before, behind, inside, nested, missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.draft import DraftStream, draft_of, only_leads, parse_draft

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
    # Ranges.
    ("A and B [1-3].", [("A and B.", (1, 2, 3))]),
    ("A and B rose [1–3]. C fell [4].", [("A and B rose.", (1, 2, 3)), ("C fell.", (4,))]),
    ("A and B rose [1], [2] and [4].", [("A and B rose.", (1, 2, 4))]),
    ("[2-3] A and B.", [("A and B.", (2, 3))]),
    ("A and B [1]-[3].", [("A and B.", (1, 2, 3))]),
    ("A and B [1, 3-5].", [("A and B.", (1, 3, 4, 5))]),
    ("A and B [1 to 3].", [("A and B.", (1, 2, 3))]),
    ("A and B [3-1].", [("A and B.", (3, 1))]),
    ("It was there [2019-2020].", [("It was there [2019-2020].", ())]),
    # Footnotes.
    ("A is Buy.[^1] B is $835.[^2]", [("A is Buy.", (1,)), ("B is $835.", (2,))]),
    ("A is Buy [^1].\n\n[^1]: note.md, page 3", [("A is Buy.", (1,))]),
    ("[^2] A is Buy.", [("A is Buy.", (2,))]),
    # Nested, named and wide.
    ("A is Buy [[1]].", [("A is Buy.", (1,))]),
    ("[[1]] A is Buy. [[2]] B.", [("A is Buy.", (1,)), ("B.", (2,))]),
    ("A is Buy [[1], [2]].", [("A is Buy.", (1, 2))]),
    ("A is Buy [[1][2]].", [("A is Buy.", (1, 2))]),
    ("A is Buy [source 1].", [("A is Buy.", (1,))]),
    ("A is Buy [Sources 1 and 2].", [("A is Buy.", (1, 2))]),
    ("A is Buy【1†note.md】. B【2】.", [("A is Buy.", (1,)), ("B.", (2,))]),
    # Duplicates and invented ones.
    ("A is Buy [1][1, 1].", [("A is Buy.", (1,))]),
    ("A is Buy [1, 77].", [("A is Buy.", (1, 77))]),
    ("(1, 2) A and B.", [("A and B.", (1, 2))]),
    ("A is [draft].", [("A is [draft].", ())]),
    ("A is Buy. [1] [2]", [("A is Buy.", (1, 2))]),
]
#: As above, and whether each sentence is an item.
LISTS = [
    ("- A is Buy [1].\n- B is $835 [2].", [("A is Buy.", (1,), True), ("B is $835.", (2,), True)]),
    ("* [1] A is Buy.\n* [2] B is $835.", [("A is Buy.", (1,), True), ("B is $835.", (2,), True)]),
    ("1. A is Buy [1].\n2. B is $835 [2].", [("A is Buy.", (1,), True), ("B is $835.", (2,), True)]),
    ("1) A\n2) B", [("A", (), True), ("B", (), True)]),
    ("• A is Buy\n• B is $835 [3]", [("A is Buy", (), True), ("B is $835", (3,), True)]),
    ("The risks are:\n\n- A falls. [1]\n- B fails. [2]\n\nAll are large. [3]",
     [("The risks are:", (), False), ("A falls.", (1,), True), ("B fails.", (2,), True),
      ("All are large.", (3,), False)]),
    ("Risks:\n1. **A** falls\n   by far [1]\n2. B",
     [("Risks:", (), False), ("A falls by far", (1,), True), ("B", (), True)]),
    ("[1] - A is Buy.\n- B is $835. [2]", [("A is Buy.", (1,), True), ("B is $835.", (2,), True)]),
    ("[1]\n- A is Buy.", [("A is Buy.", (1,), True)]),
    ("- A is Buy. It was Sell.", [("A is Buy.", (), True), ("It was Sell.", (), True)]),
    ("It is low -\n5.5% at most.", [("It is low - 5.5% at most.", (), False)]),
    ("It fell\n-5% in May.", [("It fell -5% in May.", (), False)]),
    ("A is Buy.\n-\nB is Sell.", [("A is Buy.", (), False), ("B is Sell.", (), True)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0][:40] or "empty" for case in CASES])
def test_parses(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(sentence.text, sentence.marks) for sentence in parse_draft(text)] == expected


@pytest.mark.parametrize(("text", "expected"), LISTS, ids=[case[0][:40] for case in LISTS])
def test_lists_keep_their_items(text: str, expected: list[tuple[str, tuple[int, ...], bool]]) -> None:
    assert [(sentence.text, sentence.marks, sentence.item) for sentence in parse_draft(text)] == expected


@pytest.mark.parametrize("text", [case[0] for case in (*CASES, *LISTS)], ids=lambda text: text[:40] or "empty")
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


@pytest.mark.parametrize(
    ("text", "question", "leads"),
    [
        ("The main risks are:", "What are the risks?", True),
        ("Here are the risks listed in the documents:", "What are the risks?", True),
        ("There are three main risks:", "What are the risks?", True),
        ("There are 3 main risks:", "What are the risks?", False),
        ("The risks are as follows.", "What are the risks?", False),
        ("The main reasons are:", "What are the risks?", False),
        ("Morwen sees these risks:", "What are the risks?", False),
        ("The risks cost $5 million:", "What are the risks?", False),
        ("The 3 risks are:", "What are the risks?", False),
    ],
)
def test_a_lead_to_a_list(text: str, question: str, leads: bool) -> None:
    assert only_leads(text, question) is leads
