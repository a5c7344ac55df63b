"""Keeping the index equal to a folder that changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import DocumentError, HomeLockedError, OwnerError

if TYPE_CHECKING:
    from assistant.facade import AddResult
    from assistant.owner.door import Door

#: Seconds between two tries to reach a home whose owner has gone.
_AGAIN_S = 2.0


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


def follow_on(
    first: Door,
    again: Callable[[], Door],
    using: Callable[[Door], AbstractContextManager[object]],
    folder: Path,
    told: Callable[[AddResult], None],
    warn: Callable[[str], None],
    stop: threading.Event | None = None,
) -> None:
    """As `follow`, and on when the process that does the work for this one has ended: the home is reached anew.

    Args:
        first: keeps the index to begin with; closed when it has ended, and at the end.
        again: gives what keeps it from then on.
        using: what each of them is entered with.
        folder: as for `follow`.
        told: as for `follow`.
        warn: also told why the home is to be reached anew, or cannot be yet.
        stop: as for `follow`.

    Raises: as `follow`.
    """
    stop = stop or threading.Event()
    door: Door | None = first
    problem = ""
    try:
        while not stop.is_set():
            try:
                door = door or again()
                with using(door):
                    follow(door, folder, told, warn, stop)
            except (OwnerError, HomeLockedError) as error:
                if str(error) != problem:
                    warn(f"{error.args[0]}; the folder is followed on as soon as the home can be reached")
                problem = str(error)
                if door is not None:
                    door.close()
                door = None
                stop.wait(_AGAIN_S)
    finally:
        if door is not None:
            door.close()
