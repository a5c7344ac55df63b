"""Questions that are not taken: what is said, and that the next one is."""

from __future__ import annotations

from typing import Any

import pytest
from test_ui_browser import ask, open_page
from ui_fakes import FakeAssistant
from ui_server import running

from assistant.facade import Assistant
from assistant.settings import Settings
from assistant.ui.app import build_app
from assistant.ui.security import MAX_EVENT_BYTES, TOO_LARGE

pytestmark = pytest.mark.browser

CAPACITY = "What capacity was leased?"


def test_a_question_over_the_limit_of_characters(page: Any, real: Assistant) -> None:
    with running(build_app(real, real.settings)) as url:
        open_page(page, url)
        ask(page, "Why? " * (real.settings.max_question_chars // 5 + 1))
        assert f"over the limit of {real.settings.max_question_chars:,}" in page.inner_text(".exchange .failure")
        assert page.locator('[data-talk-action="edit"]').is_visible() and page.locator("#send").is_visible()
        ask(page, CAPACITY)
        assert page.locator(".exchange").count() == 2


def test_a_question_that_is_more_than_can_be_sent(page: Any, url: str, fake: FakeAssistant) -> None:
    open_page(page, url)
    page.evaluate(
        """size => {
            const box = document.querySelector("#question textarea");
            box.value = "x".repeat(size);
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        MAX_EVENT_BYTES,
    )
    page.focus("#question textarea")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.toast-wrap:has-text("{TOO_LARGE}")')
    page.wait_for_function("!window.corpusAssistant.asking()")
    assert page.locator("#send").is_visible() and page.locator("#question-told:visible").count() == 0
    ask(page, CAPACITY)
    assert [asked[0] for asked in fake.asked] == [CAPACITY]
    assert "412 megawatts" in page.inner_text(".exchange")


def test_a_queue_that_is_full(page: Any, fake: FakeAssistant, settings: Settings) -> None:
    app = build_app(fake, settings)
    with running(app) as url:
        open_page(page, url)
        queue = app.state.blocks._queue
        room, queue.max_size = queue.max_size, 0
        page.fill("#question textarea", CAPACITY)
        page.keyboard.press("Enter")
        page.wait_for_selector('.toast-wrap:has-text("busy")')
        page.wait_for_function("!window.corpusAssistant.asking()")
        # What was typed is still there, and is taken once there is room.
        assert page.input_value("#question textarea") == CAPACITY and fake.asked == []
        queue.max_size = room
        page.focus("#question textarea")
        page.keyboard.press("Enter")
        page.wait_for_selector('.exchange[aria-busy="false"]:has-text("412 megawatts")')
