"""An open library on real SQLite and Chroma with the fake embedder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from fakes import FakeEmbedder

from assistant.documents import read_document
from assistant.documents.parser import ParserProcess, ReadLimits
from assistant.index.ingest import AddResult, Library
from assistant.index.passages import split
from assistant.index.records import FileState, NewDocument
from assistant.index.store import Store
from assistant.index.sync import sync_folder
from assistant.index.vectors import VectorIndex
from assistant.retrieval.engine import Engine

LEASES = """# Harbour Compute

Harbour Compute leased 412 megawatts of capacity in the second quarter.
The average rate was $11.4 million per megawatt and year.

## Outlook

The company plans a second campus in Lindholm before 2028.
"""
#: What puts a period before all passages of a document, as they are embedded and indexed.
PERIOD = "\nThis is for the quarterly period ended July 1, 2023.\n"
BAKERY = """# Bakery notes

The oven reaches 240 degrees in twenty minutes. Rye loaves need an hour.

## Prices

A rye loaf costs 6 euros.
"""


def new_document(name: str, source: str, embedder: FakeEmbedder | None = None) -> NewDocument:
    """A document ready for `Store.replace`, made from Markdown source."""
    embedder = embedder or FakeEmbedder()
    document = read_document(source.encode(), name, f"/files/{name}")
    passages = split(document, 60, embedder.count_tokens)
    clauses = [span for passage in passages for sentence in passage.sentences for span in sentence.clauses]
    state = FileState(
        name=name,
        source=f"/files/{name}",
        origin="added",
        folder=None,
        content_hash=str(hash(source)),
        size=len(source),
        modified=1.0,
    )
    return NewDocument(
        state=state,
        document=document,
        passages=tuple(passages),
        passage_vectors=embedder.encode([document.text[p.start : p.end] for p in passages]),
        clause_vectors=embedder.encode([document.text[start:end] for start, end in clauses]),
    )


class OpenLibrary:
    """Store, vectors, library and engine of a home, opened as the facade opens them."""

    def __init__(self, home: Path, embedder: FakeEmbedder | None = None) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.embedder = embedder or FakeEmbedder()
        self.store = Store(home)
        self.store.open()
        self.vectors = VectorIndex(home / "chroma", self.store)
        self.repaired = self.vectors.open()
        self.parser = ParserProcess(ReadLimits(seconds=60, megabytes=1024))
        self.ingest = Library(self.store, self.vectors, self.embedder, self.parser, 60, 2**20)
        self.engine = Engine(self.store, self.vectors, self.embedder, 24, 8)

    def __enter__(self) -> OpenLibrary:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.parser.close()
        self.vectors.close()
        self.store.close()

    def sync(self, folder: Path, **options: Any) -> list[AddResult]:
        return sync_folder(self.ingest, folder, **options)

    def names(self) -> list[str]:
        return [info.name for info in self.store.documents()]

    def nearest(self, words: str, k: int = 3) -> list[int]:
        """Ids by Chroma alone."""
        return [key for key, _ in self.vectors.query(self.embedder.encode([words])[0], k)]

    def finds_right(self, words: str, k: int = 3) -> bool:
        """Whether Chroma's nearest are as near as the nearest of the vectors in SQLite."""
        ids = sorted(self.store.passage_ids())
        query = self.embedder.encode([words])[0]
        scores = {row[0]: float(row[3] @ query) for row in self.store.passage_vectors(ids)}
        found = [scores[key] for key in self.nearest(words, k)]
        return np.allclose(found, sorted(scores.values(), reverse=True)[:k], atol=1e-5)

    def in_step(self) -> bool:
        """Whether Chroma holds exactly the passages of SQLite."""
        return self.vectors.count() == len(self.store.passage_ids()) == len(list(self.vectors._ids()))


def write(folder: Path, files: dict[str, str]) -> Sequence[Path]:
    paths = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
