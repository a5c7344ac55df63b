"""The file that cases from feedback are kept in: written whole or not at all, whoever else writes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assistant.errors import StorageError
from assistant.feedback.case import asks_the_same
from assistant.settings import Settings
from assistant.whole import write_whole

FILE = "feedback.jsonl"
#: Seconds that another writer is waited for.
_PATIENCE_S = 10.0
_NEXT = "Check its permissions and the disk's space, or set ASSISTANT_FEEDBACK_FILE to another file."


def feedback_path(settings: Settings) -> Path:
    """Where feedback is kept: as set, else with the sets of the corpus's project if there are any, else in the home."""
    if settings.feedback_file is not None:
        return settings.feedback_file
    sets = settings.corpus.parent / "evals" / "sets"
    if sets.is_dir() and os.access(sets, os.W_OK):
        return sets / FILE
    return settings.home / FILE


class FeedbackFile:
    """A question set that cases are put into and taken from by their ids.

    Lines that are no cases, or another's, stay as they are. The lock that keeps writers apart lies beside it.

    Args:
        path: the `.jsonl` file; it and its folder are made when they are needed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[object, dict[str, dict[str, Any]]] = (None, {})

    @property
    def edition(self) -> object:
        """Something that changes whenever the file does; None if there is none."""
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def cases(self) -> dict[str, dict[str, Any]]:
        """The cases by id; none if the file cannot be read."""
        edition = self.edition
        if edition is None:
            return {}
        if self._seen[0] != edition:
            try:
                found = [case for case in map(_case, self.path.read_bytes().splitlines()) if case]
            except OSError:
                return {}
            self._seen = (edition, {case["id"]: case for case in found})
        return dict(self._seen[1])

    def put(self, case: Mapping[str, Any]) -> None:
        """Add a case, or put it in the place of the one of its question; once this returns it is on the disk.

        Raises:
            StorageError: the file cannot be written; it is as it was.
        """
        line = json.dumps(case, ensure_ascii=False).encode() + b"\n"

        def with_it(lines: list[bytes]) -> list[bytes]:
            place = next((i for i, each in enumerate(lines) if asks_the_same(_id(each) or "", case["id"])), None)
            if place is None:
                return [*lines, line]
            return [*lines[:place], line, *lines[place + 1 :]]

        self._change(with_it)

    def take(self, id: str) -> None:
        """Remove the case of an id, if there is one.

        Raises:
            StorageError: the file cannot be written; it is as it was.
        """
        if id in self.cases():
            self._change(lambda lines: [each for each in lines if _id(each) != id])

    def _change(self, change: Callable[[list[bytes]], list[bytes]]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=_PATIENCE_S):
                lines = self.path.read_bytes().splitlines(keepends=True) if self.path.exists() else []
                if lines and not lines[-1].endswith(b"\n"):
                    lines[-1] += b"\n"
                write_whole(self.path, b"".join(change(lines)), private=True)
        except (OSError, Timeout) as error:
            reason = getattr(error, "strerror", None) or "another program is writing it"
            raise StorageError(f"The feedback could not be kept in {self.path}: {reason}", _NEXT) from error


def _case(line: bytes) -> dict[str, Any] | None:
    try:
        case = json.loads(line)
    except ValueError:
        return None
    return case if isinstance(case, dict) and isinstance(case.get("id"), str) else None


def _id(line: bytes) -> str | None:
    case = _case(line)
    return case["id"] if case else None
