"""Reader of PowerPoint presentations (.pptx, python-pptx): each slide is a page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.charts import add_chart
from assistant.documents.inline import inline_text
from assistant.documents.merged import repeat_merged
from assistant.documents.model import BlockKind, Document
from assistant.documents.office import SLIDES, embedded_note, facts, local, open_package, parse_xml, readable, related
from assistant.documents.tables import table_lines

#: Shapes whose tops lie within this of one another stand beside each other: a fifth of an inch, in EMU.
_BAND = 914400 // 5
#: Placeholders whose paragraphs are points of a list unless they say otherwise.
_LISTS = {"BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT"}
_NUMBERS, _RUNNING = {"SLIDE_NUMBER"}, {"FOOTER", "HEADER", "DATE"}


def in_reading_order(shapes: Iterable[Any]) -> list[Any]:
    """Shapes from top to bottom; those about as high as each other from left to right."""
    rows: list[list[Any]] = []
    for shape in sorted(shapes, key=lambda each: each.top or 0):
        if rows and (shape.top or 0) - (rows[-1][0].top or 0) <= _BAND:
            rows[-1].append(shape)
        else:
            rows.append([shape])
    return [shape for row in rows for shape in sorted(row, key=lambda each: each.left or 0)]


class _Deck:
    """Adds slides to a builder; `running` are footers and dates already seen."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._running: set[str] = set()

    def add_slide(self, slide: Any, page: int) -> None:
        """Add a slide: its title, its shapes in reading order, diagrams, speaker notes."""
        title = slide.shapes.title
        if title is not None:
            self._builder.add(BlockKind.HEADING, _text(title), page=page, level=1)
        others = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
        for shape in in_reading_order(others):
            self._add_shape(shape, page)
        for line in _newer_shapes(slide):
            self._builder.add(BlockKind.PARAGRAPH, line, page=page)
        for diagram in related(slide.part, "diagramData"):
            for point in (each for each in diagram.iter() if local(each) == "pt"):
                self._builder.add(BlockKind.LIST_ITEM, _marked(_words(point)), page=page)
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        if notes is not None and notes.text.strip():
            self._builder.add(BlockKind.HEADING, "Speaker notes", page=page, level=2)
            for paragraph in notes.paragraphs:
                self._builder.add(BlockKind.PARAGRAPH, inline_text(paragraph._p), page=page)

    def _add_shape(self, shape: Any, page: int) -> None:
        if hasattr(shape, "shapes"):
            for inner in in_reading_order(shape.shapes):
                self._add_shape(inner, page)
            return
        kind = shape.placeholder_format.type.name if shape.is_placeholder and shape.placeholder_format.type else ""
        if kind in _NUMBERS:
            return
        if kind in _RUNNING:
            if _text(shape) in self._running:
                return
            self._running.add(_text(shape))
        if shape.has_text_frame:
            self._add_frame(shape.text_frame, page, listed=kind in _LISTS)
        elif getattr(shape, "has_table", False):
            for line in table_lines(_rows(shape.table)):
                self._builder.add(BlockKind.TABLE_ROW, line, page=page)
        elif getattr(shape, "has_chart", False):
            add_chart(self._builder, parse_xml(shape.chart.part.blob), page)
        if (local(shape.element) in ("pic", "graphicFrame")) and (description := _description(shape)):
            self._builder.add(BlockKind.PARAGRAPH, f"Picture: {description}", page=page)

    def _add_frame(self, frame: Any, page: int, *, listed: bool) -> None:
        filled = [paragraph for paragraph in frame.paragraphs if inline_text(paragraph._p).strip()]
        for paragraph in filled:
            text = inline_text(paragraph._p).strip()
            properties = {local(each) for each in paragraph._p.pPr} if paragraph._p.pPr is not None else set()
            own = bool(properties & {"buChar", "buAutoNum", "buBlip"})
            if own or (((listed and len(filled) > 1) or paragraph.level) and "buNone" not in properties):
                self._builder.add(BlockKind.LIST_ITEM, _marked(text), page=page)
            else:
                self._builder.add(BlockKind.PARAGRAPH, text, page=page)


def _marked(text: str) -> str:
    return f"- {text.strip()}" if text.strip() else ""


def _words(element: Any) -> str:
    """The paragraphs of drawn text."""
    return "\n".join(inline_text(each) for each in element.iter() if local(each) == "p")


def _text(shape: Any) -> str:
    return " ".join(_words(shape.element).split())


def _description(shape: Any) -> str:
    """What a picture is said to show."""
    named = next((each for each in shape.element.iter() if local(each) == "cNvPr"), None)
    return " ".join((named.get("descr") or "").split()) if named is not None else ""


def _newer_shapes(slide: Any) -> Iterator[str]:
    """The text of shapes that the library does not see, as they are drawn in two ways for new and old programs."""
    for each in slide.shapes.element.iter():
        if local(each) == "Choice" and not any(local(above) in ("sp", "Choice") for above in each.iterancestors()):
            yield from (inline_text(line) for line in each.iter() if local(line) == "p")


def _rows(table: Any) -> Sequence[Sequence[str]]:
    cells = [list(row.cells) for row in table.rows]
    rows = [["" if cell.is_spanned else _words(cell._tc) for cell in row] for row in cells]
    places = ((y, x, cell) for y, row in enumerate(cells) for x, cell in enumerate(row))
    repeat_merged(rows, ((y, y + cell.span_height - 1, x) for y, x, cell in places if cell.is_merge_origin))
    return rows


def _notes(slides: list[Any], blank: list[int]) -> list[str]:
    hidden = [number for number, slide in enumerate(slides, start=1) if slide.element.get("show") in ("0", "false")]
    remarks = (("hidden slides, read as well", hidden), ("no text on slides", blank))
    notes = [f"{remark}: {', '.join(map(str, numbers))}" for remark, numbers in remarks if numbers]
    if any(
        "comment" in relation.reltype.rpartition("/")[2].lower() for s in slides for relation in s.part.rels.values()
    ):
        notes.append("comments on slides, not read")
    return notes + embedded_note([slide.part for slide in slides])


def read_pptx(data: bytes, name: str) -> Document:
    """Read a presentation; hidden slides as well.

    Raises:
        DocumentError: locked, damaged or another format.
    """
    import pptx

    archive = open_package(data, name, SLIDES)
    with readable(name, SLIDES):
        slides = list(pptx.Presentation(io.BytesIO(data)).slides)
        builder = TextBuilder()
        deck = _Deck(builder)
        blank: list[int] = []
        for page, slide in enumerate(slides, start=1):
            before = len(builder.blocks)
            deck.add_slide(slide, page)
            if len(builder.blocks) == before:
                blank.append(page)
        stated = facts(archive)
        notes = _notes(slides, blank)
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=stated.title or builder.first_heading() or "",
        date=stated.date,
        author=stated.author,
        page_count=len(slides) or None,
        notes=tuple(notes),
    )
