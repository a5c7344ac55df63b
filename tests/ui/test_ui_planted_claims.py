"""One wrong claim put in the chat model's mouth: it is struck in the terminal, in the JSON and on the page."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import ScriptedChat
from ui_server import running

from assistant.answering.compose import STRUCK_NOTE
from assistant.cli import main
from assistant.facade import Assistant
from assistant.models.chat import ChatModel
from assistant.ui.app import build_app

NOTE = """# Lorne Securities on Quarrix

Lorne Securities has a Buy rating on Quarrix and a price target of $835. Brambleton was not rated.

Its analysts wrote: “The plan looks sound to us.”

According to the Harbour Post, Quarrix has reportedly cut its costs by about half.
"""
QUESTION = "What does Lorne Securities say of Quarrix and its costs?"
#: What is planted, and the words of the document that stand in its place.
PLANTED = {
    "a wrong number": ("Lorne Securities has a price target of $853 on Quarrix.", "$835"),
    "a wrong company": ("Morwen Partners has a price target of $835 on Quarrix.", "Lorne Securities"),
    "a company named beside it": ("Brambleton has a price target of $835 on Quarrix.", "Lorne Securities"),
    "an invented quote": ("Its analysts wrote: “The plan looks brilliant to us.”", "The plan looks sound to us."),
    "a flat claim": ("Quarrix has cut its costs by about half.", "reportedly"),
}

planted = pytest.mark.parametrize(("claim", "instead"), PLANTED.values(), ids=PLANTED)


@pytest.fixture
def note(work: Path) -> Path:
    path = work / "note.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


@pytest.fixture
def ask(
    make_assistant: Callable[..., Assistant], note: Path, scripted: ScriptedChat,
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., str]:  # fmt: skip
    """`assistant ask` with the scripted model; gives what it printed on stdout."""
    with make_assistant() as filling:
        filling.add([note])
    model = ChatModel(scripted, "scripted", "remote")
    monkeypatch.setattr("assistant.models.chat.load_chat_model", lambda settings: model)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["assistant", "ask", QUESTION, *options])
        capfd.readouterr()
        try:
            main()
        except SystemExit as end:
            assert not end.code
        return capfd.readouterr().out

    return run


@planted
def test_in_the_terminal(ask: Callable[..., str], scripted: ScriptedChat, claim: str, instead: str) -> None:
    scripted.enqueue(claim)
    struck, *rest = ask().splitlines()
    assert struck == f"{claim} (struck: the documents do not say so)"
    assert instead in rest[0] and rest[0].endswith("[1]")
    assert claim not in "\n".join(rest)


@planted
def test_in_the_json(ask: Callable[..., str], scripted: ScriptedChat, claim: str, instead: str) -> None:
    scripted.enqueue(claim)
    answer = json.loads(ask("--json"))
    first, second, *_ = answer["sentences"]
    assert first == {"text": claim, "citations": [], "struck": True, "item": False}
    assert not second["struck"] and second["citations"] == [1] and instead in second["text"]
    assert claim not in answer["answer"] and STRUCK_NOTE in answer["answer"]
    assert all(found["quote"] in NOTE for found in answer["citations"])
    assert all(figure["supported"] is (figure["text"] not in claim or figure["citation"] is not None)
               for figure in answer["figures"])  # fmt: skip


@pytest.mark.browser
@planted
def test_on_the_page(
    page: Any, make_assistant: Callable[..., Assistant], note: Path, scripted: ScriptedChat, claim: str, instead: str
) -> None:
    assistant = make_assistant(chat=scripted)
    assistant.add([note])
    scripted.enqueue(claim)
    with running(build_app(assistant, assistant.settings)) as url:
        page.goto(url)
        page.wait_for_selector("body[data-loaded]")
        page.fill("#question textarea", QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_selector('.exchange[aria-busy="false"]')
        struck = page.locator(".exchange .struck")
        assert struck.count() == 1 and struck.locator("s").inner_text() == claim
        assert "Not supported" in struck.inner_text()
        style = "getComputedStyle(document.querySelector('.struck s')).textDecorationLine"
        assert page.evaluate(style) == "line-through"
        shown = page.inner_text(".exchange .sentence >> nth=0")
        assert instead in shown and re.search(r"\[1\]$", shown)
