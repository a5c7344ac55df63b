"""Citation precision and recall: what the cited words must hold of the sentence they stand at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.answering.answer import Answer, Calculation, Operand, Sentence, Status
from evals.metrics.support import Support, carries, support

SAYS = "BofA kept its Buy rating, with a target of $835, on 1 July."


@pytest.mark.parametrize(
    ("sentence", "quotes", "supported"),
    [
        ("BofA kept its Buy rating, with a target of $835.", [SAYS], True),
        ("BofA kept its Buy rating [1].", [SAYS], True),
        ("The target is $835.", [SAYS], False),  # "is" is not there: half of three words is too little
        ("with a target of $855", [SAYS], False),
        ("BofA kept its Sell rating, with a target of $835", [SAYS], True),  # one word of nine: a rule is no reader
        ("with a target of $835, on 2 July", [SAYS], False),
        ("a target of $835", [], False),
        ("They also say: “a target of $835”", [SAYS], True),
        ("They also say: “a target of $845”", [SAYS], False),
        ("BofA says “a target of $835” and sells hats and coats.", [SAYS], False),
        ("Ferry sales, 2025: $1,210.5 million.", ["Ferry sales | 2025: $1,210.5 | 2024: $1,100.0"], True),
        ("Ferry sales, 2025: $1,100.5 million.", ["Ferry sales | 2025: $1,210.5 | 2024: $1,100.0"], False),
        ("a target of $835", ["a target", "of $835"], True),
        ("two of three", ["two of three"], True),
        ("", [SAYS], False),
    ],
)
def test_what_carries_a_sentence(sentence: str, quotes: list[str], supported: bool) -> None:
    assert carries(sentence, quotes) is supported


def test_every_citation_is_held_against_its_own_sentence(answering: Callable[..., Answer]) -> None:
    answer = answering(
        "",
        SAYS,
        "Crusoe sold 1.6GW.",
        sentences=(
            Sentence(text="BofA kept its Buy rating.", citations=(1, 2)),
            Sentence(text="Crusoe sold 1.6GW.", citations=(1,)),
            Sentence(text="Crusoe sold 3GW.", citations=(2,), struck=True),
            Sentence(text="Nothing is cited here."),
            Sentence(text="The main points:"),
        ),
    )
    assert support(answer) == Support(citations_used=3, citations_good=1, sentences_shown=3, sentences_supported=1)


@pytest.mark.parametrize(
    ("second", "expected"), [("20", Support(2, 2, 1, 1)), ("25", Support(2, 1, 1, 0))], ids=["right", "wrong operand"]
)
def test_a_sum_is_supported_by_its_operands(answering: Callable[..., Answer], second: str, expected: Support) -> None:
    answer = answering(
        "Sales rose by 100 %.",
        "2018 | Sales: $10 million",
        "2019 | Sales: $20 million",
        calculation=Calculation(
            expression="(20 - 10) / 10",
            result="100 %",
            operands=(
                Operand(text="$10 million", citation=1),
                Operand(text=f"${second} million", citation=2),
            ),
        ),
    )
    assert support(answer) == expected


@pytest.mark.parametrize("status", [Status.NOT_FOUND, Status.UNCLEAR])
def test_a_refusal_has_no_citations_to_judge(answering: Callable[..., Answer], status: Any) -> None:
    assert support(answering("The documents do not say.", SAYS, status=status)) == Support()
