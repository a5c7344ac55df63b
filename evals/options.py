"""What a run is told besides the settings: which cases of which set, how, and where to write."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from assistant.errors import QuestionSetError
from evals.sets import Question


@dataclass(frozen=True)
class JudgeOptions:
    """A chat model that grades answers: its name, the server that has it, and the key for that.

    Without `base_url` the server is the one that the chat model of the settings is at, or the model an embedded one.
    """

    model: str
    base_url: str | None = None
    api_key: SecretStr | None = None


@dataclass(frozen=True)
class Options:
    """The options of `assistant eval`.

    `questions` is the set, the sample note's by default; `documents` the folder it is about (see `documents_for`);
    `home` a folder that keeps the index of `documents`, which else is removed when the run is done. Of the set are
    asked the cases of a type in `only`, of these a `sample` fixed by `seed`, of these the first `limit`. `workers` is
    how many are asked at once; with `whole_corpus` they are asked over all documents, whatever scope they name; `fresh`
    gives up the results kept of a run that was broken off. The paths are where results are written; `history` is a
    folder of former runs' JSON, drawn in the page beside this one.
    """

    questions: Path | None = None
    documents: Path | None = None
    home: Path | None = None
    retrieval_only: bool = False
    only: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 0
    limit: int | None = None
    whole_corpus: bool = False
    workers: int = 1
    fresh: bool = False
    judge: JudgeOptions | None = None
    json_path: Path | None = None
    html_path: Path | None = None
    history: Path | None = None
    junit_path: Path | None = None

    def written(self) -> tuple[Path, ...]:
        """The files that are written."""
        return tuple(path for path in (self.json_path, self.html_path, self.junit_path) if path is not None)

    def recorded(self) -> dict[str, Any]:
        """What decides which cases are asked and how, as JSON values; the judge is told apart (`judge_recorded`)."""
        return {
            "retrieval_only": self.retrieval_only,
            "only": list(self.only),
            "sample": self.sample,
            "seed": None if self.sample is None else self.seed,
            "limit": self.limit,
            "whole_corpus": self.whole_corpus,
        }


def _place(seed: int, question: Question) -> bytes:
    return hashlib.sha256(f"{seed}:{question.id}".encode("utf-8", "surrogatepass")).digest()


def choose(questions: Sequence[Question], options: Options) -> list[Question]:
    """The cases of a set that are asked, in the order of the set.

    Whether a case is in a sample follows from a hash of its id and the seed: the same on every machine, whatever the
    order of the file, and hardly moved by cases that are added. A sample larger than the set is all of it. Over the
    whole corpus the cases have no scope, neither for asking nor for scoring.

    Raises:
        QuestionSetError: no case has a type of `only`; the message names the types there are.
    """
    chosen = list(questions)
    if options.only:
        types = {question.type for question in questions}
        unknown = next((kind for kind in options.only if kind not in types), None)
        if unknown is not None:
            raise QuestionSetError(
                f"No case is of the type {unknown!r}", f"Give one of those there are: {', '.join(sorted(types))}."
            )
        chosen = [question for question in chosen if question.type in options.only]
    if options.sample is not None:
        taken = {each.id for each in sorted(chosen, key=lambda each: _place(options.seed, each))[: options.sample]}
        chosen = [question for question in chosen if question.id in taken]
    if options.whole_corpus:
        chosen = [question.model_copy(update={"scope": ()}) for question in chosen]
    return chosen if options.limit is None else chosen[: options.limit]
