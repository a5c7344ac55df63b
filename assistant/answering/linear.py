"""A fitted logistic model: its coefficients are data, its arithmetic is here."""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict


class LogisticModel(BaseModel):
    """Coefficients over standardised features; `threshold` is where the decision falls."""

    model_config = ConfigDict(frozen=True)

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    threshold: float = 0.5

    def probability(self, row: BaseModel) -> float:
        """Probability, 0 to 1, of a row that has all of the features."""
        total = self.intercept + sum(
            coefficient * (float(getattr(row, name)) - mean) / scale
            for name, mean, scale, coefficient in zip(
                self.features, self.means, self.scales, self.coefficients, strict=True
            )
        )
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))


@cache
def fitted(name: str) -> LogisticModel:
    """A model as it is shipped: `refusal`, or `refusal_uninformed` where the chat model has no opinion."""
    source = resources.files("assistant.answering").joinpath("fitted.json")
    return LogisticModel.model_validate(json.loads(source.read_text(encoding="utf-8"))[name])
