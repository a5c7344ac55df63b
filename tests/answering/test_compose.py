"""An answer as plain text: sentences in a row, items on lines of their own."""

from __future__ import annotations

import pytest
from evidence_rows import evidence

from assistant.answering.compose import STRUCK_NOTE, Composer

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
