"""One whole path by keys alone: no click, and no focus that was not moved by a key."""

from __future__ import annotations

import json
import threading
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


def test_documents_are_chosen_narrowed_deleted_and_put_back(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.put("filings/q2.md", "The reserve margin fell to 9 percent in March.", date="2023-08-03")
    open_page(page, url)
    page.wait_for_selector(".chip")
    go_to(page, '[aria-label="Ask within filings/q2.md"]', "Shift+Tab")
    page.keyboard.press("Space")
    page.wait_for_selector('#scope:has-text("1 chosen document")')
    assert at(page, '[aria-label="Ask within filings/q2.md"][aria-checked="true"]')
    page.keyboard.press("Space")
    page.wait_for_selector('#scope:has-text("all documents")')
    go_to(page, '.chip[data-name="Year:2023"]', "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector('#scope:has-text("1 document: 2023")')
    go_to(page, '[data-action="all"]', "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector('#scope:has-text("all documents")')

    go_to(page, '[aria-label="Delete filings/q2.md"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('.deleted:has-text("Deleted filings/q2.md")')
    eventually(lambda: at(page, ".undo") and "filings/q2.md" not in fake.texts)
    page.keyboard.press("Enter")
    page.wait_for_selector(".undo", state="detached")
    eventually(lambda: at(page, '[aria-label="Delete filings/q2.md"]') and "filings/q2.md" in fake.texts)


def test_an_answer_is_stopped_retried_edited_and_rated(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.held = held = threading.Semaphore(1)
    open_page(page, url)
    page.keyboard.type(BOTH)
    page.keyboard.press("Enter")
    page.wait_for_selector(".sentence")
    go_to(page, "#stop")
    page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[data-status="stopped"]')
    eventually(lambda: at(page, "#question textarea"))
    fake.held = None
    held.release(5)
    go_to(page, '[data-talk-action="again"]', "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(ANSWERED)
    eventually(lambda: at(page, "#question textarea"))

    go_to(page, '[data-talk-action="edit"]', "Shift+Tab")
    page.keyboard.press("Enter")
    assert at(page, ".talk-edit textarea")
    page.keyboard.press("Control+A")
    page.keyboard.type("What capacity was leased?")
    go_to(page, ".talk-edit [type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'{ANSWERED}:has-text("What capacity was leased?")')
    assert [asked[0] for asked in fake.asked] == [BOTH, BOTH, "What capacity was leased?"]

    go_to(page, ".thumb.down", "Shift+Tab")
    page.keyboard.press("Space")
    page.wait_for_selector('.thumb.down[aria-pressed="true"]')
    assert at(page, "#right-answer")
    page.keyboard.press("Escape")
    assert at(page, ".thumb.down")
    go_to(page, ".thumb.up", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector('.thumb.up[aria-pressed="true"]')


def test_from_citation_to_citation_right_after_asking(page: Any, url: str) -> None:
    open_page(page, url)
    page.keyboard.type(BOTH)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{ANSWERED} .cite >> nth=1")
    # In the box letters are letters; Escape leads out of it.
    page.keyboard.type("n")
    assert page.input_value("#question textarea") == "n"
    page.keyboard.press("Escape")
    assert at(page, "#conversation")
    page.keyboard.press("n")
    page.wait_for_selector('.position:has-text("1 of 2")')
    page.keyboard.press("n")
    page.wait_for_selector('.position:has-text("2 of 2")')
    page.keyboard.press("p")
    page.wait_for_selector('.position:has-text("1 of 2")')
    assert page.input_value("#question textarea") == "n"


def test_the_parts_of_a_narrow_page(page: Any, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, url)
    for part, inside in (("documents", "#documents-panel"), ("source", "#source-panel"), ("conversation", "#question")):
        go_to(page, f'#views [data-view="{part}"]', "Shift+Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector(inside)
        assert at(page, f'#views [data-view="{part}"][aria-pressed="true"]')
        assert page.locator("#workspace > .column:visible").count() == 1
    go_to(page, "#question textarea")
    page.keyboard.type(BOTH)
    page.keyboard.press("Enter")
    page.wait_for_selector(ANSWERED)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_selector("#source mark")
    page.keyboard.press("Escape")
    assert at(page, ".cite")
