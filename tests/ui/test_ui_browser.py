"""The page in a real Chromium, with an assistant in memory. The `page` fixture asserts that nothing is fetched
from beyond loopback and that no rule of the content policy is broken."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ui_fakes import FakeAssistant
from ui_server import program, running

from assistant.settings import Settings
from assistant.ui.app import build_app

pytestmark = pytest.mark.browser

HOSTILE_NAME = "a <img src=x onerror=window.pwned=1> ![i](http:).md"
HOSTILE_TEXT = """# <script>window.pwned=1</script>

Hostile words: <img src=x onerror=window.pwned=1> ![i](https://evil.example/i.png)
[l](javascript:window.pwned=1) <b onmouseover=window.pwned=1>bold</b> ${window.pwned=1} {{pwned}} end hostile.
"""


def open_page(page: Any, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("body[data-loaded]")
    page.wait_for_selector("#status .state")


def ask(page: Any, question: str, done: bool = True) -> None:
    # Before the last answer is drawn to its end no other question is taken, and its quotes may still come.
    page.wait_for_function("!window.corpusAssistant.asking()")
    count = page.locator(".exchange").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    busy = '[aria-busy="false"]' if done else ""
    page.wait_for_selector(f".exchange{busy} >> nth={count}")
    if done:
        page.wait_for_function("!window.corpusAssistant.asking()")


def in_view(page: Any, selector: str) -> bool:
    """Whether an element can be seen within the source panel, scrolled as it is."""
    script = """selector => {
        const inner = document.querySelector(selector).getBoundingClientRect();
        const outer = document.querySelector("#source").getBoundingClientRect();
        return inner.top >= outer.top && inner.bottom <= outer.bottom && inner.height > 0;
    }"""
    return bool(page.evaluate(script, selector))


def upload(page: Any, name: str, content: bytes) -> None:
    page.set_input_files("#file-input", [{"name": name, "mimeType": "text/plain", "buffer": content}])


def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_ask_check_add_delete_and_recover(page: Any, url: str, fake: FakeAssistant) -> None:
    long = "".join(f"Line {n} says nothing of note.\n\n" for n in range(400))
    fake.put("long.pdf", long + "The reserve margin fell to 9 percent in March.\n" + long, title="Grid report")
    fake.held = threading.Semaphore(0)
    open_page(page, url)
    assert "Ask your 2 documents" in page.inner_text("#greeting")

    # The evidence stands before the first sentence, and sentences arrive one by one.
    ask(page, "What capacity was leased, at what average rate?", done=False)
    page.wait_for_selector("#source .quote")
    assert page.locator(".sentence").count() == 0
    assert page.locator("#stop").is_visible() and not page.locator("#send").is_visible()
    page.wait_for_selector('.progress .seconds:has-text("2 s")')
    fake.held.release()
    page.wait_for_selector(".sentence")
    first = page.inner_text(".sentence >> nth=0")
    assert page.locator(".sentence").count() == 1
    fake.held.release(2)
    page.wait_for_selector('.exchange[aria-busy="false"]')
    assert page.locator(".sentence").count() == 2
    assert page.inner_text(".sentence >> nth=0") == first
    assert page.locator("#send").is_visible() and page.input_value("#question textarea") == ""
    assert not page.locator("#greeting").is_visible()

    assert page.inner_text(".sentence >> nth=0").endswith("a year before.[1]")

    # A citation leads to its words, by mouse and by key, and back again.
    page.click(".cite >> nth=0")
    page.wait_for_selector("#source mark")
    assert "412 megawatts" in page.inner_text("#source mark") and in_view(page, "#source mark")
    fake.held = None
    ask(page, "How far fell the reserve margin?")
    page.locator(".exchange >> nth=1").locator(".cite").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('#source mark:has-text("9 percent")')
    assert in_view(page, "#source mark") and "page 3" in page.inner_text(".source-head")
    page.focus("#source")
    page.evaluate("document.querySelector('#source').scrollTop = 0")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "cite"
    page.keyboard.press("Enter")
    eventually(lambda: in_view(page, "#source mark"))
    page.click(".exchange >> nth=0 >> .cite >> nth=0")
    page.wait_for_selector('#source mark:has-text("412 megawatts")')
    page.click(".exchange >> nth=1 >> .evidence")
    page.wait_for_selector("#source .quote")
    page.click("#source .quote >> nth=0")
    page.wait_for_selector('#source mark:has-text("9 percent")')

    # A document comes in, is asked about alone, and goes again.
    upload(page, "depot.md", b"Depot note\n\nThe depot at Varn holds 77 fuel tanks.\n")
    page.wait_for_selector('.results .good:has-text("depot.md")')
    page.click('[aria-label="Ask within depot.md"]')
    page.wait_for_selector('[aria-label="Ask within depot.md"][aria-checked="true"]')
    page.wait_for_selector('#scope:has-text("1 chosen document")')
    ask(page, "How many fuel tanks has the depot?")
    assert fake.asked[-1][2] == ("depot.md",)
    page.click(".exchange >> nth=2 >> .cite >> nth=0")
    page.wait_for_selector('#source mark:has-text("77 fuel tanks")')
    page.click('[aria-label="Delete depot.md"]')
    page.wait_for_selector('li[data-document="depot.md"]', state="detached")
    assert "depot.md" not in fake.texts
    page.wait_for_selector('#scope:has-text("all documents")')
    page.click(".exchange >> nth=2 >> .cite >> nth=0")
    page.wait_for_selector('#source .failure:has-text("No document named depot.md")')

    # An error is a message, and the box is ready for the next question.
    ask(page, "boom")
    assert "Something went wrong" in page.inner_text(".failure >> nth=0")
    assert "secret" not in page.inner_text("body")
    assert page.locator('[data-talk-action="again"]').is_visible() and page.locator("#send").is_enabled()
    ask(page, "What capacity was leased?")
    assert "412 megawatts" in page.inner_text(".exchange >> nth=4")


def test_nothing_hostile_runs_or_leads_anywhere(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.put("h.md", HOSTILE_TEXT, title="<script>window.pwned=1</script>", notes=("<u>n</u>",))
    open_page(page, url)
    upload(page, HOSTILE_NAME, HOSTILE_TEXT.encode())
    page.wait_for_selector(".results .good")
    ask(page, "Tell me the hostile words <img src=x onerror=window.pwned=1> ![i](http://127.0.0.1:1/)")
    page.click(".cite >> nth=0")
    page.wait_for_selector("#source mark")
    assert fake.texts[HOSTILE_NAME] == HOSTILE_TEXT
    page.locator("li[data-document] .delete").last.click()
    page.wait_for_selector(".undo")
    assert page.evaluate("window.pwned") is None
    for part in ("#documents", "#upload-results", "#conversation", "#source"):
        assert page.locator(f"{part} :is(a, img, script, iframe, svg, b, u, form, object)").count() == 0
    assert "<img src=x onerror=window.pwned=1> ![i]" in page.inner_text("#source")
    assert HOSTILE_NAME in page.inner_text("#documents")


def test_markup_that_got_past_the_escaping_could_not_run(contexts: Any, url: str) -> None:
    """The second line of defence: the policy is broken on purpose."""
    page = contexts().new_page()
    open_page(page, url)
    page.evaluate("""() => {
        const box = document.createElement("div");
        box.innerHTML = "<img src=data:, onerror=window.pwned=1><a id=trap href=javascript:window.pwned=1>x</a>";
        document.body.append(box);
        const script = document.createElement("script");
        script.textContent = "window.pwned = 1";
        document.body.append(script);
        document.getElementById("trap").click();
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    assert contexts.refused != []
    contexts.refused.clear()


def test_a_request_beyond_loopback_is_seen_in_every_tab_and_context(page: Any, contexts: Any) -> None:
    for tab in (page.context.new_page(), contexts().new_page()):
        # An empty page has no policy that would keep it from asking.
        with tab.expect_event("requestfailed"):
            tab.set_content('<img src="http://elsewhere.example/">')
    assert contexts.strays == ["http://elsewhere.example/"] * 2
    contexts.strays.clear()


def test_stop_two_tabs_and_a_new_conversation(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.held = held = threading.Semaphore(1)
    open_page(page, url)
    ask(page, "What capacity was leased, at what average rate?", done=False)
    page.wait_for_selector(".sentence")
    page.click("#stop")
    page.wait_for_selector('.badge:has-text("Stopped")')
    assert page.locator(".sentence").count() == 1
    page.wait_for_selector("#send")
    fake.held = None
    held.release()
    eventually(lambda: fake.closed_streams == 1)
    assert page.locator(".sentence").count() == 1

    other = page.context.new_page()
    open_page(other, url)
    assert other.locator(".exchange").count() == 0
    ask(other, "Is it unclear whether the grid can serve it?")
    assert fake.asked[-1][1] == ()
    assert page.locator(".exchange").count() == 1
    other.click("#new-conversation")
    other.wait_for_selector(".exchange", state="detached")
    assert other.locator("#greeting").is_visible()
    ask(page, "And then?")
    assert fake.asked[-1][1][0].content == "What capacity was leased, at what average rate?"


def test_narrow_and_dark_and_by_keyboard_alone(page: Any, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    open_page(page, url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.locator("#documents-panel").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("What capacity was leased?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cite")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className") == "cite":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#source mark")
    eventually(lambda: bool(page.locator("#source mark").is_visible()))
    assert in_view(page, "#source mark") and not page.locator("#conversation-panel").is_visible()
    page.focus("#source")
    page.keyboard.press("Escape")
    assert page.locator("#conversation-panel").is_visible()
    page.click("#views [data-view=documents]")
    assert page.locator("#documents .shelf li").is_visible()
    background = page.evaluate("getComputedStyle(document.querySelector('#documents-panel')).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", background)[:3]) < 60


def test_every_control_has_a_name(page: Any, url: str) -> None:
    open_page(page, url)
    ask(page, "What capacity was leased?")
    page.click('[aria-label="Delete leases.md"]')
    page.wait_for_selector(".undo")
    names = page.evaluate("""() => [...document.querySelectorAll("button, input, textarea, [role=checkbox]")]
        .map(e => [e.outerHTML.slice(0, 80), (e.ariaLabel || e.innerText || e.labels?.[0]?.innerText || "").trim()])""")
    assert [found for found in names if not found[1]] == []
    assert page.get_attribute("#send", "aria-label") == "Ask the question"
    assert page.get_attribute("#stop", "aria-label") == "Stop the answer"
    assert page.locator('[role="region"]').count() == 3


def test_a_lost_server_is_said_and_the_box_stays(page: Any, tmp_path: Path) -> None:
    with program(tmp_path, pause_s=60.0) as (process, url):
        open_page(page, url)
        ask(page, "What capacity was leased?", done=False)
        page.wait_for_selector("#source .quote")
        process.kill()
        page.wait_for_selector('#connection:has-text("does not answer")')
    page.wait_for_selector('.exchange[aria-busy="false"]:has-text("broken off")')
    assert page.locator("#send").is_visible() and page.locator("#question textarea").is_enabled()


def test_the_state_is_in_view_while_documents_are_indexed(page: Any, fake: FakeAssistant, settings: Settings) -> None:
    from assistant.ui.startup import Startup

    fake.texts.clear()
    fake.infos.clear()
    steps = iter(range(1000))
    going_on = [True]

    def sync(progress: Any) -> None:
        while going_on[0]:
            done = next(steps)
            progress(f"file-{done}.md", done, 1000)
            fake.put(f"file-{done}.md", f"File {done} speaks of capacity.")
            time.sleep(0.3)

    fake.on_sync = sync
    startup = Startup(fake, settings)
    with running(build_app(fake, settings, startup)) as url:
        startup.start()
        open_page(page, url)
        page.wait_for_selector('.state[data-phase="indexing"]:has-text("of 1000: file-")')
        page.wait_for_selector('#documents:has-text("file-2.md")')
        ask(page, "What of the capacity?")
        assert "may miss them" in page.inner_text(".note")
        going_on[0] = False
        page.wait_for_selector('.state[data-phase="ready"]:has-text("Ready")')
        startup.close()


def test_an_upload_over_the_limit_and_a_drop(page: Any, url: str, fake: FakeAssistant) -> None:
    open_page(page, url)
    upload(page, "big.md", b"x" * (2**20 + 1))
    page.wait_for_selector('.results .bad:has-text("over the limit of 1 MB")')
    page.evaluate("""() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(["Dropped words."], "dropped.md", {type: "text/markdown"}));
        const drop = new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true});
        document.querySelector("#documents").dispatchEvent(drop);
    }""")
    page.wait_for_selector('.results .good:has-text("dropped.md")')
    assert fake.texts["dropped.md"] == "Dropped words."
    assert page.locator(".results li").count() == 2
    page.click(".dismiss")
    page.wait_for_selector(".results", state="detached")


def test_an_address_and_groups(page: Any, url: str, fake: FakeAssistant) -> None:
    fake.put("filings/2023/q2.md", "The reserve margin fell to 9 percent in March.", date="2023-08-03", tags=("read",))
    open_page(page, url)
    page.fill(".address input", "https://example.com/report")
    page.click(".address button")
    page.wait_for_selector(".results .good")
    assert page.input_value(".address input") == ""
    page.wait_for_selector('#documents:has-text("example.com/report.html")')
    page.fill(".address input", "https://nowhere/")
    page.keyboard.press("Enter")
    page.wait_for_selector(".results .bad")
    page.click('.chip[data-name="Year:2023"]')
    page.wait_for_selector('.chip[data-name="Year:2023"][aria-checked="true"]')
    page.wait_for_selector('#scope:has-text("Asking within 1 document: 2023")')
    assert page.locator("#documents li[data-document]").count() == 1
    ask(page, "How did the reserve margin fall?")
    assert fake.asked[-1][2] == ("filings/2023/q2.md",)
    page.click('.chip[data-name="Year:2023"]')
    page.wait_for_selector('#scope:has-text("Asking all documents")')


def test_kinds_of_groups_intersect_with_dates_and_documents_get_tags(page: Any, url: str, fake: FakeAssistant) -> None:
    for year in (2022, 2023):
        for quarter in (1, 4):
            name = f"filings/{year}-q{quarter}.md"
            fake.put(name, f"The reserve margin of {year} fell.", date=f"{year}-{3 * quarter:02}-15")
    fake.put("notes.md", "The reserve margin is low.", date="2023-05-05")
    open_page(page, url)
    page.click('.chip[data-name="Year:2023"]')
    page.wait_for_selector('#scope:has-text("3 documents")')
    page.click('.chip[data-name="Folder:filings"]')
    page.wait_for_selector('#scope:has-text("2 documents")')
    eventually(lambda: page.inner_text("#scope") == "Asking within 2 documents: 2023, filings")
    page.fill('.day[data-action="since"] input', "2023-06")
    page.keyboard.press("Enter")
    page.wait_for_selector('#scope:has-text("1 document: 2023, filings, from 2023-06")')
    ask(page, "How did the reserve margin fall?")
    assert fake.asked[-1][2] == ("filings/2023-q4.md",)
    # A day that is none is told, and nothing else is asked than before.
    page.fill('.day[data-action="until"] input', "soon")
    page.keyboard.press("Enter")
    page.wait_for_selector('#documents [role=alert]:has-text("soon is no date")')
    eventually(lambda: page.input_value('.day[data-action="until"] input') == "")
    assert page.input_value('.day[data-action="since"] input') == "2023-06"

    page.click(".tagging summary")
    page.fill(".tagging input", "Winter")
    page.keyboard.press("Enter")
    page.wait_for_selector('.facts:has-text("#winter")')
    assert fake.infos["filings/2023-q4.md"].tags == ("winter",)
    assert page.locator(".tagging input").is_visible() and page.input_value(".tagging input") == ""
    page.click('button:has-text("Ask all")')
    page.wait_for_selector('#scope:has-text("all documents")')
    page.click('.chip[data-name="Tag:winter"]')
    page.wait_for_selector('#scope:has-text("1 document: #winter")')
    page.click('[aria-label="Remove the tag winter"]')
    page.wait_for_selector('#documents .count:has-text("No document is all of this")')
    # Nothing that fits is not everything.
    page.fill("#question textarea", "How did the reserve margin fall?")
    page.keyboard.press("Enter")
    page.wait_for_selector('.refusal:has-text("No document is all that was chosen")')
    assert page.input_value("#question textarea") == "How did the reserve margin fall?" and len(fake.asked) == 1


def test_documents_that_come_in_by_themselves_appear(page: Any, url: str, fake: FakeAssistant) -> None:
    open_page(page, url)
    page.click('.choose[data-name="leases.md"]')
    page.wait_for_selector('.choose[data-name="leases.md"][aria-checked="true"]')
    fake.put("new.md", "New words.", title="A new note")
    page.wait_for_selector('#documents li[data-document="new.md"]')
    assert page.get_attribute('.choose[data-name="leases.md"]', "aria-checked") == "true"
    # The page goes on looking, however often something has come.
    fake.take_out(["new.md"])
    page.wait_for_selector('#documents li[data-document="new.md"]', state="detached")
