"""A command that owns the home for a while shares it: it takes the work of other terminals until it has ended."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.facade import Assistant
from assistant.index.lock import owner_of

if TYPE_CHECKING:
    from assistant.owner.desk import Desk
    from assistant.owner.door import Door

logger = logging.getLogger(__name__)

#: Seconds of work after which that of others is taken: a web server is not imported for what is done in a moment.
LATE_S = 1.5
_POLL_S = 0.1


@contextmanager
def shared(
    door: Door, who: str, waiting: Callable[[str], None], caveat: Callable[[], str], after_s: float = LATE_S
) -> Iterator[None]:
    """Take the work of other terminals while this is entered, if the home is this process's own.

    At the end, and when a named error ends it, what is still being done for others is waited for; Ctrl-C leaves it.

    Args:
        door: what does the work.
        who: what a person calls this process, such as "`sync`".
        waiting: told at the end what is waited for, if that takes longer than a moment.
        caveat: gives what must be known of an answer that is given now; empty if nothing.
        after_s: seconds that must have gone by.
    """
    if not isinstance(door, Assistant):
        yield
        return
    opening = _Opening(door, who, caveat, after_s)
    left = True
    try:
        yield
        left = False
    except AssistantError:
        left = False
        raise
    finally:
        desk = opening.end()
        if desk and left:
            desk.close()
        elif desk:
            desk.finish(waiting)


class _Opening:
    """Opens a desk later, in a thread of its own, unless it ends before."""

    def __init__(self, assistant: Assistant, who: str, caveat: Callable[[], str], after_s: float) -> None:
        self._assistant = assistant
        self._who = who
        self._caveat = caveat
        self._after_s = after_s
        self._ended = threading.Event()
        self._desk: Desk | None = None
        self._thread = threading.Thread(target=self._run, name="assistant-opening", daemon=True)
        self._thread.start()

    def end(self) -> Desk | None:
        """Open none any more; the desk that was opened, if one was."""
        self._ended.set()
        self._thread.join()
        return self._desk

    def _run(self) -> None:
        after_s = self._after_s
        # A home that is still to be made, or not this process's own yet, has no place to say where work is taken.
        while not self._ended.wait(after_s):
            owner = owner_of(self._assistant.settings.home)
            if owner and owner.pid == os.getpid():
                self._open()
                return
            after_s = _POLL_S

    def _open(self) -> None:
        from assistant.owner.desk import Desk

        desk = Desk(self._assistant, self._assistant.settings, self._who, self._caveat)
        try:
            desk.open()
        except AssistantError as error:
            logger.warning("other terminals have to wait: %s", error)
        else:
            self._desk = desk
