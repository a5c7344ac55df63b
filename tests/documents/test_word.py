"""Word files: their blocks in order, facts, inline text, merged cells, notes and numbers."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from document_parts import HEADING, ITEM, PARAGRAPH, ROW, parts, read
from office_files import changed_zip, make_docx, part
from office_parts import report, texts

from assistant.documents.word_lists import numeral

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def add_xml(document: Any, xml: str) -> None:
    """Put a block before the last properties of the body."""
    from docx.oxml import parse_xml

    document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")


def add_part(document: Any, kind: str, xml: str) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    content_type = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"
    added = Part(PackURI(f"/word/{kind}.xml"), content_type, xml.encode(), document.part.package)
    document.part.relate_to(added, f"{RELATIONS}/{kind}")


def test_docx_blocks_in_order() -> None:
    document = read(make_docx(report), "report_q3.docx")
    assert parts(document) == [
        (HEADING, "Harbour report"),
        (PARAGRAPH, "The harbour is busy."),
        (HEADING, "Berths"),
        (ITEM, "- Five berths are leased."),
        (ITEM, "1. First, dredge."),
        (ITEM, "2. Then, build."),
        (ROW, "2025 | 2024"),
        (ROW, "Ships | 2025: 120 | 2024: 100"),
        (ROW, "Berths | 2025: 7 | 2024: 5"),
        (HEADING, "Deeper"),
        (PARAGRAPH, "It ends here."),
        (HEADING, "Comments"),
        (PARAGRAPH, "Ann Lee: Is that so?\nI doubt it."),
    ]
    assert [block.level for block in document.blocks if block.kind is HEADING] == [1, 1, 3, 1]
    assert {block.page for block in document.blocks} == {None}
    assert (document.title, document.author, document.page_count, document.notes) == ("Harbour report", None, None, ())


PICTURE = f'<w:p xmlns:w="{W}"><w:r><w:drawing><x:docPr xmlns:x="d" descr="A quay"/></w:drawing></w:r></w:p>'


@pytest.mark.parametrize(
    ("blocks", "contexts"),
    [
        (["=Table 1: Ships", "t"], ["Ships"]),
        (["t", "=Table 1: Ships", "Words."], ["Ships"]),
        (["=Table 1: Ships", "t", "=Table 2: Berths", "t"], ["Ships", "Berths"]),
        (["Words.", "t"], [""]),
        (["=Table 1: Ships", "Words.", "t"], [""]),
        # A picture's, and what could be said of either.
        ([PICTURE, "=Figure 1: A quay", "t"], [""]),
        (["t", "=Figure 1: A quay", PICTURE], [""]),
        (["t", "=Table 1: Ships", "t"], ["", ""]),
    ],
)
def test_docx_captions_are_the_context_of_their_tables(blocks: list[str], contexts: list[str]) -> None:
    def fill(document: Any) -> None:
        for block in blocks:
            if block == "t":
                table = document.add_table(rows=2, cols=2)
                for place, text in enumerate(("Kind", "2025", "Ships", "120")):
                    table.cell(place // 2, place % 2).text = text
            elif block.startswith("<"):
                add_xml(document, block)
            else:
                document.add_paragraph(block.removeprefix("="), style="Caption" if block[0] == "=" else None)

    document = read(make_docx(fill), "ships.docx")
    rows = [block for block in document.blocks if block.kind is ROW]
    assert [block.context for block in rows[::2]] == [block.context for block in rows[1::2]] == contexts
    # It stands in the text as well, and is no heading.
    assert [text for kind, text in parts(document) if kind is PARAGRAPH and text.startswith(("Table", "Figure"))] == [
        block[1:] for block in blocks if block[0] == "="
    ]


def test_docx_states_its_facts() -> None:
    def fill(document: Any) -> None:
        report(document)
        document.core_properties.title = "Ports of the north"
        document.core_properties.author = "Bo Ek"
        document.core_properties.created = datetime.datetime(2026, 4, 1, 12)

    document = read(make_docx(fill), "report.docx")
    assert (document.title, document.author, document.date) == ("Ports of the north", "Bo Ek", "2026-04-01")


def test_a_docx_is_not_of_the_day_its_template_was_made() -> None:
    document = read(make_docx(lambda document: document.add_paragraph("Words.")), "report.docx")
    assert (document.author, document.date) == (None, None)

    def fill(document: Any) -> None:
        document.add_paragraph("Words.")
        document.core_properties.author = "Bo Ek"

    document = read(make_docx(fill), "report.docx")
    assert (document.author, document.date) == ("Bo Ek", None)


def test_docx_without_facts_is_titled_by_its_name() -> None:
    data = make_docx(lambda document: document.add_paragraph("Words."))
    bare = changed_zip(
        data,
        {
            "docProps/core.xml": None,
            "_rels/.rels": re.sub(r"<Relationship [^>]*core[^>]*>", "", part(data, "_rels/.rels")).encode(),
        },
    )
    document = read(bare, "q3_report.docx")
    assert (document.title, document.author, document.date) == ("q3 report", None, None)


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<w:r><w:t>See:</w:t></w:r><w:hyperlink><w:r><w:t>a site</w:t></w:r></w:hyperlink>", "See:a site"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r>", "a\tb\nc-"),
        ("<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>", "new"),
        ("<w:sdt><w:sdtContent><w:r><w:t>control</w:t></w:r></w:sdtContent></w:sdt>", "control"),
        ("<w:fldSimple w:instr='DATE'><w:r><w:t>May 1</w:t></w:r></w:fldSimple>", "May 1"),
        ("<w:r><w:instrText>PAGE</w:instrText><w:t>4</w:t></w:r>", "4"),
        ("<m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b+c</m:t></m:r></m:den></m:f>", "a/(b+c)"),
        ("<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>", "x^2"),
        ("<m:rad><m:deg/><m:e><m:r><m:t>\U0001d466</m:t></m:r></m:e></m:rad>", "√(y)"),
        (
            '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i=1</m:t></m:r></m:sub>'
            "<m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>i</m:t></m:r></m:e></m:nary>",
            "∑_(i=1)^n i",
        ),
        ("<m:d><m:dPr><m:begChr m:val='['/></m:dPr><m:e><m:r><m:t>z</m:t></m:r></m:e></m:d>", "[z)"),
        (
            "<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>-4</m:t></m:r></m:sup></m:sSup>"
            "<m:r><m:t>rad</m:t></m:r>",
            "10^-4 rad",
        ),
        (
            "<m:func><m:fName><m:r><m:t>sin\u2061</m:t></m:r></m:fName><m:e><m:r><m:t>θ</m:t></m:r></m:e></m:func>",
            "sin θ",
        ),
        ("<m:m><m:mr><m:e><m:r><m:t>1</m:t></m:r></m:e><m:e><m:r><m:t>0</m:t></m:r></m:e></m:mr></m:m>", "1, 0"),
    ],
)  # fmt: skip
def test_docx_inline(xml: str, text: str) -> None:
    document = read(make_docx(lambda d: add_xml(d, f'<w:p xmlns:w="{W}" xmlns:m="{M}">{xml}</w:p>')), "inline.docx")
    assert texts(document) == [text]
    assert document.notes == (("text deleted by tracked changes, left out",) if "w:del>" in xml else ())


def test_docx_text_boxes_pictures_controls_and_boxes() -> None:
    box = f'<w:txbxContent xmlns:w="{W}"><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent>'
    twice = '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    drawing = (
        "<w:drawing><wp:inline xmlns:wp='http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing'>"
        "<wp:docPr id='1' name='p' descr='A crane  at dusk'/></wp:inline></w:drawing>"
    )

    def fill(document: Any) -> None:
        add_xml(
            document,
            f'<w:sdt xmlns:w="{W}"><w:sdtContent><w:p><w:r><w:t>Controlled.</w:t></w:r></w:p></w:sdtContent></w:sdt>',
        )
        add_xml(
            document,
            f'<w:p xmlns:w="{W}"><w:r><w:t>Around.</w:t></w:r><w:r>{twice}<mc:Choice>{box}</mc:Choice>'
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r><w:r>{drawing}</w:r></w:p>",
        )
        cell = document.add_table(rows=1, cols=1).cell(0, 0)
        cell.text = "Framed."
        cell.add_paragraph("Point.", style="List Bullet")

    assert parts(read(make_docx(fill), "boxes.docx")) == [
        (PARAGRAPH, "Controlled."),
        (PARAGRAPH, "Around."),
        (PARAGRAPH, "In the box."),
        (PARAGRAPH, "Picture: A crane at dusk"),
        (PARAGRAPH, "Framed."),
        (ITEM, "- Point."),
    ]  # fmt: skip


def test_docx_merged_cells() -> None:
    def fill(document: Any) -> None:
        table = document.add_table(rows=4, cols=3)
        rows = (("Port", "Cargo", ""), ("", "2025", "2024"), ("Oslo", "5", "4"), ("", "6", "7"))
        for row, values in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, values, strict=True):
                cell.text = text
        table.cell(0, 0).merge(table.cell(1, 0))
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(2, 0).merge(table.cell(3, 0))

    assert texts(read(make_docx(fill), "merged.docx")) == [
        "Port | Cargo 2025 | Cargo 2024",
        "Oslo | Cargo 2025: 5 | Cargo 2024: 4",
        "Oslo | Cargo 2025: 6 | Cargo 2024: 7",
    ]


def test_docx_notes_and_running_heads_come_last() -> None:
    def fill(document: Any) -> None:
        document.add_heading("Tides", 1)
        document.sections[0].header.paragraphs[0].text = "Strictly private"
        document.sections[0].footer.paragraphs[0].text = "12"
        notes = '<w:footnote w:id="0" w:type="separator"><w:p><w:r><w:t>-</w:t></w:r></w:p></w:footnote>' + "".join(
            f'<w:footnote w:id="{at}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
            for at, text in enumerate(("At spring tide.", "At neap tide."), start=1)
        )
        add_part(document, "footnotes", f'<w:footnotes xmlns:w="{W}">{notes}</w:footnotes>')

    document = read(make_docx(fill), "tides.docx")
    assert texts(document) == [
        "Tides",
        "Footnotes",
        "1. At spring tide.",
        "2. At neap tide.",
        "Headers and footers",
        "Strictly private",
    ]
    assert document.title == "Tides"


def test_docx_numbered_headings() -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (kind, text) in enumerate((("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)")))
    )
    marks = [("Scope", 0), ("Aim", 1), ("Ships", 2), ("Boats", 2), ("Means", 1), ("Cost", 0), ("Sums", 1)]

    def fill(document: Any) -> None:
        from docx.oxml import parse_xml

        numbering = document.part.numbering_part.element
        numbering.insert(0, parse_xml(f'<w:abstractNum xmlns:w="{W}" w:abstractNumId="99">{levels}</w:abstractNum>'))
        numbering.append(parse_xml(f'<w:num xmlns:w="{W}" w:numId="99"><w:abstractNumId w:val="99"/></w:num>'))
        for text, depth in marks:
            paragraph = document.add_heading(text, depth + 1)
            number = f'<w:numPr xmlns:w="{W}"><w:ilvl w:val="{depth}"/><w:numId w:val="99"/></w:numPr>'
            paragraph._p.get_or_add_pPr().append(parse_xml(number))

    document = read(make_docx(fill), "clauses.docx")
    assert texts(document) == ["1. Scope", "1.1 Aim", "(a) Ships", "(b) Boats", "1.2 Means", "2. Cost", "2.1 Sums"]
    assert [block.level for block in document.blocks] == [1, 2, 3, 3, 2, 1, 2]


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (3, "decimal", "3"),
        (3, "lowerLetter", "c"),
        (28, "upperLetter", "BB"),
        (1994, "upperRoman", "MCMXCIV"),
        (8, "lowerRoman", "viii"),
        (2, "chineseCounting", "2"),
        (0, "upperRoman", "0"),
    ],
)
def test_numerals(number: int, kind: str, text: str) -> None:
    assert numeral(number, kind) == text
