"""One name put in the place of another, in the sentence, beside it and in the row beside."""

from __future__ import annotations

import pytest
from evidence_rows import evidence, sentences_of_the_note

from assistant.answering.swapped import swaps_names
from assistant.documents.model import BlockKind

RATES = "Lorne Securities keeps its Buy rating on Quarrix and has a price target of $835."
PASSED = "The report's contents are given here by way of the Ousel Trading Desk."
PASSAGE = f"{RATES} {PASSED}"
TRAILS = "Quarrix procures 1.6 GW under an agreement with Tarn Water."


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("Ousel Trading Desk keeps its Buy rating on Quarrix and has a price target of $835.", [RATES]),
        ("Ousel Trading Desk keeps its Buy rating on Quarrix and has a price target of $835.", [RATES, PASSED]),
        ("Ousel Trading Desk has a price target of $835 on Quarrix.", [RATES, PASSED]),
        ("Lorne Securities has a price target of $835 on Brambleton.", [RATES]),
        ("Quarrix keeps its Buy rating.", [RATES]),
        ("Ousel keeps its rating on Quarrix.", ["According to Ousel, Lorne Securities keeps its rating on Quarrix."]),
        ("Tarn Water procures 1.6 GW.", [TRAILS]),
        ("Ousel has a target of $5.", ["According to Ousel, Lorne has a target of $5 on Quarrix."]),
        ("Ousel pays £3 a share.", ["In its report, Tarn Water says that £3 a share is paid."]),
        ("Ousel Grid pays £3 a share.", ["Tarn Water pays £3 a share."]),
    ],
)
def test_a_name_in_the_place_of_another(text: str, sources: list[str]) -> None:
    assert swaps_names(text, [evidence(words, around=PASSAGE if words in PASSAGE else "") for words in sources])


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("Lorne Securities keeps its Buy rating on Quarrix and has a price target of $835.", [RATES]),
        ("Lorne has a price target of $835 on Quarrix.", [RATES]),
        ("Quarrix has a price target of $835.", [RATES]),
        ("Lorne keeps its rating on Quarrix, and the Ousel Trading Desk passed the report on.", [RATES, PASSED]),
        ("The Ousel Trading Desk passed on that Lorne has a price target of $835.", [RATES, PASSED]),
        ("Tarn Water pays £3 a share, Ousel Grid says.", ["The payout is £3 a share."]),
        ("Ousel Grid pays £3 a share.", ["It pays £3 a share, Tarn Water says."]),
        ("Ousel Grid pays £3 a share.", ["Tarn Water says that the company pays £3 a share."]),
        ("Ousel pays Tarn £3 a share.", ["At the same time, the company pays £3 a share to Tarn and to Mara."]),
        ("Lorne's Mara Ek wrote the report.", ["Its analysts Mara Ek and Ilse Roth wrote the report."]),
        ("The Post says that Ousel uses it.", ["The same report says that Ousel uses it for Brambleton."]),
        ("£3 a share is paid.", ["Tarn Water pays £3 a share."]),
        ("Quarrix's service is like Ousel's.", ["Ousel Grid offers a like service under the name Morwen."]),
        ("Ousel sells GPUs.", ["GPUs are sold by AI firms."]),
        ("Quarrix is trailed by Tarn.", ["Tarn trails Quarrix."]),
    ],
)
def test_every_name_in_its_place(text: str, sources: list[str]) -> None:
    assert not swaps_names(text, [evidence(words, around=PASSAGE if words in PASSAGE else "") for words in sources])


TABLE = "Firm: Lorne | Rating: Buy | Target: $835\nFirm: Ousel | Rating: Hold | Target: $700"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ousel has a target of $835.", True),
        ("Lorne has a target of $835.", False),
        ("Ousel's target is below the $835 of Lorne.", False),
        ("Quarrix has a target of $835 from Lorne.", False),
        ("The target on Quarrix is $835.", False),
    ],
)
def test_a_row_is_told_of_its_own_label(text: str, expected: bool) -> None:
    row = evidence(TABLE.splitlines()[0], around=TABLE, kind=BlockKind.TABLE_ROW)
    assert swaps_names(text, [row]) is expected


def test_no_sentence_swaps_its_own_names() -> None:
    sentences = sentences_of_the_note()
    assert [sentence for sentence in sentences if swaps_names(sentence, [evidence(sentence)])] == []
