"""Figures of sentences that can be read like a row."""

from __future__ import annotations

import pytest
from sum_sources import evidence_of

from assistant.answering.sums import calculate
from assistant.answering.sums.prose import prose_table


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Sales were $5.2 million in 2025 and $4.1 million in 2024.", ["$5.2 million", "$4.1 million"]),
        ("Sales rose 27% to $5.2 million in fiscal 2025 compared to $4.1 million in 2024.",
         ["$5.2 million", "$4.1 million"]),
        ("For the years ended June 30, 2025, 2024 and 2023, tolls were $9 million, $8 million and $7 million, "
         "respectively.", ["$9 million", "$8 million", "$7 million"]),
        ("The rate was 9.0% for fiscal year 2025 and 9.5% for fiscal year 2024.", ["9.0%", "9.5%"]),
    ],
)  # fmt: skip
def test_a_sentence_like_a_row(text: str, figures: list[str]) -> None:
    table = prose_table(evidence_of(text)[0])
    assert table is not None
    assert [cell.term.quantity.text for cell in table.lines[0].cells] == figures


@pytest.mark.parametrize(
    "text",
    [
        "Sales were $5.2 million in 2025.",
        "Sales were $5 million in 2025 and $4 million in 2024, and costs $3 million in 2025 and $2 million in 2024.",
        "Sales were $5 million in 2025 and 4% in 2024.",
        "Sales of $5 million and costs of $4 million, respectively, were reported.",
        "Between 2024 and 2025 much changed.",
        "It was up to $5 million in 2025 and up to $4 million in 2024.",
    ],
)
def test_a_sentence_that_is_none(text: str) -> None:
    assert prose_table(evidence_of(text)[0]) is None


SALES = "# Lorne\n\nFerry sales were $5.2 million in 2025 and $4.0 million in 2024."


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("What is the percentage change in ferry sales from 2024 to 2025?", "30%"),
        ("How much did ferry sales change from 2024 to 2025?", "$1.2 million"),
        ("What is the average of ferry sales for 2024 and 2025?", "$4.6 million"),
        ("In which year were ferry sales the lowest?", "2024"),
        ("What is the change in train sales from 2024 to 2025?", None),
        ("What is the change in ferry sales from 2023 to 2025?", None),
    ],
)
def test_sums_of_sentences(question: str, result: str | None) -> None:
    worked = calculate(question, evidence_of(SALES))
    assert (worked and worked.result) == result


def test_a_change_that_the_sentence_states_is_left_to_it() -> None:
    found = evidence_of("Ferry sales rose 30% to $5.2 million in 2025 compared to $4.0 million in 2024.")
    assert calculate("What is the percentage change in ferry sales from 2024 to 2025?", found) is None
    worked = calculate("What is the change in ferry sales from 2024 to 2025?", found)
    assert worked is not None
    assert worked.result == "$1.2 million"
