"""Reads files in a process of its own, so that one that crashes, hangs or swells its reader harms nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from assistant import __version__
from assistant.documents import frames
from assistant.documents.frames import Began, Draw, Drawn, Failed, Progressed, Read, Refused, Reply, Request, Taken
from assistant.documents.model import Document
from assistant.documents.options import ReadOptions, read_passwords
from assistant.documents.page_picture import PagePicture
from assistant.documents.registry import is_archive, is_harmless, read_documents
from assistant.documents.worker import OUT_OF_MEMORY
from assistant.errors import DocumentError, StorageError

#: So many members of one archive may fail the process before the archive is given up.
_MAX_SKIPPED = 3
#: So many times what a member or a page may take is left to a whole file: nobody else's are read or kept meanwhile.
_TIMES = 10
_END_S = 5.0
_SAVE_ANEW = "Open it in its own program, save a new copy and add that."
_DEFAULT = ReadOptions()
_log = logging.getLogger(__name__)


class _FailedError(Exception):
    """The process did not read a file, because of itself: what the file did to it, and the next step.

    `final` says that leaving out a member of an archive would not help.
    """

    def __init__(self, what: str, next_step: str, final: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step
        self.final = final


@dataclass(frozen=True)
class ReadLimits:
    """`seconds` a file may take, as may each member of an archive and each page read by OCR; `megabytes` of memory.

    With all its members and pages a file may take ten times as long.
    """

    seconds: float
    megabytes: int

    @property
    def seconds_in_all(self) -> float:
        """Seconds that a file may take with all its members and pages."""
        return _TIMES * self.seconds


class ParserProcess:
    """One process that reads many files, started with the first and replaced when one was too much for it.

    It may be used from several threads; files are read one at a time. `close` ends it; it also ends by itself with
    the process that made it, however that ends.

    Args:
        limits: what one file may take.
        options: how files are read, passwords aside.
        password_file: where passwords stand; it is read anew for each file.
        module: the program of the process.
    """

    def __init__(
        self,
        limits: ReadLimits,
        options: ReadOptions = _DEFAULT,
        password_file: Path | None = None,
        *,
        module: str = "assistant.documents.worker",
    ) -> None:
        self._limits = limits
        self._options = options
        self._password_file = password_file
        self._module = module
        self._guard = threading.Lock()
        self._worker: _Worker | None = None
        self._closings = 0

    @property
    def process_id(self) -> int | None:
        """The number of the process; None while there is none."""
        return self._worker.process.pid if self._worker else None

    @property
    def circumstances(self) -> str:
        """A digest of all but the file that decides whether it can be read: limits, OCR, passwords, this version."""
        words = self._password_file
        stat = None
        if words:
            with contextlib.suppress(OSError):
                stat = words.stat()
        # Of the passwords themselves nothing is told, not even a digest.
        passwords = (str(words), stat.st_size, stat.st_mtime_ns) if stat else None
        ocr = (self._options.ocr, self._options.ocr_languages, self._options.ocr_pages, shutil.which("tesseract"))
        return hashlib.sha256(repr((__version__, self._limits, ocr, passwords)).encode()).hexdigest()

    def read(
        self,
        data: bytes,
        name: str,
        source: str,
        *,
        password_file: Path | None = None,
        password: SecretStr | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> list[Document]:
        """The documents of a file, as `read_documents` gives them.

        Small plain texts are read here: nothing in them can be too much for their readers.

        Args:
            data: its bytes.
            name: its name, with the suffix that says how to read it.
            source: where it came from.
            password_file: passwords in the place of those of the settings.
            password: one in the place of any file of them.
            progress: told how far the reading of a long document is.

        Raises:
            DocumentError: the file cannot be read, or took too long, too much memory, or the process with it; or
                the password file cannot be read.
            StorageError: the process cannot be started, or was ended with the program.
        """
        passwords = (password,) if password else read_passwords(password_file or self._password_file)
        options = replace(self._options, passwords=passwords, progress=progress or self._options.progress)
        if is_harmless(name, len(data)):
            return read_documents(data, name, source, options)
        skip: dict[str, str] = {}
        with self._guard:
            until = time.monotonic() + self._limits.seconds_in_all
            while True:
                member = _Member()
                try:
                    return self._documents(data, name, source, options, skip, member, until)
                except _FailedError as error:
                    alone = not is_archive(name) or not member.path
                    if alone or error.final or len(skip) == _MAX_SKIPPED:
                        raise DocumentError(f"{name} {error.what}", error.next_step) from error
                    skip[member.path] = f"{member.path} {error.what}"

    def draw(
        self, data: bytes, name: str, page: int, *, member: str = "", quote: str = "", before: str = ""
    ) -> PagePicture:
        """A page of a PDF as a picture, as `draw_page` gives it.

        Raises:
            DocumentError: the page cannot be drawn, or took too long, too much memory, or the process with it; or the
                password file cannot be read.
            StorageError: the process cannot be started.
        """
        passwords = tuple(word.get_secret_value() for word in read_passwords(self._password_file))
        request = Draw(name=name, page=page, member=member, quote=quote, before=before, passwords=passwords)
        with self._guard:
            try:
                until = time.monotonic() + self._limits.seconds_in_all
                last = self._ask(request, data, self._options, _Member(), until)
            except _FailedError as error:
                raise DocumentError(f"Page {page} of {name} {error.what}", error.next_step) from error
        if not isinstance(last, Drawn):
            raise DocumentError(f"Page {page} of {name} cannot be drawn", _SAVE_ANEW)
        return last.picture

    def close(self) -> None:
        """End the process; harmless when repeated. A file under way is given up, and nothing is said against it."""
        self._closings += 1
        self._end()

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            worker.end()

    def _documents(
        self,
        data: bytes,
        name: str,
        source: str,
        options: ReadOptions,
        skip: Mapping[str, str],
        member: _Member,
        until: float,
    ) -> list[Document]:
        request = Request(
            name=name,
            source=source,
            passwords=tuple(word.get_secret_value() for word in options.passwords),
            ocr=options.ocr,
            ocr_languages=options.ocr_languages,
            ocr_pages=options.ocr_pages,
            skip=dict(skip),
        )
        last = self._ask(request, data, options, member, until)
        return list(last.documents) if isinstance(last, Read) else []

    def _ask(
        self, request: Request | Draw, data: bytes, options: ReadOptions, member: _Member, until: float
    ) -> Read | Drawn:
        """Send a request and give the last reply, which has to come before `until` on the monotonic clock.

        What is said before it goes to `options` and `member`.
        """
        if self._worker and self._worker.process.poll() is not None:
            self._end()
        closings = self._closings
        rested = self._worker is not None
        worker = self._worker = self._worker or _Worker(self._limits, self._module)
        taken = done = False
        try:
            for reply in worker.replies(request, data, until):
                if isinstance(reply, Taken):
                    taken = True
                elif isinstance(reply, Began):
                    member.path = reply.member
                    options.began(reply.member)
                elif isinstance(reply, Progressed):
                    options.progress(reply.what, reply.done, reply.total)
                elif isinstance(reply, Refused):
                    done = True
                    raise DocumentError(reply.message, reply.next_step)
                elif isinstance(reply, Failed):
                    _log.info("%s could not be read: %s", request.name, reply.trace)
                    done = reply.error != "MemoryError"
                    raise self._failed(reply.error)
                else:
                    done = True
                    return reply
            how = worker.fate()
        finally:
            # One that is in the middle of something, or may be short of memory, is of no use any more.
            if not done:
                self._end()
        if self._closings != closings:
            raise StorageError(f"{request.name} was not read: the program was ended", "It is read the next time.")
        if rested and not taken and how not in ("slow", "late"):
            # It ended while it waited, which is no file's doing: a new one is asked.
            return self._ask(request, data, options, member, until)
        raise self._failed(how)

    def _failed(self, how: str) -> _FailedError:
        seconds, megabytes = self._limits.seconds, self._limits.megabytes
        if how == "late":
            return _FailedError(
                f"was not read within {self._limits.seconds_in_all:g} s, the limit for all of a file",
                f"Split or unpack it, or raise ASSISTANT_READING_TIMEOUT_S: a file may take {_TIMES} times that.",
                final=True,
            )
        if how == "slow":
            return _FailedError(f"was not read within {seconds:g} s", "Split it, or raise ASSISTANT_READING_TIMEOUT_S.")
        if how == "MemoryError":
            return _FailedError(
                f"takes more than {megabytes:,} MiB of memory to read",
                "Split it, or raise ASSISTANT_READING_MEMORY_MB.",
            )
        return _FailedError(f"cannot be read: its reader failed ({how})", _SAVE_ANEW)


@dataclass
class _Member:
    """The member of an archive that is being read."""

    path: str = ""


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    """Say of what the system refuses that it is no file's fault."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The process that files are read in cannot be started: {error.strerror or error}",
            "Check free memory, open files and the space for temporary files, then run this again.",
        ) from error


class _Worker:
    """A running process and what is known of its end."""

    def __init__(self, limits: ReadLimits, module: str) -> None:
        self._limits = limits
        self._ended = ""
        # What a library leaves in the way of temporary files goes with the process.
        with _starting():
            self._folder = tempfile.TemporaryDirectory(prefix="assistant-reading-", ignore_cleanup_errors=True)
        try:
            with _starting():
                self.process = self._start(module)
        except BaseException:
            self._folder.cleanup()
            raise

    def _start(self, module: str) -> subprocess.Popen[bytes]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ASSISTANT_")}
        # One thread for each library: their pools would set aside memory by the processor.
        single = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", "TMPDIR": self._folder.name}
        limits = self._limits
        return subprocess.Popen(
            # -P: the working folder is not searched for modules.
            [sys.executable, "-P", "-m", module, str(limits.seconds), str(limits.megabytes), self._folder.name],
            env=kept | single,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def replies(self, request: Request | Draw, data: bytes, until: float) -> Iterator[Reply]:
        """Send a file and give what is said of it, until the process ends or the time is up."""
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("the process was started without pipes")
        with self._watched(until), contextlib.suppress(BrokenPipeError):
            frames.send(self.process.stdin, request.model_dump_json().encode(), data)
        while True:
            with self._watched(until):
                try:
                    frame = frames.receive(self.process.stdout, self._limits.megabytes * 2**20)
                    reply = frames.parse_reply(frame) if frame is not None else None
                except ValueError:
                    _log.info("%s: the reading process said what it should not", request.name)
                    self.kill()
                    reply = None
            if reply is None:
                return
            yield reply

    @contextlib.contextmanager
    def _watched(self, until: float) -> Iterator[None]:
        """Kill the process if what is done inside takes too long, or the time of the whole file is up."""
        left = until - time.monotonic()
        how = "slow" if left >= self._limits.seconds else "late"
        timer = threading.Timer(max(0.0, min(left, self._limits.seconds)), self._give_up, (how,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _give_up(self, how: str) -> None:
        self._ended = how
        self.kill()

    def kill(self) -> None:
        """End the process and those it started, as abruptly as the system can."""
        # Once its end has been noticed, its number may belong to others.
        if self.process.returncode is None and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def fate(self) -> str:
        """How a process ended that gave no answer: "slow", "late", "MemoryError", or a signal or exit code by name."""
        code = self.process.wait(_END_S)
        if self._ended:
            return self._ended
        if code < 0 and -code == getattr(signal, "SIGALRM", None):
            return "slow"
        if code == OUT_OF_MEMORY:
            return "MemoryError"
        if code < 0:
            return signal.Signals(-code).name
        return f"exit code {code}"

    def end(self) -> None:
        """Kill the process, wait for its end, and give back what it held."""
        self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._folder.cleanup()
