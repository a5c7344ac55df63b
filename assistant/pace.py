"""How fast work goes and how long it will take, in words."""

from __future__ import annotations

#: Fewer seconds of work, or less work, say nothing about the rest yet.
_MIN_SECONDS = 1.0


def rate_of(per_second: float, things: str = "files") -> str:
    """A rate of files, or of other things, in the unit that reads best; of nothing that has a name if that is empty."""
    things = f" {things}" if things else ""
    if per_second >= 1:
        return f"{per_second:,.0f}{things}/s" if per_second >= 10 else f"{per_second:.1f}{things}/s"
    per_minute = 60 * per_second
    return f"{per_minute:.0f}{things}/min" if per_minute >= 10 else f"{per_minute:.1f}{things}/min"


def duration(seconds: float) -> str:
    """A time still to wait, as exact as such a thing can be."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def _left(seconds: float) -> str:
    return f"about {duration(seconds)} left"


class Pace:
    """The pace of one piece of work, from what is told of it as it goes.

    Args:
        things: what is counted, in the plural.
    """

    def __init__(self, things: str = "files") -> None:
        self._things = things
        self._first: tuple[float, int] | None = None

    def told(self, done: int, total: int, now: float) -> str:
        """Rate and time left in words; empty as long as nothing can be said.

        Args:
            done: things done so far.
            total: things in all.
            now: seconds of a clock that does not go back.
        """
        rate = self._rate(done, now)
        return f"{rate_of(rate, self._things)}, {_left((total - done) / rate)}" if rate else ""

    def rate(self, done: int, now: float) -> str:
        """The rate alone; as `told` otherwise."""
        rate = self._rate(done, now)
        return rate_of(rate, self._things) if rate else ""

    def left(self, done: int, total: int, now: float) -> str:
        """The time left alone, for work that is counted in anything; as `told` otherwise."""
        rate = self._rate(done, now)
        return _left((total - done) / rate) if rate else ""

    def _rate(self, done: int, now: float) -> float | None:
        """Units a second since the first one told; None as long as nothing can be said."""
        if self._first is None:
            self._first = (now, done)
        elapsed, since = now - self._first[0], done - self._first[1]
        return None if elapsed < _MIN_SECONDS or since < 1 else since / elapsed
