"""Noticing that something in a folder has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import DocumentError
from assistant.index.folder import is_hidden

if TYPE_CHECKING:
    from watchfiles import Change

#: A folder counts as settled once nothing has happened in it for so long; it is looked at after the longer time anyway.
_QUIET_MS = 400
_LONGEST_MS = 5_000
#: Milliseconds between looks whether to end, and whether the folder is still there.
_LOOK_MS = 500
#: Seconds after which it is looked at without a notice: none comes from network drives or from behind links.
_RESCAN_S = 60.0


def changes(folder: Path, stop: threading.Event) -> Iterator[None]:
    """Gives a turn whenever something in a folder has changed and has come to rest, until `stop` is set.

    The first turn comes at once, with the watch already set, so that nothing is missed between two syncs. One comes
    when the folder is gone, and the next when it is back.

    Raises:
        DocumentError: the system cannot watch the folder.
    """
    while not stop.is_set():
        if folder.is_dir():
            yield from _changes_while_there(folder.resolve(), stop)
        if stop.is_set():
            return
        yield
        while not folder.is_dir() and not stop.wait(_LOOK_MS / 1000):
            pass


def _changes_while_there(folder: Path, stop: threading.Event) -> Iterator[None]:
    from watchfiles import watch

    def concerns(_change: Change, path: str) -> bool:
        return not is_hidden(Path(path).relative_to(folder).parts)

    last: float | None = None
    place = _place(folder)
    try:
        for batch in watch(
            folder,
            watch_filter=concerns,
            debounce=_LONGEST_MS,
            step=_QUIET_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            if _place(folder) != place:
                return
            if batch or last is None or time.monotonic() - last > _RESCAN_S:
                yield
                last = time.monotonic()
    except (OSError, RuntimeError) as error:
        raise DocumentError(
            f"{folder} cannot be watched: {error}",
            "Run `assistant sync` now and then instead, or raise the system's limit of watched files.",
        ) from error


def _place(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another that takes its name; None if there is none."""
    try:
        stat = folder.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
