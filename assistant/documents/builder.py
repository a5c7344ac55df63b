"""Puts a document's canonical text together block by block, so that offsets are right by construction."""

from __future__ import annotations

import unicodedata

from assistant.documents.model import Block, BlockKind

#: Kinds whose neighbours stand on the next line; between all others there is an empty line.
_TIGHT = {BlockKind.LIST_ITEM, BlockKind.TABLE_ROW}
#: Characters that end a line besides the line feed: form feed, vertical tab, next line, separators.
_LINE_ENDS = dict.fromkeys(map(ord, "\f\v\x1c\x1d\x1e\x85\u2028\u2029"), "\n")
#: Invisible characters that would stand between a word and its match: soft hyphen, zero-width marks, BOM.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def clean_text(text: str) -> str:
    """Text as it is kept: NFC, Unix line ends, no control or invisible characters, no trailing blanks.

    Half surrogates go as well: no file or database can hold them.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.translate(_LINE_ENDS | _INVISIBLE).replace("\u00a0", " ")
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


class TextBuilder:
    """Collects blocks in reading order and gives the canonical text with each block's offsets."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0

    def add(self, kind: BlockKind, text: str, *, page: int | None = None, level: int = 0, context: str = "") -> None:
        """Append a block; blank text is left out."""
        text = clean_text(text).strip()
        if not text:
            return
        if self._blocks:
            tight = kind in _TIGHT and self._blocks[-1].kind == kind
            gap = "\n" if tight else "\n\n"
            self._parts.append(gap)
            self._length += len(gap)
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        self._blocks.append(Block(kind=kind, start=start, end=self._length, page=page, level=level, context=context))

    @property
    def text(self) -> str:
        """The canonical text so far."""
        return "".join(self._parts)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks so far, in order."""
        return tuple(self._blocks)

    def first_heading(self) -> str | None:
        """The text of the first heading, the natural title of a document that states none."""
        for block in self._blocks:
            if block.kind is BlockKind.HEADING:
                return self.text[block.start : block.end]
        return None
