"""Opening and closing behind the public door: who owns a home, and what cannot be opened."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from facade_parts import Make
from fakes import FakeEmbedder

from assistant.errors import AssistantError, HomeLockedError, IndexMismatchError, StorageError
from assistant.facade import Assistant


def test_nothing_is_opened_before_it_is_needed(make_assistant: Make, home: Path, embedder: FakeEmbedder) -> None:
    with make_assistant() as assistant:
        assistant.documents()
    assert not home.exists()
    assert embedder.calls == []


def test_closing_twice_and_using_it_again(filled: Assistant, home: Path) -> None:
    filled.close()
    filled.close()
    assert not (home / "owner.json").exists()
    assert len(filled.documents()) == 2
    assert filled.search("rye loaf")[0].document == "bakery.md"
    assert filled.repaired is None


def test_a_home_has_one_owner(filled: Assistant, make_assistant: Make) -> None:
    second = make_assistant()
    for use in (lambda: second.search("rye"), lambda: second.remove(["bakery.md"]), second.open):
        with pytest.raises(HomeLockedError):
            use()
    filled.close()
    assert second.search("rye")
    second.close()
    filled.open()


def test_a_loading_chat_model_holds_up_nothing_else(filled: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    loading, loaded = threading.Event(), threading.Event()

    def load(settings: Any) -> None:
        loading.set()
        assert loaded.wait(30)
        raise AssistantError("No model", "Fetch it.")

    monkeypatch.setattr("assistant.models.chat.load_chat_model", load)

    def warm() -> None:
        with pytest.raises(AssistantError, match="No model"):
            filled.warm()

    warming = threading.Thread(target=warm)
    warming.start()
    assert loading.wait(30)
    with ThreadPoolExecutor(1) as pool:
        try:
            assert pool.submit(filled.search, "rye loaf").result(10)
        finally:
            loaded.set()
    warming.join()


def test_claiming_takes_the_home_and_opens_nothing(make_assistant: Make, home: Path) -> None:
    assistant = make_assistant()
    assistant.claim()
    assistant.claim()
    with pytest.raises(HomeLockedError):
        make_assistant().claim()
    assert not (home / "assistant.db").exists()
    assistant.open()
    assistant.close()
    make_assistant().claim()


def test_another_embedding_model_is_refused(
    filled: Assistant, make_assistant: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.close()
    for other in (FakeEmbedder(name="other"), FakeEmbedder(dimension=32)):
        with monkeypatch.context() as changed:
            changed.setattr("assistant.models.embeddings.load_embeddings", lambda settings, other=other: other)
            assistant = make_assistant()
            with pytest.raises(IndexMismatchError, match=r"fake \(64") as caught:
                assistant.open()
            assert "ASSISTANT_EMBEDDING_MODEL" in caught.value.next_step
            assert len(assistant.documents()) == 2
    # The lock was given back and nothing was harmed.
    assert make_assistant().search("rye loaf")[0].document == "bakery.md"


def test_a_failing_model_gives_the_lock_back(make_assistant: Make, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(settings: Any) -> None:
        raise AssistantError("No model", "Fetch it.")

    with monkeypatch.context() as broken:
        broken.setattr("assistant.models.embeddings.load_embeddings", fail)
        with pytest.raises(AssistantError, match="No model"):
            make_assistant().open()
    assert not (home / "owner.json").exists()
    make_assistant().open()


@pytest.mark.parametrize("where", ["home", "home/beneath"])
def test_a_home_that_is_a_file(make_assistant: Make, home: Path, tmp_path: Path, where: str) -> None:
    home.write_text("not a folder")
    with pytest.raises(StorageError) as caught:
        make_assistant(home=tmp_path / where).open()
    assert "ASSISTANT_HOME" in caught.value.next_step


def test_a_home_that_cannot_be_written(make_assistant: Make, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.mkdir

    def denied(self: Path, *rest: Any, **more: Any) -> None:
        if self == home:
            raise PermissionError(13, "Permission denied", str(self))
        real(self, *rest, **more)

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(StorageError, match="Permission denied"):
        make_assistant().open()


def test_a_repair_is_told(filled: Assistant, make_assistant: Make, home: Path) -> None:
    filled.close()
    (home / "chroma" / "chroma.sqlite3").write_bytes(b"garbage " * 999)
    assistant = make_assistant()
    assistant.open()
    assert assistant.repaired is not None
    assert "set aside" in assistant.repaired
    assert assistant.search("rye loaf")[0].document == "bakery.md"
