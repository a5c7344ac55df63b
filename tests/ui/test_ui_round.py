"""A folder of one file of each format: uploaded, asked, changed, asked again and deleted, in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chatting import chatting
from round_files import CHAT_MODELS, SAMPLES, Sample, write_folder

pytestmark = [pytest.mark.embedding, pytest.mark.browser, pytest.mark.timeout(1200)]

#: Milliseconds that a chat model may take on a slow machine.
PATIENCE = 240_000


def upload(page: Any, folder: Path, told: str) -> None:
    """Choose all files of a folder at once, and wait until each is told to be in."""
    page.set_input_files("#file-input", [folder / sample.name for sample in SAMPLES])
    for sample in SAMPLES:
        page.wait_for_selector(f'.results .good:has-text("{sample.name}"):has-text("{told}")', timeout=PATIENCE)
    page.click(".dismiss")


def ask(page: Any, sample: Sample) -> Any:
    count = page.locator(".exchange").count()
    page.fill("#question textarea", sample.story.question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.exchange[aria-busy="false"] >> nth={count}', timeout=PATIENCE)
    return page.locator(f".exchange >> nth={count}")


def said(exchange: Any) -> str:
    """An answer's sentences, without what stands beneath them: its seconds hold figures too."""
    return " ".join(exchange.locator(".sentence").all_inner_texts())


def wrong(page: Any, sample: Sample, number: int) -> str | None:
    """What is wrong with the answer to a file's question and with what its citation leads to, None if nothing."""
    figure, other = sample.story.figures[number], sample.story.figures[1 - number]
    exchange = ask(page, sample)
    answer = said(exchange)
    if exchange.get_attribute("data-status") != "answered" or figure not in answer or other in answer:
        return f"{sample.name}: {exchange.inner_text()}"
    exchange.locator(".cite").first.click()
    page.wait_for_selector(f'#source .kicker:has-text("{sample.document}")')
    # Rows and text are marked; a page is a picture with a box around the words that its description tells.
    page.wait_for_selector("#source :is(mark, .leaf .box)")
    head = page.inner_text("#source .source-head")
    words = page.locator("#source mark").all_inner_texts()
    words += [image.get_attribute("alt") for image in page.locator("#source .leaf img").all()]
    marked = " ".join(words)
    place, heading = sample.place(number)
    if figure in marked and (not place or f"page {place}" in head) and (not heading or heading in head):
        return None
    return f"{sample.name}: {head}, {marked}"


def delete(page: Any, sample: Sample) -> None:
    """Delete what came from a file: its document, or all those of an archive."""
    rows = page.locator(f'li[data-document="{sample.name}"], li[data-document^="{sample.name}/"]')
    for left in range(rows.count(), 0, -1):
        rows.first.locator(".delete").click()
        rows.nth(left - 1).wait_for(state="detached")


@pytest.mark.slow
@pytest.mark.parametrize("chat_model", CHAT_MODELS)
def test_the_round(page: Any, tmp_path: Path, chat_model: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    with chatting(corpus, tmp_path / "chat.log", ASSISTANT_CHAT_MODEL=chat_model) as url:
        page.goto(url)
        page.wait_for_selector("body[data-loaded]")
        for number, told in enumerate(("Added", "Updated")):
            folder = tmp_path / told
            write_folder(folder, number)
            upload(page, folder, told)
            assert [what for sample in SAMPLES if (what := wrong(page, sample, number))] == []
            page.screenshot(path=tmp_path / f"{told}.png")
            page.click("#new-conversation")
            page.wait_for_selector(".exchange", state="detached")
        kept = []
        for sample in SAMPLES:
            delete(page, sample)
            exchange = ask(page, sample)
            if exchange.get_attribute("data-status") == "answered" or sample.story.figures[1] in said(exchange):
                kept.append(exchange.inner_text())
        assert kept == []
        assert page.locator("li[data-document]").count() == 0
        page.screenshot(path=tmp_path / "deleted.png")
