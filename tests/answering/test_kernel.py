"""The decision's arithmetic, and that what is shipped fits the rows it is given."""

from __future__ import annotations

import math

import pytest
from pydantic import BaseModel

from assistant.answering.features import QuestionRow
from assistant.answering.kernel import KernelModel, fitted


class Row(BaseModel):
    near: float
    far: float


MODEL = KernelModel(
    features=("near", "far"), means=(1.0, 2.0), scales=(2.0, 4.0), coefficients=(0.5, -1.0), intercept=0.25,
    gamma=0.5, landmarks=((0.0, 0.0), (1.0, 1.0)), heights=(2.0, -1.0),
)  # fmt: skip


def test_a_row_by_hand() -> None:
    # Standardised, this row is (1, 1): no distance from the second landmark, the square of 2 from the first.
    total = 0.25 + 0.5 - 1.0 + 2.0 * math.exp(-0.5 * 2) - 1.0
    assert MODEL.probability(Row(near=3, far=6)) == pytest.approx(1 / (1 + math.exp(-total)))


def test_far_from_every_landmark_the_features_alone_count() -> None:
    assert MODEL.probability(Row(near=1e6, far=2)) == pytest.approx(1.0)
    assert MODEL.probability(Row(near=1, far=1e6)) == pytest.approx(0.0)


@pytest.mark.parametrize("name", ["refusal", "refusal_uninformed"])
def test_what_is_shipped_reads_the_rows_there_are(name: str) -> None:
    model = fitted(name)
    assert set(model.features) <= set(QuestionRow.model_fields)
    assert len(model.landmarks) == len(model.heights) > 0
    assert all(len(landmark) == len(model.features) for landmark in model.landmarks)
    assert 0 < model.threshold < 1
    row = QuestionRow(**dict.fromkeys(QuestionRow.model_fields, 0.0))
    assert 0 <= model.probability(row) <= 1
