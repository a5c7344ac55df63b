"""Fixed samples: the same whatever the order, balanced, in halves that share nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assistant.errors import QuestionSetError
from evals.samples import halves, sample, write
from evals.sets import Question, load_questions

CASES = [
    Question(id=f"q{place}", question="?", answerable=place % 3 > 0, answers=("a",), documents=(), type="t")
    for place in range(90)
]


def ids(cases: list[Question]) -> list[str]:
    return [case.id for case in cases]


def test_the_order_of_the_file_does_not_matter() -> None:
    shuffled = random.Random(3).sample(CASES, len(CASES))
    assert ids(sample(CASES, size=20)) == ids(sample(shuffled, size=20))
    assert ids(sample(CASES, each=10)) == ids(sample(shuffled, each=10))
    assert ids(sample(CASES, size=20)) != ids(CASES[:20])


def test_a_balanced_sample_and_its_halves() -> None:
    taken = sample(CASES, each=20)
    first, second = halves(taken)
    assert sum(case.answerable for case in taken) == 20 and len(taken) == 40
    assert sorted(ids(first) + ids(second)) == sorted(ids(taken)) and not set(ids(first)) & set(ids(second))
    assert [sum(case.answerable for case in half) for half in (first, second)] == [10, 10]


def test_a_larger_sample_holds_the_smaller_one() -> None:
    assert set(ids(sample(CASES, size=20))) < set(ids(sample(CASES, size=40)))


@pytest.mark.parametrize("wanted", [{"each": 31}, {"size": 91}])
def test_too_few_cases(wanted: dict[str, int]) -> None:
    with pytest.raises(QuestionSetError, match="not"):
        sample(CASES, **wanted)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write(tmp_path / "s.jsonl", CASES[:5])
    assert [case.model_dump() for case in load_questions(tmp_path / "s.jsonl")] == [
        case.model_dump() for case in CASES[:5]
    ]
