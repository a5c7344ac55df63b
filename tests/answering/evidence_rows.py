"""Evidence made up for the tests of this room."""

from __future__ import annotations

import math
from pathlib import Path

import frontmatter
import numpy as np

from assistant.answering.align import Source
from assistant.documents.model import BlockKind
from assistant.index.passages import sentence_spans
from assistant.retrieval.model import Evidence


def evidence(words: str, number: int = 1, around: str = "", kind: BlockKind = BlockKind.PARAGRAPH) -> Evidence:
    """A sentence at its place in a passage that begins at offset 100 of its document."""
    passage = around or words
    start = 100 + passage.index(words)
    return Evidence(
        sentence_id=number, passage_id=1, document="note.md", title="Lorne on Quarrix", date="2024-07-01", page=None,
        headings=("Market reaction",), kind=kind, context="", text=words, clause=words,
        start=start, end=start + len(words), around=passage, similarity=0.5, passage_similarity=0.25,
        lexical=float(number), score=0.5,
    )  # fmt: skip


def source(words: str, number: int = 1, around: str = "", angle: float = 0.0) -> Source:
    """The same as a source whose vector stands at an angle to the question's."""
    return Source(number, evidence(words, number, around), np.array([math.cos(angle), math.sin(angle)], np.float32))


def sentences_of_the_note() -> list[str]:
    """The sentences of the note that the project brings along, without headings."""
    note = Path(__file__).resolve().parents[2] / "corpus" / "bofa-meta-compute.md"
    blocks = frontmatter.loads(note.read_text(encoding="utf-8")).content.split("\n\n")
    paragraphs = [block for block in blocks if not block.startswith("#")]
    return [block[start:end] for block in paragraphs for start, end in sentence_spans(block)]
