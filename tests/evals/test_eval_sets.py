"""Reading question sets, and every way they can be wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import QuestionSetError
from evals.command import DEFAULT_QUESTIONS
from evals.sets import Question, load_questions

GOOD = {
    "id": "a",
    "question": "How much?",
    "answerable": True,
    "answers": ["$835"],
    "documents": ["note.md"],
    "type": "figure",
}


def write(path: Path, *cases: Any) -> Path:
    lines = (case if isinstance(case, bytes) else json.dumps(case).encode() for case in cases)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_reads_every_field(tmp_path: Path) -> None:
    full = GOOD | {
        "rejected": ["$385"],
        "figures": ["$835"],
        "pages": [{"document": "note.md", "page": 2}],
        "quotes": ["The target\u2028is $835."],
        "scope": ["note.md", "other.md"],
        "history": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Yes?"}],
        "scale": "million",
        "derivation": "1+1",
    }
    path = write(tmp_path / "set.jsonl", full, b"  ", GOOD | {"id": "b"})
    first, second = load_questions(path, ["note.md", "other.md"])
    assert first.model_dump(mode="json") == full
    assert (second.id, second.history, second.scale) == ("b", (), None)


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n\r\n")
    assert [q.id for q in load_questions(path)] == ["a"]


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != field}


BAD = [
    (b"{not json", "line 2: it is not JSON"),
    (b"[1, 2]", "line 2"),
    (b'"\xff"', "line 2: it is not UTF-8"),
    (without("answers"), "line 2: the field 'answers' is missing"),
    (without("type"), "line 2: the field 'type' is missing"),
    (GOOD | {"colour": 1}, "line 2: unknown field 'colour'"),
    (GOOD | {"answerable": "yes"}, "line 2: 'answerable'"),
    (GOOD | {"answers": "$835"}, "line 2: 'answers'"),
    (GOOD | {"id": ""}, "line 2: 'id'"),
    (GOOD | {"question": "  "}, "line 2: 'question' is blank"),
    (GOOD | {"answers": []}, "line 2: it is answerable but has neither"),
    (GOOD | {"answers": ["", " "]}, "line 2: it is answerable but has neither"),
    (GOOD | {"answerable": False, "figures": ["$1"]}, "line 2: it is not answerable but has 'figures'"),
    (GOOD | {"scope": ["other.md"]}, "line 2: a gold document lies outside 'scope'"),
    (GOOD | {"pages": [{"document": "x", "page": 1}]}, "line 2: a page is of a document"),
    (GOOD | {"pages": [{"document": "note.md", "page": 0}]}, "line 2: 'pages.0.page'"),
    (GOOD | {"history": [{"role": "system", "content": "x"}]}, "line 2: 'history.0.role'"),
    (GOOD | {"history": [{"role": "user", "content": "x", "z": 1}]}, "line 2: unknown field 'history.0.z'"),
    (GOOD | {"id": "first"}, "line 2: the id 'first' is already that of line 1"),
    (GOOD | {"documents": ["gone.md"]}, 'line 2: the gold document "gone.md" is not among'),
    (GOOD | {"scope": ["note.md", "gone.md"]}, 'line 2: the scope document "gone.md" is not among'),
]


@pytest.mark.parametrize(("case", "message"), BAD, ids=[message for _, message in BAD])
def test_errors_name_the_line_in_one_line(tmp_path: Path, case: Any, message: str) -> None:
    path = write(tmp_path / "set.jsonl", GOOD | {"id": "first"}, case)
    with pytest.raises(QuestionSetError) as caught:
        load_questions(path, ["note.md"])
    assert message in str(caught.value)
    assert "set.jsonl" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.next_step


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_empty_set(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(content)
    with pytest.raises(QuestionSetError, match=r"set\.jsonl is empty"):
        load_questions(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(QuestionSetError, match="cannot be read"):
            load_questions(path)


def test_many_cases(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", *(GOOD | {"id": str(n)} for n in range(20_000)))
    assert len(load_questions(path)) == 20_000


def test_the_programs_own_set() -> None:
    questions = load_questions(DEFAULT_QUESTIONS)
    assert len(questions) > 100
    assert {q.answerable for q in questions} == {True, False}


@pytest.mark.parametrize(("name", "count"), [("wiki", 600), ("multiturn", 273), ("reports", 1668), ("sec10q", 195)])
def test_public_sets_are_read_whole(evaldata: Callable[[str], Path], name: str, count: int) -> None:
    folder = evaldata(name)
    documents = {path.name for path in (folder / "documents").iterdir()}
    questions = load_questions(folder / "questions.jsonl", documents)
    assert len(questions) == count
    with (folder / "questions.jsonl").open(encoding="utf-8") as file:
        for line, question in zip(file, questions, strict=True):
            raw = json.loads(line)
            assert raw == {key: question.model_dump(mode="json")[key] for key in raw}


def test_a_question_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Question.model_validate_json(json.dumps(GOOD)).id = "b"  # type: ignore[misc]


def test_a_document_of_an_archive_is_looked_for_once_the_archive_is_read(tmp_path: Path) -> None:
    case = {"id": "a", "question": "?", "answerable": True, "answers": ["x"], "type": "t"}
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(case | {"documents": ["a.zip/deep/inner.md"]}))
    assert len(load_questions(path, ["a.zip"])) == 1
    with pytest.raises(QuestionSetError, match="is not among the documents"):
        load_questions(path, ["b.zip", "deep/inner.md"])
