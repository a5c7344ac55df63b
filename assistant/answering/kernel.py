"""A fitted decision: logistic regression over a row and over how near it lies to landmarks.

Its coefficients are data, its arithmetic is here. Whether evidence answers is no weighted sum of its signs: a near
miss shares every word of the question, a question on another subject hardly any, and what a similarity of .5 means
depends on the rest. Landmarks with a Gaussian kernel (Nystroem's approximation; Williams and Seeger 2001) let the
signs count together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict


class KernelModel(BaseModel):
    """Coefficients over standardised features and over landmarks among them.

    `means` and `scales` standardise a row; `landmarks` are standardised rows, each with one of `heights`; `gamma` is
    the kernel's inverse width: exp(-gamma times the squared distance); `threshold` is where the decision falls.
    """

    model_config = ConfigDict(frozen=True)

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    gamma: float
    landmarks: tuple[tuple[float, ...], ...]
    heights: tuple[float, ...]
    threshold: float = 0.5

    def probability(self, row: BaseModel) -> float:
        """Probability, 0 to 1, of a row that has all of the features."""
        values = [
            (float(getattr(row, name)) - mean) / scale
            for name, mean, scale in zip(self.features, self.means, self.scales, strict=True)
        ]
        total = self.intercept + _dot(self.coefficients, values)
        for landmark, height in zip(self.landmarks, self.heights, strict=True):
            total += height * math.exp(-self.gamma * math.dist(values, landmark) ** 2)
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))


@cache
def fitted(name: str) -> KernelModel:
    """A model as it is shipped: `refusal`, or `refusal_uninformed` where the chat model has no opinion."""
    source = resources.files("assistant.answering").joinpath("fitted.json")
    return KernelModel.model_validate(json.loads(source.read_text(encoding="utf-8"))[name])


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
