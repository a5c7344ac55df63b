"""From a thumb to a case that `assistant eval` runs: what is written, that it is written whole, and how it counts."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from assistant.answering.answer import Answer, Citation, FigureCheck, Sentence, Status, Timings, Turn
from assistant.errors import StorageError
from assistant.feedback.case import Verdict, asks_the_same, case_of, key_of
from assistant.feedback.file import FeedbackFile, feedback_path
from assistant.settings import Settings
from assistant.ui.ratings import Rated, Ratings
from evals.score import is_correct, judged_by_rule
from evals.sets import Question, load_questions

CITED = Citation(
    number=1, document="note.md", title="Note", page=None, heading=None, quote="The target is $835.", start=0, end=19
)


def answered(**changes: Any) -> Answer:
    told: dict[str, Any] = {
        "question": "What is the target?",
        "standalone_question": "What is the target?",
        "status": Status.ANSWERED,
        "answer": "The target is $835. [1]",
        "sentences": (
            Sentence(text="The target is $835.", citations=(1,)),
            Sentence(text="It was never higher.", struck=True),
        ),
        "citations": (CITED,),
        "figures": (
            FigureCheck(text="$835", value="835", unit="$", citation=1, supported=True),
            FigureCheck(text="12%", value="12", unit="%", citation=None, supported=False),
        ),
        "model": "m",
        "timings_ms": Timings(retrieve=1, first_token=1, total=1),
    }
    return Answer(**(told | changes))


def refused(**changes: Any) -> Answer:
    text = "I find no answer to that in the documents."
    return answered(
        status=Status.NOT_FOUND, answer=text, sentences=(Sentence(text=text),), citations=(), figures=(), **changes
    )


def question_of(case: dict[str, Any]) -> Question:
    return Question.model_validate_json(json.dumps(case))


def test_a_thumb_up_wants_the_answers_own_words_figures_and_quotes() -> None:
    case = case_of(answered(), Verdict(thumb="up"), [Turn(role="user", content="Hello")], ["note.md"])
    assert case == {
        "id": key_of(answered(), ["note.md"]),
        "question": "What is the target?",
        "answerable": True,
        "answers": ["The target is $835."],
        "documents": ["note.md"],
        "figures": ["$835"],
        "quotes": ["The target is $835."],
        "scope": ["note.md"],
        "history": [{"role": "user", "content": "Hello"}],
        "type": "feedback",
    }
    assert is_correct(question_of(case), answered()) is True and is_correct(question_of(case), refused()) is False


@pytest.mark.parametrize(
    ("answer", "verdict", "right", "wrong", "open_"),
    [
        # A refusal that was right.
        (refused(), Verdict(thumb="up"), [refused()], [answered()], []),
        # Wrong, and what is right is not known.
        (answered(), Verdict(thumb="down"), [], [answered(), refused()], ["The target is $900."]),
        (refused(), Verdict(thumb="down"), [], [refused()], ["The target is $900."]),
        # Wrong, and the right answer is known.
        (answered(), Verdict(thumb="down", right="$900"), ["It is $900."], [answered(), refused()], []),
        # Wrong, for the documents do not say.
        (answered(), Verdict(thumb="down", unanswerable=True), [refused()], [answered()], []),
    ],
)
def test_how_a_verdict_counts_when_the_question_is_asked_again(
    answer: Answer, verdict: Verdict, right: list[Any], wrong: list[Any], open_: list[str]
) -> None:
    question = question_of(case_of(answer, verdict))

    def outcome(of: Any) -> bool | None:
        told = answered(sentences=(Sentence(text=of, citations=(1,)),)) if isinstance(of, str) else of
        return is_correct(question, told)

    assert [outcome(each) for each in right] == [True] * len(right)
    assert [outcome(each) for each in wrong] == [False] * len(wrong)
    assert [outcome(each) for each in open_] == [None] * len(open_)
    # What could only lower the share of correct ones stays out of it.
    assert judged_by_rule(question) is (not open_)


def test_the_same_question_elsewhere_is_another_case() -> None:
    keys = {
        key_of(answered(), []),
        key_of(answered(), ["a.md"]),
        key_of(answered(standalone_question="What is the target of Meta?"), []),
        key_of(answered(question="What then?"), []),
    }
    assert len(keys) == 4
    assert not any(asks_the_same(one, other) for one, other in combinations(keys, 2))
    assert key_of(answered(), ["a.md", "b.md"]) == key_of(answered(), ["b.md", "a.md"])


def test_another_answer_to_the_same_question_is_another_verdict_of_the_same_case(file: FeedbackFile) -> None:
    ratings, first, second = Ratings(file), key_of(answered(), []), key_of(refused(), [])
    assert first != second and asks_the_same(first, second)
    rate(ratings, {"thumb": "up"})
    assert first in ratings.html() and second not in ratings.html()
    rate(ratings, {"thumb": "down"}, refused())
    assert second in ratings.html() and first not in ratings.html() and len(file.cases()) == 1
    rate(ratings, None)
    assert len(file.cases()) == 1, "a verdict on another answer was taken back"


def test_a_case_kept_under_its_question_alone_is_replaced_and_others_are_left_alone(file: FeedbackFile) -> None:
    before = key_of(answered(), []).rsplit("-", 1)[0]
    case = case_of(answered(), Verdict(thumb="up"))
    for id in (before, "feedback-by-hand", "other-1-2"):
        file.put(case | {"id": id})
    rate(Ratings(file), {"thumb": "down"})
    assert list(file.cases()) == [key_of(answered(), []), "feedback-by-hand", "other-1-2"]


@pytest.mark.parametrize(
    "data", [{"thumb": "sideways"}, {"thumb": "up", "x": 1}, {"thumb": "down", "right": "x" * 3000}]
)
def test_a_verdict_from_the_browser_is_checked(data: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        Verdict.model_validate(data)
    file = FeedbackFile(tmp_path / "f.jsonl")
    told = Ratings(file).rate(Rated(answered()), {"key": key_of(answered(), []), "verdict": data})
    assert "could not be kept" in told and not file.path.exists()


# --- the file -----------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> FeedbackFile:
    return FeedbackFile(tmp_path / "deep" / "feedback.jsonl")


def rate(ratings: Ratings, verdict: dict[str, Any] | None, answer: Answer | None = None) -> str:
    told = answer or answered()
    return ratings.rate(Rated(told), {"key": key_of(told, []), "verdict": verdict})


def test_a_changed_verdict_replaces_the_case_and_an_undone_one_removes_it(file: FeedbackFile) -> None:
    ratings, key = Ratings(file), key_of(answered(), [])
    assert rate(ratings, {"thumb": "up"}) == "Kept as a test case in feedback.jsonl."
    edition = ratings.edition()
    assert key in ratings.html() and "&quot;up&quot;" in ratings.html()
    rate(ratings, {"thumb": "down", "right": "  $900 \n a share "})
    assert ratings.edition() != edition and "&quot;down&quot;" in ratings.html()
    (question,) = load_questions(file.path)
    assert (question.id, question.answers, question.type) == (key, ("$900 a share",), "feedback")
    assert rate(ratings, None) == "Taken back." and file.path.read_bytes() == b""
    assert rate(ratings, None) == "Taken back."


def test_lines_of_others_stay_as_they_are(file: FeedbackFile) -> None:
    file.path.parent.mkdir()
    others = b'{"id": "mine", "x":   1}\n\nno json\n["a"]\n{"id": 3}'
    file.path.write_bytes(others)
    rate(Ratings(file), {"thumb": "up"})
    assert file.path.read_bytes().startswith(others + b"\n") and file.path.read_bytes().endswith(b"}\n")
    rate(Ratings(file), None)
    assert file.path.read_bytes() == others + b"\n"


def test_two_tabs_at_once_lose_nothing_and_nobody_reads_half_a_line(file: FeedbackFile) -> None:
    answers = [answered(question=f"Question {n}?") for n in range(24)]
    stop, halves = threading.Event(), []

    def write(mine: list[Answer]) -> None:
        own = Ratings(FeedbackFile(file.path))
        for each in mine:
            rate(own, {"thumb": "up"}, each)

    def read() -> None:
        while not stop.is_set():
            if file.path.exists():
                for line in file.path.read_bytes().splitlines(keepends=True):
                    if not line.endswith(b"}\n"):
                        halves.append(line)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(answers[n::3],)) for n in range(3)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert halves == []
    assert {question.question for question in load_questions(file.path)} == {each.question for each in answers}


def test_a_write_that_fails_leaves_the_file_as_it_was(file: FeedbackFile, monkeypatch: pytest.MonkeyPatch) -> None:
    rate(Ratings(file), {"thumb": "up"})
    before = file.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    told = rate(Ratings(file), {"thumb": "down"})
    assert "No space left" in told and "ASSISTANT_FEEDBACK_FILE" in told
    assert file.path.read_bytes() == before
    assert [path.name for path in file.path.parent.iterdir() if path.suffix != ".lock"] == ["feedback.jsonl"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")
    with pytest.raises(StorageError, match="could not be kept"):
        FeedbackFile(tmp_path / "in-the-way" / "f.jsonl").put({"id": "a"})


@pytest.mark.parametrize("data", [None, "x", {}, {"key": "feedback-0", "verdict": {"thumb": "up"}}])
def test_an_answer_that_is_not_at_hand_is_not_rated(file: FeedbackFile, data: Any) -> None:
    assert "no longer at hand" in Ratings(file).rate(Rated(answered()), data)
    assert "no longer at hand" in Ratings(file).rate(None, {"key": key_of(answered(), []), "verdict": {"thumb": "up"}})
    assert not file.path.exists()


def test_where_feedback_is_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", corpus=tmp_path / "project" / "corpus")
    assert feedback_path(settings) == tmp_path / "home" / "feedback.jsonl"
    sets = tmp_path / "project" / "evals" / "sets"
    sets.mkdir(parents=True)
    assert feedback_path(settings) == sets / "feedback.jsonl"
    own = settings.model_copy(update={"feedback_file": tmp_path / "mine.jsonl"})
    assert feedback_path(own) == tmp_path / "mine.jsonl"


def test_a_set_of_feedback_is_run_over_the_home_as_it_stands(
    make_assistant: Callable[..., Any], work: Path, home: Path
) -> None:
    from evals.asking import Graders
    from evals.command import evaluate
    from evals.options import Options

    (work / "leases.md").write_text("# Leases\n\nHarbour Compute leased 412 megawatts of capacity.\n")
    assistant = make_assistant()
    assistant.add([work / "leases.md"])
    told = assistant.ask("How many megawatts did Harbour Compute lease?")
    assert told.status is Status.ANSWERED
    file = FeedbackFile(home / "feedback.jsonl")
    file.put(case_of(told, Verdict(thumb="up")))
    settings = assistant.settings
    assistant.close()
    result = work / "run.json"
    asked = Options(questions=file.path, json_path=result)
    assert evaluate(settings, asked, graders=Graders(), factory=lambda s: assistant) == 0
    (item,) = json.loads(result.read_text())["items"]
    assert item["correct"] is True and item["retrieved"][0]["document"] == "leases.md"
