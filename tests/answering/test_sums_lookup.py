"""Figures looked up in tables: the one cell that a question names, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import ScriptedChat
from hypothesis import given
from hypothesis import strategies as st
from sum_sources import HARBOURS, LEASE, SALES, STATED, evidence_of

from assistant.answering.answer import Status
from assistant.answering.sums import calculate
from assistant.facade import Assistant
from evals.metrics.support import support
from evals.metrics.unsupported import unsupported_figures

DUES = """|  | 2025 | 2024 |
| --- | --- | --- |
| Dues (2) | $2.25 | $2.10 |
"""
ALL = evidence_of(SALES, HARBOURS, LEASE, STATED, DUES)


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("What were ferry sales in 2024?", "Ferry sales, 2024: $1,100.0 million."),
        ("How much were the total sales in 2023?", "Total sales, 2023: $1,050.0 million."),
        ("What was the operating loss in 2025?", "Operating loss, 2025: -12.5 million."),
        ("What is the amount of other sales in 2025?", "Other sales, 2025: 80.0 million."),
        ("What was the operating margin for the year ended June 30, 2024?", "Operating margin, 2024: 4.0%."),
        ("What is the 2025 earnings per share?", "Earnings per share, 2025: $1.25."),
        (
            "How much were total sales in 2023 and 2025, respectively?",
            "Total sales; 2023: $1,050.0 million; 2025: $1,290.5 million.",
        ),
        ("What is the coal handled in Oslo in 2025?", "Coal handled, Oslo: 400 tonnes."),
        ("What were the fees in 2024?", "Fees, 2024: 24."),
        ("What were the dues in 2024?", "Dues, 2024: $2.10."),
    ],
)
def test_the_cell_that_is_named(question: str, statement: str) -> None:
    found = calculate(question, ALL)
    assert found is not None
    assert (found.statement, found.expression) == (statement, "")


QUARTERLY = """# Brambleton Ferries, for the quarterly period ended June 30, 2025

| In millions | Three Months Ended June 30, 2024 | Three Months Ended June 30, 2025 | Six Months Ended June 30, 2025 |
| --- | --- | --- | --- |
| Net Sales: North | $30 | $41 | $80 |
| Net Sales: Consolidated | $50 | $61 | $120 |
| Net sales mix: North | 60% | 67% | 67% |
| Net sales mix: Consolidated | 100% | 100% | 100% |
| Operating Income (Loss): Consolidated | $(3) | $7 | $9 |
"""


def test_the_whole_of_a_section_is_meant_where_its_company_is_named_and_a_quarter_is_told_as_one() -> None:
    others = evidence_of(SALES, QUARTERLY)
    for name in ("Brambleton's net sales", "net sales", "the net sales of Brambleton"):
        found = calculate(f"What were {name} in Q2 2025?", others)
        assert found is not None
        assert found.statement.startswith("Net Sales: Consolidated, Three Months Ended June 30, 2025: $61")
    found = calculate("What was Brambleton's operating income in Q2 2025?", others)
    assert found is not None and found.result == "$7 million"
    changed = calculate("By how much did Brambleton's net sales change from Q2 2024 to Q2 2025?", others)
    assert changed is not None and changed.result == "$11 million"
    assert calculate("What were Quarrix's net sales in Q2 2025?", others) is None
    assert calculate("What were net sales in Q3 2025?", others) is None


@pytest.mark.parametrize(
    "question",
    [
        "What were ferry sales?",  # when?
        "What were ferry sales in 2022?",  # no such column
        "What were ferry sales in 2024 and 2022?",
        "What were other sales in 2023?",  # a dash
        "What was the net income in 2024?",  # no such row
        "What were bus sales in 2024?",
        "What were the sales of Quarrix in 2024?",  # another company's
        "What was the growth in ferry sales in 2025?",
        "What was the reason for ferry sales in 2025?",
        "Why were ferry sales high in 2025?",
        "Which sales were made in 2025?",
        "What was handled in 2025?",  # coal or grain, and where
        "What was in 2025?",
        "What were ferry sales from 2023 to 2025?",
        "What were ferry sales in the fourth quarter of 2025?",
        "What were ferry sales before other sales in 2025?",
        "",
    ],
)
def test_what_is_not_there_or_not_clear_is_not_looked_up(question: str) -> None:
    assert calculate(question, ALL) is None


@given(st.text(max_size=80))
def test_no_question_breaks_it(question: str) -> None:
    calculate(f"What was {question} in 2025?", ALL)


def test_it_is_answered_with_its_row_and_without_the_chat_model(
    make_assistant: Callable[..., Assistant], scripted: ScriptedChat, work: Path
) -> None:
    (work / "sales.md").write_text(SALES, encoding="utf-8")
    assistant = make_assistant(chat=scripted)
    assistant.add([work / "sales.md"])
    found = assistant.ask("What were total sales in 2023 and 2025, respectively?")
    assert found.status is Status.ANSWERED
    assert found.calculation is None and scripted.seen == []
    (citation,) = found.citations
    assert citation.quote.startswith("Total sales | ")
    assert citation.quote == assistant.text("sales.md")[citation.start : citation.end]
    amounts = [figure for figure in found.figures if "million" in figure.text]
    assert [(figure.citation, figure.supported) for figure in amounts] == [(1, True), (1, True)]
    assert unsupported_figures(found) == ()
    assert support(found).sentences_supported == 1
