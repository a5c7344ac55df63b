"""What lies in a folder, by its entries alone: no file is opened."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISLNK, S_ISREG
from typing import Literal

from assistant.documents.registry import is_archive, printable
from assistant.index.records import FailedFile, FileState

#: File systems keep times no finer than this, in seconds (FAT: two).
_TIME_GRAIN = 2.0
Standing = Literal["unchanged", "failed", "unknown"]


@dataclass(frozen=True)
class Seen:
    """A file as its entry shows it. `name` is its path within the folder; times are in seconds, `size` in bytes.

    `changed` is -1 for a file so new that its entry proves nothing.
    """

    path: Path
    name: str
    source: str
    size: int
    modified: float
    changed: float


@dataclass(frozen=True)
class Listing:
    """The files of a folder by name, and what in it cannot be looked at, folders as a rule, with the reason."""

    files: tuple[Seen, ...]
    unlisted: dict[str, str]

    def hides(self, name: str) -> bool:
        """Whether a file of that name could lie where nothing can be seen."""
        place = PurePosixPath(name)
        return any(str(each) in self.unlisted for each in (place, *place.parents))


def source_of(path: Path) -> str:
    """Where a file is: the same words however it was named (`..`, symbolic links)."""
    try:
        return printable(str(path.resolve()))
    except RuntimeError:  # Python before 3.13, where links run in a circle
        return printable(str(path.absolute()))


def is_hidden(parts: Iterable[str]) -> bool:
    """Whether a path within a folder is none that a person put there to be read."""
    return any(part.startswith(".") for part in parts)


def settled(changed: float, began: float) -> float:
    """A file's ctime if it proves that the content read since `began` is still there, else -1.

    What was written just before could be written again without its times telling.
    """
    return changed if changed < began - _TIME_GRAIN else -1.0


def scan(folder: Path) -> Listing:
    """List a folder and all below it; hidden files and folders are left alone, links are listed and not followed.

    Args:
        folder: its path with links resolved.
    """
    files: list[Seen] = []
    unlisted: dict[str, str] = {}
    began = time.time()

    def note(error: OSError) -> None:
        place = Path(os.fsdecode(error.filename)).relative_to(folder).as_posix()
        unlisted[place] = error.strerror or str(error)

    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not is_hidden([name])]
        inside = Path(place).relative_to(folder).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        for name in [*names, *(each for each in folders if Path(place, each).is_symlink())]:
            path = Path(place, name)
            try:
                seen = None if is_hidden([name]) else _look(path, f"{prefix}{name}", began)
            except OSError as error:
                note(error)
                continue
            files += [seen] if seen else []
    return Listing(tuple(sorted(files, key=lambda seen: seen.path)), unlisted)


def _look(path: Path, name: str, began: float) -> Seen | None:
    try:
        stat = path.lstat()
    except FileNotFoundError:
        return None
    if S_ISLNK(stat.st_mode):
        # Its entry says nothing of what it leads to.
        return Seen(path, name, source_of(path), stat.st_size, stat.st_mtime, -1.0)
    if not S_ISREG(stat.st_mode):
        return None
    # Folders are entered as they are: nothing but the file itself can be a link.
    return Seen(path, name, printable(str(path)), stat.st_size, stat.st_mtime, settled(stat.st_ctime, began))


def standing(seen: Seen, known: Sequence[FileState], failure: FailedFile | None) -> Standing:
    """What the entry of a file tells of it: read before and the same since, failed and the same, or not known yet.

    Args:
        seen: the file.
        known: the documents made from it.
        failure: how it failed, if it did.
    """
    if seen.changed < 0:
        return "unknown"
    entry = (seen.source, seen.size, seen.modified, seen.changed)
    if known and all((each.source, each.size, each.modified, each.changed) == entry for each in known):
        return "unchanged"
    if failure and failure.content_hash:
        same = (failure.source, failure.size, failure.modified, failure.changed) == entry
        return "failed" if same else "unknown"
    return "unknown"


def owners(name: str) -> list[str]:
    """The names of the files that a document can be from: its own, or an archive's that it lies in."""
    parts = name.split("/")
    above = ("/".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1))
    return [name, *(each for each in above if is_archive(each))]
