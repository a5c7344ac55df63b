"""`assistant chat` as a process of its own, as a user starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

#: Loading two models and reading the prompt's fixed part once, on a slow machine.
READY_SECONDS = 400


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def chatting(corpus: Path, log: Path, **environment: str) -> Iterator[str]:
    """`assistant chat` on a corpus in this test's home, ready; gives its address."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant.cli", "chat", "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"ASSISTANT_CORPUS": str(corpus)} | environment,
        )
    try:
        _wait_ready(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()


def _wait_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    state: Any = None
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            state = httpx.get(f"{url}/healthz", trust_env=False).json()
        except httpx.TransportError:
            state = None
        if state and state["status"] == "ready":
            return
        time.sleep(0.3)
    raise AssertionError(f"not ready: {state}\n{log.read_text()}")
