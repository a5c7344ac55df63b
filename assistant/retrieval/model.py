"""What retrieval gives: passages for those who search, evidence sentences for those who answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.documents.model import BlockKind


class SearchHit(BaseModel):
    """A passage found: what `assistant search --json` prints. Scores only order one result list."""

    model_config = ConfigDict(frozen=True)

    document: str
    page: int | None
    heading: str | None
    score: float
    text: str
    start: int
    end: int


class Evidence(BaseModel):
    """A sentence that may support an answer: `text` is exactly `canonical_text[start:end]`.

    `clause` is the part of a long sentence that was found, the whole of any other; `around` the passage it stands
    in, which tells whom its pronouns mean, and `opening` how its document begins, which tells what it is about.

    `similarity` is the cosine to the question, -1 to 1, `passage_similarity` that of the whole passage with its title
    and headings; `lexical` the BM25 score within the candidates;
    `score` what it was ranked by. `sentence_id` and `passage_id` are the store's.
    """

    model_config = ConfigDict(frozen=True)

    sentence_id: int
    passage_id: int
    document: str
    title: str
    date: str | None
    page: int | None
    headings: tuple[str, ...]
    kind: BlockKind
    context: str
    text: str
    start: int
    end: int
    clause: str
    around: str
    opening: str = ""
    similarity: float
    passage_similarity: float = 0.0
    lexical: float
    score: float

    @property
    def span(self) -> tuple[str, int, int]:
        """The document and the offsets that are quoted; clauses of one sentence share them."""
        return self.document, self.start, self.end

    @property
    def heading(self) -> str | None:
        """The innermost heading the sentence stands under."""
        return self.headings[-1] if self.headings else None


class Retrieved(BaseModel):
    """The outcome of one retrieval.

    `question` is how the question was read, `vector` its unit vector (shape (dimension,)); `vectors` holds the
    evidence's unit vectors by `sentence_id`; `compared` names the documents that are set against each other.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    hits: tuple[SearchHit, ...]
    evidence: tuple[Evidence, ...]
    compared: frozenset[str] = frozenset()
    vector: Any = Field(repr=False)
    vectors: dict[int, Any] = Field(repr=False)
