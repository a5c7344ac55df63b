"""Reader of Word documents (.docx, python-docx): body, notes and comments in reading order."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.charts import add_chart
from assistant.documents.inline import inline_text
from assistant.documents.model import BlockKind, Document
from assistant.documents.office import (
    WORD,
    attribute,
    embedded_note,
    facts,
    local,
    open_package,
    parse_xml,
    readable,
    related,
)
from assistant.documents.tables import table_lines, unnumbered
from assistant.documents.word_lists import ListCounter, value
from assistant.documents.word_styles import Styles

#: Elements around blocks that say nothing themselves: fields, content controls, tracked additions, smart tags.
_WRAPPERS = {"sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "AlternateContent", "Choice"}


def _inside(element: Any) -> Iterator[Any]:
    """An element's children, those of its wrappers in the wrappers' places."""
    for each in element:
        if local(each) in _WRAPPERS:
            yield from _inside(each)
        else:
            yield each


class _Body:
    """Adds the blocks of a document to a builder in reading order."""

    def __init__(self, builder: TextBuilder, part: Any) -> None:
        self._builder = builder
        self._part = part
        self._styles = Styles(next(iter(related(part, "styles")), None))
        self._lists = ListCounter(next(iter(related(part, "numbering")), None))

    def add(self, container: Any) -> None:
        """Add all that stands in a body, a text box or a cell."""
        elements = list(_inside(container))
        captions = self._captions(elements)
        for place, each in enumerate(elements):
            if local(each) == "p":
                self._add_paragraph(each)
            elif local(each) == "tbl":
                self._add_table(each, captions.get(place, ""))

    def _captions(self, elements: Sequence[Any]) -> dict[int, str]:
        """The captions of tables by the table's place: the one right above it, else the one right below.

        One beside a picture is the picture's, and one that could be either of two tables' is left to neither.
        """
        found: dict[int, str] = {}
        for place, each in enumerate(elements):
            if local(each) != "p" or not self._styles.role(each).caption:
                continue
            above, below = _kind(elements, place - 1), _kind(elements, place + 1)
            text = unnumbered(" ".join(inline_text(each).split()))
            alone = above != "tbl" or place - 1 in found
            if below == "tbl" and above != "picture" and alone:
                found[place + 1] = text
            elif not alone and below not in ("tbl", "picture"):
                found[place - 1] = text
        return found

    def _add_paragraph(self, paragraph: Any) -> None:
        text = inline_text(paragraph).strip()
        role = self._styles.role(paragraph)
        mark = self._lists.mark(role.list_number, role.depth) if text and role.list_number else ""
        if role.level:
            self._builder.add(BlockKind.HEADING, ("" if mark == "- " else mark) + text, level=role.level)
        elif mark:
            self._builder.add(BlockKind.LIST_ITEM, mark + text)
        else:
            self._builder.add(BlockKind.PARAGRAPH, text)
        self._add_drawings(paragraph)

    def _add_drawings(self, paragraph: Any) -> None:
        """Text boxes, what pictures are said to show, and charts that hang on a paragraph."""
        for each in _drawn(paragraph):
            if local(each) == "txbxContent":
                self.add(each)
            elif local(each) == "docPr":
                if description := (attribute(each, "descr") or "").strip():
                    self._builder.add(BlockKind.PARAGRAPH, f"Picture: {' '.join(description.split())}")
            else:
                relation = self._part.rels.get(attribute(each, "id"))
                if relation is not None and not relation.is_external:
                    add_chart(self._builder, parse_xml(relation.target_part.blob))

    def _add_table(self, table: Any, caption: str) -> None:
        rows = [_cells(row) for row in _inside(table) if local(row) == "tr"]
        if len(rows) == 1 and len(rows[0]) == 1:
            # A box around text.
            self.add(rows[0][0])
            return
        for line in table_lines(_texts(rows)):
            self._builder.add(BlockKind.TABLE_ROW, line, context=caption)
        for row in rows:
            for cell in row:
                self._add_drawings(cell)


def _kind(elements: Sequence[Any], place: int) -> str:
    """The name of the element at a place, of a paragraph that a picture or chart hangs on "picture"."""
    if not 0 <= place < len(elements):
        return ""
    name = local(elements[place])
    return "picture" if name == "p" and next(_drawn(elements[place]), None) is not None else name


def _drawn(element: Any) -> Iterator[Any]:
    """Text boxes, described drawings and charts inside an element, not those inside other text boxes."""
    for each in element:
        name = local(each)
        if name == "txbxContent" or name == "docPr" or (name == "chart" and attribute(each, "id")):
            yield each
        elif name not in ("Fallback", "del", "moveFrom"):
            yield from _drawn(each)


def _cells(row: Any) -> list[Any]:
    return [cell for cell in _inside(row) if local(cell) == "tc"]


def _lines(element: Any) -> Iterator[str]:
    """The paragraphs of a cell or note, those of tables in it as well."""
    for each in _inside(element):
        if local(each) == "p":
            yield inline_text(each)
        elif local(each) in ("tbl", "tr", "tc"):
            yield from _lines(each)


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    """The text of each cell in its column.

    What spans columns stands in the first of them. What spans rows is repeated, so that each row says it, but not
    below the first row, where it would look like data beneath the labels.
    """
    texts: list[list[str]] = []
    spanning: dict[int, str] = {}
    for place, cells in enumerate(rows):
        line: list[str] = []
        for cell in cells:
            column = len(line)
            text = " ".join(_lines(cell))
            properties = next((each for each in cell if local(each) == "tcPr"), ())
            merge = next((each for each in properties if local(each) == "vMerge"), None)
            if merge is not None and attribute(merge, "val") != "restart":
                text = text if text.strip() else spanning.get(column, "")
            else:
                spanning[column] = text if merge is not None and place > 0 else ""
            line += [text, *[""] * (int(value(properties, "gridSpan") or 1) - 1)]
        texts.append(line)
    return texts


def _add_notes(builder: TextBuilder, part: Any) -> None:
    """Footnotes, endnotes, running heads and comments behind the body, each under a heading of its own."""
    for kind, heading in (("footnotes", "Footnotes"), ("endnotes", "Endnotes")):
        notes = [note for root in related(part, kind) for note in root if attribute(note, "type") in (None, "normal")]
        texts = [text for note in notes if (text := "\n".join(_lines(note)).strip())]
        _add_section(builder, heading, [f"{number}. {text}" for number, text in enumerate(texts, start=1)])
    running = [root for kind in ("header", "footer") for root in related(part, kind)]
    words = (text for root in running for line in _lines(root) if any(map(str.isalpha, text := line.strip())))
    _add_section(builder, "Headers and footers", list(dict.fromkeys(words)))
    comments = [comment for root in related(part, "comments") for comment in root if local(comment) == "comment"]
    _add_section(
        builder,
        "Comments",
        [
            f"{attribute(comment, 'author') or 'Unknown author'}: {text}"
            for comment in comments
            if (text := "\n".join(_lines(comment)).strip())
        ],
    )


def _add_section(builder: TextBuilder, heading: str, paragraphs: list[str]) -> None:
    if paragraphs:
        builder.add(BlockKind.HEADING, heading, level=1)
    for paragraph in paragraphs:
        builder.add(BlockKind.PARAGRAPH, paragraph)


def read_docx(data: bytes, name: str) -> Document:
    """Read a Word document; text that tracked changes delete is left out.

    Raises:
        DocumentError: locked, damaged or another format.
    """
    import docx

    archive = open_package(data, name, WORD)
    with readable(name, WORD):
        part = docx.Document(io.BytesIO(data)).part
        builder = TextBuilder()
        body = next(each for each in part.element if local(each) == "body")
        _Body(builder, part).add(body)
        title = builder.first_heading() or ""
        _add_notes(builder, part)
        stated = facts(archive)
        notes = embedded_note([part])
        if any(local(each) == "delText" for each in body.iter()):
            notes.append("text deleted by tracked changes, left out")
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=stated.title or title,
        date=stated.date,
        author=stated.author,
        notes=tuple(notes),
    )
