"""Opening a source, without a browser: the view it is shown in, and why it is another where that one cannot be had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pdfs import make_pdf, make_scan
from source_parts import Make, citing
from test_ui_render import ALLOWED_TAGS, HOSTILE, citation, read
from ui_fakes import FakeAssistant

from assistant.documents.page_picture import Box, PagePicture
from assistant.documents.table_view import table_around
from assistant.facade import Assistant
from assistant.index.originals import Whereabouts
from assistant.ui import source_html
from assistant.ui.source_html import Frame
from assistant.ui.source_view import Sources


def cite(library: FakeAssistant, question: str, document: str) -> dict[str, Any]:
    return library.quotes(question, [document])[0].model_dump()


def last(pieces: Iterator[str]) -> str:
    return list(pieces)[-1]


MARGIN = "How far fell the reserve margin?"


def test_a_pdf_is_shown_by_its_page_with_the_words_boxed_and_at_once_by_its_words(library: FakeAssistant) -> None:
    quote_ = cite(library, MARGIN, "grid.pdf")
    first, shown = Sources(library).show({"citation": quote_})
    assert quote_["quote"] in read(first).text and "Drawing page 3" in first
    assert shown.count('class="box"') == 1
    assert 'src="source/page?document=grid.pdf&amp;page=3"' in shown
    assert "Page 3 of 4" in read(shown).text
    assert 'href="source/file?document=grid.pdf"' in shown
    turned = last(Sources(library).show({"citation": quote_, "view": "page", "at": 4}))
    assert "page=4" in turned and "Cited page (3)" in turned and 'class="box"' not in turned
    text = last(Sources(library).show({"citation": quote_, "view": "text"}))
    assert f"<mark>{quote_['quote']}</mark>" in text and "caution" not in text


def test_a_row_of_a_pdf_is_boxed_though_its_text_is_another(library: FakeAssistant) -> None:
    row = cite(library, "Transmission revenue", "grid.pdf")
    assert row["quote"] == "Transmission revenue | Segment 2024: 1,204 | Segment 2025: 1,377"
    assert last(Sources(library).show({"citation": row})).count('class="box"') == 3


def test_a_sheet_is_shown_as_rows_with_the_cell_that_is_said(library: FakeAssistant) -> None:
    row = cite(library, "Which output has Lindholm in Sweden?", "plants.csv")
    shown = last(Sources(library).show({"citation": row, "said": "Its output is 412 MW [1]."}))
    assert "<mark>412</mark>" in shown and shown.count("<mark>") == 1
    assert all(label in read(shown).text for label in ("plant", "country", "output MW", "opened", "Varn", "Tarn"))
    assert last(Sources(library).show({"citation": row})).count("<mark>") == 4
    assert f"<mark>{row['quote']}</mark>" in last(Sources(library).show({"citation": row, "view": "text"}))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda path: path.unlink(), "The file is no longer where it was"),
        (lambda path: path.write_bytes(path.read_bytes() + b" "), "The file has changed since it was indexed"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"Outlook", b"Outlock")), "has changed since"),
    ],
)
def test_without_its_file_a_pdf_is_shown_as_text(library: FakeAssistant, work: Path, change: Any, told: str) -> None:
    quote_ = cite(library, MARGIN, "grid.pdf")
    change(work / "files" / "grid.pdf")
    shown = last(Sources(library).show({"citation": quote_}))
    assert told in shown and "Shown as text" in shown
    assert f"<mark>{quote_['quote']}</mark>" in shown and "<img" not in shown


def test_a_page_without_letters_is_shown_as_text_and_its_picture_when_it_is_chosen(
    library: FakeAssistant, real: Assistant, work: Path
) -> None:
    lines = ["The reserve margin fell to 9 percent in March."]
    (work / "scan.pdf").write_bytes(make_scan([["Cover", *lines], [*lines]], pictures=[2]))
    real.add([work / "scan.pdf"])
    quote_ = citation(document="scan.pdf", page=2, quote="Cover", start=0, end=5).model_dump()
    shown = last(Sources(citing(real)).show({"citation": quote_}))
    assert "read by OCR" in shown and "<mark>Cover</mark>" in shown
    assert "<img" in last(Sources(citing(real)).show({"citation": quote_, "view": "page"}))


def test_a_fetched_page_tells_its_address_and_leads_nowhere(library: FakeAssistant) -> None:
    class Fetched:
        def whereabouts(self, name: str) -> Whereabouts:
            return Whereabouts(address="https://example.com/a.pdf", problem="No file of it is kept")

    quote_ = cite(library, MARGIN, "grid.pdf")
    library.originals = Fetched()
    shown = last(Sources(library).show({"citation": quote_}))
    assert "From https://example.com/a.pdf" in read(shown).text
    assert "href" not in shown


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "cannot be shown"),
        ({"citation": {"document": "leases.md"}}, "cannot be shown"),
        ({"citation": citation().model_dump(), "at": 0}, "cannot be shown"),
        ({"citation": citation().model_dump(), "view": "file"}, "cannot be shown"),
        ({"citation": citation(document="../../etc/passwd").model_dump()}, "No document named"),
        ({"citation": citation(document="leases.md", quote="not in it").model_dump()}, "has changed"),
    ],
)
def test_a_source_that_cannot_be_shown_says_why(fake: FakeAssistant, data: Any, said: str) -> None:
    assert said in last(Sources(fake).show(data))


def test_a_defect_is_a_message_without_its_details(fake: FakeAssistant) -> None:
    fake.originals = None
    shown = last(Sources(fake).show({"citation": cite(fake, "capacity leased", "leases.md")}))
    assert "Something went wrong" in shown and "NoneType" not in shown


# HTML


def frame(cited: Any = None, **changes: Any) -> Frame:
    cited = cited or citation()
    return Frame(cited, Whereabouts(file_name=cited.document), ("page", "text"), "page", "{}")._replace(**changes)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_everywhere(text: str) -> None:
    cited = citation(document=text, title=text, heading=text, quote=text, start=0, end=len(text))
    picture = PagePicture(png=b"", width=10, height=10, page=1, pages=3, boxes=(Box(left=0, top=0, width=1, height=1),))
    line = " ".join(text.split())
    table = table_around(f"{line} | {line}\n{line} | {line}: {line}", len(line) * 2 + 4, len(line) * 2 + 9)
    found = Whereabouts(address=text, problem=text)
    pieces = [
        source_html.framed(frame(cited, look=text), source_html.text_html(text + "\n" + text, (0, len(text)))),
        source_html.framed(frame(cited, whereabouts=found), source_html.change_note(cited, None)),
        source_html.framed(frame(cited), source_html.page_html(cited, picture)),
        source_html.framed(frame(cited), source_html.drawing_html(cited, 1)),
        source_html.caution(text),
        *([source_html.table_html(table, text)] if table else []),
    ]
    for html in pieces:
        reader = read(html)
        assert {tag for tag, _ in reader.tags} <= ALLOWED_TAGS | {
            "a",
            "img",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        }
        for tag, attrs in reader.tags:
            assert not [name for name in attrs if name.startswith("on")]
            assert re.fullmatch(r"((left|top|width|height):[\d.]+%;?)*", attrs.get("style") or "")
            if tag == "a":
                assert attrs["href"] == f"source/file?document={quote(text, safe='')}"
            elif tag == "img":
                assert attrs["src"] == f"source/page?document={quote(text, safe='')}&page=1"
            else:
                assert not {"href", "src"} & set(attrs)


def test_the_cited_words_are_marked_where_they_stand() -> None:
    text = "One. It cost $5. Two & three."
    html = source_html.framed(frame(), source_html.text_html(text, (5, 16)))
    assert "<mark>It cost $5.</mark>" in html
    assert text in read(html).text
    assert "page 2, Costs" in read(html).text


@pytest.mark.parametrize(
    ("text", "span"),
    [("0123It cost $5. etc", (4, 15)), ("It cost $5. moved", (0, 11)), ("gone", None), ("", None)],
)
def test_words_are_found_again_in_a_changed_document(text: str, span: tuple[int, int] | None) -> None:
    assert source_html.locate(text, citation()) == span


def test_a_changed_document_says_so() -> None:
    assert source_html.change_note(citation(), (4, 15)) == ""
    assert "words have moved" in source_html.change_note(citation(), (0, 11))
    gone = source_html.change_note(citation(), None)
    assert "no longer in it" in gone and "It cost $5." in gone


def test_of_a_huge_document_the_part_around_the_words_is_shown() -> None:
    text = "x" * 300_000 + "It cost $5." + "y" * 400_000
    html = source_html.text_html(text, (300_000, 300_011))
    shown = read(html).text
    assert "<mark>It cost $5.</mark>" in html
    assert len(shown) < 201_000
    assert "200,000 characters above" in shown
    assert "300,000 characters below" in shown


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ("It grew by 5.", ["5"]),
        ("It grew by 15.", ["5", "5.2", "A"]),
        ("It grew by 5.2 and 5, says A.", ["5", "5.2"]),
        ("", ["5", "5.2", "A"]),
    ],
)
def test_only_whole_cells_that_are_said_are_marked(said: str, marked: list[str]) -> None:
    table = table_around("x | one | two\nA | one: 5 | two: 5.2", 14, 20)
    assert table
    assert sorted(cell.text for cell in source_html.said_cells(table.rows, said)) == marked


def test_pdf_files_of_a_password_are_drawn_with_it(make_assistant: Make, work: Path) -> None:
    (work / "words.txt").write_text("open sesame\n")
    (work / "locked.pdf").write_bytes(make_pdf([["The reserve margin fell to 9 percent."]], password="open sesame"))
    real = make_assistant(password_file=work / "words.txt")
    real.add([work / "locked.pdf"])
    quote_ = cite(citing(real), MARGIN, "locked.pdf") | {"page": 1}
    assert last(Sources(citing(real)).show({"citation": quote_})).count('class="box"') == 1
