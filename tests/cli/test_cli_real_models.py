"""The command line as processes, with the real embedding model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_parts import QUESTION, check_answer_json
from library_parts import BAKERY, LEASES, write
from processes import check_error

from assistant.documents import read_document


@pytest.mark.models
def test_the_whole_way_as_processes(commands: Any, work: Path) -> None:
    write(work / "corpus", {"leases.md": LEASES, "bakery.md": BAKERY})
    run = commands.assistant("sync", "--json")
    assert (run.code, run.err) == (0, "")
    assert [result["status"] for result in json.loads(run.out)] == ["added", "added"]
    run = commands.assistant("search", "How much capacity was rented?", "-k", "1", "--json")
    assert (run.code, run.err) == (0, "")
    assert json.loads(run.out)[0]["document"] == "leases.md"
    run = commands.assistant("ask", QUESTION, "--json")
    assert (run.code, run.err) == (0, "")
    answer = json.loads(run.out)
    assert answer["status"] == "answered"
    assert "412 megawatts" in answer["answer"]
    assert {citation["document"] for citation in answer["citations"]} == {"leases.md"}
    check_answer_json(answer, read_document(LEASES.encode(), "leases.md", "").text)
    run = commands.assistant("doctor", "--json")
    findings = json.loads(run.out)
    assert all(finding["ok"] for finding in findings), findings
    assert "2 documents, sound" in {finding["result"] for finding in findings}


@pytest.mark.embedding
def test_another_embedding_model_as_a_process(commands: Any, work: Path) -> None:
    write(work, {"leases.md": LEASES})
    assert commands.assistant("add", "leases.md").code == 0
    check_error(
        commands.assistant("search", "rye", env={"ASSISTANT_EMBEDDING_MODEL": str(work)}),
        str(work),
        "ASSISTANT_EMBEDDING_MODEL",
    )
