"""A folder to sync, and what its syncs tell and cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from library_parts import OpenLibrary

from assistant.index.ingest import AddResult

HERON = "A heron stands in the reeds of the lagoon, waiting for the evening."


def files_folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def statuses(results: list[AddResult]) -> dict[str, str]:
    return {result.name: result.status for result in results}


def calls(opened: OpenLibrary) -> int:
    return len(opened.embedder.calls)


def grow_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the folder's files had been written a while ago."""
    monkeypatch.setattr("assistant.index.folder._TIME_GRAIN", -3600.0)
