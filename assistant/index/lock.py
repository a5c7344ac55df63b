"""One owner of a home at a time."""

from __future__ import annotations

import json
import os
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import HomeLockedError, StorageError


class HomeLock:
    """An operating-system lock on a home folder; it ends with the process, however that ends.

    `owner.json` beside the lock says who holds it, for the message another process shows.
    """

    def __init__(self, home: Path) -> None:
        # Opened in one thread and closed in another, as the web page does, it is still one lock.
        self._lock = FileLock(home / "lock", thread_local=False)
        self._owner = home / "owner.json"

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            HomeLockedError: another process holds it.
            StorageError: the lock file cannot be written.
        """
        try:
            self._lock.acquire(timeout=0)
            self._owner.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
        except Timeout as error:
            raise HomeLockedError(
                f"Another process{self._who()} is using this home ({self._owner.parent})",
                "Stop it first, or set ASSISTANT_HOME to another folder.",
            ) from error
        except OSError as error:
            self._lock.release()
            raise StorageError(
                f"The home {self._owner.parent} cannot be locked: {error.strerror or error}",
                "Check the folder's permissions, or set ASSISTANT_HOME to another folder.",
            ) from error

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._lock.is_locked:
            self._owner.unlink(missing_ok=True)
            self._lock.release()

    def _who(self) -> str:
        try:
            return f" (pid {json.loads(self._owner.read_text(encoding='utf-8'))['pid']})"
        except (OSError, ValueError, KeyError, TypeError):
            return ""
