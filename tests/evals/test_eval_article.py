"""The note's questions over another document that says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import QuestionSetError
from evals.article import write_set
from evals.command import DEFAULT_QUESTIONS
from evals.sets import load_questions


def test_the_same_cases_over_another_document(tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text("Meta's target is $835.", encoding="utf-8")
    path = write_set(tmp_path / "set", article)
    ours, theirs = load_questions(DEFAULT_QUESTIONS), load_questions(path, ["article.txt"])
    assert [case.id for case in theirs] == [case.id for case in ours]
    for mine, other in zip(ours, theirs, strict=True):
        assert (other.question, other.answers, other.figures) == (mine.question, mine.answers, mine.figures)
        assert (other.history, other.answerable) == (mine.history, mine.answerable)
        assert other.documents == (("article.txt",) if mine.documents else ())
        assert not other.quotes
    assert (path.parent / "documents" / "article.txt").read_bytes() == article.read_bytes()


def test_an_article_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="is not there"):
        write_set(tmp_path / "set", tmp_path / "none.txt")
    assert not (tmp_path / "set").exists()
