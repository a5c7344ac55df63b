"""Programs that work until they are killed: everything is imported once, and each round is a fork of its own.

A kill then costs no second import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def say(*words: str) -> None:
    # One write: a line is there whole or not at all.
    os.write(1, (" ".join(words) + "\n").encode())


def work_in_forks(work: Callable[[list[str]], None]) -> None:
    """Say `ready`, then for each line on stdin `child PID`, do its work in a fork, and say `ended`."""
    import chromadb  # noqa: F401
    import langchain_chroma  # noqa: F401
    import trafilatura  # noqa: F401

    import assistant.answering.answerer
    import assistant.facade
    import assistant.index.sync
    import assistant.index.vectors
    import assistant.models.embeddings
    import assistant.retrieval.engine  # noqa: F401

    say("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                say("child", str(os.getpid()))
                work(line.split())
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        say("ended")
