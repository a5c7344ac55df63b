"""A running page on a free port, and a Chromium that can reach nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from source_parts import Make, fill
from ui_fakes import LEASES, FakeAssistant
from ui_server import running

from assistant.feedback.file import FeedbackFile
from assistant.settings import Settings
from assistant.ui.app import build_app
from assistant.ui.ratings import Ratings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from assistant.facade import Assistant

CHROMIUM = "/usr/bin/chromium"
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

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab. Fails the test if the page reached beyond loopback or broke a rule of its policy."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    strays: list[str] = []
    refused: list[str] = []

    def on_request(request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            strays.append(request.url)

    def on_console(message: Any) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    page.on("request", on_request)
    page.on("console", on_console)
    yield page
    context.close()
    assert strays == []
    assert refused == []


@pytest.fixture
def ratings(tmp_path: Path) -> Ratings:
    return Ratings(FeedbackFile(tmp_path / "feedback.jsonl"))
