"""A sum whose working a chat model proposes, where code finds no operands by itself; checked and worked out by code.

The model says which figures and which operation; that each stands where it is cited, that the cited words speak of the
names and years asked for, and what comes out is settled here. A proposal that fails any of it is none.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from assistant.answering.figures import figures
from assistant.answering.prompting import evidence_line
from assistant.answering.sums.expression import NotWorked, work_out
from assistant.answering.sums.followup import in_the_light
from assistant.answering.sums.lines import row_figures
from assistant.answering.sums.model import Operation, Quantity, Sum, Term
from assistant.answering.sums.periods import periods
from assistant.answering.sums.prose import as_quantity
from assistant.answering.sums.reading import PERCENT
from assistant.answering.sums.reserves import with_reserves
from assistant.answering.words import names_beyond, word_forms
from assistant.documents.model import BlockKind
from assistant.retrieval.model import Evidence

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

#: So much evidence is shown: rows of one table seldom rank beside each other.
_SHOWN = 20
_TOKENS = 120
_LINE = re.compile(r"^\s*`?=\s*(?P<expression>[^`\n]+?)`?\s*$", re.MULTILINE)
_SHARES = (Operation.PERCENT_CHANGE, Operation.SHARE)


@cache
def _prompts() -> dict[str, str]:
    source = resources.files("assistant.answering").joinpath("prompts/sum.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def wants_sum(question: str, earlier: Sequence[str] = ()) -> bool:
    """Whether something is to be worked out, not looked up; a comparison is none that has an expression."""
    task = in_the_light(question, earlier)
    apart = (Operation.FIGURE, Operation.WHICH_PERIOD, Operation.WHICH_THING, Operation.COUNT_PERIODS)
    return task is not None and task.operation not in apart


def proposed_sum(
    chat: BaseChatModel, question: str, evidence: Sequence[Evidence], earlier: Sequence[str] = ()
) -> Sum | None:
    """The sum that a chat model finds the working of; None if it finds none, or none that holds.

    Args:
        chat: the model; it is asked once.
        question: as it is read.
        evidence: what was found for it, best first.
        earlier: the user's questions before it, oldest first.

    Raises:
        Exception: whatever the endpoint raises.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    held = list(evidence[:_SHOWN])
    lines = "\n".join(evidence_line(number, found) for number, found in enumerate(held, start=1))
    request = _prompts()["user"].strip().format(evidence=lines, question=question)
    reply = chat.bind(max_tokens=_TOKENS).invoke([SystemMessage(_prompts()["system"].strip()), HumanMessage(request)])
    match = _LINE.search(str(reply.text))
    if match is None:
        return None
    task = in_the_light(question, earlier)
    percent = bool(task and task.operation in _SHARES) or bool(re.search(rf"\b{PERCENT}", question, re.IGNORECASE))
    return checked(match["expression"], question, held, percent=percent)


def checked(expression: str, question: str, evidence: Sequence[Evidence], *, percent: bool) -> Sum | None:
    """The sum of an expression over numbered evidence; None if anything of it does not hold."""
    try:
        worked = work_out(expression, lambda written, number: _operand(written, number, evidence), percent=percent)
    except NotWorked as error:
        log.debug("no sum: %s in %s", error, expression)
        return None
    held = [term.evidence for term in worked.terms]
    said = " ".join(map(_said, held))
    years = {period.year for period in periods(question)} - {period.year for period in periods(said)}
    passages = " ".join(f"{found.around} {found.opening}" for found in held)
    if years or names_beyond(question, word_forms(f"{said} {passages}")):
        return None
    sense = "about " if any(term.quantity.approximate for term in worked.terms) else ""
    words = worked.working.replace(" − ", " minus ")
    statement = f"Worked out from the figures cited: {sense}{worked.result} ({words})."
    return with_reserves(Sum(statement, worked.working, worked.result, worked.terms))


def _said(found: Evidence) -> str:
    return " ".join((found.document, found.title, *found.headings, found.context, found.text, found.date or ""))


def _operand(written: Quantity, number: int, evidence: Sequence[Evidence]) -> Term | None:
    """The figure of a numbered piece of evidence that was written; what it says of scale and unit must be so there."""
    if not 1 <= number <= len(evidence):
        return None
    found = evidence[number - 1]
    if found.kind is BlockKind.TABLE_ROW:
        held = row_figures(found)
    else:
        single = [f for f in figures(found.text) if f.unit != "date" and f.low == f.high and not (f.bound or f.spelled)]
        held = [as_quantity(figure) for figure in single]
    alike = {other.base: other for other in held if _same(written, other)}
    return Term(next(iter(alike.values())), found, "", "") if len(alike) == 1 else None


def _same(written: Quantity, held: Quantity) -> bool:
    scale = written.exponent in (0, held.exponent) and written.value == held.value
    return (
        scale and written.currency in ("", held.currency) and (written.percent == held.percent or not written.percent)
    )
