"""The engine as a LangChain retriever, so that a chain can be built on it."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.answering.answer import Turn
from assistant.index.passages import squash


class EvidenceRetriever(BaseRetriever):
    """Gives evidence sentences as LangChain documents, best first.

    Metadata carries the span (`document`, `start`, `end`, `page`, `heading`) and, under `evidence`, the
    `Evidence` itself; `standalone_question` is how the question was read.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: Any
    limit: int
    history: tuple[Turn, ...] = ()
    documents: tuple[str, ...] | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        found = self.engine.retrieve(query, self.history, self.documents)
        return [
            LangChainDocument(
                page_content=squash(evidence.text),
                metadata={
                    "document": evidence.document,
                    "start": evidence.start,
                    "end": evidence.end,
                    "page": evidence.page,
                    "heading": evidence.heading,
                    "evidence": evidence,
                    "standalone_question": found.question,
                },
            )
            for evidence in found.evidence[: self.limit]
        ]
