"""A document as its readers' tests look at it: what each block is, and its words."""

from __future__ import annotations

from assistant.documents import Block, BlockKind, Document, read_document

HEADING, PARAGRAPH, ITEM, ROW, CODE = (
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.LIST_ITEM,
    BlockKind.TABLE_ROW,
    BlockKind.CODE,
)


def read(data: bytes | str, name: str) -> Document:
    return read_document(data.encode() if isinstance(data, str) else data, name, f"/somewhere/{name}")


def words(document: Document, block: Block) -> str:
    return document.text[block.start : block.end]


def parts(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, words(document, block)) for block in document.blocks]
