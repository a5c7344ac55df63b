"""Conversations in a real database: kept, found, named, deleted, restored, erased, whatever happens between."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from talk_parts import WHOLE

from assistant.answering.answer import Sentence
from assistant.conversations import store as store_module
from assistant.conversations.database import DATABASE, Database
from assistant.conversations.model import Exchange, history
from assistant.conversations.store import NAME_CHARS, UNDO_S, Conversations
from assistant.errors import ConversationError, StorageError


class Clock:
    """A time that goes on only when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path)


@pytest.fixture
def kept(database: Database, clock: Clock) -> Conversations:
    return Conversations(database, now=clock)


def answered(kept: Conversations, question: str, conversation: str | None = None, answer: str = "") -> str:
    """Ask and answer; gives the conversation's id."""
    begun = kept.begin(conversation, Exchange(question))
    sentences = (Sentence(text=answer or "An answer."),)
    kept.save(begun.number, replace(begun.exchange, phase="done", sentences=sentences))
    return begun.conversation


def names(kept: Conversations, words: str = "") -> list[str]:
    return [summary.name for summary in kept.find(words)]


def test_what_is_kept_comes_back_whole_from_another_process_s_view(kept: Conversations, tmp_path: Path) -> None:
    begun = kept.begin(None, Exchange(WHOLE.question, documents=WHOLE.documents))
    kept.save(begun.number, WHOLE)
    other = Conversations(Database(tmp_path))
    found = other.load(begun.conversation)
    assert found.exchanges == (WHOLE,)
    assert found.name == WHOLE.question
    assert [turn.role for turn in history(found.exchanges)] == ["user", "assistant"]


def test_a_question_is_kept_as_soon_as_it_is_asked(kept: Conversations) -> None:
    begun = kept.begin(None, Exchange("What was leased?"))
    (exchange,) = kept.load(begun.conversation).exchanges
    assert (exchange.question, exchange.phase) == ("What was leased?", "waiting")
    assert exchange.asked_at == begun.exchange.asked_at != ""
    assert exchange.broken_off().phase == "interrupted"
    assert history([exchange.broken_off()]) == ()


def test_the_newest_is_first_and_going_on_makes_an_old_one_new(kept: Conversations) -> None:
    first = answered(kept, "One?")
    answered(kept, "Two?")
    assert names(kept) == ["Two?", "One?"]
    answered(kept, "And then?", first)
    assert [(s.name, s.questions) for s in kept.find()] == [("One?", 2), ("Two?", 1)]


def test_asking_again_replaces_the_last_answer_once_there_is_another_and_nothing_before_it(kept: Conversations) -> None:
    talk = answered(kept, "One?")
    answered(kept, "Two?", talk)
    old = kept.load(talk).exchanges[-1]
    again = kept.begin_again(talk, None)
    assert (again.exchange.question, again.exchange.phase, again.before) == ("Two?", "waiting", old)
    other = kept.begin_again(talk, "Three?", ["b.md"])
    assert other.number == again.number and other.exchange.documents == ("b.md",)
    assert kept.load(talk).exchanges[-1] == old and names(kept, "two") and not names(kept, "three")
    new = replace(other.exchange, phase="writing", sentences=(Sentence(text="Another answer."),))
    kept.save(other.number, new)
    assert [e.question for e in kept.load(talk).exchanges] == ["One?", "Three?"]
    assert kept.load(talk).exchanges[-1] == new and names(kept, "three") and not names(kept, "two")


def test_a_question_without_an_answer_gives_way_at_once(kept: Conversations) -> None:
    begun = kept.begin(None, Exchange("One?"))
    again = kept.begin_again(begun.conversation, "Two?")
    assert again.before and (again.before.question, again.before.phase) == ("One?", "interrupted")
    assert kept.load(begun.conversation).exchanges == (again.exchange,)


def test_names_are_given_and_taken_back(kept: Conversations) -> None:
    talk = answered(kept, "What  was\nleased?")
    assert names(kept) == ["What was leased?"]
    kept.rename(talk, "  Leases\u202e\tof\n2026 ")
    assert names(kept) == ["Leases of 2026"]
    kept.rename(talk, "x" * 500)
    assert names(kept) == ["x" * NAME_CHARS]
    kept.rename(talk, " ")
    assert names(kept) == ["What was leased?"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("megawatt", ["Leases"]),
        ("MEGAW leas", ["Leases"]),
        ("elan target", ["Élan's target price?"]),
        ("élan", ["Élan's target price?"]),
        ("Leases", ["Leases"]),
        ("price nothing", []),
        # All words in one question with its answer: not one here and one there.
        ("first steady", []),
        ('" * (', ["Leases", "Élan's target price?"]),
        ('" OR * (', []),
        ("NOT", []),
        ("_", []),
        ("100%", []),
    ],
)
def test_every_word_is_searched_for_in_names_questions_and_answers(
    kept: Conversations, words: str, found: list[str]
) -> None:
    answered(kept, "Élan's target price?", answer="It is 12.")
    talk = answered(kept, "The first?", answer="They leased 412 megawatts.")
    answered(kept, "The second?", talk, answer="Demand is steady.")
    kept.rename(talk, "Leases")
    assert names(kept, words) == found


def test_the_words_around_what_was_found_are_given(kept: Conversations) -> None:
    begun = kept.begin(None, Exchange("q"))
    kept.save(begun.number, WHOLE)
    (summary,) = kept.find("megawatts")
    assert "412 megawatts were leased." in summary.found and "[" not in summary.found
    assert kept.find()[0].found == ""


def test_the_search_follows_what_changes(kept: Conversations, clock: Clock) -> None:
    talk = answered(kept, "One?", answer="Something old.")
    again = kept.begin_again(talk, "Other?")
    kept.save(again.number, replace(again.exchange, phase="done", sentences=(Sentence(text="Something new."),)))
    assert names(kept, "old") == [] and names(kept, "other") == ["Other?"]
    kept.delete(talk)
    clock.now += timedelta(seconds=UNDO_S + 1)
    assert kept.purge() == 1
    assert answered(kept, "New?") and names(kept, "other") == []


def test_deleting_can_be_undone_for_a_time_and_then_the_words_are_gone(
    kept: Conversations, database: Database, clock: Clock, tmp_path: Path
) -> None:
    talk = answered(kept, "Whatsoever?", answer="A confidential answer.")
    stays = answered(kept, "Staying?")
    kept.delete(talk)
    with pytest.raises(ConversationError):
        kept.load(talk)
    with pytest.raises(ConversationError):
        kept.begin(talk, Exchange("More?"))
    assert [(s.name, s.deleted) for s in kept.find()] == [("Staying?", False), ("Whatsoever?", True)]
    kept.restore(talk)
    assert kept.load(talk).exchanges[0].question == "Whatsoever?"
    kept.delete(talk)
    assert kept.purge() == 0
    clock.now += timedelta(seconds=UNDO_S + 1)
    assert names(kept) == ["Staying?"]
    assert kept.purge() == 1
    with pytest.raises(ConversationError):
        kept.restore(talk)
    database.close()
    written = b"".join(path.read_bytes() for path in tmp_path.glob(f"{DATABASE}*"))
    assert b"confidential" not in written and b"hatsoever" not in written
    assert kept.load(stays).name == "Staying?"


def test_what_comes_late_for_an_erased_exchange_is_nothing(kept: Conversations, clock: Clock) -> None:
    begun = kept.begin(None, Exchange("One?"))
    kept.delete(begun.conversation)
    clock.now += timedelta(seconds=UNDO_S + 1)
    kept.purge()
    kept.save(begun.number, begun.exchange)
    assert kept.find() == []


def test_others_conversations_do_not_exist(kept: Conversations, database: Database) -> None:
    talk = answered(kept, "Mine?", answer="My words.")
    other = Conversations(database, owner="other")
    assert other.find() == [] and other.find("words") == [] and other.find("mine") == []
    for act in (other.load, other.delete, other.restore, lambda id: other.rename(id, "n")):
        with pytest.raises(ConversationError, match="no longer there"):
            act(talk)
    with pytest.raises(ConversationError):
        other.begin(talk, Exchange("Yours?"))
    with pytest.raises(ConversationError):
        other.begin_again(talk, "Yours?")
    assert [e.question for e in kept.load(talk).exchanges] == ["Mine?"]


def test_a_conversation_has_an_end(kept: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "EXCHANGES", 2)
    talk = answered(kept, "One?")
    answered(kept, "Two?", talk)
    with pytest.raises(ConversationError, match="full"):
        kept.begin(talk, Exchange("Three?"))
    assert len(kept.load(talk).exchanges) == 2


def test_an_exchange_that_cannot_be_read_says_so_and_the_rest_is_there(kept: Conversations, tmp_path: Path) -> None:
    talk = answered(kept, "One?")
    answered(kept, "Two?", talk)
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("UPDATE exchanges SET body = '{}' WHERE question = 'One?'")
    first, second = kept.load(talk).exchanges
    assert (first.question, first.phase, second.phase) == ("One?", "failed", "done")
    assert first.next_step


def test_ten_threads_at_once_lose_nothing(kept: Conversations) -> None:
    threads = [threading.Thread(target=answered, args=[kept, f"Question {n}?"]) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(names(kept)) == [f"Question {n}?" for n in range(10)]


def test_the_file_is_for_its_owner_only(kept: Conversations, tmp_path: Path) -> None:
    kept.find()
    assert stat.S_IMODE((tmp_path / DATABASE).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"this is no database, but long enough to be looked at" * 20])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / DATABASE
    path.write_bytes(content)
    kept = Conversations(Database(tmp_path))
    with pytest.raises(StorageError, match=r"conversations\.db") as caught:
        kept.find()
    assert "move it away" in caught.value.next_step
    assert path.read_bytes() == content
    path.unlink()
    assert kept.find() == []


def test_a_file_of_a_newer_version_is_left_alone(kept: Conversations, database: Database, tmp_path: Path) -> None:
    talk = answered(kept, "One?")
    database.close()
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="newer version"):
        kept.find()
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        assert connection.execute("SELECT id FROM conversations").fetchall() == [(talk,)]


KILLED = """
import sys
from pathlib import Path
from assistant.conversations.database import Database
from assistant.conversations.model import Exchange
from assistant.conversations.store import Conversations
kept = Conversations(Database(Path(sys.argv[1])))
talk = None
for number in range(100_000):
    begun = kept.begin(talk, Exchange(f"Question {number}?"))
    talk = begun.conversation if number % 5 else None
    print(begun.conversation, number, flush=True)
"""


def test_every_question_that_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    acknowledged = [process.stdout.readline().split() for _ in range(23)]
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate(timeout=60)
    acknowledged += [line.split() for line in rest.splitlines() if line.count(" ") == 1]
    kept = Conversations(Database(tmp_path))
    for talk, number in acknowledged:
        questions = [exchange.question for exchange in kept.load(talk).exchanges]
        assert f"Question {number}?" in questions
    assert kept.find(f"Question {acknowledged[0][1]}")
