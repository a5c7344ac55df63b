"""Where cited words stand on a page, by the characters of both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents.page_words import Rect, find_words, joined_boxes, letters_of

#: Sizes of the characters of a page set in one width, in pixels.
WIDE, HIGH = 6, 10


def found(page: str, quote: str, before: str = "") -> str:
    """The found words of a page whose lines stand below one another; `·` parts what does not follow."""

    def box_of(at: int) -> Rect:
        line = page.count("\n", 0, at)
        column = at - page.rfind("\n", 0, at)
        return Rect(WIDE * column, HIGH * line, WIDE * (column + 1), HIGH * (line + 1))

    places = find_words(page, quote, before, box_of)
    assert places == sorted(set(places))
    gaps = [i > 0 and page[places[i - 1] + 1 : at].strip() != "" for i, at in enumerate(places)]
    return "".join(("·" if gap else "") + page[at] for gap, at in zip(gaps, places, strict=True))


@pytest.mark.parametrize(
    ("page", "quote", "shown"),
    [
        ("One. It cost $5. Two.", "It cost $5.", "Itcost$5."),
        ("It cost\r\n$5 in all.", "It cost $5 in all.", "Itcost$5inall."),
        ("the con\ufffe\nfirming note", "the confirming note", "thecon\ufffefirmingnote"),
        ("the third-\nparty note", "the third-party note", "thethird-partynote"),
        ("an e\ufb03cient plan", "an efficient plan", "ane\ufb03cientplan"),
        ("cafe\u0301 culture", "café culture", "cafe\u0301culture"),
        ("“Quoted” words", '"Quoted" words', "“Quoted”words"),
        ("nothing of it", "other words here", ""),
        ("anything", "...", ""),
        ("", "words", ""),
        # Cut by a running line, or by the end of the page.
        ("all units came back\nHARROW 2025\nin the spring of that year",
         "all units came back in the spring of that year", "allunitscameback·inthespringofthatyear"),
        ("end of what the board said on costs", "the board said on costs and margins in May", "theboardsaidoncosts"),
        # Rows of tables: their labels stand elsewhere.
        ("Item 2024 2025\nRent 12 14\nRent paid 30 31", "Rent | 2024: 12 | 2025: 14", "Rent1214"),
        ("Item 2024 2025\nRent 12 14\nRent paid 30 31", "Costs: Rent paid | 2024: 30 | 2025: 31", "Rentpaid3031"),
        ("Item 2024 2025\nRent 12 14", "Rent | 2024: 77 | 2025: 78", ""),
    ],
)  # fmt: skip
def test_words_are_found_however_the_page_sets_them(page: str, quote: str, shown: str) -> None:
    assert found(page, quote) == shown


def test_what_stands_before_tells_the_same_words_apart() -> None:
    page = "In May it fell by 9. In June it fell by 9. In July it rose."

    def start(before: str) -> int:
        return find_words(page, "it fell by 9.", before, lambda at: Rect(at, 0, at + 1, 1))[0]

    assert start("In May ") == page.index("it fell")
    assert start("fell by 9. In June ") == page.rindex("it fell")
    assert start("") == page.index("it fell")


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_whatever_stands_on_a_page_its_own_words_are_found_on_it(
    first: str, last: str, quote: str, before: str
) -> None:
    places = find_words(first + quote + last, quote, before, lambda at: Rect(at, 0, at + 1, 1))
    assert all(0 <= at < len(first + quote + last) for at in places)
    assert bool(places) == bool(letters_of(quote).text)


@pytest.mark.parametrize(
    ("boxes", "joined"),
    [
        ([], []),
        ([(0, 0, 5, 10), (5, 0, 10, 10), (12, 1, 17, 10)], [(0, 0, 17, 10)]),
        ([(0, 0, 5, 10), (60, 0, 65, 10)], [(0, 0, 5, 10), (60, 0, 65, 10)]),
        ([(90, 0, 95, 10), (0, 12, 5, 22)], [(90, 0, 95, 10), (0, 12, 5, 22)]),
        ([(0, 0, 5, 10), (7, 7, 7, 7), (6, 0, 9, 10)], [(0, 0, 9, 10)]),
    ],
)
def test_boxes_of_a_line_become_one(
    boxes: list[tuple[float, float, float, float]], joined: list[tuple[float, float, float, float]]
) -> None:
    assert joined_boxes([Rect(*box) for box in boxes]) == [Rect(*box) for box in joined]
