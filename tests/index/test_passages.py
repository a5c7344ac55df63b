"""Documents cut into sentences and packed into passages: nothing lost, nothing twice, spans in order."""

from __future__ import annotations

import re

import pytest
from fakes import FakeEmbedder
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.documents import BlockKind, Document, read_document
from assistant.documents.builder import TextBuilder
from assistant.index.passages import Passage, sentence_spans, split, squash

BUDGET = 40
PIECES = st.one_of(
    st.text(max_size=120),
    st.sampled_from(
        [
            "Dr. Lee paid $1.5 million. She left.", "One! Two? Three…", "No end", "U.S. sales rose 3.2% vs. 2024.",
            "“Quoted.” Then more.", "e.g. this, i.e. that.", "wrapped\nline. And\nanother.", "𝒜 😀 b. Ça va? Oui.",
            "word " * 300, "x" * 1500, "a, b; c " * 200, "(" * 800, "¿Qué? ¡No!", "　全角。文。",
        ]
    ),
)  # fmt: skip
BLOCKS = st.lists(st.tuples(st.sampled_from(list(BlockKind)), PIECES, st.integers(1, 3)), min_size=1, max_size=12)


def build(blocks: list[tuple[BlockKind, str, int]], pages: bool = False) -> Document:
    builder = TextBuilder()
    page = 1
    for kind, text, number in blocks:
        page = max(page, number)
        level = number if kind is BlockKind.HEADING else 0
        builder.add(kind, text, page=page if pages else None, level=level)
    return Document(name="a", text=builder.text, blocks=builder.blocks, title="A")


def count(texts: list[str]) -> list[int]:
    return FakeEmbedder().count_tokens(texts)


def headings_and_texts(document: Document) -> list[tuple[tuple[str, ...], list[str]]]:
    return [
        (p.headings, [squash(document.text[s.start : s.end]) for s in p.sentences])
        for p in split(document, BUDGET, count)
    ]


# --- sentences ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Sales rose. Costs fell.", ["Sales rose.", "Costs fell."]),
        ("Dr. Lee paid $1.5 million. She left.", ["Dr. Lee paid $1.5 million.", "She left."]),
        ("Sales in the\nU.S. rose 3.2%. Why?", ["Sales in the\nU.S. rose 3.2%.", "Why?"]),
        ("  padded  ", ["padded"]),
        ("Ça va? Oui 😀. Fin.", ["Ça va?", "Oui 😀.", "Fin."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(PIECES, st.lists(PIECES, max_size=4).map(" ".join)))
@example(text="a" * 699 + ". b")
@example(text=("w" * 50 + " ") * 40)
def test_sentences_cover_the_text_in_order(text: str) -> None:
    spans = sentence_spans(text)
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert end - start <= 700
        assert not text[last:start].strip()
        assert text[start:end].strip() == text[start:end]
        last = end
    assert not text[last:].strip()


# --- passages -----------------------------------------------------------------------------------------------


def check(document: Document, passages: list[Passage], budget: int) -> None:
    last = 0
    for passage in passages:
        assert passage.sentences
        assert passage.start == passage.sentences[0].start
        assert passage.end == passage.sentences[-1].end
        for sentence in passage.sentences:
            assert last <= sentence.start < sentence.end <= passage.end
            assert sentence.page == passage.page
            last = sentence.end
        tokens = count([squash(document.text[s.start : s.end]) for s in passage.sentences])
        assert sum(tokens) <= budget or len(tokens) == 1
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    titles = {title for passage in passages for title in passage.headings}
    for block in document.blocks:
        own = [s for s in sentences if block.start <= s.start and s.end <= block.end]
        words = squash(document.text[block.start : block.end])
        said = "".join(document.text[s.start : s.end] for s in own)
        if block.kind is BlockKind.HEADING and words in titles:
            continue
        assert re.sub(r"\s", "", said) == re.sub(r"\s", "", words)
        assert all(s.kind is block.kind and s.context == block.context for s in own)


@settings(max_examples=150, deadline=None)
@given(blocks=BLOCKS, pages=st.booleans(), budget=st.sampled_from([5, BUDGET, 500]))
def test_passages_hold_everything_once(blocks: list[tuple[BlockKind, str, int]], pages: bool, budget: int) -> None:
    document = build(blocks, pages)
    if document.blocks:
        check(document, split(document, budget, count), budget)


def test_headings_lead_to_passages() -> None:
    document = read_document(
        b"# Report\n\nIntro.\n\n## Terms\n\nTen years.\n\n### Detail\n\nFixed.\n\n## Risks\n\nNone.", "a.md", "a.md"
    )
    assert headings_and_texts(document) == [
        (("Report",), ["Intro."]),
        (("Report", "Terms"), ["Ten years."]),
        (("Report", "Terms", "Detail"), ["Fixed."]),
        (("Report", "Risks"), ["None."]),
    ]


@pytest.mark.parametrize(
    ("source", "passages"),
    [
        ("# Only this", [((), ["Only this"])]),
        # A heading over nothing is itself what is said.
        ("# A\n\nText.\n\n# Call 555-0100", [(("A",), ["Text."]), ((), ["Call 555-0100"])]),
        ("# A\n\n## B\n\n## C\n\nText.", [(("A",), ["B"]), (("A", "C"), ["Text."])]),
        ("# A\n\n## B", [(("A",), ["B"])]),
        # A heading over a deeper one is found by its place in the path.
        ("# A\n\n## B\n\nText.", [(("A", "B"), ["Text."])]),
        ("### Deep\n\nText.\n\n# Top\n\nMore.", [(("Deep",), ["Text."]), (("Top",), ["More."])]),
    ],
)
def test_headings_without_text(source: str, passages: list[tuple[tuple[str, ...], list[str]]]) -> None:
    assert headings_and_texts(read_document(source.encode(), "a.md", "a.md")) == passages


def test_a_page_ends_a_passage() -> None:
    document = build([(BlockKind.PARAGRAPH, "One.", 1), (BlockKind.PARAGRAPH, "Two.", 2)], pages=True)
    assert [(p.page, p.start, p.end) for p in split(document, BUDGET, count)] == [(1, 0, 4), (2, 6, 10)]


def test_a_table_row_is_one_sentence() -> None:
    document = build([(BlockKind.TABLE_ROW, "Fee | a: 1. b: 2. Then 3.", 1)])
    assert headings_and_texts(document) == [((), ["Fee | a: 1. b: 2. Then 3."])]


@pytest.mark.parametrize(
    ("text", "line"), [("a  b", "a b"), (" a\n\tb ", "a b"), ("a\u2003b\u2028c", "a b c"), ("", "")]
)
def test_squash(text: str, line: str) -> None:
    assert squash(text) == line
