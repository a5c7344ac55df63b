"""Zip archives: several files in one, each to be read as if it lay in a folder of the archive's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from assistant.documents.options import ReadOptions
from assistant.documents.packed import Packed, PackedTooLargeError
from assistant.errors import DocumentError

#: More than this are a folder to be synced, each file by itself.
_MAX_MEMBERS = 2_000
_DRIVE = re.compile(r"[A-Za-z]:")


class Member(NamedTuple):
    """A file of an archive: its bytes, or why they cannot be had."""

    path: str
    data: bytes = b""
    problem: str = ""


def _is_hidden(path: str) -> bool:
    """Whether a file is none that a person put there; those of folders are left alone as well."""
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or any(part.startswith(".") and part not in (".", "..") for part in parts)


def unpack(data: bytes, name: str, options: ReadOptions) -> Iterator[Member]:
    """The files of an archive one by one, hidden ones left out; nothing is written to disk.

    Raises:
        DocumentError: damaged, no zip file, or one that unpacks to far more than can be meant.
    """
    archive = Packed(data, name, options)
    if len(archive.names) > _MAX_MEMBERS:
        raise DocumentError(f"{name} holds more than {_MAX_MEMBERS:,} files", "Unpack it and sync its folder.")
    seen: set[str] = set()
    for stored in archive.names:
        path = stored.replace("\\", "/")
        if _is_hidden(path):
            continue
        if path.startswith("/") or _DRIVE.match(path) or ".." in PurePosixPath(path).parts:
            yield Member(path, problem=f"{path} names a place outside the archive")
            continue
        path = str(PurePosixPath(path))
        if path in seen:
            yield Member(path, problem=f"{path} stands in the archive more than once; the first was read")
            continue
        seen.add(path)
        try:
            yield Member(path, archive.read(stored))
        except PackedTooLargeError:
            raise
        except DocumentError as error:
            yield Member(path, problem=f"{path}: {error.args[0]}")
