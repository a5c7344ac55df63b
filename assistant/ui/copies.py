"""Our own copies of uploaded files: how they get to their place and leave it, so that no kill loses or leaves one."""

from __future__ import annotations

import json
import logging
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, StorageError
from assistant.whole import write_whole

if TYPE_CHECKING:
    from assistant.facade import Assistant, DocumentInfo

logger = logging.getLogger(__name__)

#: Folder in the home where it is noted which copies are to go, so that none outlives a killed process.
_NOTES = "deleted"
#: Folder in the home where, for each file on its way to its place, lies what it takes the place of.
_ARRIVALS = "arriving"


class Copies:
    """The files in the home that uploaded documents are from. Changed only by who may change the index.

    Args:
        assistant: knows which documents there are.
        home: where copies and notes lie.
    """

    def __init__(self, assistant: Assistant, home: Path) -> None:
        self._assistant = assistant
        self._notes = home / _NOTES
        self._arrivals = home / _ARRIVALS
        self.folder = home / "uploads"

    def of(self, info: DocumentInfo) -> Path | None:
        """The copy that a document is from, None if its file is not ours."""
        return Path(info.source) if info.origin == "uploaded" and self._is_ours(Path(info.source)) else None

    @contextmanager
    def taking_in(self, name: str, arrived: Path) -> Iterator[Path]:
        """Put a file in its place while it is being indexed; if that fails, all is as it was before.

        Args:
            name: what it is to be called.
            arrived: where it lies now; there it lies again after a failure.

        Raises:
            OSError: it cannot be kept.
        """
        target = self.folder / name
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._arrivals.mkdir(mode=0o700, parents=True, exist_ok=True)
        stash = self._arrivals / uuid.uuid4().hex
        stash.mkdir(mode=0o700)
        previous = stash / "previous"
        try:
            if target.exists():
                shutil.copy2(target, previous)
                _flush(previous)
            # Last: without its note a stash is not looked at, so what it holds must be whole by then.
            note = {"copy": str(target), "previous": previous.exists()}
            write_whole(stash / "note.json", json.dumps(note).encode(), private=True)
            try:
                shutil.move(arrived, target)
                yield target
            except BaseException:
                if target.exists():
                    shutil.move(target, arrived)
                if previous.exists():
                    shutil.move(previous, target)
                raise
        finally:
            shutil.rmtree(stash, ignore_errors=True)

    def remove(self, copy: Path) -> bool:
        """Delete a copy, unless a document is from it: of the same archive, or uploaded again.

        Returns:
            Whether nothing remains to be done; else the log says why.
        """
        try:
            if self._is_ours(copy) and not self._documents_of(copy):
                copy.unlink(missing_ok=True)
        except (OSError, AssistantError) as error:
            logger.warning("the copy %s could not be deleted: %s", copy, error)
            return False
        return True

    def note(self, key: str, copies: Sequence[Path]) -> Path:
        """Note on the disk that copies are to go, before anything is changed; gives the note.

        Raises:
            StorageError: it cannot be written.
        """
        note = self._notes / f"{key}.json"
        try:
            self._notes.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(note, json.dumps({"copies": [str(copy) for copy in copies]}).encode(), private=True)
        except OSError as error:
            with suppress(OSError):
                note.unlink(missing_ok=True)
            raise StorageError(
                f"The deletion could not be noted: {error.strerror or error}",
                "Free some space or check the permissions of the home folder, then delete it again.",
            ) from error
        return note

    def sweep(self) -> None:
        """Finish what a killed process had begun: files that never became documents go, as do those of deleted ones."""
        for stash in self._arrivals.glob("*"):
            self._end_arrival(stash)
        for note in self._notes.glob("*.json"):
            try:
                told = json.loads(note.read_text("utf-8"))
                copies = [Path(copy) for copy in told.get("copies") or [told["copy"]]]
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                logger.warning("%s is no note of a deletion", note)
                continue
            left = [copy for copy in copies if not self.remove(copy)]
            if not left:
                note.unlink(missing_ok=True)

    def _end_arrival(self, stash: Path) -> None:
        try:
            copy, replaced = _arrival(stash)
            if copy and self._is_ours(copy) and not self._is_indexed(copy):
                if replaced:
                    (stash / "previous").replace(copy)
                elif not self._documents_of(copy):
                    copy.unlink(missing_ok=True)
            shutil.rmtree(stash)
        except (OSError, AssistantError) as error:
            logger.warning("what was on its way in could not be put right from %s: %s", stash, error)

    def _is_indexed(self, copy: Path) -> bool:
        """Whether a file is the one that its documents were read from."""
        names = self._documents_of(copy)
        try:
            for name in names:
                self._assistant.originals.read(name)
        except AssistantError:
            return False
        return bool(names)

    def _documents_of(self, copy: Path) -> list[str]:
        return [info.name for info in self._assistant.documents() if Path(info.source) == copy]

    def _is_ours(self, copy: Path) -> bool:
        # The source is what the index remembers: never touch anything but our own copies by it.
        return copy.resolve().is_relative_to(self.folder.resolve())


def _arrival(stash: Path) -> tuple[Path | None, bool]:
    """The place of a file on its way, None if it had not left yet, and whether another is to be put back there."""
    try:
        told = json.loads((stash / "note.json").read_text("utf-8"))
        return Path(told["copy"]), bool(told["previous"])
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None, False


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
