"""The text of a file by page, as a stock loader gives it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def pages_of(path: Path) -> Iterator[tuple[int | None, str]]:
    """Number and text of every page; formats without pages as one, without a number.

    Raises:
        DocumentError: the file cannot be read.
    """
    if path.suffix.lower() != ".pdf":
        from assistant.documents import read_document

        yield None, read_document(path.read_bytes(), path.name, str(path)).text
        return
    import pypdfium2 as pdfium

    from assistant.errors import DocumentError

    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise DocumentError(f"{path.name} cannot be read: {error}", "Check the file.") from error
    try:
        for number in range(len(pdf)):
            yield number + 1, pdf[number].get_textpage().get_text_range()
    finally:
        pdf.close()
