"""A claim that says no for yes or down for up, and all that is said otherwise and means the same."""

from __future__ import annotations

import pytest
from evidence_rows import sentences_of_the_note

from assistant.answering.polarity import contradicts, denies

ROSE = "Quarrix's shares rose by about 10% in one day."
NEEDS = "The method uses the existing servers more efficiently and needs neither new hardware nor a new architecture."
BUYS = "Quarrix is also still actively buying computing power from third parties."
LESS = "The index gained roughly 0.25% in the same period, far less than Quarrix."
TRAILS = "In chips Quarrix appears to trail makers such as Ousel and Tarn."


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Quarrix's shares fell by about 10% in one day.", ROSE),
        ("Quarrix's shares did not rise in one day.", ROSE),
        ("Quarrix's shares were down by about 10%.", ROSE),
        ("Quarrix's shares fell by 10%, while the index gained 5%.", "Quarrix's shares rose by 10%, the index by 5%."),
        ("Quarrix's costs no longer fell.", "Quarrix's costs fell."),
        ("Quarrix's costs increased by half.", "Quarrix's costs decreased by half."),
        ("Quarrix raised its costs by about half.", "Quarrix has reportedly cut its costs by about half."),
        ("Quarrix made a gain of £3 million.", "Quarrix made a loss of £3 million."),
        ("The price is below its cost.", "The price is above its cost."),
        ("It sells for less than it costs to build.", "It sells for more than it costs to build."),
        ("Quarrix sells computing power to third parties.", BUYS),
        ("Lorne keeps its Sell rating on Quarrix.", "Lorne keeps its Buy rating on Quarrix."),
        ("Quarrix leads makers such as Ousel.", TRAILS),
        ("Tarn Water does not pay £3 a share.", "Tarn Water pays £3 a share."),
        ("Tarn Water doesn't pay £3 a share.", "Tarn Water pays £3 a share."),
        ("Tarn Water never pays £3 a share.", "Tarn Water pays £3 a share."),
        ("The method needs new hardware.", NEEDS),
        ("Brambleton was rated.", "Brambleton was not rated."),
        ("The note is personal investment advice.", "The note is not personal investment advice."),
        ("It is clear how the method works.", "It remains unclear how the method works."),
        ("The effect is negative.", "Overall, the effect remains positive."),
        ("Such models would weaken demand for power.", "More capable models would strengthen demand for power."),
    ],
)
def test_what_contradicts_its_source(claim: str, source: str) -> None:
    assert contradicts(claim, [source])


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Quarrix's shares climbed by about 10% in a day.", ROSE),
        ("Quarrix's shares did not fall.", ROSE),
        ("Quarrix gained more than the index, which rose by 0.25%.", LESS),
        ("Ousel and Tarn are ahead of Quarrix in chips.", TRAILS),
        ("Third parties sell computing power to Quarrix.", BUYS),
        ("The method does not need new hardware.", NEEDS),
        ("No, it needs no new hardware.", NEEDS),
        ("The method works without new hardware.", NEEDS),
        ("The method uses the existing servers more efficiently.", NEEDS),
        ("The method needs less power.", NEEDS),
        ("The plant opens in 2027.", "The plant will not open until 2027."),
        ("It is an outline.", "It is not only an outline but also a signal."),
        ("A few hundred servers are enough.", "No more than a few hundred servers are enough."),
        ("How the method works is not known.", "It remains unclear by what mechanism the method works."),
        (
            "It is not certain whether the method can be extended.",
            "It is uncertain whether the method can be extended.",
        ),
        ("Falling costs raise the risk of lower prices.", "Falling costs carry a risk of downward pressure on prices."),
        ("The method cuts costs, which raises margins.", "The method cuts costs, and margins would improve."),
        ("Investors are worried about returns.", "Investors worry that the firm spends and has not seen returns."),
        ("Sales rose and costs fell.", "Costs fell and sales rose."),
        ("Analysts wrote “it will not pay” of the plan.", "Analysts wrote “it will not pay” of the plan."),
        ("Nothing is known of Ousel.", "Quarrix pays £3 a share."),
    ],
)
def test_what_only_says_it_otherwise(claim: str, source: str) -> None:
    assert not contradicts(claim, [source])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is not certain.", True),
        ("It isn't certain.", True),
        ("It needs neither servers nor models.", True),
        ("It remains unclear how it works.", True),
        ("It is certain.", False),
        ("The sign reads “no entry”.", False),
        ("A notable nothingness.", False),
        ("It costs no more than £3.", False),
    ],
)
def test_denies(text: str, expected: bool) -> None:
    assert denies(text) is expected


def test_no_sentence_contradicts_itself() -> None:
    sentences = sentences_of_the_note()
    assert len(sentences) > 40
    assert [sentence for sentence in sentences if contradicts(sentence, [sentence])] == []
