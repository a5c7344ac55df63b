"""What Ctrl-C and SIGTERM do for a while, in the place of what they do otherwise."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def on_signals(handler: Callable[..., object]) -> Iterator[None]:
    """Have Ctrl-C and SIGTERM call `handler`, with the number and the frame; for the main thread alone."""
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
