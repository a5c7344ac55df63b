"""What the tests of the documents column share: files that arrive, adding them, and a list that cannot be read."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from assistant.errors import StorageError
from assistant.ui.documents import Documents
from assistant.ui.intake import Item


def arrived(incoming: Path, name: str, content: bytes) -> dict[str, Any]:
    """A file as the browser reports it once Gradio has stored it."""
    folder = incoming / f"hash-{len(list(incoming.iterdir()))}"
    folder.mkdir()
    path = folder / "stored"
    path.write_bytes(content)
    return {"name": name, "size": len(content), "path": str(path)}


def ended(column: Documents, seconds: float = 30) -> list[Item]:
    """The lines of what was added, once nothing is on its way any more."""
    deadline = time.monotonic() + seconds
    while column.intake.busy:
        assert time.monotonic() < deadline, "it did not end"
        time.sleep(0.005)
    return list(column.intake.items())


def add(column: Documents, *data: Any) -> list[Item]:
    column.adding.add(list(data))
    return ended(column)


def broken() -> Any:
    raise StorageError("The disk is full", "Free some space.")
