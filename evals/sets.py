"""A question set: what is asked, and what a right answer has to hold.

A set is a file of JSON Lines in UTF-8; each line is one `Question`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from assistant.answering.answer import Turn
from assistant.errors import QuestionSetError

#: Longest line of a set, in bytes.
_MAX_LINE = 4 * 2**20
_CORRECT_IT = "Correct that line; docs/evaluation.md shows the format."


class GoldPage(BaseModel):
    """A page that holds the answer; `page` is 1-based."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    document: str = Field(min_length=1)
    page: int = Field(ge=1)


class HistoryTurn(Turn):
    """A message of the conversation before the question."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Question(BaseModel):
    """One case of a set. Unknown fields are errors.

    `answers` are alternatives, any of which is right; where `scale` is given (even as ""), they are the
    parts of one answer instead, all of them wanted, and the numbers among them are in that scale
    ("thousand", "million", "billion", "percent"). `figures` are all wanted. `documents`, `pages` and
    `quotes` are where the answer stands; `scope` limits the question to these documents; `history` is the
    conversation before it. `rejected` are answers known to be wrong, for a case whose right one may not be known.
    `derivation` says how a sum was reached and is not used for scoring.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field(min_length=1)
    question: str
    answerable: bool
    answers: tuple[str, ...]
    rejected: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    documents: tuple[str, ...]
    pages: tuple[GoldPage, ...] = ()
    quotes: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    history: tuple[HistoryTurn, ...] = ()
    scale: str | None = None
    derivation: str | None = None
    type: str = Field(min_length=1)
    _line: str | None = PrivateAttr(default=None)

    @property
    def place(self) -> str:
        """Where it stands, for messages: its file and line, else its id."""
        return self._line or f"Case {self.id!r}"

    def at(self, line: str) -> Question:
        """The case itself, knowing the file and line it was read from."""
        self._line = line
        return self

    @model_validator(mode="after")
    def _makes_sense(self) -> Question:
        if not self.question.strip():
            raise ValueError("'question' is blank")
        if self.answerable and not self.figures and not any(a.strip() for a in (*self.answers, *self.rejected)):
            raise ValueError("it is answerable but has neither 'answers' nor 'figures'")
        if not self.answerable and self.figures:
            raise ValueError("it is not answerable but has 'figures'")
        if self.scope and not set(self.documents) <= set(self.scope):
            raise ValueError("a gold document lies outside 'scope'")
        if not {page.document for page in self.pages} <= set(self.documents):
            raise ValueError("a page is of a document that 'documents' does not name")
        return self


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return f"the field '{where}' is missing"
    if first["type"] == "extra_forbidden":
        return f"unknown field '{where}'"
    if first["type"] == "json_invalid":
        return f"it is not JSON ({first['ctx']['error']})"
    text = first["msg"].removeprefix("Value error, ")
    return f"'{where}': {text}" if where else text


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            # Bytes are split at line feeds only: U+2028 inside a string does not end a line of JSON.
            # A line is read up to a limit: a file that is no set may be one line of gigabytes.
            for number, line in enumerate(iter(lambda: file.readline(_MAX_LINE + 1), b""), start=1):
                if len(line) > _MAX_LINE:
                    raise QuestionSetError(
                        f"{path.name}, line {number}: it is longer than {_MAX_LINE // 2**20} MiB", _CORRECT_IT
                    )
                yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
    except OSError as error:
        raise QuestionSetError(
            f"The question set {path} cannot be read: {error.strerror or error}",
            "Give the path of a .jsonl file that you may read.",
        ) from error


def _question(path: Path, number: int, line: bytes) -> Question:
    try:
        return Question.model_validate_json(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise QuestionSetError(
            f"{path.name}, line {number}: it is not UTF-8 (byte {error.start + 1})",
            "Save the file as UTF-8.",
        ) from error
    except ValidationError as error:
        raise QuestionSetError(f"{path.name}, line {number}: {_reason(error)}", _CORRECT_IT) from error


def _check_documents(where: str, question: Question, known: Collection[str]) -> None:
    for kind, names in (("gold document", question.documents), ("scope document", question.scope)):
        absent = next((name for name in names if not _is_there(name, known)), None)
        if absent is not None:
            raise QuestionSetError(
                f"{where}: the {kind} {json.dumps(absent, ensure_ascii=False)} is not among the documents",
                "Correct the name, or give the folder that holds it with --documents.",
            )


def _is_there(name: str, known: Collection[str]) -> bool:
    """Whether a document is among the files, or within one of them: `a.zip/inner.md` is looked for once it is read."""
    parts = name.split("/")
    return name in known or any("/".join(parts[:end]) in known for end in range(1, len(parts)))


def load_questions(path: Path, documents: Collection[str] | None = None) -> list[Question]:
    """Read a question set whole, in the order of the file. Blank lines are no cases.

    100,000 cases take seconds and some hundred megabytes.

    Args:
        path: the `.jsonl` file.
        documents: names of the documents there are; when given, every document a case names must be one.

    Raises:
        QuestionSetError: the file cannot be read or holds no case, or a line is not UTF-8, not JSON, lacks
            a field, repeats an id or names a document that is not there; the message names the line.
    """
    known = None if documents is None else frozenset(documents)
    questions: list[Question] = []
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        if not line.strip():
            continue
        question = _question(path, number, line)
        where = f"{path.name}, line {number}"
        if question.id in seen:
            raise QuestionSetError(
                f"{where}: the id {question.id!r} is already that of line {seen[question.id]}",
                "Give every case an id of its own.",
            )
        if known is not None:
            _check_documents(where, question, known)
        seen[question.id] = number
        questions.append(question.at(where))
    if not questions:
        raise QuestionSetError(
            f"The question set {path.name} is empty", "Write at least one case, one JSON object a line."
        )
    return questions
