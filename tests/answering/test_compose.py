"""An answer as plain text: sentences in a row, items on lines of their own."""

from __future__ import annotations

import pytest
from evidence_rows import evidence

from assistant.answering.answer import Answer, Status, Timings
from assistant.answering.compose import STRUCK_NOTE, Composer
from assistant.documents.model import BlockKind

SAID, ITEM, STRUCK = "said", "item", "struck"


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], ""),
        ([SAID, SAID], "A0. A1."),
        ([ITEM], "- “Fact 0 is known.” [1]"),
        ([SAID, ITEM, ITEM], "A0.\n- “Fact 1 is known.” [1]\n- “Fact 2 is known.” [2]"),
        ([SAID, ITEM, SAID, SAID], "A0.\n- “Fact 1 is known.” [1]\nA2. A3."),
        ([STRUCK, ITEM], f"{STRUCK_NOTE}\n- “Fact 1 is known.” [1]"),
    ],
    ids=["nothing", "sentences", "an item alone", "a list", "what follows a list", "after a struck sentence"],
)
def test_plain_text(kinds: list[str], expected: str) -> None:
    around = " ".join(f"Fact {number} is known." for number in range(len(kinds)))
    composer = Composer()
    for number, kind in enumerate(kinds):
        if kind == ITEM:
            composer.item(evidence(f"Fact {number} is known.", around=around))
        elif kind == STRUCK:
            composer.strike("Wrong.")
        else:
            composer.say(f"A{number}.")
    assert composer.plain_text() == expected
    assert [sentence.item for sentence in composer.sentences] == [kind == ITEM for kind in kinds]


def finished(composer: Composer) -> Answer:
    return composer.answer("?", "?", Status.ANSWERED, "scripted", Timings(retrieve=0, first_token=None, total=0))


@pytest.mark.parametrize(
    ("struck", "said", "loose"),
    [
        ("Morwen has a target of $835.", "Lorne has a target of $835.", ()),
        ("Lorne has a target of $853.", "Lorne has a target of $835.", ()),
        ("Lorne has a target of $853.", "Lorne has a target of $853.", ("$853",)),
        ("Lorne has $5 and $6.", "Lorne has $6.", ("$6",)),
    ],
)
def test_what_was_struck_leaves_no_doubt_on_what_stands(struck: str, said: str, loose: tuple[str, ...]) -> None:
    composer = Composer()
    composer.strike(struck)
    composer.settle(said, [evidence("Lorne has a target of $835.")])
    answer = finished(composer)
    assert answer.loose_figures == loose
    assert not all(figure.supported for figure in answer.figures)


@pytest.mark.parametrize(
    ("said", "supported"),
    [("Sales were $1,496.5 million.", True), ("Sales were $1,496.5.", True), ("Sales were $1,496.5 billion.", False)],
)
def test_a_rows_figure_is_checked_with_its_tables_scale(said: str, supported: bool) -> None:
    row = evidence("Sales | 2019: $1,496.5 | 2018: $1,202.9", kind=BlockKind.TABLE_ROW)
    composer = Composer()
    composer.settle(said, [row.model_copy(update={"context": "(in millions)"})])
    (figure,) = finished(composer).figures
    assert (figure.supported, figure.citation) == (supported, 1 if supported else None)
