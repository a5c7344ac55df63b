"""Evaluation: question sets in, metrics with intervals out, through the same `Assistant` people use."""

from evals.command import evaluate
from evals.sets import Question, load_questions

__all__ = ["Question", "evaluate", "load_questions"]
