"""A run read back from the JSON that `assistant eval --json` wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import QuestionSetError
from evals.model import Item

_REMEDY = "Give a file that `assistant eval --json` wrote."


class RunFile(BaseModel):
    """What a written run holds that comparing needs: `made` is its `run`, `items` its cases in order."""

    model_config = ConfigDict(frozen=True)

    name: str
    made: dict[str, Any]
    settings: dict[str, Any]
    items: tuple[Item, ...]

    @property
    def retrieval_only(self) -> bool:
        """Whether the search alone was run."""
        return bool(self.made.get("retrieval_only"))


def load_run(path: Path) -> RunFile:
    """Read a run.

    Raises:
        QuestionSetError: the file cannot be read, is no run, has no case or an id twice.
    """
    try:
        value = json.loads(path.read_bytes())
        run = RunFile(name=path.name, made=value["run"], settings=value["settings"], items=value["items"])
    except OSError as error:
        raise QuestionSetError(f"The run {path} cannot be read: {error.strerror or error}", _REMEDY) from error
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
        raise QuestionSetError(f"{path.name} is no run of a question set", _REMEDY) from error
    if not run.items:
        raise QuestionSetError(f"{path.name} is a run without cases", _REMEDY)
    if len({item.id for item in run.items}) < len(run.items):
        raise QuestionSetError(f"{path.name} has an id twice", _REMEDY)
    return run
