"""Reader of Jupyter notebooks (nbformat 4): the text, the code, and what the code printed."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.decode import decode
from assistant.documents.json_files import load_json
from assistant.documents.markdown import add_markdown
from assistant.documents.markup import add_markup, parse_html
from assistant.documents.model import BlockKind, Document
from assistant.errors import DocumentError

#: What terminals are told of colours (ECMA-48).
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def _joined(value: Any) -> str:
    """A text, which notebooks keep whole or as a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _add_data(builder: TextBuilder, data: dict[str, Any], unread: Counter[str]) -> None:
    """Add the best form of a result: a table in HTML keeps its columns, plain text is next."""
    markup, plain = _joined(data.get("text/html")), _joined(data.get("text/plain"))
    if "<table" in markup and (root := parse_html(markup)) is not None:
        add_markup(builder, root)
    elif markdown := _joined(data.get("text/markdown")):
        add_markdown(builder, markdown)
    else:
        builder.add(BlockKind.PARAGRAPH, _ESCAPES.sub("", plain))
        if not plain and markup and (root := parse_html(markup)) is not None:
            add_markup(builder, root)
    pictures = [kind for kind in data if kind.startswith("image/")]
    if pictures:
        unread[f"a picture ({pictures[0]})"] += 1
    elif not (plain or markup or data.get("text/markdown")):
        unread[f"an output ({', '.join(data) or 'empty'})"] += 1


def _add_output(builder: TextBuilder, output: dict[str, Any], unread: Counter[str]) -> None:
    kind = output.get("output_type")
    if kind == "stream":
        builder.add(BlockKind.PARAGRAPH, _ESCAPES.sub("", _joined(output.get("text"))))
    elif kind == "error":
        words = f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}"
        builder.add(BlockKind.PARAGRAPH, _ESCAPES.sub("", words))
    elif isinstance(data := output.get("data"), dict):
        _add_data(builder, data, unread)
    else:
        unread["an output without data"] += 1


def _add_cell(builder: TextBuilder, cell: dict[str, Any], unread: Counter[str]) -> None:
    kind, source = cell.get("cell_type"), _joined(cell.get("source"))
    if kind == "markdown":
        add_markdown(builder, source)
        if isinstance(attached := cell.get("attachments"), dict) and attached:
            unread["a picture (attached to text)"] += len(attached)
    elif kind == "code":
        builder.add(BlockKind.CODE, source)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            if isinstance(output, dict):
                _add_output(builder, output, unread)
    else:
        builder.add(BlockKind.PARAGRAPH, source)


def read_notebook(data: bytes, name: str) -> Document:
    """Read a notebook; pictures and other outputs without text are told in a note.

    Raises:
        DocumentError: not JSON, not a notebook, or in a format before nbformat 4.
    """
    value, notes = load_json(decode(data, name), name)
    cells = value.get("cells") if isinstance(value, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise DocumentError(
            f"{name} is not a notebook of nbformat 4", "Open it in Jupyter and save it again, or add it as .json."
        )
    builder = TextBuilder()
    unread: Counter[str] = Counter()
    for cell in cells:
        _add_cell(builder, cell, unread)
    told = ", ".join(f"{what}{f' × {count}' if count > 1 else ''}" for what, count in unread.items())
    meta = value.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    authors = meta.get("authors")
    names = [str(each.get("name")) for each in authors if isinstance(each, dict)] if isinstance(authors, list) else []
    return Document(
        name=name,
        text=builder.text,
        blocks=builder.blocks,
        title=_joined(meta.get("title")) or builder.first_heading() or "",
        author=", ".join(names) or None,
        notes=(*notes, *((f"not read: {told}",) if told else ())),
    )
