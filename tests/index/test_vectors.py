"""Chroma is derived: whatever happens to its folder, it is put right from SQLite without embedding again."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeEmbedder
from library_parts import BAKERY, LEASES, OpenLibrary, new_document, write

from assistant.errors import StorageError
from assistant.index.vectors import VectorIndex, fingerprint

#: Chroma writes its index files from this many vectors on; fewer stay in its own database.
WRITTEN = 1000


def large_source() -> str:
    return "\n\n".join(
        f"## Part {n}\n\nPart {n} speaks of stone{n % 97} and river{n % 89}." for n in range(WRITTEN + 60)
    )


@pytest.fixture(scope="module")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("small") / "home"
    with OpenLibrary(home) as opened:
        for path in write(home.parent, {"leases.md": LEASES, "bakery.md": BAKERY}):
            opened.ingest.add(path)
    return home


@pytest.fixture(scope="module")
def large_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("large") / "home"
    with OpenLibrary(home) as opened:
        (path,) = write(home.parent, {"large.md": large_source()})
        assert opened.ingest.add(path).passages > WRITTEN
    assert list((home / "chroma").rglob("data_level0.bin"))
    return home


def remove_all(folder: Path) -> None:
    shutil.rmtree(folder)


def garbage_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"no database " * 1000)


def remove_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").unlink()


def a_file_instead(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


def zero_vectors(folder: Path) -> None:
    for path in folder.rglob("data_level0.bin"):
        path.write_bytes(bytes(path.stat().st_size))


def cut_vectors(folder: Path) -> None:
    for path in folder.rglob("data_level0.bin"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def remove_index_files(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def check_repaired(origin: Path, tmp_path: Path, damage: Callable[[Path], None], says: str) -> None:
    home = tmp_path / "damaged"
    shutil.copytree(origin, home)
    damage(home / "chroma")
    embedder = FakeEmbedder()
    with OpenLibrary(home, embedder) as opened:
        assert embedder.calls == [], "vectors were made again"
        assert says in str(opened.repaired)
        aside = list(home.glob("chroma.damaged-*"))
        assert len(aside) == (1 if "set aside" in says else 0)
        assert opened.in_step()
        for question in ("stone7 river7", "part 1033", "rye loaf", "megawatts leased"):
            assert opened.finds_right(question)
        (path,) = write(tmp_path, {"more.md": "# More\n\nA heron stands in the reeds."})
        opened.ingest.add(path)
        assert opened.engine.retrieve("heron reeds").hits[0].document == "more.md"
    with OpenLibrary(home) as again:
        assert again.repaired is None
        assert again.in_step()


@pytest.mark.parametrize("damage", [garbage_database, remove_database, a_file_instead])
def test_damage_to_a_small_index(small_home: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    check_repaired(small_home, tmp_path, damage, "set aside as chroma.damaged-")


@pytest.mark.parametrize("damage", [zero_vectors, cut_vectors, remove_index_files])
def test_damage_to_the_index_files(large_home: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    check_repaired(large_home, tmp_path, damage, "set aside as chroma.damaged-")


def test_only_the_last_damaged_folder_is_kept(small_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "damaged"
    shutil.copytree(small_home, home)
    kept = []
    for _ in range(2):
        garbage_database(home / "chroma")
        with OpenLibrary(home) as opened:
            assert "set aside" in str(opened.repaired)
        kept.append(list(home.glob("chroma.damaged-*")))
    assert [len(each) for each in kept] == [1, 1] and kept[0] != kept[1]


def test_a_missing_folder_is_made_anew(small_home: Path, tmp_path: Path) -> None:
    check_repaired(small_home, tmp_path, remove_all, "missing")


def test_a_sound_index_opens_without_another_process(
    small_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_home, home)
    with OpenLibrary(home) as opened:
        assert opened.repaired is None
    monkeypatch.setattr(VectorIndex, "_probe", lambda self: pytest.fail("a sound index was probed"))
    with OpenLibrary(home) as opened:
        assert opened.repaired is None
        assert opened.in_step()


def test_a_new_home_needs_no_repair(tmp_path: Path) -> None:
    with OpenLibrary(tmp_path / "new") as opened:
        assert opened.repaired is None
        assert opened.nearest("anything") == []


# --- an interrupted write -----------------------------------------------------------------------------------


def interrupt(home: Path, written: str) -> None:
    """Write to SQLite and end when Chroma has heard nothing or all of it, as a kill would."""
    opened = OpenLibrary(home)
    opened.store.replace(new_document("heron.md", "# Heron\n\nA heron stands in the reeds."))
    removed = opened.store.delete(["bakery.md"], leave_out=False)
    if written == "all":
        opened.vectors._delete(removed)
        opened.vectors._upsert(sorted(opened.store.passage_ids()), None)
    opened.vectors._disconnect()
    opened.store.close()


@pytest.mark.parametrize("written", ["nothing", "all"])
def test_an_interrupted_write_is_completed(small_home: Path, tmp_path: Path, written: str) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_home, home)
    interrupt(home, written)
    embedder = FakeEmbedder()
    with OpenLibrary(home, embedder) as opened:
        assert embedder.calls == []
        assert opened.in_step()
        assert opened.names() == ["heron.md", "leases.md"]
        assert opened.finds_right("heron reeds")
        assert opened.finds_right("rye loaf")


# --- Chroma refuses while running ---------------------------------------------------------------------------


def test_a_failed_write_is_mended_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write(tmp_path, {"leases.md": LEASES, "bakery.md": BAKERY})
    with OpenLibrary(tmp_path / "home") as opened:
        opened.ingest.add(paths[0])

        def refuse(**_: object) -> None:
            raise RuntimeError("no more room in the segment")

        monkeypatch.setattr(opened.vectors._collection, "upsert", refuse, raising=False)
        opened.ingest.add(paths[1])
        assert opened.in_step()
        assert opened.finds_right("rye loaf")
        assert opened.store.get_meta("vectors_dirty") == "0"


def test_what_cannot_be_written_at_all_is_told_and_mended_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    paths = write(tmp_path, {"leases.md": LEASES, "bakery.md": BAKERY})
    with OpenLibrary(tmp_path / "home") as opened:
        opened.ingest.add(paths[0])

        def full(self: VectorIndex, *_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as broken:
            broken.setattr(VectorIndex, "_upsert", full)
            with pytest.raises(StorageError, match="No space left") as caught:
                opened.ingest.add(paths[1])
            assert "disk space" in caught.value.next_step
            with pytest.raises(StorageError, match="not open"):
                opened.nearest("rye loaf")
        assert opened.store.get_meta("vectors_dirty") == "1"
        # The next write finds room again and brings everything in step.
        (more,) = write(tmp_path, {"more.md": "# More\n\nA heron stands in the reeds."})
        opened.ingest.add(more)
        assert opened.in_step()
        assert opened.names() == ["bakery.md", "leases.md", "more.md"]
        assert opened.finds_right("rye loaf")


# --- searching ----------------------------------------------------------------------------------------------


def test_query_scope_and_scores(small_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_home, home)
    with OpenLibrary(home) as opened:
        ids = opened.store.document_ids(["bakery.md"])
        vector = opened.embedder.encode(["megawatts leased by harbour"])[0]
        everywhere = opened.vectors.query(vector, 50)
        within = opened.vectors.query(vector, 50, ids)
        assert len(everywhere) == len(opened.store.passage_ids())
        assert {key for key, _ in within} < {key for key, _ in everywhere}
        scores = [score for _, score in everywhere]
        assert scores == sorted(scores, reverse=True)
        own = opened.store.passage_vectors([everywhere[-1][0]])[0]
        (key, score), *_ = opened.vectors.query(own[3], 1)
        assert key == own[0]
        assert score == pytest.approx(1.0, abs=1e-4)


def test_fingerprint_notices_every_change(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a").write_text("one")
    seen = {fingerprint(tmp_path)}
    (tmp_path / "inner" / "a").write_text("longer")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "inner" / "b").write_text("")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "inner" / "b").rename(tmp_path / "b")
    seen.add(fingerprint(tmp_path))
    assert len(seen) == 4
    assert fingerprint(tmp_path) in seen
