"""What has to be true of the process before a model library is loaded in it."""

from __future__ import annotations

import os

#: Nothing is looked up, reported or traced over the network by the libraries underneath.
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
}
_PREFERRED = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}


def prepare_process() -> None:
    """Set the environment that the model libraries read when they are imported; call it before that.

    Being offline and untraced is not negotiable; the rest yields to what the person has set.
    """
    os.environ.update(_OFFLINE)
    for name, value in _PREFERRED.items():
        os.environ.setdefault(name, value)
