"""The file that cases are added to: read before, added to whole lines at a time, never left with half a one."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from assistant.errors import StorageError
from evals.sets import Question, load_questions


def existing(path: Path) -> list[Question]:
    """The cases of a file so far; none if it is missing or empty.

    Raises:
        QuestionSetError: the file cannot be read, or a line of it is no case.
    """
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return []
    return load_questions(path)


def line_of(case: Question) -> bytes:
    """A case as a line of a set; what it leaves at its default is left out."""
    return case.model_dump_json(exclude_none=True, exclude_defaults=True).encode("utf-8") + b"\n"


def append(path: Path, cases: Sequence[Question]) -> None:
    """Add cases to a set, all of them or none, on disk when this returns.

    Raises:
        StorageError: the file cannot be written; it is as it was.
    """
    data = b"".join(map(line_of, cases))
    before = None
    try:
        with path.open("a+b", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            if before and _last_byte(path) != b"\n":
                data = b"\n" + data
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            os.fsync(file.fileno())
    except OSError as error:
        if before is not None:
            os.truncate(path, before)
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}", "Free some space or give another file."
        ) from error


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def new_id(document: str | None, taken: Collection[str]) -> str:
    """An id that no case has yet: the document's name without folder and suffix, and a number."""
    stem = re.sub(r"[^\w]+", "-", PurePosixPath(document).stem.lower()).strip("-") if document else ""
    base = stem[:40] or "case"
    number = 1
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
