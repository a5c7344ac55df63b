"""Prompt prefixes kept on disk, without a model."""

from __future__ import annotations

import os

import pytest

from assistant.models.prefixes import KEPT, PrefixStore, prefix_key


@pytest.fixture
def store(tmp_path):
    return PrefixStore(tmp_path / "prefixes")


def save(store: PrefixStore, key: str, content: bytes) -> None:
    name = store.temporary_name()
    assert name is not None
    (store.folder / name).write_bytes(content)
    store.accept(key, name)


def test_what_was_saved_is_found_under_its_key_alone(store):
    assert store.find("a") is None
    save(store, "a", b"one")
    name = store.find("a")
    assert name is not None and (store.folder / name).read_bytes() == b"one"
    assert store.find("b") is None
    assert [path.name for path in store.folder.iterdir()] == [name]


@pytest.mark.parametrize("content", [b"", b"on", b"onE", b"one and more"])
def test_a_damaged_file_is_deleted_and_made_anew(store, content):
    save(store, "a", b"one")
    name = store.find("a")
    (store.folder / name).write_bytes(content)
    assert store.find("a") is None
    assert list(store.folder.iterdir()) == []
    save(store, "a", b"one")
    assert store.find("a") == name


def test_only_the_last_used_are_kept(store):
    for number in range(KEPT):
        save(store, f"key{number}", b"%d" % number)
        os.utime(store.folder / store.find(f"key{number}"), (number, number))
    assert store.find("key0") is not None
    save(store, "new", b"new")
    assert len(list(store.folder.iterdir())) == KEPT
    assert store.find("key0") is not None and store.find("new") is not None
    assert store.find("key1") is None


def test_a_save_that_left_nothing_is_no_error(store):
    store.accept("a", store.temporary_name())
    store.drop("never there")
    assert store.find("a") is None


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = PrefixStore(tmp_path / "file" / "prefixes")
    assert store.temporary_name() is None and store.find("a") is None


def test_the_key_depends_on_every_part_and_its_place():
    keys = {prefix_key("a", 1, "b"), prefix_key("a", 2, "b"), prefix_key("b", 1, "a"), prefix_key("a", 1, "b", "")}
    assert len(keys) == 4
    assert prefix_key("a", 1, "b") == prefix_key("a", 1, "b")
