"""A process that does what it is told by lines of JSON: started, asked, ended (`peers/serve.py` is the other side)."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError

#: Longest wait for the process to end by itself, in seconds.
_END_S = 5.0
#: What is told of a process's last words, in characters.
_LAST_WORDS = 300
#: Whatever these set is not for the baselines: proxies, keys and tracing of the person's, and our own modules.
_NOT_FOR_THEM = ("LANGCHAIN_", "LANGSMITH_", "OPENAI_", "LLAMA_", "PYTHON", "OTEL_")
_OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "PYTHONIOENCODING": "utf-8",
}


class PeerError(AssistantError):
    """A baseline that could not do what it was asked."""


class PeerGoneError(PeerError):
    """A baseline whose process has ended: nothing more can be asked of it."""


def environment_for(given: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a baseline's process: no proxy, no tracing, no path to our modules, and offline."""
    kept = {
        name: value
        for name, value in given.items()
        if not name.upper().startswith(_NOT_FOR_THEM) and not name.upper().endswith("_PROXY")
    }
    return kept | _OFFLINE | dict(extra)


class Peer:
    """The process.

    Args:
        command: what is run.
        title: what people call it.
        log: file that takes what it says besides.
        extra: more variables of its environment.
    """

    def __init__(self, command: Sequence[str], title: str, log: Path, extra: Mapping[str, str] | None = None) -> None:
        self._title = title
        self._log = log
        try:
            with log.open("wb") as stderr:
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    text=True,
                    encoding="utf-8",
                    env=environment_for(os.environ, extra or {}),
                )
        except OSError as error:
            raise PeerGoneError(
                f"{title} cannot be started: {error}", "Make its environment: python -m evals.baselines.environments."
            ) from error

    def ask(self, do: str, limit_s: float, **more: Any) -> Any:
        """Have it do something and wait for what it tells.

        Args:
            do: what.
            limit_s: longest wait, in seconds; then the process is ended.
            more: the arguments.

        Raises:
            PeerError: it could not.
            PeerGoneError: its process has ended or took too long.
        """
        line = self._exchange(json.dumps({"do": do, **more}), limit_s)
        try:
            told = json.loads(line)
        except json.JSONDecodeError as error:
            raise self._gone() from error
        if "error" in told:
            raise PeerError(f"{self._title} failed: {told['error']}", "Look at its settings and its log.")
        return told["value"]

    def _exchange(self, line: str, limit_s: float) -> str:
        sent, got = self._process.stdin, self._process.stdout
        if sent is None or got is None or self._process.poll() is not None:
            raise self._gone()
        watchdog = threading.Timer(limit_s, self._process.kill)
        watchdog.start()
        try:
            sent.write(line + "\n")
            sent.flush()
            return got.readline()
        except (OSError, ValueError) as error:
            raise self._gone() from error
        finally:
            watchdog.cancel()

    def _gone(self) -> PeerGoneError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        said = (
            self._log.read_text(encoding="utf-8", errors="replace").strip()[-_LAST_WORDS:] if self._log.exists() else ""
        )
        words = f": {' '.join(said.split())}" if said else ""
        return PeerGoneError(
            f"The process of {self._title} ended (status {self._process.poll()}){words}", "Run it again."
        )

    def close(self) -> None:
        """End the process; harmless when repeated."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
