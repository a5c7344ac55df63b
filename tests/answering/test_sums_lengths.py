"""A quarter is no year: figures are taken only of periods as long as the ones asked for."""

from __future__ import annotations

import pytest
from sum_sources import evidence_of

from assistant.answering.sums import calculate
from assistant.answering.sums.periods import periods, said_months

YEARS = """Sales of Brambleton (in millions):

|  | 2025 | 2024 |
| --- | --- | --- |
| Ferry sales | $1,210.5 | $1,100.0 |
"""
QUARTERS = """|  | Three Months Ended July 1, 2023 | Three Months Ended July 2, 2022 |
| --- | --- | --- |
| Ferry sales | 30 | 24 |
"""
CALLED = """|  | Q1 2025 | Q1 2024 |
| --- | --- | --- |
| Ferry sales | 30 | 24 |
"""
MIXED = """|  | Q4 2025 | 2025 | 2024 |
| --- | --- | --- | --- |
| Ferry sales | 30 | 120 | 100 |
"""
CAPTIONED = """Results for the nine months ended September 30:

|  | 2025 | 2024 |
| --- | --- | --- |
| Ferry sales | 90 | 80 |
"""
WEEKS = """|  | 53 weeks ended January 3, 2026 | 52 weeks ended December 28, 2024 |
| --- | --- | --- |
| Ferry sales | 90 | 80 |
"""
DATED = """|  | July 27, 2019 | April 27, 2019 | January 26, 2019 | October 27, 2018 |
| --- | --- | --- | --- | --- |
| Ferry sales | 40 | 32 | 24 | 21 |
"""


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Three Months Ended July 1, 2023", 3),
        ("3 months ended", 3),
        ("13 weeks to", 3),
        ("Quarter ended June 30", 3),
        ("Q2 2023", 3),
        ("2Q23", 3),
        ("six months ended", 6),
        ("First half", 6),
        ("39 weeks ended", 9),
        ("Years Ended June 30, 2025", 12),
        ("52 weeks ended", 12),
        ("fiscal 2025", 12),
        ("2025", None),
        ("June 30, 2025", None),
        ("three and nine months ended", None),
        ("", None),
    ],
)
def test_how_long_a_period_is_said_to_be(text: str, months: int | None) -> None:
    assert said_months(text) == months


def test_a_length_said_once_is_that_of_both_periods() -> None:
    found = periods("sales for the three months ended June 30, 2025 and June 30, 2024")
    assert [period.months for period in found] == [3, 3]
    # A quarter by name says it of itself only.
    assert [period.months for period in periods("from Q1 2024 to 2025")] == [3, None]


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("What is the percentage change in ferry sales from Q1 2024 to Q1 2025?", YEARS),
        ("What is the change in ferry sales from the first quarter of 2024 to the first quarter of 2025?", YEARS),
        ("What is the average of ferry sales for the three months ended June 30, 2024 and June 30, 2025?", YEARS),
        ("In which year were ferry sales the highest, Q1 2024 or Q1 2025?", YEARS),
        ("What were ferry sales in 2023?", QUARTERS),
        ("What were ferry sales in fiscal 2023?", QUARTERS),
        ("What is the change in ferry sales from 2022 to 2023?", QUARTERS),
        ("What were ferry sales in Q1 2023?", QUARTERS),  # the second calendar quarter
        ("What were ferry sales in the six months ended July 1, 2023?", QUARTERS),
        ("What were ferry sales in 2025?", CALLED),
        ("What is the average of ferry sales from 2024 to 2025?", CALLED),
        ("What is the change in ferry sales from Q2 2024 to Q2 2025?", CALLED),
        ("What is the change in ferry sales from 2024 to Q4 2025?", MIXED),
        ("What were ferry sales in 2025?", CAPTIONED),
        ("What were ferry sales in 2018?", DATED),
        ("What were ferry sales in the six months ended July 27, 2019?", DATED),
        ("What is the change in ferry sales from 2024 to 2025?", CAPTIONED),
        ("What is the change in ferry sales from 2024 to 2025?",
         "Ferry sales were $5 million in Q1 2025 and $4 million in Q1 2024."),
        ("What is the change in ferry sales from 2024 to 2025?",
         "Ferry sales were $5 million in the three months ended May 31, 2025 and $4 million in 2024."),
    ],
)  # fmt: skip
def test_another_length_is_refused(question: str, source: str) -> None:
    assert calculate(question, evidence_of(source)) is None


@pytest.mark.parametrize(
    ("question", "source", "result"),
    [
        ("What were ferry sales in the second quarter of 2023?", QUARTERS, "30"),
        ("What were ferry sales in the three months ended July 1, 2023?", QUARTERS, "30"),
        ("What is the change in ferry sales from Q1 2024 to Q1 2025?", CALLED, "6"),
        ("What is the change in ferry sales from 2024 to 2025?", MIXED, "20"),
        ("What is the average of ferry sales from 2024 to 2025?", MIXED, "110"),
        ("What are the average ferry sales?", MIXED, "110"),
        ("What were ferry sales in 2025?", MIXED, "120"),
        ("What were ferry sales in fiscal 2025?", YEARS, "$1,210.5 million"),
        ("What were ferry sales in the nine months ended September 30, 2025?", CAPTIONED, "90"),
        ("What were ferry sales in 2024?", WEEKS, "80"),
        ("What were ferry sales in the quarter ended July 27, 2019?", DATED, "40"),
        ("What was the change in ferry sales between the quarters ended July 27 and April 27 in 2019?", DATED, "8"),
        ("What were ferry sales at July 27, 2019?", DATED, "40"),
    ],
)
def test_the_same_length_is_taken(question: str, source: str, result: str) -> None:
    worked = calculate(question, evidence_of(source))
    assert worked is not None
    assert worked.result == result
