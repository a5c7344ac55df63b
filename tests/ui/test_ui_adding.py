"""Adding files and addresses to the documents, without a browser."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from column_parts import add, arrived, ended
from ui_fakes import FakeAssistant

from assistant.settings import Settings
from assistant.ui.choice import Shelf
from assistant.ui.documents import Documents
from assistant.ui.intake import ITEMS_KEPT, Intake, Item, Kind, Outcome, Report, Task
from assistant.ui.shelf import intake_html
from assistant.ui.startup import Startup


def test_each_uploaded_file_gets_its_result_in_words(
    column: Documents, fake: FakeAssistant, settings: Settings, incoming: Path
) -> None:
    final = add(
        column,
        arrived(incoming, "good.md", b"Good words."),
        arrived(incoming, "void.md", b" "),
        arrived(incoming, "tool.exe", b"MZ"),
        arrived(incoming, "plain", b"text"),
        arrived(incoming, ".hidden.md", b"text"),
        arrived(incoming, "n" * 300 + ".md", b"text"),
        {"name": "big.pdf", "size": 3 * 2**20},
        {"name": "lost.md", "size": 10},
        arrived(incoming, "good.md", b"Good words."),
    )
    assert [item.kind for item in final] == ["good", *["bad"] * 7, "plain"]
    for item, words in zip(
        final,
        ["Added", "empty", ".exe is not a supported", "without a suffix", "Rename", "Rename",
         "over the limit of 1 MB", "did not arrive", "unchanged"],
        strict=True,
    ):  # fmt: skip
        assert words in item.text
    assert [path.name for path in (settings.home / "uploads").iterdir()] == ["good.md"]
    assert not [path for path in incoming.rglob("*") if path.is_file()]
    assert set(fake.texts) == {"leases.md", "good.md"}
    column.act(Shelf(), "dismiss", "")
    assert column.intake_html() == ""


def test_one_file_after_the_other_with_its_progress_while_the_rest_waits(
    column: Documents, fake: FakeAssistant, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, told, go_on = fake.add, threading.Event(), threading.Event()

    def slow(paths: Any, **rest: Any) -> Any:
        rest["progress"]("embedding a.md", 3, 9)
        told.set()
        assert go_on.wait(30)
        return real(paths, **rest)

    monkeypatch.setattr(fake, "add", slow)
    column.adding.add([arrived(incoming, "a.md", b"One."), arrived(incoming, "b.md", b"Two.")])
    assert told.wait(30)
    first, second = column.intake.items()
    assert (first.kind, first.done, first.total, second.kind) == ("busy", 3, 9, "waiting")
    shown = column.intake_html()
    assert "2 files to go" in shown and '<progress max="9" value="3"' in shown and "Embedding a.md: 3 of 9" in shown
    # The list can be used meanwhile, and more can be added.
    assert column.act(Shelf(), "choose", "leases.md").chosen == ("leases.md",)
    column.adding.add([arrived(incoming, "c.md", b"Three.")])
    go_on.set()
    assert [(item.name, item.kind) for item in ended(column)] == [("a.md", "good"), ("b.md", "good"), ("c.md", "good")]


def test_rates_are_told_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [10.0]
    monkeypatch.setattr("assistant.ui.intake.time", SimpleNamespace(monotonic=lambda: clock[0]))
    intake, told = Intake(), []

    def work(name: str) -> Outcome:
        clock[0] += 2.0
        return Outcome("good", name, "Added")

    def slow(report: Report) -> Outcome:
        report("reading pages", 0, 300)
        clock[0] += 8.0
        report("reading pages", 40, 300)
        told.append((intake.items()[1].left, intake.summary()))
        return work("b.pdf")

    intake.put(
        [Task("a.md", 10, lambda _: work("a.md")), Task("b.pdf", 90, slow), Task("c.md", 10, lambda _: work("c"))]
    )
    deadline = time.monotonic() + 30
    while intake.busy:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    assert told == [("5.0/s, about 52 s left", "2 files to go, 6.0 files/min, about 2 min left")]


def test_what_goes_on_stands_first_and_the_time_left_is_said() -> None:
    items = [
        Item("1", "old.md", "good", "Added"),
        Item("2", "new.md", "bad", "Broken"),
        Item("3", "w.md", "waiting", "Waiting"),
        Item("4", "b.md", "busy", "Embedding", 1, 4, "about 6 s left"),
    ]
    shown = intake_html(items, "2 files to go, about 9 s left")
    places = [shown.index(name) for name in ("b.md", "w.md", "new.md", "old.md")]
    assert places == sorted(places)
    assert "1 of 4 (about 6 s left)" in shown and "about 9 s left" in shown


def test_of_many_files_none_that_failed_or_waits_for_a_password_goes_unseen() -> None:
    given_up: list[str] = []

    def task(number: int) -> Task:
        kind: Kind = "bad" if number in (3, 20, 40) else "locked" if number == 30 else "good"
        outcome = Outcome(kind, f"n{number}.md", "said", give_up=lambda: given_up.append(f"n{number}.md"))
        return Task(outcome.name, 1, lambda report: outcome)

    intake = Intake()
    for start in range(0, 200, 20):
        intake.put([task(number) for number in range(start, start + 20)])
        deadline = time.monotonic() + 30
        while intake.busy:
            assert time.monotonic() < deadline
            time.sleep(0.001)
    told = {item.name: item.kind for item in intake.items()}
    assert [name for name, kind in told.items() if kind == "bad"] == ["n3.md", "n20.md", "n40.md"]
    assert told["n30.md"] == "locked" and given_up == []
    assert len(told) <= ITEMS_KEPT + 20 and "n199.md" in told
    intake.dismiss()
    assert intake.items() == () and given_up == ["n30.md"]


def test_an_address_is_fetched_and_its_result_told(column: Documents, fake: FakeAssistant) -> None:
    for address in (" https://example.com/a ", "https://nowhere/", " ", None):
        column.adding.add_address(address)
    assert [(item.kind, item.name, item.text) for item in ended(column)] == [
        ("good", "example.com/a.html", "Added"),
        ("bad", "https://nowhere/", "There is no host nowhere. Check the address and your connection."),
    ]
    assert fake.infos["example.com/a.html"].source == "https://example.com/a"


def test_a_slow_server_does_not_hold_up_other_changes(
    column: Documents, fake: FakeAssistant, startup: Startup, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fake.fetch

    def fetch(address: str) -> Any:
        with startup.working():
            return real(address)

    monkeypatch.setattr(fake, "fetch", fetch)
    column.adding.add_address("https://example.com/a")
    assert ended(column)[0].kind == "good", "fetching held the right to change the index"


def test_a_failed_update_leaves_the_copy_that_was_there(column: Documents, settings: Settings, incoming: Path) -> None:
    copy = settings.home / "uploads" / "a.md"
    add(column, arrived(incoming, "a.md", b"First."))
    assert add(column, arrived(incoming, "a.md", b"  "))[-1].kind == "bad" and copy.read_bytes() == b"First."
    assert add(column, arrived(incoming, "a.md", b"Second."))[-1].text == "Updated"
    assert copy.read_bytes() == b"Second."


def test_no_second_copy_is_kept_of_a_file_indexed_from_elsewhere(
    column: Documents, settings: Settings, incoming: Path, fake: FakeAssistant
) -> None:
    same = fake.texts["leases.md"].encode()
    assert "unchanged" in add(column, arrived(incoming, "leases.md", same))[-1].text
    assert list((settings.home / "uploads").iterdir()) == []


def test_a_home_that_cannot_be_written_is_said_with_the_next_step(
    column: Documents, settings: Settings, incoming: Path
) -> None:
    settings.home.mkdir()
    (settings.home / "uploads").write_text("a file in its way")
    (item,) = add(column, arrived(incoming, "a.md", b"Words."))
    assert item.kind == "bad" and "could not be kept" in item.text and "Free some space" in item.text


@pytest.mark.parametrize("path", ["/etc/hostname", "../outside.md", "", "/proc/self/environ", "."])
def test_files_outside_the_incoming_folder_are_never_taken(
    column: Documents, fake: FakeAssistant, incoming: Path, path: str
) -> None:
    outside = incoming.parent / "outside.md"
    outside.write_text("A secret.")
    item = {"name": "a.md", "size": 5, "path": str(incoming / path) if path.startswith(".") else path}
    assert add(column, item)[-1].kind == "bad"
    assert outside.exists() and "a.md" not in fake.texts


def test_a_link_out_of_the_incoming_folder_is_not_followed(
    column: Documents, fake: FakeAssistant, incoming: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("A secret.")
    (incoming / "link.md").symlink_to(secret)
    item = {"name": "a.md", "size": 9, "path": str(incoming / "link.md")}
    assert add(column, item)[-1].kind == "bad"
    assert "a.md" not in fake.texts and secret.exists()


def test_a_name_from_the_browser_is_only_a_name(column: Documents, settings: Settings, incoming: Path) -> None:
    add(column, arrived(incoming, "../../x/../evil.md", b"Words."), arrived(incoming, "..\\..\\win.md", b"Words."))
    assert sorted(p.name for p in (settings.home / "uploads").iterdir()) == ["evil.md", "win.md"]


@pytest.mark.parametrize("data", [None, "x", 3, {}, [], [None, 3]])
def test_a_malformed_upload_event_is_nothing(column: Documents, data: Any) -> None:
    column.adding.add(data)
    assert ended(column) == []


def test_uploads_that_arrive_while_going_down_change_nothing(
    column: Documents, startup: Startup, fake: FakeAssistant, incoming: Path
) -> None:
    startup.stop()
    assert "shutting down" in add(column, arrived(incoming, "late.md", b"Words."))[-1].text
    assert "late.md" not in fake.texts
