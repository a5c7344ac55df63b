"""Making the index equal a folder: new, changed, moved and deleted files, by their content.

What the folder's entries tell is decided without opening a file; what is left is looked into one file at a time,
each under the library's lock and against what is known at that moment, so that syncs, uploads and removals at once
come out right. Every file is committed by itself: a sync that is interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.documents.registry import check_file, check_inside, printable, title_from
from assistant.errors import AssistantError, DocumentError, NameTakenError, StorageError
from assistant.index.files import (
    failed_files,
    file_name,
    forget_failures,
    is_there,
    move_documents,
    move_mark,
    remember_failure,
    titles,
    without_text,
)
from assistant.index.folder import Listing, Seen, owners, scan, standing
from assistant.index.ingest import AddResult, Library, heedless
from assistant.index.records import FailedFile, FileState
from assistant.index.vectors import Progress

log = logging.getLogger(__name__)

#: Told of each file as soon as it is known what became of it.
Told = Callable[[AddResult], None]


def sync_folder(
    library: Library,
    folder: Path,
    *,
    retry: bool = False,
    progress: Progress | None = None,
    told: Told | None = None,
    within: Progress | None = None,
) -> list[AddResult]:
    """Make the documents of a folder equal its files.

    A file that fails leaves the others alone; its result says why. It is tried again when it changes, or
    what decides on reading it does.

    Args:
        library: the open library.
        folder: the folder; hidden files are left alone.
        retry: try those that failed before as well, though they have not changed, and those with pages that could
            not be read if what decides on that has changed.
        progress: told the name of each file that is looked into, how many are done and how many there are.
        told: given each result of a file that is looked into, removed, or known to fail.
        within: told how much is done of the file in hand; what it raises is not heard.

    Raises:
        DocumentError: the folder does not exist.
        StorageError: nothing can be written; what was told stays done.
    """
    if not folder.is_dir():
        raise DocumentError(f"No such folder: {folder}", "Create it, or name another one.")
    folder = folder.resolve()
    listing = scan(folder)
    run = _Run(library, folder, listing, retry, heedless(within))
    # Dictionaries keep their order: the files by name, whatever is found out about them last.
    results = {seen.name: run.by_entry(seen) for seen in listing.files}
    work = [seen for seen in listing.files if results[seen.name] is None]
    for result in results.values():
        if told and result and result.status == "failed":
            told(result)
    for done, seen in enumerate(work):
        if progress:
            progress(printable(PurePosixPath(seen.name).name), done, len(work))
        results[seen.name] = result = run.look(seen)
        if told and result:
            told(result)
    if progress:
        progress("done", len(work), len(work))
    last = [*run.unlisted(), *run.remove_gone()]
    if told:
        for result in last:
            told(result)
    return [result for result in results.values() if result] + last


class _Run:
    """One sync: the folder as it was listed, and the index as it was then."""

    def __init__(
        self, library: Library, folder: Path, listing: Listing, retry: bool, within: Progress | None = None
    ) -> None:
        self._library = library
        self._within = within
        self._store = library.store
        self._folder = folder
        self._listing = listing
        self._retry = retry
        self._circumstances = library.circumstances
        self._names = {seen.name for seen in listing.files}
        self._failures = {failure.source: failure for failure in failed_files(self._store)}
        states = self._store.file_states().values()
        self._known: dict[str, list[FileState]] = {}
        for state in states:
            for name in owners(state.name):
                self._known.setdefault(name, []).append(state)
        self._by_source = _grouped(states, lambda each: each.source)
        poor = without_text(self._store) if retry else ()
        self._again = {each.source for each in poor if each.circumstances != self._circumstances}
        self._synced = _grouped((each for each in states if each.origin == "synced"), lambda each: each.content_hash)

    def by_entry(self, seen: Seen) -> AddResult | None:
        """What is known of a file without opening it; None if it has to be looked into."""
        failure = self._lasting_failure(seen)
        known = self._known.get(seen.name, ())
        # One that was added by itself before is to become the folder's.
        own = all(each.folder == str(self._folder) for each in known)
        match standing(seen, known if own else (), failure):
            case "unchanged" if seen.source not in self._again:
                if seen.source in self._failures:
                    forget_failures(self._store, [seen.source])
                return AddResult(name=seen.name, status="unchanged")
            case "failed" if failure:
                return _failed_before(failure)
        return None

    def _lasting_failure(self, seen: Seen) -> FailedFile | None:
        """How a file failed, unless it could fare better now."""
        failure = self._failures.get(seen.source)
        lasting = failure and failure.circumstances == self._circumstances and not self._retry
        return failure if lasting else None

    def look(self, seen: Seen) -> AddResult | None:
        """Read a file, take over the document it was under another name, or say why neither can be done.

        None if the file has gone since the folder was listed.
        """
        digest = ""
        try:
            with self._library.writing:
                if seen.path.is_symlink() and self._not_ours(seen.source):
                    # A link out of the folder to what was added by itself, as is advised.
                    forget_failures(self._store, [seen.source])
                    reason = "what it leads to is a document of its own"
                    return AddResult(name=printable(seen.name), status="left_out", reason=reason)
                check_inside(seen.path, self._folder)
                check_file(seen.path, self._library.max_bytes)
                with seen.path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                return self._look_into(seen, digest)
        except StorageError:
            # It is not the file's fault, and the next would fare no better.
            raise
        except NameTakenError as error:
            # Nothing is wrong with the file: it is looked at again until its name is free.
            return self._failed(seen, "", error.args[0], error.next_step)
        except AssistantError as error:
            return self._failed(seen, digest, error.args[0], error.next_step)
        except OSError as error:
            return self._failed(seen, "", error.strerror or str(error), "Check the file's permissions.")
        except Exception as error:
            log.exception("%s could not be read", printable(seen.name))
            reason = f"{printable(seen.name)} cannot be read: {type(error).__name__}: {error}"
            return self._failed(seen, digest, reason, "This is a defect; please report it, with the file if you can.")

    def _look_into(self, seen: Seen, digest: str) -> AddResult:
        name = seen.name
        known = self._library.states_of(name)
        marks = self._store.left_out()
        if marks.get(seen.source) == digest or (
            not known and digest in marks.values() and move_mark(self._store, digest, seen.source, self._folder)
        ):
            if known and all((each.source, each.content_hash) == (seen.source, digest) for each in known):
                # Of an archive some documents were removed; the others are as they were.
                for each in known:
                    self._store.touch(each.model_copy(update=_entry(seen)))
                return AddResult(name=name, status="unchanged")
            return AddResult(
                name=name,
                status="left_out",
                reason="removed from the index earlier",
                next_step=f"`assistant add '{seen.path}'` brings it back",
            )
        failure = self._lasting_failure(seen)
        if failure and failure.content_hash == digest:
            remember_failure(self._store, failure.model_copy(update=_entry(seen)))
            return _failed_before(failure)
        if not known and (moved := self._moved(seen, digest)):
            return moved
        result = self._library.add(
            seen.path,
            name=name,
            origin="synced",
            folder=self._folder,
            again=seen.source in self._again,
            progress=self._within,
        )
        if seen.source in self._failures:
            forget_failures(self._store, [seen.source])
        return result

    def _moved(self, seen: Seen, digest: str) -> AddResult | None:
        """Take over the document of this very content without reading it again.

        It is of a file that is gone, or of this one: added by itself, or synced with a folder within or around this.
        """
        elsewhere = [each for each in self._not_ours(seen.source) if each.content_hash == digest]
        synced = [each for each in self._synced.get(digest, ()) if each.source != seen.source]
        for source, states in _grouped([*elsewhere, *synced], lambda each: each.source).items():
            old = file_name(states[0])
            # Another suffix means another reader.
            if PurePosixPath(old).suffix.lower() != PurePosixPath(seen.name).suffix.lower():
                continue
            if source != seen.source and is_there(Path(source)):
                continue
            if sorted(self._library.states_of(old), key=_by_name) != sorted(states, key=_by_name):
                continue
            known = titles(self._store, [each.name for each in states])
            moves = []
            for state in states:
                new = seen.name + state.name.removeprefix(old)
                title = title_from(new) if known[state.name] == title_from(state.name) else None
                moves.append((state.name, self._placed(state, seen, new), title))
            move_documents(self._store, moves)
            return AddResult(name=seen.name, status="moved", reason=f"it was {old}")
        return None

    def _not_ours(self, source: str) -> list[FileState]:
        """The documents of a file that are not this folder's."""
        return [each for each in self._by_source.get(source, ()) if each.folder != str(self._folder)]

    def _placed(self, state: FileState, seen: Seen, name: str) -> FileState:
        return state.model_copy(
            update=_entry(seen) | {"name": name, "source": seen.source, "origin": "synced", "folder": str(self._folder)}
        )

    def _failed(self, seen: Seen, digest: str, reason: str, next_step: str) -> AddResult | None:
        if not (is_there(seen.path) or seen.path.is_symlink()):
            self._names.discard(seen.name)
            return None
        name = printable(seen.name)
        failure = FailedFile(
            name=name,
            source=seen.source,
            folder=str(self._folder),
            content_hash=digest,
            **_entry(seen),
            reason=reason,
            next_step=next_step,
            circumstances=self._circumstances,
            failed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        before = self._failures.get(seen.source)
        remember_failure(self._store, failure)
        same = before is not None and _told_of(before) == _told_of(failure)
        return AddResult(name=name, status="failed", reason=reason, next_step=next_step, remembered=same)

    def unlisted(self) -> list[AddResult]:
        """What cannot be looked at; what is known of it, or of the files in it, stays."""
        return [
            AddResult(
                name=printable(place),
                status="failed",
                reason=f"{printable(place)} cannot be looked at: {why}",
                next_step="Check its permissions; what is indexed of it stays.",
            )
            for place, why in self._listing.unlisted.items()
        ]

    def remove_gone(self) -> list[AddResult]:
        """Remove the documents, and forget the failures, of files that are no longer there."""
        failed = [each.source for each in self._failures.values() if self._is_gone(each.folder, [each.name])]
        here = {seen.source for seen in self._listing.files}
        forget_failures(self._store, [source for source in failed if source not in here])
        with self._library.writing:
            states = self._store.file_states().values()
            gone = [each.name for each in states if each.folder and self._is_gone(each.folder, owners(each.name))]
            return self._library.drop(gone) if gone else []

    def _is_gone(self, folder: str, names: list[str]) -> bool:
        """Whether none of some files of this folder was listed, nor has come since."""
        return (
            folder == str(self._folder)
            and self._names.isdisjoint(names)
            and not any(self._listing.hides(name) or (self._folder / name).is_file() for name in names)
        )


def _told_of(failure: FailedFile) -> tuple[object, ...]:
    return failure.reason, failure.size, failure.modified


def _failed_before(failure: FailedFile) -> AddResult:
    return AddResult(
        name=failure.name, status="failed", reason=failure.reason, next_step=failure.next_step, remembered=True
    )


def _entry(seen: Seen) -> dict[str, Any]:
    """What is kept of a file's entry, to know the file for unchanged by it."""
    return {"size": seen.size, "modified": seen.modified, "changed": seen.changed}


def _grouped(states: Iterable[FileState], key: Callable[[FileState], str]) -> dict[str, list[FileState]]:
    groups: dict[str, list[FileState]] = {}
    for state in states:
        groups.setdefault(key(state), []).append(state)
    return groups


def _by_name(state: FileState) -> str:
    return state.name
