"""A chat model that nobody waits for any more: its request is broken off, and no other is made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from endpoints import Endpoint, running_endpoint

from assistant.models.chat import ChatModel, load_chat_model
from assistant.models.leaving import Left, asking, never, pieces, whether_stopped
from assistant.settings import load_settings


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with running_endpoint() as running:
        yield running


def streamed(model: ChatModel, stopped: Callable[[], bool]) -> Any:
    assert model.runnable
    return list(pieces(model.runnable.stream("Say it."), stopped))


def whole(model: ChatModel, stopped: Callable[[], bool]) -> Any:
    assert model.runnable
    with asking(stopped):
        return model.runnable.invoke("Say it.")


@pytest.mark.parametrize(("behaviour", "ask"), [("waits", streamed), ("pauses", streamed), ("waits", whole)])
def test_a_request_is_broken_off_while_nothing_comes_and_is_not_made_again(
    endpoint: Endpoint, behaviour: str, ask: Callable[..., Any]
) -> None:
    stop, raised = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            ask(model, stop.is_set)
        except BaseException as error:
            raised.append(error)

    settings = load_settings(chat_base_url=endpoint.base_url(behaviour), chat_model="m")
    with closing(load_chat_model(settings)) as model:
        asking = threading.Thread(target=run)
        asking.start()
        assert endpoint.arrived.wait(60)
        assert not endpoint.left.wait(0.3) and asking.is_alive()
        stop.set()
        assert endpoint.left.wait(60)
        asking.join(60)
        assert [type(error) for error in raised] == [Left]
    assert len(endpoint.seen) == 1


def test_one_request_is_left_and_another_of_the_same_model_goes_on(endpoint: Endpoint) -> None:
    stop, never_set = threading.Event(), threading.Event()
    settings = load_settings(chat_base_url=endpoint.base_url("stalls"), chat_model="m")
    with closing(load_chat_model(settings)) as model:
        assert model.runnable
        left = pieces(model.runnable.stream("One."), stop.is_set)
        other = pieces(model.runnable.stream("Other."), never_set.is_set)
        assert (next(left).text, next(other).text) == ("Hello", "Hello")
        stop.set()
        with pytest.raises(Left):
            next(left)
        endpoint.released.set()
        # It is broken off by the endpoint, and by nobody before.
        with pytest.raises(Exception) as raised:
            list(other)
        assert not isinstance(raised.value, Left)


def test_a_reply_is_closed_as_soon_as_it_is_left_and_at_its_end() -> None:
    ended: list[str] = []

    def reply() -> Iterator[str]:
        try:
            yield from "abc"
        finally:
            ended.append("closed")

    stop = threading.Event()
    taken = []
    with pytest.raises(Left):
        for piece in pieces(reply(), stop.is_set):
            taken.append(piece)
            assert whether_stopped() is never
            stop.set()
    assert (taken, ended) == (["a"], ["closed"])
    assert list(pieces(reply(), never)) == ["a", "b", "c"] and len(ended) == 2


def test_what_fails_by_itself_is_told_as_it_is() -> None:
    with pytest.raises(ConnectionError), asking(never):
        raise ConnectionError("reset by peer")
