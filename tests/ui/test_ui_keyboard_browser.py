"""One whole path by keys alone: no click, and no focus that was not moved by a key."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from test_ui_browser import eventually, open_page
from ui_fakes import FakeAssistant
from ui_server import running

from assistant.answering.options import AnswerOptions
from assistant.settings import Settings
from assistant.ui.app import build_app
from assistant.ui.startup import Startup

pytestmark = pytest.mark.browser

BOTH = "What capacity was leased, at what average rate?"
ANSWERED = '.exchange[aria-busy="false"][data-status="answered"]'


def at(page: Any, selector: str) -> bool:
    """Whether the focus is on an element, and can be seen there."""
    script = "selector => document.activeElement.matches(selector) && document.activeElement.matches(':focus-visible')"
    return bool(page.evaluate(script, selector))


def go_to(page: Any, selector: str, key: str = "Tab") -> None:
    for _ in range(80):
        page.keyboard.press(key)
        if at(page, selector):
            return
    raise AssertionError(f"{key} does not lead to {selector}")


def test_the_whole_path(page: Any, url: str, fake: FakeAssistant) -> None:
    open_page(page, url)
    # The skip link is the first stop, and leads to the question.
    go_to(page, ".skip-link", "Shift+Tab")
    page.keyboard.press("Enter")
    assert at(page, "#question textarea")
    page.keyboard.type(BOTH)
    page.keyboard.press("Enter")
    page.wait_for_selector(ANSWERED)

    # A citation, the next one, the one before, and back to where it was opened.
    go_to(page, ".cite", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source mark")
    first = page.inner_text(".position")
    page.keyboard.press("p" if first.startswith("2") else "n")
    eventually(lambda: page.inner_text(".position") != first)
    page.keyboard.press("n" if first.startswith("2") else "p")
    eventually(lambda: page.inner_text(".position") == first)
    page.keyboard.press("Escape")
    assert at(page, ".cite")

    # The list of conversations, opened and closed again.
    go_to(page, "#talks-open", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#talks-list li")
    eventually(lambda: at(page, "#talks-search"))
    page.keyboard.press("Escape")
    page.wait_for_selector("#talks", state="hidden")
    eventually(lambda: at(page, "#talks-open"))

    # Settings: quotes only, and short answers.
    go_to(page, "#settings > button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#quote-only input")
    go_to(page, "#quote-only input")
    page.keyboard.press("Space")
    go_to(page, "#answer-length input")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector('#answer-length input[value="short"]:checked')

    # The conversation is taken away.
    go_to(page, ".talk-export a")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert BOTH in waiting.value.path().read_text(encoding="utf-8")
    go_to(page, ".talk-export a")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert len(json.loads(waiting.value.path().read_text(encoding="utf-8"))["exchanges"]) == 1

    # A document comes in, and is asked about as chosen.
    go_to(page, ".address input", "Shift+Tab")
    page.keyboard.type("https://example.com/depot")
    page.keyboard.press("Enter")
    page.wait_for_selector('.results .good:has-text("example.com/depot.html")')
    go_to(page, "#question textarea")
    page.keyboard.type("What stands at the depot of example?")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{ANSWERED} >> nth=1")
    assert fake.options[-1] == AnswerOptions(quote_only=True, length="short")


def test_what_is_unfolded_stays_so_while_documents_are_indexed(
    page: Any, fake: FakeAssistant, settings: Settings
) -> None:
    going_on = True

    def sync(progress: Any) -> None:
        done = 0
        while going_on:
            progress(f"file-{done}.md", done, 1000)
            done += 1
            time.sleep(0.2)

    fake.on_sync, fake.repaired = sync, "The index was built anew."
    startup = Startup(fake, settings)
    with running(build_app(fake, settings, startup)) as url:
        startup.start()
        open_page(page, url)
        page.wait_for_selector("#status details")
        go_to(page, "#status summary", "Shift+Tab")
        page.keyboard.press("Enter")
        for _ in range(2):
            told = page.inner_text("#status .state-text")
            page.wait_for_function("told => document.querySelector('#status .state-text').innerText !== told", arg=told)
        assert page.locator("#status .problems").is_visible() and at(page, "#status summary")
        page.keyboard.press("Enter")
        eventually(lambda: not page.locator("#status .problems").is_visible())
        told = page.inner_text("#status .state-text")
        page.wait_for_function("told => document.querySelector('#status .state-text').innerText !== told", arg=told)
        assert not page.locator("#status .problems").is_visible()
        going_on = False
        startup.close()
