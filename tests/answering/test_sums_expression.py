"""Expressions that a chat model proposes: read by a strict grammar, over figures that stand where they are cited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import ScriptedChat
from hypothesis import given
from hypothesis import strategies as st
from sum_sources import HARBOURS, SALES, evidence_of

from assistant.answering.answer import Status
from assistant.answering.sums.proposal import checked, wants_sum
from assistant.facade import Assistant
from evals.metrics.unsupported import unsupported_figures

PROSE = "Dues of Brambleton were $2 million, up to 5% more than before.\n\nTolls were about $3 million and rates 2.5%."
#: Rows are numbered from 1: the columns' row, ferry sales, other sales, total sales, loss, margin, per share, ships.
SHEET = [row for row in evidence_of(SALES) if " | " in row.text]
FERRY, OTHER, LOSS, MARGIN, SHIPS = (
    next(n for n, row in enumerate(SHEET, start=1) if row.text.startswith(name))
    for name in ("Ferry", "Other", "Operating loss", "Operating margin", "Number")
)


@pytest.mark.parametrize(
    ("expression", "percent", "result", "working"),
    [
        (f"= ($1,210.5[{FERRY}] - $1,100.0[{FERRY}]) / $1,100.0[{FERRY}]", True, "10.05%",
         "($1,210.5 − $1,100.0) ÷ $1,100.0"),
        (f"1,210.5[{FERRY}] - 1,100.0[{FERRY}]", False, "$110.5 million", "$1,210.5 − $1,100.0"),
        (f"= 80.0[{OTHER}] + 64.0[{OTHER}]", False, "144 million", "80.0 + 64.0"),
        (f"= (12.5)[{LOSS}] - (10.0)[{LOSS}]", False, "-2.5 million", "(12.5) − (10.0)"),
        (f"= -12.5[{LOSS}] - -10.0[{LOSS}]", False, "-2.5 million", "(12.5) − (10.0)"),
        (f"= 4.5%[{MARGIN}] - 4.0%[{MARGIN}]", False, "0.5 percentage points", "4.5% − 4.0%"),
        (f"= $1,210.5[{FERRY}] × 4.5%[{MARGIN}]", False, "$54.4725 million", "$1,210.5 × 4.5%"),
        (f"= $1,210.5[{FERRY}] / 12[{SHIPS}]", False, "$100,875,000", "$1,210.5 ÷ 12"),
        (f"= 12[{SHIPS}] / (10[{SHIPS}] + 10[{SHIPS}])", False, "0.6", "12 ÷ (10 + 10)"),
    ],
)  # fmt: skip
def test_an_expression_is_worked_out(expression: str, percent: bool, result: str, working: str) -> None:
    worked = checked(expression, "What is it?", SHEET, percent=percent)
    assert worked is not None
    assert (worked.result, worked.expression) == (result, working)
    assert all(term.quantity.text in term.evidence.text for term in worked.terms)
    assert result in worked.statement


@pytest.mark.parametrize(
    "expression",
    [
        f"= $1,210.5[{FERRY}] - 1,100.0",  # no citation
        f"= $1,210.5[{FERRY}] * 2",
        f"= $1,210.5[{FERRY}] - $1,100.0[{OTHER}]",  # stands elsewhere
        f"= $1,210.5[{FERRY}] - $1,100.0[99]",
        f"= $1,210.5[{FERRY}] - $1,111.0[{FERRY}]",  # stands nowhere
        f"= $1,210.5 billion[{FERRY}] - $1,100.0[{FERRY}]",  # another scale
        f"= €1,210.5[{FERRY}] - €1,100.0[{FERRY}]",
        f"= 12.5[{LOSS}] - 10.0[{LOSS}]",  # without their sign
        f"= $1,210.5[{FERRY}] + 4.5%[{MARGIN}]",  # unlike things
        f"= 12[{SHIPS}] / (10[{SHIPS}] - 10[{SHIPS}])",
        f"= $1,210.5[{FERRY}]",
        f"= ($1,210.5[{FERRY}] - $1,100.0[{FERRY}]",
        f"= $1,210.5[{FERRY}] $1,100.0[{FERRY}]",
        f"= $1,210.5[{FERRY}] ** 12[{SHIPS}]",
        f"= max($1,210.5[{FERRY}], $1,100.0[{FERRY}])",
        "= __import__('os')[1] - 2[1]",
        "= " + "(" * 50 + f"12[{SHIPS}] - 10[{SHIPS}]" + ")" * 50,
        "",
        "=",
    ],
)
def test_what_is_not_cited_or_not_a_sum_is_refused(expression: str) -> None:
    assert checked(expression, "What is it?", SHEET, percent=False) is None


def test_what_is_asked_of_must_be_in_the_words_cited() -> None:
    expression = f"= $1,210.5[{FERRY}] - $1,100.0[{FERRY}]"
    assert checked(expression, "What is the change from 2024 to 2025?", SHEET, percent=False) is not None
    assert checked(expression, "What is the change from 2020 to 2025?", SHEET, percent=False) is None
    assert checked(expression, "What is the change at Morwen Partners?", SHEET, percent=False) is None
    assert checked(expression, "What is the change in percent?", SHEET, percent=True) is None


def test_figures_of_sentences() -> None:
    found = evidence_of(PROSE)
    worked = checked("= $3 million[2] / $2 million[1]", "What is it?", found, percent=False)
    assert worked is not None
    assert worked.statement == "Worked out from the figures cited: about 1.5 (about $3 million ÷ $2 million)."
    assert checked("= 2.5%[2] + 5%[1]", "What is it?", found, percent=False) is None  # only "up to"


@given(st.text(alphabet="0123456789.,()[]+-*/= $%ab", max_size=60))
def test_no_reply_breaks_it(text: str) -> None:
    checked(text, "What is it?", SHEET, percent=False)


def test_only_what_is_worked_out_is_proposed() -> None:
    assert wants_sum("What is the change in harbour takings from 2024 to 2025?")
    assert not wants_sum("What were ferry sales in 2025?")
    assert not wants_sum("Who runs the ferries?")


TAKINGS = "What is the percentage change in harbour takings of Brambleton from 2024 to 2025?"


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("= ($1,210.5[{n}] - $1,100.0[{n}]) / $1,100.0[{n}]", "10.05%"),
        ("The working:\n= ($1,210.5[{n}] - $1,100.0[{n}]) / $1,100.0[{n}]\n", "10.05%"),
        ("= ($1,210.5[{n}] - $1,000.0[{n}]) / $1,000.0[{n}]", None),
        ("none", None),
    ],
)
def test_a_model_proposes_and_code_disposes(
    make_assistant: Callable[..., Assistant], scripted: ScriptedChat, work: Path, reply: str, result: str | None
) -> None:
    (work / "sales.md").write_text(SALES, encoding="utf-8")
    (work / "freight.md").write_text(HARBOURS, encoding="utf-8")
    assistant = make_assistant(chat=scripted)
    assistant.add([work / "sales.md", work / "freight.md"])
    held = assistant.answerer.prepare(TAKINGS).found
    place = next(n for n, found in enumerate(held, start=1) if found.text.startswith("Ferry"))
    scripted.enqueue(reply.replace("{n}", str(place)))
    if result is None:
        scripted.enqueue("[0]")
    found = assistant.ask(TAKINGS)
    assert "Question: What is the percentage change" in str(scripted.seen[0][-1].content)
    assert (found.calculation and found.calculation.result) == result
    assert len(scripted.seen) == (1 if result else 2)
    if result:
        assert found.status is Status.ANSWERED
        assert [citation.quote.split(" | ")[0] for citation in found.citations] == ["Ferry sales"]
        assert unsupported_figures(found) == ()
