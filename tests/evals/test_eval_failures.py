"""A failure shows what should have been found: places, quotes, the conversation, answers known to be wrong."""

from __future__ import annotations

import io
import json
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from rich.console import Console

from evals import wording
from evals.asking import run_item
from evals.html import render_html
from evals.junit import render_junit
from evals.model import Item, Metric, Run
from evals.report import MOST_CASES, print_report
from evals.sets import Question
from evals.summary import summarise

TEXTS = {"lease.md": "A gigawatt is leased at $10 billion.\nNothing else.\n", "grid.md": "The grid is old.\n"}


def question(name: str, **more: Any) -> Question:
    base = {"id": name, "question": "What does it cost?", "answerable": True, "answers": ["$10 billion"]}
    return Question.model_validate_json(json.dumps(base | {"documents": ["lease.md"], "type": "figure"} | more))


def run_of(*items: Item, retrieval_only: bool = False) -> Run:
    return Run(retrieval_only=retrieval_only, metrics=(), by_type={}, settings={}, made={}, not_indexed={}, items=items)


@pytest.fixture
def asked(fake_factory: Any, settings: Any, answering: Any) -> Any:
    """Gives the item of a question that is answered wrongly, or only searched for, in one of the two documents."""
    assistant = fake_factory(lambda *_: answering("It is $3.", "$3"), texts=TEXTS)(settings)
    assistant.open()
    return lambda case, **more: run_item(assistant, case, retrieval_only=more.get("retrieval_only", False))


def printed(run: Run) -> str:
    out = io.StringIO()
    print_report(run, None, Console(file=out, width=400))
    return out.getvalue()


def failure_in_junit(run: Run) -> Xml.Element:
    found = Xml.fromstring(render_junit(run, None)).find("testsuite/testcase/failure")
    assert found is not None
    return found


HISTORY = [{"role": "user", "content": "Tell me of leases."}, {"role": "assistant", "content": "Gladly."}]
MISSED = {
    "documents": ["lease.md"],
    "pages": [{"document": "lease.md", "page": 3}],
    "quotes": ["Nobody has found this sentence.", "The grid is old."],
    "history": HISTORY,
}


def test_what_was_missed_is_named_with_the_conversation(asked: Any) -> None:
    run = run_of(asked(question("follow", **MISSED)))
    html = render_html(run, None)
    assert "lease.md, page 3" in html and "Tell me of leases." in html and "Gladly." in html
    assert "“Nobody has found this sentence.”</li>" not in html, "it is marked as not found"
    assert 'Nobody has found this sentence.” <span class="missed">not found</span>' in html
    assert "“The grid is old.”</li>" in html
    text = failure_in_junit(run).text or ""
    assert "Before, user: Tell me of leases." in text and "Where it stands: lease.md, page 3" in text
    assert "Not found: “Nobody has found this sentence.”" in text and "Found: “The grid is old.”" in text
    assert "(after “Tell me of leases.”)" in printed(run)


def test_what_the_search_missed_is_told_after_a_search_alone(asked: Any) -> None:
    case = question("missed", quotes=["Nobody has found this sentence."], scope=["lease.md", "grid.md"])
    found = asked(question("found", quotes=["The grid is old."]), retrieval_only=True)
    run = run_of(asked(case, retrieval_only=True), found, retrieval_only=True)
    text = printed(run)
    missed = "not retrieved: lease.md: “Nobody has found this sentence.”"
    assert "1 cases to look at" in text and missed in text
    failure = failure_in_junit(run)
    assert failure.get("message") == missed and failure.get("type") == "not retrieved"
    assert "Got: lease.md; grid.md" in (failure.text or "") and "Within: lease.md; grid.md" in (failure.text or "")
    assert 'failures="1"' in render_junit(run, None)


@pytest.mark.parametrize(
    ("places", "missed"),
    [
        ({"documents": ["other.md"]}, ["other.md"]),
        ({"documents": ["lease.md"], "pages": [{"document": "lease.md", "page": 2}]}, ["lease.md, page 2"]),
        ({"documents": ["lease.md", "grid.md"]}, []),
        ({"documents": ["lease.md"], "quotes": ["Unseen words."]}, ["lease.md: “Unseen words.”"]),
    ],
)
def test_the_finest_place_is_what_is_missed(asked: Any, places: dict[str, Any], missed: list[str]) -> None:
    assert wording.missed(asked(question("x", **places))) == missed


def test_answers_known_to_be_wrong_say_what_is_not_wanted(asked: Any) -> None:
    item = asked(question("down", answers=[], rejected=["It is $3."]))
    assert item.correct is False and wording.expected(item) == "anything but: It is $3."
    assert "anything but: It is $3." in render_html(run_of(item), None)


@pytest.mark.parametrize(
    ("answers", "scale", "told"),
    [
        (["81.8"], {"scale": "million"}, "81.8 (million)"),
        (["3", "4"], {"scale": ""}, "3 and 4"),
        (["3", "4"], {}, "3 | 4"),
    ],
)
def test_parts_in_a_scale_are_all_expected(asked: Any, answers: list[str], scale: dict[str, str], told: str) -> None:
    assert wording.expected(asked(question("x", answers=answers, **scale))) == told


def test_items_of_older_runs_are_read() -> None:
    old = {"id": "a", "question": "?", "type": "t", "answerable": True, "expected": ["x"], "status": "answered"}
    item = Item.model_validate(old | {"answer": "y", "correct": False, "failure": "wrong"})
    run = run_of(item)
    assert wording.missed(item) == [] and wording.trouble(item) == "wrong"
    assert "Where it stands" not in render_html(run, None) and "Where it stands" not in render_junit(run, None)


def test_lists_in_the_terminal_end_somewhere(asked: Any) -> None:
    item = asked(question("x"))
    items = [item.model_copy(update={"id": f"case-{number}"}) for number in range(MOST_CASES + 7)]
    run = run_of(*items).model_copy(update={"not_indexed": {f"{n}.pdf": "locked" for n in range(25)}})
    text = printed(run)
    assert f"{MOST_CASES + 7} cases to look at" in text and "and 7 more" in text
    assert f"case-{MOST_CASES - 1}" in text and f"case-{MOST_CASES} " not in text
    assert text.count("locked") == 20 and "Not indexed: 5 more" in text


@pytest.mark.parametrize(
    ("flagged", "value", "low", "high"),
    [([0] * 10, 0, 0, 2.775), ([0] * 9 + [1], 1, 0.179, 4.042), ([0] * 8 + [1, 3], 4, 0, 11)],
)
def test_counts_have_an_interval(flagged: list[int], value: float, low: float, high: float) -> None:
    base = {"question": "?", "type": "t", "answerable": True, "expected": (), "status": "answered"}
    items = [Item(**base, id=str(n), unsupported_figures=count) for n, count in enumerate(flagged)]
    metrics = {metric.name: metric for metric in summarise(items, retrieval_only=False)}
    found = metrics["unsupported_figures"]
    assert (found.value, found.n, found.kind) == (value, 10, "count")
    assert found.low == pytest.approx(low, abs=0.01) and found.high == pytest.approx(high, abs=0.01)
    assert metrics["errors"].high == pytest.approx(2.775, abs=0.01)
    assert wording.in_cell(metrics["errors"]) == "0 (0–3)"


@pytest.mark.parametrize(
    ("kind", "value", "low", "high", "told"),
    [
        ("share", 0.834, 0.78, 0.89, "83.4 % (78–89)"),
        ("mean", 0.834, 0.78, 0.89, "0.834 (0.78–0.89)"),
        ("milliseconds", 834.2, 780.4, 890.0, "834 ms (780–890)"),
        ("count", 4.0, 0.2, 11.0, "4 (0–11)"),
        ("mean", 0.5, None, None, "0.500"),
    ],
)
def test_a_cell_has_one_unit(kind: Any, value: float, low: float | None, high: float | None, told: str) -> None:
    assert wording.in_cell(Metric(name="any", value=value, n=9, low=low, high=high, kind=kind)) == told
