"""What stands between quotation marks, and the apostrophes that are none."""

from __future__ import annotations

import pytest

from assistant.answering.quoted import invented, quoted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The chair wrote “the plan is sound”.", ["the plan is sound"]),
        ('The chair wrote "the plan is sound."', ["the plan is sound."]),
        ("The chair wrote ``the plan is sound''.", ["the plan is sound"]),
        ("The chair wrote «the plan is sound».", ["the plan is sound"]),
        ("The chair wrote »the plan is sound«.", ["the plan is sound"]),
        ("The chair wrote „the plan is sound“.", ["the plan is sound"]),
        ("The chair wrote „the plan is sound”.", ["the plan is sound"]),
        ("The chair wrote ‚the plan is sound‘.", ["the plan is sound"]),
        ("The chair wrote ‹the plan is sound›.", ["the plan is sound"]),
        ("主席写道「计划很好」。", ["计划很好"]),
        ("The chair wrote ‘the plan is sound’ and left.", ["the plan is sound"]),
        ("The chair wrote 'the plan is sound' and left.", ["the plan is sound"]),
        ("The chair wrote: 'The plan is sound.'", ["The plan is sound."]),
        ("The chair wrote ‘Quarrix’s plan isn’t sound’ and left.", ["Quarrix’s plan isn’t sound"]),
        ("The chair wrote 'Quarrix's plan isn't sound' and left.", ["Quarrix's plan isn't sound"]),
        ("'Sound' is what the chair calls it, ‘very sound’ the bank.", ["Sound", "very sound"]),
        ("The chair finds it ('sound').", ["sound"]),
        ("The plan … “is … sound”.", ["is", "sound"]),
        ("Quarrix's plan and the banks' view aren't the analysts'.", []),
        ("Quarrix’s plan and the banks’ view aren’t the analysts’.", []),
        ("In the '90s and the ’80s, the banks' view was another.", []),
        ("It is 5' 3\" tall and 10' wide.", []),
        ("Rock 'n' roll, and 'tis the banks' view.", []),
        ("A 5 o'clock start, O'Hara's, for goodness' sake.", []),
        ("The word '' is empty.", []),
    ],
)
def test_quoted(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("‘The plan looks\nsound to us’", []),
        ("'the plan looks sound'", []),
        ("'the plan looks brilliant'", ["the plan looks brilliant"]),
        ("«the plan looks brilliant»", ["the plan looks brilliant"]),
        ("‘Sound’", []),
    ],
)
def test_invented(text: str, expected: list[str]) -> None:
    assert invented(quoted(text), ["The chair wrote that “the plan looks\nsound to us” and left."]) == expected
