"""What a tab keeps over a reload and a new server: what was chosen, and what was half typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_ui_browser import ask, open_page
from ui_fakes import FakeAssistant
from ui_server import program

pytestmark = pytest.mark.browser

DRAFT = "What capacity was leased, and"


def choose(page: Any, name: str) -> None:
    page.click(f'[aria-label="Ask within {name}"]')
    page.wait_for_selector(f'[aria-label="Ask within {name}"][aria-checked="true"]')


def test_what_was_chosen_and_half_typed_outlives_a_reload(page: Any, url: str, fake: FakeAssistant) -> None:
    for number in range(3):
        fake.put(f"filings/n{number}.md", "Other words of capacity.", date=f"202{number}-01-01")
    open_page(page, url)
    choose(page, "leases.md")
    choose(page, "filings/n1.md")
    page.wait_for_selector('#scope:has-text("2 chosen documents")')
    page.fill("#question textarea", DRAFT)
    fake.take_out(["filings/n1.md"])
    page.reload()
    page.wait_for_selector('#scope:has-text("1 chosen document")')
    assert page.input_value("#question textarea") == DRAFT
    assert page.get_attribute('[aria-label="Ask within leases.md"]', "aria-checked") == "true"
    page.press("#question textarea", "End")
    page.keyboard.type(" at what rate?")
    page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[aria-busy="false"]')
    assert fake.asked[-1] == (f"{DRAFT} at what rate?", (), ("leases.md",))
    # What was asked is no draft; another tab begins with nothing.
    page.reload()
    page.wait_for_selector('#scope:has-text("1 chosen document")')
    assert page.input_value("#question textarea") == ""
    other = page.context.new_page()
    open_page(other, url)
    other.wait_for_selector('#scope:has-text("all documents")')
    # Groups are kept like documents, and can be given up for good.
    page.click('button:has-text("Ask all")')
    page.click('.chip[data-name="Year:2020"]')
    page.wait_for_selector('#scope:has-text("1 document: 2020")')
    page.reload()
    page.wait_for_selector('#scope:has-text("1 document: 2020")')
    ask(page, "What capacity?")
    assert fake.asked[-1][2] == ("filings/n0.md",)
    page.click('button:has-text("Ask all")')
    page.wait_for_selector('#scope:has-text("all documents")')
    page.reload()
    page.wait_for_selector('#scope:has-text("all documents")')


def test_a_question_right_after_a_reload_is_asked_of_what_was_chosen(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.put("b.md", "Other words of capacity.")
    open_page(page, url)
    choose(page, "leases.md")
    page.wait_for_selector('#scope:has-text("1 chosen document")')
    question, waiting = "What capacity was leased?", []

    def hold(route: Any) -> None:
        # Of all that the page sends when it is loaded, nothing reaches the server before the question.
        if question in (route.request.post_data or ""):
            route.continue_()
        else:
            waiting.append(route)

    page.route("**/gradio_api/queue/join*", hold)
    page.reload()
    page.wait_for_selector("body[data-loaded]")
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[aria-busy="false"]')
    assert fake.asked == [(question, (), ("leases.md",))] and waiting
    for route in list(waiting):
        route.continue_()
    page.unroute("**/gradio_api/queue/join*")
    page.wait_for_selector('#scope:has-text("1 chosen document")')


@pytest.mark.slow
def test_what_was_chosen_and_half_typed_outlives_the_server(page: Any, tmp_path: Path) -> None:
    with program(tmp_path) as (process, url):
        open_page(page, url)
        choose(page, "leases.md")
        page.wait_for_selector('#scope:has-text("1 chosen document")')
        page.fill("#question textarea", DRAFT)
        page.evaluate("window.old = true")
        process.kill()
        process.wait()
        page.wait_for_selector("#connection:not([hidden])")
    with program(tmp_path, port=int(url.rsplit(":", 1)[1])):
        # Gradio loads a page anew by itself once a server answers it again.
        page.wait_for_function("!window.old", timeout=60_000)
        page.wait_for_selector('#scope:has-text("1 chosen document")')
        assert page.input_value("#question textarea") == DRAFT
