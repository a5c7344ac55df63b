"""The page served by a real server: in a thread, or in a process of its own that can be stopped and killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

import assistant
from assistant.ui.serve import bind

PROGRAM = """
import json, os, sys, threading, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from ui_fakes import FakeAssistant
from assistant.settings import Settings
from assistant.ui.serve import serve

home = Path(sys.argv[2])
if sys.argv[3] == "real":
    sys.path.insert(0, str(Path(sys.argv[1]).parent))
    import assistant.models.embeddings
    from assistant.facade import Assistant
    from fakes import FakeEmbedder

    assistant.models.embeddings.load_embeddings = lambda settings: FakeEmbedder()
    settings = Settings(home=home, corpus=home / "corpus", chat_model="none")
    settings.corpus.mkdir(parents=True, exist_ok=True)
    told = lambda url: print(json.dumps({"url": url, "folder": os.listdir()}), flush=True)
    serve(Assistant(settings), settings, "127.0.0.1", int(sys.argv[5]), told)
    sys.exit()
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

serve(assistant, settings, "127.0.0.1", int(sys.argv[5]), ready)
uploads = home / "uploads"
told = {
    "calls": assistant.calls,
    "documents": sorted(assistant.texts),
    "asked": [asked[0] for asked in assistant.asked],
    "incoming": os.listdir(home / "incoming"),
    "uploads": os.listdir(uploads) if uploads.exists() else [],
}
print(json.dumps(told), flush=True)
"""


@contextmanager
def program(
    home: Path, mode: str = "ready", pause_s: float = 0.0, port: int = 0
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The page in a process of its own, on any free port if it is 0; gives the process and the page's address."""
    here = str(Path(__file__).parent)
    # The code under test, wherever the test runs and whether or not it is installed.
    environment = os.environ | {"PYTHONPATH": str(Path(assistant.__file__).parents[1])}
    arguments = [sys.executable, "-c", PROGRAM, here, str(home), mode, str(pause_s), str(port)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
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


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve an app on a free port in a thread; gives its address."""
    listener = bind("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "the page did not come up"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        # As `serve` does: open pages must not hold it up.
        app.state.gradio.stop_event.set()
        thread.join(15)
        listener.close()


def event(url: str, name: str, data: list[object], payload: object, session: str = "s") -> None:
    """Fire the page's event of that name, as the browser does."""
    config = httpx.get(url + "/config").json()
    for dependency in config["dependencies"]:
        if any(target[1] == name for target in dependency["targets"]):
            body = {"data": data, "fn_index": dependency["id"], "session_hash": session, "event_data": payload}
            assert httpx.post(url + "/gradio_api/queue/join", json=body).status_code == 200
            return
    raise AssertionError(f"the page has no event {name}")
