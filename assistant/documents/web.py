"""Reader of saved web pages: the article without menus, adverts and share buttons (trafilatura)."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from assistant.documents.builder import TextBuilder, clean_text
from assistant.documents.decode import decode
from assistant.documents.markdown import add_markdown
from assistant.documents.markup_tables import caption_of
from assistant.documents.model import Block, BlockKind, Document
from assistant.documents.tables import labels_columns
from assistant.errors import DocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element

#: The encoding a page declares in its first bytes (HTML Standard, 13.2.3.2).
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
#: The line that trafilatura draws under a row of `<th>`, and that Markdown wants under the first of a table.
_LINE = re.compile(r"\|(?:---\|)+")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_CELL_END = re.compile(r"(?<!\\)\|")


def read_html(data: bytes, name: str) -> Document:
    """Read a saved web page.

    Raises:
        DocumentError: no article text was found in the page.
    """
    import trafilatura

    charset = _CHARSET.search(data[:1024])
    page = decode(data, name, charset.group(1).decode("ascii") if charset else None)
    tree = trafilatura.load_html(page)
    captions = _captions_before(tree) if tree is not None else frozenset()
    body = trafilatura.extract(
        page if tree is None else tree,
        output_format="markdown",
        include_tables=True,
        include_comments=False,
        favor_recall=True,
    )
    if not body:
        raise DocumentError(f"{name}: no article text in this web page", "Save the page's text as .txt and add that.")
    builder = TextBuilder()
    add_markdown(builder, lined_tables(body))
    meta = trafilatura.extract_metadata(page)
    return Document(
        name=name,
        text=builder.text,
        blocks=_with_captions(builder.text, builder.blocks, captions),
        title=(meta.title if meta else None) or builder.first_heading() or "",
        date=meta.date if meta else None,
        author=meta.author if meta else None,
    )


def _captions_before(tree: Any) -> frozenset[str]:
    """Put the captions of tables into paragraphs before them, where they are no row; gives their words."""
    from lxml import html

    captions = set()
    tables: list[_Element] = [table for table in tree.iter("table") if table.getparent() is not None]
    for table in tables:
        words = clean_text(caption_of(table))
        for caption in table.findall("caption"):
            caption.drop_tree()
        if words:
            paragraph = html.Element("p")
            paragraph.text = words
            table.addprevious(paragraph)
            captions.add(words)
    return frozenset(captions)


def _with_captions(text: str, blocks: tuple[Block, ...], captions: frozenset[str]) -> tuple[Block, ...]:
    """The blocks, with the caption that stands above a table as context of its rows."""
    found, caption = [], ""
    for block in blocks:
        if block.kind is BlockKind.TABLE_ROW:
            found.append(block.model_copy(update={"context": caption}))
            continue
        words = " ".join(text[block.start : block.end].split())
        caption = words if words in captions else ""
        found.append(block)
    return tuple(found)


def lined_tables(source: str) -> str:
    """Markdown with one line under the first row of each table, where Markdown wants it.

    A page that marks no cells as labels gets one if its first row could be labels, so that its rows are kept as such.
    """
    lines: list[str] = []
    for (fenced, of_table), group in groupby(_marked(source), key=lambda each: each[:2]):
        run = [line for _, _, line in group]
        lines += _lined(run) if of_table and not fenced else run
    return "\n".join(lines)


def _marked(source: str) -> list[tuple[bool, bool, str]]:
    """Each line, whether it stands in code, and whether it is of a table."""
    fenced, marked = False, []
    for line in source.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        marked.append((fenced, line.startswith("|"), line))
    return marked


def _lined(run: list[str]) -> list[str]:
    rows = [line for line in run if not _LINE.fullmatch(line.strip())]
    cells = [cell.strip() for cell in _CELL_END.split(rows[0].strip())[1:-1]] if rows else []
    if len(cells) < 2 or len(rows) < 2 or (len(rows) == len(run) and not labels_columns(cells)):
        return run
    return [rows[0], f"|{'---|' * len(cells)}", *rows[1:]]
