"""Where a case was lost: every way through the table, and the facts taken from an item."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.answering.answer import Citation
from evals.model import Item
from evals.stages import MEANING, Stage, by_stage, found_of, holds_answer, item_stage, stage_of

RIGHT = {"answerable": True, "status": "answered", "correct": True, "found": True, "cited": True}

TABLE = [
    (RIGHT, None),
    (RIGHT | {"unsupported": True}, Stage.UNSUPPORTED),
    (RIGHT | {"correct": None}, None),
    (RIGHT | {"correct": None, "found": False}, None),
    (RIGHT | {"status": "error", "correct": False}, Stage.ERROR),
    (RIGHT | {"status": "error", "correct": None}, Stage.ERROR),
    (RIGHT | {"correct": False, "found": False, "cited": False}, Stage.NOT_RETRIEVED),
    # What is cited was found, though in another place than the set names.
    (RIGHT | {"correct": False, "found": False}, Stage.CITED_BUT_WRONG),
    (RIGHT | {"correct": False}, Stage.CITED_BUT_WRONG),
    (RIGHT | {"correct": False, "found": None}, Stage.CITED_BUT_WRONG),
    (RIGHT | {"correct": False, "cited": False}, Stage.NOT_CITED),
    (RIGHT | {"correct": False, "cited": False, "found": None}, Stage.WRONG),
    (RIGHT | {"correct": False, "status": "not_found", "cited": False}, Stage.WRONGLY_REFUSED),
    (RIGHT | {"correct": False, "status": "unclear", "cited": False, "found": None}, Stage.WRONGLY_REFUSED),
    (RIGHT | {"correct": False, "status": "not_found"}, Stage.WRONGLY_REFUSED),
    (RIGHT | {"correct": False, "status": "not_found", "cited": False, "found": False}, Stage.NOT_RETRIEVED),
    ({"answerable": False, "status": "answered", "correct": False, "found": None, "cited": False}, "wrongly answered"),
    ({"answerable": False, "status": "not_found", "correct": True, "found": None, "cited": False}, None),
    # A wrong answer to what has none is that, whatever else it shows.
    (
        {
            "answerable": False,
            "status": "answered",
            "correct": False,
            "found": None,
            "cited": False,
            "unsupported": True,
        },
        Stage.WRONGLY_ANSWERED,
    ),
    # After a search alone only finding can fail.
    ({"answerable": True, "status": None, "correct": None, "found": False, "cited": False}, Stage.NOT_RETRIEVED),
    ({"answerable": True, "status": None, "correct": None, "found": True, "cited": False}, None),
    ({"answerable": True, "status": None, "correct": None, "found": None, "cited": False}, None),
    ({"answerable": False, "status": None, "correct": None, "found": False, "cited": False}, None),
]


@pytest.mark.parametrize(("facts", "stage"), TABLE)
def test_the_stage_of_a_case(facts: dict[str, Any], stage: Stage | None) -> None:
    assert stage_of(**facts) == stage


def test_every_stage_is_reached_and_has_a_meaning() -> None:
    assert {stage for _, stage in TABLE if stage} == set(Stage) == set(MEANING)


def cite(quote: str) -> Citation:
    place = {"number": 1, "document": "note.md", "title": "", "page": None, "heading": None}
    return Citation.model_validate({**place, "quote": quote, "start": 0, "end": len(quote)})


def item(**more: Any) -> Item:
    fields = {"id": "a", "question": "?", "type": "figure", "answerable": True, "expected": ("$835",)}
    return Item.model_validate(fields | more)


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ({}, None),
        ({"document_hit@10": 1.0}, True),
        ({"document_hit@10": 1.0, "page_hit@10": 0.0}, False),
        ({"document_hit@10": 1.0, "page_hit@10": 0.0, "quote_hit@10": 1.0}, True),
        ({"quote_hit@10": None, "document_hit@10": 0.0}, False),
        # Found deeper than the first five is found.
        ({"quote_hit@5": 0.0, "quote_hit@10": 1.0}, True),
    ],
)
def test_the_finest_gold_place_says_whether_it_was_found(scores: dict[str, float | None], found: bool | None) -> None:
    assert found_of(item(scores=scores)) is found


@pytest.mark.parametrize(
    ("expected", "text", "holds"),
    [
        (("$835",), "A target of $835.00 a share.", True),
        (("$835",), "A target of $83.", False),
        (("Crusoe", "CoreWeave"), "It signed with CoreWeave.", True),
        (("Crusoe",), "It signed.", False),
        ((), "anything", False),
        (("word " * 30,), "word " * 30, False),
    ],
)
def test_whether_a_text_holds_the_answer(expected: tuple[str, ...], text: str, holds: bool) -> None:
    assert holds_answer(item(expected=expected), text) is holds


@pytest.mark.parametrize(
    ("expected", "scale", "text", "holds"),
    [
        ("22.22", "percent", "It rose by 22.22%.", True),
        ("81.8", "million", "Net sales | 2023: 81.8", True),
        ("81.8", "million", "Net sales were $81.8 million.", True),
        ("81.8", "million", "Net sales were $82.9 million.", False),
    ],
)
def test_a_part_is_looked_for_in_its_scale(expected: str, scale: str, text: str, holds: bool) -> None:
    assert holds_answer(item(expected=(expected,), scale=scale), text) is holds


def test_items_are_gathered_in_the_order_of_the_way() -> None:
    wrong = {"status": "answered", "correct": False, "scores": {"quote_hit@10": 1.0}}
    items = [
        item(id="cited", citations=(cite("A target of $835."),), **wrong),
        item(id="fine", status="answered", correct=True),
        item(id="uncited", citations=(cite("Nothing."),), **wrong),
        item(id="lost", **(wrong | {"scores": {"quote_hit@10": 0.0}})),
        item(id="broken", status="error", correct=False),
    ]
    found = by_stage(items)
    assert [(stage, [each.id for each in cases]) for stage, cases in found.items()] == [
        (Stage.ERROR, ["broken"]),
        (Stage.NOT_RETRIEVED, ["lost"]),
        (Stage.NOT_CITED, ["uncited"]),
        (Stage.CITED_BUT_WRONG, ["cited"]),
    ]
    assert item_stage(items[1]) is None
