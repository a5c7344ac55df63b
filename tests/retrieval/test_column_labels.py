"""Rows that only label the columns of those below them."""

from __future__ import annotations

import pytest

from assistant.retrieval.column_labels import labels_columns


@pytest.mark.parametrize(
    ("line", "below", "labels"),
    [
        ("Reservoir | March | June", ["Ellen Tarn | March: 88.1 | June: 73.4"], True),
        ("March | June", ["Ellen Tarn | March: 88.1 | June: 73.4"], True),
        ("sensor | where | load", ["sensor: Delta-4 | where: east cable | load: 4,710 kN"], True),
        ("2024 | 2023", ["Current assets", "Cash | 2024: 10"], True),
        ("Ellen Tarn | March: 88.1 | June: 73.4", ["Hag Bridge | March: 23.6 | June: 20.5"], False),
        ("Reservoir | March | June", ["Ellen Tarn | April: 88.1"], False),
        ("Oslo | 112 | 100", ["Lund | 30 | 20"], False),
        ("Current assets", ["Cash | 2024: 10"], False),
        ("Reservoir | March | June", [], False),
    ],
)
def test_what_labels_columns(line: str, below: list[str], labels: bool) -> None:
    assert labels_columns(line, below) is labels
