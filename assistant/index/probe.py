"""Opens a Chroma folder and holds it against the vectors in SQLite.

Run as a process of its own, because a damaged folder can crash the process that opens it; and thorough, because
a folder can also open, count and answer with its vectors gone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.index.store import Store

_BATCH = 500
#: Vectors are kept in 32-bit floats and normalised once more by Chroma.
_TOLERANCE = 1e-3
#: So many vectors are searched for, and so many of them may miss themselves: the search is approximate.
_SEARCHED = 64
_MISSES = 3


def main(folder: str, collection: str, home: str) -> int:
    """Exit code 0: every vector that is there is right and can be found. Anything else, or a crash: not so.

    Vectors that are missing or no longer wanted do no harm: they are put right later.
    """
    from assistant.index.vectors import open_client

    client = open_client(Path(folder))
    found = client.get_collection(collection, embedding_function=None)
    store = Store(Path(home))
    store.open()
    well = sound(found, store)
    store.close()
    client.close()
    return 0 if well else 1


def sound(found: Any, store: Store) -> bool:
    """Whether each vector that an open collection holds is that of SQLite, and can be found by searching."""
    ids = sorted(store.passage_ids())
    step = max(1, len(ids) // _SEARCHED)
    misses = 0
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        right = {row[0]: row[3] for row in store.passage_vectors(batch)}
        held = found.get(ids=[str(i) for i in batch], include=["embeddings"])
        for key, vector in zip(held["ids"], held["embeddings"], strict=True):
            if abs(vector - right[int(key)]).max() > _TOLERANCE:
                return False
        sample = [right[int(key)] for key in held["ids"] if int(key) % step == 0]
        misses += _missed(found, sample)
    return misses <= _MISSES


def _missed(found: Any, vectors: Sequence[Any]) -> int:
    """How many vectors are not found at their own place."""
    if not vectors:
        return 0
    nearest = found.query(query_embeddings=list(vectors), n_results=1, include=["distances"])["distances"]
    return sum(not distances or distances[0] > _TOLERANCE for distances in nearest)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
