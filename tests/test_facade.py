"""The one public door, with a fake embedder and a scripted chat model on real SQLite and Chroma."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder, GradualChat, ScriptedChat
from library_parts import BAKERY, LEASES, write

from assistant.answering.answer import Answer, EvidenceFound, Finished, SentenceSettled, Status, Turn
from assistant.errors import (
    AssistantError,
    DocumentError,
    HomeLockedError,
    IndexMismatchError,
    NameTakenError,
    QuestionError,
    StorageError,
    UnknownDocumentError,
)
from assistant.facade import Assistant

Make = Callable[..., Assistant]
QUESTION = "How many megawatts did Harbour Compute lease?"
REPLY = "[1] Harbour Compute leased 412 megawatts of capacity in the second quarter."


@pytest.fixture
def files(work: Path) -> list[Path]:
    return list(write(work, {"leases.md": LEASES, "bakery.md": BAKERY}))


@pytest.fixture
def filled(make_assistant: Make, files: list[Path]) -> Assistant:
    """An assistant without a chat model that holds two documents."""
    assistant = make_assistant()
    assistant.add(files)
    return assistant


def check_answer(assistant: Assistant, answer: Answer) -> None:
    """What holds of every answer."""
    assert answer.answer.strip()
    assert answer.sentences
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        assert citation.quote == assistant.text(citation.document)[citation.start : citation.end]
    for sentence in answer.sentences:
        assert set(sentence.citations) <= set(numbers)
        assert not (sentence.struck and sentence.citations)
        assert sentence.struck or sentence.text in answer.answer
    for figure in answer.figures:
        assert figure.supported == (figure.citation is not None)
        assert figure.citation is None or figure.citation in numbers
    timings = answer.timings_ms
    assert 0 <= timings.retrieve <= timings.total
    assert timings.first_token is None or timings.retrieve <= timings.first_token <= timings.total


# --- documents ----------------------------------------------------------------------------------------------


def test_documents(filled: Assistant, files: list[Path], make_assistant: Make) -> None:
    assert [(info.name, info.title, info.origin) for info in filled.documents()] == [
        ("bakery.md", "Bakery notes", "added"),
        ("leases.md", "Harbour Compute", "added"),
    ]
    for info in filled.documents():
        text = filled.text(info.name)
        assert info.characters == len(text)
        assert info.source == str(Path.cwd() / info.name)
        assert info.passages > 0
    # Another one reads the same home without owning it.
    assert make_assistant().documents() == filled.documents()
    assert make_assistant().text("leases.md") == filled.text("leases.md")


def test_an_unused_home_is_empty_and_stays_untouched(make_assistant: Make, home: Path) -> None:
    assistant = make_assistant()
    assert assistant.documents() == []
    with pytest.raises(UnknownDocumentError):
        assistant.text("a.md")
    assert not home.exists()


def test_a_bad_file_does_not_keep_the_others_out(make_assistant: Make, files: list[Path], work: Path) -> None:
    assistant = make_assistant()
    (work / "empty.txt").write_text("")
    with pytest.raises(DocumentError, match=r"empty\.txt is empty\. Nothing"):
        assistant.add([files[0], work / "empty.txt", files[1]])
    assert [info.name for info in assistant.documents()] == ["bakery.md", "leases.md"]
    with pytest.raises(DocumentError, match=r"No such file: .*; 1 more could not be added"):
        assistant.add([work / "nowhere.md", work / "empty.txt"])


def test_what_is_no_files_fault_stops_adding(
    make_assistant: Make, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def full(_library: object, path: Path, **_options: object) -> None:
        tried.append(path)
        raise StorageError("The disk is full", "Make room.")

    monkeypatch.setattr("assistant.index.ingest.Library.add", full)
    with pytest.raises(StorageError, match="disk is full"):
        make_assistant().add(files)
    assert tried == files[:1]


def test_a_mistyped_path_is_told_before_anything_is_loaded(
    make_assistant: Make, home: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.models.embeddings.load_embeddings", lambda settings: pytest.fail("a model loaded"))
    with pytest.raises(DocumentError, match="No such file"):
        make_assistant().add([work / "nowhere.md"])
    assert not home.exists()


def test_the_reading_process_is_the_settings_and_ends_with_the_assistant(make_assistant: Make, work: Path) -> None:
    (work / "table.csv").write_text("plant,boats\nLindholm,12\n")
    assistant = make_assistant(reading_timeout_s=50, reading_memory_mb=300)
    assistant.open()
    parser = assistant._open().parser
    assert parser.process_id is None
    assistant.add([work / "table.csv"])
    pid = parser.process_id
    assert pid and Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-4:-2] == [b"50.0", b"300"]
    assert f"{300 * 2**20}" in Path(f"/proc/{pid}/limits").read_text()
    assistant.close()
    assert not Path(f"/proc/{pid}").exists()


def test_two_files_of_one_name(filled: Assistant, work: Path) -> None:
    (other,) = write(work, {"elsewhere/leases.md": BAKERY})
    with pytest.raises(NameTakenError):
        filled.add([other])
    assert filled.search("megawatts")[0].document == "leases.md"


def test_a_password_file_that_cannot_be_read_is_told_once_and_blamed_on_no_file(
    make_assistant: Make, work: Path
) -> None:
    words = work / "words.txt"
    words.mkdir()
    write(work / "corpus", {"leases.md": LEASES})
    assistant = make_assistant(password_file=words)
    with pytest.raises(DocumentError, match=r"The password file .* cannot be read"):
        assistant.sync()
    assert assistant.failures() == [] and assistant.documents() == []


def test_what_is_kept_is_for_its_owner_alone(make_assistant: Make, work: Path) -> None:
    home = work / "new home"
    assistant = make_assistant(home=home)
    assistant.add(write(work, {"leases.md": LEASES}))
    kept = [home, home / "assistant.db", *home.glob("*.db-wal"), *(each for each in home.iterdir() if each.is_dir())]
    assert len(kept) > 3 and {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in kept} == {0}


def test_sync_uses_the_corpus_folder(make_assistant: Make, work: Path) -> None:
    write(work / "corpus", {"leases.md": LEASES})
    told: list[tuple[str, int, int]] = []
    assistant = make_assistant()
    results = assistant.sync(progress=lambda *step: told.append(step))
    assert [(result.name, result.status) for result in results] == [("leases.md", "added")]
    assert told == [("leases.md", 0, 1), ("done", 1, 1)]
    with pytest.raises(DocumentError, match="No such folder"):
        assistant.sync(work / "nowhere")


def test_removing(filled: Assistant) -> None:
    with pytest.raises(UnknownDocumentError):
        filled.remove(["leases.md", "nowhere.md"])
    assert [result.status for result in filled.remove(["leases.md"])] == ["removed"]
    assert [info.name for info in filled.documents()] == ["bakery.md"]
    assert {hit.document for hit in filled.search("megawatts leased", k=50)} == {"bakery.md"}


# --- opening and closing ------------------------------------------------------------------------------------


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


# --- searching and asking -----------------------------------------------------------------------------------


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


# --- several threads ----------------------------------------------------------------------------------------


def test_asking_while_documents_come_and_go(filled: Assistant, work: Path) -> None:
    errors: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                check_answer(filled, filled.ask(QUESTION, documents=["leases.md"]))
                filled.search("rye loaf", k=20)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(6):
            (path,) = write(work, {"passing.md": f"# Passing {number}\n\nNumber {number} of the rye loaf."})
            filled.add([path])
            if number % 2:
                filled.remove(["passing.md"])
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert errors == []
    assert filled.search("megawatts leased")[0].document == "leases.md"


def test_opening_in_one_thread_and_closing_in_another(make_assistant: Make, files: list[Path]) -> None:
    assistant = make_assistant()
    thread = threading.Thread(target=assistant.add, args=(files,))
    thread.start()
    thread.join(60)
    assert len(assistant.search("rye loaf")) > 0
    assistant.close()
    other = make_assistant()
    other.open()
    assert len(other.documents()) == 2
