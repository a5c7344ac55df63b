"""Serving: where it refuses to, that the page is up at once, and that stopping it loses nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from ui_fakes import FakeAssistant
from ui_server import event, program

from assistant.conversations.database import Database
from assistant.conversations.store import Conversations
from assistant.errors import HomeLockedError, PortInUseError, SettingsError
from assistant.settings import Settings
from assistant.ui.serve import bind, serve


def stopped(process: subprocess.Popen[str], number: int, seconds: float = 60) -> dict[str, list[str]]:
    """What the program says last after a signal; fails unless it ended by itself, well and quietly."""
    process.send_signal(number)
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err
    assert "Traceback" not in err and "Cancel" not in err
    return dict(json.loads(out))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", "", "127.0.0.2"])
def test_only_loopback_is_served_until_there_is_a_login(fake: FakeAssistant, settings: Settings, host: str) -> None:
    with pytest.raises(SettingsError, match="until there is a login"):
        serve(fake, settings, host, 0, lambda _: None)
    assert fake.calls == []


def test_a_taken_port_is_named_with_another_to_use(fake: FakeAssistant, settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match="in use") as caught:
            serve(fake, settings, "127.0.0.1", port, lambda _: None)
    assert f"--port {port + 1 if port < 65535 else port - 1}" in caught.value.next_step
    assert fake.calls == [] and not settings.home.exists()


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(SettingsError, match="not a port"):
        bind("127.0.0.1", port)


def test_only_loopback_hears() -> None:
    with bind("localhost", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: int) -> None:
    with program(tmp_path) as (process, url):
        assert httpx.get(url + "/healthz").status_code == 200
        told = stopped(process, number)
    assert told["calls"][-1] == "close" and told["calls"].count("close") == 1
    assert told["incoming"] == []


def test_the_page_is_up_while_indexing_and_leaves_it_when_stopped(tmp_path: Path) -> None:
    left = tmp_path / "incoming" / "of-a-killed-process"
    left.mkdir(parents=True)
    with program(tmp_path, "syncing") as (process, url):
        deadline = time.monotonic() + 30
        while " of 600: b.md" not in (health := httpx.get(url + "/healthz").json())["state"]:
            assert time.monotonic() < deadline
        assert health["status"] == "indexing"
        assert httpx.get(url + "/").status_code == 200
        assert not left.exists()
        told = stopped(process, signal.SIGTERM)
    assert told["calls"] == ["open", "sync", "close"]


def test_an_upload_that_has_begun_is_finished_before_it_ends(tmp_path: Path) -> None:
    with program(tmp_path) as (process, url):
        (path,) = httpx.post(url + "/gradio_api/upload", files={"files": ("new.md", b"New words.")}).json()
        files = {"files": [{"name": "new.md", "size": 10, "path": path}]}
        event(url, "sent", [None], files)
        deadline = time.monotonic() + 30
        while not (tmp_path / "uploads" / "new.md").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        told = stopped(process, signal.SIGTERM)
    assert told["documents"] == ["leases.md", "new.md"]
    assert told["uploads"] == ["new.md"]
    assert told["calls"][-1] == "close"


def test_an_open_page_and_a_running_answer_do_not_hold_it_up(tmp_path: Path) -> None:
    with (
        program(tmp_path, pause_s=90.0) as (process, url),
        httpx.stream("GET", url + "/gradio_api/heartbeat/s") as heartbeat,
    ):
        assert heartbeat.status_code == 200
        event(url, "submit", ["What capacity was leased?", None, None, None, "", False, "normal"], None)
        with closing(Database(tmp_path)) as database:
            kept = Conversations(database)
            deadline = time.monotonic() + 30
            while not any(kept.load(each.id).exchanges[-1].quotes for each in kept.find()):
                assert time.monotonic() < deadline
                time.sleep(0.02)
        began = time.monotonic()
        told = stopped(process, signal.SIGINT)
        assert time.monotonic() - began < 20
    assert told["asked"] == ["What capacity was leased?"]
    assert told["calls"][-1] == "close"


def test_a_second_server_on_the_port_is_told_so_and_the_first_goes_on(tmp_path: Path) -> None:
    with program(tmp_path) as (process, url):
        with pytest.raises(PortInUseError):
            bind("127.0.0.1", int(url.rsplit(":", 1)[1]))
        deadline = time.monotonic() + 30
        while httpx.get(url + "/healthz").json()["status"] != "ready":
            assert time.monotonic() < deadline
        os.kill(process.pid, 0)


def test_a_home_that_cannot_be_opened_ends_it_with_the_reason(fake: FakeAssistant, settings: Settings) -> None:
    def in_use() -> None:
        raise HomeLockedError("The home is in use", "Stop the other one.")

    fake.on_open = in_use
    shown: list[str] = []
    before = Path.cwd()
    with pytest.raises(HomeLockedError, match="Stop the other one"):
        serve(fake, settings, "127.0.0.1", 0, shown.append)
    assert len(shown) == 1 and fake.calls == ["open", "close"]
    assert Path.cwd() == before
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
