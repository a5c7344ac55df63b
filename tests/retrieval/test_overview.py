"""What a document is about as a whole."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.documents.model import BlockKind
from assistant.index.rows import PassageRow, SentenceRow
from assistant.retrieval.overview import central_sentences

TEXT = (
    "Harbour Compute leases out spare capacity to other firms. Short one. "
    "The leases bring money and take a risk off its books."
)
FIRST, SHORT, LAST = TEXT[:57], TEXT[58:68], TEXT[69:]


def passage(key: int, heading: str, document: int = 1) -> PassageRow:
    return PassageRow(
        id=key, document_id=document, document=f"{document}.md", title="A", date=None, page=None,
        headings=(heading,) if heading else (), start=0, end=len(TEXT), text=TEXT, opening=TEXT,
        vector=np.array([1, 0], dtype=np.float32),
    )  # fmt: skip


def sentence(key: int, owner: int, words: str, angle: float, kind: BlockKind = BlockKind.PARAGRAPH) -> SentenceRow:
    start = TEXT.index(words)
    return SentenceRow(
        id=key, passage_id=owner, start=start, end=start + len(words), clause_start=start,
        clause_end=start + len(words), page=None, kind=kind, context="",
        vector=np.array([np.cos(angle), np.sin(angle)], dtype=np.float32),
    )  # fmt: skip


def test_one_sentence_a_section_the_most_central_one() -> None:
    passages = {1: passage(1, "Leases"), 2: passage(2, "Leases"), 3: passage(3, "Outlook")}
    rows = [
        sentence(1, 1, FIRST, 0.9), sentence(2, 2, LAST, 0.1), sentence(3, 3, FIRST, 0.0), sentence(4, 3, LAST, 0.2),
    ]  # fmt: skip
    found = central_sentences(rows, passages, 5)
    assert sorted((evidence.sentence_id, evidence.heading) for evidence in found) == [(2, "Leases"), (4, "Outlook")]
    assert all(evidence.text in TEXT for evidence in found)


def test_the_sections_farthest_from_the_whole_are_left_out() -> None:
    passages = {1: passage(1, "Leases"), 2: passage(2, "Disclaimer"), 3: passage(3, "Outlook")}
    rows = [sentence(1, 1, FIRST, 0.0), sentence(2, 2, FIRST, 1.5), sentence(3, 3, FIRST, 0.1)]
    assert [evidence.heading for evidence in central_sentences(rows, passages, 2)] == ["Leases", "Outlook"]


@pytest.mark.parametrize(
    ("words", "kind"), [(SHORT, BlockKind.PARAGRAPH), (FIRST, BlockKind.TABLE_ROW)], ids=["short", "a table's row"]
)
def test_what_tells_too_little_by_itself_is_no_main_point(words: str, kind: BlockKind) -> None:
    assert central_sentences([sentence(1, 1, words, 0.0, kind)], {1: passage(1, "Leases")}, 5) == []


def test_without_headings_each_passage_is_a_section_and_documents_are_apart() -> None:
    passages = {1: passage(1, ""), 2: passage(2, ""), 3: passage(3, "", document=2)}
    rows = [sentence(1, 1, FIRST, 0.0), sentence(2, 2, FIRST, 0.1), sentence(3, 3, FIRST, 1.5)]
    assert [(found.document, found.sentence_id) for found in central_sentences(rows, passages, 5)] == [
        ("1.md", 1), ("1.md", 2), ("2.md", 3),
    ]  # fmt: skip
