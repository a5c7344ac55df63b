"""The command line: passages searched and questions asked, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_parts import QUESTION, check_answer_json
from library_parts import LEASES
from processes import Cli, check_error

from assistant.documents import read_document


def test_search_as_json(filled: Cli) -> None:
    run = filled("search", QUESTION, "-k", "2", "--json")
    assert (run.code, run.err) == (0, "")
    hits = json.loads(run.out)
    assert len(hits) == 2
    for hit in hits:
        assert set(hit) == {"document", "page", "heading", "score", "text", "start", "end"}
    assert hits[0]["document"] == "leases.md"
    (hit,) = json.loads(filled("search", QUESTION, "--document", "bakery.md", "-k", "1", "--json").out)
    assert hit["document"] == "bakery.md"
    run = filled("search", QUESTION, "-k", "1")
    assert (run.code, run.err) == (0, "")
    assert "leases.md" in run.out
    assert "leased 412 megawatts" in run.out


def test_ask_as_json(filled: Cli) -> None:
    run = filled("ask", QUESTION, "--document", "leases.md", "--json")
    assert (run.code, run.err) == (0, "")
    answer = json.loads(run.out)
    check_answer_json(answer, read_document(LEASES.encode(), "leases.md", "").text)
    assert (answer["question"], answer["model"]) == (QUESTION, "quote-only")
    assert any("412" in figure["text"] for figure in answer["figures"])
    assert "[1]" in answer["answer"]


def test_ask_as_text(filled: Cli) -> None:
    run = filled("ask", QUESTION)
    assert run.code == 0
    assert "412 megawatts" in run.out
    assert "[1]" in run.out
    assert "leases.md" in run.out
    assert run.err.startswith("quote-only, ")


def test_ask_with_a_history(filled: Cli, work: Path) -> None:
    turns = [{"role": "user", "content": "Tell me about the rye loaf."}, {"role": "assistant", "content": "Gladly."}]
    (work / "turns.json").write_text(json.dumps(turns))
    answer = json.loads(filled("ask", "How much does it cost?", "--history", "turns.json", "--json").out)
    assert answer["standalone_question"] == "How much does it cost? (asked after: Tell me about the rye loaf.)"
    assert "6 euros" in answer["answer"]


@pytest.mark.parametrize("text", ["no json", "{}", '[{"role": "robot", "content": "x"}]', '[{"role": "user"}]', ""])
def test_a_bad_history(filled: Cli, work: Path, text: str) -> None:
    (work / "turns.json").write_text(text)
    check_error(filled("ask", QUESTION, "--history", "turns.json"), "turns.json is not a conversation")


def test_an_empty_index_is_told_without_loading_a_model(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_settings: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("assistant.models.chat.load_chat_model", load)
    monkeypatch.setattr("assistant.models.embeddings.load_embeddings", load)
    answer = json.loads(cli("ask", QUESTION, "--json").out)
    assert (answer["status"], answer["citations"]) == ("not_found", [])
    assert "add documents" in answer["answer"]
    check_error(cli("ask", QUESTION, "--document", "nope.md"), "No document named nope.md")
    check_error(cli("search", ""), "The question is empty")


def test_a_repair_is_noted_on_stderr(filled: Cli, home: Path) -> None:
    (home / "chroma" / "chroma.sqlite3").write_bytes(b"garbage " * 999)
    run = filled("ask", QUESTION, "--json")
    assert run.code == 0
    assert run.err.startswith("Note: the vector index was damaged")
    assert len(run.err.splitlines()) == 1
    json.loads(run.out)
