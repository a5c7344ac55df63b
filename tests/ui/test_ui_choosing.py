"""What is asked within, without a browser: documents, groups, dates and tags, and what the browser keeps of them."""

from __future__ import annotations

import html
from typing import Any

import pytest
from column_parts import broken
from ui_fakes import FakeAssistant

from assistant.errors import ScopeError
from assistant.ui.choice import KEPT_CHARS, Shelf, kept, restored
from assistant.ui.documents import Documents
from assistant.ui.groups import Narrowing, groups_of


def test_choosing_is_a_switch_and_survives_only_for_known_documents(column: Documents) -> None:
    shelf = column.act(Shelf(), "choose", "leases.md")
    assert shelf.chosen == ("leases.md",)
    assert column.act(shelf, "choose", "leases.md").chosen == ()
    assert column.act(shelf, "choose", "unknown.md").chosen == ("leases.md",)
    assert column.act(shelf, "all", "").chosen == ()
    for action in ("nonsense", None, 3, ["choose"]):
        assert column.act(shelf, action, "leases.md") == shelf
    for name in (None, 3, ["leases.md"]):
        assert column.act(shelf, "unlock", name, 7) == shelf


@pytest.fixture
def filings(column: Documents, fake: FakeAssistant) -> Documents:
    """A column with documents in folders, with tags, and of several years, beside `leases.md` of April 2026."""
    fake.put("filings/2023/q2.md", "Words.", date="2023-08-03", tags=("read",))
    fake.put("filings/2023/q3.md", "Words.", date="November 2, 2023")
    fake.put("filings/q4.md", "Words.", date="last winter", tags=("read",))
    fake.put("old/q1.md", "Words.", date="2021-05-06", tags=("read",))
    return column


Q2, Q3, Q4, OLD = "filings/2023/q2.md", "filings/2023/q3.md", "filings/q4.md", "old/q1.md"


def test_folders_tags_and_years_are_told_with_their_numbers(filings: Documents) -> None:
    def told(*groups: str) -> dict[str, tuple[int, int]]:
        found = groups_of(filings.found().documents, Narrowing(groups=groups))
        return {group.key: (group.total, group.within) for group in found}

    assert told() == {
        "Folder:filings": (3, 3), "Folder:filings/2023": (2, 2), "Folder:old": (1, 1), "Tag:read": (3, 3),
        "Year:2021": (1, 1), "Year:2023": (2, 2), "Year:2026": (1, 1),
    }  # fmt: skip
    # Of its own kind a group is told whatever is chosen there; of the others only what is left by that.
    assert told("Folder:filings", "Year:2023") == {
        "Folder:filings": (3, 2), "Folder:filings/2023": (2, 2), "Folder:old": (1, 0), "Tag:read": (3, 1),
        "Year:2021": (1, 0), "Year:2023": (2, 2), "Year:2026": (1, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pressed", "asked"),
    [
        (["Folder:filings"], {Q2, Q3, Q4}),
        (["Folder:filings", "Folder:old"], {Q2, Q3, Q4, OLD}),
        (["Folder:filings", "Year:2023"], {Q2, Q3}),
        (["Folder:filings", "Year:2023", "Tag:read"], {Q2}),
        (["Year:2023", "Year:2021", "Tag:read"], {Q2, OLD}),
        (["Folder:filings", "Year:2023", "Folder:filings"], {Q2, Q3}),
        (["Folder:none", "filings", None], set()),
    ],
)
def test_groups_of_a_kind_unite_and_kinds_intersect(filings: Documents, pressed: list[Any], asked: set[str]) -> None:
    shelf = Shelf()
    for key in pressed:
        shelf = filings.act(shelf, "group", key)
    assert set(filings.asked(shelf)) == asked
    shown = filings.html(shelf)
    if asked:
        assert shown.count('<li data-document="') == len(asked) and f"Asking within {len(asked)} of 5" in shown
        assert f"{len(asked)} document" in filings.scope_html(shelf)


@pytest.mark.parametrize(
    ("since", "until", "asked"),
    [
        ("2023", "", {Q2, Q3, "leases.md"}),
        ("", "2023-08-03", {Q2, OLD}),
        ("2023-08-04", "2023", {Q3}),
        (" 2021-05 ", "2021-05", {OLD}),
        ("", "", set()),
    ],
)
def test_dates_are_those_of_the_command_line(filings: Documents, since: str, until: str, asked: set[str]) -> None:
    shelf = filings.act(filings.act(Shelf(), "since", "", since), "until", "", until)
    assert set(filings.asked(shelf)) == asked


def test_a_day_that_is_none_is_told_and_changes_nothing(filings: Documents) -> None:
    shelf = filings.act(Shelf(), "since", "", "2023")
    for typed in ("soon", "2022-13-01", "31.12.2023"):
        bad = filings.act(shelf, "until", "", typed)
        assert "Write 2023, 2023-06 or 2023-06-30." in bad.problem and bad.narrowing == shelf.narrowing
        assert "Write 2023" in filings.html(bad)
    assert "comes after" in filings.act(shelf, "until", "", "2022").problem
    assert filings.act(bad, "until", "", "2024").problem == ""


def test_what_is_chosen_is_within_the_groups_and_nothing_left_is_never_everything(
    filings: Documents, fake: FakeAssistant
) -> None:
    shelf = filings.act(filings.act(Shelf(), "choose", Q2), "group", "Folder:filings")
    assert filings.asked(shelf) == (Q2,) and "1 chosen document<" in filings.scope_html(shelf)
    assert filings.asked(filings.act(shelf, "group", "Tag:read")) == (Q2,)
    # What comes in later belongs to a group as well.
    shelf = filings.act(Shelf(), "group", "Folder:old")
    fake.put("old/q0.md", "Words.")
    assert filings.asked(shelf) == (OLD, "old/q0.md") and "within 2 documents: <bdi>old<" in filings.scope_html(shelf)
    fake.take_out([OLD, "old/q0.md"])
    with pytest.raises(ScopeError, match="ask all"):
        filings.asked(shelf)
    assert "within no document" in filings.scope_html(shelf) and "No document is all of this" in filings.html(shelf)
    assert 'data-name="Folder:old"' in filings.html(shelf), "it cannot be taken back"
    assert filings.asked(filings.act(shelf, "all", "")) == ()


def test_groups_that_are_no_choice_are_not_shown(column: Documents, fake: FakeAssistant) -> None:
    assert 'class="groups"' not in column.html(Shelf())
    fake.put("other/<b>.md", "Words.", date="2026-01-01", tags=("<i>",))
    shown = column.html(Shelf(narrowing=Narrowing(groups=("Folder:other",))))
    assert 'aria-checked="true" data-action="group" data-name="Folder:other"' in shown
    assert "Year:2026" not in shown and 'data-action="since"' in shown
    assert "<i>" not in shown and "&lt;i&gt;" in shown


def test_chosen_documents_get_tags_and_lose_them(filings: Documents, fake: FakeAssistant) -> None:
    shelf = filings.act(Shelf(), "tag", "", "mine")
    assert shelf.problem == "" and not any("mine" in info.tags for info in fake.infos.values()), "all were tagged"
    assert "New tag" not in filings.html(shelf)
    shelf = filings.act(filings.act(Shelf(), "choose", Q2), "choose", Q3)
    assert "Tags of these 2" in filings.html(shelf)
    before = filings.tagged
    shelf = filings.act(shelf, "tag", "", "  To   Check ")
    assert [fake.infos[name].tags for name in (Q2, Q3, Q4)] == [("read", "to check"), ("to check",), ("read",)]
    assert filings.tagged != before and "#to check" in filings.html(shelf)
    assert "is no tag" in filings.act(shelf, "tag", "", "x" * 61).problem
    shelf = filings.act(shelf, "untag", "read")
    assert [fake.infos[name].tags for name in (Q2, Q3, Q4)] == [("to check",), ("to check",), ("read",)]


# What the browser keeps


def test_what_is_asked_within_is_kept_and_given_back(filings: Documents, fake: FakeAssistant) -> None:
    shelf = filings.act(filings.act(filings.act(Shelf(), "since", "", "2021"), "group", "Tag:read"), "choose", Q2)
    assert html.unescape(filings.scope_html(shelf)).count(kept(shelf)) == 1
    assert filings.restored(kept(shelf)) == shelf
    # What has gone since is not chosen, but is missed where it is asked for.
    both = Shelf(chosen=(Q2, Q3))
    fake.take_out([Q3])
    assert filings.restored(kept(both)).chosen == (Q2,) and restored(kept(both)).chosen == (Q2, Q3)
    assert kept(Shelf(words="q2", shown=7)) == ""
    assert kept(Shelf(chosen=("x" * KEPT_CHARS,))) == ""


@pytest.mark.parametrize(
    "told",
    ["", None, 3, "nonsense", "[]", '{"chosen": 3}', '{"more": 1}', '{"narrowing": {"since": "soon"}}',
     '{"narrowing": {"since": "2024", "until": "2023"}}', '{"chosen": [["leases.md"]]}'],
)  # fmt: skip
def test_what_a_browser_kept_of_another_kind_counts_for_nothing(filings: Documents, told: object) -> None:
    assert filings.restored(told) == Shelf()


def test_nothing_is_forgotten_while_the_documents_cannot_be_read(filings: Documents, fake: FakeAssistant) -> None:
    fake.documents = broken  # type: ignore[method-assign]
    told = kept(Shelf(chosen=("gone.md",)))
    assert filings.restored(told).chosen == ("gone.md",)
    assert "1 chosen document" in filings.scope_html(filings.restored(told))
