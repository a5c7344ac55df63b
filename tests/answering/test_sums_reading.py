"""What a question wants worked out, or that it wants nothing worked out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.answering.sums.model import Operation
from assistant.answering.sums.periods import only_period, periods, same_period
from assistant.answering.sums.reading import read_task

NOTE_SET = Path(__file__).parents[2] / "evals" / "sets" / "meta-compute.jsonl"
O = Operation  # noqa: E741 - one letter keeps the table narrow


@pytest.mark.parametrize(
    ("question", "operation", "subjects", "years"),
    [
        ("What is the percentage change in ferry sales from 2024 to 2025?", O.PERCENT_CHANGE, ("ferry sales",), 2),
        ("By what percent did ferry sales change from 2024 to 2025?", O.PERCENT_CHANGE, ("ferry sales",), 2),
        ("What was the % increase in tolls between FY24 and FY25?", O.PERCENT_CHANGE, ("tolls",), 2),
        ("How many percent did tolls grow by from 2024 to 2025?", O.PERCENT_CHANGE, ("tolls",), 2),
        ("What was the percentage increase / (decrease) in fees from 2024 to 2025?", O.PERCENT_CHANGE, ("fees",), 2),
        ("What is the change in Other in 2025 from 2024?", O.CHANGE, ("Other",), 2),
        ("What was the increase / (decrease) in the cost from 2024 to 2025?", O.CHANGE, ("the cost",), 2),
        ("How much did tolls rise by between 2024 and 2025?", O.CHANGE, ("tolls",), 2),
        ("What is the difference in tolls between 2024 and 2025?", O.CHANGE, ("tolls",), 2),
        ("What is the net difference in tolls between 2024 and 2025?", O.CHANGE, ("tolls",), 2),
        ("What is the difference between tolls and fees in 2025?", O.DIFFERENCE, ("tolls", "fees"), 1),
        ("What is the difference in coal between Oslo and Lund?", O.DIFFERENCE, ("Oslo", "Lund"), 0),
        ("What is the average of tolls for 2023, 2024 and 2025?", O.AVERAGE, ("tolls",), 3),
        ("What was the average number of ships from 2023 to 2025?", O.AVERAGE, ("number of ships",), 2),
        ("What is the total of tolls in 2024 and 2025?", O.TOTAL, ("total tolls",), 2),
        ("What is the sum of tolls and fees in 2025?", O.TOTAL, ("tolls", "fees"), 1),
        ("What is the ratio of tolls to fees in 2025?", O.RATIO, ("tolls", "fees"), 1),
        ("What is the proportion of tolls over total sales in 2025?", O.RATIO, ("tolls", "total sales"), 1),
        ("What are tolls as a percentage of total sales in 2025?", O.SHARE, ("tolls", "total sales"), 1),
        ("What is the percentage of tolls out of total sales in 2025?", O.SHARE, ("tolls", "total sales"), 1),
        ("What percentage of total sales were tolls in 2025?", O.SHARE, ("tolls", "total sales"), 1),
        ("In which year were tolls the highest?", O.WHICH_PERIOD, ("tolls",), 0),
        ("Which year had the lowest tolls?", O.WHICH_PERIOD, ("tolls",), 0),
        ("In which years did tolls exceed $100 million?", O.WHICH_PERIOD, ("tolls",), 0),
        ("How many years did tolls exceed $100 million?", O.COUNT_PERIODS, ("tolls",), 0),
        ("In how many years were tolls less than 90?", O.COUNT_PERIODS, ("tolls",), 0),
        ("Which was higher, tolls in 2024 or in 2025?", O.WHICH_PERIOD, ("tolls",), 2),
        ("Which was lower, tolls in 2024 or tolls in 2025?", O.WHICH_PERIOD, ("tolls",), 2),
        ("In which year were tolls higher, 2024 or 2025?", O.WHICH_PERIOD, ("tolls",), 2),
        ("Were tolls higher in Q2 2025 than in Q2 2024?", O.WHICH_PERIOD, ("tolls",), 2),
        ("Was the toll less in 2025 than it was in 2024?", O.WHICH_PERIOD, ("the toll",), 2),
        ("Which company had higher tolls in 2025, Tarn or Lorne?", O.WHICH_THING, ("Tarn", "Lorne"), 1),
        ("Which was higher in 2025, tolls or fees?", O.WHICH_THING, ("tolls", "fees"), 1),
    ],
)
def test_a_sum_is_read(question: str, operation: Operation, subjects: tuple[str, ...], years: int) -> None:
    task = read_task(question)
    assert task is not None
    assert (task.operation, task.subjects, len(task.periods)) == (operation, subjects, years)


@pytest.mark.parametrize(
    "question",
    [
        "What is the total sales in 2025?",
        "What were the total sales in 2025 and 2024 respectively?",
        "How much are tolls in 2025?",
        "Why did sales decrease from 2024 to 2025?",
        "What caused the change in tolls from 2024 to 2025?",
        "What are the components of the change in tolls?",
        "Who wrote the report?",
        "How many analysts cover Quarrix?",
        "How many of the 3GW has Quarrix already built?",
        "What is the compounded growth of tolls from 2020 to 2025?",
        "When were the average terms agreed?",
        "What is the difference between a ferry and a barge?",
        "What is the current ratio in 2025?",
        "",
    ],
)
def test_what_looks_something_up_is_no_sum(question: str) -> None:
    assert read_task(question) is None


def test_hardly_a_question_on_our_note_reads_like_a_sum() -> None:
    """Those that do find no operands: tests/answering/test_sums_calculate.py."""
    cases = [json.loads(line) for line in NOTE_SET.read_text(encoding="utf-8").splitlines() if line.strip()]
    read = [case["question"] for case in cases if read_task(case["question"])]
    assert len(read) <= 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2025", [(2025, None)]),
        ("FY25 and F24", [(2025, None), (2024, None)]),
        ("fiscal 2025, fiscal year 2024", [(2025, None), (2024, None)]),
        ("2024/2025", [(2024, 2025)]),
        ("2023,2024 and 2025", [(2023, None), (2024, None), (2025, None)]),
        ("Q1 2025 and the first quarter of 2024", [(2025, None), (2024, None)]),
        ("$2,025 million, 2025% or 1.2025", []),
        ("June 30 and December 31, 2025", [(2025, None), (2025, None)]),
        ("31 December 2025, Sept. 3, 2024, Mar-2023", [(2025, None), (2024, None), (2023, None)]),
    ],
)
def test_periods(text: str, found: list[tuple[int, int | None]]) -> None:
    assert [(period.year, period.ends) for period in periods(text)] == found


@pytest.mark.parametrize(
    ("asked", "stated", "same"),
    [
        ("2025", "Year ended June 30, 2025", True),
        ("2025", "2024", False),
        ("June 30, 2025", "December 31, 2025", False),
        ("Q1 2025", "2025", True),
        ("2025", "2024/2025", False),
    ],
)
def test_same_period(asked: str, stated: str, same: bool) -> None:
    assert same_period(periods(asked)[0], periods(stated)[0]) is same


def test_a_label_of_two_periods_is_of_neither() -> None:
    assert only_period("2025 vs. 2024") is None
    assert only_period("Fees") is None
    assert only_period("June 30, 2025 (2025 restated)") is not None
