"""Takes the pictures of the documentation: `make pictures`. The app and its documents are real, its answers scripted,
but for the first picture of README, in which the real model answers of the note in `corpus/`.

It is no test: pytest runs it only where it is named, and lends it the fixtures of the browser tests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chatting import chatting
from pdfs import make_pdf
from source_parts import citing
from test_ui_browser import ask, eventually, open_page
from ui_fakes import LEASES, FakeAssistant
from ui_server import running

from assistant.facade import Assistant
from assistant.models.catalog import CHAT_MODELS
from assistant.settings import Settings
from assistant.ui.app import build_app

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

IMAGES = Path(__file__).parents[2] / "docs" / "images"
#: A picture that is larger is not for a page of documentation.
MOST_BYTES = 300_000
REPORT = [
    [
        [(60, "Harrow Grid Company: annual report 2025")],
        "",
        "Harrow Grid carries electricity from eleven power stations to 2.1 million homes in the north of the country.",
        "The year was the first under the new transmission tariff, which the regulator set for five years.",
    ],
    ["To our shareholders", "", "It was a cold spring and a long year for those who keep the lines up; we thank them."],
    [
        "Operations",
        "",
        "Demand reached its highest level since the network was joined, in the second week of a cold March.",
        "The reserve margin fell to 9 percent in March, the lowest since 2011.",
        "It recovered to 14 percent by June as the Tarn units returned.",
        "Two lines to the coast were out of service for repairs that took eleven weeks longer than planned.",
        "No customer was disconnected for want of power; planned interruptions lasted 41 minutes on average.",
        "",
        "Revenue by segment, in millions",
        "",
        [(60, "Segment"), (300, "2024"), (400, "2025")],
        [(60, "Transmission revenue"), (300, "1,204"), (400, "1,377")],
        [(60, "Distribution revenue"), (300, "2,310"), (400, "2,298")],
        "",
        "Transmission gained from the tariff; distribution lost a little to rooftop generation in the valleys.",
        "Spending on the second line to Lindholm is counted here as it is paid, not as it is agreed.",
    ],
]  # fmt: skip
MEMO = "# " + LEASES.replace("Summary\n", "## Summary\n\n").replace("Outlook\n", "## Outlook\n\n")
MARGIN = "How far fell the reserve margin in March, and to what percent had it recovered by June?"
#: Its words make the scripted answer work something out, guess a figure, and say what nothing supports.
WORKED = "What capacity was leased, by how much more than before, by whose guess, and was there ever a strike?"
REVENUE = "Transmission revenue 2024 and Distribution revenue?"
CORPUS = Path(__file__).parents[2] / "corpus"
#: Of the note in `corpus/`: one that it answers, one that takes a sum, and one that it does not answer.
OF_THE_NOTE = (
    "What would a gigawatt of computing power lease for in a year?",
    "What would leasing all 3 GW bring in a year?",
    "How many employees does Meta have?",
)


def take(page: Any, name: str) -> None:
    """Write the page as it is to `docs/images`, without a blinking caret."""
    path = IMAGES / name
    page.screenshot(path=path, caret="hide", animations="disabled")
    assert path.stat().st_size < MOST_BYTES


@pytest.fixture
def shelf(real: Assistant, work: Path) -> FakeAssistant:
    folder = work / "shelf"
    folder.mkdir()
    (folder / "harrow-grid-2025.pdf").write_bytes(make_pdf(REPORT, title="Harrow Grid, annual report 2025"))
    (folder / "leases.md").write_text(MEMO, encoding="utf-8")
    (folder / "depot.md").write_text("# Depot memo\n\nThe depot at Varn holds 77 fuel tanks.\n", encoding="utf-8")
    real.add(sorted(folder.iterdir()))
    return citing(real)


@pytest.fixture
def shelf_url(shelf: FakeAssistant, settings: Settings) -> Any:
    with running(build_app(shelf, settings.model_copy(update={"max_file_mb": 40}))) as address:
        yield address


def held_up(fake: FakeAssistant, go_on: threading.Event) -> Callable[..., Any]:
    """Adding that stands still half way."""
    add = fake.add

    def slow(paths: Any, **rest: Any) -> Any:
        rest["progress"]("embedding", 2, 5)
        go_on.wait(60)
        return add(paths, **rest)

    return slow


def test_take_the_pictures_of_the_first_minute(page: Any, settings: Settings) -> None:
    fake = FakeAssistant()
    corpus = settings.model_copy(update={"corpus": Path("corpus"), "max_file_mb": 40})
    page.set_viewport_size({"width": 1100, "height": 560})
    with running(build_app(fake, corpus)) as url:
        open_page(page, url)
        page.wait_for_selector('#greeting:has-text("Add a document")')
        take(page, "empty.png")
        fake.questions = (
            "How many megawatts did Harbour Compute lease?",
            "By how much more than a year before?",
            "What was the average rate?",
            "Where is a second campus planned?",
        )
        fake.put("leases.md", LEASES, date="2026-04-30", size=356)
        page.set_viewport_size({"width": 1100, "height": 700})
        page.wait_for_selector(".starter >> nth=3")
        take(page, "starters.png")


def test_take_the_picture_of_what_is_asked_within(page: Any, settings: Settings) -> None:
    fake = FakeAssistant()
    for year in (2022, 2023):
        for quarter, month in ((1, "04-28"), (2, "07-28"), (3, "10-27")):
            name, title = f"filings/{year}-q{quarter}.pdf", f"Harrow Grid, quarter {quarter} of {year}"
            fake.put(name, "The reserve margin fell.", title=title, date=f"{year}-{month}", page_count=41, size=812_000)
    fake.put("notes/tarn.md", "The Tarn units returned.", title="Visit to Tarn", size=4_100)
    fake.tag(["filings/2023-q2.pdf", "notes/tarn.md"], add=["to check"])
    with running(build_app(fake, settings.model_copy(update={"max_file_mb": 40}))) as url:
        page.set_viewport_size({"width": 1100, "height": 760})
        open_page(page, url)
        page.click("#settings > button")
        page.check('#answer-length input[value="short"]')
        page.wait_for_selector('.wanted:has-text("Short answers")')
        page.click("#settings > button")
        page.click('.chip[data-name="Folder:filings"]')
        page.wait_for_selector('#scope:has-text("filings")')
        page.click('.chip[data-name="Year:2023"]')
        page.wait_for_selector('#scope:has-text("2023")')
        page.fill('.day[data-action="since"] input', "2023-06")
        page.keyboard.press("Enter")
        page.wait_for_selector('#scope:has-text("2 documents: filings, 2023, from 2023-06")')
        page.click(".tagging summary")
        page.wait_for_selector(".tagging .chip")
        page.mouse.move(0, 0)
        take(page, "within.png")


@pytest.mark.models
@pytest.mark.timeout(1200)
def test_take_the_picture_of_real_answers(page: Any, tmp_path: Path) -> None:
    with chatting(CORPUS, tmp_path / "chat.log", ASSISTANT_CHAT_MODEL=next(iter(CHAT_MODELS))) as url:
        open_page(page, url)
        page.set_default_timeout(300_000)
        for question in OF_THE_NOTE:
            ask(page, question)
        page.click(".exchange >> nth=0 >> .cite >> nth=0")
        page.wait_for_selector("#source mark")
        assert [each.get_attribute("data-status") for each in page.locator(".exchange").all()] == [
            "answered", "answered", "not_found",
        ]  # fmt: skip
        page.evaluate("document.querySelector('#conversation').scrollTop = 0")
        page.mouse.move(0, 0)
        take(page, "answer.png")


def test_take_the_pictures(page: Any, shelf_url: str, shelf: FakeAssistant) -> None:
    open_page(page, shelf_url)
    ask(page, MARGIN)
    page.click(".cite >> nth=0")
    page.wait_for_selector(".leaf .box")
    ask(page, REVENUE)
    page.click(".exchange >> nth=1 >> .cite >> nth=0")
    page.wait_for_selector('.leaf img[alt*="1,204"]')
    eventually(lambda: bool(page.evaluate("document.querySelector('.leaf img').naturalWidth > 0")))
    take(page, "page.png")

    page.click("#new-conversation")
    page.wait_for_selector(".exchange", state="detached")
    page.emulate_media(color_scheme="dark")
    ask(page, WORKED)
    page.click(".working .cite >> nth=0")
    page.wait_for_selector("#source mark")
    take(page, "checks.png")
    page.emulate_media(color_scheme="light")

    go_on = threading.Event()
    shelf.add = held_up(shelf, go_on)  # type: ignore[method-assign]
    files = [("tarn-survey.md", b"Words."), ("quarry-lease.md", b"Words."), ("minutes.md", b"Words.")]
    page.set_input_files("#file-input", [{"name": n, "mimeType": "text/plain", "buffer": b} for n, b in files])
    page.wait_for_selector(".results .busy progress")
    page.click('[aria-label="Ask within depot.md"]')
    page.wait_for_selector('#scope:has-text("1 chosen document")')
    page.click("#talks-open")
    page.wait_for_selector("#talks-list li >> nth=1")
    take(page, "conversations.png")
    page.keyboard.press("Escape")
    page.click('[aria-label="Ask within depot.md"]')
    go_on.set()

    page.set_viewport_size({"width": 390, "height": 844})
    page.click("#views [data-view=conversation]")
    page.wait_for_selector('#scope:has-text("all documents")')
    take(page, "narrow.png")
