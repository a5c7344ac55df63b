"""Reader of tables in text files: .csv and .tsv, in any encoding and with any usual delimiter."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from assistant.documents.builder import TextBuilder
from assistant.documents.decode import decode
from assistant.documents.grid import add_grid
from assistant.documents.model import Document
from assistant.errors import DocumentError

_DELIMITERS = ",;\t|"
#: So many rows show what delimits the cells.
_SAMPLE = 100


def _delimiter(lines: list[str], usual: str) -> str:
    """The delimiter that gives the most rows of one and the same width, of several the one that gives more cells.

    `csv.Sniffer` goes by how often a character stands in a line, and takes the commas of decimals for delimiters.
    """
    best, most = usual, (0, 0)
    for delimiter in sorted(_DELIMITERS, key=lambda each: each != usual):
        widths = Counter(len(row) for row in islice(_rows(lines, delimiter), _SAMPLE) if len(row) > 1)
        if widths and (score := max((count, width) for width, count in widths.items())) > most:
            best, most = delimiter, score
    return best


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    # A blank before a quotation mark is no part of its cell.
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def read_delimited(data: bytes, name: str) -> Document:
    """Read a text table; the first row gives the labels of the columns.

    Raises:
        DocumentError: the bytes are no text, or a quotation mark is never closed.
    """
    # By line feeds and carriage returns alone: what else separates lines in Unicode may stand in a cell.
    lines = list(io.StringIO(decode(data, name), newline=""))
    usual = "\t" if name.lower().endswith(".tsv") else ","
    try:
        if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
            # A line by which spreadsheets are told the delimiter.
            delimiter, lines = lines[0][4], lines[1:]
        else:
            delimiter = _delimiter(lines, usual)
        rows = list(_rows(lines, delimiter))
    except csv.Error as error:
        raise DocumentError(
            f"{name} is not a readable table: {error}", "Look for a quotation mark that is never closed."
        ) from error
    builder = TextBuilder()
    add_grid(builder, rows)
    return Document(name=name, text=builder.text, blocks=builder.blocks, title="")
