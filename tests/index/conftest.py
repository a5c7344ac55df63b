"""A library on a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from library_parts import OpenLibrary


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenLibrary]:
    with OpenLibrary(tmp_path / "home") as library:
        yield library
