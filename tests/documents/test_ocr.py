"""Pages that are pictures: what is said of them, and, where tesseract is installed, what it reads."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from pdfs import make_pdf, make_scan
from pydantic import SecretStr

from assistant.documents import ocr, pdf_pages
from assistant.documents.ocr import OcrError, drawing_scale, is_stamped_picture, unread_reason
from assistant.documents.options import ReadOptions, read_passwords
from assistant.documents.registry import read_document
from assistant.errors import DocumentError

WORDS = ["Harbour Compute leased 412 megawatts", "of capacity in the second quarter."]
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


def read(data: bytes, **options: Any) -> Any:
    return read_document(data, "scan.pdf", "scan.pdf", ReadOptions(**options))


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "tesseract_installed", lambda: False)


@pytest.fixture
def recognised(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What OCR gives, page by page, in the place of tesseract."""
    pages: list[str] = []
    monkeypatch.setattr(pdf_pages, "tesseract_installed", lambda: True)
    monkeypatch.setattr(pdf_pages, "ocr_page", lambda page, languages: pages.pop(0))
    return pages


@pytest.mark.parametrize(
    ("size", "dots"), [((612, 792), 2550 * 3300), ((14400, 14400), 30_000_000), ((0, 0), 0), ((7200, 1), 30000 * 4.2)]
)
def test_pages_are_drawn_at_300_dpi_and_never_too_large(size: tuple[float, float], dots: float) -> None:
    scale = drawing_scale(*size)
    assert scale <= 300 / 72
    assert size[0] * size[1] * scale**2 == pytest.approx(dots, rel=0.02)


@pytest.mark.parametrize(
    ("letters", "pictures", "is_one"),
    [(0, [100.0], True), (20, [60.0], True), (20, [40.0, 30.0], False), (500, [100.0], False), (20, [], False)],
)
def test_a_stamp_on_a_picture_is_not_the_text(letters: int, pictures: list[float], is_one: bool) -> None:
    assert is_stamped_picture(letters, 100.0, pictures) is is_one


def test_a_page_without_area_is_no_picture() -> None:
    assert not is_stamped_picture(0, 0.0, [0.0])


@pytest.mark.parametrize(
    ("wanted", "installed", "says"),
    [
        (True, True, None),
        (True, False, "install tesseract"),
        (False, True, "ASSISTANT_OCR"),
        (False, False, "ASSISTANT_OCR"),
    ],
)
def test_why_pictures_are_not_read(wanted: bool, installed: bool, says: str | None) -> None:
    reason = unread_reason(ReadOptions(ocr=wanted), installed)
    assert reason is None if says is None else says in str(reason)


@pytest.mark.usefixtures("without_tesseract")
def test_pages_without_text_name_what_to_install() -> None:
    document = read(make_scan([["Typed words of the first page."], WORDS, WORDS, []], pictures=[2, 3]))
    assert document.text == "Typed words of the first page."
    empty, pictures = document.notes
    assert empty == "nothing on pages 4"
    assert pictures.startswith("no text on pages 2-3: install tesseract")


@pytest.mark.usefixtures("without_tesseract")
def test_a_scan_through_and_through_is_refused_with_what_to_install() -> None:
    with pytest.raises(DocumentError, match="no text on any of its 2 pages") as caught:
        read(make_scan([WORDS, WORDS], pictures=[1, 2]))
    assert caught.value.next_step.startswith("Install tesseract")


def test_ocr_can_be_switched_off(recognised: list[str]) -> None:
    recognised.append("Never asked for.")
    with pytest.raises(DocumentError, match="OCR is switched off") as caught:
        read(make_scan([WORDS], pictures=[1]), ocr=False)
    assert "ASSISTANT_OCR=true" in caught.value.next_step
    assert recognised


def test_pages_read_by_ocr_are_marked_and_told_as_they_go(recognised: list[str]) -> None:
    recognised[:] = ["Words of the second page.\n\nMore of them.", ""]
    told: list[tuple[str, int, int]] = []
    data = make_scan([["Typed words of the first page."], WORDS, WORDS], pictures=[2, 3])
    document = read(data, progress=lambda *step: told.append(step))
    assert [(block.page, document.text[block.start : block.end]) for block in document.blocks] == [
        (1, "Typed words of the first page."), (2, "Words of the second page."), (2, "More of them."),
    ]  # fmt: skip
    assert document.notes == (
        "read by OCR, which can err: pages 2",
        "no text on pages 3: OCR recognises none; check the page",
    )
    assert [step[1:] for step in told if "OCR" in step[0]] == [(0, 2), (1, 2)]


def test_so_many_pages_are_read_by_ocr_and_the_others_named(recognised: list[str]) -> None:
    recognised[:] = ["Words of the first page."]
    document = read(make_scan([WORDS, WORDS, WORDS], pictures=[1, 2, 3]), ocr_pages=1)
    assert "no text on pages 2-3: OCR reads only 1 pages of a document; raise ASSISTANT_OCR_PAGES" in document.notes


def test_a_page_that_ocr_fails_on_leaves_the_others(monkeypatch: pytest.MonkeyPatch, recognised: list[str]) -> None:
    def fail(page: Any, languages: str) -> str:
        raise OcrError("tesseract took more than 90 s; add a copy of lower resolution")

    monkeypatch.setattr(pdf_pages, "ocr_page", fail)
    document = read(make_scan([["Typed words."], WORDS], pictures=[2]))
    assert document.notes == ("no text on pages 2: tesseract took more than 90 s; add a copy of lower resolution",)


@needs_tesseract
def test_tesseract_reads_a_picture() -> None:
    document = read(make_scan([["Typed words of the first page."], WORDS], pictures=[2]))
    assert "leased 412 megawatts" in document.text
    assert document.notes == ("read by OCR, which can err: pages 2",)


@needs_tesseract
def test_a_language_that_is_not_installed_is_told() -> None:
    with pytest.raises(DocumentError, match=r"no text on any of its 1 pages.*tesseract failed") as caught:
        read(make_scan([WORDS], pictures=[1]), ocr_languages="nonesuch")
    assert "ASSISTANT_OCR_LANGUAGES" in caught.value.next_step
    assert ocr.tesseract_installed()


# --- passwords ----------------------------------------------------------------------------------------------


LOCKED = make_pdf([["Words under lock."]], password="open sesame")


@pytest.mark.parametrize(
    ("passwords", "says"), [((), "--password-file FILE"), (("wrong", "wronger"), "none of those given opens it")]
)
def test_a_locked_pdf_asks_for_its_password(passwords: tuple[str, ...], says: str) -> None:
    with pytest.raises(DocumentError, match="locked with a password") as caught:
        read(LOCKED, passwords=tuple(map(SecretStr, passwords)))
    assert says in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_one_of_the_passwords_opens_it() -> None:
    words = tuple(map(SecretStr, ("wrong", "open sesame")))
    assert read(LOCKED, passwords=words).text == "Words under lock."
    assert "sesame" not in repr(ReadOptions(passwords=words))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"one\n", ["one"]), (b"\xef\xbb\xbf with blanks \r\n\nr\xc3\xbcbe", [" with blanks ", "rübe"])],
)
def test_passwords_stand_one_a_line(tmp_path: Path, content: bytes, words: list[str]) -> None:
    (tmp_path / "words").write_bytes(content)
    assert [word.get_secret_value() for word in read_passwords(tmp_path / "words")] == words
    assert read_passwords(None) == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "No such file"), (b"\xff\xfe\xff", "not UTF-8"), (b"\n", "0 lines"), (b"a\n" * 101, "101")],
)
def test_a_password_file_that_is_none(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "words").write_bytes(content)
    with pytest.raises(DocumentError, match=says) as caught:
        read_passwords(tmp_path / "words")
    assert caught.value.next_step


def test_nothing_of_a_picture_is_lost_to_rounding() -> None:
    """The scan made for these tests holds a picture over the whole page and no letter."""
    import pypdfium2

    page = pypdfium2.PdfDocument(io.BytesIO(make_scan([WORDS], pictures=[1])))[0]
    assert page.get_textpage().get_text_bounded() == ""
    assert ocr.is_picture(page, "") and not ocr.is_empty(page)
