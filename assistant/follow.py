"""Keeping the index equal to a folder that changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import DocumentError

if TYPE_CHECKING:
    from assistant.facade import AddResult
    from assistant.owner.door import Door


def is_news(result: AddResult) -> bool:
    """Whether a result of a sync says something that was not said before."""
    return result.status not in ("unchanged", "left_out") and not result.remembered


def follow(
    assistant: Door,
    folder: Path,
    told: Callable[[AddResult], None],
    warn: Callable[[str], None],
    stop: threading.Event | None = None,
) -> None:
    """Sync a folder whenever something in it changes, until `stop` is set or Ctrl-C.

    Args:
        assistant: keeps the index.
        folder: may go and come back.
        told: given each result that is news.
        warn: told once that the folder is gone.
        stop: ends the following.

    Raises:
        DocumentError: the system cannot watch the folder.
        StorageError: nothing can be written.
    """
    from assistant.index.watch import changes

    def tell(result: AddResult) -> None:
        if is_news(result):
            told(result)

    problem = ""
    for _ in changes(folder, stop or threading.Event()):
        try:
            assistant.sync(folder, told=tell)
            problem = ""
        except DocumentError as error:
            if str(error) != problem:
                warn(str(error))
            problem = str(error)
