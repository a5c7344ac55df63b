"""Prompt prefixes that have been read once, kept on disk.

Reading the fixed beginning of every prompt costs seconds; loading what the model made of it costs
milliseconds. The library that loads such a file ends the whole process if the file is damaged, so a file
carries the SHA-256 of its own content in its name and is handed over only when the two agree.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
from pathlib import Path

from assistant.models.stamps import sha256_of

#: Files kept; older ones belong to earlier prompts, models or versions. One is about 30 kB a token.
KEPT = 4
_SUFFIX = ".prefix"
_log = logging.getLogger(__name__)


def prefix_key(*parts: object) -> str:
    """A short name for all that a prefix depends on: model, text, library version, sizes."""
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:24]


class PrefixStore:
    """A folder of saved prefixes. A folder that cannot be written only means that nothing is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str) -> str | None:
        """The file name of an undamaged prefix, or None; damaged ones are deleted."""
        for path in self.folder.glob(f"{key}-*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                if path.name == _name(key, path):
                    os.utime(path)
                    return path.name
                _log.warning("%s is damaged and is made anew", path.name)
                path.unlink()
        return None

    def temporary_name(self) -> str | None:
        """A fresh file name for the model to save into, or None if the folder cannot be made or written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            _log.info("prompt prefixes are not kept: %s", error)
            return None
        return f"{os.getpid()}-{secrets.token_hex(4)}.tmp"

    def accept(self, key: str, temporary: str) -> None:
        """Take a file just saved under its final name, and drop the oldest beyond `KEPT`."""
        path = self.folder / temporary
        try:
            path.replace(self.folder / _name(key, path))
            for old in sorted(self.folder.glob(f"*{_SUFFIX}"), key=lambda p: -p.stat().st_mtime_ns)[KEPT:]:
                old.unlink()
        except OSError as error:
            _log.info("the prompt prefix is not kept: %s", error)
        finally:
            self.drop(temporary)

    def drop(self, name: str) -> None:
        """Remove a file that is of no use."""
        with contextlib.suppress(OSError):
            (self.folder / name).unlink(missing_ok=True)


def _name(key: str, path: Path) -> str:
    return f"{key}-{sha256_of(path)[:32]}{_SUFFIX}"
