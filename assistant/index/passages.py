"""Cuts a document into sentences and packs them into passages.

A passage is a run of whole sentences under one heading, small enough for the embedding model; a sentence
never belongs to two passages. Offsets point into the document's canonical text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from assistant.documents.model import Block, BlockKind, Document
from assistant.index.clauses import clause_spans

TokenCounter = Callable[[Sequence[str]], list[int]]

#: Kinds whose block is one sentence however it is punctuated.
_WHOLE = {BlockKind.TABLE_ROW, BlockKind.HEADING}
#: A sentence longer than this many characters is cut where the recursive splitter finds a seam.
_MAX_SENTENCE_CHARS = 700


class SentenceSpan(BaseModel):
    """A sentence, list item or table row: the unit of quotation; its `clauses` are the unit of search."""

    model_config = ConfigDict(frozen=True)

    start: int
    end: int
    kind: BlockKind
    page: int | None
    clauses: tuple[tuple[int, int], ...]
    context: str = ""


class Passage(BaseModel):
    """What is embedded and searched: a run of sentences under one heading path."""

    model_config = ConfigDict(frozen=True)

    start: int
    end: int
    page: int | None
    headings: tuple[str, ...]
    sentences: tuple[SentenceSpan, ...]


def squash(text: str) -> str:
    """Text on one line, runs of white space as one blank: how models see it."""
    return re.sub(r"\s+", " ", text).strip()


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of a piece of running text, white space trimmed off both ends.

    Boundaries are sentencex's; an overlong sentence is cut further at commas and blanks.
    """
    from sentencex import get_sentence_boundaries

    # A wrapped line is no boundary; the blank that replaces its end keeps all offsets.
    flat = text.replace("\n", " ")
    spans: list[tuple[int, int]] = []
    for boundary in get_sentence_boundaries("en", flat):
        start, end = int(boundary["start_index"]), int(boundary["end_index"])
        piece = flat[start:end]
        start += len(piece) - len(piece.lstrip())
        end -= len(piece) - len(piece.rstrip())
        if start < end:
            spans.extend(_cut_long(flat, start, end))
    return spans


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end - start <= _MAX_SENTENCE_CHARS:
        yield start, end
        return
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=_MAX_SENTENCE_CHARS,
        chunk_overlap=0,
        separators=["; ", ", ", " ", ""],
        keep_separator="end",
        add_start_index=True,
    )
    for piece in splitter.create_documents([text[start:end]]):
        offset = start + int(piece.metadata["start_index"])
        content = piece.page_content
        offset += len(content) - len(content.lstrip())
        yield offset, offset + len(content.strip())


def _sentences(document: Document, block: Block) -> list[SentenceSpan]:
    whole = block.kind in _WHOLE
    text = document.text[block.start : block.end]
    spans = [(block.start + a, block.start + b) for a, b in ([(0, len(text))] if whole else sentence_spans(text))]
    return [
        SentenceSpan(
            start=start,
            end=end,
            kind=block.kind,
            page=block.page,
            clauses=((start, end),) if whole else tuple(clause_spans(document.text, start, end)),
            context=block.context,
        )
        for start, end in spans
    ]


def _sections(document: Document) -> Iterator[tuple[tuple[str, ...], list[SentenceSpan]]]:
    """Runs of sentences that share a heading path and a page.

    A heading that has nothing under it, not even another heading, is a run of its own under its parents.
    """
    path: list[tuple[int, str]] = []
    run: list[SentenceSpan] = []
    bare: Block | None = None
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            level = block.level or 1
            if run:
                yield _titles(path), run
                run = []
            if bare and level <= (bare.level or 1):
                yield _titles(path[:-1]), _sentences(document, bare)
            path = [entry for entry in path if entry[0] < level]
            path.append((level, squash(document.text[block.start : block.end])))
            bare = block
            continue
        bare = None
        for sentence in _sentences(document, block):
            if run and run[-1].page != sentence.page:
                yield _titles(path), run
                run = []
            run.append(sentence)
    if run:
        yield _titles(path), run
    if bare:
        yield _titles(path[:-1]), _sentences(document, bare)


def _titles(path: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(title for _, title in path)


def split(document: Document, max_tokens: int, count_tokens: TokenCounter) -> list[Passage]:
    """Pack a document's sentences into passages of at most `max_tokens` tokens.

    A single sentence above the limit makes a passage of its own. A section's last passage that would be
    tiny is not merged back: headings keep it findable.
    """
    sections = list(_sections(document))
    flat = [sentence for _, run in sections for sentence in run]
    counts = iter(count_tokens([squash(document.text[s.start : s.end]) for s in flat]))
    passages: list[Passage] = []
    for headings, run in sections:
        held: list[SentenceSpan] = []
        used = 0
        for sentence in run:
            tokens = next(counts)
            if held and used + tokens > max_tokens:
                passages.append(_passage(headings, held))
                held, used = [], 0
            held.append(sentence)
            used += tokens
        passages.append(_passage(headings, held))
    return passages


def _passage(headings: tuple[str, ...], run: list[SentenceSpan]) -> Passage:
    return Passage(start=run[0].start, end=run[-1].end, page=run[0].page, headings=headings, sentences=tuple(run))
