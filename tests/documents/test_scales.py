"""What is said of a table's scale comes to stand with each of its rows."""

from __future__ import annotations

import pytest

from assistant.documents import read_document
from assistant.documents.model import BlockKind
from assistant.documents.scales import scale_note

TABLE = "| x | 2025 |\n| --- | --- |\n| Cash | 5 |\n| Debt | 6 |\n"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Net sales were as follows (in millions):", "in millions"),
        ("Balances ($ in thousands, except per share data) are below.", "$ in thousands, except per share data"),
        ("All figures in thousands of euros.", "in thousands of euros"),
        ("£m", "£m"),
        ("$’000", "$’000"),
        ("US$ million", "US$ million"),
        ("It paid $5 million in 2025.", ""),
        ("It sold millions of tickets.", ""),
        ("", ""),
    ],
)
def test_scale_note(text: str, note: str) -> None:
    assert scale_note(text) == note


def test_a_heading_may_say_it_in_a_word() -> None:
    assert scale_note("(Millions) | 2025", labels=True) == "Millions"


@pytest.mark.parametrize(
    ("source", "context"),
    [
        (f"Cash, in millions:\n\n{TABLE}", "in millions"),
        (f"{TABLE}\nThe table is in thousands.\n", "in thousands"),
        (f"# Cash\n\nIn millions.\n\nThese are our balances.\n\n{TABLE}", "In millions"),
        (TABLE.replace("x", "$ in billions"), "$ in billions"),
        (f"Cash was $5 million.\n\n{TABLE}", ""),
        # Above its heading, or under the next one, something else is spoken of; headings may say it as well.
        (f"# Costs\n\nIn millions.\n\n## Cash\n\n{TABLE}", ""),
        (f"{TABLE}\n## Costs\n\nIn millions.\n", ""),
        (f"# Cash\n\n## In millions\n\n### Unaudited\n\n{TABLE}", "In millions"),
        # What leads to the next table is said of that one.
        (f"{TABLE}\nIn thousands:\n\n| y |\n| --- |\n| 7 |\n", ""),
    ],
    ids=[
        "above",
        "behind",
        "further above",
        "corner",
        "a figure",
        "another heading's",
        "the next heading's",
        "headings",
        "another table's",
    ],
)
def test_rows_carry_the_note(source: str, context: str) -> None:
    document = read_document(source.encode(), "a.md", "")
    row = next(block for block in document.blocks if document.text[block.start : block.end].startswith("Cash | "))
    assert row.kind is BlockKind.TABLE_ROW
    assert row.context == context
