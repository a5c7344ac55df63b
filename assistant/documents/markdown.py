"""Reader of Markdown: the words without the markup, headings, lists and tables kept as such."""

from __future__ import annotations

import datetime
import functools
import re
from typing import TYPE_CHECKING, Any

from assistant.documents.builder import TextBuilder, clean_text
from assistant.documents.decode import decode
from assistant.documents.markup import add_markup, parse_html
from assistant.documents.model import BlockKind, Document
from assistant.documents.plain import add_plain
from assistant.documents.tables import table_lines
from assistant.errors import DocumentError

if TYPE_CHECKING:
    from markdown_it.token import Token
    from yaml import SafeLoader

#: The parser drops what is nested deeper than this, and its own limit of 20 loses words of quoted mail; a
#: source that reaches even this one is read as plain text.
_MAX_NESTING = 100
_BREAK = re.compile(r"<(?:br|hr|/?p|/?div|/?li)\b", re.IGNORECASE)


def inline_text(token: Token) -> str:
    """The words of an inline token: links and emphasis give their text, images their description."""
    parts: list[str] = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak" or (child.type == "html_inline" and _BREAK.match(child.content)):
            parts.append("\n")
        elif child.type == "image":
            parts.append(inline_text(child))
    return "".join(parts)


def add_markdown(builder: TextBuilder, source: str) -> None:
    """Add the blocks of Markdown source to a builder."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"]).parse(source)
    if max((token.level for token in tokens), default=0) >= _MAX_NESTING - 1:
        add_plain(builder, source)
        return
    kinds: list[BlockKind] = []
    rows: list[list[str]] | None = None
    marker = "- "
    for token in tokens:
        if token.type == "list_item_open":
            kinds.append(BlockKind.LIST_ITEM)
            marker = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "list_item_close":
            kinds.pop()
        elif token.type == "heading_open":
            level = int(token.tag[1:])
            kinds.append(BlockKind.HEADING)
        elif token.type == "heading_close":
            kinds.pop()
        elif token.type == "table_open":
            rows = []
        elif token.type == "tr_open" and rows is not None:
            rows.append([])
        elif token.type == "table_close":
            for line in table_lines(rows or []):
                builder.add(BlockKind.TABLE_ROW, line)
            rows = None
        elif token.type == "inline":
            if rows is not None:
                rows[-1].append(inline_text(token))
            elif kinds and kinds[-1] is BlockKind.HEADING:
                builder.add(BlockKind.HEADING, inline_text(token), level=level)
            elif kinds:
                builder.add(BlockKind.LIST_ITEM, marker + inline_text(token))
                marker = ""
            else:
                builder.add(BlockKind.PARAGRAPH, inline_text(token))
        elif token.type in ("fence", "code_block"):
            builder.add(BlockKind.CODE, token.content)
        elif token.type == "html_block" and (root := parse_html(token.content)) is not None:
            add_markup(builder, root)


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value)
    return clean_text(str(value)) or None


@functools.cache
def _loader() -> type[SafeLoader]:
    """The safe loader without aliases: a few lines of them stand for billions of words."""
    import yaml

    class WithoutAliases(yaml.SafeLoader):
        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("an alias")
            return super().compose_node(parent, index)

    return WithoutAliases


def _front_matter(source: str, name: str) -> tuple[dict[str, Any], str]:
    """The facts between --- marks at the top and the text below; a page that opens with a rule has none."""
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    handler = YAMLHandler()
    source = source.strip()
    try:
        marked, body = handler.split(source) if handler.detect(source) else ("", source)
    except ValueError:  # the second mark is missing
        return {}, source
    try:
        # Not the handler's own loader: that is libyaml's, whose deep recursion ends the process.
        meta = yaml.load(marked, _loader())  # noqa: S506 - it is a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DocumentError(
            f"{name}: the front matter is not valid YAML", "Correct the lines between the --- marks."
        ) from error
    return (meta, body.strip()) if isinstance(meta, dict) else ({}, source)


def read_markdown(data: bytes, name: str) -> Document:
    """Read Markdown with optional YAML front matter (title, date, author).

    Raises:
        DocumentError: the front matter is not YAML.
    """
    meta, body = _front_matter(decode(data, name), name)
    builder = TextBuilder()
    add_markdown(builder, body)
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=_as_text(meta.get("title")) or builder.first_heading() or "",
        date=_as_text(meta.get("date")),
        author=_as_text(meta.get("author")),
    )
