"""Several at once in one process: readers see a document old or new, writers never trip over each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from sqlalchemy import Connection, event

from assistant.index.store import Store
from assistant.index.vectors import VectorIndex

#: Two versions of a document that both answer the same question, in several passages each.
VERSIONS = tuple(
    "# Rates\n\n"
    + "\n\n".join(f"## Part {part}\n\nThe {word} rate of part {part} is {part} percent." for part in range(40))
    + f"\n\n## Birds\n\nOne {word} heron nests beside the lagoon of Lindholm every single year."
    for word in ("winter", "summer")
)
QUESTION = "Where does the heron nest, beside which lagoon?"


@contextmanager
def meanwhile(*works: Callable[[], None]) -> Iterator[None]:
    """Work done over and over in threads of its own while the block runs; the first error is raised at its end."""
    stop, errors = threading.Event(), []

    def repeat(work: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.mark.parametrize("scope", [None, ["rates.md"]])
def test_a_reader_sees_the_old_or_the_new_version_never_none_or_both(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch, scope: list[str] | None
) -> None:
    (path,) = write(folder, {"rates.md": VERSIONS[0]})
    opened.ingest.add(path)
    looks: list[set[str]] = []
    real = VectorIndex._upsert

    def slowly(self: VectorIndex, ids: list[int], progress: object) -> None:
        # Chroma is told in small steps, each of them a moment in which somebody asks.
        for start in range(0, len(ids), 8):
            real(self, ids[start : start + 8], None)
            time.sleep(0.01)

    def look() -> None:
        found = opened.engine.retrieve(QUESTION, (), scope)
        said = {word for word in ("winter", "summer") for hit in found.hits if word in hit.text}
        looks.append(said)
        assert len(said) == 1, f"a search saw {said or 'nothing'}"
        assert f"{next(iter(said))} heron nests" in found.evidence[0].text

    monkeypatch.setattr(VectorIndex, "_upsert", slowly)
    with meanwhile(look):
        for turn in range(12):
            path.write_text(VERSIONS[(turn + 1) % 2])
            assert opened.ingest.add(path).status == "updated"
    assert {"winter"} in looks and {"summer"} in looks
    assert opened.in_step()


def test_what_chroma_has_not_been_told_yet_is_found_by_meaning(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = write(folder, {"a.md": LEASES})
    opened.ingest.add(old)
    gone = opened.store.passage_ids()
    real = VectorIndex._delete
    seen: list[tuple[list[int], list[int]]] = []

    def asked_first(self: VectorIndex, ids: list[int]) -> None:
        seen.append((opened.nearest("the oven reaches degrees", 9), opened.nearest("capacity leased", 9)))
        real(self, ids)

    monkeypatch.setattr(VectorIndex, "_delete", asked_first)
    old.write_text(BAKERY)
    opened.ingest.add(old)
    there = opened.store.passage_ids()
    assert there.isdisjoint(gone)
    for found in seen[0]:
        assert set(found) == there
    assert opened.nearest("the oven reaches degrees", 9)[0] in there


def test_searching_waits_for_an_index_that_is_made_anew(opened: OpenLibrary, folder: Path) -> None:
    opened.ingest.add(write(folder, {"a.md": LEASES})[0])
    with meanwhile(lambda: None if opened.nearest("megawatts leased") else pytest.fail("nothing was found")):
        for _ in range(3):
            opened.vectors._rebuild(None)
    assert opened.in_step()


def test_the_gist_of_a_document_that_is_being_replaced(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"rates.md": VERSIONS[0]})
    opened.ingest.add(path)

    def look() -> None:
        opened.engine.overview(None, 3)

    with meanwhile(look):
        for turn in range(10):
            path.write_text(VERSIONS[(turn + 1) % 2])
            opened.ingest.add(path)


def test_two_syncs_an_upload_and_a_removal_at_once(opened: OpenLibrary, folder: Path, tmp_path: Path) -> None:
    names = [f"n{number:02}.md" for number in range(30)]
    write(folder, {name: f"# {name}\n\nThe note {name} says little." for name in names})
    (upload,) = write(tmp_path / "uploads", {"upload.md": LEASES})
    results: list[dict[str, str]] = []

    def sync() -> None:
        results.append({each.name: each.status for each in opened.sync(folder)})

    def come_and_go() -> None:
        opened.ingest.add(upload, origin="uploaded")
        opened.ingest.remove(["upload.md"])

    for _ in range(3):
        results.clear()
        # Half of the files change, one moves, one goes.
        for name in names[::2]:
            (folder / name).write_text(f"# {name}\n\nThe note {name} says {time.time_ns()}.")
        (folder / names.pop()).unlink()
        moved = names.pop(1)
        (folder / moved).rename(folder / f"moved-{moved}")
        names.append(f"moved-{moved}")
        with meanwhile(come_and_go):
            threads = [threading.Thread(target=sync) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(results) == 2
        assert all("failed" not in each.values() for each in results), results
        assert sorted(set(opened.names()) - {"upload.md"}) == sorted(names)
        assert opened.in_step()
    assert {each.status for each in opened.sync(folder)} == {"unchanged"}


def test_what_is_committed_is_found_by_meaning_before_a_vector_is_read_back(
    opened: OpenLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.ingest.add(path)
    seen: list[tuple[set[int], set[int]]] = []
    real = Store.passage_vectors

    def asked_first(self: Store, ids: Sequence[int]) -> list[Any]:
        # As long as this may take, somebody asks.
        seen.append((set(opened.nearest("the oven reaches degrees", 9)), opened.store.passage_ids()))
        return real(self, ids)

    monkeypatch.setattr(Store, "passage_vectors", asked_first)
    path.write_text(BAKERY)
    opened.ingest.add(path)
    assert seen
    for found, there in seen:
        assert found == there


def test_a_change_that_is_not_committed_is_never_seen(opened: OpenLibrary, folder: Path) -> None:
    (path,) = write(folder, {"a.md": LEASES})
    opened.ingest.add(path)
    before = opened.nearest("megawatts leased", 9)

    def fail(_connection: Connection) -> None:
        raise OSError("no space left on device")

    assert opened.store._engine is not None
    event.listen(opened.store._engine, "commit", fail)
    path.write_text(BAKERY)
    with pytest.raises(OSError, match="no space"):
        opened.ingest.add(path)
    event.remove(opened.store._engine, "commit", fail)
    assert opened.nearest("megawatts leased", 9) == before
    assert opened.store.text("a.md").startswith("Harbour Compute")
    assert opened.in_step()
