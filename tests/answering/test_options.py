"""How one question is to be answered: by quotes alone, shorter or longer, whatever the settings say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import ScriptedChat
from library_parts import LEASES, write

from assistant.answering.answerer import CHOSEN_QUOTE_LEAD
from assistant.answering.options import AnswerOptions, tokens_for, words_for
from assistant.errors import ModelFileError
from assistant.facade import Assistant
from assistant.settings import Settings
from assistant.ui.preferences import facts_html, length_choices, model_place, options_of, privacy_html, remote_host

QUESTION = "How many megawatts did Harbour Compute lease?"
REPLY = "[1] Harbour Compute leased 412 megawatts of capacity in the second quarter."


@pytest.mark.parametrize(("length", "tokens", "words"), [("short", 96, 70), ("normal", 192, 140), ("long", 384, 290)])
def test_lengths_are_shares_of_the_setting(length: Any, tokens: int, words: int) -> None:
    assert (tokens_for(length, 192), words_for(length, 192)) == (tokens, words)
    assert tokens_for(length, 16) >= 16 and words_for(length, 16) >= 10


def test_an_answer_is_as_long_as_asked_for_and_the_next_is_not(
    make_assistant: Callable[..., Assistant], scripted: ScriptedChat, work: Path
) -> None:
    assistant = make_assistant(chat=scripted, answer_tokens=100)
    assistant.add(write(work, {"a.md": LEASES}))
    for options in (AnswerOptions(length="long"), AnswerOptions(length="short"), None):
        scripted.enqueue(REPLY)
        assert assistant.ask(QUESTION, options=options).status == "answered"
    assert [bound["max_tokens"] for bound in scripted.options] == [200, 50, 100]


def test_quotes_only_asks_no_model_and_the_next_question_does(
    make_assistant: Callable[..., Assistant], scripted: ScriptedChat, work: Path
) -> None:
    assistant = make_assistant(chat=scripted)
    assistant.add(write(work, {"a.md": LEASES}))
    told = assistant.ask(QUESTION, options=AnswerOptions(quote_only=True))
    assert told.model == "quote-only" and CHOSEN_QUOTE_LEAD in told.answer and scripted.seen == []
    assert told.citations[0].quote == assistant.text("a.md")[told.citations[0].start : told.citations[0].end]
    scripted.enqueue(REPLY)
    assert assistant.ask(QUESTION).model != "quote-only" and len(scripted.seen) == 1


def test_quotes_only_works_where_the_model_cannot_be_loaded(
    make_assistant: Callable[..., Assistant], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_settings: Settings) -> Any:
        raise ModelFileError("The model's file is damaged", "Pull it again.")

    monkeypatch.setattr("assistant.models.chat.load_chat_model", damaged)
    assistant = make_assistant(chat_model="qwen2.5-coder-1.5b-instruct")
    assistant.add(write(work, {"a.md": LEASES}))
    with pytest.raises(ModelFileError):
        assistant.ask(QUESTION)
    assert assistant.ask(QUESTION, options=AnswerOptions(quote_only=True)).status == "answered"


@pytest.mark.parametrize(
    ("quote_only", "length", "options"),
    [
        (True, "long", AnswerOptions(quote_only=True, length="long")),
        (False, "endless", AnswerOptions()),
        (None, None, AnswerOptions()),
        ("", ["short"], AnswerOptions()),
    ],
)
def test_what_the_controls_say_is_checked(quote_only: Any, length: Any, options: AnswerOptions) -> None:
    assert options_of(quote_only, length) == options


@pytest.mark.parametrize(
    ("url", "words", "leaves"),
    [
        (None, "on this machine", False),
        ("http://127.0.0.1:11434/v1", "on this machine", False),
        ("http://[::1]:8000/v1", "on this machine", False),
        ("http://127.0.0.1.evil.example/v1", "sent to 127.0.0.1.evil.example", True),
        ("https://api.example.com/v1", "sent to api.example.com", True),
    ],
)
def test_what_leaves_the_machine_is_said(url: str | None, words: str, leaves: bool) -> None:
    settings = Settings(chat_model="m", chat_base_url=url)
    assert words in model_place(url) and words in facts_html(settings, None, Path("f"))
    assert (remote_host(settings) is not None) is leaves
    assert ("Your questions" in privacy_html(settings, AnswerOptions())) is leaves
    assert "Your questions" not in privacy_html(settings, AnswerOptions(quote_only=True))
    assert "Nothing: documents" in facts_html(settings.model_copy(update={"chat_model": "none"}), None, Path("f"))


def test_the_lengths_are_quoted_in_words() -> None:
    assert length_choices(Settings(answer_tokens=192))[0] == ("Short, up to about 70 words", "short")
