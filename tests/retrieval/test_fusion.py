"""Rankings of different scales become one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.fusion import RRF_CONSTANT, first_of_each, reciprocal_rank_fusion

RANKINGS = st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=4)


@pytest.mark.parametrize(
    ("rankings", "order"),
    [
        ([], []),
        ([[], []], []),
        ([["a", "b"]], ["a", "b"]),
        ([["a", "b", "c"], ["b", "c", "d"]], ["b", "c", "a", "d"]),
        # Second in both beats first in one.
        ([["x", "m"], ["y", "m"]], ["m", "x", "y"]),
        # A key counts once a ranking, at its best place.
        ([["a", "b", "b", "b"], ["a"]], ["a", "b"]),
        # Ties keep the order in which keys were met.
        ([["a"], ["b"], ["c"]], ["a", "b", "c"]),
    ],
)
def test_order(rankings: list[list[str]], order: list[str]) -> None:
    assert [key for key, _ in reciprocal_rank_fusion(rankings)] == order


def test_scores_are_those_of_the_paper() -> None:
    assert dict(reciprocal_rank_fusion([["a", "b"], ["b"]])) == pytest.approx(
        {"a": 1 / (RRF_CONSTANT + 1), "b": 1 / (RRF_CONSTANT + 2) + 1 / (RRF_CONSTANT + 1)}
    )


def test_weights() -> None:
    assert [key for key, _ in reciprocal_rank_fusion([["a"], ["b"]], weights=[1, 2])] == ["b", "a"]


@given(RANKINGS)
def test_every_key_once_and_scores_fall(rankings: list[list[int]]) -> None:
    fused = reciprocal_rank_fusion(rankings)
    assert sorted(key for key, _ in fused) == sorted({key for ranking in rankings for key in ranking})
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= len(rankings) / (RRF_CONSTANT + 1) for score in scores)


@pytest.mark.parametrize(
    ("ranked", "grouped", "order"),
    [
        ("", "ab", ""),
        ("a1 a2 a3 b1", "ab", "a1 b1 a2 a3"),
        ("c1 a1 a2 b1", "ab", "a1 b1 c1 a2"),
        ("b1 a1 b2", "a", "a1 b1 b2"),
        ("b1 a1 b2", "", "b1 a1 b2"),
    ],
)
def test_the_first_of_each_group_comes_first(ranked: str, grouped: str, order: str) -> None:
    found = first_of_each(ranked.split(), lambda item: item[0] if item[0] in grouped else None)
    assert found == order.split()
