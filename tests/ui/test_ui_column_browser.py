"""The documents column, greetings, settings and ratings in a real Chromium, with an assistant in memory."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from test_ui_browser import ask, eventually, open_page, upload
from ui_fakes import Failed, FakeAssistant
from ui_server import running

from assistant.documents.options import ReadOptions, locked
from assistant.settings import Settings
from assistant.ui.app import build_app
from evals.sets import load_questions

pytestmark = pytest.mark.browser


def test_search_delete_undo_and_several_hundred_documents(page: Any, url: str, fake: FakeAssistant) -> None:
    for number in range(300):
        fake.put(f"filings/n{number:03}.pdf", "The reserve margin fell.", title=f"Grid note {number}", page_count=2)
    open_page(page, url)
    page.wait_for_selector("#documents li[data-document]")
    assert page.locator("#documents li[data-document]").count() == 60
    page.click("#documents .more")
    eventually(lambda: page.locator("#documents li[data-document]").count() == 120)
    page.fill("#finder input", "note 299")
    page.wait_for_selector('#documents .count:has-text("1 of 301 found")')
    page.click('[aria-label="Ask within filings/n299.pdf"]')
    page.wait_for_selector('#scope:has-text("1 chosen document")')
    # By keyboard: the focus goes from what was deleted to its undo, and back.
    page.focus('[aria-label="Delete filings/n299.pdf"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('.deleted:has-text("Deleted filings/n299.pdf")')
    eventually(lambda: "undo" in page.evaluate("document.activeElement.className"))
    assert "filings/n299.pdf" not in fake.texts
    page.wait_for_selector('#scope:has-text("all documents")')
    page.reload()
    page.wait_for_selector(".undo")
    page.focus(".undo")
    page.keyboard.press("Enter")
    page.wait_for_selector(".undo", state="detached")
    eventually(lambda: "filings/n299.pdf" in fake.texts)


def test_several_files_one_locked_and_a_failed_one(page: Any, url: str, fake: FakeAssistant) -> None:
    told = locked("secret.pdf", ReadOptions())
    fake.failed = [Failed("secret.pdf", str(told.args[0]), told.next_step, "/c/secret.pdf")]
    real, go_on = fake.add, threading.Event()

    def slow(paths: Any, **rest: Any) -> Any:
        rest["progress"]("embedding", 1, 4)
        go_on.wait(30)
        return real(paths, **rest)

    fake.add = slow  # type: ignore[method-assign]
    open_page(page, url)
    files = [("a.md", b"The depot at Varn holds 77 tanks."), ("vault.md", b"LOCKED sesame Gold."), ("x.exe", b"x")]
    page.set_input_files("#file-input", [{"name": n, "mimeType": "text/plain", "buffer": b} for n, b in files])
    page.wait_for_selector(".results .busy progress")
    # The page can be used meanwhile.
    ask(page, "What capacity was leased?")
    go_on.set()
    page.wait_for_selector('.results .good:has-text("a.md")')
    page.wait_for_selector('.results .bad:has-text(".exe is not a supported format")')
    page.fill(".results .locked input", "open-barley")
    page.keyboard.press("Enter")
    page.wait_for_selector('.results .locked:has-text("does not open it")')
    assert page.input_value(".results .locked input") == "" and "open-barley" not in page.content()
    page.fill(".results .locked input", "sesame")
    page.keyboard.press("Enter")
    page.wait_for_selector('.results .good:has-text("vault.md")')
    page.click(".failed-files summary")
    page.fill('[aria-label="Password of secret.pdf"]', "sesame")
    page.click('[aria-label="Open secret.pdf"]')
    page.wait_for_selector('#documents li[data-document="secret.pdf"]')
    assert page.locator("input[type=password]").count() == 0


def test_a_question_to_begin_with_is_asked_by_a_click(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.questions = ("How many megawatts were leased?", "What was the <b>average</b> rate?")
    open_page(page, url)
    page.wait_for_selector(".starter >> nth=1")
    assert page.inner_text(".starter >> nth=1") == "What was the <b>average</b> rate?"
    page.click(".starter >> nth=0")
    page.wait_for_selector('.exchange[aria-busy="false"]')
    assert fake.asked[0][0] == "How many megawatts were leased?" and page.input_value("#question textarea") == ""
    assert not page.locator(".starters").is_visible()


@pytest.mark.parametrize("size", [(1280, 420), (390, 420)])
def test_in_a_low_window_the_question_box_stays_in_view(
    page: Any, url: str, fake: FakeAssistant, size: tuple[int, int]
) -> None:
    fake.questions = tuple(f"What did the survey of {place} say of the harbour?" for place in ("Varn", "Tarn", "Lund"))
    from playwright.sync_api import expect

    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_page(page, url)
    page.wait_for_selector(".starter >> nth=2")
    for part in ("#question textarea", "#send"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    page.focus(".starter >> nth=2")
    expect(page.locator(".starter >> nth=2")).to_be_in_viewport(ratio=0.9)


def test_thumbs_become_cases_change_and_are_taken_back(page: Any, url: str, settings: Settings) -> None:
    file = settings.home / "feedback.jsonl"
    open_page(page, url)
    ask(page, "What capacity was leased?")
    page.click(".thumb.up")
    page.wait_for_selector('.thumb.up[aria-pressed="true"]')
    page.wait_for_selector('.rating-told:has-text("Kept as a test case in feedback.jsonl")')
    (case,) = load_questions(file)
    assert case.documents == ("leases.md",) and case.quotes[0].startswith("Harbour Compute leased 412")
    page.click(".thumb.down")
    page.wait_for_selector('.thumb.down[aria-pressed="true"]')
    assert page.evaluate("document.activeElement.id") == "right-answer"
    # Another question drawn meanwhile takes nothing away.
    page.fill("#right-answer", "365 megawatts")
    ask(page, "At what average rate?")
    assert page.input_value("#right-answer") == "365 megawatts"
    page.click(".rating-form [type=submit]")
    page.wait_for_selector(".rating-form", state="hidden")
    eventually(lambda: load_questions(file)[0].answers == ("365 megawatts",))
    assert page.get_attribute(".thumb.up >> nth=0", "aria-pressed") == "false"
    page.click(".thumb.down >> nth=0")
    eventually(lambda: file.read_bytes() == b"")
    page.wait_for_selector('.thumb.down[aria-pressed="true"]', state="detached")


def test_settings_hold_for_the_next_question_and_a_remote_model_is_said(
    page: Any, fake: FakeAssistant, settings: Settings
) -> None:
    remote = settings.model_copy(update={"chat_base_url": "https://api.example.com/v1", "chat_model": "far-model"})
    with running(build_app(fake, remote)) as url:
        open_page(page, url)
        page.wait_for_selector('.privacy:has-text("are sent to api.example.com")')
        ask(page, "What capacity was leased?")
        page.click("#settings button")
        page.check("#quote-only input")
        page.check('#answer-length input[value="long"]')
        page.wait_for_selector('.privacy:has-text("nothing is sent")')
        ask(page, "At what average rate?")
        assert [(each.quote_only, each.length) for each in fake.options if each] == [(False, "normal"), (True, "long")]
        assert "about 70 words" in page.inner_text("#answer-length")
        assert str(settings.home) in page.inner_text("#facts")


def test_the_column_on_a_narrow_screen(page: Any, url: str, fake: FakeAssistant, tmp_path: Path) -> None:
    fake.put("a/long-name-" + "x" * 120 + ".md", "Words.", title="T" * 200)
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, url)
    page.click("#views [data-view=documents]")
    upload(page, "b.md", b"Words.")
    page.wait_for_selector(".results .good")
    page.click("#settings button")
    page.wait_for_selector("#answer-length")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
