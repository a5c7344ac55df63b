"""Models of sentence-transformers in a folder of the person's own: found, loaded, and refused in one line."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal

from assistant.errors import ModelFileError
from assistant.models.process import prepare_process


def load_from_folder(
    folder: Path,
    kind: Literal["SentenceTransformer", "CrossEncoder"],
    *,
    marker: str,
    called: str,
    role: str,
    remedy: str,
) -> Any:
    """A model read from disk only, on the processor; no code of its own is run.

    Args:
        folder: where it is.
        kind: the library's class for it.
        marker: a file that every folder of that kind holds.
        called: what it should be, with its article: "a cross-encoder".
        role: what it is here: "embedding model".
        remedy: what to do if it cannot be loaded.

    Raises:
        ModelFileError: the folder holds no such model.
    """
    if not (folder / marker).is_file():
        raise ModelFileError(f"{folder} is not the folder of {called}", remedy)
    prepare_process()
    # Heavy: torch and transformers, only for those who bring a model.
    import sentence_transformers

    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        return getattr(sentence_transformers, kind)(
            str(folder), device="cpu", local_files_only=True, trust_remote_code=False
        )
    except Exception as error:
        # The library documents no errors of its own: whatever it meets in the folder comes through.
        reason = f"{type(error).__name__}: {error}"
        raise ModelFileError(f"The {role} in {folder} cannot be loaded: {reason}", remedy) from error
