"""An owner of the home whose desk is open, and terminals that reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from library_parts import BAKERY, LEASES, write

from assistant.owner.client import OwnerClient
from assistant.owner.desk import Desk
from assistant.owner.door import reach
from assistant.settings import load_settings

if TYPE_CHECKING:
    from assistant.facade import Assistant

Terminal = Callable[..., OwnerClient]


@pytest.fixture
def owner(make_assistant: Callable[..., Assistant], work: Path) -> Assistant:
    """An assistant that owns the home and holds two documents."""
    assistant = make_assistant()
    assistant.add(write(work, {"leases.md": LEASES, "bakery.md": BAKERY}))
    return assistant


@pytest.fixture
def desk(owner: Assistant) -> Iterator[Desk]:
    desk = Desk(owner, owner.settings, "the chat")
    desk.open()
    yield desk
    desk.close()


@pytest.fixture
def terminal(desk: Desk) -> Iterator[Terminal]:
    """Reaches the owner, as a process with these settings would."""
    with ExitStack() as opened:

        def make(**settings: object) -> OwnerClient:
            door = opened.enter_context(closing(reach(load_settings(**({"chat_model": "none"} | settings)))))
            assert isinstance(door, OwnerClient)
            return door

        yield make
