"""Rankings of different scales become one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.fusion import RRF_CONSTANT, first_of_each, reciprocal_rank_fusion, spread

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


def test_further_items_of_a_group_count_less_and_less() -> None:
    ranked = [("a1", 1.0), ("a2", 0.9), ("x", 0.85), ("a3", 0.8), ("b1", 0.6), ("b2", 0.5)]
    found = spread(ranked, lambda item: None if item == "x" else item[0], 0.5)
    assert found == [("a1", 1.0), ("x", 0.85), ("b1", 0.6), ("a2", 0.45), ("b2", 0.25), ("a3", 0.2)]
    assert spread([], lambda item: item, 0.5) == []


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1))).map(
        lambda each: sorted(each, key=lambda one: -one[1])
    ),
    st.floats(0, 1),
)
def test_spreading_keeps_every_item_and_no_score_rises(ranked: list[tuple[str, float]], share: float) -> None:
    found = spread(ranked, lambda item: item, share)
    assert sorted(item for item, _ in found) == sorted(item for item, _ in ranked)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert all(score <= before for (_, score), (_, before) in zip(found, ranked, strict=True))
    assert spread(ranked, lambda item: item, 1.0) == ranked
