"""A process that owns a home: `owning.py HOME page|desk|COMMAND [SECONDS]`, embedding each text for so long.

It says `open` once it takes work, ends when told to by a signal or a line on stdin, and then says `closed`. With the
words of a command, such as `"sync --watch"`, it is that command, and says what that says. Texts that hold a word are
not embedded as long as the working folder's `held` has a file of that name; `reached` has one then.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from fakes import FakeEmbedder, likeness

import assistant.answering.kernel
import assistant.models.embeddings
from assistant.cli import main as command_line
from assistant.facade import Assistant
from assistant.owner.desk import Desk
from assistant.settings import load_settings


class SlowEmbedder(FakeEmbedder):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> np.ndarray:
        time.sleep(self._seconds)
        while held := [word.name for word in Path("held").glob("*") if any(word.name in text for text in texts)]:
            for word in held:
                Path("reached").mkdir(exist_ok=True)
                Path("reached", word).touch()
            time.sleep(0.02)
        return super().encode(texts, progress)


def main() -> None:
    home, kind, *seconds = sys.argv[1:]
    embedder = SlowEmbedder(float(seconds[0]) if seconds else 0.0)
    assistant.models.embeddings.load_embeddings = lambda settings: embedder  # type: ignore[assignment,return-value]
    assistant.answering.kernel.KernelModel.probability = likeness  # type: ignore[method-assign]
    if kind not in ("page", "desk"):
        print("open", flush=True)
        sys.argv = ["assistant", *kind.split()]
        command_line()
        return
    settings = load_settings(home=Path(home), chat_model="none", corpus=Path(home) / "nothing")
    owner = Assistant(settings)
    if kind == "page":
        from assistant.ui.serve import serve

        serve(owner, settings, "127.0.0.1", 0, lambda _: print("open", flush=True))
    else:
        owner.open()
        desk = Desk(owner, settings, "the chat")
        desk.open()
        print("open", flush=True)
        with suppress(KeyboardInterrupt):
            sys.stdin.readline()
        desk.close()
        owner.close()
    print("closed", flush=True)


if __name__ == "__main__":
    main()
