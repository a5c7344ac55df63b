"""What the tests of office files share: the texts of a document, and a report in Word."""

from __future__ import annotations

from typing import Any

from document_parts import parts

from assistant.documents import Document

SHEET = "xl/worksheets/sheet1.xml"


def texts(document: Document) -> list[str]:
    return [text for _, text in parts(document)]


def report(document: Any) -> None:
    document.add_heading("Harbour report", 0)
    document.add_paragraph("The harbour is busy.")
    document.add_heading("Berths", 1)
    document.add_paragraph("Five berths are leased.", style="List Bullet")
    document.add_paragraph("First, dredge.", style="List Number")
    document.add_paragraph("Then, build.", style="List Number")
    table = document.add_table(rows=0, cols=3)
    for row in (("", "2025", "2024"), ("Ships", "120", "100"), ("Berths", "7", "5")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_heading("Deeper", 3)
    comment = document.add_comment(document.add_paragraph("It ends here.").runs[0], "Is that so?", author="Ann Lee")
    comment.add_paragraph("I doubt it.")
