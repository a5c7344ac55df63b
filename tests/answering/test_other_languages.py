"""Questions in other languages end in an answer or a refusal, never in a crash or a made-up fact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import ScriptedChat

from assistant.answering.answer import Status
from assistant.answering.answerer import NOT_FOUND
from assistant.answering.language import ENGLISH_ONLY, is_other_language
from assistant.facade import Assistant

NOTE = """# Lorne Securities on Quarrix

Lorne Securities keeps its Buy rating on Quarrix and has a price target of $835.
"""
QUESTIONS = {
    "French": "Quel est l'objectif de cours de Lorne Securities pour Quarrix ?",
    "German": "Welches Kursziel hat Lorne Securities für Quarrix?",
    "Chinese": "Lorne Securities 对 Quarrix 的目标价是多少？",
    "Chinese without names": "目标价是多少？",
    "Arabic": "ما هو السعر المستهدف؟",
    "Russian": "Какова целевая цена Quarrix?",
    "Hindi": "लक्ष्य मूल्य क्या है?",
    "emoji": "🚀🌳?",
}


@pytest.fixture
def note(work: Path) -> Path:
    path = work / "note.md"
    path.write_text(NOTE, encoding="utf-8")
    return path


@pytest.mark.parametrize("reply", ["[0]", "[1] Lorne Securities has a price target of $835.", "目标价是 900 美元。"])
def test_with_a_chat_model(
    make_assistant: Callable[..., Assistant], scripted: ScriptedChat, note: Path, reply: str
) -> None:
    made = make_assistant(chat=scripted)
    made.add([note])
    for name, question in QUESTIONS.items():
        scripted.enqueue(reply)
        found = made.ask(question)
        assert found.answer, name
        assert all(citation.quote in NOTE for citation in found.citations), name
        assert "900" not in found.answer, name
        if found.status is Status.NOT_FOUND:
            assert found.answer.startswith(f"{NOT_FOUND} {ENGLISH_ONLY}"), name
        assert reply != "[0]" or found.status is not Status.ANSWERED, name


def test_without_a_chat_model(make_assistant: Callable[..., Assistant], note: Path) -> None:
    made = make_assistant()
    made.add([note])
    for name, question in QUESTIONS.items():
        found = made.ask(question)
        assert found.answer and all(citation.quote in NOTE for citation in found.citations), name


@pytest.mark.parametrize("question", [*list(QUESTIONS.values())[:-1], "¿Cuál es el precio?", "Wie hoch ist das Ziel?"])
def test_another_language_is_seen(question: str) -> None:
    assert is_other_language(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the price target?",
        "price target Quarrix",
        "Quarrix?",
        "Who is Maria de la Cruz of Banco del Sur?",
        "What does “die Lage ist gut” mean?",
        "How is Les Misérables by Victor Hugo rated in the note?",
        "What is 目标价?",
        "$835?",
        "",
    ],
)
def test_english_is_not_taken_for_another(question: str) -> None:
    assert not is_other_language(question)
