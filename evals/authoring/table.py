"""Cases from a CSV table: one a row, columns by name, every mistake with its line, all rows or none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from assistant.errors import QuestionSetError
from evals.authoring.appending import new_id
from evals.authoring.cases import kind_of, parts, place_of
from evals.authoring.shelf import Shelf
from evals.sets import GoldPage, Question

#: The columns a table may have; `question` it must have. Several values of a cell stand with | between them.
COLUMNS = ("id", "question", "answer", "figures", "quote", "document", "page", "scope", "type", "answerable")
_ALSO = {"answers": "answer", "quotes": "quote", "documents": "document", "pages": "page", "figure": "figures"}
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _wrong(path: Path, line: int, what: str) -> QuestionSetError:
    return QuestionSetError(
        f"{path.name}, line {line}: {what}", "Correct that row and import again; nothing was added."
    )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise QuestionSetError(
            f"The table {path} cannot be read: {error.strerror or error}", "Give the path of a .csv file."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise QuestionSetError(
            f"{path.name}, line {line}: it is not UTF-8", "Save the table as CSV in UTF-8."
        ) from error


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins on; blank ones are none."""
    text = _text(path)
    first = text.partition("\n")[0]
    # Spreadsheets of half the world put semicolons, where the comma is in the numbers.
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _wrong(path, begins, f"it is no row of a table ({error})") from error


def _header(path: Path, line: int, cells: Sequence[str]) -> list[str]:
    names = [_ALSO.get(cell.lower(), cell.lower()) for cell in cells]
    unknown = next((cell for cell, name in zip(cells, names, strict=True) if name not in COLUMNS), None)
    if unknown is not None:
        raise _wrong(path, line, f"there is no column {unknown!r}; columns are {', '.join(COLUMNS)}")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _wrong(path, line, f"the column {twice!r} stands there twice")
    if "question" not in names:
        raise _wrong(path, line, "the column 'question' is missing")
    return names


def _answerable(row: Mapping[str, str]) -> bool:
    word = row.get("answerable", "").lower()
    if not word:
        return bool(parts(row.get("answer", "")) or parts(row.get("figures", "")))
    if word not in _WORDS:
        raise ValueError(f"'answerable' is {word!r}: write yes or no, or leave it blank")
    return _WORDS[word]


def _pages(row: Mapping[str, str], documents: Sequence[str]) -> tuple[GoldPage, ...]:
    given = parts(row.get("page", ""))
    if given and len(documents) != 1:
        raise ValueError("'page' needs one document")
    wrong = next((page for page in given if not (page.isdecimal() and int(page) > 0)), None)
    if wrong is not None:
        raise ValueError(f"'page' is {wrong!r}: write a number from 1")
    return tuple(GoldPage(document=documents[0], page=int(page)) for page in given)


def _case(row: Mapping[str, str], shelf: Shelf, taken: set[str]) -> Question:
    """The case of a row; raises ValueError (of which ValidationError is one) for what is wrong with it."""
    if row.get("answer", "").strip() == "-":
        # As in the talk: the documents do not say.
        row = {**row, "answer": ""}
    answerable = _answerable(row)
    named, scope = parts(row.get("document", "")), parts(row.get("scope", ""))
    absent = next((name for name in (*named, *scope) if name not in shelf.texts), None)
    if absent is not None:
        reason = f": {shelf.unread[absent]}" if absent in shelf.unread else ""
        raise ValueError(f"the document {absent!r} is not among those read{reason}")
    placed = [place_of(quote, shelf.texts, named or scope) for quote in parts(row.get("quote", ""))]
    documents = tuple(dict.fromkeys([*named, *(name for name, _ in placed)]))
    if answerable and not documents and len(shelf.texts) == 1:
        documents = tuple(shelf.texts)
    answers = parts(row.get("answer", ""))
    name = row.get("id", "") or new_id(documents[0] if documents else None, taken)
    if name in taken:
        raise ValueError(f"the id {name!r} is taken")
    return Question(
        id=name,
        question=row["question"],
        answerable=answerable,
        answers=answers,
        figures=parts(row.get("figures", "")),
        documents=documents if answerable else (),
        pages=_pages(row, documents) if answerable else (),
        quotes=tuple(quote for _, quote in placed) if answerable else (),
        scope=scope,
        type=row.get("type", "") or kind_of(answers or parts(row.get("figures", ""))),
    )


def read_table(path: Path, shelf: Shelf, present: Sequence[Question]) -> tuple[list[Question], int]:
    """The new cases of a table, and how many of its rows are in the set already: same question, scope and answers.

    Args:
        path: the CSV file, UTF-8, with commas, semicolons or tabs.
        shelf: the documents that quotes are looked up in.
        present: the cases of the set so far.

    Raises:
        QuestionSetError: the file cannot be read, or a row is no case; the message names the line.
    """
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        raise QuestionSetError(
            f"The table {path.name} is empty", "Write a row of column names and a row for each case."
        )
    names = _header(path, *first)
    taken = {case.id for case in present}
    known = {(case.question, case.scope, case.answers) for case in present}
    found: list[Question] = []
    again = 0
    for line, cells in rows:
        if len(cells) > len(names):
            raise _wrong(path, line, f"it has {len(cells)} cells, and there are {len(names)} columns")
        row = dict(zip(names, cells, strict=False))
        same = (row.get("question", ""), parts(row.get("scope", "")), parts(row.get("answer", "")))
        if same in known:
            again += 1
            continue
        try:
            case = _case(row, shelf, taken)
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise _wrong(path, line, said) from error
        except ValueError as error:
            raise _wrong(path, line, str(error)) from error
        found.append(case)
        taken.add(case.id)
        known.add(same)
    if not found and not again:
        raise QuestionSetError(f"The table {path.name} has no row below its column names", "Write a row for each case.")
    return found, again
