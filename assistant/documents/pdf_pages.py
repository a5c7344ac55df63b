"""What became of the pages of a PDF: those that say nothing as text are told, and read by OCR where that can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.documents.ocr import OcrError, ocr_page, tesseract_installed, unread_reason
from assistant.documents.options import ReadOptions
from assistant.errors import DocumentError

_NO_TEXT, _DAMAGED, _EMPTY = "no text on pages", "damaged, left out: pages", "nothing on pages"
_BY_OCR = "read by OCR, which can err: pages"


def page_ranges(pages: Sequence[int]) -> str:
    """`[3, 4, 5, 9]` as `3-5, 9`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def lacks_text(notes: Sequence[str]) -> bool:
    """Whether the notes on a document name pages that were pictures and not read."""
    return any(note.startswith(_NO_TEXT) for note in notes)


def not_readable(name: str) -> DocumentError:
    """The error for a damaged file."""
    return DocumentError(f"{name} is not a readable PDF", "Print it to a new PDF from a viewer.")


@dataclass
class PageReport:
    """The numbers of the pages that a person is told of, by remark and reason."""

    told: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def damaged(self, page: int) -> None:
        """A page cannot be read at all."""
        self._tell(_DAMAGED, page)

    def empty(self, page: int) -> None:
        """There is nothing on a page."""
        self._tell(_EMPTY, page)

    def read_by_ocr(self, page: int) -> None:
        """A page's words were recognised in its picture."""
        self._tell(_BY_OCR, page)

    def unread(self, page: int, reason: str) -> None:
        """A page is a picture whose words, if any, are not known."""
        self._tell(_NO_TEXT, page, reason)

    def _tell(self, remark: str, page: int, reason: str = "") -> None:
        self.told.setdefault((remark, reason), []).append(page)

    def notes(self) -> tuple[str, ...]:
        """What a person must know: "no text on pages 3-9: install ..."."""
        return tuple(
            f"{remark} {page_ranges(pages)}" + (f": {reason}" if reason else "")
            for (remark, reason), pages in self.told.items()
        )

    def refusal(self, name: str, count: int) -> DocumentError:
        """The error for a PDF without any text."""
        if {remark for remark, _ in self.told} == {_DAMAGED}:
            return not_readable(name)
        reasons = [reason for (remark, reason) in self.told if remark == _NO_TEXT]
        if not reasons:
            return DocumentError(f"{name} holds no text: its pages are empty ({count})", "Check the file.")
        what, _, step = reasons[0].rpartition("; ")
        return DocumentError(
            f"{name}: no text on any of its {count} pages (a scan?)" + (f": {what}" if what else ""),
            f"{step[:1].upper()}{step[1:]}.",
        )


def read_pictures(
    pdf: Any, pictures: Sequence[int], report: PageReport, options: ReadOptions, stamped: Sequence[int]
) -> dict[int, str]:
    """The texts that OCR reads from pages that are pictures, by page number.

    Args:
        pdf: pdfium's document.
        pictures: the numbers of those pages.
        report: told which were read and which were not, and why.
        options: whether, and how many.
        stamped: pages among them that have a few letters of their own: without more they are not without text.
    """
    texts: dict[int, str] = {}
    reason = unread_reason(options, tesseract_installed())
    for done, number in enumerate(pictures):
        if reason is None and done >= options.ocr_pages:
            reason = f"OCR reads only {options.ocr_pages} pages of a document; raise ASSISTANT_OCR_PAGES"
        if reason is not None:
            report.unread(number, reason)
            continue
        options.progress("reading pages by OCR", done, len(pictures))
        try:
            text = ocr_page(pdf[number - 1], options.ocr_languages)
        except OcrError as error:
            report.unread(number, str(error))
            continue
        if text.strip():
            texts[number] = text
            report.read_by_ocr(number)
        elif number not in stamped:
            report.unread(number, "OCR recognises none; check the page")
    return texts
