"""Pages that are pictures, read by tesseract where it is installed (pytesseract starts it, page by page)."""

from __future__ import annotations

import math
import shutil
from typing import Any

from assistant.documents.options import ReadOptions

#: What tesseract reads best, in dots per inch; a point is 1/72 of an inch.
_DPI, _POINTS = 300, 72
#: Pages larger than a poster are drawn coarser: so many pixels at most.
_MAX_PIXELS = 30_000_000
#: A page may take so long, in seconds; the longest seen took 20.
_PAGE_S = 90
#: A page with fewer letters than this is a picture under a stamp if a picture covers it.
_FEW_LETTERS = 100
#: A picture of this share of a page covers it.
_COVER = 0.5
#: Brightness, of 255, by which a page may vary and still be empty: what compression leaves.
_EMPTY_RANGE = 12


class OcrError(Exception):
    """Pages cannot be read by OCR: why, and what can be done, to stand behind "no text on pages 3-9: "."""


def drawing_scale(width: float, height: float) -> float:
    """By how much a page of this size, in points, is to be enlarged to be read."""
    return min(_DPI / _POINTS, math.sqrt(_MAX_PIXELS / max(width * height, 1.0)))


def is_stamped_picture(letters: int, page_area: float, picture_areas: list[float]) -> bool:
    """Whether a page is a picture with a few letters on it, such as a scan with a page number printed upon it."""
    return letters < _FEW_LETTERS and max(picture_areas, default=0.0) >= _COVER * page_area > 0


def unread_reason(options: ReadOptions, installed: bool) -> str | None:
    """Why pictures are not read, and what to do; None if they are."""
    if not options.ocr:
        return "OCR is switched off; set ASSISTANT_OCR=true and run `assistant add --again` on the file"
    if not installed:
        return "install tesseract (`apt install tesseract-ocr`) and run `assistant add --again` on the file"
    return None


def is_empty(page: Any) -> bool:
    """Whether there is nothing on a page of pdfium's, not even a picture."""
    darkest, brightest = page.render(scale=1.0, grayscale=True).to_pil().getextrema()
    return bool(brightest - darkest <= _EMPTY_RANGE)


def is_picture(page: Any, text: str) -> bool:
    """Whether what a page of pdfium's says is on a picture rather than in its text."""
    letters = sum(map(str.isalnum, text))
    if letters >= _FEW_LETTERS:
        return False
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    boxes = [found.get_bounds() for found in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE])]
    width, height = page.get_size()
    return is_stamped_picture(letters, width * height, [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes])


def tesseract_installed() -> bool:
    """Whether the program is where programs are looked for."""
    return shutil.which("tesseract") is not None


def ocr_page(page: Any, languages: str) -> str:
    """The text of a page of pdfium's, line by line, an empty line between paragraphs; empty if none is recognised.

    Raises:
        OcrError: tesseract fails or takes too long.
    """
    import pytesseract

    picture = page.render(scale=drawing_scale(*page.get_size()), grayscale=True).to_pil()
    try:
        return str(pytesseract.image_to_string(picture, lang=languages, timeout=_PAGE_S))
    except pytesseract.TesseractError as error:
        reason = " ".join(str(error.message).split())[:200]
        raise OcrError(f"tesseract failed ({reason}); check ASSISTANT_OCR_LANGUAGES and its installation") from error
    except RuntimeError as error:
        raise OcrError(f"tesseract took more than {_PAGE_S} s; add a copy of lower resolution") from error
    except OSError as error:
        raise OcrError(f"tesseract could not be started ({error.strerror or error}); check its installation") from error
