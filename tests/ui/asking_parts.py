"""What the tests of conversations behind the page share: two questions, and waiting for what happens meanwhile."""

from __future__ import annotations

import time
from typing import Any

CAPACITY = "What capacity was leased?"
GRID = "Is it unclear whether the grid can serve it?"


def wait_until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
