"""What one tab of a browser shows, and who may draw it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

#: How often a wait looks whether it is over, in seconds: far below what a person notices.
POLL_S = 0.02


@dataclass
class Turns:
    """Who may draw a part of the page: of several that want to, the last that was announced."""

    _view: int = field(default=0, repr=False)
    _drawing: int = field(default=0, repr=False)

    @property
    def drawing(self) -> bool:
        """Whether something is drawing."""
        return self._drawing != 0

    def next_view(self) -> int:
        """Announce that something else is to be shown: whatever draws now leaves as soon as it sees it."""
        self._view += 1
        return self._view

    def is_view(self, view: int) -> bool:
        """Whether `view` is still what is to be shown."""
        return view == self._view

    async def turn(self, view: int, patience_s: float = 5.0) -> bool:
        """Wait for whatever draws to leave, so that nothing of it arrives after what is drawn next.

        Returns:
            Whether `view` may be drawn: it must be left with `leave` then. False if it is out of date already.
        """
        deadline = asyncio.get_running_loop().time() + patience_s
        while self._drawing and self.is_view(view) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(POLL_S)
        if not self.is_view(view):
            return False
        self._drawing = view
        return True

    def leave(self, view: int) -> None:
        """End drawing; harmless for who does not."""
        if self._drawing == view:
            self._drawing = 0


@dataclass
class SourceTurns(Turns):
    """Who may draw the source panel: what the person asked for last, or the quotes of a question asked after it."""

    _number: int = field(default=0, repr=False)
    _at_work: int = field(default=0, repr=False)

    @property
    def asked_for(self) -> int:
        """The number of what the person asked for last, 0 before anything."""
        return self._number

    async def steps(self, number: object, steps: Iterator[str]) -> AsyncIterator[str]:
        """What is to stand in the panel, as long as nothing was asked for after it.

        The first step comes at once. Those after it may take long: of one tab, they are worked on one after the
        other, and not at all once something else was asked for.

        Args:
            number: counted up by the tab with everything it asks for, since requests may overtake one another.
            steps: gives what is known so far, each time more; it may block.
        """
        if not isinstance(number, int) or number <= self._number:
            return
        self._number = number
        view = self.next_view()
        html = await asyncio.to_thread(next, steps, None)
        while html is not None and await self.turn(view):
            try:
                yield html
            finally:
                self.leave(view)
            html = await self._worked(view, steps)

    async def _worked(self, view: int, steps: Iterator[str]) -> str | None:
        while self._at_work and self.is_view(view):
            await asyncio.sleep(POLL_S)
        if not self.is_view(view):
            return None
        self._at_work = view
        try:
            return await asyncio.to_thread(next, steps, None)
        finally:
            self._at_work = 0

    async def instead(self, html: str) -> AsyncIterator[str]:
        """Show something that nobody in the tab asked the panel for, in the place of what was."""
        view = self.next_view()
        if await self.turn(view):
            try:
                yield html
            finally:
                self.leave(view)


@dataclass
class Session(Turns):
    """One tab. Everything that is kept lies elsewhere: this may be lost at any time.

    `conversation` is the id of what it shows, "" for a new one, None before anything was shown. `words` are what its
    list is searched for, `notice` what is said above the list. `heading`, `drawn` and `listed` are what stands on the
    page, `seen` the edition of the conversation that was drawn. As long as the quotes of its last question are still to
    be shown, `quotes_due` is what the person had asked the source panel for when it was asked; else None. The turns are
    those of the conversation; `source` has those of the source panel.
    """

    conversation: str | None = None
    words: str = ""
    notice: str = ""
    heading: str | None = None
    drawn: str | None = None
    seen: object = None
    quotes_due: int | None = None
    listed: object = None
    source: SourceTurns = field(default_factory=SourceTurns)

    def unshown(self, heading: str | None, drawn: str) -> tuple[str | None, str | None]:
        """Take note of what is to stand on the page; gives what of it does not yet. A heading of None is to stay."""
        told = heading if heading != self.heading else None, drawn if drawn != self.drawn else None
        self.heading, self.drawn = self.heading if heading is None else heading, drawn
        return told
