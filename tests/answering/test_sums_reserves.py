"""What a source says with reserve, a sum over its figures does not state flat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sum_sources import LEASE, SALES, evidence_of

from assistant.answering.answer import Status
from assistant.answering.hedges import lost_reserves
from assistant.answering.sums import calculate
from assistant.facade import Assistant
from evals.metrics.unsupported import unsupported_figures

ROOT = Path(__file__).parents[2]
NOTE = (ROOT / "corpus" / "bofa-meta-compute.md").read_text(encoding="utf-8")
TOLD = "Sales of Lorne were about $5 million in 2025 and $4 million in 2024."
TABLE = """|  | 2026 forecast | 2025 | 2024 |
| --- | --- | --- | --- |
| Ferry sales | 150 | 120 | 100 |
"""
CHANGE = "What is the change in sales from 2024 to 2025?"


@pytest.mark.parametrize(
    ("question", "source", "held"),
    [
        ("What would leasing all 3 GW bring in a year?", NOTE,
         ["according to BofA", "could be $30–45 billion a year", "up to 3GW"]),
        ("What would building all 3 GW cost?", NOTE, ["could be roughly $120–135 billion", "up to 3GW"]),
        ("What would leasing all 3 GW bring in a year?", LEASE, ["could be $30–45 billion a year", "up to 3GW"]),
        ("What would leasing all 3 GW cost in a year?",
         "Leasing costs at least $2 billion per GW a year.\n\nIt leases 3GW.", ["at least $6 billion a year"]),
        (CHANGE, TOLD, ["about $1 million", "about $5 million"]),
        ("What is the percentage change in sales from 2024 to 2025?", TOLD, ["about 25%"]),
        ("What is the average of sales for 2024 and 2025?", TOLD, ["about $4.5 million"]),
        ("In which year were sales the highest?", TOLD, ["about $5 million (2025)"]),
        (CHANGE, "Lorne could reach sales of $5 million in 2025, against $4 million in 2024.", ["could"]),
        (CHANGE, "As Brask Securities reckons in its long note on the ferries and harbours of the north, sales came to "
         "$5 million in 2025 and $4 million in 2024.", ["According to Brask Securities: "]),
        (CHANGE, "If the bridge over the sound and all of its approaches had been closed, the sales would have been "
         "$5 million in 2025 and $4 million in 2024.", ["with reserve"]),
        ("What is the change in ferry sales from 2025 to 2026?", TABLE, ["2026 forecast"]),
        ("What were ferry sales in 2026?", TABLE, ["2026 forecast"]),
    ],
)  # fmt: skip
def test_a_reserve_is_carried_into_the_sum(question: str, source: str, held: list[str]) -> None:
    worked = calculate(question, evidence_of(source))
    assert worked is not None
    assert [words for words in held if words not in worked.statement] == []
    for term in worked.terms:
        assert term.evidence.text.count(" | ") or not lost_reserves(worked.statement, term.evidence.text)


def test_a_plain_source_is_stated_plainly() -> None:
    worked = calculate("What is the change in ferry sales from 2024 to 2025?", evidence_of(SALES))
    assert worked is not None
    assert (
        worked.statement
        == "Ferry sales, change from 2024 to 2025: $110.5 million ($1,210.5 minus $1,100.0, in millions)."
    )


def test_such_an_answer_is_checked_like_any(make_assistant: Callable[..., Assistant], work: Path) -> None:
    (work / "told.md").write_text(f"# Lorne\n\n{TOLD}\n", encoding="utf-8")
    (work / "note.md").write_text(NOTE, encoding="utf-8")
    assistant = make_assistant()
    assistant.add([work / "told.md", work / "note.md"])
    for question in ("What is the change in sales of Lorne from 2024 to 2025?", "What would building all 3 GW cost?"):
        found = assistant.ask(question)
        assert found.status is Status.ANSWERED
        assert found.calculation is not None
        assert all(figure.supported for figure in found.figures)
        assert unsupported_figures(found) == ()
