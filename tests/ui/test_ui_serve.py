"""Serving: where it refuses to, that the page is up at once, and that stopping it loses nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from ui_fakes import FakeAssistant

from assistant.errors import PortInUseError, SettingsError
from assistant.settings import Settings
from assistant.ui.serve import bind, serve

PROGRAM = """
import json, os, sys, threading, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from ui_fakes import FakeAssistant
from assistant.settings import Settings
from assistant.ui.serve import serve

home = Path(sys.argv[2])
assistant = FakeAssistant(pause_s=float(sys.argv[4]))
assistant.put("leases.md", "Harbour Compute leased 412 megawatts of capacity.")
real_add = assistant.add

def slow_add(paths, **rest):
    time.sleep(1.0)
    return real_add(paths, **rest)

def sync(progress):
    for done in range(600 if sys.argv[3] == "syncing" else 0):
        progress("b.md", done, 600)
        time.sleep(0.1)

assistant.add, assistant.on_sync = slow_add, sync
settings = Settings(home=home, corpus=home / "corpus")

def ready(url):
    print(json.dumps({"url": url, "folder": os.listdir()}), flush=True)

serve(assistant, settings, "127.0.0.1", 0, ready)
told = {"calls": assistant.calls, "documents": sorted(assistant.texts), "asked": [asked[0] for asked in assistant.asked],
        "incoming": os.listdir(home / "incoming"), "uploads": os.listdir(home / "uploads")
        if (home / "uploads").exists() else []}
print(json.dumps(told), flush=True)
"""


@contextmanager
def program(home: Path, mode: str = "ready", pause_s: float = 0.0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The page in a process of its own; gives the process and the page's address."""
    here = str(Path(__file__).parent)
    arguments = [sys.executable, "-c", PROGRAM, here, str(home), mode, str(pause_s)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        said = json.loads(line)
        assert said["folder"] == []
        yield process, said["url"]
    finally:
        process.kill()
        process.communicate()


def stopped(process: subprocess.Popen[str], number: int, seconds: float = 15) -> dict[str, list[str]]:
    """What the program says last after a signal; fails unless it ended by itself, well and quietly."""
    process.send_signal(number)
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err
    assert "Traceback" not in err and "Cancel" not in err
    return dict(json.loads(out))


def event(url: str, name: str, data: list[object], payload: object, session: str = "s") -> None:
    """Fire the page's event of that name, as the browser does."""
    config = httpx.get(url + "/config").json()
    for dependency in config["dependencies"]:
        if any(target[1] == name for target in dependency["targets"]):
            body = {"data": data, "fn_index": dependency["id"], "session_hash": session, "event_data": payload}
            assert httpx.post(url + "/gradio_api/queue/join", json=body).status_code == 200
            return
    raise AssertionError(f"the page has no event {name}")


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
        deadline = time.monotonic() + 10
        while (health := httpx.get(url + "/healthz").json())["status"] != "indexing":
            assert time.monotonic() < deadline
        assert " of 600: b.md" in health["state"]
        assert httpx.get(url + "/").status_code == 200
        assert not left.exists()
        told = stopped(process, signal.SIGTERM)
    assert told["calls"] == ["open", "sync", "close"]


def test_an_upload_that_has_begun_is_finished_before_it_ends(tmp_path: Path) -> None:
    with program(tmp_path) as (process, url):
        (path,) = httpx.post(url + "/gradio_api/upload", files={"files": ("new.md", b"New words.")}).json()
        files = {"files": [{"name": "new.md", "size": 10, "path": path}]}
        event(url, "sent", [None], files)
        deadline = time.monotonic() + 10
        while not (tmp_path / "uploads" / "new.md").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        told = stopped(process, signal.SIGTERM)
    assert told["documents"] == ["leases.md", "new.md"]
    assert told["uploads"] == ["new.md"]
    assert told["calls"][-1] == "close"


def test_an_open_page_and_a_running_answer_do_not_hold_it_up(tmp_path: Path) -> None:
    with (
        program(tmp_path, pause_s=1.0) as (process, url),
        httpx.stream("GET", url + "/gradio_api/heartbeat/s") as heartbeat,
    ):
        assert heartbeat.status_code == 200
        event(url, "submit", ["What capacity was leased?", None, None], None)
        time.sleep(0.5)
        began = time.monotonic()
        told = stopped(process, signal.SIGINT)
        assert time.monotonic() - began < 5
    assert told["asked"] == ["What capacity was leased?"]
    assert told["calls"][-1] == "close"


def test_a_second_server_on_the_port_is_told_so_and_the_first_goes_on(tmp_path: Path) -> None:
    with program(tmp_path) as (process, url):
        with pytest.raises(PortInUseError):
            bind("127.0.0.1", int(url.rsplit(":", 1)[1]))
        assert httpx.get(url + "/healthz").json()["status"] == "ready"
        os.kill(process.pid, 0)
