"""What tests of the command line share: a question on the two documents of its index, a check of its answer."""

from __future__ import annotations

from typing import Any

QUESTION = "How many megawatts did Harbour Compute lease?"


def check_answer_json(answer: dict[str, Any], text: str) -> None:
    assert set(answer) == {
        "question", "standalone_question", "status", "answer", "sentences", "citations", "figures", "calculation",
        "confidence", "model", "timings_ms",
    }  # fmt: skip
    assert answer["status"] in ("answered", "not_found", "unclear")
    assert set(answer["timings_ms"]) == {"retrieve", "first_token", "total"}
    assert answer["sentences"]
    for sentence in answer["sentences"]:
        # `struck` and `item` extend what was promised: a sentence shown crossed out, and one of a list.
        assert set(sentence) == {"text", "citations", "struck", "item"}
    assert answer["citations"]
    for citation in answer["citations"]:
        assert set(citation) == {"number", "document", "title", "page", "heading", "quote", "start", "end"}
        assert citation["quote"] == text[citation["start"] : citation["end"]]
    for figure in answer["figures"]:
        assert set(figure) == {"text", "value", "unit", "citation", "supported"}
    if answer["calculation"] is not None:
        assert set(answer["calculation"]) == {"expression", "result", "operands"}
        assert all(set(operand) == {"text", "citation"} for operand in answer["calculation"]["operands"])
