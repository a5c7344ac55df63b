"""No claim is firmer than its source: hedges, conditions and voices survive or are missed."""

from __future__ import annotations

import pytest

from assistant.answering.hedges import Reserve, lost_reserves, reserves, speakers

DOUBT, CONDITION, VOICE = Reserve.DOUBT, Reserve.CONDITION, Reserve.VOICE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quarrix sold its dairies for $4 million.", set()),
        ("Quarrix keeps its Buy rating.", set()),
        ("Quarrix may sell its dairies.", {DOUBT}),
        ("On May 4 it sold them.", set()),
        ("Quarrix will probably sell them.", {DOUBT}),
        ("It is unclear who buys them.", {DOUBT}),
        ("Costs are estimated at 5%.", {DOUBT, VOICE}),
        ("If prices rise, it sells them.", {CONDITION}),
        ("The Harbour Post reports that it sold them.", {VOICE}),
        ("According to the Harbour Post, it has reportedly sold them.", {VOICE, DOUBT}),
        ("In Lorne's view, it sold them.", {VOICE}),
        ("The United States published the report of July 1 with its claims and notes.", set()),
        ("The sign reads “it may rain”.", set()),
    ],
)
def test_reserves(text: str, expected: set[Reserve]) -> None:
    assert reserves(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lorne Securities says that rates rose.", {"lorne", "securities"}),
        ("The chief of Quarrix has also said that rates rose.", {"quarrix"}),
        ("According to the Harbour Post, rates rose.", {"harbour", "post"}),
        ("In Lorne's view rates rose.", {"lorne"}),
        ("Bloomberg, citing Mara Ek, sees rates rising.", {"mara", "ek"}),
        ("Rates rose.", set()),
    ],
)
def test_speakers(text: str, expected: set[str]) -> None:
    assert expected <= speakers(text)
    assert expected or not speakers(text)


LEASE = "If Quarrix had spare capacity, Lorne says it could be leased at $10–15 billion per GW a year."
CUT = "According to the Harbour Post, Quarrix has reportedly cut its costs by about half."


@pytest.mark.parametrize(
    ("claim", "source", "lost"),
    [
        ("Spare capacity is leased at $10–15 billion per GW a year.", LEASE, {DOUBT, CONDITION, VOICE}),
        ("Spare capacity could be leased at $10–15 billion per GW a year.", LEASE, set()),
        ("Quarrix has cut its costs by about half.", CUT, {DOUBT, VOICE}),
        ("Quarrix has reportedly cut its costs by about half.", CUT, set()),
        ("The Harbour Post says Quarrix has cut its costs by half.", CUT, {DOUBT}),
        ("The rating is Buy.", "Lorne says the rating is Buy.", {VOICE}),
        ("Lorne's rating is Buy.", "Lorne says the rating is Buy.", set()),
        ("Rates rose by 5%.", "Rates rose by 5%.", set()),
        ("Rates may rise by 5%.", "Rates rose by 5%.", set()),
    ],
)
def test_lost_reserves(claim: str, source: str, lost: set[Reserve]) -> None:
    assert lost_reserves(claim, source) == lost
