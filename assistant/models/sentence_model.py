"""Any sentence-transformers model in a folder, for those who bring their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.models.folder_model import load_from_folder
from assistant.models.stamps import sha256_of

_SUFFIXES = {".json", ".safetensors", ".bin", ".txt", ".model"}
_REMEDY = "Set ASSISTANT_EMBEDDING_MODEL to all-MiniLM-L6-v2 or to the folder of a sentence-transformers model."


class SentenceModel:
    """A sentence-transformers model read from disk only, on the processor, in float32; no code of its own is run.

    `name` is the folder's name and a digest of its files, so that an index notices another model of that name.
    `dimension` is the length of a vector, `max_tokens` how much of a text is read.

    Raises:
        ModelFileError: the folder holds no such model.
    """

    def __init__(self, folder: Path, batch: int) -> None:
        self._model: Any = load_from_folder(
            folder,
            "SentenceTransformer",
            marker="modules.json",
            called="a sentence-transformers model",
            role="embedding model",
            remedy=_REMEDY,
        )
        self.name = f"{folder.name}-{_digest(folder)}"
        self.dimension = int(self._model.get_embedding_dimension())
        self.max_tokens = int(self._model.max_seq_length)
        self._batch = batch

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token numbers of each text, special ones included, however long it is."""
        encoded = self._model.tokenizer(list(texts), truncation=False, add_special_tokens=True, verbose=False)
        return [list(ids) for ids in encoded["input_ids"]]

    def encode(self, texts: Sequence[str], done: Callable[[int], None]) -> NDArray[np.float32]:
        """Vectors of the texts: (n, dimension), unit length. `done` is told how many texts are finished."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for first in range(0, len(texts), self._batch):
            some = list(texts[first : first + self._batch])
            vectors[first : first + len(some)] = self._model.encode(
                some, batch_size=self._batch, normalize_embeddings=True, show_progress_bar=False
            )
            done(first + len(some))
        return vectors


def _digest(folder: Path) -> str:
    """Twelve hex digits that stand for the model's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _SUFFIXES:
            digest.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return digest.hexdigest()[:12]
