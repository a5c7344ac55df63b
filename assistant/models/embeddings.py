"""Settings -> the embedding model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelFileError
from assistant.models.catalog import EMBEDDING_MODEL
from assistant.models.files import path_of
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.models.local_embeddings import LocalEmbeddings


def load_embeddings(settings: Settings) -> LocalEmbeddings:
    """Load the embedding model the settings name: the built-in one, or one of the person's in a folder.

    Raises:
        ModelFileError: a file is missing or not the one it should be, or the folder holds no such model.
    """
    from assistant.models.local_embeddings import LocalEmbeddings

    if settings.embedding_model == EMBEDDING_MODEL.name:
        from assistant.models.minilm import MiniLM

        weights = path_of(EMBEDDING_MODEL, settings.models_dir)
        return LocalEmbeddings(MiniLM(weights.parent))
    from assistant.models.sentence_model import SentenceModel

    folder = Path(settings.embedding_model)
    if not folder.is_dir():
        raise ModelFileError(
            f"There is no embedding model {settings.embedding_model}: it is no folder",
            f"Set ASSISTANT_EMBEDDING_MODEL to {EMBEDDING_MODEL.name} or to a sentence-transformers model's folder.",
        )
    return LocalEmbeddings(SentenceModel(folder, settings.embedding_batch))
