"""What the tests of the desk share: what makes a terminal, a question that its owner can answer, and notes to add."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from library_parts import write

from assistant.owner.client import OwnerClient

Terminal = Callable[..., OwnerClient]
QUESTION = "How many megawatts did Harbour Compute lease?"


def notes(folder: Path, many: int) -> None:
    write(folder, {f"note{number}.md": f"# Note {number}\n\nHeron {number}." for number in range(many)})
