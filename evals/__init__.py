"""Evaluation: question sets in, metrics with intervals out, through the same `Assistant` people use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.command import evaluate
    from evals.sets import Question, load_questions

__all__ = ["Question", "evaluate", "load_questions"]

_HOMES = {"evaluate": "evals.command", "Question": "evals.sets", "load_questions": "evals.sets"}


def __getattr__(name: str) -> Any:
    """The public names, loaded when they are first used: the command line names this package at every start."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
