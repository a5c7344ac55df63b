"""Behind the page: the index opens, the corpus syncs, the models load; then the corpus is followed as it changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from assistant.errors import AssistantError, StorageError
from assistant.pace import Pace

if TYPE_CHECKING:
    from assistant.facade import AddResult, Assistant
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

StartupPhase = Literal["opening", "indexing", "loading", "ready", "degraded", "failed"]
#: How often a wait looks whether it should end, in seconds: short enough to feel immediate.
POLL_S = 0.1


@dataclass(frozen=True)
class Progress:
    """How far the program is, in words. `degraded` is usable with something missing, `failed` is not.

    `problems` are to be dealt with, `notes` only to be known. `model` is the chat model's name, None before it
    is loaded; `indexing` the file that is being indexed, empty if none is.
    """

    phase: StartupPhase
    text: str
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    model: str | None = None
    indexing: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing is going on; a change of the corpus may begin something."""
        return self.phase in ("ready", "degraded", "failed")


class _Stopping(Exception):
    """Raised inside a progress report to leave a sync between two documents."""


class Startup:
    """Opens an assistant in a thread of its own, and lets it go again.

    Args:
        assistant: what to open; `close` closes it.
        settings: names the corpus folder.
        on_open: called once the home is ours, before anything is indexed.
        on_failure: called if it could not be opened; `error` says why.
    """

    def __init__(
        self,
        assistant: Assistant,
        settings: Settings,
        on_open: Callable[[], None] | None = None,
        on_failure: Callable[[], None] | None = None,
    ) -> None:
        self._assistant = assistant
        self._settings = settings
        self._on_open = on_open
        self._on_failure = on_failure
        self._progress = Progress("opening", "Opening the index")
        self._opened = threading.Event()
        self._stopping = threading.Event()
        self._work = threading.Lock()
        self._error: AssistantError | None = None
        # What is not right at rest: files of the corpus, and anything else.
        self._unread: tuple[str, ...] = ()
        self._missing: tuple[str, ...] = ()
        self._syncing = False
        self._pace, self._part = Pace(), Pace("")
        self._files = self._doing = ""
        self._thread = threading.Thread(target=self._run, name="assistant-startup", daemon=True)

    @classmethod
    def finished(cls, assistant: Assistant, settings: Settings) -> Startup:
        """For an assistant that is open already."""
        startup = cls(assistant, settings)
        startup._opened.set()
        startup._settle()
        return startup

    @property
    def stopping(self) -> bool:
        """Whether the program is going down."""
        return self._stopping.is_set()

    @property
    def error(self) -> AssistantError | None:
        """Why the assistant could not be opened; None if it was."""
        return None if self._opened.is_set() else self._error

    @property
    def progress(self) -> Progress:
        """Where things stand now."""
        return self._progress

    @property
    def caveat(self) -> str:
        """What must be known of an answer given now: documents are still being added. Empty if they are not."""
        progress = self._progress
        if progress.settled or progress.phase == "loading":
            return ""
        told = progress.text[0].lower() + progress.text[1:]
        return f"Asked while documents were still being added ({told}): the answer may miss them."

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Let everything that waits or repeats come to its end; returns at once."""
        self._stopping.set()

    def wait_open(self, stop: threading.Event | None = None) -> None:
        """Wait until documents can be read and asked about, or until `stop` is set.

        Raises:
            AssistantError: opening failed, or the program is going down.
        """
        while not self._opened.wait(POLL_S):
            if self._error:
                raise self._error
            if stop and stop.is_set():
                return
            if self.stopping:
                raise going_down()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold this while changing the index: one change at a time, and `close` waits for it.

        Raises:
            StorageError: the program is going down; nothing was changed.
        """
        with self._work:
            if self.stopping:
                raise going_down()
            yield

    @contextmanager
    def quiet(self, patience_s: float = 60.0) -> Iterator[bool]:
        """Stop, and hold this while nothing changes the index any more, nor will again.

        Gives whether that was reached in time: a sync leaves after the document at hand, a running change ends.
        """
        self.stop()
        deadline = time.monotonic() + patience_s
        while self._changing() and time.monotonic() < deadline:
            self._thread.join(POLL_S)
        held = self._work.acquire(timeout=max(0.0, deadline - time.monotonic()))
        try:
            yield held and not self._changing()
        finally:
            if held:
                self._work.release()

    def close(self, patience_s: float = 60.0) -> None:
        """Let what changes the index end, then close the assistant.

        Loading models is not waited for: nothing is lost with it.
        """
        with self.quiet(patience_s) as ended:
            if not ended:
                logger.warning("work was going on at shutdown; what was not acknowledged is rolled back")
            self._assistant.close()

    def _changing(self) -> bool:
        return self._thread.is_alive() and (self._syncing or self._progress.phase == "opening")

    def _run(self) -> None:
        try:
            self._assistant.open(self._report_opening, chat=True)
            if self._on_open:
                self._on_open()
            repaired = self._assistant.repaired
            self._progress = replace(self._progress, notes=(repaired,) if repaired else ())
            self._opened.set()
            self._report("the corpus", 0, 0)
            self._sync()
            self._attempt(self._warm)
            if self._settings.watch:
                self._attempt(self._follow)
        except _Stopping:
            self._progress = replace(self._progress, phase="failed", text="Shutting down")
        except AssistantError as error:
            self._fail(error)
        except Exception:
            logger.exception("startup failed")
            self._fail(StorageError("The assistant could not start", "See the log, then start it again."))

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do what documents stay usable without; what goes wrong with it is said."""
        try:
            work()
        except AssistantError as error:
            self._missing = (*self._missing, str(error))
            self._rest("Ready, but not complete")

    def _fail(self, error: AssistantError) -> None:
        self._error = error
        if self._opened.is_set():
            self._missing = (*self._missing, str(error))
            self._rest("Ready, but not complete")
            return
        problems = (*self._progress.problems, str(error))
        self._progress = replace(self._progress, phase="failed", text="Could not start", problems=problems)
        if self._on_failure:
            self._on_failure()

    def _report_opening(self, what: str, done: int, total: int) -> None:
        if self.stopping:
            raise _Stopping
        self._progress = replace(self._progress, text=f"Opening the index: {what}, {done:,} of {total:,}")

    def _sync(self) -> None:
        # Said before it is asked whether to stop: `close`, which does it the other way round, waits or is heeded.
        self._syncing, self._pace = True, Pace()
        try:
            if self.stopping:
                raise _Stopping
            results = self._assistant.sync(self._settings.corpus, progress=self._report, within=self._report_part)
        except AssistantError as error:
            self._unread = (str(error),)
        else:
            self._unread = tuple(_told(result) for result in results if result.status == "failed")
        finally:
            self._syncing = False
        self._progress = replace(self._progress, problems=(*self._unread, *self._missing), indexing="")

    def _report(self, what: str, done: int, total: int) -> None:
        if self.stopping:
            raise _Stopping
        text = f"Indexing {min(done + 1, total)} of {total}: {what}" if total else f"Indexing {what}"
        pace = self._pace.told(done, total, time.monotonic())
        self._files, self._doing = text + (f" ({pace})" if pace else ""), ""
        indexing = what if done < total else ""
        self._progress = replace(self._progress, phase="indexing", text=self._files, indexing=indexing)

    def _report_part(self, what: str, done: int, total: int) -> None:
        """Say how far a step of the file in hand is, behind how far the files are."""
        if what != self._doing:
            self._doing, self._part = what, Pace("")
        pace = self._part.told(done, total, time.monotonic())
        text = f"{self._files}; {what}: {done:,} of {total:,}" + (f" ({pace})" if pace else "")
        self._progress = replace(self._progress, text=text)

    def _warm(self) -> None:
        if self.stopping:
            raise _Stopping
        self._progress = replace(self._progress, phase="loading", text="Loading the chat model")
        self._assistant.warm()
        self._settle()

    def _settle(self) -> None:
        try:
            model, notice = self._assistant.model_name, self._assistant.notice
            notes = self._progress.notes + ((notice,) if notice else ())
            self._progress = replace(self._progress, model=model, notes=notes)
        except AssistantError as error:
            self._missing = (*self._missing, str(error))
        self._rest("Ready")

    def _rest(self, text: str) -> None:
        problems = (*self._unread, *self._missing)
        phase: StartupPhase = "degraded" if problems else "ready"
        self._progress = replace(self._progress, phase=phase, text=text, problems=problems)

    def _follow(self) -> None:
        """Keep the index equal to the corpus until the program ends."""
        from assistant.index.watch import changes

        resting = self._progress.text
        for _ in changes(self._settings.corpus, self._stopping):
            self._sync()
            self._rest(resting)


def _told(result: AddResult) -> str:
    # Most reasons begin with the file's name already.
    reason = result.reason if result.name in result.reason else f"{result.name}: {result.reason}"
    return f"{reason}. {result.next_step}"


def going_down() -> StorageError:
    """The error of work that arrives while the program is being stopped."""
    return StorageError("The assistant is shutting down", "Start it again, then repeat this.")
