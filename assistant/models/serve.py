"""The process that runs an embedded chat model: `embedded.py` starts it, talks to it, and ends it.

It is a process of its own because the library halts every Python thread while it loads a model or lets one go,
and ends the process it is in when an assertion of its own fails. Run as a file, it imports nothing of the house.

Its first line of input is a JSON object: "path", "name", "context_tokens", "batch", "aside_mib", "threads",
"prefixes" (folder) and "key". It answers with one line: {"url", "version"}, or {"error"} and ends. It also ends
as soon as its input does, so that it never outlives who started it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

_LOOPBACK = "127.0.0.1"


def parameters(wanted: dict[str, Any]) -> Any:
    """The server's parameters; what is not set here keeps the library's default."""
    from xllamacpp import CommonParams

    chosen = CommonParams()
    chosen.hostnames = [_LOOPBACK]
    chosen.port = 0
    chosen.api_keys = [wanted["key"]]
    chosen.model.path = wanted["path"]
    # Replies name the model; without an alias they would name the file's path.
    chosen.model_alias = {wanted["name"]}
    chosen.n_ctx = wanted["context_tokens"]
    chosen.n_batch = wanted["batch"]
    chosen.n_parallel = 1
    chosen.cpuparams.n_threads = wanted["threads"]
    chosen.cpuparams_batch.n_threads = wanted["threads"]
    chosen.cache_prompt = True
    chosen.cache_ram_mib = wanted["aside_mib"]
    # The library joins folder and name as they are, so the separator has to be there.
    chosen.slot_save_path = wanted["prefixes"] + "/"
    # Weights laid out anew while loading take twice as long to load and read no faster (docs/experiments.md).
    chosen.no_extra_bufts = True
    chosen.fit_params = False
    chosen.offline = True
    chosen.ui = False
    chosen.verbosity = -1
    return chosen


def main() -> None:
    """Serve until the input ends."""
    # Ctrl-C is for the one who started this; the end of the input follows.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reply = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    wanted = json.loads(sys.stdin.readline())
    try:
        import xllamacpp

        server = xllamacpp.Server(parameters(wanted))
        answer = {"url": server.listening_address, "version": xllamacpp.__version__}
    except (ImportError, OSError, RuntimeError) as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    reply.write(json.dumps(answer) + "\n")
    reply.flush()
    if "url" in answer:
        sys.stdin.read()
    # Letting the server go in an orderly way would wait for the answer it may be writing.
    os._exit(0)


if __name__ == "__main__":
    main()
