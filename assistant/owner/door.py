"""What the command line works with: an assistant here, or that of the process which owns the home."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from assistant.errors import HomeLockedError, OwnerError
from assistant.facade import Assistant
from assistant.index.lock import owner_of

if TYPE_CHECKING:
    from assistant.owner.client import OwnerClient
    from assistant.settings import Settings

#: Seconds in which an owner that is starting opens its home, or one that is going down leaves it, as a rule.
PATIENCE_S = 10.0
_POLL_S = 0.1


#: The part of both that does not ask whose process it is.
Door: TypeAlias = "Assistant | OwnerClient"


def reach(settings: Settings) -> Door:
    """Own the home, or reach its owner, waiting for one that is just starting or ending. Close it after use.

    Nothing is loaded; an unused home stays untouched.

    Raises:
        HomeLockedError: another process owns the home and takes no work.
        OwnerError: the owner does not answer, or runs another version.
        StorageError: the home cannot be written.
    """
    assistant = Assistant(settings)
    try:
        if settings.home.exists():
            return _own_or_hand_over(assistant, settings.home)
    except BaseException:
        assistant.close()
        raise
    return assistant


def own(assistant: Assistant) -> None:
    """Own the home, waiting for an owner that is just starting or ending; an unused home stays untouched.

    Raises:
        HomeLockedError: another process owns the home.
        OwnerError: the owner does not answer, or runs another version.
        StorageError: the home cannot be written.
    """
    home = assistant.settings.home
    door = _own_or_hand_over(assistant, home) if home.exists() else assistant
    if not isinstance(door, Assistant):
        door.close()
        raise HomeLockedError(
            f"{door.who} is using this home ({home})",
            "Run this again once it has ended, or stop it with Ctrl-C; until then `assistant ask` is answered by it.",
        )


def _own_or_hand_over(assistant: Assistant, home: Path) -> Door:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            assistant.claim()
            return assistant
        except HomeLockedError as error:
            locked = error
        owner = owner_of(home)
        if owner and owner.address:
            from assistant.owner.client import OwnerClient

            client = OwnerClient.connect(assistant, owner)
            if client:
                return client
        if time.monotonic() > deadline:
            if owner and owner.address:
                raise OwnerError(
                    f"The process (pid {owner.pid}) that uses this home ({home}) does not answer",
                    "Try again; if it stays so, stop that process.",
                )
            raise locked
        time.sleep(_POLL_S)
