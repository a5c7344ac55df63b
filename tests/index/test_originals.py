"""The files behind documents: only what the index names, only as it was read; pages drawn apart and kept a while."""

from __future__ import annotations

import io
import os
import signal
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pdfs import make_pdf

from assistant.documents.parser import ParserProcess, ReadLimits
from assistant.errors import DocumentError, UnknownDocumentError
from assistant.facade import Assistant
from assistant.fetching import Page
from assistant.index.originals import Originals, Whereabouts

PDF = make_pdf([["Cover"], ["The reserve margin fell to 9 percent."], ["End"]], title="Grid")


@pytest.fixture
def assistant(make_assistant: Callable[..., Assistant], work: Path) -> Assistant:
    made = make_assistant()
    (work / "grid.pdf").write_bytes(PDF)
    with zipfile.ZipFile(work / "box.zip", "w") as archive:
        archive.writestr("inner/grid.pdf", PDF)
        archive.writestr("note.md", "# Note\n\nWords.")
    made.add([work / "grid.pdf", work / "box.zip"])
    return made


def span(assistant: Assistant, name: str) -> tuple[int, int]:
    words = "The reserve margin fell to 9 percent."
    at = assistant.text(name).index(words)
    return at, at + len(words)


def picture_size(png: bytes) -> tuple[int, int]:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return picture.size


@pytest.mark.parametrize("name", ["grid.pdf", "box.zip/inner/grid.pdf"])
def test_a_page_is_drawn_with_the_cited_words_boxed(assistant: Assistant, name: str) -> None:
    drawn = assistant.originals.picture(name, 2, span(assistant, name))
    assert picture_size(drawn.png) == (drawn.width, drawn.height)
    assert (drawn.page, drawn.pages, len(drawn.boxes), drawn.lettered) == (2, 3, 1, True)
    # 60 points from the left of 612 and on the first line below 32 of 792, by `make_pdf`.
    (box,) = drawn.boxes
    assert box.left == pytest.approx(60 / 612, abs=0.01) and box.top == pytest.approx(22 / 792, abs=0.01)
    assert 0.2 < box.width < 0.5 and 0.01 < box.height < 0.03
    assert assistant.originals.picture(name, 1).boxes == ()


def test_a_picture_is_kept_until_the_document_is_another(assistant: Assistant, work: Path) -> None:
    originals = assistant.originals
    assert originals.kept_picture("grid.pdf", 2) is None
    drawn = originals.picture("grid.pdf", 2, span(assistant, "grid.pdf"))
    assert originals.picture("grid.pdf", 2, span(assistant, "grid.pdf")) is drawn
    assert originals.kept_picture("grid.pdf", 2) is drawn
    assert originals.kept_picture("nowhere.pdf", 2) is None
    (work / "grid.pdf").write_bytes(make_pdf([["Cover"], ["Other words."]]))
    assistant.add([work / "grid.pdf"])
    assert originals.kept_picture("grid.pdf", 2) is None
    assert originals.picture("grid.pdf", 2).pages == 2


def test_where_documents_come_from(assistant: Assistant, work: Path) -> None:
    originals = assistant.originals
    assert originals.whereabouts("grid.pdf") == Whereabouts("grid.pdf") and originals.whereabouts("grid.pdf").is_pdf
    packed = originals.whereabouts("box.zip/inner/grid.pdf")
    assert (packed.file_name, packed.member, packed.is_pdf) == ("box.zip", "inner/grid.pdf", True)
    assert not originals.whereabouts("box.zip/note.md").is_pdf
    assistant.add([Page(address="https://example.com/a", name="a.txt", data=b"Some words of it.")])
    fetched = originals.whereabouts("a.txt")
    assert fetched.address == "https://example.com/a" and fetched.problem and not fetched.file_name
    with pytest.raises(DocumentError, match="no file of it is kept"):
        originals.read("a.txt")
    (work / "grid.pdf").unlink()
    assert "no longer" in originals.whereabouts("grid.pdf").problem


def test_a_file_is_given_byte_for_byte_as_it_was_indexed_or_not_at_all(assistant: Assistant, work: Path) -> None:
    originals = assistant.originals
    assert (originals.read("grid.pdf").name, originals.read("grid.pdf").data) == ("grid.pdf", PDF)
    archive = (work / "box.zip").read_bytes()
    assert originals.read("box.zip/note.md").data == archive
    (work / "grid.pdf").write_bytes(PDF.replace(b"margin", b"MARGIN"))
    for give in (originals.read, lambda name: originals.picture(name, 1)):
        with pytest.raises(DocumentError, match="has changed since it was indexed") as refused:
            give("grid.pdf")
        assert refused.value.next_step
    (work / "grid.pdf").unlink()
    (work / "grid.pdf").mkdir()
    with pytest.raises(DocumentError, match="no longer where it was"):
        originals.read("grid.pdf")


@pytest.mark.parametrize("name", ["/etc/hostname", "../grid.pdf", "", "box.zip", "grid.pdf\0", "grid"])
def test_what_the_index_does_not_name_is_never_read(assistant: Assistant, name: str) -> None:
    for give in (
        assistant.originals.read,
        assistant.originals.whereabouts,
        lambda name: assistant.originals.picture(name, 1),
    ):
        with pytest.raises(UnknownDocumentError):
            give(name)


@pytest.mark.parametrize(
    ("name", "page"), [("grid.pdf", 0), ("grid.pdf", 4), ("grid.pdf", 2**40), ("box.zip/note.md", 1)]
)
def test_a_page_that_is_none_is_an_error_in_words(assistant: Assistant, name: str, page: int) -> None:
    with pytest.raises(DocumentError, match=r"has no pages? "):
        assistant.originals.picture(name, page)


def test_a_file_too_much_to_draw_costs_its_picture_alone(assistant: Assistant) -> None:
    """The reading process is killed in the middle, as a crash of its library would; the next page is drawn again."""
    originals = assistant.originals
    originals.picture("grid.pdf", 1)
    process = originals._parser.process_id if originals._parser else None
    assert process
    os.kill(process, signal.SIGKILL)
    # Unless its end was noticed before, this page is the one that it costs.
    with suppress(DocumentError):
        originals.picture("grid.pdf", 2)
    assert originals.picture("grid.pdf", 3).page == 3
    assert originals._parser and originals._parser.process_id != process


def test_drawing_is_limited_in_time(assistant: Assistant) -> None:
    hasty = Originals(assistant._home.store, lambda: ParserProcess(ReadLimits(seconds=0.05, megabytes=400)), 2**20)
    with pytest.raises(DocumentError, match=r"Page 1 of grid.pdf was not read within 0.05 s"):
        hasty.picture("grid.pdf", 1)
    hasty.close()


def test_nothing_runs_on_when_the_assistant_is_closed(assistant: Assistant) -> None:
    originals = assistant.originals
    originals.picture("grid.pdf", 1)
    process = originals._parser.process_id if originals._parser else None
    assert process
    assistant.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
