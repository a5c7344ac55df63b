"""What is known before an answer: names, dates, counts and types held against the evidence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evidence_rows import source
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.align import Source
from assistant.answering.features import (
    asks_of_other_time,
    by_preference,
    counted_missing,
    holds_type,
    logit,
    missing_dates,
    missing_names,
    question_row,
    read,
)
from assistant.answering.opinion import Opinion

VECTOR = np.array([1, 0], dtype=np.float32)
TARGET = source("Lorne Securities has a price target of $835 on Quarrix.")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is Lorne's target?", []),
        ("What is Brambleton's target?", ["brambleton"]),
        ("What target does Morwen Partners have?", ["morwen", "partners"]),
        ("what does it cost", []),
    ],
)
def test_missing_names(question: str, expected: list[str]) -> None:
    assert missing_names(question, [TARGET]) == expected


def test_a_name_may_stand_around_the_evidence_and_not_around_the_sentence_chosen() -> None:
    beside = source("Brambleton trails.", 2, angle=1.0)
    for question, missing, absent in (("What is Brambleton's target?", 0, 1), ("What is Quarrix's target?", 0, 0)):
        row = question_row(read(question, VECTOR, 5), [TARGET, beside], None)
        assert (row.missing_names, row.names_absent) == (missing, absent)


def test_a_filing_names_its_company_on_the_cover() -> None:
    row = source("Gross margin rose.", 1)
    question = "Why did Morwen's gross margin rise?"
    assert missing_names(question, [row]) == ["morwen"]
    covered = row.evidence.model_copy(update={"opening": "MORWEN CORPORATION\nQuarterly report"})
    assert missing_names(question, [Source(1, covered, row.vector)]) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [("What happened in July?", 0), ("What was it in 2024?", 0), ("What was it in 2019?", 1), ("And why?", 0)],
)
def test_missing_dates(question: str, expected: int) -> None:
    assert missing_dates(question, [TARGET]) == expected


@pytest.mark.parametrize(
    ("question", "words", "other"),
    [
        ("What was the target before?", "It has a target of $835.", True),
        ("What was the target last year?", "It has a target of $835.", True),
        ("What was the target before?", "It raised its target from $820, its previous one.", False),
        ("What is the target?", "It has a target of $835.", False),
    ],
)
def test_asks_of_other_time(question: str, words: str, other: bool) -> None:
    assert asks_of_other_time(question, source(words)) is other


def test_retrieval_breaks_a_tie() -> None:
    first, second = source("A.", 1), source("B.", 2)
    opinion = Opinion(numbers={1: 0.5, 2: 0.5}, stated={1: 0.6, 2: 0.6})
    better = Source(2, second.evidence.model_copy(update={"score": 0.6}), second.vector)
    assert [each.number for each in by_preference([first, better], opinion)] == [2, 1]


@pytest.mark.parametrize(
    ("question", "words", "missing"),
    [
        ("How many years does it run?", "It runs for 5 years.", False),
        ("How many years does it run?", "It procures 1.6GW.", True),
        ("What is it?", "It procures 1.6GW.", False),
        ("How many gigawatts does it procure?", "It procures 1.6GW.", False),
        ("How many years does Quarrix take?", "Quarrix procures 1.6GW.", True),
    ],
)
def test_counted_missing(question: str, words: str, missing: bool) -> None:
    assert counted_missing(question, source(words)) is missing


@pytest.mark.parametrize(
    ("question", "words", "holds"),
    [
        ("What is the price target?", "It has a price target of $835.", True),
        ("What is the price target?", "It has a Buy rating.", False),
        ("Which year was it?", "It came out on July 1.", False),
        ("When was it?", "It came out on July 1.", True),
        ("Why was it?", "Nobody knows.", True),
        ("Who covers Quarrix?", "Lorne Securities covers Quarrix.", True),
        ("Which reporters covered Quarrix?", "Ivo Lorne covered Quarrix.", True),
        ("What is the dairy called?", "The dairy is large.", False),
        ("What is the dairy called?", "The dairy goes by the name of Tarn Milk.", True),
        ("What share of the market is theirs?", "They have 3 dairies.", False),
        ("What share of the market is theirs?", "They have 30% of it.", True),
        ("Who at Lorne covers Quarrix?", "Lorne covers Quarrix.", False),
        ("Who at Lorne covers Quarrix?", "Morwen Securities covers Quarrix.", False),
        ("Who at Lorne covers Quarrix?", "Ivo B. Tarn covers Quarrix.", True),
        ("Which reporters covered Quarrix?", "The Harbour Post covered Quarrix.", False),
        ("By how much did Lorne cut its costs?", "Lorne cut its costs by about half.", True),
        ("What does a lease cost?", "A lease runs for 5 years.", False),
        ("When do you need an audit?", "An audit is due every year.", True),
        ("When do you need an audit?", "An audit is thorough.", False),
        ("When did the empire fall?", "The empire fell in 1867, the year of the flood.", True),
        ("Where is the dairy located?", "The dairy is large.", False),
        ("Where is the dairy located?", "The dairy lies near Tarn.", True),
    ],
)
def test_holds_type(question: str, words: str, holds: bool) -> None:
    assert holds_type(read(question, VECTOR, 5), source(words)) is holds


def test_the_chat_model_chooses_where_it_has_an_opinion() -> None:
    sources = [source("A.", 1), source("B.", 2), source("C.", 3)]
    opinion = Opinion(numbers={1: 0.2, 2: 0.1, 3: 0.7}, stated={3: 0.9, 1: 0.2, 2: 0.2})
    assert [each.number for each in by_preference(sources, opinion)] == [3, 1, 2]
    # The closest does not win if another is far likelier to state it, nor does one that was not looked at.
    opinion = Opinion(numbers={1: 0.3, 2: 0.3, 3: 0.4}, stated={1: 0.9, 3: 0.2})
    assert [each.number for each in by_preference(sources, opinion)] == [1, 3, 2]
    assert [each.number for each in by_preference(sources, None)] == [1, 2, 3]


def test_a_row() -> None:
    sources = [source("Rates fell.", 1, angle=1.0), source("Lorne raised its target to $835.", 2)]
    reading = read("What is Lorne's price target?", np.array([1, 0], dtype=np.float32), 5)
    opinion = Opinion(numbers={1: 0.25, 2: 0.75}, stated={2: 0.9, 1: 0.5})
    row = question_row(reading, sources, opinion)
    assert row.chosen == pytest.approx(math.log(3))
    assert row.stated == pytest.approx(math.log(9)) and row.stated_beside == pytest.approx(0)
    assert row.chosen_cosine == row.best_cosine == pytest.approx(1)
    assert row.passage_cosine == 0.25 and row.title_coverage == pytest.approx(1 / 3)
    assert row.length == pytest.approx(math.log(4))
    assert (row.typed, row.type_missing) == (1, 0)
    bare = question_row(reading, sources, None)
    assert (bare.chosen, bare.stated, bare.stated_beside) == (0, 0, 0)
    # Without an opinion the first source counts, which holds no money.
    assert bare.type_missing == 1


@given(st.floats(0, 1))
def test_log_odds_are_finite(probability: float) -> None:
    assert math.isfinite(logit(probability))
    assert logit(probability) == pytest.approx(-logit(1 - probability), abs=1e-6)
