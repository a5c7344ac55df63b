"""Runs that are broken off and go on, samples and types, workers, quotes that do not stand, JUnit, the judge."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from fakes import FakeEmbedder, ScriptedChat
from rich.console import Console

from assistant.answering.answer import Answer, Status
from assistant.errors import AssistantError, QuestionSetError, StorageError
from assistant.settings import Settings
from evals import evaluate
from evals.asking import Graders
from evals.judge import chat_judge, read_verdict
from evals.metrics.agreement import kappa
from evals.metrics.meaning import meaning_similarity
from evals.metrics.retrieval import average_precision, ndcg_at
from evals.metrics.risk import Told, area, area_interval, risk_coverage
from evals.options import Options, choose
from evals.sets import Question, load_questions

Make = Callable[..., Answer]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "note.md").write_text("A target\n of \ufeff$835.\n")
    path = tmp_path / "set.jsonl"
    base = {"answerable": True, "answers": ["$835"], "documents": ["note.md"], "quotes": ["A target of $835."]}
    cases = [base | {"id": f"c{n}", "question": f"q{n}", "type": "odd" if n % 2 else "even"} for n in range(6)]
    path.write_text("\n".join(map(json.dumps, cases)))
    return path


def call(settings: Settings, reply: Any, fake_factory: Any, **more: Any) -> tuple[list[str], str]:
    """The questions asked, and what was said on stderr."""
    factory = fake_factory(reply)
    err = io.StringIO()
    options = Options(**{key: value for key, value in more.items() if key != "graders"})
    graders = more.get("graders", Graders())
    shown = Console(file=err, width=300)
    try:
        evaluate(
            settings,
            options,
            console=Console(file=io.StringIO()),
            progress_console=shown,
            factory=factory,
            graders=graders,
        )
    finally:
        asked = [what[0] for made in factory.made for name, what in made.calls if name == "ask"]
        call.asked = asked  # type: ignore[attr-defined]
    return asked, err.getvalue()


def breaking(answering: Make, at: str) -> Callable[..., Answer]:
    def reply(question: str, *_: Any) -> Answer:
        if question == at:
            raise KeyboardInterrupt
        return answering("It is $835.", "A target of $835.", confidence=0.9)

    return reply


@pytest.mark.parametrize("cut", [0, 20])
def test_a_run_broken_off_goes_on(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any, tmp_path: Path, cut: int
) -> None:
    target = tmp_path / "run.json"
    part = tmp_path / "run.json.part"
    with pytest.raises(KeyboardInterrupt):
        call(settings, breaking(answering, "q3"), fake_factory, questions=questions, json_path=target)
    assert part.exists() and not target.exists()
    if cut:
        part.write_bytes(part.read_bytes()[:-cut])
    asked, said = call(settings, breaking(answering, ""), fake_factory, questions=questions, json_path=target)
    done = 2 if cut else 3
    assert asked == [f"q{n}" for n in range(done, 6)]
    assert f"{done} of 6 cases were done before" in said
    loaded = json.loads(target.read_text())
    assert [each["id"] for each in loaded["items"]] == [f"c{n}" for n in range(6)]
    assert loaded["run"]["taken_up"] == done and loaded["summary"]["correct"] == 1
    assert len(loaded["run"]["code"]) == 64
    assert loaded["run"]["models"]["embedding"]["sha256"] and loaded["risk_coverage"][0]["coverage"] == 1
    assert not part.exists() and not list(tmp_path.glob("*.lock"))


def test_other_settings_are_an_error_that_names_them_or_a_fresh_start(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any
) -> None:
    with pytest.raises(KeyboardInterrupt):
        call(settings, breaking(answering, "q3"), fake_factory, questions=questions)
    kept = list((settings.home / "evals").glob("*.part"))
    assert len(kept) == 1
    other = settings.model_copy(update={"passages": 3})
    with pytest.raises(QuestionSetError, match=r"settings\.passages: 8, now 3.*--fresh"):
        call(other, breaking(answering, ""), fake_factory, questions=questions)
    # Times are those under the load of so many workers.
    with pytest.raises(QuestionSetError, match=r"workers: 1, now 4.*--fresh"):
        call(settings, breaking(answering, ""), fake_factory, questions=questions, workers=4)
    assert kept[0].exists()
    asked, _ = call(other, breaking(answering, ""), fake_factory, questions=questions, fresh=True)
    assert len(asked) == 6 and not kept[0].exists()


def test_a_commit_of_other_things_costs_no_case(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = iter(["before"])
    monkeypatch.setattr("evals.provenance.git_commit", lambda _: next(commits, "after"))
    with pytest.raises(KeyboardInterrupt):
        call(settings, breaking(answering, "q3"), fake_factory, questions=questions)
    asked, _ = call(settings, breaking(answering, ""), fake_factory, questions=questions)
    assert asked == ["q3", "q4", "q5"]
    with pytest.raises(KeyboardInterrupt):
        call(settings, breaking(answering, "q3"), fake_factory, questions=questions)
    monkeypatch.setattr("evals.provenance.code_hash", lambda: "of another version")
    with pytest.raises(QuestionSetError, match=r"code: .*now .of another version.*--fresh"):
        call(settings, breaking(answering, ""), fake_factory, questions=questions)


def test_cases_that_ended_in_an_error_are_asked_again(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any
) -> None:
    def reply(question: str, *_: Any) -> Answer:
        if question == "q1":
            raise StorageError("Gone", "Wait.")
        return breaking(answering, "q3")(question)

    with pytest.raises(KeyboardInterrupt):
        call(settings, reply, fake_factory, questions=questions)
    asked, _ = call(settings, breaking(answering, ""), fake_factory, questions=questions)
    assert asked == ["q1", "q3", "q4", "q5"]


def test_a_full_disk_is_told_and_costs_nothing(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("evals.kept._SYNC_SECONDS", 0.0)
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match=r"No space left.*run it again: the cases done are kept"):
            call(settings, breaking(answering, ""), fake_factory, questions=questions)
    asked, _ = call(settings, breaking(answering, ""), fake_factory, questions=questions)
    assert asked == [f"q{n}" for n in range(1, 6)]


def test_what_is_no_kept_run(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any, tmp_path: Path
) -> None:
    (tmp_path / "run.json.part").write_text("{}\n")
    with pytest.raises(QuestionSetError, match=r"run\.json\.part, line 1: these are no results.*--fresh"):
        call(settings, breaking(answering, ""), fake_factory, questions=questions, json_path=tmp_path / "run.json")


def test_several_workers_ask_everything_once(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any, tmp_path: Path
) -> None:
    target = tmp_path / "r.json"
    reply = breaking(answering, "")
    asked, _ = call(settings, reply, fake_factory, questions=questions, workers=4, json_path=target)
    assert sorted(asked) == [f"q{n}" for n in range(6)]
    assert [each["id"] for each in json.loads(target.read_text())["items"]] == [f"c{n}" for n in range(6)]


def cases(count: int) -> list[Question]:
    base = {"answerable": False, "answers": [], "documents": [], "type": "t", "question": "x"}
    return [Question.model_validate_json(json.dumps(base | {"id": str(n)})) for n in range(count)]


def test_samples_are_stable() -> None:
    whole = cases(200)
    first = choose(whole, Options(sample=50))
    assert len(first) == 50 and first == choose(whole, Options(sample=50))
    assert {each.id for each in choose(whole[::-1], Options(sample=50))} == {each.id for each in first}
    assert [each.id for each in choose(whole, Options(sample=50, seed=1))] != [each.id for each in first]
    assert len({each.id for each in choose(cases(202), Options(sample=50))} ^ {each.id for each in first}) <= 4
    assert choose(whole, Options(sample=50, limit=3)) == first[:3]
    assert choose(whole, Options(sample=900)) == whole


def test_the_whole_corpus_is_asked_whatever_the_scope(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any, tmp_path: Path
) -> None:
    scoped = [json.loads(line) | {"scope": ["note.md"]} for line in questions.read_text().splitlines()]
    questions.write_text("\n".join(map(json.dumps, scoped)))
    targets = {}
    for whole in (False, True):
        factory, target = fake_factory(breaking(answering, "")), tmp_path / f"{whole}.json"
        options = Options(questions=questions, retrieval_only=True, whole_corpus=whole, json_path=target)
        quiet = Console(file=io.StringIO())
        evaluate(settings, options, console=quiet, progress_console=quiet, factory=factory)
        searched = [what for kind, what in factory.made[0].calls if kind == "search"]  # The first warms up.
        assert {documents for _, _, documents, _ in searched[1:]} == {None if whole else ("note.md",)}
        targets[whole] = json.loads(target.read_text())
        assert targets[whole]["run"]["whole_corpus"] is whole
    # Within its only document nothing can be missed; among all it can.
    assert targets[False]["summary"]["document_recall@5"] is None
    assert targets[True]["summary"]["document_recall@5"] == 1.0


def test_only_some_types(questions: Path) -> None:
    loaded = load_questions(questions)
    assert [each.id for each in choose(loaded, Options(only=("odd",)))] == ["c1", "c3", "c5"]
    assert choose(loaded, Options(only=("odd", "even"))) == loaded
    with pytest.raises(QuestionSetError, match=r"type 'none'. Give one of those there are: even, odd"):
        choose(loaded, Options(only=("none",)))


def test_a_quote_that_does_not_stand_is_named_by_line(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any
) -> None:
    lines = questions.read_text().splitlines()
    lines[2] = lines[2].replace("A target of $835.", "A target of $836.")
    questions.write_text("\n".join(lines))
    with pytest.raises(QuestionSetError, match=r"set\.jsonl, line 3: the quote “A target of \$836\.” does not stand"):
        call(settings, breaking(answering, ""), fake_factory, questions=questions)
    assert call.asked == []  # type: ignore[attr-defined]


def test_a_line_of_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"x" * (5 * 2**20))
    with pytest.raises(QuestionSetError, match="line 1: it is longer than 4 MiB"):
        load_questions(path)


def test_junit(settings: Settings, questions: Path, answering: Make, fake_factory: Any, tmp_path: Path) -> None:
    (tmp_path / "thresholds.toml").write_text("[correct]\nmin = 0.9\n[errors]\nmax = 5\n")

    def reply(question: str, *_: Any) -> Answer:
        if question == "q0":
            raise StorageError("Gone \x07<&", "Wait.")
        if question == "q1":
            return answering("No.", status=Status.NOT_FOUND)
        return answering("It is $835.", "$835")

    target = tmp_path / "junit.xml"
    call(settings, reply, fake_factory, questions=questions, junit_path=target)
    cases_, gate = Xml.parse(target).getroot().findall("testsuite")
    assert [cases_.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["6", "1", "1", "0"]
    assert "Gone  <&" in (cases_.findtext("testcase[@name='c0']/error") or "")
    assert [gate.get(name) for name in ("tests", "failures")] == ["2", "1"]
    assert gate.find("testcase[@name='correct']/failure") is not None


def test_two_results_in_one_file_are_refused(settings: Settings, questions: Path, fake_factory: Any) -> None:
    same = questions.with_name("out")
    with pytest.raises(StorageError, match="the same file"):
        call(settings, None, fake_factory, questions=questions, json_path=same, html_path=same)


@pytest.mark.parametrize(
    ("reply", "grade"),
    [
        ("RIGHT", 1),
        ("**Partly**: no date", 0.5),
        ("wrong.", 0),
        ("I cannot say", None),
        ("brightness", None),
        ("It is wrong.", 0),
        ("The right answer is $835, so WRONG", None),
        ("Right; nothing is wrong here.", 1),
    ],
)
def test_verdicts(reply: str, grade: float | None) -> None:
    assert read_verdict(reply).grade == grade


def test_a_judge_grades_and_is_reported_apart(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any, tmp_path: Path
) -> None:
    chat = ScriptedChat()
    for said in ("RIGHT", "WRONG", "PARTLY", "hm", "RIGHT"):
        chat.enqueue(said)

    def reply(question: str, *_: Any) -> Answer:
        if question == "q5":
            return answering("No.", status=Status.NOT_FOUND)
        return answering("It is $835." if question in ("q0", "q1", "q2", "q3") else "It is $1.", "$835")

    target = tmp_path / "r.json"
    graders = Graders(judge=chat_judge(chat))
    page = tmp_path / "r.html"
    call(settings, reply, fake_factory, questions=questions, json_path=target, html_path=page, graders=graders)
    assert chat.left == 0 and "Right answer: any of: $835" in str(chat.seen[0][1].content)
    metrics = json.loads(target.read_text())["metrics"]
    assert (metrics["judge_grade"]["value"], metrics["judge_grade"]["n"]) == (0.625, 4)
    # Right and found right; found wrong, partly right, and wrong but found right.
    assert (metrics["judge_agreement"]["value"], metrics["judge_agreement"]["n"]) == (0.25, 4)
    assert metrics["correct"]["value"] == pytest.approx(4 / 6)
    by_rules, _, by_judge = page.read_text().partition("<h2>By the judge model</h2>")
    assert "Grade by the judge model" not in by_rules and "Grade by the judge model" in by_judge
    assert "says otherwise than the rules (3)" in by_judge and "<dd>PARTLY</dd>" in by_judge


def test_a_judge_that_fails_ends_the_run(
    settings: Settings, questions: Path, answering: Make, fake_factory: Any
) -> None:
    def failing(*_: Any) -> Any:
        raise AssistantError("The judge is gone", "Start it.")

    reply = breaking(answering, "")
    with pytest.raises(AssistantError, match="judge is gone"):
        call(settings, reply, fake_factory, questions=questions, graders=Graders(judge=failing))


# --- metrics -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranks", "ndcg5", "precision"),
    [
        ([], None, None), ([1], 1, 1), ([2], 0.6309, 0.5), ([None], 0, 0), ([6], 0, 1 / 6), ([1, 1], 1, 1),
        ([3, 3], 0.5, 2 / 3), ([1, None], 0.6131, 0.5), ([1, 3], 0.9197, 5 / 6),
    ],
)  # fmt: skip
def test_ndcg_and_average_precision(ranks: list[int | None], ndcg5: float | None, precision: float | None) -> None:
    assert ndcg_at(ranks, 5) == (None if ndcg5 is None else pytest.approx(ndcg5, abs=1e-4))
    assert average_precision(ranks) == (None if precision is None else pytest.approx(precision))


def test_meaning() -> None:
    embed = FakeEmbedder().encode
    assert meaning_similarity("x", [" "], embed) is None
    assert meaning_similarity(" [1]", ["a harbour"], embed) == 0
    assert meaning_similarity("the harbour [1]", ["a bakery", "harbour"], embed) == pytest.approx(1)
    assert 0 <= (meaning_similarity("bread", ["harbour"], embed) or 0) < 0.9


def test_risk_and_coverage() -> None:
    told = [Told(0.9, True), Told(0.8, True), Told(0.8, False), Told(0.5, False)]
    points = [(p.confidence, p.coverage, p.risk) for p in risk_coverage(told, 8)]
    assert points == [(0.9, 1 / 8, 0), (0.8, 3 / 8, pytest.approx(1 / 3)), (0.5, 0.5, 0.5)]
    assert area(told) == pytest.approx((0 + 1 / 3 + 1 / 3 + 1 / 2) / 4)
    assert area([]) is None and area_interval([]) is None
    assert area([Told(0.5, True)] * 3) == 0 and area([Told(0.5, False), Told(0.5, True)]) == 0.5
    low, high = area_interval(told * 10) or (0, 0)
    assert low < (area(told * 10) or 0) < high


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([], None), ([(True, True)] * 3, None), ([(True, True), (False, False)], 1),
        ([(True, False), (False, True)], -1),
        ([(True, True), (True, False), (False, True), (False, False)], 0),
    ],
)  # fmt: skip
def test_kappa(pairs: list[tuple[bool, bool]], value: float | None) -> None:
    assert kappa(pairs) == (None if value is None else pytest.approx(value))
