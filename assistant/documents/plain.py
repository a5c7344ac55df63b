"""Reader of plain text: paragraphs, likely headings, bullet lists."""

from __future__ import annotations

import re

from assistant.documents.builder import TextBuilder, clean_text
from assistant.documents.bullets import is_item
from assistant.documents.decode import decode
from assistant.documents.model import BlockKind, Document

_SENTENCE_END = re.compile(r"[.!?:;,…][\"'”’)\]]*$")
#: Lines shorter than this do not come from wrapping running text.
_WRAP_WIDTH = 60
_HEADING_CHARS = 110


def _looks_like_heading(lines: list[str], following: str, first: bool) -> bool:
    """A single short line without a full stop: the first of the text, or before a longer paragraph."""
    if len(lines) != 1:
        return False
    line = lines[0].strip()
    return (
        3 <= len(line) <= _HEADING_CHARS
        and len(line.split()) >= 2
        and line[0].isupper()
        and not _SENTENCE_END.search(line)
        and (len(following) > len(line) or (first and bool(following)))
    )


def add_plain(builder: TextBuilder, text: str, *, page: int | None = None) -> None:
    """Add the paragraphs of running text to a builder."""
    paragraphs = [p for p in re.split(r"\n\s*\n", clean_text(text)) if p.strip()]
    for position, paragraph in enumerate(paragraphs):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        following = paragraphs[position + 1] if position + 1 < len(paragraphs) else ""
        if _looks_like_heading(lines, following, first=position == 0):
            builder.add(BlockKind.HEADING, lines[0], page=page, level=1 if position == 0 else 2)
        elif sum(is_item(line) for line in lines) * 2 >= len(lines) > 0:
            for item in _items(lines):
                builder.add(BlockKind.LIST_ITEM, item, page=page)
        elif len(lines) > 1 and max(len(line) for line in lines) < _WRAP_WIDTH:
            for line in lines:
                builder.add(BlockKind.PARAGRAPH, line, page=page)
        else:
            builder.add(BlockKind.PARAGRAPH, paragraph, page=page)


def _items(lines: list[str]) -> list[str]:
    """List items; a line without a bullet continues the one before."""
    items: list[str] = []
    for line in lines:
        if is_item(line) or not items:
            items.append(line.strip())
        else:
            items[-1] += "\n" + line.strip()
    return items


def read_plain(data: bytes, name: str) -> Document:
    """Read a text file; its first heading, if it starts with one, is the title."""
    builder = TextBuilder()
    add_plain(builder, decode(data, name))
    first = builder.blocks[0] if builder.blocks else None
    heading = builder.first_heading() if first and first.kind is BlockKind.HEADING else None
    return Document(name=name, text=builder.text, blocks=builder.blocks, title=heading or "")
