"""The command line on the fake embedder, which writes down what it embeds and stops for ever at a word.

The file named in EMBEDDED gets a line for each text; at a text that holds STOP_AT the program goes no further, so that
it can be killed there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from fakes import FakeEmbedder, likeness


class Telling(FakeEmbedder):
    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> np.ndarray:
        with Path(os.environ["EMBEDDED"]).open("a") as log:
            log.writelines(f"{' '.join(text.split())}\n" for text in texts)
        stop = os.environ.get("STOP_AT")
        if stop and any(stop in text for text in texts):
            threading.Event().wait()
        return super().encode(texts, progress)


if __name__ == "__main__":
    import assistant.answering.kernel
    import assistant.models.embeddings
    from assistant.cli import main

    assistant.models.embeddings.load_embeddings = lambda settings: Telling()  # type: ignore[assignment]
    assistant.answering.kernel.KernelModel.probability = likeness  # type: ignore[method-assign]
    main()
