"""Whatever the bytes: a document with sound spans, or a DocumentError."""

from __future__ import annotations

import html

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pdfs import make_pdf

from assistant.documents import BlockKind, Document, read_document
from assistant.documents.builder import TextBuilder, clean_text
from assistant.errors import DocumentError

LINES = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(
            [
                "", "# Heading", "## Next", "- item", "1. item", "> quote", "| a | b |", "|---|---|", "| 1 | $2 |",
                "```", "---", "***", "<div>", "</div>", "a  ", "\tcode", "Some words. And more words.", "[x](y)",
                "![x](y)", "<b>x</b>", "&amp; &#0; &#xD800;", "\u2028", "\x0b", "e\u0301", "\u200b", "𝒜𝓃𝓃 😀",
            ]
        ),
    ),
    max_size=20,
).map("\n".join)  # fmt: skip


def check(document: Document) -> None:
    assert document.text == clean_text(document.text)
    assert document.text.strip()
    assert document.title.strip() == document.title != ""
    assert document.blocks
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(document.text)
        assert document.text[block.start : block.end].strip() == document.text[block.start : block.end]
        assert not document.text[last : block.start].strip(), "text outside of all blocks"
        assert (block.level > 0) == (block.kind is BlockKind.HEADING)
        last = block.end
    assert last == len(document.text)
    document.text.encode("utf-8")


def read_or_refuse(data: bytes, name: str) -> None:
    try:
        document = read_document(data, name, name)
    except DocumentError as error:
        assert "\n" not in str(error)
        return
    check(document)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@settings(max_examples=60, deadline=None)
@given(text=LINES)
@example(text="\ufeff")
@example(text="\x00")
@example(text="---\n- a\n---\nb")
def test_text_of_any_kind(name: str, text: str) -> None:
    read_or_refuse(text.encode("utf-8", "ignore"), name)


@settings(max_examples=40, deadline=None)
@given(text=LINES, marked=st.booleans())
def test_page_of_any_text(text: str, marked: bool) -> None:
    inner = text if marked else html.escape(text)
    page = f"<html><body><article><h1>Some title</h1><p>{inner}</p><p>{'More words. ' * 30}</p></article></body></html>"
    read_or_refuse(page.encode("utf-8", "ignore"), "a.html")


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.pdf", "a.html"])
@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=400))
@example(data=b"%PDF-1.7")
@example(data=b"\xfe\xff\xd8\x00")
def test_bytes_of_any_kind(name: str, data: bytes) -> None:
    read_or_refuse(data, name)


@settings(max_examples=40, deadline=None)
@given(
    pages=st.lists(
        st.lists(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60), max_size=5),
        min_size=1,
        max_size=3,
    )
)
def test_pdf_of_any_words(pages: list[list[str]]) -> None:
    read_or_refuse(make_pdf(pages), "a.pdf")


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 900), junk=st.binary(max_size=8))
def test_damaged_pdf(cut: int, junk: bytes) -> None:
    data = make_pdf([["One page."], ["Another (page)."]])
    read_or_refuse(data[:cut] + junk + data[cut + len(junk) :], "a.pdf")


@given(st.lists(st.tuples(st.sampled_from(list(BlockKind)), st.text(max_size=30)), max_size=12))
def test_builder_spans(blocks: list[tuple[BlockKind, str]]) -> None:
    builder = TextBuilder()
    for kind, text in blocks:
        builder.add(kind, text)
    wanted = [(kind, clean_text(text).strip()) for kind, text in blocks if clean_text(text).strip()]
    assert [(b.kind, builder.text[b.start : b.end]) for b in builder.blocks] == wanted
    headings = [text for kind, text in wanted if kind is BlockKind.HEADING]
    assert builder.first_heading() == (headings[0] if headings else None)


@given(st.text(alphabet=st.characters()))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
