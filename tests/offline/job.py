"""The main job from adding to answering, in a network of its own where the system allows that.

`python job.py fake|real FOLDER` works on the documents of a folder and prints one JSON object: what was answered,
what the libraries think of telemetry, and what the kernel counted as sent to nowhere.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_SET_FLAGS, _UP = 0x8914, 0x1


def isolate() -> bool:
    """Move this process into a network that holds loopback alone; False where that is not allowed."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NET) and libc.unshare(_NEW_USER | _NEW_NET):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH14s", b"lo", _UP, b""))
    return True


def unroutable() -> int:
    """How many packets this network could not send anywhere: what native code tried."""
    lines = Path("/proc/self/net/snmp").read_text().splitlines()
    names, values = (line.split() for line in lines if line.startswith("Ip:"))
    total = int(values[names.index("OutNoRoutes")])
    path = Path("/proc/self/net/snmp6")
    for line in path.read_text().splitlines() if path.exists() else ():
        total += int(line.split()[1]) if line.startswith("Ip6OutNoRoutes") else 0
    return total


def opened(kind: str) -> Any:
    """An assistant with the fake or the real models."""
    from fakes import FakeEmbedder, ScriptedChat, likeness

    import assistant.answering.kernel
    import assistant.models.embeddings
    from assistant.facade import Assistant
    from assistant.settings import load_settings

    if kind == "real":
        return Assistant(load_settings())

    assistant.models.embeddings.load_embeddings = lambda settings: FakeEmbedder()  # type: ignore[assignment]
    assistant.answering.kernel.KernelModel.probability = likeness  # type: ignore[assignment, method-assign]
    chat = ScriptedChat()
    for _ in range(4):
        chat.enqueue("[1] Harbour Compute leased 412 megawatts of capacity in the second quarter.")
    return Assistant(load_settings(), chat=chat)


def telemetry(assistant: Any) -> dict[str, object]:
    """What is switched on of what could report home."""
    import langsmith.utils

    state: dict[str, object] = {
        "langsmith": langsmith.utils.tracing_is_enabled(),
        "chroma": assistant._open().vectors._client.get_settings().anonymized_telemetry,
        "gradio": os.environ.get("GRADIO_ANALYTICS_ENABLED"),
    }
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        state[name] = os.environ.get(name)
    return state


def main(kind: str, folder: str) -> None:
    isolated = isolate()
    from assistant.facade import Assistant
    from assistant.settings import load_settings

    question = "How many megawatts did Harbour Compute lease?"
    with opened(kind) as assistant:
        added = assistant.add(sorted(Path(folder).iterdir()))
        found = assistant.search(question, k=1)
        written = assistant.ask(question)
        state = telemetry(assistant)
        from assistant.ui.app import build_app

        build_app(assistant, assistant.settings)
        state["gradio"] = os.environ.get("GRADIO_ANALYTICS_ENABLED")
    with Assistant(load_settings(chat_model="none")) as assistant:
        quoted = assistant.ask(question)
    # What reports home does so in the background.
    time.sleep(1.0)
    report = {
        "added": [result.status for result in added],
        "found": found[0].document,
        "written": written.model_dump(mode="json"),
        "quoted": quoted.model_dump(mode="json"),
        "telemetry": state,
        "isolated": isolated,
        "unroutable": unroutable() if isolated else None,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
