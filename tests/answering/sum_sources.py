"""Evidence as retrieval would give it, made from a few lines of Markdown."""

from __future__ import annotations

from assistant.documents import read_document
from assistant.documents.model import BlockKind
from assistant.index.passages import sentence_spans
from assistant.retrieval.model import Evidence

SALES = """The table shows sales and costs of Brambleton (in millions):

|  | Years Ended June 30, |  |  |
| --- | --- | --- | --- |
|  | 2025 | 2024 | 2023 |
| Ferry sales | $1,210.5 | $1,100.0 | $990.0 |
| Other sales | 80.0 | 64.0 | — |
| Total sales | $1,290.5 | $1,164.0 | $1,050.0 |
| Operating loss | (12.5) | (10.0) | 5.0 |
| Operating margin | 4.5% | 4.0% | 3.8% |
| Earnings per share | $1.25 | $1.00 | $0.80 |
| Number of ships | 12 | 10 | 10 |
"""
HARBOURS = """Freight by harbour for the year ended December 31, 2025, in tonnes.

| Harbour | Oslo | Lund | Total |
| --- | --- | --- | --- |
| Coal handled | 400 | 250 | 650 |
| Grain handled | 90 | 110 | 200 |
"""
LEASE = """# Quarrix and its power

Quarrix could build up to 3GW of computing power in the case considered.
Building it is estimated to cost roughly $40–45 billion for each GW.
Spare power could be leased at $10–15 billion per GW a year.
From Morwen it buys 1.6GW.
"""
#: The table itself says what changed.
STATED = """|  | 2025 | 2024 | % Change |
| --- | --- | --- | --- |
| Tolls | 120 | 100 | 20% |
| Fees | 30 | 24 | 25% |
"""
#: Two companies, each with a report of its own.
TARN = """# Tarn Ferries annual report

Tarn Ferries, in millions.

|  | 2025 | 2024 |
| --- | --- | --- |
| Total sales | $900 | $800 |
| Staff costs | 300 | 280 |
"""
LORNE = """# Lorne Lines annual report

Lorne Lines, in millions.

|  | 2025 | 2024 |
| --- | --- | --- |
| Total sales | $700 | $950 |
| Staff costs | 310 | 200 |
"""
#: Parts of a company, by section.
SEGMENTS = """By segment, dollars in millions.

| Segment | 2025 | 2024 |
| --- | --- | --- |
| Net Sales: Freight | $20 | $16 |
| Net Sales: Consolidated | 80 | 64 |
| Net sales mix: Freight | 25% | 25% |
| Net sales growth, without currency effects: Freight | 24% | 12% |
"""
#: Two devices, each with a sheet of its own.
X200 = """# Quarrix X200 data sheet

| Property | Value |
| --- | --- |
| Weight | 2.1 kg |
| Range | 40 km |
"""
X300 = """# Quarrix X300 data sheet

| Property | Value |
| --- | --- |
| Weight | 2.6 kg |
| Range | 40 km |
"""


def evidence_of(*sources: str) -> list[Evidence]:
    """Every sentence and row of some documents, in their order, as evidence."""
    found: list[Evidence] = []
    for number, source in enumerate(sources):
        document = read_document(source.encode(), f"doc-{number}.md", "")
        headings: tuple[str, ...] = ()
        for block in document.blocks:
            text = document.text[block.start : block.end]
            if block.kind is BlockKind.HEADING:
                headings = (text,)
                continue
            spans = [(0, len(text))] if block.kind is BlockKind.TABLE_ROW else sentence_spans(text)
            for start, end in spans:
                found.append(
                    Evidence(
                        sentence_id=len(found), passage_id=number, document=document.name, title=document.title,
                        date=None, page=None, headings=headings, kind=block.kind, context=block.context,
                        text=text[start:end], start=block.start + start, end=block.start + end,
                        clause=text[start:end], around=document.text, similarity=0.5, lexical=1.0, score=0.5,
                    )
                )  # fmt: skip
    return found
