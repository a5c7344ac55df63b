"""axe-core on every main state of the page, light and dark, wide and narrow: no serious violation."""

from __future__ import annotations

import threading
from importlib.resources import files
from typing import Any

import pytest
from test_ui_browser import ask, open_page
from test_ui_source_browser import MARGIN
from ui_fakes import FakeAssistant

pytestmark = pytest.mark.browser


def faults(page: Any) -> list[str]:
    """Serious and critical violations of WCAG 2.2 A and AA and of axe's best practices, each with its element."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]}: {node['failureSummary'][:300]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_violation_in_any_main_state(
    page: Any, library_url: str, library: FakeAssistant, scheme: str
) -> None:
    told: dict[str, list[str]] = {}

    def look(state: str) -> None:
        if found := faults(page):
            told[state] = found

    page.emulate_media(color_scheme=scheme)
    open_page(page, library_url)
    look("greeting")
    library.held = held = threading.Semaphore(0)
    page.fill("#question textarea", MARGIN + " strike")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source .quote")
    look("evidence, answer under way")
    library.held = None
    held.release()
    page.wait_for_selector('.exchange[aria-busy="false"]')
    page.click(".cite >> nth=0")
    page.wait_for_selector(".leaf img")
    look("page of a PDF, struck sentence")
    page.click('[data-show="text"]')
    page.wait_for_selector(".document-text")
    look("text")
    ask(page, "Which output has the Lindholm plant in Sweden?")
    page.click(".exchange >> nth=1 >> .cite >> nth=0")
    page.click('[data-show="table"]')
    page.wait_for_selector(".sheet")
    look("table")
    ask(page, "boom")
    page.click('[aria-label="Delete memo.md"]')
    page.wait_for_selector(".undo")
    look("error, deletion that can be undone")
    page.click("#talks-open")
    look("list of conversations")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    for part in ("documents", "conversation", "source"):
        page.click(f"#views [data-view={part}]")
        look(f"narrow, {part}")
    assert told == {}


def test_a_fault_would_be_found(page: Any, library_url: str) -> None:
    open_page(page, library_url)
    page.evaluate("document.querySelector('#send').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('#send').textContent = ''")
    page.evaluate("document.querySelector('#brand h1').style.color = '#eee'")
    found = " ".join(faults(page))
    assert "button-name" in found and "color-contrast" in found
