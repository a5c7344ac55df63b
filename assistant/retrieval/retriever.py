"""Retrieval as a LangChain retriever: what the answering chain is built on."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.answering.answer import Turn
from assistant.index.passages import squash
from assistant.retrieval.engine import Engine
from assistant.retrieval.model import Evidence, Retrieved


class EvidenceRetriever(BaseRetriever):
    """Gives evidence sentences as LangChain documents, best first.

    `invoke(question, history=..., documents=...)` asks within a conversation or within chosen documents; `limit`
    gives more or fewer sentences than usual.
    Metadata carries the span (`document`, `start`, `end`, `page`, `heading`) and, for the rest of the chain,
    the `evidence` itself with its unit `vector`, and whether its document is one of those `compared`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: Engine
    limit: int

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        history: Sequence[Turn] = (),
        documents: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> list[LangChainDocument]:
        found = self.engine.retrieve(query, history, documents)
        return [_document(evidence, found) for evidence in found.evidence[: limit or self.limit]]


def _document(evidence: Evidence, found: Retrieved) -> LangChainDocument:
    return LangChainDocument(
        page_content=squash(evidence.text),
        metadata={
            "document": evidence.document,
            "start": evidence.start,
            "end": evidence.end,
            "page": evidence.page,
            "heading": evidence.heading,
            "evidence": evidence,
            "vector": found.vectors[evidence.sentence_id],
            "standalone_question": found.question,
            "question_vector": found.vector,
            "compared": evidence.document in found.compared,
        },
    )
