"""Sources in a real Chromium: pages, rows and text with the cited words in view, from citation to citation by key."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pdfs import make_scan
from source_parts import citing
from test_ui_browser import ask, eventually, open_page
from ui_fakes import FakeAssistant
from ui_server import running

from assistant.facade import Assistant
from assistant.fetching import Page as Fetched
from assistant.ui.app import build_app

pytestmark = pytest.mark.browser

MARGIN = "How far fell the reserve margin in March, and to what percent had it recovered by June?"


def in_view(page: Any, selector: str) -> bool:
    """Whether an element can be seen within the source panel, below what sticks to its top."""
    script = """selector => {
        const inner = document.querySelector(selector)?.getBoundingClientRect();
        const outer = document.querySelector("#source").getBoundingClientRect();
        const head = document.querySelector("#source .source-head").getBoundingClientRect();
        return Boolean(inner) && inner.height > 0 && inner.top >= head.bottom && inner.bottom <= outer.bottom
            && inner.left >= outer.left && inner.right <= outer.right;
    }"""
    return bool(page.evaluate(script, selector))


def focused(page: Any) -> str:
    return str(page.evaluate("(document.activeElement.id || document.activeElement.className)"))


def test_a_pdf_by_mouse_and_by_key(page: Any, library_url: str, library: FakeAssistant, work: Path) -> None:
    open_page(page, library_url)
    assert not page.locator(".steps").is_visible() and not page.locator(".back").is_visible()
    ask(page, MARGIN)
    page.click(".cite >> nth=0")
    page.wait_for_selector(".leaf img")
    eventually(lambda: in_view(page, ".leaf .box"))
    eventually(lambda: bool(page.evaluate("document.querySelector('.leaf img').naturalWidth > 900")))
    assert "The reserve margin fell to 9 percent" in page.get_attribute(".leaf img", "alt")
    assert page.inner_text(".position") == "1 of 2" and focused(page) == "source"
    assert page.get_attribute(".cite >> nth=0", "aria-current") == "true"

    # To the next citation and back, by key and by button; the box goes with it.
    first = page.locator(".leaf .box").bounding_box()
    page.keyboard.press("n")
    page.wait_for_selector('.leaf img[alt*="It recovered to 14 percent"]')
    assert page.inner_text(".position") == "2 of 2" and page.locator(".step >> nth=1").is_disabled()
    assert page.locator(".leaf .box").bounding_box() != first
    assert page.get_attribute(".cite >> nth=1", "aria-current") == "true"
    page.keyboard.press("n")
    page.keyboard.press("k")
    page.wait_for_selector('.leaf img[alt*="The reserve margin fell"]')
    page.click(".step >> nth=1")
    page.wait_for_selector('.leaf img[alt*="It recovered to 14 percent"]')
    assert page.inner_text(".position") == "2 of 2"
    # In the question box letters are letters.
    page.fill("#question textarea", "")
    page.focus("#question textarea")
    page.keyboard.type("pkjn")
    assert page.input_value("#question textarea") == "pkjn" and page.inner_text(".position") == "2 of 2"

    # Pages around it, larger, and as text; the focus stays on what was pressed.
    page.focus("[data-turn=after]")
    page.keyboard.press("Enter")
    page.wait_for_selector('.page-number:has-text("Page 4 of 4")')
    assert page.locator(".box").count() == 0 and page.locator("[data-turn=after]").is_disabled()
    page.click("[data-turn=cited]")
    page.wait_for_selector(".leaf .box")
    page.click("[data-turn=before]")
    page.wait_for_selector('.page-number:has-text("Page 2 of 4")')
    eventually(lambda: "turn" in focused(page))
    page.click("[data-turn=cited]")
    page.wait_for_selector(".leaf .box")
    width = page.locator(".leaf").bounding_box()["width"]
    page.click(".enlarge")
    assert page.locator(".leaf").bounding_box()["width"] > 1.9 * width
    eventually(lambda: in_view(page, ".leaf .box"))
    page.focus('[data-show="text"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('.document-text mark:has-text("It recovered")')
    assert in_view(page, "#source mark")
    eventually(lambda: page.evaluate("document.activeElement.dataset.show") == "text")
    # What was chosen stays chosen.
    page.keyboard.press("p")
    page.wait_for_selector('.document-text mark:has-text("The reserve margin")')

    with page.expect_download() as download:
        page.click(".file-link")
    assert Path(download.value.path()).read_bytes() == (work / "files" / "grid.pdf").read_bytes()
    assert download.value.suggested_filename == "grid.pdf"
    page.focus("#source")
    page.keyboard.press("Escape")
    assert focused(page) == "cite" and page.get_attribute(":focus", "aria-current") == "true"


def test_quotes_rows_and_what_cannot_be_shown(page: Any, library_url: str, work: Path) -> None:
    open_page(page, library_url)
    ask(page, "Which output has the Lindholm plant in Sweden?")
    # A key alone opens the first citation of the answer at hand.
    page.focus("#conversation")
    page.keyboard.press("j")
    page.wait_for_selector("#source .sheet")
    assert page.inner_text(".sheet .cited").split() == ["Cited:", "Lindholm", "Sweden", "412", "2004"]
    assert page.locator(".sheet th[scope=col]").all_inner_texts() == ["plant", "country", "output MW", "opened"]
    assert page.locator(".sheet .cited mark").count() == 3 and in_view(page, ".sheet .cited mark")
    assert page.get_attribute(".cite >> nth=0", "aria-current") == "true"

    # The quotes lead to their places and back to their list.
    page.click(".evidence")
    page.wait_for_selector("#source .quote")
    assert not page.locator(".steps").is_visible()
    page.click("#source .quote >> nth=1")
    page.wait_for_selector(".source-view")
    assert page.inner_text(".position").startswith("2 of ")
    page.click(".back")
    page.wait_for_selector("#source .quote")
    eventually(lambda: focused(page) == "source")

    # Without its file a PDF is text, and says why.
    ask(page, MARGIN)
    (work / "files" / "grid.pdf").unlink()
    page.click(".exchange >> nth=1 >> .cite >> nth=0")
    page.wait_for_selector('#source .caution:has-text("no longer where it was")')
    assert in_view(page, "#source mark") and page.locator(".file-link").count() == 0


def test_a_document_that_has_changed_since_is_said_to_have(
    page: Any, library_url: str, library: FakeAssistant, real: Assistant, work: Path
) -> None:
    memo = work / "files" / "memo.md"
    question = "How many fuel tanks has the depot at Varn?"

    def become(text: str) -> None:
        memo.write_text(text, encoding="utf-8")
        real.add([memo])
        library.put("memo.md", real.text("memo.md"), title="Depot memo", source=str(memo))

    open_page(page, library_url)
    ask(page, question)
    become("# Depot memo\n\nThis line is new.\n\nThe depot at Varn holds 77 fuel tanks.\n")
    page.click(".cite >> nth=0")
    page.wait_for_selector('#source .caution:has-text("the words have moved")')
    assert page.inner_text("#source mark") == "The depot at Varn holds 77 fuel tanks." and in_view(page, "#source mark")
    become("# Depot memo\n\nThe depot at Varn holds 80 fuel tanks.\n")
    page.click(".cite >> nth=0")
    page.wait_for_selector('#source .caution:has-text("no longer in it")')
    assert page.inner_text("#source blockquote") == "The depot at Varn holds 77 fuel tanks."
    assert page.locator("#source mark").count() == 0


def test_a_page_that_was_fetched_is_shown_as_it_was_then(page: Any, real: Assistant) -> None:
    address = "https://example.com/review"
    body = b"<html><head><title>Lease review</title></head><body><article><h1>Lease review</h1>" + (
        b"<p>Harbour Compute leased 412 megawatts of capacity in the second quarter, more than before.</p>" * 2
    )
    real.add([Fetched(address=address, name="example.com/review.html", data=body)])
    with running(build_app(citing(real), real.settings)) as url:
        open_page(page, url)
        ask(page, "What capacity was leased?")
        page.click(".cite >> nth=0")
        page.wait_for_selector('#source mark:has-text("412 megawatts")')
        assert page.inner_text("#source .origin") == f"From {address}" and page.locator("#source a").count() == 0


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_a_page_that_was_scanned_is_shown_as_the_text_it_was_read_as(page: Any, real: Assistant, work: Path) -> None:
    words = ["Harbour Compute leased 412 megawatts of capacity", "in the second quarter."]
    scan = work / "scan.pdf"
    scan.write_bytes(make_scan([["A typed page."], ["Another typed page."], words], pictures=[3]))
    real.add([scan])
    with running(build_app(citing(real), real.settings)) as url:
        open_page(page, url)
        ask(page, "What capacity was leased?")
        page.click(".cite >> nth=0")
        page.wait_for_selector('#source .caution:has-text("read by OCR")')
        assert "412 megawatts" in page.inner_text("#source mark")
        page.click('[data-show="page"]')
        page.wait_for_selector(".leaf img")


def test_narrow_a_source_covers_the_page_and_leads_back(page: Any, library_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, library_url)
    ask(page, MARGIN)
    page.click(".cite >> nth=1")
    page.wait_for_selector(".leaf .box")
    eventually(lambda: in_view(page, ".leaf .box"))
    assert not page.locator("#conversation-panel").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".steps").is_visible() and page.inner_text(".position") == "2 of 2"
    page.click(".back")
    assert page.locator("#conversation-panel").is_visible()
    assert focused(page) == "cite" and page.inner_text(":focus").strip("[]") == "2"


def test_by_keyboard_alone(page: Any, library_url: str) -> None:
    open_page(page, library_url)
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    page.keyboard.press("Tab")
    assert focused(page) == "skip-link" and page.locator(".skip-link").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type(MARGIN)
    page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[aria-busy="false"]')
    regions = []
    page.focus("#new-conversation")
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate("""() => {
            const style = getComputedStyle(document.activeElement);
            const part = document.activeElement.closest("#documents-panel, #conversation-panel, #source-panel");
            return [part?.id, style.outlineStyle !== "none" || style.boxShadow !== "none"
                || Boolean(document.activeElement.closest("#question, .drop")), document.activeElement.outerHTML];
        }""")
        if seen[0] is None:
            break
        assert seen[1], f"no visible focus: {seen[2][:120]}"
        regions.append(seen[0])
    # Left, middle, right.
    assert regions == sorted(regions, key=["documents-panel", "conversation-panel", "source-panel"].index)
    assert set(regions) == {"documents-panel", "conversation-panel", "source-panel"}


def test_the_quotes_stand_soon_after_enter(page: Any, library_url: str) -> None:
    """How soon depends on the machine and is told, not asserted."""
    open_page(page, library_url)
    page.fill("#question textarea", MARGIN)
    page.evaluate("""() => {
        const began = { at: 0 };
        document.addEventListener("keydown", (event) => {
            if (event.key === "Enter") began.at = performance.now();
        }, true);
        new MutationObserver(() => {
            if (document.querySelector("#source .quote") && !window.quotesAfter)
                window.quotesAfter = performance.now() - began.at;
        }).observe(document.body, { childList: true, subtree: true });
    }""")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source .quote")
    print(f"quotes {page.evaluate('window.quotesAfter'):.0f} ms after Enter")
