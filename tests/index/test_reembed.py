"""Another embedding model: all vectors are made anew from the stored text, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEmbedder
from library_parts import BAKERY, LEASES, PERIOD, OpenLibrary, write

from assistant.index import reembed as module
from assistant.index.reembed import reembed
from assistant.index.rows import passage_rows, sentence_rows
from assistant.index.store import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The closed home of an index made with the model `fake`; its files are gone."""
    monkeypatch.setattr(module, "_BATCH", 2)
    with OpenLibrary(tmp_path / "home") as library:
        library.store.set_meta(embedding_model="fake", embedding_dimension="64")
        for path in write(tmp_path / "files", {"a.md": LEASES + PERIOD, "b.md": BAKERY}):
            library.ingest.add(path)
            path.unlink()
    store = Store(tmp_path / "home")
    store.open()
    return store


def vectors(store: Store) -> list[np.ndarray]:
    ids = sorted(store.passage_ids())
    rows = passage_rows(store, ids)
    return [rows[i].vector for i in ids] + [row.vector for row in sentence_rows(store, ids)]


def test_all_is_as_if_it_had_been_added_with_the_new_model(store: Store, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    model = FakeEmbedder("wide", 96)
    count = reembed(store, model, lambda *step: told.append(step))
    assert count == len(vectors(store))
    assert told[-1] == ("embedding with wide", count, count)
    store.close()
    with OpenLibrary(tmp_path / "other", FakeEmbedder("wide", 96)) as other:
        for path in write(tmp_path / "files", {"a.md": LEASES + PERIOD, "b.md": BAKERY}):
            other.ingest.add(path)
        expected = vectors(other.store)
    with OpenLibrary(tmp_path / "home", model) as opened:
        assert (opened.store.get_meta("embedding_model"), opened.store.get_meta("embedding_dimension")) == (
            "wide",
            "96",
        )
        assert all(np.allclose(a, b) for a, b in zip(vectors(opened.store), expected, strict=True))
        assert opened.in_step()
        assert opened.finds_right("rye loaf")
        assert reembed(opened.store, model) == 0


def test_until_all_is_there_the_old_vectors_stay_and_it_goes_on_where_it_stopped(store: Store, tmp_path: Path) -> None:
    before = vectors(store)
    batches = -(-len(store.passage_ids()) // 2)
    with pytest.raises(RuntimeError):
        reembed(store, FakeEmbedder("wide", 96, fail_after=batches))
    assert all(np.array_equal(a, b) for a, b in zip(vectors(store), before, strict=True))
    store.close()
    # It is still an index of the old model, and can be used and changed as one.
    with OpenLibrary(tmp_path / "home") as opened:
        assert opened.repaired is None
        opened.ingest.remove(["b.md"])
        opened.ingest.add(write(tmp_path / "files", {"c.md": BAKERY})[0])
    store.open()
    model = FakeEmbedder("wide", 96)
    reembed(store, model)
    again = [text for call in model.calls for text in call]
    assert not any("Harbour Compute leased" in text and text.startswith("Harbour Compute >") for text in again)
    assert {len(vector) for vector in vectors(store)} == {96}
    store.close()
    with OpenLibrary(tmp_path / "home", FakeEmbedder("wide", 96)) as opened:
        assert opened.in_step()
        assert opened.names() == ["a.md", "c.md"]


def test_a_third_model_does_not_go_on_with_the_second_ones_vectors(store: Store) -> None:
    with pytest.raises(RuntimeError):
        reembed(store, FakeEmbedder("wide", 96, fail_after=1))
    reembed(store, FakeEmbedder("narrow", 32))
    assert {len(vector) for vector in vectors(store)} == {32}
    store.close()
