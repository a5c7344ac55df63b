"""The documents column: listing, searching, choosing, tagging, deleting and undoing. Knows nothing of Gradio."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from assistant.errors import AssistantError, ScopeError
from assistant.ui import choice
from assistant.ui.adding import Adding
from assistant.ui.bin import Bin
from assistant.ui.choice import PAGE, Shelf
from assistant.ui.copies import Copies
from assistant.ui.panels import scope_html
from assistant.ui.shelf import Stock, intake_html, listing_html
from assistant.ui.startup import Startup

if TYPE_CHECKING:
    from assistant.facade import Assistant, DocumentInfo
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

#: Longest search and password taken from the browser, in characters.
WORDS_TAKEN = 200
_UNREADABLE = "The list of documents cannot be read. Reload the page; if it happens again, see the log."


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
        self._incoming = incoming
        self._unreadable = False
        self._logged: set[str] = set()
        self._tagged = 0
        self.copies = Copies(assistant, settings.home)
        self.bin = Bin(assistant, self.copies, startup.working)
        self.adding = Adding(assistant, settings, startup, incoming, self.copies)
        self.intake = self.adding.intake

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

    @property
    def tagged(self) -> int:
        """A number that changes whenever tags are given or taken here."""
        return self._tagged

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

    def scope_html(self, shelf: Shelf) -> str:
        """What the next question of this tab is asked of, with what the browser keeps of it."""
        documents, problem = self.found()
        count = None if problem else len(choice.asked(documents, shelf))
        return scope_html(count, shelf)

    def intake_html(self) -> str:
        """What is on its way in, and what became of it."""
        return intake_html(self.intake.items(), self.intake.summary())

    # --- what is asked within ---------------------------------------------------------------------------

    def restored(self, kept: object) -> Shelf:
        """What a browser kept of its tab, of those documents that are still there."""
        shelf = choice.restored(kept)
        listed, problem = self.found()
        return shelf if problem else choice.present(shelf, listed)

    def asked(self, shelf: Shelf) -> tuple[str, ...]:
        """The names of the documents to ask within, none meaning all.

        Raises:
            ScopeError: there is none that is all of what is wanted.
            StorageError: which they are cannot be told.
        """
        if not shelf.narrowing:
            return shelf.chosen
        names = tuple(info.name for info in choice.asked(self._assistant.documents(), shelf))
        if not names:
            raise ScopeError("No document is all that was chosen", "Choose otherwise in the list, or ask all.")
        return names

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
                failures, _ = self._looked_up(self._assistant.failures)
                for failed in (each for each in failures if each.source == name):
                    self.adding.unlock_file(failed, SecretStr(typed))
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
        return self._choose(shelf, action, name, typed)

    def _choose(self, shelf: Shelf, action: Any, name: Any, typed: str) -> Shelf:
        listed, problem = self.found()
        if problem:
            # Which of the chosen are still there cannot be told: what is asked must not become wider by that.
            return shelf
        shelf = choice.present(shelf, listed)
        names = tuple(info.name for info in choice.asked(listed, shelf)) if not shelf.is_open else ()
        match action:
            case "delete" if any(info.name == name for info in listed):
                return self._delete(shelf, (name,))
            case "delete-chosen" if names:
                return self._delete(shelf, names)
            case "tag" if names and typed.strip():
                return self._tag(shelf, names, add=[typed])
            case "untag" if names:
                return self._tag(shelf, names, remove=[str(name)])
        try:
            return choice.choose(shelf, action, name, typed, listed)
        except ScopeError as error:
            return replace(shelf, problem=str(error))

    def _tag(self, shelf: Shelf, names: Sequence[str], **tags: Sequence[str]) -> Shelf:
        problem = self._attempt(lambda: self._assistant.tag(names, **tags))
        self._tagged += 1
        return replace(shelf, problem=problem)

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
