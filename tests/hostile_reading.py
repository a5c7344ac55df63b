"""The reading process with readers that do harm, by suffix: what no file at hand makes the real ones do.

Run in the place of `assistant.documents.worker`.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import time
from typing import Any

from assistant.documents import pdf, registry, worker
from assistant.documents.model import Block, BlockKind, Document


def hang(data: bytes, name: str) -> Document:
    while True:
        time.sleep(0.01)


def hold(data: bytes, name: str) -> Document:
    """Keeps every other thread of the process from running."""
    re.match(r"(a+)+$", "a" * 60 + "b")
    raise AssertionError("too quick")


def swell(data: bytes, name: str) -> Document:
    held = []
    while True:
        held.append(bytes(2**24))


def crash(data: bytes, name: str) -> Document:
    ctypes.string_at(0)
    raise AssertionError("alive")


def leave(data: bytes, name: str) -> Document:
    os._exit(7)


def recurse(data: bytes, name: str) -> Document:
    return recurse(data, name)


def chatter(data: bytes, name: str) -> Document:
    os.write(1, b"words that a library prints\n" * 99)
    return Document(name=name, text="Words.", blocks=(), title="")


def nap(data: bytes, name: str) -> Document:
    """Takes its time, but not much of it."""
    time.sleep(0.2)
    return Document(name=name, text="Words.", blocks=(), title="")


def lie(data: bytes, name: str) -> Document:
    """A document whose block lies outside its text."""
    block = Block.model_construct(kind=BlockKind.PARAGRAPH, start=3, end=900, page=None, level=0, context="")
    return Document.model_construct(
        name=name,
        text="Words.",
        blocks=(block,),
        title="",
        date=None,
        author=None,
        source="",
        page_count=None,
        notes=(),
    )


def slowly(page: Any) -> list[pdf.PageLine]:
    """The lines of a page, after a second where they say that it is a dense one."""
    lines = page_lines(page)
    if any("dense" in line.text for line in lines):
        time.sleep(1.0)
    return lines


HARMS = (hang, hold, swell, crash, leave, recurse, chatter, nap, lie)

page_lines = pdf.page_lines

if __name__ == "__main__":
    pdf.page_lines = slowly
    registry.READERS = (
        *registry.READERS,
        *(registry.ReaderEntry((f".{harm.__name__}",), "hostile_reading", harm.__name__) for harm in HARMS),
    )
    worker.main(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
