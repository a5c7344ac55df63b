"""Reader of XML: feeds and pages as such, all else as lines with their paths, records alike as table rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from assistant.documents.builder import TextBuilder
from assistant.documents.feeds import feed_document, is_feed
from assistant.documents.markup import add_markup
from assistant.documents.markup_tables import tag_of
from assistant.documents.model import BlockKind, Document
from assistant.documents.records import RecordWriter
from assistant.documents.xml_tree import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element


def _name(element: _Element) -> str:
    """An element's name as it is written, its namespace aside."""
    return str(element.tag).rpartition("}")[2]


def _words(element: _Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _attributes(element: _Element) -> list[tuple[str, str]]:
    return [(f"@{str(key).rpartition('}')[2]}", str(value)) for key, value in element.attrib.items() if value.strip()]


def _speaks(element: _Element) -> bool:
    """Whether an element has words of its own between its children: running text."""
    return any(text and text.strip() for text in (element.text, *(child.tail for child in element)))


def _record(element: _Element) -> dict[str, str] | None:
    """An element whose children have no parts and names of their own, as a record; None if it is more than that."""
    names = [_name(child) for child in element]
    if not names or len(set(names)) < len(names) or _speaks(element):
        return None
    found = dict(_attributes(element))
    for child, name in zip(element, names, strict=True):
        if len(child):
            return None
        found[name] = _words(child)
        found.update((f"{name}.{key}", value) for key, value in _attributes(child))
    return {key: value for key, value in found.items() if value}


def _add(writer: RecordWriter, element: _Element, path: str) -> None:
    for key, value in _attributes(element):
        writer.line(f"{path}.{key}: ", value)
    if not len(element) or _speaks(element):
        if words := _words(element):
            writer.line(f"{path}: ", words)
        # The words are said; what the elements within them carry beside is not.
        for inner in element.iterdescendants():
            for key, value in _attributes(inner):
                writer.line(f"{path}.{_name(inner)}.{key}: ", value)
        return
    for name, run in groupby(element, key=_name):
        _add_run(writer, list(run), f"{path}.{name}")


def _add_run(writer: RecordWriter, run: Sequence[_Element], path: str) -> None:
    """Add elements of the same name that stand together: as a table if they are records, else one by one."""
    records = [_record(element) for element in run]
    filled = [record for record in records if record]
    if len(run) > 1 and len(filled) == len(run):
        writer.add(BlockKind.HEADING, path, level=1)
        writer.rows(filled)
        return
    for number, element in enumerate(run, start=1):
        _add(writer, element, f"{path}[{number}]" if len(run) > 1 and len(element) else path)


def read_xml(data: bytes, name: str) -> Document:
    """Read an XML file.

    Raises:
        DocumentError: not well-formed, swollen, with entities of its own, or nested too deeply.
    """
    root = parse_xml(data, name)
    if is_feed(root):
        return feed_document(root, name)
    builder = TextBuilder()
    if tag_of(root) == "html":
        add_markup(builder, root)
    else:
        _add(RecordWriter(builder), root, _name(root))
    return Document(name=name, text=builder.text, blocks=builder.blocks, title=builder.first_heading() or "")
