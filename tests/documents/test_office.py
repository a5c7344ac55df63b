"""Word, PowerPoint and Excel files, and tables in text files."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from document_parts import HEADING, ITEM, PARAGRAPH, ROW, parts, read, words
from office_files import changed_zip, make_compound, make_docx, make_pptx, make_xls, make_xlsx, part

from assistant.documents import Document, office, workbook
from assistant.documents.cells import shown
from assistant.documents.word_lists import numeral
from assistant.errors import DocumentError

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "evaldata" / "formats" / "markitdown"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def texts(document: Document) -> list[str]:
    return [text for _, text in parts(document)]


# --- Word ---------------------------------------------------------------------------------------------------


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


def report(document: Any) -> None:
    document.add_heading("Harbour report", 0)
    document.add_paragraph("The harbour is busy.")
    document.add_heading("Berths", 1)
    document.add_paragraph("Five berths are leased.", style="List Bullet")
    document.add_paragraph("First, dredge.", style="List Number")
    document.add_paragraph("Then, build.", style="List Number")
    table = document.add_table(rows=0, cols=3)
    for row in (("", "2025", "2024"), ("Ships", "120", "100"), ("Berths", "7", "5")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_heading("Deeper", 3)
    comment = document.add_comment(document.add_paragraph("It ends here.").runs[0], "Is that so?", author="Ann Lee")
    comment.add_paragraph("I doubt it.")


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


# --- PowerPoint ---------------------------------------------------------------------------------------------


def box(shapes: Any, text: str, left: float, top: float) -> Any:
    from pptx.util import Inches

    shape = shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1))
    shape.text_frame.text = text
    return shape


def deck(presentation: Any) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    layouts = presentation.slide_layouts
    slide = presentation.slides.add_slide(layouts[1])
    slide.shapes.title.text = "Ports of the north"
    frame = slide.placeholders[1].text_frame
    frame.text = "Busy"
    frame.add_paragraph().text = "Growing"
    slide.notes_slide.notes_text_frame.text = "Greet the guests."

    slide = presentation.slides.add_slide(layouts[6])
    box(slide.shapes, "Below", 1, 4)
    box(slide.shapes, "Right", 5, 1.1)
    box(slide.shapes, "Left", 1, 1.2)
    group = slide.shapes.add_group_shape()
    box(group.shapes, "Second in group", 1, 6)
    box(group.shapes, "First in group", 1, 5.5)

    slide = presentation.slides.add_slide(layouts[5])
    slide.shapes.title.text = "Figures"
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for place, text in enumerate(("", "2025", "Ships", "120")):
        table.cell(place // 2, place % 2).text = text
    data = CategoryChartData(number_format="0.0%")
    data.categories = ["Oslo", "Lund"]
    data.add_series("Share", (0.25, 0.5))
    size = (Inches(1), Inches(4), Inches(4), Inches(3))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *size, data)
    chart.chart.chart_title.text_frame.text = "Who ships most"
    chart._element.nvGraphicFramePr.cNvPr.set("descr", "Two columns")
    slide._element.set("show", "0")

    presentation.slides.add_slide(layouts[6])


def test_pptx_slides_are_pages() -> None:
    document = read(make_pptx(deck), "ports.pptx")
    assert [(block.page, *each) for block, each in zip(document.blocks, parts(document), strict=True)] == [
        (1, HEADING, "Ports of the north"),
        (1, ITEM, "- Busy"),
        (1, ITEM, "- Growing"),
        (1, HEADING, "Speaker notes"),
        (1, PARAGRAPH, "Greet the guests."),
        (2, PARAGRAPH, "Left"),
        (2, PARAGRAPH, "Right"),
        (2, PARAGRAPH, "Below"),
        (2, PARAGRAPH, "First in group"),
        (2, PARAGRAPH, "Second in group"),
        (3, HEADING, "Figures"),
        (3, ROW, "2025"),
        (3, ROW, "Ships | 2025: 120"),
        (3, PARAGRAPH, "Who ships most"),
        (3, ROW, "Share"),
        (3, ROW, "Oslo | Share: 25.0%"),
        (3, ROW, "Lund | Share: 50.0%"),
        (3, PARAGRAPH, "Picture: Two columns"),
    ]
    assert (document.title, document.page_count) == ("Ports of the north", 4)
    assert document.notes == ("hidden slides, read as well: 3", "no text on slides: 4")


def test_pptx_what_stands_on_every_slide_is_said_once() -> None:
    def fill(presentation: Any) -> None:
        for number in (1, 2):
            slide = presentation.slides.add_slide(presentation.slide_layouts[5])
            slide.shapes.title.text = f"Part {number}"
            for at, kind, text in ((20, "ftr", "Ports Ltd"), (21, "sldNum", str(number))):
                shape = box(slide.shapes, text, 1, 7)
                properties = shape._element.nvSpPr.nvPr
                placeholder = properties.makeelement(
                    f"{{{'http://schemas.openxmlformats.org/presentationml/2006/main'}}}ph"
                )
                placeholder.set("type", kind)
                placeholder.set("idx", str(at))
                properties.append(placeholder)

    assert texts(read(make_pptx(fill), "parts.pptx")) == ["Part 1", "Ports Ltd", "Part 2"]


def test_pptx_xy_chart() -> None:
    def fill(presentation: Any) -> None:
        from pptx.chart.data import XyChartData
        from pptx.enum.chart import XL_CHART_TYPE

        data = XyChartData()
        series = data.add_series("Depth")
        series.add_data_point(1, 20)
        series.add_data_point(2.5, 35)
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, 0, 0, 914400, 914400, data)

    assert texts(read(make_pptx(fill), "xy.pptx")) == ["Depth", "1 | Depth: 20", "2.5 | Depth: 35"]


# --- Excel --------------------------------------------------------------------------------------------------

SALES = [["", "Q1 2025", "Q2 2025"], ["Net sales", 120.0, 100], ["Share", 0.125, 0.5]]


def test_xlsx_sheets_as_they_are_shown() -> None:
    rows = [*SALES, ["Founded", datetime.date(1925, 3, 1), datetime.datetime(2020, 5, 1, 14, 30)]]

    def fill(book: Any) -> None:
        formats = {"B2": '"$"#,##0" million"', "C2": "[$€-407]#,##0.00", "B3": "0.0%", "C3": "0%", "B4": "mmm\\ yyyy"}
        for place, number_format in formats.items():
            book["Sales"][place].number_format = number_format
        book["Notes"].sheet_state = "hidden"

    data = make_xlsx({"Sales": rows, "Notes": [["Counted by hand."]], "Void": []}, fill)
    document = read(data, "q2_sales.xlsx")
    assert parts(document) == [
        (HEADING, "Sales"),
        (ROW, "Q1 2025 | Q2 2025"),
        (ROW, "Net sales | Q1 2025: $120 million | Q2 2025: €100.00"),
        (ROW, "Share | Q1 2025: 12.5% | Q2 2025: 50%"),
        (ROW, "Founded | Q1 2025: 1925-03 | Q2 2025: 2020-05-01 14:30"),
        (HEADING, "Notes"),
        (PARAGRAPH, "Counted by hand."),
    ]
    assert document.title == "q2 sales"
    assert document.notes == ("hidden sheets, read as well: Notes", "empty sheets: Void")


def test_xlsx_several_tables_on_a_sheet() -> None:
    rows = [
        ["Ports of the north"],
        ["in thousands"],
        [],
        ["Item", "2025", "2024"],
        ["Ships", 120, 100],
        [],
        ["Cargo"],
        [],
        ["Coal", 5, 4],
        [],
        ["Port", "Berths", "Depth"],
        ["Oslo", 7, 11],
        [],
        ["Source: own count"],
    ]
    document = read(make_xlsx({"All": rows}), "all.xlsx")
    assert parts(document)[1:] == [
        (PARAGRAPH, "Ports of the north"),
        (PARAGRAPH, "in thousands"),
        (ROW, "Item | 2025 | 2024"),
        (ROW, "Ships | 2025: 120 | 2024: 100"),
        (ROW, "Cargo"),
        (ROW, "Cargo: Coal | 2025: 5 | 2024: 4"),
        (ROW, "Port | Berths | Depth"),
        (ROW, "Oslo | Berths: 7 | Depth: 11"),
        (PARAGRAPH, "Source: own count"),
    ]
    assert [block.context for block in document.blocks if block.kind is ROW] == [
        *["Ports of the north in thousands"] * 4,
        # Of a sheet's scale all its tables know.
        *["in thousands"] * 2,
    ]


@pytest.mark.parametrize(
    ("above", "context"),
    [
        (["Ships", "in thousands"], "Ships in thousands"),
        (["Ships", "", "in thousands"], "Ships in thousands"),
        (["Ships, and how they are counted: " + "each once a day, " * 9], ""),
        (["Ann", "Bo", "Cy", "Di"], ""),
    ],
)
def test_lines_above_a_table_of_a_sheet_are_the_context_of_its_rows(above: list[str], context: str) -> None:
    document = read("\n".join([*(f'"{line}",,' for line in above), "Item,2025,2024", "Ships,120,100"]), "ships.csv")
    rows = [block for block in document.blocks if block.kind is ROW and "20" in words(document, block)]
    assert [block.context for block in rows] == [context] * 2


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (
            [["Port", "Plan", ""], ["", "2027", "2026"], ["Oslo", 7, 8]],
            ["Port | Plan 2027 | Plan 2026", "Oslo | Plan 2027: 7 | Plan 2026: 8"],
        ),
        (
            [["Port", "Master"], ["Oslo", "Ann"], ["Lund", "Bo"]],
            ["Port | Master", "Oslo | Master: Ann", "Lund | Master: Bo"],
        ),
        ([["Bergen", 5, 6]], ["Bergen | 2025: 5 | 2024: 6"]),
        ([["Bergen", "closed"]], ["Bergen | 2025: closed"]),
    ],
    ids=["two lines of labels", "words", "a row", "a row of words"],
)
def test_xlsx_below_a_gap(below: list[list[object]], expected: list[str]) -> None:
    """Rows with labels of their own are another table; others go on with the one above."""
    above: list[list[object]] = [["", "2025", "2024"], ["Oslo", 1, 2], ["Lund", 3, 4], []]
    assert texts(read(make_xlsx({"All": [*above, *below]}), "all.xlsx"))[4:] == expected


def test_xlsx_formulas_without_results_are_told() -> None:
    document = read(make_xlsx({"Sums": [["Ships", "Sum"], [3, "=A2*2"]]}), "sums.xlsx")
    assert texts(document) == ["Sums", "Ships | Sum", "3"]
    assert document.notes[0].startswith("formulas without a saved result, left out: 1")
    with pytest.raises(DocumentError, match="formulas without results"):
        read(make_xlsx({"Sums": [["=1+1"]]}), "sums.xlsx")


SHEET = "xl/worksheets/sheet1.xml"


def with_rows(rows: str) -> bytes:
    data = make_xlsx({"Far": [["Ships"]]})
    sheet = re.sub("<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", part(data, SHEET))
    return changed_zip(data, {SHEET: sheet.encode()})


def test_xlsx_saved_results() -> None:
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>""</f><v></v></c></row>'
    document = read(with_rows(rows), "sums.xlsx")
    assert (texts(document), document.notes) == (["Far", "2"], ())


def test_xlsx_rows_that_are_only_formatted_are_not_parsed() -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Ships</t></is></c><c r="B1"><v>7</v></c></row>'
    empty = "".join(f'<row r="{row}" s="0"><c r="A{row}" s="0"/></row>' for row in range(2, 20_000))
    # What no parser could pass.
    document = read(with_rows(rows + empty + "<<<"), "far.xlsx")
    assert texts(document) == ["Far", "Ships | 7"]


def test_xlsx_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", 50)
    with pytest.raises(DocumentError, match="more than 50 cells"):
        read(make_xlsx({"Far": [[1] * 20] * 3}), "far.xlsx")


def test_xls_sheets_as_they_are_shown() -> None:
    sheets: dict[str, Any] = {
        "Sales": [
            ["Item", "Day", "Share", "Open"],
            ["Café", (45000.0, "dd/mm/yyyy"), (0.125, "0.0%"), True],
            ["Tea", (45000.5, "dd/mm/yyyy hh:mm"), (1234.5, '"$"#,##0.00'), 3.0],
        ],
        "Notes": [["Counted by hand."]],
        "Void": [],
    }
    document = read(make_xls(sheets, hidden=["Notes"]), "old_sales.xls")
    assert parts(document) == [
        (HEADING, "Sales"),
        (ROW, "Item | Day | Share | Open"),
        (ROW, "Café | Day: 2023-03-15 | Share: 12.5% | Open: TRUE"),
        (ROW, "Tea | Day: 2023-03-15 12:00 | Share: $1,234.50 | Open: 3"),
        (HEADING, "Notes"),
        (PARAGRAPH, "Counted by hand."),
    ]
    assert document.title == "old sales"
    assert document.notes == ("hidden sheets, read as well: Notes", "empty sheets: Void")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        ("=words", "0.0", "=words"),
        (True, "General", "TRUE"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1 / 3, "General", "0.33333333333"),
        (1234567890123.45, "General", "1234567890123.45"),
        (float("inf"), "0.0", "inf"),
        (2.675, "0.00", "2.68"),
        (-2.5, "0", "-3"),
        (-0.2, "0", "0"),
        (81797, "#,##0", "81,797"),
        (81797000000, '"$"#,##0.0,,," bn"', "$81.8 bn"),
        (-5, "$#,##0.00", "-$5.00"),
        (-5, '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)', "$(5.00)"),
        (0, '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)', "$-"),
        (-5, "#,##0;[Red]-#,##0", "-5"),
        (5, "#,##0.00\\ [$€-407]", "5.00 €"),
        (5, "[$USD] #,##0", "USD 5"),
        (0.125, "0%", "13%"),
        (0.125, "0.0#%", "12.5%"),
        (1.5, "0.##", "1.5"),
        (2, "0.##", "2"),
        (0.5, ".00", ".50"),
        (7, "00000", "00007"),
        (12345.678, "0.00E+00", "1.23E+4"),
        (0.5, "# ?/?", "0.5"),
        (5551234, "000-0000", "5551234"),
        (7, '[>5]"many";0', "7"),
        (7, ";;;", "7"),
        (7, "@", "7"),
        (0, '0;0;"none"', "none"),
        (datetime.date(2024, 3, 1), "dd/mm/yyyy", "2024-03-01"),
        (datetime.datetime(2024, 3, 1), "d-mmm-yy", "2024-03-01"),
        (datetime.datetime(2024, 3, 1), "mmm-yy", "2024-03"),
        (datetime.datetime(2024, 3, 1), "yyyy", "2024"),
        (datetime.datetime(2024, 3, 1, 9, 5, 7), "General", "2024-03-01 09:05:07"),
        (datetime.time(9, 5), "hh:mm", "09:05"),
        (datetime.timedelta(hours=30, minutes=5), "[h]:mm", "30:05:00"),
    ],
)
def test_cells_as_they_are_shown(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


# --- tables in text files -----------------------------------------------------------------------------------


SHIFT_JIS = ["名前 | 住所", "三木英子 | 住所: 大阪", "佐藤太郎 | 住所: 東京"]


@pytest.mark.parametrize(
    ("name", "data", "rows"),
    [
        ("a.csv", "Port,Berths\nOslo,7\n", ["Port | Berths", "Oslo | Berths: 7"]),
        ("a.csv", "Port;Depth\nOslo;7,5\nLund;8,5\n", ["Port | Depth", "Oslo | Depth: 7,5", "Lund | Depth: 8,5"]),
        ("a.csv", "sep=|\nPort|Berths\nOslo|7\n", ["Port | Berths", "Oslo | Berths: 7"]),
        ("a.tsv", "Port\tBerths\nOslo, north\t7\n", ["Port | Berths", "Oslo, north | Berths: 7"]),
        ("a.csv", '\ufeffPort,Note\nOslo,"Deep, ""so""\nso"\n', ["Port | Note", 'Oslo | Note: Deep, "so" so']),
        ("a.csv", "名前,住所\n三木英子,大阪\n佐藤太郎,東京\n".encode("cp932"), SHIFT_JIS),
        ("a.csv", "Port,Note,Depth\nOslo,a\u2028b,7\n", ["Port | Note | Depth", "Oslo | Note: a b | Depth: 7"]),
        ("a.csv", 'Port, Quay, Depth\nOslo, "B, 5", 7\n', ["Port | Quay | Depth", "Oslo | Quay: B, 5 | Depth: 7"]),
        ("a.csv", "Port\nOslo\nLund\nTurku\nVaasa\n", ["Port", "Oslo", "Lund", "Turku", "Vaasa"]),
    ],
    ids=["comma", "semicolon", "told", "tab", "quoted", "shift-jis", "separator", "blank before", "one column"],
)  # fmt: skip
def test_delimited(name: str, data: str | bytes, rows: list[str]) -> None:
    document = read(data, name)
    assert parts(document) == [(ROW, row) for row in rows]
    assert (document.title, document.notes) == ("a", ())


# --- what cannot be read ------------------------------------------------------------------------------------

DOCX = make_docx(report)
BLANK = make_docx(lambda document: None)
ENTITIES = '<!DOCTYPE w [<!ENTITY a "words">]><w:document xmlns:w="x"/>'


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        *((f"a.{suffix}", make_compound("EncryptedPackage"), "locked") for suffix in ("docx", "pptx", "xlsx", "xls")),
        ("a.xls", make_xls({"A": [["b"]]}, password=True), "locked"),
        *((f"a.{suffix}", make_compound("WordDocument"), "old binary format") for suffix in ("docx", "pptx", "xlsx")),
        ("a.xls", make_compound("WordDocument"), "not a readable spreadsheet workbook"),
        *((f"a.{suffix}", b"just words", "not a readable") for suffix in ("docx", "pptx", "xlsx", "xls")),
        ("a.docx", DOCX[: len(DOCX) // 2], "not a readable Word document"),
        ("a.docx", DOCX.replace(b"PK\x03\x04", b"PK\x03\x05", 3), "not a readable Word document"),
        ("a.docx", changed_zip(DOCX, {"word/document.xml": b"<w:document"}), "not a readable Word document"),
        ("a.docx", changed_zip(DOCX, {"word/document.xml": ENTITIES.encode()}), "document type declaration"),
        ("a.docx", changed_zip(DOCX, {"word/document.xml": ENTITIES.encode("utf-16")}), "document type declaration"),
        ("a.xlsx", DOCX, "holds a Word document. Rename it to .docx"),
        ("a.docx", make_xlsx({"A": [["b"]]}), "Rename it to .xlsx"),
        ("a.xls", make_xlsx({"A": [["b"]]}), "Rename it to .xlsx"),
        ("a.pptx", changed_zip(b"PK\x05\x06" + b"\0" * 18, {"a.txt": b"words"}), "some other zip file"),
        ("a.docx", BLANK, "no text"),
        ("a.pptx", make_pptx(lambda deck: None), "no text"),
        ("a.xlsx", make_xlsx({"A": []}), "no text: all its sheets are empty"),
        ("a.xlsx", changed_zip(make_xlsx({"A": [["b"]]}), {SHEET: b"<worksheet><v>1"}), "not a readable"),
        ("a.xls", make_xls({"A": []}), "no text"),
        ("a.csv", "a,b\n" + '1,"' + "words " * 30_000, "quotation mark"),
        ("a.csv", b"a,b\n\0\0", "binary"),
        ("a.csv", ",\n,\n", "no text"),
    ],
)  # fmt: skip
def test_refused(name: str, data: bytes | str, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(data, name)
    assert says in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.next_step


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = changed_zip(DOCX, {"word/media/zeros.bin": b"\0" * 2**20})
    monkeypatch.setattr(office, "MAX_UNPACKED", 2**20)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("the file was unpacked"))
    with pytest.raises(DocumentError, match="over the limit of 1 MiB"):
        read(bomb, "bomb.docx")


# --- real files ---------------------------------------------------------------------------------------------

RUN = re.compile(r"<(\w+:t|c:v)(?: [^>]*)?>([^<]*)</\1>|</(?:w:p|a:p|c:pt|si|w:tc)>")


def stated(path: Path) -> str:
    """The text of an office file's parts, taken from the markup as it stands."""
    wanted = r"word/(document|comments|footnotes)\.xml|ppt/(slides|charts|notesSlides)/[^/]+\.xml|xl/sharedStrings\.xml"
    with zipfile.ZipFile(path) as archive:
        markup = "".join(archive.read(name).decode() for name in archive.namelist() if re.fullmatch(wanted, name))
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "/worksheets/sheet" in name)
    markup += re.sub(r"<c [^>]*><v>([^<]*)</v>", r"<c:v>\1</c:v>", re.sub(r'<c [^>]*t="s".*?</c>', "", sheets))
    markup = re.sub(r"<(/?)t\b", r"<\1x:t", markup)
    text = ""
    for kind, content in RUN.findall(markup):
        # Words are cut between runs, but not between the pieces of equations and between points of charts.
        text += content if kind in ("w:t", "a:t", "x:t") else f" {content} "
    return text


def contained(wanted: str, text: str) -> float:
    """The share of a text's words, each as often as it stands there, that another has."""
    words, given = (Counter(re.findall(r"\w+", each.lower())) for each in (wanted, text))
    return sum((words & given).values()) / sum(words.values())


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/evaldata/formats is not here")
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("test.docx", "test.docx"),
        ("equations.docx", "equations.docx"),
        ("rlink.docx", "rlink.docx"),
        ("test_with_comment.docx", "test_with_comment.docx"),
        ("test.pptx", "test.pptx"),
        ("test.xlsx", "test.xlsx"),
        # The same workbook in the old format.
        ("test.xls", "test.xlsx"),
    ],
)
def test_real_files_are_read_whole(name: str, reference: str) -> None:
    # What is expected of these files is not given beside them: "test.md" there is of the PDF.
    document = read((REAL / name).read_bytes(), name)
    assert contained(stated(REAL / reference), document.text) >= 0.95


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/evaldata/formats is not here")
def test_a_real_table_in_shift_jis() -> None:
    data = (REAL / "test_mskanji.csv").read_bytes()
    document = read(data, "test_mskanji.csv")
    assert texts(document)[:2] == ["名前 | 年齢 | 住所", "佐藤太郎 | 年齢: 30 | 住所: 東京"]
    assert contained(data.decode("cp932"), document.text) == 1
