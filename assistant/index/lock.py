"""One owner of a home at a time."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import HomeLockedError, StorageError
from assistant.whole import write_whole

_OWNER = "owner.json"


class Address(BaseModel):
    """Where on loopback an owner takes work from others, and the token that shows they may read its files."""

    model_config = ConfigDict(frozen=True)

    port: int = Field(ge=1, le=65535)
    token: str = Field(repr=False)


class Owner(BaseModel):
    """Who holds a home's lock. Without an address it takes no work from others, or not yet, or no more."""

    model_config = ConfigDict(frozen=True)

    pid: int
    address: Address | None = None


def owner_of(home: Path) -> Owner | None:
    """What the holder of the home's lock says of itself; None if it says nothing.

    Only while the lock is held is this worth anything: a killed owner leaves its words behind, which the next
    one replaces first of all.
    """
    try:
        return Owner.model_validate_json((home / _OWNER).read_bytes())
    except (OSError, ValueError):
        return None


class HomeLock:
    """An operating-system lock on a home folder; it ends with the process, however that ends.

    `owner.json` beside the lock, readable by its user alone, says who holds it.
    """

    def __init__(self, home: Path) -> None:
        # Opened in one thread and closed in another, as the web page does, it is still one lock.
        self._lock = FileLock(home / "lock", thread_local=False)
        self._owner = home / _OWNER

    def acquire(self) -> None:
        """Take the lock; harmless when it is held here already.

        Raises:
            HomeLockedError: another process holds it.
            StorageError: the lock file cannot be written.
        """
        if self._lock.is_locked:
            return
        try:
            self._lock.acquire(timeout=0)
            self._tell(Owner(pid=os.getpid()))
        except Timeout as error:
            raise HomeLockedError(
                f"Another process{self._who()} is using this home ({self._owner.parent})",
                "Try again once it has started or ended, stop it, or set ASSISTANT_HOME to another folder.",
            ) from error
        except OSError as error:
            self._lock.release()
            raise StorageError(
                f"The home {self._owner.parent} cannot be locked: {error.strerror or error}",
                "Check the folder's permissions, or set ASSISTANT_HOME to another folder.",
            ) from error

    def announce(self, address: Address | None) -> None:
        """Say where work is taken from others, None: nowhere. Harmless when the lock is not held.

        Raises:
            StorageError: the file cannot be written.
        """
        if not self._lock.is_locked:
            return
        try:
            self._tell(Owner(pid=os.getpid(), address=address))
        except OSError as error:
            raise StorageError(
                f"{self._owner} cannot be written: {error.strerror or error}",
                "Check disk space and the folder's permissions, then start again.",
            ) from error

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._lock.is_locked:
            self._owner.unlink(missing_ok=True)
            self._lock.release()

    def _tell(self, owner: Owner) -> None:
        """Write the file whole or not at all, never readable by others, not even for a moment."""
        write_whole(self._owner, owner.model_dump_json(exclude_none=True).encode(), private=True)

    def _who(self) -> str:
        owner = owner_of(self._owner.parent)
        return f" (pid {owner.pid})" if owner else ""
