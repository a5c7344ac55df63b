"""LlamaIndex's starter pipeline, as its starter tutorial builds it.

`VectorStoreIndex` over documents whose metadata are those that `SimpleDirectoryReader` shows to the models, split by
`SentenceSplitter`, all with their defaults: 1,024 tokens and 200 of overlap, the two nearest chunks. A question is put
to `as_query_engine()`; one in a conversation to `as_chat_engine()`, which has the model rewrite it first. A search by
itself is for the question as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.baselines.peers.serve import ChatEndpoint, Endpoint, Found, Page, Said, Turn

#: Metadata that `SimpleDirectoryReader` leaves visible to the models.
_FILE, _PAGE = "file_path", "page_label"


class Pipeline:
    """LlamaIndex's pieces, put together as documented.

    Args:
        embeddings: the embedding model.
        folder: not used: the starter's index is in memory.
    """

    def __init__(self, embeddings: Endpoint, folder: str) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.embeddings.openai_like import OpenAILikeEmbedding

        model = OpenAILikeEmbedding(
            model_name=embeddings["model"], api_base=embeddings["url"], api_key=embeddings["key"], timeout=600.0
        )
        self._splitter = SentenceSplitter()
        self._index = VectorStoreIndex([], embed_model=model)
        self._chat: Any = None

    def use(self, chat: ChatEndpoint) -> None:
        """Answer with this model from now on."""
        from llama_index.llms.openai_like import OpenAILike

        self._chat = OpenAILike(
            model=chat["model"],
            api_base=chat["url"],
            api_key=chat["key"],
            is_chat_model=True,
            context_window=chat["context_tokens"],
            max_tokens=chat["answer_tokens"],
            temperature=0.0,
            timeout=chat["timeout_s"],
            max_retries=0,
        )

    def add(self, document: str, pages: list[Page]) -> int:
        """Split, embed and keep the pages of a document; gives the number of chunks."""
        from llama_index.core import Document

        read = [
            Document(
                text=page["text"],
                metadata={_FILE: document} | ({} if page["page"] is None else {_PAGE: str(page["page"])}),
            )
            for page in pages
        ]
        nodes = self._splitter.get_nodes_from_documents(read)
        self._index.insert_nodes(nodes)
        return len(nodes)

    def search(self, question: str, k: int, documents: list[str] | None, history: list[Turn]) -> list[Found]:
        """The nearest k chunks; earlier turns are not looked at."""
        retriever = self._index.as_retriever(similarity_top_k=k, filters=_within(documents))
        return [_found(scored.node) for scored in retriever.retrieve(question)]

    def ask(self, question: str, documents: list[str] | None, history: list[Turn]) -> Said:
        """What the query engine says, or within a conversation the chat engine."""
        if self._chat is None:
            raise ValueError("there is no chat model")
        filters = _within(documents)
        if not history:
            return _said(self._index.as_query_engine(llm=self._chat, filters=filters).query(question))
        from llama_index.core.llms import ChatMessage

        turns = [ChatMessage(role=turn["role"], content=turn["content"]) for turn in history]
        return _said(self._index.as_chat_engine(llm=self._chat, filters=filters).chat(question, chat_history=turns))


def _within(documents: list[str] | None) -> Any:
    """A filter on documents; None for all of them."""
    from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

    if not documents:
        return None
    return MetadataFilters(filters=[MetadataFilter(key=_FILE, value=documents, operator=FilterOperator.IN)])


def _said(reply: Any) -> Said:
    return {"text": str(reply), "seen": [_found(scored.node) for scored in reply.source_nodes]}


def _found(node: Any) -> Found:
    page = node.metadata.get(_PAGE)
    return {
        "document": str(node.metadata[_FILE]),
        "page": None if page is None else int(page),
        "text": node.text,
        "start": node.start_char_idx or 0,
        "end": node.end_char_idx or 0,
    }
