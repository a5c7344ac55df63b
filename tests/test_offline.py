"""The main job reaches nothing but this machine, even where the person's environment asks for tracing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from library_parts import BAKERY, LEASES, write
from processes import Commands

OFFLINE = Path(__file__).parent / "offline"
#: Settings of libraries that would report home or fetch something, all asking for it.
TEMPTING = {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_TRACING_V2": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGSMITH_API_KEY": "not-a-key",
    "LANGCHAIN_API_KEY": "not-a-key",
    "ANONYMIZED_TELEMETRY": "True",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "0",
    "HF_HUB_DISABLE_TELEMETRY": "0",
}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "attempts.txt"
    path.write_text("")
    return path


def environment(record: Path) -> dict[str, str]:
    paths = os.pathsep.join([str(OFFLINE), os.environ["PYTHONPATH"]])
    return TEMPTING | {"OFFLINE_RECORD": str(record), "PYTHONPATH": paths}


def run_job(commands: Commands, record: Path, work: Path, kind: str) -> dict[str, Any]:
    write(work / "files", {"bakery.md": BAKERY, "leases.md": LEASES})
    process = commands.start(OFFLINE / "job.py", kind, work / "files", env=environment(record))
    run = commands.finish(process, timeout=280)
    assert run.code == 0, run.err
    report: dict[str, Any] = json.loads(run.out.splitlines()[-1])
    assert record.read_text() == "", "something outside of this machine was looked for"
    assert report["unroutable"] in (0, None), "native code tried to reach beyond this machine"
    assert report["added"] == ["added", "added"]
    assert report["found"] == "leases.md"
    state = report["telemetry"]
    assert (state["langsmith"], state["chroma"], state["gradio"]) == (False, False, "False")
    assert (state["HF_HUB_OFFLINE"], state["TRANSFORMERS_OFFLINE"], state["HF_HUB_DISABLE_TELEMETRY"]) == (
        "1",
        "1",
        "1",
    )
    for answer in (report["written"], report["quoted"]):
        assert answer["status"] == "answered"
        assert "412 megawatts" in answer["answer"]
        assert answer["citations"]
    assert report["quoted"]["model"] == "quote-only"
    assert report["written"]["model"] != "quote-only"
    return report


def test_the_guard_notices(commands: Commands, record: Path) -> None:
    """A guard that sees nothing would make the tests below worthless."""
    child = "import socket; socket.getaddrinfo('child.invalid', 80)"
    code = f"""
import socket, subprocess, sys, urllib.request
for reach in (
    lambda: socket.create_connection(("192.0.2.1", 443), 1),
    lambda: urllib.request.urlopen("http://example.invalid/", timeout=1),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.2", 53)),
    lambda: subprocess.run([sys.executable, "-c", {child!r}], stderr=subprocess.DEVNULL),
):
    try:
        reach()
    except OSError:
        pass
here = socket.create_server(("127.0.0.1", 0))
socket.create_connection(("localhost", here.getsockname()[1]), 5).close()
"""
    run = commands.python("-c", code, env=environment(record))
    assert run.code == 0, run.err
    noticed = record.read_text()
    for target in ("192.0.2.1", "example.invalid", "192.0.2.2", "child.invalid"):
        assert target in noticed
    assert "localhost" not in noticed
    assert "127.0.0.1" not in noticed


def test_the_main_job_with_scripted_models(commands: Commands, record: Path, work: Path) -> None:
    run_job(commands, record, work, "fake")


@pytest.mark.slow
@pytest.mark.models
def test_the_main_job_with_the_real_models(commands: Commands, record: Path, work: Path) -> None:
    report = run_job(commands, record, work, "real")
    assert report["written"]["model"].startswith("qwen")
