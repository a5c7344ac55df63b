"""Conversations in a real Chromium: kept over reloads and kills, listed, found, named, deleted, taken away."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from test_ui_browser import ask, eventually, open_page
from ui_fakes import FakeAssistant
from ui_server import program

pytestmark = pytest.mark.browser

CAPACITY = "What capacity was leased?"
BOTH = "What capacity was leased, at what average rate?"
ANSWERED = '.exchange[aria-busy="false"][data-status="answered"]'


def open_list(page: Any) -> None:
    page.click("#talks-open")
    page.wait_for_selector("#talks-list li")


def talk(page: Any) -> str:
    """The id of the conversation that is shown."""
    page.wait_for_url(re.compile("#conversation=[0-9a-f]{16}$"))
    return str(page.url)[-16:]


def focused(page: Any, attribute: str) -> Any:
    return page.evaluate("name => document.activeElement.getAttribute(name)", attribute)


@pytest.mark.slow
def test_an_answer_is_taken_up_again_after_a_reload_and_survives_a_kill(page: Any, tmp_path: Path) -> None:
    with program(tmp_path, pause_s=600.0) as (process, url):
        open_page(page, url)
        ask(page, CAPACITY, done=False)
        page.wait_for_selector("#source .quote")
        first = talk(page)
        page.reload()
        page.wait_for_selector('.exchange[aria-busy="true"]')
        page.wait_for_selector("#source .quote")
        assert talk(page) == first and page.locator("#stop").is_visible()
        # The page is left first: Gradio loads it anew by itself where another process answers again.
        page.goto("about:blank")
        process.kill()
        process.wait()
    port = int(url.rsplit(":", 1)[1])
    with program(tmp_path, port=port) as (process, url):
        page.goto(f"{url}/#conversation={first}")
        page.wait_for_selector('.exchange[aria-busy="false"]:has-text("Interrupted")')
        assert page.locator("#question textarea").is_enabled() and page.locator("#send").is_visible()
        page.click('[data-talk-action="again"]')
        page.wait_for_selector(f'{ANSWERED}:has-text("412 megawatts")')
        assert page.locator(".exchange").count() == 1
        # Under an open page: it goes on where it was, with what was said before.
        process.kill()
        process.wait()
        page.wait_for_selector("#connection:not([hidden])")
        page.evaluate("window.old = true")
    with program(tmp_path, port=port):
        # Gradio loads a page anew by itself once a server answers it again.
        page.wait_for_function("!window.old", timeout=60_000)
        page.wait_for_selector(f'{ANSWERED}:has-text("412 megawatts")')
        ask(page, "What was leased then?")
        assert talk(page) == first and page.locator(".exchange").count() == 2
        page.wait_for_selector(f"{ANSWERED} >> nth=1")


def test_the_answer_goes_on_while_the_page_is_elsewhere(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.held = held = threading.Semaphore(1)
    open_page(page, url)
    ask(page, BOTH, done=False)
    page.wait_for_selector(".sentence")
    first = talk(page)
    page.click("#new-conversation")
    page.wait_for_selector(".exchange", state="detached")
    assert page.locator("#greeting").is_visible() and page.locator("#send").is_visible()
    assert page.locator("#source .quote").count() == 0
    fake.held = None
    ask(page, "Is it unclear whether the grid can serve it?")
    assert "412 megawatts" not in page.inner_text("#conversation")
    held.release(5)
    page.go_back()
    page.wait_for_selector(f'{ANSWERED}:has-text("412 megawatts")')
    assert talk(page) == first and page.locator(".sentence").count() == 2


def test_conversations_are_found_named_deleted_and_restored_by_keyboard(page: Any, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    open_page(page, url)
    ask(page, CAPACITY)
    first = talk(page)
    page.focus("#new-conversation")
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange", state="detached")
    ask(page, "Is it unclear whether the grid can serve it?")
    second = talk(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.focus("#talks-open")
    page.keyboard.press("Enter")
    page.wait_for_selector("#talks-list li >> nth=1")
    eventually(lambda: page.evaluate("document.activeElement.id") == "talks-search")
    assert page.get_attribute("#talks-open", "aria-expanded") == "true"
    page.keyboard.type("412 megaw")
    page.wait_for_selector('.talk-found:has-text("412 megawatts")')
    assert page.locator("#talks-list li").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page, "data-talk-action") == "rename"
    page.keyboard.press("Enter")
    page.wait_for_selector("#talk-naming[open]")
    page.keyboard.type("Leases of the harbour")
    page.keyboard.press("Enter")
    page.wait_for_selector('#talks-list strong:has-text("Leases of the harbour")')
    eventually(lambda: focused(page, "data-talk-action") == "rename")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.gone[data-talk="{first}"]')
    eventually(lambda: focused(page, "data-talk-action") == "restore")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'#talks-list a[href="#conversation={first}"]')
    eventually(lambda: focused(page, "href") == f"#conversation={first}")
    page.keyboard.press("Enter")
    page.wait_for_selector('.talk-heading h2:has-text("Leases of the harbour")')
    page.wait_for_selector(f'{ANSWERED}:has-text("412 megawatts")')
    assert talk(page) == first and not page.locator("#talks").is_visible()

    # The one that is shown: the page goes on with a new one, and undoing brings it back.
    open_list(page)
    page.fill("#talks-search", "")
    page.click(f'[data-talk="{first}"] [data-talk-action="delete"]')
    page.wait_for_selector(".exchange", state="detached")
    page.click(f'.gone[data-talk="{first}"] [data-talk-action="restore"]')
    page.wait_for_selector(f'{ANSWERED}:has-text("412 megawatts")')
    page.keyboard.press("Escape")
    assert talk(page) == first and not page.locator("#talks").is_visible()
    page.goto(f"{url}/#conversation={second}")
    page.wait_for_selector('.exchange:has-text("unclear whether the grid")')


def test_a_conversation_is_taken_away_as_markdown_and_json(page: Any, url: str) -> None:
    open_page(page, url)
    ask(page, BOTH)
    with page.expect_download() as waiting:
        page.click(".talk-export a >> nth=0")
    download = waiting.value
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d What capacity was leased, at what average rate\.md", download.suggested_filename
    )
    markdown = download.path().read_text(encoding="utf-8")
    marks = re.findall(r"\[\^(\d+)\](?!:)", markdown)
    notes = dict(re.findall(r"^\[\^(\d+)\]: “(.*)” ", markdown, re.MULTILINE))
    assert marks == ["1", "2"] == list(notes)
    assert notes["1"].startswith("Harbour Compute leased 412 megawatts")
    with page.expect_download() as waiting:
        page.click(".talk-export a >> nth=1")
    told = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    (exchange,) = told["exchanges"]
    assert exchange["question"] == BOTH and len(exchange["answer"]["citations"]) == 2
    assert page.locator(".exchange").count() == 1


def test_two_browsers_have_their_own_conversation_and_one_list(page: Any, contexts: Any, url: str) -> None:
    other = contexts().new_page()
    open_page(page, url)
    open_page(other, url)
    ask(page, CAPACITY)
    ask(other, "Is it unclear whether the grid can serve it?")
    assert talk(page) != talk(other)
    assert page.locator(".exchange").count() == other.locator(".exchange").count() == 1
    open_list(page)
    page.wait_for_selector('#talks-list strong:has-text("unclear whether the grid")')
    page.click('#talks-list a:has-text("unclear whether the grid")')
    page.wait_for_selector('.exchange:has-text("unclear whether the grid")')
    # The same conversation in both: what one asks appears in the other.
    ask(other, "What capacity was leased then?")
    page.wait_for_selector(f"{ANSWERED} >> nth=1")


def test_stop_retry_and_edit(page: Any, url: str, fake: FakeAssistant) -> None:
    open_page(page, url)
    ask(page, CAPACITY)
    fake.held = held = threading.Semaphore(1)
    ask(page, BOTH, done=False)
    page.wait_for_selector(".exchange >> nth=1 >> .sentence")
    page.click("#stop")
    page.wait_for_selector('.exchange[data-status="stopped"]')
    eventually(lambda: page.evaluate("document.activeElement.tagName") == "TEXTAREA")
    fake.held = None
    held.release(5)
    page.click('[data-talk-action="again"]')
    page.wait_for_selector(f"{ANSWERED} >> nth=1")
    assert page.locator(".exchange").count() == 2
    assert fake.asked[-1][0] == BOTH and fake.asked[-1][1][0].content == CAPACITY

    page.click('[data-talk-action="edit"]')
    assert page.evaluate("document.activeElement.value") == BOTH
    page.keyboard.press("Escape")
    assert page.locator(".talk-edit").count() == 0 and focused(page, "data-talk-action") == "edit"
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("refuse")
    page.keyboard.press("Enter")
    # What was answered before stays where another question has no answer.
    page.wait_for_selector(f'{ANSWERED} >> nth=1 >> .failure:has-text("The chat model does not answer")')
    assert page.locator(".exchange >> nth=1 >> .question").inner_text().endswith(BOTH)
    page.click('[data-talk-action="edit"]')
    page.keyboard.press("Control+A")
    page.keyboard.type("Is it unclear whether the grid can serve it?")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'{ANSWERED} >> nth=1 >> .question:has-text("unclear")')
    assert page.locator(".exchange").count() == 2
    assert fake.asked[-1][1][0].content == CAPACITY and len(fake.asked[-1][1]) == 2
    # What is chosen now is what is asked again, and that it was asked of others before is said.
    page.wait_for_selector(f"{ANSWERED} >> nth=1")
    page.click('[aria-label="Ask within leases.md"]')
    page.wait_for_selector('[aria-label="Ask within leases.md"][aria-checked="true"]')
    page.click('[data-talk-action="again"]')
    page.wait_for_selector(f'{ANSWERED} >> nth=1 >> .note:has-text("Asked of all documents before.")')
    assert fake.asked[-1][2] == ("leases.md",)
    ask(page, "And then?")
    assert len(fake.asked[-1][1]) == 4
