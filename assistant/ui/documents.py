"""The documents column: listing, searching, choosing, deleting and undoing, adding. Knows nothing of Gradio."""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from assistant.documents import supported_suffixes
from assistant.documents.options import opens_with_password
from assistant.errors import AssistantError, DocumentError, StorageError
from assistant.ui.bin import Bin
from assistant.ui.copies import Copies
from assistant.ui.groups import groups_of, toggled
from assistant.ui.intake import Intake, Outcome, Report, Task
from assistant.ui.shelf import PAGE, Shelf, Stock, intake_html, listing_html, matching
from assistant.ui.startup import Startup

if TYPE_CHECKING:
    from assistant.facade import AddResult, Assistant, DocumentInfo, Page
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

#: Longest file name in bytes that common file systems take.
NAME_BYTES = 255
#: Longest search and password taken from the browser, in characters.
WORDS_TAKEN = 200
_DONE = {"added": "Added", "updated": "Updated", "unchanged": "Already here, unchanged"}
_LOCKED = "It is locked with a password. Give it here: it is used once, and neither kept nor logged."
_WRONG = "That password does not open it. Try another one."
_UNREADABLE = "The list of documents cannot be read. Reload the page; if it happens again, see the log."
_UNEXPECTED = "Could not be added. Try it again; the log says what happened."


class Upload(NamedTuple):
    """A file from the browser: its name and size there, and where it lies now, None if it did not arrive."""

    name: str
    size: int
    path: Path | None


class Found(NamedTuple):
    """The documents there are; where they cannot be read right now, none, and what is said instead."""

    documents: list[DocumentInfo]
    problem: str = ""


class Documents:
    """The handlers of the left column. None raises; what went wrong is shown.

    Args:
        assistant: where documents go.
        settings: home and limits.
        startup: says when the index is open, and orders changes.
        incoming: the only folder uploads are taken from.
    """

    def __init__(self, assistant: Assistant, settings: Settings, startup: Startup, incoming: Path) -> None:
        self._assistant = assistant
        self._settings = settings
        self._startup = startup
        self._incoming = incoming.resolve()
        self._unreadable = False
        self._logged: set[str] = set()
        self.copies = Copies(assistant, settings.home)
        self.bin = Bin(assistant, self.copies, startup.working)
        self.intake = Intake()

    def close(self) -> None:
        """For the end of the program: let a running change end, then end what could be undone, and drop what waits."""
        with self._startup.quiet() as quiet:
            # Where something still runs it has its files; the next start ends what it began.
            if quiet:
                self.bin.close()
                shutil.rmtree(self._incoming, ignore_errors=True)

    # --- what is shown ----------------------------------------------------------------------------------

    def found(self) -> Found:
        """All documents, or why they cannot be read right now."""
        documents, problem = self._looked_up(self._assistant.documents)
        self._unreadable = bool(problem)
        return Found(documents, problem)

    def _looked_up(self, look: Callable[[], Sequence[Any]]) -> tuple[list[Any], str]:
        try:
            return list(look()), ""
        except Exception as error:
            known = isinstance(error, AssistantError)
            # Once: every tab looks every second.
            if repr(error) not in self._logged:
                self._logged.add(repr(error))
                logger.warning("the documents cannot be listed: %s", error, exc_info=None if known else error)
            return [], str(error) if known else _UNREADABLE

    @property
    def unreadable(self) -> bool:
        """Whether the documents could not be read when they were last looked at."""
        return self._unreadable

    def edition(self) -> object:
        """Something that changes with the list; never the same while it cannot be read: it is looked at again."""
        if self._unreadable:
            return object()
        try:
            return self._assistant.edition(), self.bin.edition
        except AssistantError as error:
            logger.warning("the documents cannot be looked at: %s", error)
        return None

    def html(self, shelf: Shelf) -> str:
        """The list as this tab sees it."""
        progress = self._startup.progress
        documents, problem = self.found()
        failures, other = self._looked_up(self._assistant.failures)
        stock = Stock(
            documents=tuple(documents),
            failures=tuple(failures),
            deleted=self.bin.entries(),
            indexing=progress.indexing,
            busy=not progress.settled or self.intake.busy,
            problem=problem or other,
        )
        return listing_html(stock, shelf)

    def intake_html(self) -> str:
        """What is on its way in, and what became of it."""
        return intake_html(self.intake.items(), self.intake.summary())

    # --- what its buttons do ----------------------------------------------------------------------------

    def act(self, shelf: Shelf, action: Any, name: Any, words: Any = None) -> Shelf:
        """Carry out a button of the column; an unknown action or document changes nothing but the list.

        Args:
            shelf: what the tab has chosen and is shown.
            action: what the button says it does.
            name: the document, group, deletion or line it does it to.
            words: what was typed with it: what to search for, a password.
        """
        typed = words[:WORDS_TAKEN] if isinstance(words, str) else ""
        match action:
            case "dismiss":
                self.intake.dismiss(name or None)
                return shelf
            case "unlock" if typed:
                self.intake.unlock(str(name), SecretStr(typed))
                return shelf
            case "unlock-file" if typed:
                self._unlock_file(name, SecretStr(typed))
                return shelf
            case "undo":
                return replace(shelf, problem=self._attempt(lambda: self.bin.undo(str(name))))
            case "dismiss-deletion":
                self.bin.dismiss(str(name))
                return shelf
            case "dismiss-problem":
                return replace(shelf, problem="")
            case "search":
                return replace(shelf, words=" ".join(typed.split()), shown=PAGE)
            case "more":
                return replace(shelf, shown=shelf.shown + PAGE)
        return self._choose(shelf, action, name)

    def _choose(self, shelf: Shelf, action: Any, name: Any) -> Shelf:
        listed, problem = self.found()
        if problem:
            # Which of the chosen are still there cannot be told: what is asked must not become wider by that.
            return shelf
        known = {info.name for info in listed}
        shelf = replace(shelf, chosen=tuple(each for each in shelf.chosen if each in known))
        match action:
            case "all":
                return replace(shelf, chosen=())
            case "found":
                found = (info.name for info in matching(listed, shelf.words))
                return replace(shelf, chosen=tuple(dict.fromkeys((*shelf.chosen, *found))))
            case "group":
                group = next((each for each in groups_of(listed) if each.key == name), None)
                return replace(shelf, chosen=toggled(shelf.chosen, group)) if group else shelf
            case "choose" if name in known:
                rest = tuple(each for each in shelf.chosen if each != name)
                return replace(shelf, chosen=rest if name in shelf.chosen else (*rest, name))
            case "delete" if name in known:
                return self._delete(shelf, (name,))
            case "delete-chosen" if shelf.chosen:
                return self._delete(shelf, shelf.chosen)
        return shelf

    def _delete(self, shelf: Shelf, names: Sequence[str]) -> Shelf:
        problem = self._attempt(lambda: self.bin.delete(names))
        chosen = shelf.chosen if problem else tuple(each for each in shelf.chosen if each not in names)
        return replace(shelf, chosen=chosen, problem=problem)

    @staticmethod
    def _attempt(work: Callable[[], object]) -> str:
        """Do something; gives what to say if it did not work."""
        try:
            work()
        except AssistantError as error:
            return str(error)
        return ""

    # --- adding -----------------------------------------------------------------------------------------

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

    def _unlock_file(self, source: Any, password: SecretStr) -> None:
        """Read a locked file of the synced folder, in the background."""
        failed = next((each for each in self._looked_up(self._assistant.failures)[0] if each.source == source), None)
        if failed is None:
            return

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
        replaces = (self.copies.folder / name).exists()
        with self.copies.taking_in(name, arrived) as target:
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
