"""A page of a PDF as a picture, and where on it the cited words stand. Runs in the reading process (`worker.py`)."""

from __future__ import annotations

import io
import math
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.documents.options import ReadOptions
from assistant.documents.page_words import Rect, find_words, joined_boxes
from assistant.errors import DocumentError

#: Pixels of a picture's width: twice that of a wide panel, so that it is sharp on fine screens and when enlarged.
_WIDTH = 1240
#: Pages far longer than wide are drawn coarser: so many pixels at most.
_MAX_PIXELS = 6_000_000
#: A page of an inch or less across is enlarged no further than this.
_MAX_SCALE = 8.0
#: Pixels by which a box is larger than its letters.
_MARGIN = 2


class Box(BaseModel):
    """A box on a picture: its upper left corner and size as shares of the picture's width and height, 0 to 1."""

    model_config = ConfigDict(frozen=True)

    left: float = Field(ge=0, le=1)
    top: float = Field(ge=0, le=1)
    width: float = Field(ge=0, le=1)
    height: float = Field(ge=0, le=1)


class PagePicture(BaseModel):
    """A drawn page. `page` of `pages` is 1-based, sizes are in pixels.

    `boxes` stand around the cited words line by line; none if they cannot be found on the page. `lettered` says
    whether the page has any text of its own: without, what is known of it was read by OCR.
    """

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    png: bytes = Field(repr=False)
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    page: int = Field(ge=1)
    pages: int = Field(ge=1)
    boxes: tuple[Box, ...] = ()
    lettered: bool = True


def draw_page(
    data: bytes, name: str, page: int, *, member: str = "", quote: str = "", before: str = "", options: ReadOptions
) -> PagePicture:
    """Draw a page of a PDF and find the cited words on it.

    Args:
        data: the file's bytes.
        name: the file's name, for errors.
        page: its number, from 1.
        member: the path of the PDF within the file, where that is an archive.
        quote: the cited words; none are looked for if it is empty.
        before: what stands before them in the document's text.
        options: passwords to try.

    Raises:
        DocumentError: locked, damaged, no such page or member.
    """
    from pypdfium2 import PdfiumError

    from assistant.documents.pdf import open_pdf
    from assistant.documents.pdf_pages import not_readable

    if member:
        data = _member(data, name, member, options)
    pdf = open_pdf(data, name, options)
    try:
        if not 1 <= page <= len(pdf):
            raise DocumentError(f"{name} has no page {page}, only {len(pdf)}", "Choose another page.")
        return _drawn(pdf[page - 1], page, len(pdf), quote, before)
    except PdfiumError as error:
        raise not_readable(name) from error
    finally:
        pdf.close()


def _member(data: bytes, name: str, path: str, options: ReadOptions) -> bytes:
    from assistant.documents.archive import unpack

    for member in unpack(data, name, options):
        if member.path == path:
            if member.problem:
                raise DocumentError(member.problem, "Unpack the archive and look at it.")
            return member.data
    raise DocumentError(f"{name} holds no file {path}", "Unpack the archive and look at it.")


def drawing_scale(width: float, height: float) -> float:
    """By how much a page of this size, in points, is enlarged."""
    by_width = _WIDTH / max(width, 1.0)
    return min(by_width, _MAX_SCALE, math.sqrt(_MAX_PIXELS / max(width * height, 1.0)))


def _drawn(page: Any, number: int, count: int, quote: str, before: str) -> PagePicture:
    bitmap = page.render(scale=drawing_scale(*page.get_size()))
    place = bitmap.get_posconv(page)
    words = page.get_textpage()
    text = _characters(words)

    def box_of(at: int) -> Rect:
        left, bottom, right, top = words.get_charbox(at, loose=True)
        x0, y0 = place.to_bitmap(left, top)
        x1, y1 = place.to_bitmap(right, bottom)
        # On a page that is turned the corners change places.
        return Rect(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    found = find_words(text, quote, before, box_of) if quote else []
    picture = bitmap.to_pil()
    width, height = picture.size
    return PagePicture(
        png=_png(picture),
        width=width,
        height=height,
        page=number,
        pages=count,
        boxes=tuple(_share(each, width, height) for each in joined_boxes([box_of(at) for at in found])),
        lettered=any(map(str.isalnum, text)),
    )


def _png(picture: Any) -> bytes:
    """A picture packed quickly rather than small; without colours it is a third."""
    from PIL import ImageChops

    first, *others = picture.convert("RGB").split()
    if all(ImageChops.difference(first, other).getbbox() is None for other in others):
        picture = first
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _characters(words: Any) -> str:
    """A page's text with one character for each that pdfium counts, so that places are right."""
    from pypdfium2.raw import FPDFText_GetUnicode

    return "".join(chr(min(FPDFText_GetUnicode(words, at), 0x10FFFF)) for at in range(words.count_chars()))


def _share(box: Rect, width: int, height: int) -> Box:
    left, right = (min(max(x, 0), width) for x in (box.left - _MARGIN, box.right + _MARGIN))
    top, bottom = (min(max(y, 0), height) for y in (box.top - _MARGIN, box.bottom + _MARGIN))
    return Box(left=left / width, top=top / height, width=(right - left) / width, height=(bottom - top) / height)
