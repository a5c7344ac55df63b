"""What a reader gives: a document's canonical text and the blocks it is made of."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator


class BlockKind(StrEnum):
    """What a block of text is in its document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    CODE = "code"


class Block(BaseModel):
    """A stretch of the canonical text that belongs together.

    `start` and `end` are character offsets into `Document.text`. `page` is 1-based, None where the format
    has no pages. `level` is the depth of a heading (1 is the highest), 0 otherwise. `context` is text that
    helps to find and understand the block but is not part of it, such as the header of a table row's
    columns; it is never quoted.
    """

    model_config = ConfigDict(frozen=True)

    kind: BlockKind
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    page: int | None = Field(default=None, ge=1)
    level: int = Field(default=0, ge=0)
    context: str = ""


class Document(BaseModel):
    """A document as the rest of the house sees it.

    `name` is unique in an index (a file name, or a path relative to the synced folder, with `/`).
    `text` is the canonical text that every span points into. `blocks` are in order and do not overlap.
    `source` is where it came from (a path); `date` is as the document states it (ISO where possible).
    `notes` are what a person must be told about the reading, such as pages without text.
    """

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1)
    text: str
    blocks: tuple[Block, ...]
    title: str
    date: str | None = None
    author: str | None = None
    source: str = ""
    page_count: int | None = None
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _blocks_in_order(self) -> Document:
        last = 0
        for block in self.blocks:
            if not last <= block.start <= block.end <= len(self.text):
                raise ValueError(f"block {block.start}-{block.end} overlaps or lies outside the text")
            last = block.end
        return self
