"""Sentences that lean on the one before are quoted with it, at their exact place."""

from __future__ import annotations

import pytest
from evidence_rows import evidence
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.leaning import leans, with_what_it_leans_on
from assistant.documents.model import BlockKind


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Its analysts Ada Tarn and Bo Lind published on July 1.", True),
        ("With that offer Quarrix would stand closer to Brant Power.", True),
        ("It also asks how Quarrix would position itself.", True),
        ("In this case, Lorne argues, a platform would help.", True),
        ("Such leases would help.", True),
        ("The same report says more.", True),
        ("But they did not agree.", True),
        ("Quarrix pays £3 a share.", False),
        ("The dairies are sold.", False),
        ("Itsuko Tarn wrote it.", False),
        ("At the same time, demand grows.", False),
        ("It remains unclear by what mechanism the method works.", False),
        ("It is not known whether the buyer will pay.", False),
    ],
)
def test_leans(words: str, expected: bool) -> None:
    assert leans(evidence(words)) is expected


def test_table_rows_stand_alone() -> None:
    assert not leans(evidence("It | 3 | 4", kind=BlockKind.TABLE_ROW))


def test_what_it_leans_on_is_quoted_with_it() -> None:
    around = "Rain fell. Lorne Securities rates Quarrix a Buy. Its analysts are Ada Tarn and Bo Lind."
    found = with_what_it_leans_on(evidence("Its analysts are Ada Tarn and Bo Lind.", around=around))
    assert found.text == "Lorne Securities rates Quarrix a Buy. Its analysts are Ada Tarn and Bo Lind."


@pytest.mark.parametrize(
    ("words", "around"),
    [
        ("Its analysts agree.", "Its analysts agree. Rain fell."),
        ("Its analysts agree.", "Lorne rates Quarrix a Buy.\n\nIts analysts agree."),
        ("Quarrix pays.", "Lorne rates Quarrix a Buy. Quarrix pays."),
        ("Its analysts agree.", "Lorne pays. Its analysts agree. Brant pays. Its analysts agree."),
    ],
    ids=["first of its passage", "another paragraph", "stands alone", "which of the two is unknown"],
)
def test_otherwise_it_is_quoted_alone(words: str, around: str) -> None:
    sentence = evidence(words, around=around)
    assert with_what_it_leans_on(sentence) is sentence


SENTENCE = st.sampled_from(["Its shares fell.", "Quarrix pays £3.", "This helps.", "Lorne disagrees.", "They left."])


@given(st.lists(SENTENCE, min_size=1, max_size=6, unique=True), st.data())
def test_offsets_stay_true(sentences: list[str], data: st.DataObject) -> None:
    around = data.draw(st.sampled_from([" ", "\n", "\n\n"])).join(sentences)
    found = with_what_it_leans_on(evidence(data.draw(st.sampled_from(sentences)), around=around))
    assert around[found.start - 100 : found.end - 100] == found.text
