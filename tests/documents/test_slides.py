"""PowerPoint files: a slide is a page, with its notes, groups, tables and charts."""

from __future__ import annotations

from typing import Any

from document_parts import HEADING, ITEM, PARAGRAPH, ROW, parts, read
from office_files import make_pptx
from office_parts import texts


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
