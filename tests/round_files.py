"""A folder of one file of each format, made from the stories in `round_stories`, in a first and a second version."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import round_stories as told
from office_files import make_docx, make_pptx, make_xls, make_xlsx
from ole import SENT, make_msg
from pdfs import make_pdf
from round_stories import Part, Story

from assistant.models import catalog

Parts = Sequence[Part]


@dataclass(frozen=True)
class Sample:
    """One file of the folder.

    `heading` is what its parts stand under: `{}` is the part's title; None where there are no headings. `paged` says
    whether a part is a page or slide. `member` is the document within an archive.
    """

    name: str
    story: Story
    render: Callable[[str, Parts], bytes]
    heading: str | None = "{}"
    paged: bool = False
    member: str = ""

    @property
    def document(self) -> str:
        """The name of the document in which the figure stands."""
        return f"{self.name}/{self.member}" if self.member else self.name

    def data(self, number: int) -> bytes:
        """The file's bytes in its first (0) or second (1) version."""
        return self.render(self.story.title, self.story.version(number))

    def place(self, number: int) -> tuple[int | None, str | None]:
        """The page, or None, and the heading, or None, that a version's figure stands on and under."""
        part = self.story.places[number][0]
        heading = self.heading.format(self.story.parts[part].title) if self.heading else None
        return (part + 1 if self.paged else None), heading


def write_folder(folder: Path, number: int) -> None:
    """Write all files in their first (0) or second (1) version."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        (folder / sample.name).write_bytes(sample.data(number))


def _plain(title: str, parts: Parts) -> str:
    return "\n\n".join([title, *(text for part in parts for text in (part.title, " ".join(part.lines)))])


def _txt(title: str, parts: Parts) -> bytes:
    return _plain(title, parts).encode()


def _md(title: str, parts: Parts) -> bytes:
    return f"# {title}\n\n{_chapters(parts)}".encode()


def _chapters(parts: Parts) -> str:
    return "\n\n".join(f"## {part.title}\n\n{' '.join(part.lines)}" for part in parts)


def _page(title: str, parts: Parts) -> str:
    body = "".join(f"<h2>{escape(part.title)}</h2><p>{escape(' '.join(part.lines))}</p>" for part in parts)
    return (
        f"<html><head><title>{escape(title)}</title></head><body><nav><a href='/'>Home</a> <a href='/all'>All</a></nav>"
        f"<article><h1>{escape(title)}</h1>{body}</article><footer>Share this page</footer></body></html>"
    )


def _html(title: str, parts: Parts) -> bytes:
    return _page(title, parts).encode()


def _mhtml(title: str, parts: Parts) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = title
    mail.set_content("This page was saved with its pictures.")
    mail.add_alternative(_page(title, parts), subtype="html")
    return mail.as_bytes()


def _pdf(title: str, parts: Parts) -> bytes:
    return make_pdf([[part.title, "", *part.lines] for part in parts], title=title)


def _pdf_tables(title: str, parts: Parts) -> bytes:
    columns = (60, 300, 420)
    pages = [[part.title, "", *(list(zip(columns, row, strict=True)) for row in part.rows)] for part in parts]
    return make_pdf(pages, title=title)


def _docx(title: str, parts: Parts) -> bytes:
    def fill(document: Any) -> None:
        document.add_heading(title, 0)
        for part in parts:
            document.add_heading(part.title, 1)
            for line in part.lines:
                document.add_paragraph(line)

    return make_docx(fill)


def _pptx(title: str, parts: Parts) -> bytes:
    def fill(deck: Any) -> None:
        deck.core_properties.title = title
        for part in parts:
            slide = deck.slides.add_slide(deck.slide_layouts[1])
            slide.shapes.title.text = part.title
            slide.placeholders[1].text = "\n".join(part.lines)

    return make_pptx(fill)


def _cell(text: str) -> str | int:
    return int(text.replace(",", "")) if text.replace(",", "").isdigit() else text


def _xlsx(_title: str, parts: Parts) -> bytes:
    def thousands(book: Any) -> None:
        for cell in (cell for sheet in book for row in sheet.iter_rows(min_row=2, min_col=3) for cell in row):
            cell.number_format = "#,##0"

    return make_xlsx({part.title: [[_cell(cell) for cell in row] for row in part.rows] for part in parts}, thousands)


def _xls(_title: str, parts: Parts) -> bytes:
    return make_xls({part.title: [[_cell(cell) for cell in row] for row in part.rows] for part in parts})


def _delimited(delimiter: str) -> Callable[[str, Parts], bytes]:
    def render(_title: str, parts: Parts) -> bytes:
        file = io.StringIO()
        csv.writer(file, delimiter=delimiter).writerows(row for part in parts for row in part.rows)
        return file.getvalue().encode()

    return render


def _eml(title: str, parts: Parts) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ida Larch <ida@larch.example>", "boathouse@example.com"
    mail["Date"], mail["Subject"] = "Tue, 05 Nov 2024 09:30:00 +0100", title
    mail.set_content("\n\n".join(" ".join(part.lines) for part in parts))
    mail.add_alternative(_mail_page(parts), subtype="html")
    return mail.as_bytes()


def _mail_page(parts: Parts) -> str:
    return "".join(f"<h2>{part.title}</h2><p>{escape(' '.join(part.lines))}</p>" for part in parts)


def _msg(title: str, parts: Parts) -> bytes:
    body = "\n\n".join(" ".join(part.lines) for part in parts)
    return make_msg({0x0037: title, 0x0C1A: "Jan Visser", 0x0C1F: "jan@barge.example", 0x1000: body}, {0x0039: SENT})


def _zip(files: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def _epub(title: str, parts: Parts) -> bytes:
    kind = "application/xhtml+xml"
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml" media-type="{kind}"/>' for n in range(len(parts)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(parts)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    chapters: dict[str, str | bytes] = {
        f"c{n}.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{part.title}</h1>'
        f"{''.join(f'<p>{escape(line)}</p>' for line in part.lines)}</body></html>"
        for n, part in enumerate(parts)
    }
    return _zip({"META-INF/container.xml": container, "book.opf": package} | chapters)


def _records(part: Part) -> list[dict[str, str]]:
    labels, *rows = part.rows
    return [dict(zip(labels, row, strict=True)) for row in rows]


def _json(title: str, parts: Parts) -> bytes:
    return json.dumps({"title": title, "readings": {part.title: _records(part) for part in parts}}, indent=1).encode()


def _jsonl(_title: str, parts: Parts) -> bytes:
    return "\n".join(json.dumps(record) for part in parts for record in _records(part)).encode()


def _ipynb(title: str, parts: Parts) -> bytes:
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": f"# {title}"}]
    for part in parts:
        cells.append({"cell_type": "markdown", "metadata": {}, "source": f"## {part.title}"})
        printed = {"output_type": "stream", "name": "stdout", "text": [f"{line}\n" for line in part.lines]}
        source = f"print(report({part.title.lower()!r}))"
        cells.append({"cell_type": "code", "metadata": {}, "source": source, "outputs": [printed]})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _xml(_title: str, parts: Parts) -> bytes:
    def ship(record: dict[str, str]) -> str:
        return f"<ship>{''.join(f'<{key}>{escape(value)}</{key}>' for key, value in record.items())}</ship>"

    body = "".join(f"<{part.title}>{''.join(map(ship, _records(part)))}</{part.title}>" for part in parts)
    return f"<register>{body}</register>".encode()


def _rss(title: str, parts: Parts) -> bytes:
    items = "".join(
        f"<item><title>{part.title}</title><link>https://snow.example/{n}</link>"
        f"<description>{escape(' '.join(part.lines))}</description></item>"
        for n, part in enumerate(parts)
    )
    return f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


def _atom(title: str, parts: Parts) -> bytes:
    def entry(part: Part) -> str:
        content = escape(f"<p>{escape(' '.join(part.lines))}</p>")
        return f'<entry><title>{part.title}</title><content type="html">{content}</content></entry>'

    entries = "".join(map(entry, parts))
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{title}</title>{entries}</feed>'.encode()


def _archive(title: str, parts: Parts) -> bytes:
    return _zip(
        {"read me.txt": "What the clerk kept.\n\nThe minutes lie beside this note.", MINUTES: _pdf(title, parts)}
    )


MINUTES = "minutes/november.pdf"
SAMPLES: tuple[Sample, ...] = (
    Sample("ferry.txt", told.FERRY, _txt),
    Sample("orchard.md", told.ORCHARD, _md),
    Sample("glacier.html", told.GLACIER, _html),
    Sample("lighthouse.mhtml", told.LIGHTHOUSE, _mhtml),
    Sample("tunnel.pdf", told.TUNNEL, _pdf, heading=None, paged=True),
    Sample("reservoirs.pdf", told.RESERVOIRS, _pdf_tables, heading=None, paged=True),
    Sample("museum.docx", told.MUSEUM, _docx),
    Sample("tram.pptx", told.TRAM, _pptx, paged=True),
    Sample("fleet.xlsx", told.FLEET, _xlsx),
    Sample("quarry.xls", told.QUARRY, _xls),
    Sample("markets.csv", told.MARKETS, _delimited(","), heading=None),
    Sample("stations.tsv", told.STATIONS, _delimited("\t"), heading=None),
    Sample("jetty.eml", told.JETTY, _eml, heading=told.JETTY.title),
    Sample("charter.msg", told.CHARTER, _msg, heading=told.CHARTER.title),
    Sample("bees.epub", told.BEES, _epub),
    Sample("sensors.json", told.SENSORS, _json, heading="readings.{}"),
    Sample("calls.jsonl", told.CALLS, _jsonl, heading=None),
    Sample("turbines.ipynb", told.TURBINES, _ipynb),
    Sample("ships.xml", told.SHIPS, _xml, heading="register.{}.ship"),
    Sample("snow.rss", told.SNOW, _rss),
    Sample("choir.atom", told.CHOIR, _atom),
    Sample("council.zip", told.COUNCIL, _archive, heading=None, paged=True, member=MINUTES),
)
#: Asked of quotes only, and with the chat model where there are minutes to spare.
CHAT_MODELS = [
    pytest.param("none", id="quotes"),
    pytest.param(next(iter(catalog.CHAT_MODELS)), id="chat model", marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
]


def wrong(sample: Sample, number: int, answer: dict[str, Any]) -> str | None:
    """What is wrong with an answer to a file's question, None if nothing."""
    figure, other = sample.story.figures[number], sample.story.figures[1 - number]
    cited = [each for each in answer["citations"] if each["document"] == sample.document and figure in each["quote"]]
    right = (
        answer["status"] == "answered"
        and figure in answer["answer"]
        and other not in answer["answer"]
        and {(each["page"], each["heading"]) for each in cited} == {sample.place(number)}
    )
    told = [(each["document"], each["page"], each["heading"], each["quote"]) for each in answer["citations"]]
    place = sample.place(number)
    return None if right else f"{sample.name}, {figure} at {place}: {answer['status']}, {answer['answer']!r}, {told}"
