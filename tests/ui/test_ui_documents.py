"""The list of documents without a browser: searching it, what its rows say, and what is said if it cannot be read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from column_parts import broken
from ui_fakes import Failed, FakeAssistant, Info

from assistant.documents.options import ReadOptions, locked
from assistant.ui.bin import Deleted
from assistant.ui.choice import PAGE, Shelf, matching
from assistant.ui.documents import Documents
from assistant.ui.groups import Narrowing
from assistant.ui.shelf import Stock, listing_html, size_words


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["a/Tarn.pdf", "b.md", "c.md"]),
        ("tarn", ["a/Tarn.pdf", "c.md"]),
        ("TARN pdf", ["a/Tarn.pdf"]),
        ("water", ["b.md"]),
        ("yearly", ["c.md"]),
        ("straße", ["b.md"]),
        ("nothing such", []),
    ],
)
def test_documents_are_found_by_name_title_and_tag(words: str, found: list[str]) -> None:
    infos = [
        Info("a/Tarn.pdf", "Annual report"),
        Info("b.md", "Water in the STRASSE"),
        Info("c.md", "Notes on Tarn", tags=("yearly",)),
    ]
    assert [info.name for info in matching(infos, words)] == found  # type: ignore[type-var, arg-type]


def test_of_many_documents_some_are_drawn_and_all_are_found(column: Documents, fake: FakeAssistant) -> None:
    for number in range(400):
        fake.put(f"n{number:03}.md", "Words.", title=f"Note {number}")
    shelf, rows = Shelf(), '<li data-document="'
    assert column.html(shelf).count(rows) == PAGE and f"Show {PAGE} more of {401 - PAGE}" in column.html(shelf)
    shelf = column.act(shelf, "more", "")
    assert column.html(shelf).count(rows) == 2 * PAGE
    shelf = column.act(shelf, "search", "", " note   399 ")
    shown = column.html(shelf)
    assert shown.count(rows) == 1 and 'data-document="n399.md"' in shown and "1 of 401 found" in shown
    assert column.act(shelf, "found", "").chosen == ("n399.md",)
    nothing = column.act(shelf, "search", "", "x" * 5000)
    assert "None of 401" in column.html(nothing) and len(nothing.words) <= 200
    assert "401 documents" in column.html(column.act(nothing, "search", "", ""))


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 bytes"), (999, "999 bytes"), (4200, "4.2 KB"), (12_345, "12 KB"), (999_400, "999 KB"),
     (999_600, "1.0 MB"), (40_000_000, "40 MB"), (4_294_967_296, "4,295 MB")],
)  # fmt: skip
def test_sizes_in_words(size: int, told: str) -> None:
    assert size_words(size) == told


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"date": "2023-08-03"}, "2023-08-03"),
        ({"added_at": "2026-01-05T12:00:00Z"}, "added 5 Jan"),
        ({"added_at": "2025-12-24T12:00:00+00:00"}, "added 24 Dec 2025"),
    ],
)
def test_a_document_without_a_date_of_its_own_says_when_it_was_added(facts: dict[str, str], told: str) -> None:
    stock = Stock(documents=(Info("a.md", "A", **facts),), today=date(2026, 2, 1))  # type: ignore[arg-type]
    assert f'<span class="facts"><span>{told}</span>' in listing_html(stock, Shelf())


def listing(**stock: Any) -> str:
    return listing_html(Stock(**stock), Shelf())


def test_a_row_says_what_the_document_is() -> None:
    pdf = Info(name="a.pdf", title="Annual", date="2026-01-02", page_count=1, characters=12_345, size=2_000_000)
    shown = listing(documents=(pdf,))
    for fact in ("1 document", "Annual", "a.pdf", "2026-01-02", "1 page", "2.0 MB", "indexed"):
        assert fact in shown
    packed = Info(name="x.zip/a.md", title="A", characters=12_345, size=2_000_000)
    assert "12,345 characters" in listing(documents=(packed,)) and "2.0 MB" not in listing(documents=(packed,))


def test_what_is_being_indexed_and_what_failed_is_said_with_the_next_step() -> None:
    told = locked("secret.pdf", ReadOptions())
    secret = Failed("secret.pdf", str(told.args[0]), told.next_step, "/c/secret.pdf")
    broken = Failed("b.docx", "b.docx is damaged", "Save it anew.", "/c/b.docx")
    shown = listing(failures=(secret, broken), indexing="c.md", busy=True)
    assert "c.md" in shown and "being indexed" in shown and "2 files could not be read" in shown
    assert "b.docx is damaged. Save it anew." in shown
    assert shown.count('type="password"') == 1 and 'aria-label="Password of secret.pdf"' in shown
    assert "command" not in shown and "--password-file" not in shown
    many = tuple(Failed(f"{n}.docx", "bad", "Mend it.") for n in range(500))
    assert listing(failures=many).count("<li>") < 50 and "And 460 more" in listing(failures=many)


@pytest.mark.parametrize("what", ["documents", "failures"])
def test_a_list_that_cannot_be_read_is_said_with_the_next_step_until_it_can(
    column: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = column.html(Shelf())
    with monkeypatch.context() as patch:
        patch.setattr(fake, what, broken)
        shown = column.html(Shelf())
        assert 'role="alert"><span>The disk is full. Free some space.' in shown and "No documents" not in shown
        if what == "documents":
            assert column.edition() != column.edition(), "it is not looked at again"
        assert column.html(Shelf()) == shown and caplog.text.count("cannot be listed") == 1
    assert column.html(Shelf()) == before
    assert column.edition() == column.edition()


def test_how_many_are_asked_is_left_open_while_the_list_cannot_be_read(
    column: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(narrowing=Narrowing(since="2023"))
    monkeypatch.setattr(fake, "documents", broken)
    assert "Asking within documents: <bdi>from 2023" in column.scope_html(shelf)


def test_what_is_chosen_stays_while_the_list_cannot_be_read(
    column: Documents, fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(chosen=("leases.md",))
    monkeypatch.setattr(fake, "documents", broken)
    for action in ("choose", "group", "found", "delete", "delete-chosen", "nonsense"):
        assert column.act(shelf, action, "leases.md").chosen == ("leases.md",)


def test_the_parts_of_the_list_are_always_the_same(column: Documents, fake: FakeAssistant) -> None:
    def tags(**stock: Any) -> int:
        return listing_html(Stock(**stock), Shelf(problem="x" * bool(stock))).count('<div class="part">')

    info = Info(name="a.pdf", title="Annual")
    secret = Failed("b.docx", "b.docx is damaged", "Save it anew.", "/c/b.docx")
    deleted = Deleted("1", ("a.pdf",))
    full = tags(documents=(info,), failures=(secret,), deleted=(deleted,), indexing="c.md", problem="y")
    assert full == tags() == tags(documents=(info,) * 100)
