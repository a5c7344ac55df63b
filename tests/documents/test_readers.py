"""What each reader makes of a file it can read."""

from __future__ import annotations

import pytest
from document_parts import CODE, HEADING, ITEM, PARAGRAPH, ROW, parts, read, words
from pdfs import make_pdf

from assistant.documents import BlockKind, supported_suffixes
from assistant.documents.builder import clean_text
from assistant.documents.options import ReadOptions
from assistant.documents.pdf import read_pdf, without_running_lines
from assistant.documents.pdf_lines import PageLine
from assistant.documents.web import lined_tables


def test_supported_suffixes() -> None:
    assert set(supported_suffixes()) == set(
        """.md .markdown .txt .text .html .htm .pdf .docx .pptx .xlsx .xls .csv .tsv .eml .msg .mhtml .mht .epub .json
        .jsonl .ndjson .ipynb .xml .rss .atom .zip""".split()
    )


# --- plain text ---------------------------------------------------------------------------------------------


def test_plain_title_headings_and_paragraphs() -> None:
    text = (
        "Quarterly letter\n\nThe plant ran at full load. Orders rose.\n\nWhat comes next\n\n"
        "We expect a slower spring, with two lines closed for repair.\n"
    )
    document = read(text, "letter.txt")
    assert document.title == "Quarterly letter"
    assert [(block.kind, block.level) for block in document.blocks] == [
        (HEADING, 1),
        (PARAGRAPH, 0),
        (HEADING, 2),
        (PARAGRAPH, 0),
    ]
    assert document.source == "/somewhere/letter.txt"
    assert (document.page_count, document.date, document.notes) == (None, None, ())


def test_plain_without_heading_is_titled_by_its_name() -> None:
    assert read("the plant ran at full load.", "q3_letter.txt").title == "q3 letter"


def test_plain_hard_wrapped_text_is_one_paragraph() -> None:
    wrapped = (
        "The company said on Monday that it would close two of its plants in the\n"
        "north by the end of the year, and move the work to the new site near the\n"
        "harbour, where the power is cheap.\n\n"
        "A second paragraph follows."
    )
    document = read(wrapped, "wrapped.txt")
    assert [kind for kind, _ in parts(document)] == [PARAGRAPH, PARAGRAPH]
    assert "plants in the\nnorth" in document.text


def test_plain_short_lines_stay_apart() -> None:
    document = read("Ann Lee, Oslo\nBo Ek, Lund\nCy Dahl, Turku", "names.txt")
    assert parts(document) == [
        (PARAGRAPH, "Ann Lee, Oslo"),
        (PARAGRAPH, "Bo Ek, Lund"),
        (PARAGRAPH, "Cy Dahl, Turku"),
    ]


@pytest.mark.parametrize("mark", ["-", "*", "•", "–", "‣", "1.", "2)"])
def test_plain_bullets(mark: str) -> None:
    document = read(f"{mark} first thing that\n  goes on here\n{mark} second thing", "list.txt")
    assert parts(document) == [(ITEM, f"{mark} first thing that\ngoes on here"), (ITEM, f"{mark} second thing")]


def test_html_within_markdown_keeps_cells_items_and_lines_apart() -> None:
    table = "<table><tr><th>Item</th><th>2025</th></tr><tr><td>Revenue</td><td>835</td></tr></table>"
    document = read(f"# Facts\n\n{table}\n\n<ul><li>one</li><li>two</li></ul>\n\n<p>Up<br>down</p>\n", "a.md")
    assert parts(document) == [
        (HEADING, "Facts"), (ROW, "Item | 2025"), (ROW, "Revenue | 2025: 835"), (ITEM, "- one"), (ITEM, "- two"),
        (PARAGRAPH, "Up\ndown"),
    ]  # fmt: skip


def test_what_a_file_names_reaches_no_terminal_as_an_order() -> None:
    document = read('{"\\u001b[2J": 1, "\\u001b[2J": 2}', "a.json")
    assert document.notes and not any("\x1b" in note for note in document.notes)


# --- encodings ----------------------------------------------------------------------------------------------

ACCENTS = "Café Zürich charged £5 for “crème brûlée” – naïve.\n"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", ACCENTS),
        ("utf-8-sig", ACCENTS),
        ("utf-16", ACCENTS),
        ("utf-16-le", "\ufeff" + ACCENTS),
        ("utf-16-be", "\ufeff" + ACCENTS),
        ("cp1252", ACCENTS),
        ("cp1252", "Café"),
        ("cp1252", "The fee is £5."),
        ("latin-1", "Señor Muñoz pagó en Málaga; la façade coûtait 5 £."),
        ("cp1250", "Zażółć gęślą jaźń. Spółka ogłosiła wyniki, przychody wzrosły o połowę."),
        ("cp1251", "Компания опубликовала отчёт за третий квартал, выручка выросла."),
        ("shift_jis", "会社は第三四半期の決算を発表した。売上高は前年同期比で増加した。"),
    ],
)
def test_encodings(encoding: str, text: str) -> None:
    assert read(text.encode(encoding), "note.txt").text == text.strip().removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("declared", "encoding"), [("windows-1250", "cp1250"), ("iso-8859-1", "cp1252"), ("made-up", "cp1252")]
)
def test_declared_encoding_of_a_page(declared: str, encoding: str) -> None:
    sentence = "Spółka Łódź" if encoding == "cp1250" else "Café “Zürich” crème"
    page = f'<html><head><meta charset="{declared}"></head><body><p>{sentence}, {"and words " * 30}.</p></body></html>'
    assert sentence in read(page.encode(encoding), "page.html").text


def test_line_ends_and_invisible_characters() -> None:
    text = "One\u00adtwo\u200b three.\r\nFour\u00a0five.\rSix\u2028seven\x0beight\x85nine.   \r\n"
    assert clean_text(text) == "Onetwo three.\nFour five.\nSix\nseven\neight\nnine."


def test_decomposed_letters_are_composed() -> None:
    assert read("Cafe\u0301", "a.txt").text == "Café"


# --- Markdown -----------------------------------------------------------------------------------------------

NOTE = """---
title: Harbour Compute
date: 2026-04-30
author: [Ann Lee, Bo Ek]
---
# Lease review

Harbour **leased** 412 [megawatts](https://example.org) of `capacity`.
It said so ![in a chart](c.png).

## Terms

1. Ten years
2. Fixed rate
   with a rise

- alpha
  - beta

> Quoted words.

| | 2025 | 2024 |
|---|---|---|
| Revenue | $120 | $100 |

```
a = 1
```

<div>Raw <b>words</b><script>var hidden = 1</script></div>
"""


def test_markdown_blocks() -> None:
    document = read(NOTE, "lease.md")
    assert (document.title, document.date, document.author) == ("Harbour Compute", "2026-04-30", "Ann Lee, Bo Ek")
    assert parts(document) == [
        (HEADING, "Lease review"),
        (PARAGRAPH, "Harbour leased 412 megawatts of capacity. It said so in a chart."),
        (HEADING, "Terms"),
        (ITEM, "1. Ten years"),
        (ITEM, "2. Fixed rate with a rise"),
        (ITEM, "- alpha"),
        (ITEM, "- beta"),
        (PARAGRAPH, "Quoted words."),
        (ROW, "2025 | 2024"),
        (ROW, "Revenue | 2025: $120 | 2024: $100"),
        (CODE, "a = 1"),
        (PARAGRAPH, "Raw words"),
    ]
    assert [block.level for block in document.blocks if block.kind is HEADING] == [1, 2]


@pytest.mark.parametrize(
    ("source", "title", "text"),
    [
        ("# Only heading\n\nWords.", "Only heading", "Only heading\n\nWords."),
        ("Words.", "n", "Words."),
        # What lies between two rules is text, unless it states facts.
        ("---\nA rule above.\n\n---\nBelow.", "n", "A rule above.\n\nBelow."),
        ("---\nNo second mark.", "n", "No second mark."),
        ("---\n---\nWords.", "n", "Words."),
        ('---\ntitle: "Half \\ud800 pair"\n---\nWords.', "Half pair", "Words."),
        ("---\ntitle: 2026\n---\nWords.", "2026", "Words."),
        ("one<br>two", "n", "one\ntwo"),
        ("| a | b |\n|---|---|\n| x<br>y | 2 |", "n", "a | b\nx y | b: 2"),
        ("before\n\n<!-- hidden -->\n\nafter", "n", "before\n\nafter"),
        ('{\n"a"\n}\n\nWords.', "n", '{ "a" }\n\nWords.'),
    ],
)
def test_markdown_edges(source: str, title: str, text: str) -> None:
    document = read(source, "n.md")
    assert (document.title, document.text) == (title, text)


@pytest.mark.parametrize("depth", [3, 30, 90, 3000])
@pytest.mark.parametrize("mark", [">", "- "])
def test_markdown_nested_deeply_loses_no_words(mark: str, depth: int) -> None:
    assert "deep words" in read(mark * depth + " deep words", "n.md").text


# --- web pages ----------------------------------------------------------------------------------------------

PAGE = """<html lang="en"><head><title>Harbour leases 412 megawatts</title>
<meta name="author" content="Ann Lee"><meta property="article:published_time" content="2026-04-30T08:00:00Z">
</head><body>
<nav><a href="/">Home</a> <a href="/markets">Markets</a></nav>
<article><h1>Harbour leases 412 megawatts</h1>
<p>Harbour Compute leased 412 megawatts of capacity in the second quarter, the company said on Thursday.</p>
<h2>Terms</h2>
<p>The average rate was $11.4 million per megawatt and year, which is about a tenth more than a year ago.</p>
<ul><li>Ten years for most of the contracts</li><li>A fixed rate with a yearly rise</li></ul>
<table><tr><th>Site</th><th>Megawatts</th></tr><tr><td>Lindholm</td><td>300</td></tr>
<tr><td>Oslo</td><td>112</td></tr></table>
</article>
<footer>Cookie settings. Subscribe to our newsletter.</footer></body></html>"""


def test_web_page() -> None:
    document = read(PAGE, "page.html")
    assert document.title == "Harbour leases 412 megawatts"
    assert document.date == "2026-04-30"
    assert document.author == "Ann Lee"
    kinds = {text: kind for kind, text in parts(document)}
    assert kinds["Terms"] is HEADING
    assert kinds["- Ten years for most of the contracts"] is ITEM
    assert kinds["Lindholm | Megawatts: 300"] is ROW
    assert "412 megawatts of capacity in the second quarter" in document.text
    for noise in ("Cookie settings", "newsletter", "Markets"):
        assert noise not in document.text


TALK = "<p>Heron reported its results for the second quarter of the year, which were better than in the one before.</p>"
CAPTION = "Revenue by segment, in millions"
HEAD = "<tr><th>Segment</th><th>2023</th><th>2022</th></tr>"
CELLS = "<tr><td>Boats</td><td>12</td><td>10</td></tr><tr><td>Nets</td><td>5</td><td>4</td></tr>"
ROWS = ["Segment | 2023 | 2022", "Boats | 2023: 12 | 2022: 10", "Nets | 2023: 5 | 2022: 4"]


@pytest.mark.parametrize(
    ("inside", "rows", "before", "context"),
    [
        (f"{HEAD}{CELLS}", ROWS, TALK[3:-4], ""),
        (f"<caption>{CAPTION}</caption>{HEAD}{CELLS}", ROWS, CAPTION, CAPTION),
        (f"<caption><b>Revenue</b> by  segment,\n in millions</caption><thead>{HEAD}</thead>{CELLS}",
         ROWS, CAPTION, CAPTION),
        (f"<caption>Sales</caption>{HEAD.replace('Segment', 'In thousands')}{CELLS}",
         [ROWS[0].replace("Segment", "In thousands"), *ROWS[1:]], "Sales", "Sales"),
        (f"<caption> </caption>{HEAD}{CELLS}", ROWS, TALK[3:-4], ""),
        # Nothing in it is marked as a label.
        (f"{HEAD.replace('th', 'td')}{CELLS}", ROWS, TALK[3:-4], ""),
        (f"<caption>{CAPTION}</caption>{HEAD.replace('th', 'td')}{CELLS}", ROWS, CAPTION, CAPTION),
    ],
)  # fmt: skip
def test_tables_of_a_web_page(inside: str, rows: list[str], before: str, context: str) -> None:
    page = f"<html><body><article><h1>Results</h1>{TALK}<table>{inside}</table>{TALK}</article></body></html>"
    document = read(page, "page.html")
    found = parts(document)
    assert [words for kind, words in found if kind is ROW] == rows
    assert found[found.index((ROW, rows[0])) - 1] == (PARAGRAPH, before)
    for block in document.blocks:
        if block.kind is ROW:
            assert block.context.startswith(context) if context else not block.context


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("| a | b |\n|---|---|\n| c | d |", None),
        ("| a | b |\n|---|---|\n| c | d |\n|---|---|\n| e | 1 |", "| a | b |\n|---|---|\n| c | d |\n| e | 1 |"),
        ("| a | b |\n| c | 1 |", "| a | b |\n|---|---|\n| c | 1 |"),
        # The first row holds an amount: it is data as all the others.
        ("| a | $ 5 |\n| c | 1 |", None),
        ("| a |\n| c |", None),
        ("| a | b |", None),
        ("```\n| a | b |\n| c | 1 |\n```", None),
        ("Words\n\n| a \\| x | b |\n| c | 1 |\n\nMore", "Words\n\n| a \\| x | b |\n|---|---|\n| c | 1 |\n\nMore"),
    ],
)
def test_tables_get_one_line_under_their_first_row(source: str, expected: str | None) -> None:
    assert lined_tables(source) == (expected or source)


# --- PDF ----------------------------------------------------------------------------------------------------


def test_pdf_pages_rows_and_facts() -> None:
    document = read(
        make_pdf(
            [
                ["Harbour leased 412 megawatts of capacity in the", "second quarter, it said."],
                [],
                ["Revenue 2025 2024", "Sales $120.5 $100.1", "Costs 70 65", "That is (nearly) all."],
            ],
            title="Annual report",
            author="Ann Lee",
            created="D:20260430080000Z",
        ),
        "report.pdf",
    )
    assert (document.title, document.author, document.date) == ("Annual report", "Ann Lee", "2026-04-30")
    assert document.page_count == 3
    assert document.notes == ("nothing on pages 2",)
    assert [(block.page, block.kind, words(document, block)) for block in document.blocks] == [
        (1, PARAGRAPH, "Harbour leased 412 megawatts of capacity in the\nsecond quarter, it said."),
        (3, ROW, "Revenue 2025 2024"),
        (3, ROW, "Sales $120.5 $100.1"),
        (3, ROW, "Costs 70 65"),
        (3, PARAGRAPH, "That is (nearly) all."),
    ]


@pytest.mark.parametrize(
    ("lines", "blocks"),
    [
        (
            ["The yard does two things:", "• First, it dredges the", "harbour.", "• Then it builds."],
            [(PARAGRAPH, 0, 1), (ITEM, 1, 3), (ITEM, 3, 4)],
        ),
        (["It dredges the harbour and", "• builds."], [(PARAGRAPH, 0, 1), (ITEM, 1, 2)]),
        (["– dredges the harbour", "– builds"], [(ITEM, 0, 1), (ITEM, 1, 2)]),
        (["9. Dredging of", "the harbour", "10. Building"], [(ITEM, 0, 2), (ITEM, 2, 3)]),
        # A dash of a sentence, and a number that ends one.
        (
            ["The yard, which it leased", "– dear as it was – in May, as is told in Note", "10. The cranes"],
            [(PARAGRAPH, 0, 3)],
        ),
        (["1. Dredging, as is told in Note", "10. The cranes come later, they say"], [(ITEM, 0, 2)]),
    ],
)
def test_pdf_lists(lines: list[str], blocks: list[tuple[BlockKind, int, int]]) -> None:
    document = read(make_pdf([lines]), "yard.pdf")
    assert parts(document) == [(kind, "\n".join(lines[first:last])) for kind, first, last in blocks]


def test_pdf_tells_how_far_it_is_page_by_page() -> None:
    told: list[tuple[str, int, int]] = []
    data = make_pdf([[f"Page {number} of the report."] for number in range(4)])
    read_pdf(data, "report.pdf", ReadOptions(progress=lambda *step: told.append(step)))
    steps = dict.fromkeys(what for what, _, _ in told)
    assert next(iter(steps)) == "reading pages"
    assert told == [(what, done, 4) for what in steps for done in range(4)]


@pytest.mark.parametrize("title", ["", "0001045810-23-000227", "Q3 10-Q"])
def test_pdf_without_facts_is_titled_by_its_name(title: str) -> None:
    document = read(make_pdf([["Some words."]], title=title), "annual_report.pdf")
    assert (document.title, document.date, document.author, document.notes) == ("annual report", None, None, ())


@pytest.mark.parametrize(
    ("empty", "note"), [([2], "2"), ([2, 3, 4], "2-4"), ([1, 3, 4, 6], "1, 3-4, 6")], ids=["one", "run", "runs"]
)
def test_pdf_names_the_pages_without_text(empty: list[int], note: str) -> None:
    pages = [[] if number in empty else ["Words."] for number in range(1, 8)]
    assert read(make_pdf(pages), "scan.pdf").notes == (f"nothing on pages {note}",)


def test_suffix_decides_whatever_its_case() -> None:
    assert read("# Title\n\nWords.", "NOTE.MD").title == "Title"


RUNNING = ["Harbour Corp and Subsidiaries", "Notes (continued)"]
BERTHS = {1: "Oslo", 2: "Lund", 3: "Bergen", 4: "Turku"}


def test_pdf_running_heads_and_page_numbers_stand_once() -> None:
    pages = [
        [*RUNNING, f"A berth in {name} is", f"leased to {name} Lines.", f"Page {number} of 4"]
        for number, name in BERTHS.items()
    ]
    document = read(make_pdf(pages), "report.pdf")
    for line in RUNNING:
        assert document.text.count(line) == 1
    assert document.text.count("Page ") == 1
    for name in BERTHS.values():
        assert f"A berth in {name} is\nleased to {name} Lines." in document.text


@pytest.mark.parametrize(
    ("pages", "kept"),
    [
        ([["Head", "a"], ["Head", "b"]], [["Head", "a"], ["Head", "b"]]),  # twice is chance
        ([["Head", "a"], ["Head", "b"], ["Head", "c"]], [["Head", "a"], ["b"], ["c"]]),
        ([["a", "1"], ["b", "2"], ["c", "3"]], [["a", "1"], ["b"], ["c"]]),
        ([["Q2 2023 | 4", "a"], ["Q2 2023 | 5", "b"], ["Q2 2023 | 6", "c"]], [["Q2 2023 | 4", "a"], ["b"], ["c"]]),
        # Figures that do not count the pages are what the pages say.
        (
            [["Total: 7", "a"], ["Total: 9", "b"], ["Total: 4", "c"]],
            [["Total: 7", "a"], ["Total: 9", "b"], ["Total: 4", "c"]],
        ),
        # Nor does a year, nor is an amount a page's head.
        (
            [["Results 2021", "a"], ["Results 2022", "b"], ["Results 2023", "c"]],
            [["Results 2021", "a"], ["Results 2022", "b"], ["Results 2023", "c"]],
        ),
        (
            [["Pay 2,000.00", "a"], ["Pay 2,000.00", "b"], ["Pay 2,000.00", "c"]],
            [["Pay 2,000.00", "a"], ["Pay 2,000.00", "b"], ["Pay 2,000.00", "c"]],
        ),
        (
            [["v1.20 12.05.2023", "a"], ["v1.20 12.05.2023", "b"], ["v1.20 12.05.2023", "c"]],
            [["v1.20 12.05.2023", "a"], ["b"], ["c"]],
        ),
        # In the middle of a page it is a line like any other.
        (
            [[*"abc", "Head", *"def"], [*"ghi", "Head", *"jkl"], [*"mno", "Head", *"pqr"]],
            [[*"abc", "Head", *"def"], [*"ghi", "Head", *"jkl"], [*"mno", "Head", *"pqr"]],
        ),
        ([["", "Head", "a"], [], ["Head", "b"], ["Head"]], [["", "Head", "a"], [], ["b"], []]),
        ([], []),
    ],
)
def test_what_runs_from_page_to_page(pages: list[list[str]], kept: list[list[str]]) -> None:
    lines = {number: [PageLine(text) for text in page] for number, page in enumerate(pages, start=1)}
    assert [[line.text for line in page] for page in without_running_lines(lines).values()] == kept
