"""What figures count: the scale of a table, its physical units, thresholds, and percentages of what was negative."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sum_sources import HARBOURS, SALES, evidence_of

from assistant.answering.sums import calculate
from assistant.answering.sums.model import Quantity
from assistant.answering.sums.quantities import noted

FLEET = """Costs of Brambleton (dollars in thousands):

|  | 2025 | 2024 |
| --- | --- | --- |
| Fuel | 4,000 | 3,900 |
| Number of ferries | 12 | 10 |
| Shares issued | 500 | 400 |
| Employees (in thousands) | 3 | 2 |
| Fuel burnt (tonnes) | 700 | 650 |
"""
TURNED = """|  | 2025 | 2024 | 2023 |
| --- | --- | --- | --- |
| Net result | 5.0 | (5.0) | (4.0) |
| Freight costs | (120) | (100) | (90) |
| Port dues | 3 | 0 | 2 |
"""
OUTPUT = """|  | 2025 | 2024 |
| --- | --- | --- |
| Wind power (MWh) | 5,000 | 4,000 |
| Coal burnt (tonnes) | 300 | 400 |
| Sun power (MWh) | 1,000 | 1,000 |
"""
STEEL = "| (thousand tonnes) | 2025 | 2024 |\n| --- | --- | --- |\n| Steel made (thousand tonnes) | 9 | 7 |\n"


@pytest.mark.parametrize(
    ("note", "label", "exponent"),
    [
        ("in millions", "Number of ships", 0),
        ("in thousands", "Employees", 0),
        ("in thousands", "Hours worked", 0),
        ("$ in millions", "Number of shares", 6),
        ("in thousands, except share data", "Options outstanding", 0),
        ("in thousands, except for share and per share data", "Repurchase of shares", 3),
        ("in millions, except per share data", "Weighted average number of shares", 6),
        ("in thousands", "Options outstanding", 3),
        ("in thousands", "Cost of employees", 3),
        ("dollars and shares in thousands", "Number of shares", 3),
        ("dollars in millions, shares in thousands", "Number of shares", 3),
        ("dollars in millions, shares in thousands", "Sales", 6),
        ("dollars and share amounts in thousands, except per share amounts", "Current assets", 3),
        ("in thousands, except per common share data", "Weighted average shares", 3),
        ("in thousands, except share and per share data", "Number of shares", 0),
    ],
)
def test_a_count_takes_no_scale_of_money(note: str, label: str, exponent: int) -> None:
    assert noted(Quantity("5", Decimal(5)), note, label).exponent == exponent


@pytest.mark.parametrize(
    ("question", "source", "result"),
    [
        ("What was the number of ships in 2025?", SALES, "12"),
        ("What is the change in the number of ships from 2024 to 2025?", SALES, "2"),
        ("What was the number of ferries in 2025?", FLEET, "12"),
        ("What were the shares issued in 2025?", FLEET, "500 thousand"),
        ("What was the number of employees in 2025?", FLEET, "3 thousand"),
        ("What was the fuel burnt in 2025?", FLEET, "700 tonnes"),
        ("What is the difference in coal handled between Oslo and Lund?", HARBOURS, "150 tonnes"),
        ("What is the coal handled in Oslo in 2025?", HARBOURS, "400 tonnes"),
        ("What is the change in wind power from 2024 to 2025?", OUTPUT, "1,000 MWh"),
        ("What is the percentage change in wind power from 2024 to 2025?", OUTPUT, "25%"),
        ("What is the sum of wind power and sun power in 2025?", OUTPUT, "6,000 MWh"),
        ("What is the ratio of wind power to sun power in 2025?", OUTPUT, "5"),
        ("What is the change in steel made from 2024 to 2025?", STEEL, "2 thousand tonnes"),
        ("What is the average of wind power for 2024 and 2025?", OUTPUT, "4,500 MWh"),
        # Power and coal are not added.
        ("What is the sum of wind power and coal burnt in 2025?", OUTPUT, None),
        ("Which was higher in 2025, wind power or coal burnt?", OUTPUT, None),
    ],
)
def test_a_result_in_its_unit(question: str, source: str, result: str | None) -> None:
    worked = calculate(question, evidence_of(source))
    assert (worked and worked.result) == result


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("In which years did ferry sales exceed 1,000?", "2025, 2024"),
        ("In which years did ferry sales exceed 1.05 billion?", "2025, 2024"),
        ("In which years did ferry sales exceed $1,200 million?", "2025"),
        ("How many years did ferry sales exceed $1,000?", "2"),
        ("In which years were ferry sales less than 1,000?", "2023"),
        ("In which years did ferry sales exceed $1,200,000,000?", "2025"),
        ("In which years did ferry sales exceed €1,000?", None),
        ("In which years did the operating margin exceed 3.9%?", "2025, 2024"),
        ("In which years did the operating margin exceed 3.9?", "2025, 2024"),
        ("In which years did ferry sales exceed 5%?", None),
        ("In which years did the operating margin exceed $3?", None),
        ("In which years did the number of ships exceed 11?", "2025"),
    ],
)
def test_a_threshold_is_in_the_scale_of_its_table(question: str, result: str | None) -> None:
    worked = calculate(question, evidence_of(SALES))
    assert (worked and worked.result) == result


@pytest.mark.parametrize(
    ("question", "result", "note"),
    [
        ("What is the percentage change in the net result from 2024 to 2025?", None, ""),
        ("What is the percentage change in the port dues from 2024 to 2025?", None, ""),
        ("What is the percentage change in the port dues from 2023 to 2024?", "-100%", ""),
        ("What is the percentage change in the net result from 2023 to 2024?", "25%", "lower"),
        ("What is the percentage change in freight costs from 2024 to 2025?", "20%", "lower"),
        ("What is the percentage change in freight costs from 2025 to 2024?", "20%", "lower"),
    ],
)
def test_a_percentage_of_what_was_negative(question: str, result: str | None, note: str) -> None:
    worked = calculate(question, evidence_of(TURNED))
    assert (worked and worked.result) == result
    assert worked is None or (note in worked.statement and ("both are negative" in worked.statement) == bool(note))
