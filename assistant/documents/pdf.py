"""Reader of PDF files: text page by page (pypdfium2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.documents.builder import TextBuilder, clean_text
from assistant.documents.model import BlockKind, Document
from assistant.documents.pdf_cells import Piece
from assistant.documents.pdf_tables import find_tables
from assistant.errors import DocumentError

_NUMBER = re.compile(r"\(?[$€£]?\d[\d,.]*%?\)?")
#: A number that may be a page's.
_DIGITS = re.compile(r"(?<!\d)\d{1,5}(?!\d)")
#: So many lines at the top and at the foot of a page may be running ones.
_EDGE = 3
#: On so many pages, and on this share of them, a line has to stand to be one.
_RUNS, _RUN_SHARE = 3, 0.2
#: pypdfium2 marks a word broken at the line's end with this character.
_HYPHEN = "\ufffe"
#: Left, bottom, right and top in points from the page's lower left corner.
Box = tuple[float, float, float, float]


def _page_ranges(pages: list[int]) -> str:
    """`[3, 4, 5, 9]` as `3-5, 9`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _is_row(line: str) -> bool:
    """A line of a table: at least two figures that together fill a good part of it."""
    figures = _NUMBER.findall(line)
    return len(figures) >= 2 and sum(map(len, figures)) >= 0.2 * len(line)


@dataclass(frozen=True)
class PageLine:
    """A line of a page as it is kept, and where its words stand, as far as that is known."""

    text: str
    words: tuple[Piece, ...] = ()


def lines_of(text: str, boxes: Sequence[Box] = ()) -> list[PageLine]:
    """A page's lines.

    Args:
        text: the page's text.
        boxes: the box of each of its characters; without them no word has a place.
    """
    return [
        PageLine(_kept(text[found.start() : found.end()]), tuple(_words(text, boxes, *found.span())))
        for found in re.finditer(r"[^\r\n]*(?:\r?\n|\r|$)", text)
        if found.group()
    ]


def _kept(text: str) -> str:
    return clean_text(text.replace(_HYPHEN, "-")).strip()


def _words(text: str, boxes: Sequence[Box], start: int, end: int) -> Iterator[Piece]:
    """The words between two places of a page's text, each with the box around its characters."""
    if not boxes:
        return
    for found in re.finditer(r"\S+", text[start:end]):
        held = boxes[start + found.start() : start + found.end()]
        lefts, bottoms, rights, tops = zip(*held, strict=True)
        if kept := _kept(found.group()):
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


def without_running_lines(pages: Mapping[int, Sequence[PageLine]]) -> dict[int, list[PageLine]]:
    """Pages' lines by page number, without the running heads and feet, which cut sentences in two and answer nothing.

    A line runs if it is at the edge of at least three pages and of a fifth of all, the page's own number aside. It
    stays where it first stands.
    """
    edges = {
        (page, place): _likenesses(lines[place].text, page) for page, lines in pages.items() for place in _edges(lines)
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


def add_page(builder: TextBuilder, lines: Sequence[PageLine], page: int) -> None:
    """Add a page's lines: tables row by row, running text joined to paragraphs.

    A paragraph ends where a line ends a sentence and is clearly shorter than the page's longest.
    """
    width = max((len(line.text) for line in lines), default=0)
    tables = {table.first: table for table in find_tables([line.words for line in lines])}
    open_lines: list[str] = []
    behind = 0

    def flush() -> None:
        if open_lines:
            builder.add(BlockKind.PARAGRAPH, "\n".join(open_lines), page=page)
            open_lines.clear()

    for place, line in enumerate(lines):
        if place in tables:
            flush()
            behind = tables[place].last
            for row in tables[place].lines:
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
    held = page.get_textpage()
    text = held.get_text_range()
    rows = sum(map(_is_row, text.splitlines()))
    # Characters beyond the basic plane count twice there: places would be off.
    placed = rows > 1 and held.count_chars() == len(text)
    return lines_of(text, [held.get_charbox(place, loose=True) for place in range(len(text))] if placed else ())


def _add_pages(builder: TextBuilder, pdf: Any) -> tuple[list[int], list[int]]:
    """Add all pages; gives the numbers of those without text and of those that cannot be read."""
    from pypdfium2 import PdfiumError

    empty: list[int] = []
    broken: list[int] = []
    pages: dict[int, list[PageLine]] = {}
    for number in range(1, len(pdf) + 1):
        try:
            lines = _page_lines(pdf[number - 1])
        except PdfiumError:
            broken.append(number)
            continue
        if any(line.text for line in lines):
            pages[number] = lines
        else:
            empty.append(number)
    for number, lines in without_running_lines(pages).items():
        add_page(builder, lines, number)
    return empty, broken


def read_pdf(data: bytes, name: str) -> Document:
    """Read a PDF's text.

    Raises:
        DocumentError: the file is locked, damaged or holds no text at all.
    """
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentError(f"{name} is locked with a password", "Save an unlocked copy and add that.") from error
        raise DocumentError(f"{name} is not a readable PDF", "Print it to a new PDF from a viewer.") from error
    builder = TextBuilder()
    try:
        count = len(pdf)
        empty, broken = _add_pages(builder, pdf)
        meta = pdf.get_metadata_dict(skip_empty=True)
    finally:
        pdf.close()
    if len(broken) == count:
        raise DocumentError(f"{name} is not a readable PDF", "Print it to a new PDF from a viewer.")
    if len(empty) + len(broken) == count:
        raise DocumentError(
            f"{name}: no text on any of its {count} pages (a scan?)", "Run OCR on it and add the result."
        )
    notes = tuple(
        f"{remark} {_page_ranges(pages)}"
        for remark, pages in (("no text on pages", empty), ("damaged, left out: pages", broken))
        if pages
    )
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=_title(meta.get("Title", "")),
        date=_pdf_date(meta.get("CreationDate", "")),
        author=clean_text(meta.get("Author", "")) or None,
        page_count=count,
        notes=notes,
    )


def _title(value: str) -> str:
    """A title as the file states it; empty if there is no word in it, as in "0001045810-23-000227"."""
    return value.strip() if re.search(r"[^\W\d_]{3}", value) else ""


def _pdf_date(value: str) -> str | None:
    """`D:20230804060204Z` as `2023-08-04` (PDF 32000-1, 7.9.4)."""
    match = re.match(r"D:(\d{4})(\d{2})(\d{2})", value)
    return "-".join(match.groups()) if match else None
