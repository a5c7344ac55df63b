"""Reranking by a cross-encoder that the user names: it reads question and passage together. Off by default."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.errors import ModelFileError
from assistant.models.process import prepare_process

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
        if not (folder / "config.json").is_file():
            raise ModelFileError(f"{folder} is not the folder of a cross-encoder", _REMEDY)
        prepare_process()
        # Heavy: torch and transformers, only for those who ask for it.
        from sentence_transformers import CrossEncoder

        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        try:
            self._model = CrossEncoder(str(folder), local_files_only=True, trust_remote_code=False, device="cpu")
        except Exception as error:
            # The library documents no errors of its own: whatever it meets in the folder comes through.
            reason = f"{type(error).__name__}: {error}"
            raise ModelFileError(f"The cross-encoder in {folder} cannot be loaded: {reason}", _REMEDY) from error

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
