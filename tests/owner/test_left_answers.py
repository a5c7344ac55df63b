"""An answer that a terminal no longer waits for: the owner's chat model writes no further word of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from fakes import GradualChat
from library_parts import LEASES, write

from assistant.answering.answer import EvidenceFound
from assistant.facade import Assistant
from assistant.owner.client import OwnerClient
from assistant.owner.desk import Desk
from assistant.owner.door import reach

QUESTION = "How many megawatts did Harbour Compute lease?"
SECONDS = 120


def test_the_model_is_left_in_the_middle_of_a_sentence(make_assistant: Callable[..., Assistant], work: Path) -> None:
    chat = GradualChat()
    chat.enqueue(f"[1] Harbour Compute leased {'very ' * 5000}many megawatts.")
    owner = make_assistant(chat=chat)
    owner.add(write(work, {"leases.md": LEASES}))
    desk = Desk(owner, owner.settings, "the chat")
    desk.open()
    with closing(desk), closing(reach(owner.settings)) as client:
        assert isinstance(client, OwnerClient)
        stream = client.stream(QUESTION)
        assert isinstance(next(stream), EvidenceFound)
        deadline = time.monotonic() + SECONDS
        chat.let.release(2)
        while chat.given < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        stream.close()  # type: ignore[attr-defined]
        # How soon the desk hears of it depends on the machine: word after word is let go until it has.
        while not chat.closed.wait(0.1):
            assert time.monotonic() < deadline
            chat.let.release()
        chat.enqueue("[1] Harbour Compute leased 412 megawatts of capacity.")
        chat.let.release(99)
        assert "412 megawatts" in client.ask(QUESTION).answer
