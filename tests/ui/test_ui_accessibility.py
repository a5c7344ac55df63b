"""axe-core on every main state of the page, light and dark, wide and narrow: no serious violation."""

from __future__ import annotations

import threading
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from test_ui_browser import ask, open_page
from test_ui_source_browser import MARGIN
from ui_fakes import Failed, FakeAssistant
from ui_server import program, running

from assistant.documents.options import ReadOptions, locked
from assistant.settings import Settings
from assistant.ui.app import build_app
from assistant.ui.startup import Startup

pytestmark = pytest.mark.browser

SCHEMES = ["light", pytest.param("dark", marks=pytest.mark.slow)]


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


class Looks:
    """Faults of a page by the states it was looked at in."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self.told: dict[str, list[str]] = {}

    def __call__(self, state: str) -> None:
        """Look at the page as it is now."""
        if found := faults(self._page):
            self.told[state] = found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_serious_violation_in_any_main_state(
    page: Any, library_url: str, library: FakeAssistant, scheme: str
) -> None:
    look = Looks(page)
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
    assert look.told == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_serious_violation_in_states_that_pass(
    page: Any, fake: FakeAssistant, settings: Settings, scheme: str
) -> None:
    look = Looks(page)
    texts, infos = dict(fake.texts), dict(fake.infos)
    fake.texts.clear()
    fake.infos.clear()
    remote = settings.model_copy(update={"chat_base_url": "https://api.example.com/v1", "chat_model": "far-model"})
    page.emulate_media(color_scheme=scheme)
    with running(build_app(fake, remote)) as url:
        open_page(page, url)
        page.wait_for_selector(".privacy.leaves")
        page.click("#settings > button")
        page.wait_for_selector("#quote-only input")
        look("no documents, a remote model, settings")
        reason = locked("secret.pdf", ReadOptions())
        fake.failed = [Failed("secret.pdf", str(reason.args[0]), reason.next_step), Failed("b.docx", "Bad", "Mend it.")]
        fake.questions = ("What capacity was leased?", "At what average rate?")
        fake.texts, fake.infos = texts, infos
        page.wait_for_selector(".starters")
        page.click("#documents summary")
        page.wait_for_selector("#documents .password")
        real, go_on = fake.add, threading.Event()

        def slow(paths: Any, **rest: Any) -> Any:
            rest["progress"]("embedding", 1, 4)
            go_on.wait(60)
            return real(paths, **rest)

        fake.add = slow  # type: ignore[method-assign]
        files = [("a.md", b"Words."), ("vault.md", b"LOCKED sesame Gold."), ("x.exe", b"x")]
        page.set_input_files("#file-input", [{"name": n, "mimeType": "text/plain", "buffer": b} for n, b in files])
        page.wait_for_selector(".results .busy progress")
        look("questions to begin with, failures, an upload under way")
        go_on.set()
        page.wait_for_selector(".results .password")
        ask(page, "What capacity was leased, and by how much more, at a guess? strike")
        page.click(".thumb.down")
        page.wait_for_selector(".rating-form:not([hidden])")
        look("a password asked for, figure marks, working, form for a rating")
        page.click('[data-talk-action="edit"]')
        page.click("#talks-open")
        page.click('[data-talk-action="rename"]')
        page.wait_for_selector("#talk-naming[open]")
        look("a name being given")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_selector("#talks", state="hidden")
        page.route("**/*", lambda route: route.abort())
        page.wait_for_selector("#connection:not([hidden])")
        look("a question being edited, a lost connection")
    assert look.told == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_serious_violation_where_something_is_missing(
    page: Any, fake: FakeAssistant, settings: Settings, scheme: str
) -> None:
    look = Looks(page)
    opened, go_on = threading.Event(), threading.Event()
    fake.put("filings/q2.md", "The reserve margin fell to 9 percent in March.", date="2023-08-03", tags=("read",))
    fake.on_open = lambda: opened.wait(60) and None

    def sync(progress: Any) -> None:
        progress("q3.md", 1, 4)
        go_on.wait(60)

    fake.on_sync = sync
    startup = Startup(fake, settings)
    page.emulate_media(color_scheme=scheme)
    with running(build_app(fake, settings, startup)) as url:
        startup.start()
        open_page(page, url)
        page.wait_for_selector('.state[data-phase="opening"]')
        look("opening")
        opened.set()
        page.wait_for_selector('.state[data-phase="indexing"]')
        page.wait_for_selector(".arriving")
        look("indexing")
        go_on.set()
        page.wait_for_selector('.state[data-phase="ready"]')

        fake.held = held = threading.Semaphore(1)
        ask(page, "What capacity was leased, at what average rate?", done=False)
        page.wait_for_selector(".sentence")
        page.click("#stop")
        page.wait_for_selector('.exchange[data-status="stopped"]')
        fake.held = None
        held.release(5)
        ask(page, "Is it to be found nowhere?")
        page.wait_for_selector('.badge:has-text("Not in the documents")')
        look("a stopped answer, and none")

        page.click('.chip[data-name="Year:2023"]')
        page.wait_for_selector('#scope:has-text("1 document: 2023")')
        page.click("#documents .tagging summary")
        page.click("#settings > button")
        page.check("#quote-only input")
        page.wait_for_selector(".wanted")
        look("documents narrowed, tags, quotes only")
        ask(page, "How far fell the reserve margin?")
        fake.take_out(["filings/q2.md"])
        page.wait_for_selector('#scope:has-text("no document")')
        page.click(".exchange >> nth=2 >> .cite >> nth=0")
        page.wait_for_selector("#source .failure")
        page.fill("#question textarea", "And then?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".refusal")
        look("a source that is gone, a question that is refused")

        page.set_viewport_size({"width": 390, "height": 844})
        page.click("#views [data-view=documents]")
        look("narrow, documents narrowed")
        page.click("#talks-open")
        page.wait_for_selector("#talks-list li")
        look("narrow, list of conversations")
        startup.close()
    assert look.told == {}


@pytest.mark.slow
def test_an_interrupted_answer(page: Any, tmp_path: Path) -> None:
    with program(tmp_path, pause_s=600.0) as (process, url):
        open_page(page, url)
        ask(page, "What capacity was leased?", done=False)
        page.wait_for_selector("#source .quote")
        process.kill()
        page.wait_for_selector("#connection:not([hidden])")
        page.goto("about:blank")
    with program(tmp_path, port=int(url.rsplit(":", 1)[1])):
        open_page(page, url)
        page.click("#talks-open")
        page.click("#talks-list a")
        page.wait_for_selector('.exchange:has-text("Interrupted")')
        assert faults(page) == []


def test_a_fault_would_be_found(page: Any, library_url: str) -> None:
    open_page(page, library_url)
    page.evaluate("document.querySelector('#send').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('#send').textContent = ''")
    page.evaluate("document.querySelector('#brand h1').style.color = '#eee'")
    found = " ".join(faults(page))
    assert "button-name" in found and "color-contrast" in found
