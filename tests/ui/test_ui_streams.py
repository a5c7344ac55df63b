"""A tab's stream of news ends when none is due, and not before."""

from __future__ import annotations

import json
import threading
import time

import httpx
from ui_fakes import FakeAssistant
from ui_server import event

TAB = "tab"


def news(url: str, patience_s: float = 20.0) -> list[dict[str, object]]:
    """What the tab's stream tells until the server ends it."""
    told, begun = [], time.monotonic()
    with httpx.stream("GET", f"{url}/gradio_api/queue/data?session_hash={TAB}", timeout=patience_s) as stream:
        for line in stream.iter_lines():
            assert time.monotonic() - begun < patience_s, "the stream is open for good"
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: ")))
    return told


def last(told: list[dict[str, object]]) -> object:
    return told[-1]["msg"]


def search_talks(url: str) -> None:
    event(url, "act", [None], {"action": "search", "words": "harbour"}, TAB)


def test_a_stream_opened_after_its_news_were_told_is_ended(url: str) -> None:
    """As by a page that learns late that its event was taken: another stream has told of its end by then."""
    search_talks(url)
    assert last(news(url)) == "close_stream"
    begun = time.monotonic()
    assert last(news(url)) == "close_stream"
    # Far less than the heartbeat of a stream that is open for good, and what a person would wait.
    assert time.monotonic() - begun < 10


def test_a_tab_goes_on_after_its_idle_stream_was_ended(url: str) -> None:
    search_talks(url)
    news(url)
    news(url)
    search_talks(url)
    told = news(url)
    assert [one["msg"] for one in told][-2:] == ["process_completed", "close_stream"] and told[-2]["output"]


def test_a_stream_over_which_news_are_due_is_left_open(url: str, fake: FakeAssistant) -> None:
    fake.held = threading.Semaphore(0)
    event(url, "submit", ["What capacity was leased?", "", None, None, "", False, "normal"], None, TAB)
    told: list[dict[str, object]] = []
    reading = threading.Thread(target=lambda: told.extend(news(url, 60)))
    reading.start()
    reading.join(2.5)
    assert reading.is_alive()
    held, fake.held = fake.held, None
    held.release(100)
    reading.join(30)
    assert not reading.is_alive() and last(told) == "close_stream"
    assert "412 megawatts" in json.dumps(told)
