"""Results kept as they come, so that a run that is broken off goes on where it stopped.

The file is JSON Lines: first what the run is (its key), then one line a case. Only whole lines count: what a killed
process or a full disk left of the last one is cut off when the run goes on.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from assistant.errors import AssistantError, QuestionSetError, StorageError
from evals.model import ERROR, Item

_FORMAT = 1
#: Seconds between calls that have the system write to the disk itself. A killed process loses nothing either way.
_SYNC_SECONDS = 1.0
_SUFFIX, _INDEX = ".part", ".index-"
#: What of a run may change while it is broken off: a commit of other things; `code` tells whether ours changed.
_COMMIT = "commit"
#: Days after which an index that nobody went on with is given up, where it lies among our own files.
_STALE_DAYS = 7


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

    def __init__(self, path: Path, file: FileIO, items: dict[str, Item], seconds: float) -> None:
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
            _write(self._file, _line(line))
            if now - self._synced >= _SYNC_SECONDS:
                os.fsync(self._file.fileno())
                self._synced = now
        except OSError as error:
            raise _storage_error(self.path, error) from error


def _line(value: Any) -> bytes:
    # ASCII: a lone surrogate, which a hostile document may bring, has no UTF-8.
    return json.dumps(value, allow_nan=False).encode("ascii") + b"\n"


def _write(file: FileIO, data: bytes) -> None:
    """Write all of it at once: what a buffer still held after an error would be written again when it is closed."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


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
    then, now = ({name: value for name, value in each.items() if name != _COMMIT} for each in (header["key"], key))
    found = list(differences(then, json.loads(json.dumps(now))))
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise QuestionSetError(
            f"{path} keeps a run that was broken off and differs from this one ({'; '.join(found[:3])}{more})",
            "Run it as before to go on with it, or give --fresh to begin again.",
        )


@contextmanager
def reserved(path: Path) -> Iterator[None]:
    """The file of results, and the indexes beside it, held against other runs; its folder is made if it is missing.

    Raises:
        StorageError: another run holds it, or the folder cannot be written.
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
        yield
    finally:
        lock.release()
        lock_path.unlink(missing_ok=True)


def index_beside(path: Path, material: str, *, fresh: bool = False) -> Path:
    """Where the index of a run is kept until the run is done, beside its results, which have to be reserved.

    An index of other settings, models or code is given up, unless there are results that may belong to it.

    Args:
        path: the file of results.
        material: a digest of all that makes the index what it is, besides the documents.
        fresh: whether to begin again whatever is there.
    """
    wanted = path.with_name(f"{_start(path)}{material[:12]}")
    for index in _indexes(path):
        if fresh or (index != wanted and not path.exists()):
            shutil.rmtree(index, ignore_errors=True)
    return wanted


def _start(path: Path) -> str:
    # Hidden: within a folder of documents it is none of them.
    return f".{path.name.removesuffix(_SUFFIX)}{_INDEX}"


def _indexes(path: Path) -> list[Path]:
    start = _start(path)
    return [each for each in path.parent.iterdir() if each.name.startswith(start)] if path.parent.is_dir() else []


def clear(path: Path) -> None:
    """Remove what was kept of a run that is done: its results so far and its index."""
    path.unlink(missing_ok=True)
    for index in _indexes(path):
        shutil.rmtree(index, ignore_errors=True)


def clear_stale(folder: Path) -> None:
    """Remove the indexes of runs that were broken off in a folder of ours long ago and that no run is using."""
    try:
        indexes = [each for each in folder.iterdir() if _INDEX in each.name and each.is_dir()]
    except OSError:
        return
    for index in indexes:
        part = folder / f"{index.name.removeprefix('.').rpartition(_INDEX)[0]}{_SUFFIX}"
        try:
            if time.time() - index.stat().st_mtime < _STALE_DAYS * 86_400:
                continue
            with reserved(part):
                shutil.rmtree(index, ignore_errors=True)
        except (OSError, StorageError):
            # In use, or gone meanwhile.
            continue


@contextmanager
def keeping(
    path: Path, key: Mapping[str, Any], asked: set[str], *, fresh: bool = False, told: Callable[[str], None]
) -> Iterator[Kept]:
    """The results kept in a file that is reserved; the file stays.

    Args:
        path: the file.
        key: what the run is, as JSON values; only results of the same key are taken up.
        asked: ids of the cases of the run.
        fresh: whether to begin again whatever is there.
        told: given a line that says how many results were found, if there are any.

    Raises:
        QuestionSetError: the file keeps a run with another key, or no results at all.
        StorageError: it cannot be written.
    """
    try:
        items, seconds, good = ({}, 0.0, 0) if fresh else _read(path, key, asked)
        file = path.open("r+b" if good else "wb", buffering=0)
    except AssistantError:
        raise
    except OSError as error:
        raise _storage_error(path, error) from error
    with file:
        try:
            file.truncate(good)
            file.seek(good)
            if not good:
                _write(file, _line({"format": _FORMAT, "key": key}))
        except OSError as error:
            raise _storage_error(path, error) from error
        if items:
            told(f"{len(items)} of {len(asked)} cases were done before; going on with the rest.")
        yield Kept(path, file, items, seconds)
