"""What is within a scope."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ScopeError
from assistant.index.records import DocumentInfo
from assistant.index.scope import Scope, checked_tag, days_of, nothing_within, select


def info(name: str, day: str | None = None, tags: tuple[str, ...] = (), source: str = "") -> DocumentInfo:
    return DocumentInfo(
        name=name, title=name, date=day, source=source or f"/corpus/{name}", page_count=None, characters=1, passages=1,
        added_at="", origin="synced", tags=tags,
    )  # fmt: skip


SHELF = [
    info("filings/2022/q4.pdf", "2022", ("filing",)),
    info("filings/2023/q2.pdf", "2023-08-03", ("filing", "read")),
    info("filings/2023-draft/q3.pdf", "November 2, 2023"),
    info("note.md", None, ("read",), source="/elsewhere/note.md"),
    info("odd.md", "last spring"),
    info("pack.zip/q2.md", "2023-06"),
]


@pytest.mark.parametrize(
    ("scope", "numbers", "undated"),
    [
        (Scope(), [0, 1, 2, 3, 4, 5], []),
        (Scope(documents=("note.md", "odd.md")), [3, 4], []),
        (Scope(folders=("filings",)), [0, 1, 2], []),
        (Scope(folders=("filings/2023",)), [1], []),
        (Scope(folders=("./filings/2023/",)), [1], []),
        (Scope(folders=("filing",)), [], []),
        (Scope(folders=("pack.zip", "filings/2022")), [0, 5], []),
        (Scope(folders=("/corpus/filings/2023",)), [1], []),
        (Scope(folders=("/elsewhere/",)), [3], []),
        (Scope(folders=("elsewhere",)), [], []),
        (Scope(tags=("READ",)), [1, 3], []),
        (Scope(tags=("read", "filing")), [0, 1, 3], []),
        (Scope(tags=("read",), folders=("filings",)), [1], []),
        (Scope(since="2023"), [1, 2, 5], [3, 4]),
        (Scope(since="2023-06-30", until="2023-10"), [1, 5], [3, 4]),
        (Scope(since=date(2022, 6, 1), until=date(2022, 6, 1)), [0], [3, 4]),
        (Scope(until="2022"), [0], [3, 4]),
        (Scope(until="2022", tags=("read",)), [], [3]),
    ],
)  # fmt: skip
def test_select(scope: Scope, numbers: list[int], undated: list[int]) -> None:
    selection = select(scope, SHELF)
    assert selection.documents == tuple(SHELF[number].name for number in numbers)
    assert selection.undated == tuple(SHELF[number].name for number in undated)
    assert scope.is_open == (scope == Scope())


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023-08-03", (2023, 8, 3), (2023, 8, 3)), ("2023-08-03T10:00:00Z", (2023, 8, 3), (2023, 8, 3)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)), ("2023", (2023, 1, 1), (2023, 12, 31)),
        ("August 3, 2023", (2023, 8, 3), (2023, 8, 3)), (" 3 Aug 2023 ", (2023, 8, 3), (2023, 8, 3)),
    ],
)  # fmt: skip
def test_days(text: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert days_of(text) == (date(*first), date(*last))


@pytest.mark.parametrize("text", ["", "spring", "2023-13", "2023-02-30", "20231", "0000", "03/04/2023", "Q2 2023"])
def test_no_days(text: str) -> None:
    assert days_of(text) is None


@given(st.text(max_size=30) | st.from_regex(r"\d{4}(-\d\d){0,2}", fullmatch=True))
def test_any_stated_date_is_days_in_order_or_none(text: str) -> None:
    days = days_of(text)
    assert days is None or days[0] <= days[1]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"since": "yesterday"}, "yesterday is no date"), ({"until": "2023-02-30"}, "2023-02-30 is no date"),
        ({"since": "August 3, 2023"}, "is no date"), ({"since": "2024", "until": "2023"}, "comes after"),
        ({"tags": (" ",)}, "is no tag"), ({"tags": ("a\x1b[2J",)}, "is no tag"), ({"tags": ("a" * 61,)}, "is no tag"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(fields: dict[str, object], told: str) -> None:
    with pytest.raises(ScopeError, match=told) as raised:
        Scope(**fields)
    assert raised.value.next_step


def test_tags_are_kept_in_one_form() -> None:
    assert checked_tag("  To  READ ") == "to read"


def test_nothing_within_says_what_was_asked_for_and_what_to_do() -> None:
    scope = Scope(folders=("filings",), tags=("x", "y"), since="2023", until="2023-06")
    told = str(nothing_within(scope, select(scope, [])))
    assert told == (
        "No document is in the folder filings, tagged x or y, dated 2023-01-01 or later, dated 2023-06-30 or earlier. "
        "`assistant list` shows names with their folders, dates and tags."
    )
    scope = Scope(since="2024")
    assert "2 documents that fit otherwise state no readable date: ask" in str(
        nothing_within(scope, select(scope, SHELF))
    )
    scope = Scope(since="2024", documents=("note.md",))
    assert "1 document that fits otherwise states no readable date: ask" in str(
        nothing_within(scope, select(scope, SHELF))
    )
