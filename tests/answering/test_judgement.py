"""What is quoted beside the sentence that answers."""

from __future__ import annotations

import numpy as np
import pytest
from evidence_rows import source

from assistant.answering.align import Source
from assistant.answering.features import read
from assistant.answering.judgement import judge
from assistant.answering.opinion import Opinion

SOURCES = [
    source("Leasing a dairy brings £3 million a year.", 1),
    source("Such leases help Velmora.", 2),
    source("Building one dairy takes £70 million.", 3),
]


def also(question: str, numbers: dict[int, float], stated: dict[int, float]) -> tuple[int, ...]:
    reading = read(question, np.array([1, 0], dtype=np.float32), 5)
    return judge(reading, SOURCES, Opinion(numbers, stated)).also


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does leasing a dairy bring?", ()),
        ("How does the income from leasing a dairy compare with building one?", (3,)),
        ("Leasing a dairy versus building one, please", (3,)),
        # What there is to compare stands in the first already.
        ("Does leasing a dairy bring more than £2 million a year?", ()),
    ],
)
def test_a_comparison_quotes_what_is_set_against_the_first(question: str, expected: tuple[int, ...]) -> None:
    assert also(question, {1: 0.97, 2: 0.02, 3: 0.01}, {1: 0.9, 2: 0.2}) == expected


def test_where_several_are_wanted_all_that_are_near_are_quoted_in_order() -> None:
    near = [Source(s.number, s.evidence.model_copy(update={"similarity": c}), s.vector)
            for s, c in zip(SOURCES, (0.6, 0.2, 0.5), strict=True)]  # fmt: skip
    reading = read("What are the benefits of dairies?", np.array([1, 0], dtype=np.float32), 5)
    opinion = Opinion({1: 0.9, 2: 0.05, 3: 0.05}, {1: 0.9, 2: 0.2})
    assert judge(reading, near, opinion).also == (3,)


def test_one_nearly_as_heavy_is_quoted_too() -> None:
    assert also("What does leasing bring?", {1: 0.5, 2: 0.4, 3: 0.1}, {1: 0.7, 2: 0.7}) == (2,)


def test_without_an_opinion_nothing_is_added() -> None:
    reading = read("Leasing versus building?", np.array([1, 0], dtype=np.float32), 5)
    assert judge(reading, SOURCES, None).also == ()
