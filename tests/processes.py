"""Programs run as processes of their own, ended with the test whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """What a finished command said."""

    code: int
    out: str
    err: str


#: Runs the command line with the words given.
Cli = Callable[..., Run]


def check_error(run: Run, *says: str) -> None:
    """A named error: exit code 1, one line on stderr, nothing of it on stdout."""
    assert run.code == 1, run
    lines = run.err.strip().splitlines()
    assert len(lines) == 1, run.err
    assert lines[0].startswith("Error: ")
    assert lines[0].endswith(".")
    for words in says:
        assert words in lines[0]
    assert "Error" not in run.out


class Commands:
    """Runs programs as processes of their own; whatever is left over ends with the test."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[str]] = []

    def start(
        self, *command: str | Path, env: Mapping[str, str] | None = None, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[str]:
        """Start a Python program: `start("-m", "assistant.cli", "list")`."""
        process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
            env=os.environ | {"COLUMNS": "200"} | dict(env or {}),
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def finish(self, process: subprocess.Popen[str], timeout: float = 120) -> Run:
        """Wait for a program's end."""
        out, err = process.communicate(timeout=timeout)
        return Run(process.returncode, out, err)

    def python(self, *command: str | Path, env: Mapping[str, str] | None = None) -> Run:
        """Run a Python program to its end."""
        return self.finish(self.start(*command, env=env))

    def assistant(self, *words: str | Path, env: Mapping[str, str] | None = None) -> Run:
        """Run the command line without a chat model, unless `env` names one."""
        chosen = {"ASSISTANT_CHAT_MODEL": "none"} | dict(env or {})
        return self.python("-m", "assistant.cli", *words, env=chosen)

    def kill(self, process: subprocess.Popen[str]) -> None:
        """End a program and its children as abruptly as the system can."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def close(self) -> None:
        for process in self._running:
            self.kill(process)
