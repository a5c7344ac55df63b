"""Deleted documents that can still be put back, and what remains to be done once they cannot."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, DocumentError, StorageError, UnknownDocumentError
from assistant.whole import write_whole

if TYPE_CHECKING:
    from assistant.facade import Assistant, TakenOut

logger = logging.getLogger(__name__)

#: Seconds in which a deletion can be undone.
PATIENCE_S = 60.0
#: Folder in the home where it is noted which uploaded copies are to go, so that none outlives a killed process.
_NOTES = "deleted"


@dataclass(frozen=True)
class Deleted:
    """A deletion that can be undone. `copy` is the uploaded file that goes with it, `note` where that is noted."""

    key: str
    name: str
    taken: TakenOut
    copy: Path | None
    note: Path | None


class Bin:
    """What was deleted a moment ago. Thread-safe.

    Args:
        assistant: keeps the documents.
        home: where it is noted which copies are to go.
        uploads: the folder of our own copies; no other file is ever deleted.
        working: held while the index changes.
        patience_s: seconds in which a deletion can be undone.
    """

    def __init__(
        self,
        assistant: Assistant,
        home: Path,
        uploads: Path,
        working: Callable[[], AbstractContextManager[None]],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._assistant = assistant
        self._notes = home / _NOTES
        self._uploads = uploads
        self._working = working
        self._patience_s = patience_s
        self._guard = threading.Lock()
        self._deleted: dict[str, Deleted] = {}
        self._edition = 0

    @property
    def edition(self) -> int:
        """A number that changes with every deletion, undone or not."""
        return self._edition

    def entries(self) -> tuple[Deleted, ...]:
        """What can be undone, the latest last."""
        with self._guard:
            return tuple(self._deleted.values())

    def delete(self, name: str) -> None:
        """Take a document out of the index; for a while it can be put back.

        Raises:
            UnknownDocumentError: there is no such document.
            StorageError: it cannot be noted or deleted; nothing was changed.
        """
        with self._working():
            info = next((each for each in self._assistant.documents() if each.name == name), None)
            if info is None:
                raise UnknownDocumentError(f"{name} is not there any more", "It has been deleted already.")
            copy = Path(info.source) if info.origin == "uploaded" and self._is_ours(Path(info.source)) else None
            key = uuid.uuid4().hex
            note = self._write_note(key, copy) if copy else None
            try:
                taken = self._assistant.take_out([name])
            except BaseException:
                if note:
                    note.unlink(missing_ok=True)
                raise
        with self._guard:
            self._deleted[key] = Deleted(key, name, taken, copy, note)
            self._edition += 1
        timer = threading.Timer(self._patience_s, self.lapse, [key])
        timer.daemon = True
        timer.start()

    def undo(self, key: str) -> str:
        """Put a document back; gives its name.

        Raises:
            DocumentError: it is too late, or something else has taken its place.
            StorageError: it could not be put back; it still can be.
        """
        with self._working():
            with self._guard:
                deleted = self._deleted.get(key)
            if deleted is None:
                raise DocumentError("This deletion can no longer be undone", "Add the document again.")
            _require_same(deleted)
            self._assistant.put_back(deleted.taken)
            self._forget(deleted)
        return deleted.name

    def lapse(self, key: str) -> None:
        """End the time in which a deletion can be undone: its uploaded copy goes."""
        try:
            with self._working():
                self._end(key)
        except AssistantError:
            # The program is going down, which ends all of them.
            logger.debug("a deletion is ended with the program")

    def close(self) -> None:
        """End it for all; for the end of the program, when nothing changes the index any more."""
        for deleted in self.entries():
            self._end(deleted.key)

    def sweep(self) -> None:
        """Finish what a process that was killed had begun: copies of documents that are gone go."""
        if not self._notes.is_dir():
            return
        for note in self._notes.glob("*.json"):
            try:
                copy = Path(json.loads(note.read_text("utf-8"))["copy"])
            except (OSError, ValueError, KeyError, TypeError):
                logger.warning("%s is no note of a deletion", note)
                continue
            self._remove_copy(copy)
            note.unlink(missing_ok=True)

    def _end(self, key: str) -> None:
        with self._guard:
            deleted = self._deleted.get(key)
            shared = deleted and any(
                each.copy == deleted.copy for each in self._deleted.values() if each is not deleted
            )
        if deleted is None:
            return
        if deleted.copy and not shared:
            self._remove_copy(deleted.copy)
        self._forget(deleted)

    def _forget(self, deleted: Deleted) -> None:
        with self._guard:
            self._deleted.pop(deleted.key, None)
            self._edition += 1
        # Last: a process that is killed before finds the note, and does the rest.
        if deleted.note:
            deleted.note.unlink(missing_ok=True)

    def _is_ours(self, copy: Path) -> bool:
        # The source is what the index remembers: never touch anything but our own copies by it.
        return copy.resolve().is_relative_to(self._uploads.resolve())

    def _remove_copy(self, copy: Path) -> None:
        """Delete an uploaded copy, unless a document is from it: of the same archive, or uploaded again."""
        try:
            if self._is_ours(copy) and not any(Path(info.source) == copy for info in self._assistant.documents()):
                copy.unlink(missing_ok=True)
        except (OSError, AssistantError) as error:
            logger.warning("the copy %s could not be deleted: %s", copy, error)

    def _write_note(self, key: str, copy: Path) -> Path:
        """Note on the disk that a copy is to go, before anything is changed."""
        note = self._notes / f"{key}.json"
        try:
            self._notes.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(note, json.dumps({"copy": str(copy)}).encode(), private=True)
        except OSError as error:
            raise StorageError(
                f"The deletion could not be noted: {error.strerror or error}",
                "Free some space or check the permissions of the home folder, then delete it again.",
            ) from error
        return note


def _require_same(deleted: Deleted) -> None:
    """What is put back must be of the copy that lies there."""
    if deleted.copy is None:
        return
    try:
        with deleted.copy.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == deleted.taken.states[0].content_hash
    except OSError:
        same = False
    if not same:
        raise DocumentError(
            f"The uploaded copy of {deleted.name} has been replaced or is gone", "Upload the file again."
        )
