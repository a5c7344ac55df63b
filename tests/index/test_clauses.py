"""Long sentences cut into clauses: nothing lost, nothing twice, only where they are long."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.index.clauses import MAX_WORDS, MIN_WORDS, clause_spans

LONG = [
    (
        "In its report Lorne pointed out that, if the capital spending of 2031 can support up to 9 dairies "
        "(estimated at roughly £70–80 million for each dairy), then a leasing arm would give the company more "
        "flexibility—once there are idle tankers, they could be hired out at £3–4 million per county a year.",
        [
            "In its report Lorne pointed out that, if the capital spending of 2031 can support up to 9 dairies "
            "(estimated at roughly £70–80 million for each dairy),",
            "then a leasing arm would give the company more flexibility—",
            "once there are idle tankers, they could be hired out at £3–4 million per county a year.",
        ],
    ),
    (
        "First, the company offers to host the models of others on the servers that it already runs today; "
        "second, it sells what is left of its raw computing power to anyone who asks for it and can pay.",
        [
            "First, the company offers to host the models of others on the servers that it already runs today;",
            "second, it sells what is left of its raw computing power to anyone who asks for it and can pay.",
        ],
    ),
    ("The short sentence; it has a seam — and stays whole: there is only one of it.", None),
    ("Yes: " + "word " * 40 + "end.", None),
    ("word " * 60 + "end.", None),
]


@pytest.mark.parametrize(("text", "clauses"), LONG, ids=[text[:30] for text, _ in LONG])
def test_cuts_long_sentences_at_their_seams(text: str, clauses: list[str] | None) -> None:
    assert [text[a:b] for a, b in clause_spans(text, 0, len(text))] == (clauses or [text])


def test_offsets_are_the_documents() -> None:
    text, clauses = LONG[1]
    document = f"# Title\n\n{text} Next."
    spans = clause_spans(document, 9, 9 + len(text))
    assert [document[a:b] for a, b in spans] == clauses


SENTENCES = st.lists(
    st.sampled_from(["word", "fell, and", "rose;", "(about", "half)", "—", "so:", "which", ", then", "10–15", "\n"]),
    min_size=1,
    max_size=120,
).map(" ".join)


@given(SENTENCES)
def test_clauses_cover_the_sentence(sentence: str) -> None:
    spans = clause_spans(sentence, 0, len(sentence))
    assert [spans[0][0], spans[-1][1]] == [0, len(sentence)]
    assert all(not sentence[a:b].strip() for (_, a), (b, _) in pairwise(spans))
    if len(spans) > 1:
        assert len(sentence.split()) > MAX_WORDS
        assert all(len(sentence[a:b].split()) >= MIN_WORDS for a, b in spans)
