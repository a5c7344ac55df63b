"""Books: chapters in their order, the book's facts, and what is wrong with broken, locked and swollen ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
from document_parts import CODE, HEADING, ITEM, PARAGRAPH, ROW, parts

from assistant.documents import Document, read_document
from assistant.documents.packed import MAX_PART
from assistant.errors import DocumentError

XHTML = "application/xhtml+xml"
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
FACTS = "<dc:title>Harbour  tales</dc:title><dc:creator>Ann Lee</dc:creator><dc:creator>Bo Ek</dc:creator>"
DATE = "<dc:date>2024-11-05T00:00:00Z</dc:date>"
CHAPTER = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>No words</title><script src="x.js"/></head><body>
<!-- hidden --><h1>The <i>harbour</i></h1><p>It&nbsp;lay<br/>still &amp; <b>dark</b>.</p>
<ol start="3"><li>three<ul><li>inner</li></ul></li><li>four</li></ol><pre>a = 1
  b = 2</pre><img src="x.png" alt="A map"/>
<table><caption>Sites</caption><tr><th rowspan="2">Site</th><th colspan="2">MW</th></tr>
<tr><th>2025</th><th>2024</th></tr>
<tr><td>Oslo</td><td>112</td><td>100</td></tr><tr><td>Lund</td><td>30</td><td>20</td></tr></table>
<table><tr><td><p>Laid</p></td></tr><tr><td>out</td></tr></table></body></html>"""


def page(body: str) -> str:
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'


def package(chapters: Mapping[str, str], facts: str = FACTS + DATE, kind: str = XHTML) -> str:
    items = "".join(f'<item id="c{n}" href="{path}" media-type="{kind}"/>' for n, path in enumerate(chapters))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{facts}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )


def packed(files: Mapping[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def book(chapters: Mapping[str, str], **more: str | bytes) -> bytes:
    files: dict[str, str | bytes] = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": package(chapters)}
    files |= {f"OPS/{path.replace('%20', ' ')}": words for path, words in chapters.items()}
    return packed(files | {name.replace("__", "/"): data for name, data in more.items()})


def read(data: bytes) -> Document:
    return read_document(data, "tales.epub", "/somewhere/tales.epub")


def test_a_book() -> None:
    document = read(book({"text/two%20b.xhtml": CHAPTER, "one.xhtml": page("<h2>Later</h2><p>The end.</p>")}))
    assert (document.title, document.author, document.date) == ("Harbour tales", "Ann Lee, Bo Ek", "2024-11-05")
    assert document.notes == ()
    assert parts(document) == [
        (HEADING, "The harbour"),
        (PARAGRAPH, "It lay\nstill & dark."),
        (ITEM, "3. three"),
        (ITEM, "- inner"),
        (ITEM, "4. four"),
        (CODE, "a = 1\n  b = 2"),
        (PARAGRAPH, "A map"),
        (PARAGRAPH, "Sites"),
        (ROW, "Site | MW 2025 | MW 2024"),
        (ROW, "Oslo | MW 2025: 112 | MW 2024: 100"),
        (ROW, "Lund | MW 2025: 30 | MW 2024: 20"),
        (PARAGRAPH, "Laid"),
        (PARAGRAPH, "out"),
        (HEADING, "Later"),
        (PARAGRAPH, "The end."),
    ]
    assert [block.level for block in document.blocks if block.kind is HEADING] == [1, 2]
    assert {block.context for block in document.blocks if block.kind is ROW} == {"Sites"}


@pytest.mark.parametrize(
    ("chapter", "words"),
    [
        ("<html><body><p>Not closed<p>well</body></html>", ["Not closed", "well"]),
        ("<html><body>" + "<div>" * 5000 + "deep words</body></html>", ["deep words"]),
        (page("<p>" * 200 + "nested" + "</p>" * 200), ["nested"]),
        (page("<p>a<span>b</span>c <![CDATA[d]]></p>tail"), ["abc d", "tail"]),
        ('<!DOCTYPE html [<!ENTITY a "bomb">]>' + page("<p>Words &a;</p>"), ["Words"]),
        (page("<svg xmlns='http://www.w3.org/2000/svg'><text>In a drawing</text></svg>"), ["In a drawing"]),
        (page("<table><tr><td>a</td><td colspan='99999999'>b</td></tr><tr><td>c</td><td>d</td></tr></table>"), ["d"]),
    ],
    ids=["unclosed", "deep", "nested", "mixed", "entities", "drawing", "wide"],
)
def test_odd_chapters_lose_no_words(chapter: str, words: list[str]) -> None:
    text = read(book({"one.xhtml": chapter})).text
    assert all(word in text for word in words)
    assert "bomb" not in text


def test_chapters_that_cannot_be_read_are_told() -> None:
    chapters = {"one.xhtml": page("<p>Words.</p>"), "two.xhtml": "x"}
    files = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": package(chapters),
        "OPS/one.xhtml": chapters["one.xhtml"],
    }
    assert read(packed(files)).notes == ("chapters not read: OPS/two.xhtml",)


def test_scrambled_fonts_are_no_lock() -> None:
    method = '<EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/>'
    data = book({"one.xhtml": page("<p>Words.</p>")}, **{"META-INF__encryption.xml": f"<e>{method}</e>"})
    assert read(data).text == "Words."


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
FILES = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": package({"one.xhtml": ""})}
LOCK = '<e><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></e>'


def locked_entry() -> bytes:
    """The first member's flag says that it is encrypted, in both places."""
    data = bytearray(book({"one.xhtml": page("<p>Words.</p>")}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"just words", "damaged or not what its suffix says"),
        (book({"one.xhtml": CHAPTER})[:-40], "damaged"),
        (packed({"a.txt": "words"}), "lacks META-INF/container.xml"),
        (packed({"META-INF/container.xml": "<c/>"}), "does not say where its chapters are"),
        (packed({"META-INF/container.xml": "<c"}), "not XML that can be read"),
        (packed({"META-INF/container.xml": CONTAINER}), "lacks OPS/book.opf"),
        (packed({**FILES, "OPS/book.opf": BOMB}), "entities of its own"),
        (packed(FILES), "none of its chapters can be read"),
        (book({"one.xhtml": page("<p> </p>")}), "no text"),
        (book({}), "no text"),
        (book({"one.xhtml": page("<p>Words.</p>")}, **{"META-INF__encryption.xml": LOCK}), "DRM"),
        (locked_entry(), "is locked"),
        (packed({**FILES, "META-INF/container.xml": b" " * (MAX_PART + 1)}), "unpacks to far more"),
    ],
    ids="words cut other nowhere broken missing entities empty blank none drm locked bomb".split(),
)
def test_bad_books(data: bytes, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(data)
    assert says in str(caught.value)
    assert caught.value.next_step and "\n" not in str(caught.value)


@pytest.mark.parametrize("place", range(0, 2400, 61))
def test_a_flipped_byte_is_read_or_refused(place: int) -> None:
    data = bytearray(book({"one.xhtml": CHAPTER}))
    data[place % len(data)] ^= 0xFF
    try:
        read(bytes(data))
    except DocumentError as error:
        assert error.next_step
