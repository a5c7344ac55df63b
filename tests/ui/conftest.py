"""A running page on a free port, a Chromium that can reach nothing else, and a tab that needs neither."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsers import chromium_path
from source_parts import Make, fill
from tabs import House, Tab
from ui_fakes import LEASES, FakeAssistant
from ui_server import running

from assistant.feedback.file import FeedbackFile
from assistant.settings import Settings
from assistant.ui.app import build_app
from assistant.ui.documents import Documents
from assistant.ui.ratings import Ratings
from assistant.ui.startup import Startup

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from assistant.facade import Assistant

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", corpus=tmp_path / "corpus", max_file_mb=1)


@pytest.fixture
def fake() -> FakeAssistant:
    assistant = FakeAssistant()
    assistant.put("leases.md", LEASES, title="Harbour Compute, lease review", date="2026-04-30")
    return assistant


@pytest.fixture
def url(fake: FakeAssistant, settings: Settings) -> Iterator[str]:
    with running(build_app(fake, settings)) as address:
        yield address


@pytest.fixture
def startup(fake: FakeAssistant, settings: Settings) -> Startup:
    """That of an assistant which is ready."""
    return Startup.finished(fake, settings)


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    """The folder in which Gradio stores what arrives, empty."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


@pytest.fixture
def column(fake: FakeAssistant, settings: Settings, startup: Startup, incoming: Path) -> Documents:
    """The documents column, without a page."""
    return Documents(fake, settings, startup, incoming)


@pytest.fixture
def house(fake: FakeAssistant, settings: Settings, startup: Startup) -> House:
    return House(fake, startup, settings.home)


@pytest.fixture
def tab(house: House) -> Tab:
    return Tab(house)


@pytest.fixture
def real(make_assistant: Make) -> Assistant:
    """A real assistant without a chat model, on the fake embedder."""
    return make_assistant()


@pytest.fixture
def library(real: Assistant, work: Path) -> FakeAssistant:
    """One that cites the documents of `real`, whose files lie in `work / "files"`."""
    return fill(real, work / "files")


@pytest.fixture
def library_url(library: FakeAssistant, real: Assistant) -> Iterator[str]:
    with running(build_app(library, real.settings)) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    found = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, headless=True, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


class Contexts:
    """Makes contexts of a browser in which every page, the popups too, is watched.

    `strays` are requests beyond loopback, `refused` what the content policy turned down.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._made: list[BrowserContext] = []
        self.strays: list[str] = []
        self.refused: list[str] = []

    def __call__(self, **options: Any) -> BrowserContext:
        """A fresh context, closed when the test is over; options are those of `Browser.new_context`."""
        context = self._browser.new_context(**options)
        context.set_default_timeout(30_000)
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        self._made.append(context)
        return context

    def close(self) -> None:
        for context in self._made:
            context.close()

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.strays.append(request.url)

    def _on_console(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.refused.append(message.text)


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Contexts]:
    """Contexts of a browser. Fails the test if one of them reached beyond loopback or broke a rule of its policy."""
    contexts = Contexts(browser)
    yield contexts
    contexts.close()
    assert contexts.strays == []
    assert contexts.refused == []


@pytest.fixture
def page(contexts: Contexts) -> Page:
    """A fresh tab in a context of its own."""
    return contexts(viewport={"width": 1440, "height": 900}).new_page()


@pytest.fixture
def ratings(tmp_path: Path) -> Ratings:
    return Ratings(FeedbackFile(tmp_path / "feedback.jsonl"))
