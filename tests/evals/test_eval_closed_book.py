"""The chat model asked without documents: its replies scored, its "I do not know" a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import ScriptedChat
from rich.console import Console

from assistant.answering.answer import Status, Turn
from assistant.errors import QuestionSetError
from assistant.settings import Settings
from evals.closed_book import INSTRUCTION, ClosedBook, ask_closed_book, run_closed_book
from evals.report import print_report
from evals.sets import Question


def book(*replies: str) -> tuple[ClosedBook, ScriptedChat]:
    chat = ScriptedChat()
    for reply in replies:
        chat.enqueue(reply)
    return ClosedBook(chat, "fake"), chat


def case(name: str, *answers: str) -> Question:
    return Question(
        id=name, question=f"What is {name}?", answers=answers, answerable=bool(answers), documents=(), type="t"
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("It was $835.", Status.ANSWERED),
        ("I do not know.", Status.NOT_FOUND),
        ("I don\u2019t have that information.", Status.NOT_FOUND),
        ("As of my last update, I cannot say.", Status.NOT_FOUND),
        ("", Status.NOT_FOUND),
    ],
)
def test_not_knowing_is_a_refusal(said: str, status: Status) -> None:
    answer = book(said)[0].ask("What was it?")
    assert (answer.status, answer.answer) == (status, said)


def test_the_model_is_given_the_conversation_and_no_document() -> None:
    asked, chat = book("Five.")
    asked.ask("And now?", history=[Turn(role="user", content="How many?"), Turn(role="assistant", content="Four.")])
    assert [message.content for message in chat.seen[0]] == [INSTRUCTION, "How many?", "Four.", "And now?"]


def test_a_run_counts_what_was_known_by_heart(tmp_path: Path) -> None:
    asked, _ = book("It is $835.", "I do not know.", "It is blue.")
    told: list[tuple[str, int, int]] = []
    run = ask_closed_book(asked, [case("a", "$835"), case("b", "$5"), case("c")], lambda *step: told.append(step))
    values = run.summary()
    assert values["correct"] == pytest.approx(1 / 3)
    assert (values["refusal_precision"], values["refusal_recall"]) == (0, 0)
    assert not any(name.startswith(("citation", "unsupported", "quote", "document")) for name in values)
    assert told[-1] == ("questions", 3, 3)
    with (tmp_path / "report").open("w") as out:
        print_report(run, None, Console(file=out, width=120))
    assert "Correct" in (tmp_path / "report").read_text()


def test_without_a_chat_model_there_is_nothing_to_ask(settings: Settings) -> None:
    without = settings.model_copy(update={"chat_model": "none"})
    with pytest.raises(QuestionSetError, match="no chat model"):
        run_closed_book(without, [case("a", "x")], lambda *_: None)
