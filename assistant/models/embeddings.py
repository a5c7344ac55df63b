"""Sentence embeddings: a sentence-transformers model run on this machine, offline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings

from assistant.errors import ModelFileError
from assistant.models.catalog import EMBEDDING_MODEL
from assistant.models.files import path_of
from assistant.models.process import prepare_process
from assistant.settings import Settings

if TYPE_CHECKING:
    import numpy as np

#: Processor flags that make bfloat16 faster than float32; elsewhere it is slower.
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


class SentenceEmbeddings(Embeddings):
    """Embeddings of one model. Thread-safe: texts are encoded by one thread at a time.

    `name` and `dimension` identify the vectors; `max_tokens` is how much of a text the model reads, special
    tokens included.
    """

    def __init__(self, model: Any, name: str, batch: int) -> None:
        self._model = model
        self._batch = batch
        self._lock = threading.Lock()
        self.name = name
        self.dimension = int(model.get_embedding_dimension())
        self.max_tokens = int(model.max_seq_length)

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> np.ndarray:
        """Unit vectors as float32 of shape (len(texts), dimension).

        Texts of like length share a batch, so that little is padding; `progress` is told texts done of all.
        """
        import numpy as np

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), self._batch):
            places = order[start : start + self._batch]
            with self._lock:
                found = self._model.encode(
                    [texts[place] for place in places],
                    batch_size=self._batch,
                    normalize_embeddings=True,
                    convert_to_numpy=True,
                    show_progress_bar=False,
                )
            vectors[places] = np.asarray(found, dtype=np.float32)
            if progress:
                progress(start + len(places), len(order))
        # bfloat16 normalises to three digits only; the index relies on unit length.
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(norms > 0, norms, 1)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, special tokens left out."""
        if not texts:
            return []
        with self._lock:
            found = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in found["input_ids"]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, for LangChain."""
        return [[float(value) for value in vector] for vector in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question, for LangChain."""
        return [float(value) for value in self.encode([text])[0]]


def _bfloat16_is_fast() -> bool:
    """Whether this processor has bfloat16 arithmetic; False where it cannot be told."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
    return not _BFLOAT16_FLAGS.isdisjoint(flags.split())


def load_embeddings(settings: Settings) -> SentenceEmbeddings:
    """Load the embedding model the settings name, from this machine alone.

    Raises:
        ModelFileError: the embedded model's file is missing or not the one it should be, or the folder named
            in the settings holds no sentence-transformers model.
    """
    prepare_process()
    if settings.embedding_model == EMBEDDING_MODEL.name:
        folder = path_of(EMBEDDING_MODEL, settings.models_dir).parent
    else:
        folder = Path(settings.embedding_model).expanduser()
        if not (folder / "modules.json").is_file():
            raise ModelFileError(
                f"{settings.embedding_model} is not the folder of a sentence-transformers model",
                f"Set ASSISTANT_EMBEDDING_MODEL to such a folder, or to {EMBEDDING_MODEL.name}.",
            )
    import torch
    from sentence_transformers import SentenceTransformer

    kind = torch.bfloat16 if _bfloat16_is_fast() else torch.float32
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": kind})
    return SentenceEmbeddings(model, settings.embedding_model, settings.embedding_batch)
