"""Opens a Chroma folder, counts and queries it.

Run as a process of its own, because a damaged folder can crash the process that opens it.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(folder: str, collection: str, dimension: str) -> int:
    """Exit code 0: the folder opens, counts and answers. Anything else, or a crash: it does not."""
    from assistant.index.vectors import open_client

    client = open_client(Path(folder))
    found = client.get_collection(collection, embedding_function=None)
    if found.count():
        found.query(query_embeddings=[[1.0] + [0.0] * (int(dimension) - 1)], n_results=1)
    client.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
