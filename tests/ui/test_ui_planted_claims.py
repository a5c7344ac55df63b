"""One wrong claim put in the chat model's mouth: it is struck in the terminal, in the JSON and on the page.

A model that is led step by step, as the embedded one is, is held to the sentence it was led to: its wrong words are
struck as well, or give way to those of the document or to a refusal before they are shown. They never stand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import ScriptedChat, logprob
from langchain_core.messages import BaseMessage
from ui_server import running

from assistant.answering.answerer import NOT_FOUND
from assistant.answering.compose import STRUCK_NOTE
from assistant.answering.prompting import CLOSEST
from assistant.cli import main
from assistant.facade import Assistant
from assistant.models.chat import ChatModel
from assistant.ui.app import build_app

NOTE = """# Lorne Securities on Quarrix

Lorne Securities has a Buy rating on Quarrix and a price target of $835. Brambleton was not rated.

Its analysts wrote: “The plan looks sound to us.”

According to the Harbour Post, Quarrix has reportedly cut its costs by about half.

Quarrix had sales of $5.2 million in 2025 and of $4.1 million in 2024.
"""
QUESTION = "What does Lorne Securities say of Quarrix and its costs?"
#: What is planted, and the words of the document that stand in its place.
PLANTED = {
    "a wrong number": ("Lorne Securities has a price target of $853 on Quarrix.", "$835"),
    "a wrong company": ("Morwen Partners has a price target of $835 on Quarrix.", "Lorne Securities"),
    "a company named beside it": ("Brambleton has a price target of $835 on Quarrix.", "Lorne Securities"),
    "an invented quote": ("Its analysts wrote: “The plan looks brilliant to us.”", "The plan looks sound to us."),
    "another year's figure": ("Quarrix had sales of $4.1 million in 2025.", "$4.1 million in 2024"),
    "a flat claim": ("Quarrix has cut its costs by about half.", "reportedly"),
}

planted = pytest.mark.parametrize(("claim", "instead"), PLANTED.values(), ids=PLANTED)


class SteppedChat(ScriptedChat):
    """A scripted model that is led step by step: for it the sentence with the words `closest` answers, and surely."""

    closest: str = ""

    def _next(
        self, messages: list[BaseMessage], options: dict[str, Any]
    ) -> tuple[str, list[dict[str, Any]] | None, Exception | None]:
        opening = str(messages[-1].content)
        if opening == CLOSEST:
            found = re.search(rf"\[(\d+)\] [^\n]*{re.escape(self.closest)}", str(messages[-2].content))
            assert found, "the sentence is not in the evidence"
            return found[1], [logprob(found[1], **{found[1]: 0.0})], None
        if opening.endswith("\nStated:"):
            return "yes", [logprob("yes", yes=0.0)], None
        return super()._next(messages, options)


def led_to(words: str, claim: str) -> SteppedChat:
    chat = SteppedChat(closest=words)
    chat.enqueue(claim)
    return chat


@pytest.fixture
def note(work: Path) -> Path:
    path = work / "note.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> Callable[[ScriptedChat], None]:
    """Makes a scripted model the one that settings load: one that is led step by step stands for the embedded one."""

    def load(chat: ScriptedChat) -> None:
        model = ChatModel(chat, "scripted", "embedded" if isinstance(chat, SteppedChat) else "remote")
        monkeypatch.setattr("assistant.models.chat.load_chat_model", lambda settings: model)

    return load


@pytest.fixture
def ask(
    make_assistant: Callable[..., Assistant], note: Path, speaks: Callable[[ScriptedChat], None],
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., str]:  # fmt: skip
    """`assistant ask` with a scripted model; gives what it printed on stdout."""
    with make_assistant() as filling:
        filling.add([note])
    monkeypatch.setenv("COLUMNS", "200")

    def run(chat: ScriptedChat, *options: str) -> str:
        speaks(chat)
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
    struck, *rest = ask(scripted).splitlines()
    assert struck == f"{claim} (struck: the documents do not say so)"
    assert instead in rest[0] and rest[0].endswith("[1]")
    assert claim not in "\n".join(rest)


@planted
def test_in_the_json(ask: Callable[..., str], scripted: ScriptedChat, claim: str, instead: str) -> None:
    scripted.enqueue(claim)
    answer = json.loads(ask(scripted, "--json"))
    first, second, *_ = answer["sentences"]
    assert first == {"text": claim, "citations": [], "struck": True, "item": False}
    assert not second["struck"] and second["citations"] == [1] and instead in second["text"]
    assert claim not in answer["answer"] and STRUCK_NOTE in answer["answer"]
    assert all(found["quote"] in NOTE for found in answer["citations"])
    assert all(figure["supported"] is (figure["text"] not in claim or figure["citation"] is not None)
               for figure in answer["figures"])  # fmt: skip


@planted
def test_led_step_by_step_it_never_stands_in_the_terminal(ask: Callable[..., str], claim: str, instead: str) -> None:
    told, _, sources = ask(led_to(instead, claim)).partition("\n\n")
    assert all(line == f"{claim} (struck: the documents do not say so)" for line in told.splitlines() if claim in line)
    assert any(instead in line and line.endswith("[1]") for line in told.splitlines())
    assert instead in sources


@planted
def test_led_step_by_step_it_never_stands_in_the_json(ask: Callable[..., str], claim: str, instead: str) -> None:
    chat = led_to(instead, claim)
    answer = json.loads(ask(chat, "--json"))
    assert chat.left == 0, "the claim was never made"
    standing = [sentence for sentence in answer["sentences"] if not sentence["struck"]]
    assert claim not in answer["answer"] and not any(claim in sentence["text"] for sentence in standing)
    assert any(instead in sentence["text"] and sentence["citations"] for sentence in standing)
    said = [sentence["text"] for sentence in standing if not sentence["citations"]]
    assert said == ([NOT_FOUND] if answer["status"] == "not_found" else [])
    assert all(found["quote"] in NOTE for found in answer["citations"])
    struck = [sentence["text"] for sentence in answer["sentences"] if sentence["struck"]]
    assert struck in ([], [claim])
    assert bool(struck) is any(not figure["supported"] for figure in answer["figures"])


def asked_on(page: Any, url: str) -> None:
    """Ask on the page and wait for the answer."""
    page.goto(url)
    page.wait_for_selector("body[data-loaded]")
    page.fill("#question textarea", QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[aria-busy="false"]')


@pytest.mark.browser
@planted
def test_on_the_page(
    page: Any, make_assistant: Callable[..., Assistant], note: Path, scripted: ScriptedChat, claim: str, instead: str
) -> None:
    assistant = make_assistant(chat=scripted)
    assistant.add([note])
    scripted.enqueue(claim)
    with running(build_app(assistant, assistant.settings)) as url:
        asked_on(page, url)
        struck = page.locator(".exchange .struck")
        assert struck.count() == 1 and struck.locator("s").inner_text() == claim
        assert "Not supported" in struck.inner_text()
        style = "getComputedStyle(document.querySelector('.struck s')).textDecorationLine"
        assert page.evaluate(style) == "line-through"
        shown = page.inner_text(".exchange .sentence >> nth=0")
        assert instead in shown and re.search(r"\[1\]$", shown)
        # What replaces it is not doubted for having the struck sentence's figures.
        assert page.locator(".exchange .loose, .exchange .caution").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize(("claim", "instead"), [PLANTED["a wrong company"], PLANTED["a flat claim"]])
def test_led_step_by_step_it_never_stands_on_the_page(
    page: Any, make_assistant: Callable[..., Assistant], note: Path, speaks: Callable[[ScriptedChat], None],
    claim: str, instead: str,
) -> None:  # fmt: skip
    speaks(led_to(instead, claim))
    assistant = make_assistant()
    assistant.add([note])
    with running(build_app(assistant, assistant.settings)) as url:
        asked_on(page, url)
        standing = page.locator(".exchange .sentence").all_inner_texts()
        assert not any(claim in text for text in standing) and any(instead in text for text in standing)
        assert page.inner_text(".exchange .answer").count(claim) == page.locator(".exchange .struck").count()
        assert page.locator(".exchange .loose, .exchange .caution").count() == 0
