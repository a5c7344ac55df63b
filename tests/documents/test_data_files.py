"""JSON, JSON Lines, notebooks, feeds and other XML: as rows and lines that can be read alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from document_parts import CODE, HEADING, ITEM, PARAGRAPH, ROW, parts, read

from assistant.documents import BlockKind, Document, records
from assistant.errors import DocumentError


def facts(document: Document) -> tuple[str, str | None, str | None]:
    return document.title, document.author, document.date


# --- JSON ---------------------------------------------------------------------------------------------------

LONG = "The harbour lay still. " * 20


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            '[{"site": "Oslo", "mw": 112.50}, {"site": "Lund", "mw": 30, "open": true}, {"site": "Turku", "mw": null}]',
            [
                (ROW, "site | mw | open"),
                (ROW, "site: Oslo | mw: 112.50"),
                (ROW, "site: Lund | mw: 30 | open: true"),
                (ROW, "site: Turku"),
            ],
        ),
        (
            '[{"a": {"x": 1, "y": [1, 2]}}, {"a": {"x": 2, "y": [3]}}]',
            [(ROW, "a.x | a.y"), (ROW, "a.x: 1 | a.y: 1, 2"), (ROW, "a.x: 2 | a.y: 3")],
        ),
        (
            '{"b": {"c": {"d": "deep"}, "e": 1}, "a": null, "f": "", "g": [], "h": [1, "two", false]}',
            [
                (ITEM, "a: null"),
                (ITEM, 'f: ""'),
                (ITEM, "g: []"),
                (ITEM, "h: 1, two, false"),
                (HEADING, "b"),
                (ITEM, "b.e: 1"),
                (HEADING, "b.c"),
                (ITEM, "b.c.d: deep"),
            ],
        ),
        (
            '{"sites": [{"n": "Oslo"}, {"n": "Lund"}]}',
            [(HEADING, "sites"), (ROW, "n"), (ROW, "n: Oslo"), (ROW, "n: Lund")],
        ),
        # Objects that have little in common are no table.
        ('[{"a": 1}, {"b": 2}]', [(HEADING, "1"), (ITEM, "1.a: 1"), (HEADING, "2"), (ITEM, "2.b: 2")]),
        (json.dumps({"text": LONG}), [(PARAGRAPH, f"text: {LONG.strip()}")]),
        (json.dumps([LONG, "short"]), [(PARAGRAPH, f"- {LONG.strip()}"), (ITEM, "- short")]),
        ('{"k": 1, "k": 2}', [(ITEM, "k: 1"), (ITEM, "k (2): 2")]),
        ("123456789012345678901234567890.10", [(ITEM, "123456789012345678901234567890.10")]),
        ('"just words"', [(ITEM, "just words")]),
        ('{"n": NaN, "x": "\\ud800half"}', [(ITEM, "n: NaN"), (ITEM, "x: half")]),
        ("9" * 6000, [(PARAGRAPH, "9" * 6000)]),
    ],
)
def test_json(source: str, expected: list[tuple[BlockKind, str]]) -> None:
    assert parts(read(source, "data.json")) == expected


def test_json_facts_and_notes() -> None:
    document = read('{"title": "Sites", "author": "Ann", "date": "2024-11-05T08:00", "k": 1, "k": 2}', "data.json")
    assert facts(document) == ("Sites", "Ann", "2024-11-05")
    assert document.notes == ("keys that stand more than once in an object: k",)
    assert read('{"title": [3], "a": 1}', "my_data.json").title == "my data"


@pytest.mark.parametrize("name", ["data.jsonl", "data.ndjson"])
def test_json_lines(name: str) -> None:
    document = read('{"site": "Oslo\u2028fjord", "mw": 1}\r\n\n{"site": "Lund", "mw": 2}\n', name)
    assert parts(document) == [(ROW, "site | mw"), (ROW, "site: Oslo fjord | mw: 1"), (ROW, "site: Lund | mw: 2")]


def test_long_paths_do_not_swell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_CHARS", 100_000)
    with pytest.raises(DocumentError, match="too many"):
        read(json.dumps({"k" * 10_000: {f"a{i}": {"b": i} for i in range(20)}}), "data.json")


@pytest.mark.parametrize(
    ("name", "source", "says"),
    [
        ("a.json", '{"a": 1', "not valid JSON (line 1"),
        ("a.json", "words", "not valid JSON"),
        ("a.json", b"\x89PNG\r\n\0\0", "binary"),
        ("a.json", "[" * 100_000, "too deeply"),
        ("a.json", "[" * 300 + "]" * 300, "too deeply"),
        ("a.json", '{"a":' * 200 + "1" + "}" * 200, "too deeply"),
        ("a.json", "[" + ",".join(['{"a":' * 200 + "1" + "}" * 200] * 2) + "]", "too deeply"),
        ("a.json", "{}", "no text"),
        ("a.json", "[]", "no text"),
        ("a.json", "null", "no text"),
        ("a.jsonl", '{"a": 1}\n{"a": \n', "line 2 is not valid JSON"),
        ("a.jsonl", '{"a": 1}\n' + "[" * 100_000, "line 2 is nested too deeply"),
        ("a.ipynb", "{}", "not a notebook"),
        ("a.ipynb", '{"cells": [1]}', "not a notebook"),
        ("a.ipynb", '{"cells": []}', "no text"),
        ("a.ipynb", '{"worksheets": []}', "nbformat 4"),
        ("a.xml", "words", "not XML"),
        ("a.xml", "<a><b></a>", "not XML"),
        ("a.xml", "<a/>", "no text"),
        ("a.xml", "<a>" * 5000 + "</a>" * 5000, "not XML"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "entities of its own"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>', "entities of its own"),
        ("a.xml", '\ufeff<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16-le"), "entities of its own"),
        ("a.xml", "<a>&unknown;</a>", "not XML"),
        ("a.rss", "<rss><channel>", "not XML"),
    ],
)
def test_bad_data_files(name: str, source: str | bytes, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(source, name)
    assert says in str(caught.value)
    assert caught.value.next_step and "\n" not in str(caught.value)


# --- notebooks ----------------------------------------------------------------------------------------------


def cell(kind: str, source: Any, *outputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "outputs": list(outputs), **more}


FRAME = "<table><tr><th></th><th>mw</th></tr><tr><th>Oslo</th><td>112</td></tr></table>"
CELLS = [
    cell("markdown", ["# Sites\n", "\n", "- one"], attachments={"a.png": {}}),
    cell(
        "code",
        "print(1)",
        {"output_type": "stream", "text": ["\x1b[31m1\x1b[0m\n"]},
        {"output_type": "execute_result", "data": {"text/plain": "   mw\nOslo 112", "text/html": [FRAME]}},
        {"output_type": "execute_result", "data": {"text/plain": ["42"]}},
        {"output_type": "display_data", "data": {"image/png": "xx", "text/plain": "<Figure>"}},
        {"output_type": "display_data", "data": {"image/png": "xx"}},
        {"output_type": "display_data", "data": {"text/markdown": "**bold** words"}},
        {"output_type": "display_data", "data": {"application/x-view": {}}},
        {"output_type": "error", "ename": "ValueError", "evalue": "no site"},
    ),
    cell("raw", "Raw words"),
]


def test_a_notebook() -> None:
    source = {"cells": CELLS, "metadata": {"authors": [{"name": "Ann"}]}, "nbformat": 4}
    document = read(json.dumps(source), "note.ipynb")
    assert facts(document) == ("Sites", "Ann", None)
    assert parts(document) == [
        (HEADING, "Sites"),
        (ITEM, "- one"),
        (CODE, "print(1)"),
        (PARAGRAPH, "1"),
        (ROW, "mw"),
        (ROW, "Oslo | mw: 112"),
        (PARAGRAPH, "42"),
        (PARAGRAPH, "<Figure>"),
        (PARAGRAPH, "bold words"),
        (PARAGRAPH, "ValueError: no site"),
        (PARAGRAPH, "Raw words"),
    ]
    assert document.notes == (
        "not read: a picture (attached to text), a picture (image/png) × 2, an output (application/x-view)",
    )


@pytest.mark.parametrize("odd", [True, "x", {"a": 1}, [None], [[1]], [{"output_type": "stream", "text": 1}], [{}]])
def test_a_notebook_with_parts_of_another_kind(odd: Any) -> None:
    cells = [{"cell_type": kind, "source": odd, "outputs": odd, "attachments": odd} for kind in ("markdown", "code")]
    source = {"cells": [*cells, cell("code", "a = 1")], "metadata": {"title": odd, "authors": odd}}
    assert "a = 1" in read(json.dumps(source), "note.ipynb").text


def test_a_notebook_states_its_title() -> None:
    source = {"cells": [cell("markdown", "# Sites")], "metadata": {"title": "Stated"}}
    assert read(json.dumps(source), "note.ipynb").title == "Stated"


# --- feeds and other XML ------------------------------------------------------------------------------------

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Harbour news</title>
<description>All about berths</description><lastBuildDate>Tue, 05 Nov 2024 09:30:00 +0000</lastBuildDate>
<item><title>A &amp;amp; B</title><link>https://example.org/a</link><dc:creator>Ann Lee</dc:creator>
<pubDate>Mon, 04 Nov 2024 09:30:00 +0000</pubDate><category>Ports</category><category>News</category>
<description>Short words.</description><content:encoded><![CDATA[<h1>Inside</h1><p>Short words. And <b>more</b>.</p>]]>
</content:encoded><enclosure url="https://example.org/a.mp3"/></item>
<item><title>Second</title><description>&lt;p&gt;Same&lt;/p&gt;</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour news</title><updated>2024-11-05T09:30:00Z</updated>
<author><name>Ann Lee</name><email>a@example.com</email></author><entry><title>First</title>
<link href="https://example.org/a"/><published>2024-11-04T09:30:00Z</published><summary>In short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Whole words.</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel><title>Harbour news</title></channel><item><title>First</title><description>Words.</description></item>
</rdf:RDF>"""


def test_rss() -> None:
    document = read(RSS, "news.xml")
    assert facts(document) == ("Harbour news", None, "2024-11-05")
    assert parts(document) == [
        (HEADING, "Harbour news"),
        (PARAGRAPH, "All about berths"),
        (HEADING, "A & B"),
        (
            PARAGRAPH,
            "By: Ann Lee\nPublished: Mon, 04 Nov 2024 09:30:00 +0000\nLink: https://example.org/a\n"
            "Categories: Ports, News",
        ),
        (HEADING, "Inside"),
        (PARAGRAPH, "Short words. And more."),
        (HEADING, "Second"),
        (PARAGRAPH, "Same"),
    ]
    assert [block.level for block in document.blocks if block.kind is HEADING] == [1, 2, 3, 2]
    assert document.notes == ("1 media files that the feed names were not read",)


@pytest.mark.parametrize(
    ("source", "name", "expected", "texts"),
    [
        (ATOM, "news.atom", ("Harbour news", "Ann Lee", "2024-11-05"), ["In short.", "Whole words."]),
        (RDF, "news.rss", ("Harbour news", None, None), ["Words."]),
    ],
)
def test_other_feeds(source: str, name: str, expected: tuple[str, str | None, str | None], texts: list[str]) -> None:
    document = read(source, name)
    assert facts(document) == expected
    said = parts(document)
    assert (HEADING, "First") in said
    assert all((PARAGRAPH, text) in said for text in texts)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "<sites year='2024'><site id='1'><name>Oslo</name><mw unit='MW'>112</mw></site>"
            "<site id='2'><name>Lund</name><mw>30</mw></site></sites>",
            [
                (ITEM, "sites.@year: 2024"),
                (HEADING, "sites.site"),
                (ROW, "@id | name | mw | mw.@unit"),
                (ROW, "@id: 1 | name: Oslo | mw: 112 | mw.@unit: MW"),
                (ROW, "@id: 2 | name: Lund | mw: 30"),
            ],
        ),
        (
            "<a><!-- no --><t>One</t><p>Two <b k='v'>three</b> four</p><t>Five</t><?no?></a>",
            [(ITEM, "a.t: One"), (ITEM, "a.p: Two three four"), (ITEM, "a.p.b.@k: v"), (ITEM, "a.t: Five")],
        ),
        (
            "<a><s><t>One</t><u><v>Two</v></u></s><s><t>Three</t><t>Four</t></s></a>",
            [(ITEM, "a.s[1].t: One"), (ITEM, "a.s[1].u.v: Two"), (ITEM, "a.s[2].t: Three"), (ITEM, "a.s[2].t: Four")],
        ),
        ("<feed><entry><x>No Atom</x></entry></feed>", [(ITEM, "feed.entry.x: No Atom")]),
        ("<rss><channel><title>No items</title></channel></rss>", [(ITEM, "rss.channel.title: No items")]),
        ("<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>A page</h1></body></html>", [(HEADING, "A page")]),
        ("<?xml version='1.0' encoding='iso-8859-1'?><a>caf\xe9</a>", [(ITEM, "a: café")]),
        ("<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a>Words</a>", [(ITEM, "a: Words")]),
        ("<a><![CDATA[<!DOCTYPE x [<!ENTITY y 'z'>]>]]></a>", [(ITEM, "a: <!DOCTYPE x [<!ENTITY y 'z'>]>")]),
    ],
)
def test_other_xml(source: str, expected: list[tuple[BlockKind, str]]) -> None:
    assert parts(read(source.encode("latin-1"), "data.xml")) == expected
