"""Searching and asking through the public door, with a scripted chat model on real SQLite and Chroma."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from facade_parts import QUESTION, Make, check_answer
from fakes import GradualChat, ScriptedChat

from assistant.answering.answer import EvidenceFound, Finished, SentenceSettled, Status, Turn
from assistant.errors import AssistantError, QuestionError, UnknownDocumentError
from assistant.facade import Assistant

REPLY = "[1] Harbour Compute leased 412 megawatts of capacity in the second quarter."


def test_search(filled: Assistant) -> None:
    hits = filled.search(QUESTION, k=2)
    assert len(hits) == 2
    assert hits[0].document == "leases.md"
    for hit in hits:
        assert hit.text == filled.text(hit.document)[hit.start : hit.end]
    assert {hit.document for hit in filled.search(QUESTION, documents=["bakery.md"])} == {"bakery.md"}
    history = [Turn(role="user", content="Tell me about the rye loaf.")]
    assert filled.search("How much is it?", history=history)[0].document == "bakery.md"


@pytest.mark.parametrize("question", ["", "  \n ", "w" * 4001])
def test_questions_that_cannot_be_asked(filled: Assistant, question: str) -> None:
    for use in (filled.search, filled.ask, lambda text: list(filled.stream(text))):
        with pytest.raises(QuestionError) as caught:
            use(question)
        assert caught.value.next_step


def test_unknown_document_in_scope(filled: Assistant) -> None:
    for use in (filled.search, filled.ask):
        with pytest.raises(UnknownDocumentError, match=r"nowhere\.md"):
            use(QUESTION, documents=["nowhere.md"])


def test_without_a_chat_model_the_documents_are_quoted(filled: Assistant) -> None:
    assert filled.model_name == "quote-only"
    filled.warm()
    answer = filled.ask(QUESTION)
    check_answer(filled, answer)
    assert (answer.question, answer.standalone_question) == (QUESTION, QUESTION)
    assert answer.status is Status.ANSWERED
    assert answer.model == "quote-only"
    assert "412 megawatts" in answer.citations[0].quote
    assert answer.citations[0].document == "leases.md"


def test_asking_an_empty_index(make_assistant: Make) -> None:
    answer = make_assistant().ask(QUESTION)
    assert answer.status is Status.NOT_FOUND
    assert answer.citations == ()


def test_the_chat_model_writes_and_the_documents_check(
    make_assistant: Make, files: list[Path], scripted: ScriptedChat
) -> None:
    assistant = make_assistant(chat=scripted.enqueue(REPLY))
    assistant.add(files)
    answer = assistant.ask(QUESTION)
    check_answer(assistant, answer)
    assert answer.model == assistant.model_name
    assert scripted.left == 0
    request = str(scripted.seen[0][-1].content)
    assert QUESTION in request
    assert "leased 412 megawatts" in request
    assert answer.status is Status.ANSWERED
    assert "412 megawatts" in answer.answer
    assert "412 megawatts" in answer.citations[0].quote


def test_what_the_documents_do_not_say_is_never_stated(
    make_assistant: Make, files: list[Path], scripted: ScriptedChat
) -> None:
    assistant = make_assistant(chat=scripted.enqueue("[1] Harbour Compute leased 987 megawatts to the Emir of Kano."))
    assistant.add(files)
    answer = assistant.ask(QUESTION)
    check_answer(assistant, answer)
    for sentence in answer.sentences:
        assert sentence.struck or "987" not in sentence.text
    assert "Kano" not in answer.answer


def test_the_stream_tells_what_the_answer_says(make_assistant: Make, files: list[Path], scripted: ScriptedChat) -> None:
    assistant = make_assistant(chat=scripted.enqueue(REPLY))
    assistant.add(files)
    first, *settled, last = assistant.stream(QUESTION)
    assert isinstance(first, EvidenceFound)
    assert first.standalone_question == QUESTION
    assert first.quotes
    for quote in first.quotes:
        assert quote.quote == assistant.text(quote.document)[quote.start : quote.end]
    assert isinstance(last, Finished)
    assert all(isinstance(event, SentenceSettled) for event in settled)
    assert tuple(event.sentence for event in settled) == last.answer.sentences
    for event in settled:
        assert {citation.number for citation in event.citations} == set(event.sentence.citations)
    check_answer(assistant, last.answer)


def test_a_stream_may_be_left_at_any_event(make_assistant: Make, files: list[Path]) -> None:
    chat = ScriptedChat()
    assistant = make_assistant(chat=chat)
    assistant.add(files)
    for events in range(3):
        chat.enqueue(REPLY)
        stream = assistant.stream(QUESTION)
        for _ in range(events):
            next(stream)
        stream.close()  # type: ignore[attr-defined]
    while chat.left:
        assistant.ask(QUESTION)
    check_answer(assistant, assistant.ask(QUESTION) if chat.enqueue(REPLY) else pytest.fail())


def test_quotes_wait_for_no_chat_model_and_outlive_one_that_cannot_be_loaded(
    filled: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, loaded = threading.Event(), threading.Event()

    def load(settings: Any) -> None:
        loading.set()
        assert loaded.wait(60)
        raise AssistantError("No model", "Fetch it.")

    monkeypatch.setattr("assistant.models.chat.load_chat_model", load)
    stream = filled.stream(QUESTION)
    with ThreadPoolExecutor(1) as pool:
        try:
            found = pool.submit(next, stream).result(30)
            rest = pool.submit(list, stream)
            assert loading.wait(30)
        finally:
            loaded.set()
        with pytest.raises(AssistantError, match="No model"):
            rest.result(30)
    assert isinstance(found, EvidenceFound) and "412 megawatts" in found.quotes[0].quote


@pytest.mark.parametrize("close", [True, False])
def test_a_stream_that_is_left_has_the_model_write_no_further_word(
    make_assistant: Make, files: list[Path], close: bool
) -> None:
    chat, stop = GradualChat(), threading.Event()
    chat.enqueue(f"{REPLY} It pays {'much ' * 50}for it.")
    assistant = make_assistant(chat=chat)
    assistant.add(files)
    stream = assistant.stream(QUESTION, stopped=stop.is_set)
    assert isinstance(next(stream), EvidenceFound)
    if close:
        chat.let.release(len(REPLY) // chat.piece + 20)
        assert isinstance(next(stream), SentenceSettled)
        stream.close()  # type: ignore[attr-defined]
        assert chat.closed.is_set()
        return
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(list, stream)
        chat.let.release(2)
        while chat.given < 2:
            assert not rest.done()
            time.sleep(0.01)
        stop.set()
        chat.let.release()
        assert rest.result(60) == []
    assert chat.closed.is_set() and chat.given == 3


def test_a_chat_model_that_breaks_off_is_a_named_error(
    make_assistant: Make, files: list[Path], scripted: ScriptedChat
) -> None:
    assistant = make_assistant(chat=scripted.enqueue("[1] Harbour", error=ConnectionError("reset by peer")))
    assistant.add(files)
    with pytest.raises(AssistantError) as caught:
        assistant.ask(QUESTION)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)
    scripted.enqueue(REPLY)
    check_answer(assistant, assistant.ask(QUESTION))


def test_a_follow_up_question(make_assistant: Make, files: list[Path], scripted: ScriptedChat) -> None:
    assistant = make_assistant(chat=scripted.enqueue("[1] A rye loaf costs 6 euros."))
    assistant.add(files)
    history = [Turn(role="user", content="Tell me about the rye loaf."), Turn(role="assistant", content="Gladly.")]
    answer = assistant.ask("How much does it cost?", history=history)
    check_answer(assistant, answer)
    assert answer.question == "How much does it cost?"
    assert answer.standalone_question == "How much does it cost? (asked after: Tell me about the rye loaf.)"
