"""What one tab of a browser shows, and who may draw it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

#: How often a wait looks whether it is over, in seconds: far below what a person notices.
POLL_S = 0.02


@dataclass
class Session:
    """One tab. Everything that is kept lies elsewhere: this may be lost at any time.

    `conversation` is the id of what it shows, "" for a new one, None before anything was shown. `words` are what its
    list is searched for, `notice` what is said above the list. `heading`, `drawn` and `listed` are what stands on the
    page, `seen` the edition of the conversation that was drawn.
    """

    conversation: str | None = None
    words: str = ""
    notice: str = ""
    heading: str | None = None
    drawn: str | None = None
    seen: object = None
    listed: object = None
    _view: int = field(default=0, repr=False)
    _drawing: int = field(default=0, repr=False)

    @property
    def drawing(self) -> bool:
        """Whether something is drawing the conversation, or is about to."""
        return self._drawing != 0

    def changes(self, heading: str | None, drawn: str) -> tuple[str | None, str | None]:
        """Take note of what is to stand on the page; gives what of it does not yet. A heading of None is to stay."""
        told = heading if heading != self.heading else None, drawn if drawn != self.drawn else None
        self.heading, self.drawn = self.heading if heading is None else heading, drawn
        return told

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
