"""The whole path with nothing in it scripted: the command, the page, the models, a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatting import chatting

ROOT = Path(__file__).resolve().parents[2]
UPLOAD = (
    "# Tarn Valley Water, full year\n\nTarn Valley Water repaired 218 kilometres of pipe. "
    "Its chair, Odile Marchetti, announced that leakage fell by 14 percent.\n"
)

pytestmark = [pytest.mark.models, pytest.mark.browser, pytest.mark.timeout(1200)]


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[str]:
    """The chat on a copy of the corpus, in a home of its own; gives its address."""
    corpus = tmp_path / "corpus"
    shutil.copytree(ROOT / "corpus", corpus)
    with chatting(corpus, tmp_path / "chat.log") as address:
        yield address


def ask(page: Any, question: str) -> Any:
    count = page.locator(".exchange").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.exchange[aria-busy="false"] >> nth={count}', timeout=240_000)
    return page.locator(f".exchange >> nth={count}")


def test_ask_check_and_add_with_the_real_models(page: Any, chat: str, tmp_path: Path) -> None:
    page.goto(chat)
    page.wait_for_selector("body[data-loaded]")
    page.wait_for_selector('li[data-document="bofa-meta-compute.md"]')

    answer = ask(page, "What is BofA's target price for Meta?")
    assert "$835" in answer.inner_text()
    answer.locator(".cite").first.click()
    page.wait_for_selector("#source mark")
    assert "$835" in page.inner_text("#source mark")
    page.screenshot(path=tmp_path / "answer.png")

    refused = ask(page, "What dividend does Vodafone pay?")
    assert refused.get_attribute("data-status") == "not_found"

    page.set_input_files(
        "#file-input", [{"name": "tarn-valley.md", "mimeType": "text/markdown", "buffer": UPLOAD.encode()}]
    )
    page.wait_for_selector('li[data-document="tarn-valley.md"]', timeout=120_000)
    added = ask(page, "How many kilometres of pipe did Tarn Valley Water repair?")
    assert "218" in added.inner_text()
    added.locator(".cite").first.click()
    page.wait_for_selector('#source mark:has-text("218 kilometres")')
    page.screenshot(path=tmp_path / "upload.png")
