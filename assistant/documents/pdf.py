"""Reader of PDF files: text page by page (pypdfium2), pictures by OCR."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from assistant.documents.builder import TextBuilder, clean_text
from assistant.documents.hyphens import MARK, join_broken, known_words
from assistant.documents.model import BlockKind, Document
from assistant.documents.ocr import is_empty, is_picture
from assistant.documents.options import ReadOptions, locked
from assistant.documents.pdf_cells import Piece
from assistant.documents.pdf_headings import Heading, SetLine, Setting, Type, find_headings
from assistant.documents.pdf_pages import PageReport, not_readable, read_pictures
from assistant.documents.pdf_tables import Table, find_tables

_NUMBER = re.compile(r"\(?[$€£]?\d[\d,.]*%?\)?")
#: A number that may be a page's.
_DIGITS = re.compile(r"(?<!\d)\d{1,5}(?!\d)")
#: So many lines at the top and at the foot of a page may be running ones.
_EDGE = 3
#: On so many pages, and on this share of them, a line has to stand to be one.
_RUNS, _RUN_SHARE = 3, 0.2
#: Names of fonts that are bold or slanted, TeX's among them; so many bytes of a name are looked at.
_BOLD = re.compile(r"bold|black|heavy|demi|-medi(?!um)|(?:^|\+)(?:CMB(?!R)|CMSSB|SFB|SFS[XO])", re.IGNORECASE)
_SLANTED = re.compile(
    r"ital(?!-)|obli|slanted|(?:^|\+)(?:CM(?:BX)?(?:TI|SL)|CMSSI|SF(?:TI|SL|BI|BL|SI|SO))", re.IGNORECASE
)
_FONT_NAME = 128
#: Left, bottom, right and top in points from the page's lower left corner.
Box = tuple[float, float, float, float]


def _is_row(line: str) -> bool:
    """A line of a table: at least two figures that together fill a good part of it."""
    figures = _NUMBER.findall(line)
    return len(figures) >= 2 and sum(map(len, figures)) >= 0.2 * len(line)


@dataclass(frozen=True)
class PageLine:
    """A line of a page as it is kept, where its words stand and how it is set, as far as that is known."""

    text: str
    words: tuple[Piece, ...] = ()
    setting: Setting | None = None

    def whole(self, known: Container[str]) -> PageLine:
        """The line with its broken words joined, as the document's words say."""
        return replace(self, text=join_broken(self.text, known))


def lines_of(
    text: str, boxes: Sequence[Box] = (), set_at: Callable[[int], Setting | None] | None = None
) -> list[PageLine]:
    """A page's lines.

    Args:
        text: the page's text.
        boxes: the box of each of its characters; without them no word has a place.
        set_at: how the character at a place of the text is set; without it that is not known of any line.
    """
    return [
        PageLine(
            _kept(text[found.start() : found.end()]),
            tuple(_words(text, boxes, *found.span())),
            _setting(text, *found.span(), set_at) if set_at else None,
        )
        for found in re.finditer(r"[^\r\n]*(?:\r?\n|\r|$)", text)
        if found.group()
    ]


def _setting(text: str, start: int, end: int, set_at: Callable[[int], Setting | None]) -> Setting | None:
    """How a line is set, if its first, middle and last words are in one type."""
    words = [start + found.start() for found in re.finditer(r"[^\W_]+", text[start:end])]
    if not words:
        return None
    first = set_at(words[0])
    if first is None:
        return None
    others = {words[-1], words[len(words) // 2]} - {words[0]}
    return first if all((each := set_at(place)) and each.type == first.type for place in others) else None


def _kept(text: str) -> str:
    return clean_text(text).strip()


def _words(text: str, boxes: Sequence[Box], start: int, end: int) -> Iterator[Piece]:
    """The words between two places of a page's text, each with the box around its characters."""
    if not boxes:
        return
    for found in re.finditer(r"\S+", text[start:end]):
        held = boxes[start + found.start() : start + found.end()]
        lefts, bottoms, rights, tops = zip(*held, strict=True)
        if kept := _kept(found.group().replace(MARK, "-")):
            yield Piece(kept, min(lefts), max(rights), min(bottoms), max(tops))


def _likenesses(line: str, page: int) -> set[tuple[str, int | None]]:
    """What a running line may share with those of other pages: all of it, or all but a number that counts the pages."""
    counting = {
        (f"{line[: found.start()]}#{line[found.end() :]}", int(found.group()) - page)
        for found in _DIGITS.finditer(line)
    }
    return {(line, None), *counting}


def _edges(lines: Sequence[PageLine]) -> list[int]:
    """The places of a page's first and last lines that are not empty."""
    filled = [place for place, line in enumerate(lines) if line.text]
    return sorted({*filled[:_EDGE], *filled[-_EDGE:]})


def _labelling(lines: Sequence[PageLine]) -> set[int]:
    """The places of the lines that tell the columns of a page's tables apart."""
    return {place for table in find_tables([line.words for line in lines]) for place in table.labels}


def without_running_lines(pages: Mapping[int, Sequence[PageLine]]) -> dict[int, list[PageLine]]:
    """Pages' lines by page number, without the running heads and feet, which cut sentences in two and answer nothing.

    A line runs if it is at the edge of at least three pages and of a fifth of all, the page's own number aside. It
    stays where it first stands. One that labels the columns of a table is said anew on every page that the table
    goes on to, and does not run.
    """
    edges = {
        (page, place): _likenesses(lines[place].text, page)
        for page, lines in pages.items()
        for place in set(_edges(lines)) - _labelling(lines)
    }
    on = Counter(likeness for _, likeness in {(page, each) for (page, _), many in edges.items() for each in many})
    running = {likeness for likeness, count in on.items() if count >= max(_RUNS, _RUN_SHARE * len(pages))}
    told: set[tuple[str, int | None]] = set()
    dropped = set()
    for place, likenesses in edges.items():
        if likenesses & told:
            dropped.add(place)
        told |= likenesses & running
    return {
        page: [line for place, line in enumerate(lines) if (page, place) not in dropped]
        for page, lines in pages.items()
    }


def _headings(
    pages: Mapping[int, Sequence[PageLine]], tables: Mapping[int, Sequence[Table]]
) -> dict[int, dict[int, Heading]]:
    """The headings of each page by their first line."""

    def seen(page: int, lines: Sequence[PageLine]) -> list[SetLine]:
        tabular = {place for table in tables[page] for place in (*range(table.first, table.last), *table.labels)}
        return [
            SetLine(line.text, line.setting, place in tabular, _is_row(line.text)) for place, line in enumerate(lines)
        ]

    found: dict[int, dict[int, Heading]] = {}
    for heading in find_headings({page: seen(page, lines) for page, lines in pages.items()}):
        found.setdefault(heading.page, {})[heading.first] = heading
    return found


def add_page(
    builder: TextBuilder,
    lines: Sequence[PageLine],
    page: int,
    tables: Sequence[Table],
    headings: Mapping[int, Heading],
) -> None:
    """Add a page's lines: headings, tables row by row, running text joined to paragraphs.

    A paragraph ends where a line ends a sentence and is clearly shorter than the page's longest.
    """
    width = max((len(line.text) for line in lines), default=0)
    begun = {table.first: table for table in tables}
    open_lines: list[str] = []
    behind = 0

    def flush() -> None:
        if open_lines:
            builder.add(BlockKind.PARAGRAPH, "\n".join(open_lines), page=page)
            open_lines.clear()

    for place, line in enumerate(lines):
        if place in headings:
            flush()
            behind = headings[place].last
            words = " ".join(line.text for line in lines[place:behind])
            builder.add(BlockKind.HEADING, words, page=page, level=headings[place].level)
        if place in begun:
            flush()
            behind = begun[place].last
            for row in begun[place].lines:
                builder.add(BlockKind.TABLE_ROW, row, page=page)
        if place < behind:
            continue
        if not line.text:
            flush()
        elif _is_row(line.text):
            flush()
            builder.add(BlockKind.TABLE_ROW, line.text, page=page)
        else:
            open_lines.append(line.text)
            if len(line.text) < 0.8 * width and line.text[-1] in ".:;!?":
                flush()
    flush()


def _page_lines(page: Any) -> list[PageLine]:
    """A page's lines; where words stand is only looked at on pages that may hold a table."""
    from pypdfium2 import raw

    held = page.get_textpage()
    text = held.get_text_range()
    rows = sum(map(_is_row, text.splitlines()))
    # Characters beyond the basic plane count twice there: places would be off.
    if text and max(text) > "\uffff":
        return lines_of(text)
    # A character that stands for no letter is one of the page and none of its text.
    exact = held.count_chars() == len(text)
    boxes = [held.get_charbox(place, loose=True) for place in range(len(text))] if rows > 1 and exact else ()
    return lines_of(
        text,
        boxes,
        lambda place: _set_at(held, place if exact else raw.FPDFText_GetCharIndexFromTextIndex(held, place)),
    )


def _set_at(held: Any, place: int) -> Setting | None:
    """How a character of a page is set; fonts tell that they are bold by their names."""
    from pypdfium2 import PdfiumError, raw

    try:
        _, bottom, _, top = held.get_charbox(place, loose=True)
    except PdfiumError:
        return None
    name = ctypes.create_string_buffer(_FONT_NAME)
    raw.FPDFText_GetFontInfo(held, place, name, _FONT_NAME, None)
    # Edges lie between the sizes that are used: a quarter of a point is never one.
    height = math.floor(2 * (top - bottom) + 0.1) / 2
    return Setting(Type(height, *_style(name.value.decode("utf-8", "replace"))), bottom)


@lru_cache(maxsize=256)
def _style(font: str) -> tuple[bool, bool]:
    """Whether a font is bold, and upright, by its name."""
    return bool(_BOLD.search(font)), not _SLANTED.search(font)


def _read_pages(pdf: Any, options: ReadOptions, report: PageReport) -> dict[int, list[PageLine]]:
    """The lines of all pages by number, of those that are pictures by OCR as far as options and machine allow."""
    from pypdfium2 import PdfiumError

    pages: dict[int, list[PageLine]] = {}
    pictures: list[int] = []
    for number in range(1, len(pdf) + 1):
        try:
            page = pdf[number - 1]
            lines = _page_lines(page)
            text = "".join(line.text for line in lines)
            if is_picture(page, text) or not (text or is_empty(page)):
                pictures.append(number)
            elif not text:
                report.empty(number)
            if text:
                pages[number] = lines
            page.close()
        except PdfiumError:
            report.damaged(number)
    known = known_words(line.text for lines in pages.values() for line in lines)
    pages = {number: [line.whole(known) for line in lines] for number, lines in pages.items()}
    read = read_pictures(pdf, pictures, report, options, list(pages))
    return pages | {number: lines_of(text) for number, text in read.items()}


def open_pdf(data: bytes, name: str, options: ReadOptions) -> Any:
    """pdfium's document, unlocked by one of the passwords if it is locked.

    Raises:
        DocumentError: damaged, or locked and none of the passwords opens it.
    """
    import pypdfium2 as pdfium

    for password in (None, *(word.get_secret_value() for word in options.passwords)):
        try:
            return pdfium.PdfDocument(data, password=password)
        except pdfium.PdfiumError as error:
            if "password" not in str(error).lower():
                raise not_readable(name) from error
    raise locked(name, options)


def read_pdf(data: bytes, name: str, options: ReadOptions) -> Document:
    """Read a PDF's text; what OCR had to read, and what nothing could, is told in the notes.

    Raises:
        DocumentError: the file is locked, damaged or holds no text at all.
    """
    pdf = open_pdf(data, name, options)
    report = PageReport()
    try:
        count = len(pdf)
        pages = _read_pages(pdf, options, report)
        meta = pdf.get_metadata_dict(skip_empty=True)
    finally:
        pdf.close()
    if not pages:
        raise report.refusal(name, count)
    builder = TextBuilder()
    kept = without_running_lines(pages)
    tables = {number: find_tables([line.words for line in lines]) for number, lines in kept.items()}
    headings = _headings(kept, tables)
    for number, lines in sorted(kept.items()):
        add_page(builder, lines, number, tables[number], headings.get(number, {}))
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=_title(meta.get("Title", "")),
        date=_pdf_date(meta.get("CreationDate", "")),
        author=clean_text(meta.get("Author", "")) or None,
        page_count=count,
        notes=report.notes(),
    )


def _title(value: str) -> str:
    """A title as the file states it; empty if there is no word in it, as in "0001045810-23-000227"."""
    return value.strip() if re.search(r"[^\W\d_]{3}", value) else ""


def _pdf_date(value: str) -> str | None:
    """`D:20230804060204Z` as `2023-08-04` (PDF 32000-1, 7.9.4)."""
    match = re.match(r"D:(\d{4})(\d{2})(\d{2})", value)
    return "-".join(match.groups()) if match else None
