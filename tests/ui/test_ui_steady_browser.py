"""What must hold however fast the person is and whatever comes late: sources, settings, waiting, lost connections."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from test_ui_browser import ask, eventually, open_page
from test_ui_source_browser import MARGIN
from ui_fakes import FakeAssistant
from ui_server import program

from assistant.answering.options import AnswerOptions

pytestmark = pytest.mark.browser

BOTH = "What capacity was leased, at what average rate?"
KEPT = "corpus-assistant.answers"


class SlowPictures:
    """The originals of a library, of which pictures wait until they are let go."""

    def __init__(self, originals: Any) -> None:
        self._originals = originals
        self.let_go = threading.Semaphore(0)
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._originals, name)

    def picture(self, *given: Any) -> Any:
        self.asked += 1
        assert self.let_go.acquire(timeout=60)
        return self._originals.picture(*given)


def test_the_source_is_the_one_asked_for_last(page: Any, library_url: str, library: FakeAssistant) -> None:
    slow = library.originals = SlowPictures(library.originals)
    open_page(page, library_url)
    ask(page, MARGIN)
    page.click(".cite >> nth=0")
    eventually(lambda: slow.asked == 1)
    # On to the second and, while the first is still drawn, back and on again.
    # The last of them has reached the server before the first picture is let go.
    with page.expect_response(lambda told: '"number":4' in (told.request.post_data or "")):
        for key in "npn":
            page.keyboard.press(key)
    page.wait_for_selector('.position:has-text("2 of 2")')
    slow.let_go.release(8)
    page.wait_for_selector('.leaf img[alt*="It recovered to 14 percent"]')
    page.wait_for_timeout(500)
    assert "It recovered to 14 percent" in page.get_attribute(".leaf img", "alt")
    assert page.get_attribute(".cite[aria-current]", "aria-label").startswith("Source 2")
    assert slow.asked == 2

    # A picture that comes late does not take the place of quotes.
    slow.let_go = threading.Semaphore(0)
    page.keyboard.press("p")
    eventually(lambda: slow.asked == 3)
    page.click(".evidence")
    page.wait_for_selector("#source .quote")
    slow.let_go.release(8)
    page.wait_for_timeout(800)
    assert page.locator("#source .quote").count() > 0 and page.locator("#source .leaf").count() == 0


def choose_quotes_only(page: Any) -> None:
    page.click("#settings > button")
    page.check("#quote-only input")
    page.check('#answer-length input[value="short"]')
    page.wait_for_function(f"localStorage.getItem('{KEPT}') === '[true,\"short\"]'")


def test_how_answers_are_wanted_outlives_a_reload(page: Any, url: str, fake: FakeAssistant) -> None:
    open_page(page, url)
    ask(page, BOTH)
    assert fake.options[-1] == AnswerOptions()
    choose_quotes_only(page)
    ask(page, BOTH)
    # In view, wherever the settings are; and no model is named that is not asked.
    page.wait_for_selector('.wanted:has-text("Quotes only: no model is asked")')
    assert not page.locator("#status .model").is_visible()
    page.reload()
    open_page(page, url)
    page.wait_for_selector('.wanted:has-text("Quotes only: no model is asked")')
    ask(page, BOTH)
    fake.held = held = threading.Semaphore(0)
    page.click('[data-talk-action="again"]')
    page.wait_for_selector('.exchange[aria-busy="true"]')
    fake.held = None
    held.release(5)
    eventually(lambda: len(fake.options) == 4)
    assert fake.options[1:] == [AnswerOptions(quote_only=True, length="short")] * 3
    # What holds is what the controls show, and they can be changed back.
    page.click("#settings > button")
    page.wait_for_selector("#quote-only input:checked")
    page.wait_for_selector('#answer-length input[value="short"]:checked')
    page.uncheck("#quote-only input")
    page.wait_for_selector('.wanted:has-text("Short answers")')
    assert page.locator("#status .model").is_visible()
    page.wait_for_selector('.exchange[aria-busy="false"]')
    ask(page, BOTH)
    assert fake.options[-1] == AnswerOptions(length="short")


def test_what_a_browser_kept_of_another_kind_does_no_harm(page: Any, url: str, fake: FakeAssistant) -> None:
    open_page(page, url)
    for kept in ("nonsense", "{}", "[1]", '[false,"endless"]'):
        page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [KEPT, kept])
        page.reload()
        page.wait_for_selector("body[data-loaded]")
    page.wait_for_selector("#status .state")
    ask(page, BOTH)
    assert fake.options[-1] == AnswerOptions()


def test_quotes_are_at_hand_while_the_answer_is_written(page: Any, url: str, fake: FakeAssistant) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    fake.held = held = threading.Semaphore(0)
    open_page(page, url)
    ask(page, BOTH, done=False)
    page.click('.exchange[aria-busy="true"] .evidence:has-text("quotes found")')
    page.wait_for_selector("#source .quote")
    assert page.locator("#source .quote >> nth=0").is_visible()
    assert page.locator('[data-talk-action="again"]').count() == 0
    fake.held = None
    held.release(5)


def test_figures_and_working_are_checked_while_the_answer_is_written(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.held = held = threading.Semaphore(2)
    open_page(page, url)
    ask(page, "What capacity was leased, and by how much more than before, at a guess?", done=False)
    page.wait_for_selector('.exchange[aria-busy="true"] .loose:has-text("9,999")')
    page.wait_for_selector('.exchange[aria-busy="true"] .caution:has-text("9,999")')
    held.release()
    page.wait_for_selector('.exchange[aria-busy="true"] .working:has-text("412 − 365 = 47")')
    page.click(".working .cite >> nth=0")
    page.wait_for_selector('#source mark:has-text("412 megawatts")')
    # Stopped, it stays what it was; it is so once more when it is read again.
    page.click("#stop")
    page.wait_for_selector('.exchange[data-status="stopped"] .loose')
    fake.held = None
    held.release(9)
    page.reload()
    page.wait_for_selector('.exchange[data-status="stopped"] .loose:has-text("9,999")')
    page.click(".working .cite >> nth=0")
    page.wait_for_selector('#source mark:has-text("412 megawatts")')


def test_ten_enters_ask_once_and_the_rest_is_told(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.held = held = threading.Semaphore(0)
    open_page(page, url)
    page.fill("#question textarea", BOTH)
    for _ in range(10):
        page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[aria-busy="true"]')
    page.wait_for_selector("#source .quote")
    assert page.locator(".exchange").count() == 1 and [asked[0] for asked in fake.asked] == [BOTH]
    eventually(lambda: page.input_value("#question textarea") == "")
    page.keyboard.type("And at what price?")
    page.keyboard.press("Enter")
    page.wait_for_selector('#question-told[role="status"]:has-text("Wait for the answer, or stop it.")')
    assert page.input_value("#question textarea") == "And at what price?"
    fake.held = None
    held.release(5)
    page.wait_for_selector('.exchange[aria-busy="false"]')
    eventually(lambda: page.inner_text("#question-told") == "")
    page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[aria-busy="false"] >> nth=1')
    assert [asked[0] for asked in fake.asked] == [BOTH, "And at what price?"]


@pytest.mark.slow
def test_ten_tabs_of_one_browser_ask_at_once(page: Any, url: str, fake: FakeAssistant) -> None:
    """A browser has six connections to a server, whatever it shows."""
    fake.held = held = threading.Semaphore(0)
    tabs = [page, *(page.context.new_page() for _ in range(9))]
    for tab in tabs:
        open_page(tab, url)
    for number, tab in enumerate(tabs):
        tab.fill("#question textarea", f"What capacity was leased in the year {number}?")
        tab.keyboard.press("Enter")
    for tab in tabs:
        tab.wait_for_selector('.exchange[aria-busy="true"]')
    tabs[0].click("#stop")
    tabs[0].wait_for_selector('.exchange[data-status="stopped"]')
    fake.held = None
    held.release(100)
    for number, tab in enumerate(tabs[1:], start=1):
        tab.wait_for_selector(f'.exchange[aria-busy="false"]:has-text("412 megawatts"):has-text("year {number}?")')


def test_an_answer_that_goes_on_is_shown_to_go_on(page: Any, url: str, fake: FakeAssistant) -> None:
    """One request fails, as when a laptop wakes; the answer's own connection holds."""
    fake.held = held = threading.Semaphore(1)
    open_page(page, url)
    ask(page, BOTH, done=False)
    page.wait_for_selector(".sentence")
    page.route("**/healthz", lambda route: route.abort())
    page.evaluate("() => fetch('/healthz').catch(() => {})")
    page.wait_for_selector("#connection", state="hidden")
    assert page.locator("#connection").count() == 1
    page.wait_for_selector('.exchange[aria-busy="true"] .progress:has-text("Writing")')
    assert page.locator("#stop").is_visible() and page.locator(".broken-off").count() == 0
    page.click("#stop")
    page.wait_for_selector('.exchange[data-status="stopped"]')
    fake.held = None
    held.release(5)


@pytest.mark.slow
def test_how_answers_are_wanted_outlives_the_server(page: Any, tmp_path: Any) -> None:
    with program(tmp_path) as (process, url):
        open_page(page, url)
        choose_quotes_only(page)
        page.evaluate("window.old = true")
        process.kill()
        process.wait()
        page.wait_for_selector("#connection:not([hidden])")
    with program(tmp_path, port=int(url.rsplit(":", 1)[1])):
        # Gradio loads a page anew by itself once a server answers it again.
        page.wait_for_function("!window.old", timeout=60_000)
        page.wait_for_selector("body[data-loaded]")
        page.wait_for_selector("#status .state")
        page.click("#settings > button")
        page.wait_for_selector("#quote-only input:checked")
