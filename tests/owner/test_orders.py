"""What passes between terminal and owner: it arrives as it was sent, errors with their class."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from assistant import errors
from assistant.answering.answer import (
    Answer,
    Citation,
    EvidenceFound,
    Finished,
    Sentence,
    SentenceSettled,
    Status,
    Timings,
    Turn,
)
from assistant.errors import AssistantError
from assistant.index.ingest import AddResult
from assistant.index.scope import Scope
from assistant.owner.client import _lines_of
from assistant.owner.orders import (
    LINES,
    ORDERS,
    Add,
    Ask,
    Event,
    Failed,
    Hits,
    Notes,
    Prepare,
    Remove,
    Results,
    Search,
    Step,
    Sync,
    telling,
)
from assistant.retrieval.model import SearchHit
from assistant.settings import Settings, load_settings

CITATION = Citation(
    number=1, document="a.md", title="“A”", page=None, heading=None, quote="Café\n£5", start=0, end=7
)  # fmt: skip
SENTENCE = Sentence(text="It costs £5.", citations=(1,), struck=False)
ANSWER = Answer(
    question="How much?", standalone_question="How much?", status=Status.ANSWERED, answer="It costs £5. [1]",
    sentences=(SENTENCE,), citations=(CITATION,), model="m",
    timings_ms=Timings(retrieve=1.5, first_token=None, total=2),
)  # fmt: skip
HIT = SearchHit(document="a.md", page=2, heading="H", score=0.1 + 0.2, text="\u2028 😀", start=3, end=6)
ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssistantError)]


@pytest.mark.parametrize(
    "order",
    [
        Ask(question="q"), Ask(question="“q”\n", history=(Turn(role="user", content="x"),), scope=Scope(tags=("a",))),
        Prepare(chat=False), Search(question="q", k=7, scope=Scope(folders=("a",), since="2023")),
        Add(sources=("/a b/ü.md", "https://a.example/b")),
        Remove(names=("a.md", "x.zip/b.md")), Sync(folder=Path("/c")),
    ],
    ids=lambda order: order.kind,
)  # fmt: skip
def test_orders_arrive_as_they_were_sent(order: BaseModel) -> None:
    assert ORDERS.validate_json(order.model_dump_json()) == order


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"kind": "drop"}', '{"kind": "sync"}', '{"kind": "add", "sources": 1}']
)
def test_what_is_no_order(text: str) -> None:
    with pytest.raises(ValidationError):
        ORDERS.validate_json(text)


@pytest.mark.parametrize(
    "line",
    [
        Step(what="embedding a.md", done=1, total=3), Notes(notes=()), Notes(notes=("no model", "b")),
        Hits(hits=(HIT, HIT)),
        Event(event=EvidenceFound(standalone_question="q", quotes=(CITATION,))),
        Event(event=SentenceSettled(sentence=SENTENCE, citations=(CITATION,))), Event(event=Finished(answer=ANSWER)),
        Results(results=(AddResult(name="a.md", status="failed", reason="r", next_step="n"),)),
    ],
    ids=lambda line: line.kind,
)  # fmt: skip
def test_lines_arrive_as_they_were_sent_on_one_line(line: BaseModel) -> None:
    text = line.model_dump_json()
    assert "\n" not in text
    assert LINES.validate_json(text) == line


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_errors_keep_class_and_words(kind: type[AssistantError]) -> None:
    line = LINES.validate_json(Failed.of(kind("What happened", "What to do.")).model_dump_json())
    assert isinstance(line, Failed)
    error = line.raised()
    assert type(error) is kind
    assert str(error) == "What happened. What to do."


@pytest.mark.parametrize("name", ["NoSuchError", "annotations", "Exception", "__name__", ""])
def test_an_error_of_no_known_class_is_still_a_named_one(name: str) -> None:
    assert type(Failed(error=name, message="m", next_step="n").raised()) is AssistantError


def test_what_owner_and_terminal_must_have_alike() -> None:
    settings = load_settings(chat_model="m", chat_base_url="http://localhost/v1", chat_api_key="secret")
    whole, without_chat = telling(settings), telling(settings, answers=False)
    assert {"chat_model", "chat_base_url", "answer_tokens"} <= set(whole) - set(without_chat)
    assert {"embedding_model", "passage_tokens", "max_file_mb", "passages"} <= set(without_chat)
    own = {"home", "corpus", "models_dir", "chat_api_key", "chat_threads", "log_level"}
    assert not own & set(whole)
    assert own < set(Settings.model_fields)
    assert "secret" not in str(whole)


@pytest.mark.parametrize("cut", [1, 3, 1000])
def test_only_a_line_feed_ends_a_line(cut: int) -> None:
    sent = [Notes(notes=("one\u2028two\u0085three\x0bfour",)), Notes(notes=()), Notes(notes=("é",))]
    data = b"".join(f"{line.model_dump_json()}\n".encode() for line in sent)
    pieces = [data[at : at + cut] for at in range(0, len(data), cut)]
    assert [LINES.validate_json(line) for line in _lines_of(pieces)] == sent
    assert list(_lines_of([b"a\n\nb"])) == [b"a", b"b"]
