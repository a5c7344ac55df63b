"""Uploaded files and their documents stay together, whenever the program is killed, on a real index."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from source_parts import Make
from ui_server import event, program

from assistant.facade import Assistant
from assistant.settings import load_settings
from assistant.ui.copies import Copies

FIRST, SECOND = b"# Note\n\nThe heron waits.\n", b"# Note\n\nThe otter swims, and the reed bends.\n"


def arrival(work: Path, content: bytes) -> Path:
    path = work / "arrived"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize("update", [False, True])
def test_a_file_on_its_way_when_the_program_was_killed_is_put_right(
    make_assistant: Make, work: Path, home: Path, update: bool, indexed: bool
) -> None:
    assistant = make_assistant()
    copies = Copies(assistant, home)
    copy = copies.folder / "note.md"
    if update:
        with copies.taking_in("note.md", arrival(work, FIRST)) as target:
            assistant.add([target], origin="uploaded")
    # Entered and never left, as by a process that was killed.
    killed = copies.taking_in("note.md", arrival(work, SECOND))
    target = killed.__enter__()
    if indexed:
        assistant.add([target], origin="uploaded")
    assert copy.read_bytes() == SECOND
    assistant.close()

    later = make_assistant()
    Copies(later, home).sweep()
    wanted = SECOND if indexed else FIRST if update else None
    assert [info.name for info in later.documents()] == ([] if wanted is None else ["note.md"])
    assert (copy.read_bytes() if copy.exists() else None) == wanted
    if wanted:
        assert later.originals.read("note.md").data == wanted
    assert list((home / "arriving").iterdir()) == []


def test_what_had_not_begun_or_is_not_ours_is_left_alone(make_assistant: Make, work: Path, home: Path) -> None:
    assistant = make_assistant()
    copies = Copies(assistant, home)
    with copies.taking_in("note.md", arrival(work, FIRST)) as copy:
        assistant.add([copy], origin="uploaded")
    precious = work / "precious.md"
    precious.write_text("mine")
    notes = {
        "begun": None,
        "half": '{"copy": "',
        "odd": "[]",
        "foreign": json.dumps({"copy": str(precious), "previous": False}),
        "unused": json.dumps({"copy": str(copy), "previous": True}),
    }
    for name, note in notes.items():
        stash = home / "arriving" / name
        stash.mkdir()
        (stash / "previous").write_bytes(b"older")
        if note is not None:
            (stash / "note.json").write_text(note)
    copies.sweep()
    assert precious.read_text() == "mine" and copy.read_bytes() == FIRST
    assert list((home / "arriving").iterdir()) == []


def test_what_cannot_be_put_right_now_is_tried_again(
    make_assistant: Make, work: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = make_assistant()
    copies = Copies(assistant, home)
    killed = copies.taking_in("note.md", arrival(work, FIRST))
    copy = killed.__enter__()

    def held(*_: Any, **__: Any) -> None:
        raise PermissionError("in use by another program")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", held)
        copies.sweep()
    assert copy.exists()
    copies.sweep()
    assert not copy.exists()


# --- the program itself -------------------------------------------------------------------------------------


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ready(url: str) -> bool:
    return bool(httpx.get(url + "/healthz", timeout=60).json()["status"] == "ready")


def upload(url: str, name: str, words: bytes) -> None:
    (path,) = httpx.post(url + "/gradio_api/upload", files={"files": (name, words)}, timeout=60).json()
    event(url, "sent", [None], {"files": [{"name": name, "size": len(words), "path": path}]})


@pytest.mark.slow
def test_killed_after_a_click_on_delete_document_and_copy_are_both_there_or_both_gone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    seen = Assistant(load_settings(home=home, corpus=home / "corpus", chat_model="none"))

    def names() -> list[str]:
        return [info.name for info in seen.documents()]

    def check_pairs() -> None:
        assert sorted(path.name for path in (home / "uploads").glob("*")) == names()
        assert [path for kind in ("deleted", "arriving") for path in (home / kind).glob("*")] == []
        for name in names():
            assert seen.originals.read(name)

    # Killed at once, then as soon as the document is gone, while it could still be put back.
    for at_once in (True, False):
        with program(home, "real") as (process, url):
            eventually(lambda: ready(url))
            check_pairs()
            for name, words in (("keep.md", FIRST), ("new.md", SECOND)):
                if name not in names():
                    upload(url, name, words)
            eventually(lambda: names() == ["keep.md", "new.md"])
            event(url, "act", [None, ""], {"action": "delete", "name": "new.md"})
            if not at_once:
                eventually(lambda: names() == ["keep.md"])
                assert (home / "uploads" / "new.md").exists()
            process.kill()
            process.wait(30)
    with program(home, "real") as (_, url):
        eventually(lambda: ready(url))
        assert names() == ["keep.md"]
        check_pairs()
