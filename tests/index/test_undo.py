"""Documents taken out and put back: the index is as it was, and a sync knows their files again."""

from __future__ import annotations

from pathlib import Path

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write

from assistant.errors import NameTakenError, UnknownDocumentError
from assistant.index.records import DocumentInfo
from assistant.index.rows import passage_rows, sentence_rows
from assistant.index.sync import sync_folder

QUESTION = "How many megawatts did Harbour Compute lease?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    write(folder, {"leases.md": LEASES, "bakery.md": BAKERY})
    return folder


def told(opened: OpenLibrary) -> list[object]:
    """All that can be known of the documents, ids aside."""
    facts: list[object] = [*opened.store.documents(), opened.store.file_states()]
    for info in opened.store.documents():
        rows = passage_rows(opened.store, sorted(opened.store.passage_ids(opened.store.document_ids([info.name]))))
        facts.append(opened.store.text(info.name))
        facts += [(row.start, row.end, row.headings, row.page, row.vector.tobytes()) for row in rows.values()]
        for each in sentence_rows(opened.store, list(rows)):
            facts.append((each.start, each.end, each.clause_start, each.clause_end, each.kind, each.context))
            facts.append(each.vector.tobytes())
    return facts


def found(opened: OpenLibrary) -> list[tuple[str, int, int, float]]:
    """What is found for a question, by meaning and by words."""
    return [(*each.span, round(each.lexical, 6)) for each in opened.engine.retrieve(QUESTION).evidence]


def test_what_is_put_back_is_as_it_was_and_not_embedded_again(opened: OpenLibrary, folder: Path) -> None:
    sync_folder(opened.ingest, folder)
    opened.store.tag(["leases.md"], add=["read"])
    before, evidence, calls = told(opened), found(opened), len(opened.embedder.calls)
    edition = opened.store.edition()
    taken = opened.ingest.take_out(["leases.md"])
    assert [info.name for info in opened.store.documents()] == ["bakery.md"] and opened.in_step()
    assert "leases.md" not in {document for document, *_ in found(opened)}
    calls += 1
    opened.ingest.put_back(taken)
    assert len(opened.embedder.calls) == calls
    assert told(opened) == before and opened.in_step()
    assert found(opened) == evidence and opened.store.edition() != edition


def test_a_sync_in_between_leaves_it_out_and_one_afterwards_knows_it(opened: OpenLibrary, folder: Path) -> None:
    sync_folder(opened.ingest, folder)
    taken = opened.ingest.take_out(["leases.md"])
    assert {r.name: r.status for r in sync_folder(opened.ingest, folder)}["leases.md"] == "left_out"
    opened.ingest.put_back(taken)
    assert opened.store.left_out() == {}
    assert {r.name: r.status for r in sync_folder(opened.ingest, folder)}["leases.md"] == "unchanged"
    (folder / "leases.md").unlink()
    sync_folder(opened.ingest, folder)
    assert [info.name for info in opened.store.documents()] == ["bakery.md"]


def test_what_was_left_out_before_stays_so(opened: OpenLibrary, folder: Path) -> None:
    sync_folder(opened.ingest, folder)
    opened.ingest.remove(["bakery.md"])
    marks = opened.store.left_out()
    opened.ingest.put_back(opened.ingest.take_out(["leases.md"]))
    assert opened.store.left_out() == marks


def test_a_name_that_is_taken_meanwhile_is_not_displaced(opened: OpenLibrary, folder: Path) -> None:
    opened.ingest.add(folder / "leases.md")
    taken = opened.ingest.take_out(["leases.md"])
    (folder / "leases.md").write_text(BAKERY)
    opened.ingest.add(folder / "leases.md")
    before = told(opened)
    with pytest.raises(NameTakenError, match=r"leases\.md") as caught:
        opened.ingest.put_back(taken)
    assert caught.value.next_step and told(opened) == before and opened.in_step()


def test_a_document_that_is_not_there_cannot_be_taken_out(opened: OpenLibrary, folder: Path) -> None:
    opened.ingest.add(folder / "leases.md")
    with pytest.raises(UnknownDocumentError):
        opened.ingest.take_out(["leases.md", "nowhere.md"])
    assert [info.name for info in opened.store.documents()] == ["leases.md"]


def test_the_size_of_a_file_is_told(opened: OpenLibrary, folder: Path) -> None:
    opened.ingest.add(folder / "leases.md")
    info: DocumentInfo = opened.store.documents()[0]
    assert info.size == (folder / "leases.md").stat().st_size
