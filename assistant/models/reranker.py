"""Reranking by a cross-encoder that the user names: it reads question and passage together. Off by default."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.models.folder_model import load_from_folder

if TYPE_CHECKING:
    from assistant.settings import Settings

_REMEDY = "Set ASSISTANT_RERANKER to the folder of a sentence-transformers CrossEncoder, or unset it."


class Reranker(Protocol):
    """Scores passages for a question."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score a passage, the higher the better; only their order counts."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder in a folder.

    Args:
        folder: where the model is.

    Raises:
        ModelFileError: the folder holds no such model.
    """

    def __init__(self, folder: Path) -> None:
        self._model = load_from_folder(
            folder,
            "CrossEncoder",
            marker="config.json",
            called="a cross-encoder",
            role="cross-encoder",
            remedy=_REMEDY,
        )

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score a passage, the higher the better."""
        pairs = [(question, passage) for passage in passages]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]


def load_reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder that the settings name; None if they name none.

    Raises:
        ModelFileError: it cannot be loaded.
    """
    if settings.reranker is None:
        return None
    return CrossEncoderReranker(settings.reranker)
