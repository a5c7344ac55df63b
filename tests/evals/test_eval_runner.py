"""A run through a fake assistant: what is asked, what is scored, what an error costs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.answering.answer import Answer, FigureCheck, Sentence, Status
from assistant.errors import ChatModelError, QuestionSetError
from assistant.settings import Settings
from evals.model import ERROR, Failure, Run
from evals.runner import run
from evals.sets import Question, load_questions
from evals.summary import ANSWER_METRICS, METRIC_NAMES, SEARCH_METRICS

Make = Callable[..., Answer]

NOTE = "BofA has a target of $835.\nLeases cost $10–15 billion a year.\nMeta signed with Crusoe.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "note.md").write_text(NOTE, encoding="utf-8")
    (folder / "other.md").write_text("Nothing of note.\n", encoding="utf-8")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    return folder


def case(name: str, question: str, **more: Any) -> Question:
    return Question.model_validate_json(
        json.dumps(
            {
                "id": name,
                "question": question,
                "answerable": True,
                "answers": ["$835"],
                "documents": ["note.md"],
                "type": "figure",
                **more,
            }
        )
    )


def unanswerable(name: str, question: str) -> Question:
    return case(name, question, answerable=False, answers=[], documents=[], type="unanswerable")


def value(result: Run, name: str) -> Any:
    return result.summary()[name]


def test_a_whole_run(settings: Settings, folder: Path, answering: Make, fake_factory: Any) -> None:
    replies = {
        "target": answering("It is $835.", "BofA has a target of $835."),
        "uncited": answering("It is $835."),
        "wrong": answering("It is $15 billion.", "Leases cost $10–15 billion a year."),
        "refused": answering("Not found.", status=Status.NOT_FOUND),
        "unknown": answering("Not found.", status=Status.UNCLEAR),
        "invented": answering("It is Buy.", "Meta signed with Crusoe."),
    }

    def reply(question: str, *_: Any) -> Answer:
        if question == "broken":
            raise ChatModelError("The chat model hung up", "Start it again.")
        return replies[question]

    factory = fake_factory(reply)
    told: list[tuple[str, int, int]] = []
    result = run(
        settings,
        [
            case("a", "target", figures=["$835"], quotes=["BofA has a target of $835."]),
            case("b", "uncited"),
            case("c", "wrong", answers=["$10-15 billion"]),
            case("d", "refused"),
            unanswerable("e", "unknown"),
            unanswerable("f", "invented"),
            case("g", "broken"),
        ],
        folder,
        progress=lambda *step: told.append(step),
        factory=factory,
    )
    (assistant,) = factory.made
    assert not assistant.is_open
    assert [name for name, _ in assistant.calls][:2] == ["sync", "warm"]
    assert told[-1] == ("questions", 7, 7)
    assert [i.correct for i in result.items] == [True, True, False, False, True, False, False]
    assert [i.failure for i in result.items] == [
        None,
        None,
        Failure.WRONG,
        Failure.WRONGLY_REFUSED,
        None,
        Failure.WRONGLY_ANSWERED,
        Failure.ERROR,
    ]
    assert result.items[6].status == ERROR
    assert result.items[6].error == "The chat model hung up. Start it again."
    assert value(result, "n") == 7
    assert value(result, "correct") == pytest.approx(3 / 7)
    assert value(result, "citation_hit_of_correct") == 0.5
    assert value(result, "citation_relevance") == 1
    # "$835" without a citation, and "$15 billion" where the quote says a range.
    assert [i.unsupported for i in result.items[1:3]] == [("$835",), ("$15 billion",)]
    assert value(result, "unsupported_figures") == 2
    assert value(result, "unsupported_figure_rate") == 0.5
    assert value(result, "errors") == 1
    # Refused: d, e and, as the wrong one of the two, the error g; f was answered.
    assert value(result, "refusal_precision") == pytest.approx(1 / 3)
    assert value(result, "refusal_recall") == 0.5
    assert value(result, "total_p50_ms") == 30
    assert value(result, "first_token_p95_ms") == 20
    assert set(result.by_type) == {"figure", "unanswerable"}
    assert {metric.name for metric in result.metrics} == METRIC_NAMES


def test_json_is_as_the_contract_says(settings: Settings, folder: Path, answering: Make, fake_factory: Any) -> None:
    factory = fake_factory(lambda *_: answering("It is $835.", "a target of $835"))
    result = run(settings, [case("a", "BofA target?")], folder, factory=factory).as_json()
    json.dumps(result, allow_nan=False)
    assert result["summary"]["correct"] == 1 and result["summary"]["n"] == 1
    low = result["metrics"]["correct"]["low"]
    assert 0.2 < low < 0.21 and result["metrics"]["correct"]["n"] == 1
    item = result["items"][0]
    assert item["status"] == "answered" and item["correct"] is True
    assert item["retrieved"][0]["document"] == "note.md" and "page" in item["retrieved"][0]
    assert item["citations"][0]["quote"] == "a target of $835"
    assert item["unsupported_figures"] == 0
    assert item["timings_ms"] == {
        "search": item["timings_ms"]["search"],
        "retrieve": 10,
        "first_token": 20,
        "total": 30,
    }
    assert result["settings"]["passage_tokens"] == settings.passage_tokens
    assert result["run"]["model"] == "fake"
    machine = result["run"]["machine"]
    assert machine["cpus"] >= 1 and machine["python"] and machine["memory_gib"] != 0 and "model" in machine
    assert len(result["run"]["corpus_sha256"]) == 64
    assert "pydantic" not in result["run"]["packages"] and "langchain" in result["run"]["packages"]


def test_scope_and_history_reach_the_assistant(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any
) -> None:
    factory = fake_factory(lambda *_: answering("It is $835.", "$835"))
    history = [{"role": "user", "content": "Hello"}]
    run(settings, [case("a", "target", scope=["note.md"], history=history), case("b", "x")], folder, factory=factory)
    calls = [call for call in factory.made[0].calls if call[0] in ("search", "ask")]
    first, second = calls[0][1], calls[1][1]
    assert first[1:3] == (10, ("note.md",)) and first[3][0].content == "Hello"
    assert second[1][0].role == "user" and second[2] == ("note.md",)
    assert calls[2][1][2] is None and calls[3][1][2] is None


def test_search_only(settings: Settings, folder: Path, fake_factory: Any) -> None:
    def never(*_: Any) -> Answer:
        raise AssertionError("asked")

    questions = [
        case("a", "Leases cost a year", quotes=["Leases cost $10–15 billion a year."]),
        case("b", "signed with", scope=["note.md"]),
        unanswerable("c", "anything"),
    ]
    factory = fake_factory(never)
    result = run(settings, questions, folder, True, factory=factory)
    assert {metric.name for metric in result.metrics} == set(SEARCH_METRICS)
    assert not set(result.summary()) & set(ANSWER_METRICS)
    assert ("warm", None) not in factory.made[0].calls
    assert value(result, "quote_hit@1") == 1 and value(result, "document_hit@1") == 1
    by_name = {metric.name: metric for metric in result.metrics}
    # b is asked within its only gold document, c has none: neither says anything about document search.
    assert by_name["document_hit@1"].n == 1 and by_name["page_hit@1"].value is None
    assert [i.status for i in result.items] == [None, None, None]
    assert [i.correct for i in result.items] == [None, None, None]


def test_defects_are_recorded_and_logged(
    settings: Settings, folder: Path, fake_factory: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def reply(*_: Any) -> Answer:
        raise ZeroDivisionError("by zero")

    result = run(settings, [case("a", "x")], folder, factory=fake_factory(reply))
    assert result.items[0].error == "Defect: ZeroDivisionError: by zero"
    assert "ZeroDivisionError" in caplog.text


def test_the_given_folder_has_a_home_of_its_own_that_goes_away(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any
) -> None:
    factory = fake_factory(lambda *_: answering("x"))
    result = run(settings, [case("a", "x")], folder, factory=factory)
    used = factory.made[0].settings
    assert used.home != settings.home and not used.home.parent.exists()
    assert used.corpus == folder
    assert result.settings["home"] == str(used.home)


def test_a_kept_home(settings: Settings, folder: Path, answering: Make, fake_factory: Any, tmp_path: Path) -> None:
    factory = fake_factory(lambda *_: answering("x"))
    run(settings, [case("a", "x")], folder, factory=factory, home=tmp_path / "kept")
    assert factory.made[0].settings.home == tmp_path / "kept"


def test_without_a_folder_the_home_is_asked_as_it_is(settings: Settings, answering: Make, fake_factory: Any) -> None:
    factory = fake_factory(lambda *_: answering("It is $835.", "$835"), texts={"note.md": NOTE})
    result = run(settings, [case("a", "x")], factory=factory)
    assert factory.made[0].settings.home == settings.home
    assert "sync" not in [name for name, _ in factory.made[0].calls]
    assert value(result, "correct") == 1
    with pytest.raises(QuestionSetError, match=r"'b' is about 'gone\.md'"):
        run(settings, [case("b", "x", documents=["gone.md"])], factory=factory)
    assert not factory.made[1].is_open


def test_documents_that_cannot_be_read_are_told(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any
) -> None:
    factory = fake_factory(lambda *_: answering("x"), failing={"note.md": "It is locked"})
    result = run(settings, [case("a", "x")], folder, factory=factory)
    assert result.not_indexed == {"note.md": "It is locked"}


def test_limit(settings: Settings, folder: Path, answering: Make, fake_factory: Any) -> None:
    questions = [case(str(n), "x") for n in range(5)]
    factory = fake_factory(lambda *_: answering("x"))
    assert [i.id for i in run(settings, questions, folder, limit=2, factory=factory).items] == ["0", "1"]
    for nothing in (0, -1):
        with pytest.raises(QuestionSetError, match="no question"):
            run(settings, questions, folder, limit=nothing, factory=factory)


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_documents(settings: Settings, tmp_path: Path, fake_factory: Any, exists: bool) -> None:
    folder = tmp_path / "empty"
    if exists:
        folder.mkdir()
    with pytest.raises(QuestionSetError, match=r"is empty|is not a folder"):
        run(settings, [case("a", "x")], folder, factory=fake_factory(lambda *_: None))


def test_prose_answers_are_left_out_of_correct(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any
) -> None:
    prose = "word " * 30 + "$835"
    replies = {
        "told": answering("It is $835.", "$835"),
        "refused": answering("Not found.", status=Status.NOT_FOUND),
    }
    questions = [
        case("a", "told", answers=[prose]),
        case("b", "refused", answers=[prose]),
        unanswerable("c", "refused"),
    ]
    result = run(settings, questions, folder, factory=fake_factory(lambda q, *_: replies[q]))
    assert [i.correct for i in result.items] == [None, False, True]
    assert result.items[1].failure is Failure.WRONGLY_REFUSED
    by_name = {metric.name: metric for metric in result.metrics}
    assert (by_name["correct"].value, by_name["correct"].n) == (1, 1)
    assert by_name["figure_recall"].value == 0.5
    assert by_name["citation_hit_of_correct"].n == 0


def test_figures_flagged_in_a_refusal_count_but_not_among_answers(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any
) -> None:
    flagged = FigureCheck(text="$5", value="5", unit="USD", citation=None, supported=False)
    replies = {
        "told": answering("It is $835.", "$835"),
        "refused": answering("Perhaps $5.", status=Status.NOT_FOUND, figures=(flagged,)),
    }
    questions = [case("a", "told"), unanswerable("b", "refused")]
    result = run(settings, questions, folder, factory=fake_factory(lambda q, *_: replies[q]))
    by_name = {metric.name: metric for metric in result.metrics}
    assert by_name["unsupported_figures"].value == 1
    assert (by_name["unsupported_figure_rate"].value, by_name["unsupported_figure_rate"].n) == (0, 1)


def test_only_citations_of_sentences_that_stand_are_held_against_it(
    settings: Settings, folder: Path, answering: Make, fake_factory: Any
) -> None:
    answer = answering(
        "",
        "a target of $835",
        "Meta signed with Crusoe.",
        sentences=(
            Sentence(text="A target of $835.", citations=(1,)),
            Sentence(text="It is Crusoe.", citations=(2,), struck=True),
        ),
    )
    result = run(settings, [case("a", "x")], folder, factory=fake_factory(lambda *_: answer))
    by_name = {metric.name: metric for metric in result.metrics}
    for name in ("citation_relevance", "citation_precision", "citation_recall"):
        assert (by_name[name].value, by_name[name].n) == (1, 1)


@pytest.mark.parametrize("name", ["wiki", "multiturn", "reports", "sec10q"])
def test_metrics_make_sense_on_the_public_sets(
    settings: Settings,
    evaldata: Callable[[str], Path],
    answering: Make,
    fake_factory: Any,
    name: str,
) -> None:
    """An assistant that says the gold answers and refuses what has none; then one that always refuses."""
    questions = load_questions(evaldata(name) / "questions.jsonl")[::8]
    gold = {(q.question, q.history): q for q in questions}

    def perfect(question: str, history: Any, documents: Any) -> Answer:
        wanted = gold[(question, tuple(history))]
        if not wanted.answerable:
            return answering("Not found.", status=Status.NOT_FOUND)
        scale = "%" if wanted.scale == "percent" else f" {wanted.scale}" if wanted.scale else ""
        said = [a if a[-1:].isalpha() or "%" in a else a + scale for a in wanted.answers if a.strip()]
        said = said if wanted.scale is not None else said[:1]
        return answering("; ".join(said), *(wanted.quotes[:1] or said[:1]), document=wanted.documents[0])

    texts = {name: "text" for q in questions for name in (*q.documents, *q.scope)}
    best = run(settings, questions, factory=fake_factory(perfect, texts=dict(texts)))
    metrics = {metric.name: metric for metric in best.metrics}
    assert metrics["correct"].value is None or metrics["correct"].value > 0.97
    for metric in ("answer_f1", "figure_recall", "citation_hit_of_correct", "refusal_recall"):
        if metrics[metric].n:
            assert metrics[metric].value is not None and metrics[metric].value > 0.97, metric
    assert metrics["unsupported_figure_rate"].value is not None
    assert (metrics["tatqa_em"].n > 0) is (name == "reports")
    if name == "reports":
        assert metrics["tatqa_em"].value is not None and metrics["tatqa_em"].value > 0.85
        assert metrics["correct"].n == len(questions)
    if name == "sec10q":
        assert metrics["correct"].n == 0
        assert metrics["figure_recall"].n > 10

    def refuse(*_: Any) -> Answer:
        return answering("Not found.", status=Status.NOT_FOUND)

    worst = run(settings, questions, factory=fake_factory(refuse, texts=dict(texts)))
    metrics = {metric.name: metric for metric in worst.metrics}
    assert metrics["figure_recall"].value in (0, None)
    assert metrics["unsupported_figures"].value == 0
    assert sum(i.failure is Failure.WRONGLY_REFUSED for i in worst.items) == sum(q.answerable for q in questions)
