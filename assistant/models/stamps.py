"""Hashing a file, and remembering that it has been hashed.

A stamp is a small JSON file: the size, modification time and SHA-256 a file had when it was last read whole.
While size and time still match, reading a gigabyte again is spared.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path

from assistant.whole import write_whole

#: Told what is being done, then how many bytes of how many are done.
Progress = Callable[[str, int, int], None]

_CHUNK = 8 * 1024 * 1024
_log = logging.getLogger(__name__)


def no_progress(_what: str, _done: int, _total: int) -> None:
    """The `Progress` of a caller that wants none."""


def sha256_of(path: Path, progress: Progress = no_progress) -> str:
    """SHA-256 of a file in lower-case hex.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    total = path.stat().st_size
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            progress("verifying", stream.tell(), total)
    return digest.hexdigest()


def stamped_sha256(path: Path, stamp: Path) -> str | None:
    """The SHA-256 remembered for a file, or None if none is or the file has changed since.

    Raises:
        OSError: the file (not the stamp) cannot be looked at.
    """
    now = path.stat()
    try:
        kept = json.loads(stamp.read_bytes())
        same = (kept["path"], kept["size"], kept["mtime_ns"]) == (str(path), now.st_size, now.st_mtime_ns)
        return str(kept["sha256"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_stamp(path: Path, stamp: Path, sha256: str) -> None:
    """Remember a file's SHA-256. A folder that cannot be written costs a hash next time, nothing else."""
    now = path.stat()
    kept = {"path": str(path), "size": now.st_size, "mtime_ns": now.st_mtime_ns, "sha256": sha256}
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        write_whole(stamp, json.dumps(kept).encode())
    except OSError as error:
        _log.info("no stamp kept for %s: %s", path.name, error)
