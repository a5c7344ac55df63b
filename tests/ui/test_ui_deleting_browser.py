"""What happens in the documents column while something else is going on: nothing is dropped, and focus stays put."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_ui_browser import ask, eventually, open_page, upload
from ui_fakes import FakeAssistant

from assistant.errors import StorageError

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.dataset.action + ' ' + document.activeElement.dataset.name"


@pytest.fixture
def held(fake: FakeAssistant) -> Iterator[threading.Event]:
    """While this is not set, nothing that is added comes to its end."""
    real, go_on = fake.add, threading.Event()

    def slow(paths: Any, **rest: Any) -> Any:
        assert go_on.wait(120)
        return real(paths, **rest)

    fake.add = slow  # type: ignore[method-assign]
    yield go_on
    go_on.set()


def row(name: str) -> str:
    return f'#documents li[data-document="{name}"]'


def test_while_a_file_is_added_every_click_counts(
    page: Any, url: str, fake: FakeAssistant, held: threading.Event
) -> None:
    for number in range(6):
        fake.put(f"n{number}.md", "Words.", title=f"Note {number}")
    open_page(page, url)
    upload(page, "new.md", b"New words.")
    page.wait_for_selector(".results .busy")
    for name in ("n0.md", "n1.md"):
        page.click(f'[aria-label="Delete {name}"]')
    page.wait_for_selector(f"{row('n0.md')}.leaving:has-text('being deleted')")
    page.wait_for_selector(f"{row('n1.md')}.leaving:has-text('being deleted')")
    for name in ("n2.md", "n3.md", "n4.md"):
        page.click(f'[aria-label="Ask within {name}"]')
    page.click('[aria-label="Ask within n4.md"]')
    page.type("#finder input", "note", delay=230)
    page.wait_for_selector('#documents .count:has-text("Asking within 2 of 7")')
    page.wait_for_selector('#scope:has-text("2 chosen documents")')
    page.click('[aria-label="Undo deleting n1.md"]')
    page.wait_for_selector(f"{row('n1.md')}:not(.leaving)")
    held.set()
    page.wait_for_selector('.deleted:has-text("Deleted n0.md")')
    page.wait_for_selector(row("n0.md"), state="detached")
    page.wait_for_selector(row("new.md"), state="detached")
    assert set(fake.texts) == {"leases.md", "new.md", *(f"n{number}.md" for number in range(1, 6))}
    # What was searched and chosen meanwhile is not undone by what ended later.
    assert "Asking within 2 of 7" in page.inner_text("#documents .count")
    assert page.locator("#documents li[data-document]").count() == 5


def test_all_chosen_documents_go_together_and_come_back_together(page: Any, url: str, fake: FakeAssistant) -> None:
    for number in range(3):
        fake.put(f"n{number}.md", "Words.", title=f"Note {number}", origin="synced")
    open_page(page, url)
    for number in range(3):
        page.click(f'[aria-label="Ask within n{number}.md"]')
    page.click('button:has-text("Delete these 3")')
    page.wait_for_selector('.deleted:has-text("Deleted 3 documents"):has-text("stay in the synced folder")')
    eventually(lambda: "undo" in page.evaluate("document.activeElement.className"))
    assert set(fake.texts) == {"leases.md"} and page.locator(".undo").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_selector(row("n2.md"))
    assert len(fake.texts) == 4 and page.locator(".deleted").count() == 0


def test_focus_follows_a_deletion_only_if_nobody_goes_elsewhere(
    page: Any, url: str, fake: FakeAssistant, held: threading.Event
) -> None:
    fake.put("b.md", "The depot at Varn holds 77 tanks.")
    open_page(page, url)
    upload(page, "new.md", b"New words.")
    page.wait_for_selector(".results .busy")
    page.evaluate("""() => {
        document.querySelector('[aria-label="Delete b.md"]').click();
        document.querySelector("#question textarea").focus();
    }""")
    page.wait_for_selector(".undo")
    page.keyboard.type("What capacity ")
    held.set()
    page.wait_for_selector('.deleted:has-text("Deleted b.md")')
    page.wait_for_selector(row("new.md"))
    page.keyboard.type("was leased?")
    page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[aria-busy="false"]')
    assert [asked[0] for asked in fake.asked] == ["What capacity was leased?"] and "b.md" not in fake.texts


def test_focus_stays_on_its_document_and_on_a_password_half_typed(page: Any, url: str, fake: FakeAssistant) -> None:
    names = [f"m{number}.md" for number in range(4)]
    for name in names:
        fake.put(name, "Words.")
    open_page(page, url)
    upload(page, "vault.md", b"LOCKED sesame Gold.")
    page.wait_for_selector(".results .locked input")
    page.focus('[aria-label="Delete m2.md"]')
    # A document that sorts in above, and a part that comes above the list.
    fake.infos = {"a.md": fake.infos["m0.md"].__class__("a.md", "New above"), **fake.infos}
    page.wait_for_selector(row("a.md"))
    assert page.evaluate(FOCUSED) == "delete m2.md"
    fake.take_out(["m2.md"])
    page.wait_for_selector(row("m2.md"), state="detached")
    assert not page.evaluate("document.activeElement.matches('.delete')"), "the focus is on another document's button"
    page.focus(".results .locked input")
    page.keyboard.type("ses")
    upload(page, "b.exe", b"x")
    page.wait_for_selector('.results .bad:has-text("b.exe")')
    upload(page, "c.md", b"Words of c.")
    page.wait_for_selector('.results .good:has-text("c.md")')
    page.keyboard.type("ame")
    page.keyboard.press("Enter")
    page.wait_for_selector('.results .good:has-text("vault.md")')


def test_documents_that_cannot_be_read_are_no_empty_corpus(page: Any, url: str, fake: FakeAssistant) -> None:
    def broken() -> list[Any]:
        raise StorageError("The index cannot be read: disk failure", "Check the disk, then start the chat again.")

    open_page(page, url)
    page.click('[aria-label="Ask within leases.md"]')
    page.wait_for_selector('#scope:has-text("1 chosen document")')
    real = fake.documents
    fake.documents = broken  # type: ignore[method-assign]
    fake.put("b.md", "Words.")
    alert = '[role=alert]:has-text("Check the disk, then start the chat again.")'
    page.wait_for_selector(f"#documents {alert}")
    page.wait_for_selector(f"#greeting {alert}")
    assert "No documents" not in page.inner_text("#documents")
    page.fill("#finder input", "lease")
    fake.documents = real  # type: ignore[method-assign]
    page.wait_for_selector(row("leases.md"))
    page.wait_for_selector("#documents .shelf-problem", state="detached")
    ask(page, "What capacity was leased?")
    assert fake.asked[0][2] == ("leases.md",), "the question was asked of more than was chosen"


DROP = """() => {
    const file = (name, text, path) => ({
        name, fullPath: path, isFile: true, file: (found) => found(new File([text], name, { type: "text/plain" })),
    });
    const folder = (name, path, ...batches) => ({
        name, fullPath: path, isFile: false,
        createReader: () => ({ readEntries: (read) => read(batches.shift() ?? []) }),
    });
    const dropped = folder("Filings", "/Filings",
        [file("a.md", "Words of a.", "/Filings/a.md"), file(".hidden", "x", "/Filings/.hidden")],
        [folder("2023", "/Filings/2023", [file("q.md", "The second.", "/Filings/2023/q.md")]),
         folder("2022", "/Filings/2022", [file("q.md", "The first.", "/Filings/2022/q.md")])],
        [file("tool.exe", "MZ", "/Filings/tool.exe")],
    );
    const entries = [dropped, folder("Void", "/Void"), file("own.md", "Own words.", "/own.md")];
    const event = new Event("drop", { bubbles: true, cancelable: true });
    const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
    Object.defineProperty(event, "dataTransfer", { value: { types: ["Files"], items, files: [] } });
    document.querySelector(".drop").dispatchEvent(event);
}"""


def test_a_folder_that_is_dropped_is_taken_with_all_its_files(
    page: Any, url: str, fake: FakeAssistant, tmp_path: Path
) -> None:
    open_page(page, url)
    page.evaluate(DROP)
    page.wait_for_selector('.sending:has-text("Void holds no files.")')
    page.wait_for_selector('.results .bad:has-text("tool.exe"):has-text("not a supported format")')
    names = {"a.md", "own.md", "Filings - 2022 - q.md", "Filings - 2023 - q.md"}
    eventually(lambda: set(fake.texts) == {"leases.md", *names})
    assert fake.texts["Filings - 2022 - q.md"] == "The first."
    assert ".hidden" not in page.inner_text("#upload-results")
