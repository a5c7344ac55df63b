"""The documents column: listing, choosing, deleting, adding uploads. Knows nothing of Gradio."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.documents import supported_suffixes
from assistant.errors import AssistantError, DocumentError, StorageError
from assistant.ui import panels
from assistant.ui.groups import groups_of, toggled
from assistant.ui.panels import Line
from assistant.ui.startup import Startup

if TYPE_CHECKING:
    from assistant.facade import AddResult, Assistant, DocumentInfo
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

#: Lines of upload results kept in view.
RESULTS_KEPT = 30
#: Longest file name in bytes that common file systems take.
NAME_BYTES = 255
_DONE = {"added": "Added", "updated": "Updated", "unchanged": "Already here, unchanged"}


@dataclass(frozen=True)
class Shelf:
    """What one browser tab has chosen, is about to delete, and was told of its uploads."""

    chosen: tuple[str, ...] = ()
    confirming: str | None = None
    lines: tuple[Line, ...] = ()

    def told(self, lines: Sequence[Line]) -> Shelf:
        """With `lines` as what was told last, in view up to `RESULTS_KEPT` of them."""
        return replace(self, lines=tuple(lines)[-RESULTS_KEPT:])


class Upload(NamedTuple):
    """A file from the browser: its name and size there, and where it lies now, None if it did not arrive."""

    name: str
    size: int
    path: Path | None


class Documents:
    """The handlers of the left column.

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
        self._kept = settings.home / "uploads"

    def listed(self) -> list[DocumentInfo]:
        """All documents; none, with a log entry, if they cannot be read right now."""
        try:
            return self._assistant.documents()
        except AssistantError as error:
            logger.warning("the documents cannot be listed: %s", error)
        except Exception:
            logger.exception("the documents cannot be listed")
        return []

    def edition(self) -> object:
        """Something that changes with the list; None, with a log entry, if that cannot be told right now."""
        try:
            return self._assistant.edition()
        except AssistantError as error:
            logger.warning("the documents cannot be looked at: %s", error)
        return None

    def html(self, shelf: Shelf, listed: Sequence[DocumentInfo]) -> str:
        """The list as this tab sees it."""
        return panels.documents_html(listed, shelf.chosen, shelf.confirming, not self._startup.progress.settled)

    def act(self, shelf: Shelf, action: Any, name: Any) -> Shelf:
        """Carry out a button of the list; an unknown action or document changes nothing but the list."""
        listed = self.listed()
        known = {info.name for info in listed}
        if action == "group":
            group = next((each for each in groups_of(listed) if each.key == name), None)
            return replace(shelf, chosen=toggled(shelf.chosen, group)) if group else shelf
        if action == "dismiss":
            return replace(shelf, lines=())
        if action == "all":
            return replace(shelf, chosen=())
        if action == "keep" or name not in known:
            return replace(shelf, confirming=None, chosen=tuple(n for n in shelf.chosen if n in known))
        if action == "choose":
            rest = tuple(n for n in shelf.chosen if n != name)
            return replace(shelf, chosen=rest if name in shelf.chosen else (*rest, name))
        if action == "delete":
            return replace(shelf, confirming=name)
        if action == "confirm" and shelf.confirming == name:
            return self._delete(shelf, name)
        return shelf

    def _delete(self, shelf: Shelf, name: str) -> Shelf:
        listed = self.listed()
        info = next((info for info in listed if info.name == name), None)
        # Other documents of the same archive are still from its copy.
        shared = info is not None and any(other.source == info.source and other.name != name for other in listed)
        chosen = tuple(n for n in shelf.chosen if n != name)
        try:
            with self._startup.working():
                self._assistant.remove([name])
                if info and info.origin == "uploaded" and not shared:
                    self._forget_copy(Path(info.source))
            line = Line("plain", name, "Deleted")
        except AssistantError as error:
            line = Line("bad", name, str(error))
        except Exception:
            logger.exception("%s could not be deleted", name)
            line = Line("bad", name, "Could not be deleted. Try again; if it happens again, see the log.")
        return replace(shelf, chosen=chosen, confirming=None).told([*shelf.lines, line])

    def _forget_copy(self, copy: Path) -> None:
        # The source is what the index remembers: never delete anything but our own copies by it.
        if copy.resolve().is_relative_to(self._kept.resolve()):
            copy.unlink(missing_ok=True)

    def add(self, shelf: Shelf, data: Any) -> Iterator[Shelf]:
        """Take what the browser sent, file by file, and say what became of each. Never raises."""
        lines = list(shelf.lines)
        uploads = self._uploads(data)
        for number, upload in enumerate(uploads, start=1):
            count = f" ({number} of {len(uploads)})" if len(uploads) > 1 else ""
            yield shelf.told([*lines, Line("busy", upload.name, f"Reading and indexing{count}")])
            lines.append(self._add_one(upload))
            yield shelf.told(lines)

    def add_address(self, shelf: Shelf, address: Any) -> Iterator[Shelf]:
        """Fetch what stands at an address a person typed, add it, and say what became of it. Never raises."""
        typed = " ".join(str(address or "").split())
        if typed:
            yield shelf.told([*shelf.lines, Line("busy", typed, "Fetching and indexing")])
            yield shelf.told([*shelf.lines, _told_line(typed, lambda: self._fetch_and_add(typed))])

    def _fetch_and_add(self, address: str) -> Line:
        self._startup.wait_open()
        # Outside of the work on the index: a slow server holds up nothing else.
        page = self._assistant.fetch(address)
        with self._startup.working():
            return _added_line(self._assistant.add([page])[0])

    def _add_one(self, upload: Upload) -> Line:
        try:
            return _told_line(upload.name, lambda: self._check_and_add(upload))
        finally:
            if upload.path:
                upload.path.unlink(missing_ok=True)

    def _check_and_add(self, upload: Upload) -> Line:
        checked_name(upload.name, upload.size, self._settings.max_file_mb)
        if upload.path is None:
            raise DocumentError("The file did not arrive", "Send it again.")
        self._startup.wait_open()
        with self._startup.working():
            return self._keep_and_add(upload.name, upload.path)

    def _keep_and_add(self, name: str, arrived: Path) -> Line:
        """Move a file to its place and index it; on failure the place is as it was before."""
        target = self._kept / name
        self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._incoming) as folder:
            previous = Path(folder) / "previous"
            if target.exists():
                shutil.copy2(target, previous)
            try:
                shutil.move(arrived, target)
                result = self._assistant.add([target], origin="uploaded")[0]
                if result.status == "failed":
                    raise DocumentError(result.reason, result.next_step)
            except BaseException:
                target.unlink(missing_ok=True)
                if previous.exists():
                    shutil.move(previous, target)
                raise
            if result.status == "unchanged" and not previous.exists():
                # The same file is indexed from another place: a second copy would only go stale.
                target.unlink(missing_ok=True)
        return _added_line(result)

    def _uploads(self, data: Any) -> list[Upload]:
        """The browser's word checked: only files inside the incoming folder are touched."""
        items = data if isinstance(data, list) else []
        return [self._upload(item) for item in items if isinstance(item, dict)]

    def _upload(self, item: dict[str, Any]) -> Upload:
        name = Path(str(item.get("name") or "unnamed").replace("\\", "/")).name or "unnamed"
        path = Path(str(item.get("path") or "")).resolve()
        if path.is_relative_to(self._incoming) and path.is_file():
            return Upload(name, path.stat().st_size, path)
        size = item.get("size")
        return Upload(name, size if isinstance(size, int) else 0, None)


def _told_line(name: str, work: Callable[[], Line]) -> Line:
    """The line of something added; of an error its words."""
    try:
        return work()
    except AssistantError as error:
        return Line("bad", name, str(error))
    except OSError as error:
        problem = StorageError(
            f"It could not be kept: {error.strerror or error}",
            "Free some space or check the permissions of the home folder, then add it again.",
        )
        return Line("bad", name, str(problem))
    except Exception:
        logger.exception("%s could not be added", name)
        return Line("bad", name, "Could not be added. Try it again; the log says what happened.")


def _added_line(result: AddResult) -> Line:
    told = _DONE.get(result.status, result.status)
    remark = f". {result.reason}" if result.reason else ""
    return Line("plain" if result.status == "unchanged" else "good", result.name, f"{told}{remark}")


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
