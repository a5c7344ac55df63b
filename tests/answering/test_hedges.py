"""No claim is firmer than its source: hedges, conditions and voices survive or are missed."""

from __future__ import annotations

import pytest
from evidence_rows import sentences_of_the_note

from assistant.answering.hedges import Reserve, lost_reserves, reserves, speakers

DOUBT, CONDITION, VOICE = Reserve.DOUBT, Reserve.CONDITION, Reserve.VOICE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quarrix sold its dairies for $4 million.", set()),
        ("Quarrix keeps its Buy rating.", set()),
        ("Quarrix may sell its dairies.", {DOUBT}),
        ("On May 4 it sold them.", set()),
        ("In May Quarrix sold them.", set()),
        ("May was a good month.", set()),
        ("It may report in May.", {DOUBT}),
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
        ("The chief of Quarrix has also said that rates rose.", set()),
        ("Quarrix has also said that rates rose.", {"quarrix"}),
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
        ("Spare capacity could be leased at $10–15 billion per GW a year.", LEASE, {VOICE}),
        ("Spare capacity could be leased at $10–15 billion per GW a year, Lorne says.", LEASE, set()),
        ("Lorne sees spare capacity that could be leased at $10–15 billion per GW a year.", LEASE, set()),
        ("Quarrix has cut its costs by about half.", CUT, {DOUBT, VOICE}),
        # A doubt does not stand in for a name.
        ("Quarrix has reportedly cut its costs by about half.", CUT, {VOICE}),
        ("Quarrix has reportedly cut its costs by about half, according to the Harbour Post.", CUT, set()),
        ("The Harbour Post: Quarrix has reportedly cut its costs by about half.", CUT, set()),
        ("Demand could slow.", "Analysts said demand could slow.", set()),
        ("Quarrix has reportedly cut its costs.", "It is said that Quarrix has cut its costs.", set()),
        ("The Harbour Post says Quarrix has cut its costs by half.", CUT, {DOUBT}),
        ("The rating is Buy.", "Lorne says the rating is Buy.", {VOICE}),
        ("Lorne's rating is Buy.", "Lorne says the rating is Buy.", set()),
        ("Rates rose by 5%.", "Rates rose by 5%.", set()),
        # The month is no hedge.
        ("In May Quarrix cut its costs by half.", CUT, {DOUBT, VOICE}),
        ("Quarrix sold its dairies in May.", "In May Quarrix sold its dairies.", set()),
        # A hedge stands at what it hedges.
        ("Quarrix has cut its costs by half, which would please investors.", CUT, {DOUBT, VOICE}),
        ("Quarrix has cut its costs by half and may sell its dairies.", CUT, {DOUBT, VOICE}),
        ("Quarrix may sell its dairies, and it has cut its costs by half.", CUT, {DOUBT, VOICE}),
        ("Quarrix may sell its dairies; costs are cut by half.", CUT, {DOUBT, VOICE}),
        ("Reportedly, Quarrix has cut its costs by half.", CUT, {VOICE}),
        ("Quarrix has cut its costs by half, reportedly.", CUT, {VOICE}),
        ("Quarrix has cut its costs by half, if the Harbour Post is right.", CUT, set()),
        ("Quarrix has cut its costs by half, the Post says, which would please investors.", CUT, set()),
        ("Quarrix could, with spare capacity, lease it at $10–15 billion per GW a year.", LEASE, {VOICE}),
        ("With spare capacity, Quarrix could lease it and earn $10–15 billion per GW a year.", LEASE, {VOICE}),
        ("Its shares rose by 5%, and it may sell dairies.", "Its shares rose by 5%. It may sell dairies.", set()),
        # A name is whose word it is only as such.
        ("Quarrix's plan is sound.", "The chief of Quarrix said the plan is sound.", {VOICE}),
        ("Quarrix's plan is sound.", "Quarrix said the plan is sound.", {VOICE}),
        ("The plan is sound in Quarrix's view.", "Quarrix said the plan is sound.", set()),
        ("Lorne has a Buy rating on Quarrix.", "Lorne says it has a Buy rating on Quarrix.", set()),
        ("Rates may rise by 5%.", "Rates rose by 5%.", set()),
    ],
)
def test_lost_reserves(claim: str, source: str, lost: set[Reserve]) -> None:
    assert lost_reserves(claim, source) == lost


def test_no_sentence_of_the_note_is_firmer_than_itself() -> None:
    assert [sentence for sentence in sentences_of_the_note() if lost_reserves(sentence, sentence)] == []
