"""Leaving a chat model in the middle of its work: where nobody waits for an answer any more, none is written on.

Whether somebody waits is told by a function, `stopped`: it is asked from any thread, and once true it stays true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Piece = TypeVar("Piece")


class Left(Exception):
    """A chat model was left: nobody waits for what it was asked."""


def never() -> bool:
    """Somebody waits to the end."""
    return False


_STOPPED: ContextVar[Callable[[], bool]] = ContextVar("stopped", default=never)


def whether_stopped() -> Callable[[], bool]:
    """The `stopped` of the `asking` that this is called within; `never` outside."""
    return _STOPPED.get()


@contextmanager
def asking(stopped: Callable[[], bool]) -> Iterator[None]:
    """Within this a chat model is asked; a request that an `Endpoint` begins is broken off as soon as nobody waits.

    Raises:
        Left: nobody waits for it, or nobody did any more when it failed.
    """
    if stopped():
        raise Left
    before = _STOPPED.set(stopped)
    try:
        yield
    except Exception as error:
        if stopped():
            raise Left from error
        raise
    finally:
        _STOPPED.reset(before)


def pieces(reply: Iterator[Piece], stopped: Callable[[], bool]) -> Iterator[Piece]:
    """The pieces of a model's reply as they come; the reply is closed once the last is taken or nobody waits.

    Raises:
        Left: nobody waits for the next piece.
    """
    try:
        while True:
            # For each piece by itself: whoever takes one does other things before the next.
            with asking(stopped):
                try:
                    piece = next(reply)
                except StopIteration:
                    return
            yield piece
    finally:
        if close := getattr(reply, "close", None):
            close()
