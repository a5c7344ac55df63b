"""What is said around a table of the scale and currency of its figures, put with each of its rows.

"(in thousands)" stands in a corner cell or in the sentence above or below; a row that is found alone must say it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.documents.model import Block, BlockKind, Document

_SCALE = r"(?:thousand|million|billion|trillion)s?"
_MONEY = (
    r"(?:US\$|A\$|C\$|HK\$|S\$|[$€£¥]|(?:U\.?S\.? )?dollars?|euros?|pounds(?: sterling)?|yen|"
    r"USD|EUR|GBP|RMB|CNY|JPY|CHF)"
)
#: Said in running text: "in thousands", "$ in millions", "US$ million", "$'000", "£m"; "$5 million" is a figure.
_SAID = re.compile(
    rf"""(?<![\w.,$€£¥])(?:
    (?:{_MONEY}\s+)?(?:amounts\s+)?(?:in|expressed\s+in)\s+(?:{_MONEY}\s?)?{_SCALE}\b(?:\s+of\s+{_MONEY})?
    |{_SCALE}\s+of\s+{_MONEY}
    |{_MONEY}\s?[’']?\s?{_SCALE}\b
    |{_MONEY}\s?[’']?000s?\b
    |{_MONEY}\s?(?:mn?|bn|k)\b
    )(?!\s*\d)""",
    re.VERBOSE | re.IGNORECASE,
)
#: In a cell that labels, the bare word says it as well: "(Millions)".
_LABELLED = re.compile(rf"(?<!\d )(?<!\d)\b{_SCALE}\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]{3,90}\)")
#: A note is looked for in this many blocks before the table and behind it.
_BEFORE, _BEHIND = 3, 8
#: Rows at the top of a table that may hold its note.
_TOP = 3


def scale_note(text: str, *, labels: bool = False) -> str:
    """The words of a text that say in what its figures are counted, with what stands in the same brackets.

    `labels` tells that the text is a table's heading, where "Millions" alone says it. Empty if nothing is said.
    """
    match = _SAID.search(text) or (_LABELLED.search(text) if labels else None)
    if match is None:
        return ""
    inside = (
        found for found in _BRACKETS.finditer(text) if found.start() <= match.start() and match.end() <= found.end()
    )
    whole = next(inside, None)
    return " ".join((whole.group()[1:-1] if whole else match.group()).split())


def _tables(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """First and past-the-last place of every run of table rows."""
    start: int | None = None
    for place, block in enumerate(blocks):
        if block.kind is BlockKind.TABLE_ROW:
            start = place if start is None else start
        elif start is not None:
            yield start, place
            start = None
    if start is not None:
        yield start, len(blocks)


def _note(document: Document, start: int, end: int) -> str:
    """The note of one table: from its own top, else from the nearest text before it, else behind it."""
    blocks = document.blocks

    def words(place: int) -> str:
        return document.text[blocks[place].start : blocks[place].end]

    for place in range(start, min(end, start + _TOP)):
        if note := scale_note(words(place), labels=place == start):
            return note
    before = range(start - 1, max(-1, start - 1 - _BEFORE), -1)
    behind = range(end, min(len(blocks), end + _BEHIND))
    for side in (before, behind):
        headed = False
        for place in side:
            if blocks[place].kind is BlockKind.TABLE_ROW:
                break
            # What stands above the headings of a table, or under a heading behind it, is about something else.
            heads = blocks[place].kind is BlockKind.HEADING
            if (headed and not heads) or (heads and side is behind):
                break
            headed = heads
            leads = place + 1 < len(blocks) and blocks[place + 1].kind is BlockKind.TABLE_ROW
            if side is behind and leads:
                break
            if note := scale_note(words(place)):
                return note
    return ""


def with_scale_notes(document: Document) -> Document:
    """The document with every table row carrying its table's note in its context, unless that or the row says it."""
    blocks = list(document.blocks)
    for start, end in _tables(document.blocks):
        note = _note(document, start, end)
        for place in range(start, end):
            block = blocks[place]
            said = f"{block.context} {document.text[block.start : block.end]}"
            if note and note not in said:
                blocks[place] = block.model_copy(update={"context": ", ".join(filter(None, (block.context, note)))})
    return document.model_copy(update={"blocks": tuple(blocks)})
