"""Work handed over gives what it gives alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_parts import QUESTION, Terminal
from fakes import ScriptedChat
from library_parts import BAKERY, LEASES, write

from assistant.answering.answer import Answer, EvidenceFound, Finished, Turn
from assistant.errors import (
    DocumentError,
    NameTakenError,
    OwnerError,
    QuestionError,
    UnknownDocumentError,
)
from assistant.facade import AddResult, Assistant
from assistant.index.scope import Scope
from assistant.owner.client import OwnerClient
from assistant.owner.desk import Desk
from assistant.owner.door import reach


def untimed(answer: Answer) -> dict[str, Any]:
    return answer.model_dump(exclude={"timings_ms"})


def test_questions_are_answered_as_the_owner_answers_them(owner: Assistant, terminal: Terminal) -> None:
    client = terminal()
    assert client.prepare() == owner.prepare() == []
    assert client.search(QUESTION, k=3) == owner.search(QUESTION, k=3)
    assert client.search(QUESTION, scope=Scope(documents=("bakery.md",))) == owner.search(
        QUESTION, scope=Scope(documents=("bakery.md",))
    )
    assert untimed(client.ask(QUESTION)) == untimed(owner.ask(QUESTION))
    turns = [Turn(role="user", content="Tell me about the rye loaf."), Turn(role="assistant", content="Gladly.")]
    asked = client.ask("How much does it cost?", history=turns, scope=Scope(documents=("bakery.md",)))
    assert untimed(asked) == untimed(
        owner.ask("How much does it cost?", history=turns, scope=Scope(documents=("bakery.md",)))
    )
    assert "6 euros" in asked.answer
    events = list(client.stream(QUESTION))
    assert isinstance(events[0], EvidenceFound) and isinstance(events[-1], Finished)
    assert events[:-1] == list(owner.stream(QUESTION))[:-1]


def test_the_chat_model_of_the_owner_answers(
    make_assistant: Callable[..., Assistant], scripted: ScriptedChat, work: Path
) -> None:
    owner = make_assistant(chat=scripted.enqueue("[1] Harbour Compute leased 412 megawatts of capacity."))
    owner.add(write(work, {"leases.md": LEASES}))
    desk = Desk(owner, owner.settings, "the chat")
    desk.open()
    with closing(desk), closing(reach(owner.settings)) as client:
        assert isinstance(client, OwnerClient)
        assert "412 megawatts" in client.ask(QUESTION).answer
    assert scripted.left == 0


def test_documents_come_and_go_with_progress(terminal: Terminal, owner: Assistant, work: Path) -> None:
    client = terminal(corpus=work / "mine")
    told: list[tuple[str, int, int]] = []
    write(work, {"reeds.md": "# Reeds\n\nA heron stands in the reeds.", "mine/otter.md": "# Otter\n\nIt swims."})
    (result,) = client.add([Path("reeds.md")], progress=lambda *step: told.append(step))
    assert (result.name, result.status, result.passages) == ("reeds.md", "added", 1)
    assert told and {what for what, _, _ in told} <= {"embedding reeds.md", "writing the vector index"}
    told.clear()
    # The corpus is the terminal's, not the owner's.
    assert [(each.name, each.status) for each in client.sync(progress=lambda *step: told.append(step))] == [
        ("otter.md", "added")
    ]
    assert told == [("otter.md", 0, 1), ("done", 1, 1)]
    told.clear()
    write(work, {"mine/otter.md": "# Otter\n\nIt swims and dives."})
    client.sync(within=lambda *step: told.append(step))
    assert told and {what for what, _, _ in told} <= {"embedding otter.md", "writing the vector index"}
    assert [each.status for each in client.sync(Path("mine"))] == ["unchanged"]
    write(work, {"mine/broken.md": "x\0\1"})
    results = [each for retry in (False, False, True) for each in client.sync(Path("mine"), retry=retry)]
    broken = [each.remembered for each in results if each.status == "failed"]
    assert broken == [False, True, True]
    soon: list[AddResult] = []
    (work / "mine" / "broken.md").write_text("# Mended\n\nIt can be read.")
    assert ("broken.md", "added") in [(each.name, each.status) for each in client.sync(Path("mine"), told=soon.append)]
    assert ("broken.md", "added") in [(each.name, each.status) for each in soon]
    client.remove(["broken.md"])
    assert [each.status for each in client.remove(["reeds.md", "otter.md"])] == ["removed", "removed"]
    assert [info.name for info in owner.documents()] == ["bakery.md", "leases.md"]


def test_errors_are_those_of_the_owner(terminal: Terminal, owner: Assistant, work: Path) -> None:
    client = terminal()
    write(work, {"elsewhere/leases.md": BAKERY})
    for error, use in (
        (QuestionError, lambda: client.ask("")),
        (QuestionError, lambda: client.search("w" * 5000)),
        (UnknownDocumentError, lambda: client.ask("What?", scope=Scope(documents=("nowhere.md",)))),
        (UnknownDocumentError, lambda: client.remove(["leases.md", "caf\udce9.md"])),
        (NameTakenError, lambda: client.add([work / "elsewhere" / "leases.md"])),
        (DocumentError, lambda: client.add([work / "nowhere.md"])),
        (DocumentError, lambda: client.add([work / "caf\udce9.md"])),
        (DocumentError, lambda: client.sync(work / "nowhere")),
    ):
        with pytest.raises(error) as caught:
            use()
        assert type(caught.value) is error
        assert caught.value.next_step
    assert len(owner.documents()) == 2


def test_what_a_person_must_know_is_told(owner: Assistant, desk: Desk, terminal: Terminal, tmp_path: Path) -> None:
    client = terminal()
    desk._caveat = lambda: "Asked while indexing."
    assert client.prepare() == client.prepare(chat=False) == ["Asked while indexing."]
    owner.remove(["leases.md", "bakery.md"])
    assert client.prepare() == ["Asked while indexing."]


def test_a_missing_chat_model_of_the_owner_is_told(
    make_assistant: Callable[..., Assistant], work: Path, tmp_path: Path
) -> None:
    owner = make_assistant(chat_model="qwen2.5-coder-1.5b-instruct", models_dir=tmp_path / "no models")
    owner.add(write(work, {"leases.md": LEASES}))
    desk = Desk(owner, owner.settings, "the chat")
    desk.open()
    with closing(desk), closing(reach(owner.settings)) as client:
        (note,) = client.prepare()
        assert "models pull" in note
        assert client.prepare(chat=False) == []


def test_a_defect_is_told_in_one_line_and_logged_by_the_owner(
    terminal: Terminal, owner: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(owner, "search", broken)
    client = terminal()
    with caplog.at_level(logging.ERROR), pytest.raises(Exception, match="went wrong inside the chat") as caught:
        client.search("rye")
    assert "secret" not in str(caught.value)
    assert "a secret detail" in caplog.text


@pytest.mark.parametrize(
    ("settings", "command", "says"),
    [
        ({"chat_model": "other"}, "ask", "ASSISTANT_CHAT_MODEL is none there and other here"),
        (
            {"chat_model": "m", "chat_base_url": "http://u:secret@localhost/v1"},
            "ask",
            "ASSISTANT_CHAT_BASE_URL is not set there and http://localhost/v1 here",
        ),
        ({"embedding_model": "folder"}, "search", "ASSISTANT_EMBEDDING_MODEL is all-MiniLM-L6-v2 there and /"),
        ({"passage_tokens": 99}, "sync", "ASSISTANT_PASSAGE_TOKENS is 160 there and 99 here"),
        ({"max_file_mb": 7}, "add", "ASSISTANT_MAX_FILE_MB is 40 there and 7 here"),
    ],
)
def test_other_settings_are_told_not_mixed(
    terminal: Terminal, owner: Assistant, settings: dict[str, Any], command: str, says: str
) -> None:
    client = terminal(**settings)
    use = {
        "ask": lambda: client.ask(QUESTION), "search": lambda: client.search(QUESTION),
        "sync": lambda: client.sync(Path.cwd()), "add": lambda: client.add([Path("leases.md")]),
    }[command]  # fmt: skip
    with pytest.raises(OwnerError) as caught:
        use()
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)
    assert len(owner.documents()) == 2


def test_settings_of_no_consequence_may_differ(terminal: Terminal, tmp_path: Path) -> None:
    client = terminal(chat_threads=1, embedding_batch=2, models_dir=tmp_path, chat_api_key="k", chat_timeout_s=9)
    assert client.ask(QUESTION).citations
    # And what only answers depend on matters to nothing else.
    assert terminal(chat_model="other", answer_tokens=99).search(QUESTION)
