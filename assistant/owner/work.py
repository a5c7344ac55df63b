"""Doing what another process has asked for, by the one public door."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, cast

from assistant.owner.orders import (
    Add,
    Ask,
    Event,
    Hits,
    Line,
    Notes,
    Order,
    Prepare,
    Remove,
    Results,
    Search,
    Step,
    Sync,
    Told,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from assistant.answering.answer import StreamEvent
    from assistant.facade import Assistant


class Stopped(Exception):
    """The work was left: nobody waits for it any more, or the owner is going down."""


def work(
    assistant: Assistant,
    order: Order,
    tell: Callable[[Line], None],
    stopped: Callable[[], bool],
    caveat: Callable[[], str],
) -> None:
    """Carry out an order and tell what comes of it, line by line.

    Args:
        assistant: owns the home.
        order: what to do.
        tell: takes each line, from whatever thread.
        stopped: whether to leave the work at the next occasion: between two words of an answer, two files of a
            sync, two batches of sentences that are embedded.
        caveat: what must be known of an answer that is given now; empty if nothing.

    Raises:
        Stopped: the work was left; what was not acknowledged is as if it had never been begun.
        AssistantError: what the same work raises where it needs not be handed over.
    """

    def report(what: str, done: int, total: int) -> None:
        if stopped():
            raise Stopped
        tell(Step(what=what, done=done, total=total))

    if stopped():
        raise Stopped
    match order:
        case Ask():
            events = assistant.stream(order.question, history=order.history, scope=order.scope, stopped=stopped)
            # Left before its end, the model must not go on for nobody.
            with closing(cast("Generator[StreamEvent]", events)):
                for event in events:
                    if stopped():
                        raise Stopped
                    tell(Event(event=event))
            if stopped():
                raise Stopped
        case Prepare():
            # The owner loads and warms its models once, and where it starts it tells what was repaired.
            notice = assistant.notice if order.chat and assistant.documents() else None
            tell(Notes(notes=tuple(note for note in (caveat(), notice) if note)))
        case Search():
            hits = assistant.search(order.question, k=order.k, scope=order.scope)
            tell(Hits(hits=tuple(hits)))
        case Add():
            added = assistant.add(order.sources, password_file=order.password_file, again=order.again, progress=report)
            tell(Results(results=tuple(added)))
        case Remove():
            tell(Results(results=tuple(assistant.remove(order.names))))
        case Sync():
            results = assistant.sync(
                order.folder,
                retry=order.retry,
                progress=report,
                told=lambda result: tell(Told(result=result)),
                within=lambda what, done, total: tell(Step(what=what, done=done, total=total, within=True)),
            )
            tell(Results(results=tuple(results)))
