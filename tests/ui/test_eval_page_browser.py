"""The report of an evaluation in a real Chromium: it fits, follows the colours asked for, and its links lead somewhere.
The `page` fixture asserts that nothing is fetched and that no rule of the page's own policy is broken."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.answering.answer import Citation
from evals.history import past_run
from evals.html import render_html
from evals.model import Item, Retrieved, Run
from evals.summary import summarise, summarise_by_type

pytestmark = pytest.mark.browser

#: Contrast of a text with what is behind it, after WCAG 2.2.
_CONTRAST = """selector => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = colour => parts(colour).slice(0, 3).map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = element => {
        const colour = getComputedStyle(element).backgroundColor;
        return parts(colour)[3] === 0 && element.parentElement ? behind(element.parentElement) : colour;
    };
    return [...document.querySelectorAll(selector)].map(element => {
        const style = getComputedStyle(element);
        const [one, other] = [light(element.closest("svg") ? style.fill : style.color), light(behind(element))];
        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    });
}"""


def item(name: str, **more: Any) -> Item:
    quote = {"number": 1, "document": "note.md", "title": "", "page": 2, "heading": None}
    fields: dict[str, Any] = {
        "id": name,
        "question": f"How much is it, says {name}?",
        "type": "figure",
        "answerable": True,
        "expected": ("$835",),
        "status": "answered",
        "answer": "It is $12. [1]",
        "correct": False,
        "confidence": len(name) / 20,
        "citations": (Citation.model_validate({**quote, "quote": "A target of $12.", "start": 0, "end": 16}),),
        "retrieved": tuple(
            Retrieved(document="a/" * 40 + "note.md", page=2, start=0, end=9, text="x" * 400) for _ in "abc"
        ),
        "timings_ms": {"search": 12.0 * len(name), "total": 4000.0 * len(name)},
        "scores": {
            "correct": 0.0,
            "quote_hit@10": 1.0,
            "quote_recall@1": 0.5,
            "quote_recall@5": 0.8,
            "quote_recall@10": 1.0,
        },
    }
    return Item.model_validate(fields | more)


@pytest.fixture
def html() -> str:
    items = (
        item("uncited"),
        item("lost", scores={"correct": 0.0, "quote_hit@10": 0.0}),
        item("refused", status="not_found", confidence=None),
        item("fine", correct=True, answer="It is $835. [1]", scores={"correct": 1.0, "quote_recall@1": 1.0}),
    )
    run = Run(
        retrieval_only=False,
        metrics=summarise(items, retrieval_only=False),
        by_type=summarise_by_type(items, retrieval_only=False),
        settings={"home": "/" + "long" * 60},
        made={"questions": "set.jsonl", "questions_sha256": "0", "started": "2026-02-02T00:00:00", "model": "fake"},
        not_indexed={"old.pdf": "It is locked"},
        items=items,
    )
    before = run.as_json()
    before["run"]["started"] = "2026-01-01T00:00:00"
    return render_html(run, [], [past_run("before.json", before)])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_report_fits_and_can_be_read(page: Any, html: str, width: int, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(html)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("svg.plot").count() == 4
    for selector in (
        "p",
        "td",
        "th",
        "dt",
        "dd",
        "summary",
        "a",
        ".cards span",
        "figcaption",
        "svg.plot text",
        ".holds",
    ):
        found = page.evaluate(_CONTRAST, selector)
        assert all(each >= 4.5 for each in found), (selector, min(found))
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark is (scheme == "dark")


def test_a_stage_leads_to_its_cases(page: Any, html: str) -> None:
    page.set_content(html)
    page.click("text=retrieved but not cited >> nth=0")
    heading = page.locator("#not-cited")
    assert heading.inner_text() == "Retrieved but not cited (1)"
    case = page.locator("details", has_text="says uncited")
    case.locator("summary").click()
    assert "What the search saw, best first" in case.inner_text() and "note.md, page 2" in case.inner_text()
    assert page.get_by_role("img", name="How long it takes").count() == 1
