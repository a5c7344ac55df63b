"""The stock LangChain pipeline: pages split by characters, the same embedding model, Chroma, the nearest k.

Its shape is the one that LangChain's retrieval tutorial documents: `RecursiveCharacterTextSplitter` with 1,000
characters and 200 of overlap, no header, no lexical search, no fusion, the question as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from assistant.answering.answer import Answer, Turn
from assistant.errors import AssistantError, QuestionSetError
from assistant.index.ingest import AddResult
from assistant.settings import Settings
from evals.home import Progress, list_documents

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.documents import Document as Chunk

CHUNK_CHARACTERS, OVERLAP_CHARACTERS = 1000, 200
#: Chunks embedded and stored at a time.
_BATCH = 256


@dataclass(frozen=True)
class StockHit:
    """A chunk found; its offsets are within the page it was cut from, which may be the whole document."""

    document: str
    page: int | None
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class StockDocument:
    """A document that was indexed."""

    name: str


def pages_of(path: Path) -> Iterator[tuple[int | None, str]]:
    """The text of a file by page, as a stock loader gives it; formats without pages as one.

    Raises:
        DocumentError: the file cannot be read.
    """
    if path.suffix.lower() == ".pdf":
        import pypdfium2 as pdfium

        pdf = pdfium.PdfDocument(path)
        try:
            for number in range(len(pdf)):
                yield number + 1, pdf[number].get_textpage().get_text_range()
        finally:
            pdf.close()
    else:
        from assistant.documents import read_document

        yield None, read_document(path.read_bytes(), path.name, str(path)).text


class StockPipeline:
    """Retrieval as a newcomer builds it from the tutorial, in the shape that a run asks.

    Args:
        settings: which embedding model.
    """

    model_name = "none"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = TemporaryDirectory(prefix="stock-")
        self._names: list[str] = []
        self._chroma: Chroma | None = None

    def open(self) -> None:
        """Load the embedding model and make an empty collection."""
        import chromadb
        from langchain_chroma import Chroma

        from assistant.models.embeddings import load_embeddings

        client = chromadb.PersistentClient(self._folder.name, chromadb.Settings(anonymized_telemetry=False))
        self._chroma = Chroma("stock", load_embeddings(self._settings), client=client)

    def close(self) -> None:
        """Remove what was stored."""
        self._chroma = None
        self._folder.cleanup()

    def warm(self) -> None:
        """There is no chat model to load."""

    def sync(self, folder: Path | None = None, *, progress: Progress | None = None) -> Sequence[AddResult]:
        """Split, embed and store every file of a folder."""
        files = list_documents(folder or self._settings.corpus)
        results = []
        for done, (name, path) in enumerate(sorted(files.items())):
            if progress is not None:
                progress("indexing, stock", done, len(files))
            try:
                self._add(name, path)
                results.append(AddResult(name=name, status="added"))
            except AssistantError as error:
                results.append(AddResult(name=name, status="failed", reason=str(error)))
        return results

    def _add(self, name: str, path: Path) -> None:
        from langchain_core.documents import Document as Chunk
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
        )
        pages = [
            Chunk(page_content=text, metadata={"document": name, "page": page or 0}) for page, text in pages_of(path)
        ]
        chunks = splitter.split_documents(pages)
        for first in range(0, len(chunks), _BATCH):
            self._store.add_documents(chunks[first : first + _BATCH])
        self._names.append(name)

    @property
    def _store(self) -> Chroma:
        if self._chroma is None:
            raise RuntimeError("open() comes first")
        return self._chroma

    def documents(self) -> Sequence[StockDocument]:
        """The indexed documents."""
        return [StockDocument(name) for name in self._names]

    def text(self, name: str) -> str:
        """Not kept: a stock pipeline holds chunks only."""
        raise QuestionSetError("The stock pipeline keeps no texts", "Measure it over a folder of documents.")

    def search(
        self, question: str, *, k: int = 5, documents: Sequence[str] | None = None, history: Sequence[Turn] = ()
    ) -> Sequence[StockHit]:
        """The nearest k chunks; earlier turns are not looked at."""
        within: dict[str, Any] | None = {"document": {"$in": list(documents)}} if documents else None
        return [_hit(chunk) for chunk in self._store.similarity_search(question, k=k, filter=within)]

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        """Only its retrieval is measured here."""
        raise QuestionSetError("The stock pipeline only searches here", "Measure it with --retrieval-only.")


def _hit(chunk: Chunk) -> StockHit:
    start = int(chunk.metadata.get("start_index", 0))
    return StockHit(
        document=str(chunk.metadata["document"]),
        page=int(chunk.metadata["page"]) or None,
        text=chunk.page_content,
        start=start,
        end=start + len(chunk.page_content),
    )
