"""Results kept as they come, so that a run that is broken off goes on where it stopped.

The file is JSON Lines: first what the run is (its key), then one line a case. Only whole lines count: what a killed
process or a full disk left of the last one is cut off when the run goes on.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout
from pydantic import ValidationError

from assistant.errors import AssistantError, QuestionSetError, StorageError
from evals.model import ERROR, Item

_FORMAT = 1
#: Seconds between calls that have the system write to the disk itself. A killed process loses nothing either way.
_SYNC_SECONDS = 1.0


def _storage_error(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The results cannot be kept in {path}: {error.strerror or error}",
        "Free some space or give another path, and run it again: the cases done are kept.",
    )


def differences(one: Mapping[str, Any], other: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Where two nested records differ, in words: `settings.passages: 8, now 10`."""
    for name in sorted({*one, *other}):
        before, now = one.get(name), other.get(name)
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            yield from differences(before, now, f"{at}{name}.")
        elif before != now:
            yield f"{at}{name}: {json.dumps(before)}, now {json.dumps(now)}"


class Kept:
    """The results of one run on disk; made by `keeping`.

    `items` are those of earlier attempts by id, without the cases that ended in an error, which are asked again;
    `seconds` is how long those attempts took.
    """

    def __init__(self, path: Path, file: BinaryIO, items: dict[str, Item], seconds: float) -> None:
        self.path = path
        self.items = items
        self.seconds = seconds
        self._file = file
        self._started = time.monotonic()
        self._synced = self._started

    def add(self, item: Item) -> None:
        """Keep the result of a case.

        Raises:
            StorageError: it cannot be written; the results kept before are not harmed.
        """
        now = time.monotonic()
        line = {"seconds": round(now - self._started, 3), "item": item.model_dump(mode="json")}
        try:
            self._file.write(_line(line))
            self._file.flush()
            if now - self._synced >= _SYNC_SECONDS:
                os.fsync(self._file.fileno())
                self._synced = now
        except OSError as error:
            raise _storage_error(self.path, error) from error


def _line(value: Any) -> bytes:
    # ASCII: a lone surrogate, which a hostile document may bring, has no UTF-8.
    return json.dumps(value, allow_nan=False).encode("ascii") + b"\n"


def _read(path: Path, key: Mapping[str, Any], asked: set[str]) -> tuple[dict[str, Item], float, int]:
    """Items, seconds and the length in bytes of the whole lines of a file; length 0 for no file or no whole line."""
    items: dict[str, Item] = {}
    seconds = attempt = 0.0
    good = 0
    if not path.exists():
        return items, seconds, good
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                break
            try:
                value = json.loads(line)
                if number == 1:
                    _check_key(path, value, key, path.stat().st_size)
                else:
                    item = Item.model_validate(value["item"])
                    # The clock of a line starts anew with every attempt.
                    now = float(value["seconds"])
                    seconds, attempt = seconds + (now - attempt if now >= attempt else now), now
                    if item.status != ERROR and item.id in asked:
                        items[item.id] = item
            except (ValueError, KeyError, TypeError, ValidationError) as error:
                raise QuestionSetError(
                    f"{path}, line {number}: these are no results of a run",
                    "Give --fresh to begin again, or move the file away.",
                ) from error
            good += len(line)
    return items, seconds, good


def _check_key(path: Path, header: Any, key: Mapping[str, Any], size: int) -> None:
    if header["format"] != _FORMAT:
        raise ValueError("another format")
    found = list(differences(header["key"], json.loads(json.dumps(key))))
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise QuestionSetError(
            f"{path} keeps a run that was broken off and differs from this one ({'; '.join(found[:3])}{more})",
            "Run it as before to go on with it, or give --fresh to begin again.",
        )


@contextmanager
def keeping(
    path: Path, key: Mapping[str, Any], asked: set[str], *, fresh: bool = False, told: Callable[[str], None]
) -> Iterator[Kept]:
    """The results kept in a file, locked while they are added to; the file stays.

    Args:
        path: the file; its folder is made if it is missing.
        key: what the run is, as JSON values; only results of the same key are taken up.
        asked: ids of the cases of the run.
        fresh: whether to begin again whatever is there.
        told: given a line that says how many results were found, if there are any.

    Raises:
        QuestionSetError: the file keeps a run with another key, or no results at all.
        StorageError: it cannot be written, or another run is writing it.
    """
    lock_path = path.with_name(f"{path.name}.lock")
    lock = FileLock(lock_path, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StorageError(
            f"Another run is writing {path}", "Wait for it, or write the results elsewhere with --json."
        ) from error
    except OSError as error:
        raise _storage_error(path, error) from error
    try:
        with _opened(path, key, asked, fresh) as kept:
            if kept.items:
                told(f"{len(kept.items)} of {len(asked)} cases were done before; going on with the rest.")
            yield kept
    finally:
        lock.release()
        lock_path.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path, key: Mapping[str, Any], asked: set[str], fresh: bool) -> Iterator[Kept]:
    try:
        items, seconds, good = ({}, 0.0, 0) if fresh else _read(path, key, asked)
        file = path.open("r+b" if good else "wb")
    except AssistantError:
        raise
    except OSError as error:
        raise _storage_error(path, error) from error
    with file:
        try:
            file.truncate(good)
            file.seek(good)
            if not good:
                file.write(_line({"format": _FORMAT, "key": key}))
                file.flush()
        except OSError as error:
            raise _storage_error(path, error) from error
        yield Kept(path, file, items, seconds)
