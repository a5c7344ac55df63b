"""Taking in what a person adds: uploads, addresses, and files of the synced folder that a password opens."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from assistant.documents import supported_suffixes
from assistant.documents.options import opens_with_password
from assistant.errors import AssistantError, DocumentError, StorageError
from assistant.ui.copies import Copies
from assistant.ui.intake import Intake, Outcome, Report, Task
from assistant.ui.startup import Startup

if TYPE_CHECKING:
    from assistant.facade import AddResult, Assistant, FailedFile, Page
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

#: Longest file name in bytes that common file systems take.
NAME_BYTES = 255
_DONE = {"added": "Added", "updated": "Updated", "unchanged": "Already here, unchanged"}
_LOCKED = "It is locked with a password. Give it here: it is used once, and neither kept nor logged."
_WRONG = "That password does not open it. Try another one."
_UNEXPECTED = "Could not be added. Try it again; the log says what happened."


class Upload(NamedTuple):
    """A file from the browser: its name and size there, and where it lies now, None if it did not arrive."""

    name: str
    size: int
    path: Path | None


class Adding:
    """What comes in is added one after the other, in the background; what went wrong is told by its line.

    Args:
        assistant: where documents go.
        settings: limits.
        startup: says when the index is open, and orders changes.
        incoming: the only folder uploads are taken from.
        copies: keeps uploads.
    """

    def __init__(
        self, assistant: Assistant, settings: Settings, startup: Startup, incoming: Path, copies: Copies
    ) -> None:
        self._assistant = assistant
        self._settings = settings
        self._startup = startup
        self._incoming = incoming.resolve()
        self._copies = copies
        self.intake = Intake()

    def add(self, data: Any) -> None:
        """Take on what the browser sent; each file is added in its turn, in the background."""
        self.intake.put([self._task(upload) for upload in self._uploads(data)])

    def add_address(self, address: Any) -> None:
        """Fetch what stands at an address a person typed, and add it, in the background."""
        typed = " ".join(str(address or "").split())
        if typed:
            self.intake.put([Task(typed, 1, lambda report: self._fetch(typed, report))])

    def _task(self, upload: Upload) -> Task:
        return Task(upload.name, upload.size, lambda report: self._add_upload(upload, report))

    def _add_upload(self, upload: Upload, report: Report, password: SecretStr | None = None) -> Outcome:
        """Add an uploaded file; one that asks for a password stays at hand until it is given, or given up."""

        def give_up() -> None:
            if upload.path:
                upload.path.unlink(missing_ok=True)

        outcome = _told(upload.name, lambda: self._check_and_add(upload, report, password), password is not None)
        if outcome.kind != "locked":
            give_up()
            return outcome
        return outcome._replace(unlock=lambda word, told: self._add_upload(upload, told, word), give_up=give_up)

    def _check_and_add(self, upload: Upload, report: Report, password: SecretStr | None) -> Outcome:
        checked_name(upload.name, upload.size, self._settings.max_file_mb)
        if upload.path is None:
            raise DocumentError("The file did not arrive", "Send it again.")
        self._startup.wait_open()
        with self._startup.working():
            return self._keep_and_add(upload.name, upload.path, report, password)

    def _fetch(self, address: str, report: Report) -> Outcome:
        try:
            self._startup.wait_open()
            report("fetching", 0, 0)
            # Outside of the work on the index: a slow server holds up nothing else.
            page = self._assistant.fetch(address)
        except Exception as error:
            return _problem(address, error, tried=False)
        return self._add_page(address, page, report)

    def _add_page(self, address: str, page: Page, report: Report, password: SecretStr | None = None) -> Outcome:
        def work() -> Outcome:
            with self._startup.working():
                return _outcome(self._assistant.add([page], password=password, progress=report)[0])

        outcome = _told(address, work, password is not None)
        if outcome.kind != "locked":
            return outcome
        return outcome._replace(unlock=lambda word, told: self._add_page(address, page, told, word))

    def unlock_file(self, failed: FailedFile, password: SecretStr) -> None:
        """Read a locked file of the synced folder, in the background."""

        def work(report: Report, word: SecretStr = password) -> Outcome:
            def unlocked() -> Outcome:
                with self._startup.working():
                    return _outcome(self._assistant.unlock(failed, word, report))

            outcome = _told(failed.name, unlocked, tried=True)
            return (
                outcome._replace(unlock=lambda other, told: work(told, other)) if outcome.kind == "locked" else outcome
            )

        self.intake.put([Task(failed.name, max(1, failed.size), work)])

    def _keep_and_add(self, name: str, arrived: Path, report: Report, password: SecretStr | None) -> Outcome:
        replaces = (self._copies.folder / name).exists()
        with self._copies.taking_in(name, arrived) as target:
            result = self._assistant.add([target], origin="uploaded", password=password, progress=report)[0]
            if result.status == "failed":
                raise DocumentError(result.reason, result.next_step)
            if result.status == "unchanged" and not replaces:
                # The same file is indexed from another place: a second copy would only go stale.
                target.unlink(missing_ok=True)
        return _outcome(result)

    def _uploads(self, data: Any) -> list[Upload]:
        """The browser's word checked: only files inside the incoming folder are touched."""
        items = data if isinstance(data, list) else []
        return [self._upload(item) for item in items if isinstance(item, dict)]

    def _upload(self, item: dict[str, Any]) -> Upload:
        name = Path(str(item.get("name") or "unnamed").replace("\\", "/")).name or "unnamed"
        path = Path(str(item.get("path") or "")).resolve()
        if path.is_relative_to(self._incoming) and path.is_file():
            # Under a name of its own: the same file sent again meanwhile would arrive at the same place.
            return Upload(name, path.stat().st_size, path.rename(self._incoming / uuid.uuid4().hex))
        size = item.get("size")
        return Upload(name, size if isinstance(size, int) else 0, None)


def _told(name: str, work: Callable[[], Outcome], tried: bool) -> Outcome:
    """What became of something added; of an error its words. `tried` says that a password was given."""
    try:
        return work()
    except Exception as error:
        return _problem(name, error, tried)


def _problem(name: str, error: Exception, tried: bool) -> Outcome:
    if isinstance(error, DocumentError) and opens_with_password(error.next_step):
        return Outcome("locked", name, _WRONG if tried else _LOCKED)
    if isinstance(error, AssistantError):
        return Outcome("bad", name, str(error))
    if isinstance(error, OSError):
        problem = StorageError(
            f"It could not be kept: {error.strerror or error}",
            "Free some space or check the permissions of the home folder, then add it again.",
        )
        return Outcome("bad", name, str(problem))
    logger.error("%s could not be added", name, exc_info=error)
    return Outcome("bad", name, _UNEXPECTED)


def _outcome(result: AddResult) -> Outcome:
    told = _DONE.get(result.status, result.status)
    remark = f". {result.reason}" if result.reason else ""
    return Outcome("plain" if result.status == "unchanged" else "good", result.name, f"{told}{remark}")


def checked_name(name: str, size: int, max_file_mb: int) -> str:
    """A file name fit to be kept under.

    Raises:
        DocumentError: unsupported, hidden, unusable as a file name, or over the limit.
    """
    if name.startswith(".") or not name.isprintable() or len(name.encode()) > NAME_BYTES:
        raise DocumentError("This file name cannot be kept", "Rename the file, then send it again.")
    if Path(name).suffix.lower() not in supported_suffixes():
        raise DocumentError(
            f"{Path(name).suffix or 'A file without a suffix'} is not a supported format",
            f"Supported are {' '.join(supported_suffixes())}.",
        )
    if size > max_file_mb * 2**20:
        raise DocumentError(
            f"It is {size / 2**20:.0f} MB, over the limit of {max_file_mb} MB",
            "Split it, or raise ASSISTANT_MAX_FILE_MB.",
        )
    return name
