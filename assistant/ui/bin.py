"""Documents that were deleted and can still be put back, and what remains to be done once they cannot."""

from __future__ import annotations

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.errors import AssistantError, DocumentError, UnknownDocumentError
from assistant.ui.copies import Copies

if TYPE_CHECKING:
    from assistant.facade import Assistant, TakenOut

logger = logging.getLogger(__name__)

#: Seconds in which a deletion can be undone.
PATIENCE_S = 60.0
DeletionState = Literal["waiting", "deleting", "deleted", "returning", "failed"]


@dataclass(frozen=True)
class Deleted:
    """A deletion of one document or several, and how far it is.

    `synced` are those whose files stay in the synced folder, `problem` what went wrong with deleting them or putting
    them back. Known once they are deleted: `taken`, which puts them back, the uploaded `copies` that go with them,
    and the `note` of those.
    """

    key: str
    names: tuple[str, ...]
    state: DeletionState = "waiting"
    synced: tuple[str, ...] = ()
    problem: str = ""
    taken: TakenOut | None = None
    copies: tuple[Path, ...] = ()
    note: Path | None = None


class Bin:
    """Deletes documents and puts them back, in the background and one thing after the other. Thread-safe.

    Args:
        assistant: keeps the documents.
        copies: the uploaded files; no other file is ever deleted.
        working: held while the index changes, by others for as long as they like.
        patience_s: seconds in which a deletion can be undone.
    """

    def __init__(
        self,
        assistant: Assistant,
        copies: Copies,
        working: Callable[[], AbstractContextManager[None]],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._assistant = assistant
        self._copies = copies
        self._working = working
        self._patience_s = patience_s
        self._guard = threading.Condition()
        self._deleted: dict[str, Deleted] = {}
        self._jobs: list[tuple[Callable[[str], None], str]] = []
        self._busy = False
        self._edition = 0

    @property
    def edition(self) -> int:
        """A number that changes with everything that happens to a deletion."""
        return self._edition

    @property
    def busy(self) -> bool:
        """Whether anything is being deleted or put back, or waits for that."""
        return self._busy

    def entries(self) -> tuple[Deleted, ...]:
        """What is being deleted or can be undone, the latest last."""
        with self._guard:
            return tuple(self._deleted.values())

    def wait(self, seconds: float) -> bool:
        """Wait until all that was asked for is done; False if it was not in that time."""
        with self._guard:
            return self._guard.wait_for(lambda: not self._busy, seconds)

    def delete(self, names: Sequence[str]) -> None:
        """Have documents taken out of the index, all or none; returns at once. For a while they can be put back.

        Raises:
            UnknownDocumentError: none of them is there, or all are being deleted already.
        """
        known = {info.name: info for info in self._assistant.documents()}
        with self._guard:
            leaving = {name for each in self._deleted.values() if leaves(each) for name in each.names}
            found = tuple(name for name in dict.fromkeys(names) if name in known and name not in leaving)
            if not found:
                raise UnknownDocumentError(f"{_told(names)} not there any more", "See the list of documents.")
            synced = tuple(name for name in found if known[name].origin == "synced")
            key = uuid.uuid4().hex
            self._deleted[key] = Deleted(key, found, synced=synced)
            self._take_on(self._delete, key)

    def undo(self, key: str) -> None:
        """Have documents put back, or left where they are if they are not deleted yet; returns at once.

        Raises:
            DocumentError: it is too late.
        """
        with self._guard:
            deleted = self._deleted.get(key)
            if deleted is None or deleted.state == "failed":
                raise DocumentError("This deletion can no longer be undone", "Add the document again.")
            if deleted.state == "waiting":
                del self._deleted[key]
                self._edition += 1
            elif deleted.state != "returning":
                if deleted.state == "deleted":
                    self._deleted[key] = replace(deleted, state="returning", problem="")
                self._take_on(self._put_back, key)

    def dismiss(self, key: str) -> None:
        """Drop what is said of a deletion that went wrong; one that can still be undone stays."""
        with self._guard:
            deleted = self._deleted.get(key)
            if deleted and deleted.state == "failed":
                del self._deleted[key]
            elif deleted:
                self._deleted[key] = replace(deleted, problem="")
            self._edition += 1

    def lapse(self, key: str) -> None:
        """End the time in which a deletion can be undone: its uploaded copies go."""
        try:
            with self._working():
                self._end(key)
        except AssistantError:
            # The program is going down, which ends all of them.
            logger.debug("a deletion is ended with the program")

    def close(self) -> None:
        """End it for all; for the end of the program, while nothing else changes the index.

        What was to be put back still is, what was to be deleted stays.
        """
        for deleted in self.entries():
            if deleted.state == "returning" or self._is_wanted(deleted.key):
                self._return(deleted.key)
            self._end(deleted.key)

    # --- in the background ------------------------------------------------------------------------------

    def _take_on(self, work: Callable[[str], None], key: str) -> None:
        self._jobs.append((work, key))
        self._edition += 1
        if not self._busy:
            self._busy = True
            threading.Thread(target=self._run, name="assistant-bin", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._guard:
                if not self._jobs:
                    self._busy = False
                    self._edition += 1
                    self._guard.notify_all()
                    return
                work, key = self._jobs.pop(0)
            work(key)

    def _delete(self, key: str) -> None:
        try:
            with self._working():
                deleted = self._change(key, state="deleting")
                if deleted is None:
                    return
                self._take_out(deleted)
        except Exception as error:
            self._change(key, state="failed", problem=_said(error, "deleted"))
            return
        self._count_down(key)

    def _take_out(self, deleted: Deleted) -> None:
        infos = [info for info in self._assistant.documents() if info.name in deleted.names]
        if not infos:
            raise UnknownDocumentError(f"{_told(deleted.names)} not there any more", "See the list of documents.")
        copies = tuple(dict.fromkeys(copy for copy in map(self._copies.of, infos) if copy))
        note = self._copies.note(deleted.key, copies) if copies else None
        names = tuple(info.name for info in infos)
        try:
            taken = self._assistant.take_out(names)
        except BaseException:
            if note:
                note.unlink(missing_ok=True)
            raise
        self._change(deleted.key, state="deleted", names=names, taken=taken, copies=copies, note=note)

    def _put_back(self, key: str) -> None:
        try:
            with self._working():
                self._return(key)
        except AssistantError:
            logger.debug("the program is going down: closing puts it back")

    def _return(self, key: str) -> None:
        deleted = self._change(key)
        if deleted is None or deleted.taken is None:
            return
        try:
            _require_same(deleted)
            self._assistant.put_back(deleted.taken)
        except Exception as error:
            self._change(key, state="deleted", problem=_said(error, "put back"))
            # Its time may have run out meanwhile.
            self._count_down(key)
        else:
            self._forget(deleted)

    def _count_down(self, key: str) -> None:
        timer = threading.Timer(self._patience_s, self.lapse, [key])
        timer.daemon = True
        timer.start()

    def _change(self, key: str, **changes: Any) -> Deleted | None:
        """What a deletion is like then; None if it is none any more, or none that could be carried out."""
        with self._guard:
            deleted = self._deleted.get(key)
            if deleted is None or deleted.state == "failed":
                return None
            self._deleted[key] = replace(deleted, **changes)
            self._edition += 1
            return self._deleted[key]

    def _end(self, key: str) -> None:
        with self._guard:
            deleted = self._deleted.get(key)
            if deleted is None or deleted.state != "deleted":
                return
            others = {copy for each in self._deleted.values() if each is not deleted for copy in each.copies}
        removed = [self._copies.remove(copy) for copy in deleted.copies if copy not in others]
        # A note that is left has the next start try it again.
        self._forget(deleted if all(removed) else replace(deleted, note=None))

    def _is_wanted(self, key: str) -> bool:
        """Whether somebody asked for it back before it was deleted."""
        with self._guard:
            return any(work == self._put_back and each == key for work, each in self._jobs)

    def _forget(self, deleted: Deleted) -> None:
        with self._guard:
            self._deleted.pop(deleted.key, None)
            self._edition += 1
        # Last: a process that is killed before finds the note, and does the rest.
        if deleted.note:
            deleted.note.unlink(missing_ok=True)


def leaves(deleted: Deleted) -> bool:
    """Whether its documents are still there, but not for long."""
    return deleted.state in ("waiting", "deleting")


def _told(names: Sequence[str]) -> str:
    return f"{names[0]} is" if len(names) == 1 else "These documents are"


def _said(error: Exception, done: str) -> str:
    if isinstance(error, AssistantError):
        return str(error)
    logger.error("a document could not be %s", done, exc_info=error)
    return f"It could not be {done}. Try again; if it happens again, see the log."


def _require_same(deleted: Deleted) -> None:
    """What is put back must be of the copies that lie there."""
    for state in deleted.taken.states if deleted.taken else ():
        if Path(state.source) not in deleted.copies:
            continue
        try:
            with Path(state.source).open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == state.content_hash
        except OSError:
            same = False
        if not same:
            raise DocumentError(
                f"The uploaded copy of {state.name} has been replaced or is gone", "Upload the file again."
            )
