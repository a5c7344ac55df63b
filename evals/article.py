"""The sample note's questions over the article that the note was written from.

    python -m evals.article FOLDER [--article FILE]
    assistant eval --questions FOLDER/questions.jsonl

The note says in our words what the article says in its own, so a question has the same answers over both; only the
gold quotes, which are the note's, are left out. The article is not part of this project and stays where it is.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import QuestionSetError
from evals.command import DEFAULT_QUESTIONS
from evals.samples import write
from evals.sets import Question, load_questions

#: Where the article lies beside a checkout that has it.
ARTICLE = Path(__file__).resolve().parents[2] / "shared" / "source" / "bofa-meta-cloud.txt"


def over(document: str, question: Question) -> Question:
    """The same case about another document that says the same in other words."""
    gold = (document,) if question.documents else ()
    return question.model_copy(update={"documents": gold, "pages": (), "quotes": ()})


def write_set(folder: Path, article: Path = ARTICLE) -> Path:
    """Write the set and a copy of the article into a folder; gives the set's path.

    Raises:
        QuestionSetError: the article is not there.
    """
    if not article.is_file():
        raise QuestionSetError(f"The article {article} is not there", "Name it with --article.")
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(article, documents / article.name)
    path = folder / "questions.jsonl"
    write(path, [over(article.name, case) for case in load_questions(DEFAULT_QUESTIONS)])
    return path


def main(
    folder: Annotated[Path, typer.Argument(help="Where the set is written.")],
    article: Annotated[Path, typer.Option(help="The article.")] = ARTICLE,
) -> None:
    """Write the sample note's questions as a set over the article."""
    typer.echo(write_set(folder, article))


if __name__ == "__main__":
    typer.run(main)
