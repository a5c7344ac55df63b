"""A set of many thousands of cases is asked, kept, told and reported, and its report stays one that opens."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from assistant.settings import Settings
from evals import evaluate
from evals.asking import Graders
from evals.options import Options

MANY = 20_000


@pytest.mark.long
def test_a_search_of_many_thousands_of_cases(settings: Settings, fake_factory: Any, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    for name in ("a", "b"):
        (documents / f"{name}.md").write_text(f"Nothing but {name}.\n")
    base = {"answerable": True, "answers": ["x"], "type": "t", "documents": ["a.md"], "scope": ["a.md", "b.md"]}
    missed = {"pages": [{"document": "a.md", "page": 9}]}
    questions = tmp_path / "set.jsonl"
    with questions.open("w") as file:
        for number in range(MANY):
            case = base | {"id": f"case-{number}", "question": f"Which of {number}?"}
            file.write(json.dumps(case | (missed if number % 2 else {})) + "\n")
    (tmp_path / "thresholds.toml").write_text('["page_hit@5"]\nmin = 0.9\n')
    targets = {name: tmp_path / f"run.{name}" for name in ("json", "html", "xml")}
    out = io.StringIO()
    code = evaluate(
        settings,
        Options(
            questions=questions,
            retrieval_only=True,
            workers=2,
            json_path=targets["json"],
            html_path=targets["html"],
            junit_path=targets["xml"],
        ),
        console=Console(file=out, width=160),
        progress_console=Console(file=io.StringIO()),
        factory=fake_factory(None),
        graders=Graders(),
    )
    text = out.getvalue()
    assert code == 1 and f"{MANY // 2} cases to look at" in text and "and 9,950 more" in text
    assert "and 9,980 more" in text.splitlines()[-1] and len(text.splitlines()) < 400
    assert len(json.loads(targets["json"].read_text())["items"]) == MANY
    assert targets["html"].stat().st_size < 2_000_000
    assert targets["xml"].read_text().count("<failure") == MANY // 2 + 1
