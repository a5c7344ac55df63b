"""Reader of PDF files: text page by page (pypdfium2), pictures by OCR."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.documents.builder import TextBuilder, clean_text
from assistant.documents.bullets import begins_item, is_item
from assistant.documents.hyphens import known_words
from assistant.documents.model import BlockKind, Document
from assistant.documents.ocr import is_empty, is_picture
from assistant.documents.options import ReadOptions, locked
from assistant.documents.pdf_headings import Heading, SetLine, find_headings
from assistant.documents.pdf_lines import PageLine, is_row, lines_of, page_lines
from assistant.documents.pdf_pages import PageReport, not_readable, read_pictures
from assistant.documents.pdf_tables import Table, find_tables

#: A number that may be a page's.
_DIGITS = re.compile(r"(?<!\d)\d{1,5}(?!\d)")
#: A year counts up as pages do ("Results 2021"); so far into a document a number like it is a page's.
_YEAR, _YEARS_END = re.compile(r"(?:19|20)\d\d"), 1000
#: A line with an amount tells something, however often it stands there.
_AMOUNT = re.compile(r"[$€£¥]\s?\d|\d,\d{3}(?!\d)")
#: So many lines at the top and at the foot of a page may be running ones.
_EDGE = 3
#: On so many pages, and on this share of them, a line has to stand to be one.
_RUNS, _RUN_SHARE = 3, 0.2
_DEFAULT = ReadOptions()


def _likenesses(line: str, page: int) -> set[tuple[str, int | None]]:
    """What a running line may share with those of other pages: all of it, or all but a number that counts the pages."""
    counting = {
        (f"{line[: found.start()]}#{line[found.end() :]}", int(found.group()) - page)
        for found in _DIGITS.finditer(line)
        if page > _YEARS_END or not _YEAR.fullmatch(found.group())
    }
    return {(line, None), *counting}


def _edges(lines: Sequence[PageLine]) -> list[int]:
    """The places of a page's first and last lines that are not empty."""
    filled = [place for place, line in enumerate(lines) if line.text]
    return sorted({*filled[:_EDGE], *filled[-_EDGE:]})


def _labelling(lines: Sequence[PageLine]) -> set[int]:
    """The places of the lines that tell the columns of a page's tables apart."""
    return {place for table in find_tables([line.words for line in lines]) for place in table.labels}


def without_running_lines(
    pages: Mapping[int, Sequence[PageLine]], options: ReadOptions = _DEFAULT
) -> dict[int, list[PageLine]]:
    """Pages' lines by page number, without the running heads and feet, which cut sentences in two and answer nothing.

    A line runs if it is at the edge of at least three pages and of a fifth of all, the page's own number aside. It
    stays where it first stands. One that labels the columns of a table is said anew on every page that the table
    goes on to, and does not run. `options` are told how far that is.
    """
    edges = {
        (page, place): _likenesses(lines[place].text, page)
        for page, lines in options.told("finding running heads", pages.items())
        for place in set(_edges(lines)) - _labelling(lines)
        if not _AMOUNT.search(lines[place].text)
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
            SetLine(line.text, line.setting, place in tabular, is_row(line.text)) for place, line in enumerate(lines)
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
    """Add a page's lines: headings, tables row by row, running text joined to paragraphs and items of lists.

    A paragraph ends where a line ends a sentence and is clearly shorter than the page's longest.
    """
    width = max((len(line.text) for line in lines), default=0)
    begun = {table.first: table for table in tables}
    open_lines: list[str] = []
    behind = 0

    def flush() -> None:
        if open_lines:
            kind = BlockKind.LIST_ITEM if is_item(open_lines[0]) else BlockKind.PARAGRAPH
            builder.add(kind, "\n".join(open_lines), page=page)
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
        elif is_row(line.text):
            flush()
            builder.add(BlockKind.TABLE_ROW, line.text, page=page)
        else:
            if begins_item(line.text, open_lines):
                flush()
            open_lines.append(line.text)
            if len(line.text) < 0.8 * width and line.text[-1] in ".:;!?":
                flush()
    flush()


def _read_pages(pdf: Any, options: ReadOptions, report: PageReport) -> dict[int, list[PageLine]]:
    """The lines of all pages by number, of those that are pictures by OCR as far as options and machine allow."""
    from pypdfium2 import PdfiumError

    pages: dict[int, list[PageLine]] = {}
    pictures: list[int] = []
    for number in options.told("reading pages", range(1, len(pdf) + 1)):
        try:
            page = pdf[number - 1]
            lines = page_lines(page)
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
    kept = without_running_lines(pages, options)
    tables = {
        number: find_tables([line.words for line in lines])
        for number, lines in options.told("finding tables", kept.items())
    }
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
