"""Two documents, and an assistant that holds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from facade_parts import Make
from library_parts import BAKERY, LEASES, write

from assistant.facade import Assistant


@pytest.fixture
def files(work: Path) -> list[Path]:
    return list(write(work, {"leases.md": LEASES, "bakery.md": BAKERY}))


@pytest.fixture
def filled(make_assistant: Make, files: list[Path]) -> Assistant:
    """An assistant without a chat model that holds two documents."""
    assistant = make_assistant()
    assistant.add(files)
    return assistant
