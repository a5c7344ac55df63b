"""Passages that repeat a better one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_parts import OpenLibrary, write

from assistant.retrieval.duplicates import repeated

LONG = (
    "Harbour Compute leased 412 megawatts at Lindholm from Quarrix Power for twelve years, and it may extend the lease "
    "by four more if both sides agree in writing a year before it ends."
)
RISK = "Forward-looking statements involve risks and uncertainties that may cause results to differ in material ways."


@pytest.mark.parametrize(
    ("texts", "again"),
    [
        ([LONG, LONG], {1}),
        ([LONG, LONG.upper()], {1}),
        ([LONG, f"{LONG} A later version adds this."], {1}),
        ([f"{RISK} {RISK.replace('risks', 'chances')}", RISK], {1}),
        ([LONG, LONG.replace("412", "512")], set()),
        ([LONG, RISK], set()),
        ([LONG, RISK, LONG, RISK], {2, 3}),
        (["Item 1.", "Item 2.", "Item 1."], {2}),
        ([], set()),
        (["", ""], {1}),
    ],
)
def test_what_repeats(texts: list[str], again: set[int]) -> None:
    assert set(repeated((place, text, None) for place, text in enumerate(texts))) == again


def test_other_groups_are_not_alike() -> None:
    assert repeated([(1, RISK, "a"), (2, RISK, "b"), (3, RISK, "a")]) == {3: 1}


@given(st.lists(st.text(max_size=60), max_size=8))
def test_the_first_of_each_is_kept_and_every_copy_is_found(texts: list[str]) -> None:
    once = repeated((place, text, None) for place, text in enumerate(texts))
    twice = repeated((place, text, None) for place, text in enumerate([*texts, *texts]))
    assert 0 not in once
    assert set(once) | set(range(len(texts), 2 * len(texts))) == set(twice)
    assert all(first < again and first not in twice for again, first in twice.items())


def test_versions_of_a_document_leave_room_for_others(tmp_path) -> None:
    files = {f"draft-{number}.md": f"# Leases\n\n{LONG}\n" for number in range(9)}
    files["note.md"] = "# Note\n\nQuarrix Power says that the lease at Lindholm pays for a second line.\n"
    with OpenLibrary(tmp_path / "home") as library:
        for path in write(tmp_path / "files", files):
            library.ingest.add(path)
        found = library.engine.retrieve("Who leased megawatts at Lindholm from Quarrix Power?", k=3)
    assert [hit.document for hit in found.hits[:2]] != ["draft-0.md", "draft-1.md"]
    assert "note.md" in {hit.document for hit in found.hits[:2]}
    assert {evidence.document for evidence in found.evidence} >= {"note.md"}


class Backwards:
    """Prefers what has the fewest letters."""

    def scores(self, question: str, passages: list[str]) -> list[float]:
        return [-float(len(passage)) for passage in passages]


def test_a_reranker_has_the_last_word(tmp_path) -> None:
    files = {"long.md": f"# Leases\n\n{LONG}\n", "short.md": "# Birds\n\nHerons stand in reeds.\n"}
    with OpenLibrary(tmp_path / "home") as library:
        for path in write(tmp_path / "files", files):
            library.ingest.add(path)
        question = "Who leased megawatts at Lindholm?"
        assert [hit.document for hit in library.engine.retrieve(question).hits] == ["long.md", "short.md"]
        library.engine._reranker = Backwards()
        assert [hit.document for hit in library.engine.retrieve(question).hits] == ["short.md", "long.md"]


def test_more_copies_than_candidates_leave_room_for_others(tmp_path) -> None:
    files = {f"draft-{number}.md": f"# Leases\n\n{LONG}\n" for number in range(60)}
    files["note.md"] = "# Note\n\nQuarrix Power says that the lease at Lindholm pays for a second line.\n"
    files["map.md"] = "# Map\n\nLindholm lies by the sea.\n"
    with OpenLibrary(tmp_path / "home") as library:
        for path in write(tmp_path / "files", files):
            library.ingest.add(path)
        found = library.engine.retrieve("Who leased megawatts at Lindholm from Quarrix Power?", k=4)
    assert {hit.document for hit in found.hits} >= {"note.md", "map.md"}
    assert {evidence.document for evidence in found.evidence} >= {"note.md", "map.md"}
