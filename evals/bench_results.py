"""Results of the bench as they are kept: figures, settings and where they come from, none of the documents' words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import QuestionSetError
from assistant.settings import Settings
from evals.model import Item, Metric
from evals.report import write_text

#: Where results are kept.
RESULTS = Path(__file__).resolve().parent / "results"
#: Settings that say where things lie, not how they are done.
_PLACES = frozenset({"home", "models_dir", "corpus", "password_file", "chat_api_key"})


class Outcome(BaseModel):
    """How one case ended: its status, and whether it was correct (None where no rule can say).

    `type` and `answerable` are the set's; results written before these were kept have neither.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    type: str | None = None
    answerable: bool | None = None
    status: str | None
    correct: bool | None


class Result(BaseModel):
    """What one pipeline reached on one set.

    `fingerprint` changes with whatever could change the figures: questions, documents, settings, code and packages.
    `code` is that of the code alone, None in results written before it was kept. `seconds` is what the part took,
    indexing included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: str
    pipeline: str
    fingerprint: str
    code: str | None = None
    asked: int
    of: int
    retrieval_only: bool
    seconds: float
    metrics: dict[str, Metric]
    settings: dict[str, Any]
    made: dict[str, Any]
    outcomes: tuple[Outcome, ...]


def settings_told(settings: Settings) -> dict[str, Any]:
    """The settings that can change a figure; a model's folder by its name alone."""
    told = {name: value for name, value in settings.printable().items() if name not in _PLACES}
    return told | {"embedding_model": Path(settings.embedding_model).name}


def outcomes_of(items: tuple[Item, ...]) -> tuple[Outcome, ...]:
    """The items without any words."""
    return tuple(
        Outcome(id=item.id, type=item.type, answerable=item.answerable, status=item.status, correct=item.correct)
        for item in items
    )


def write(result: Result, folder: Path) -> Path:
    """Write a result whole; gives its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.set}-{result.pipeline}.json"
    whole = result.model_dump(mode="json")
    lines = [f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in whole.items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")
    return path


def read(path: Path) -> Result | None:
    """A result that is there; None where there is none.

    Raises:
        QuestionSetError: the file is not one.
    """
    try:
        return Result.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise QuestionSetError(f"{path} is no result of the bench", "Remove it and run `make bench` again.") from error
