"""The bench: what is planned, what is kept, what is not measured again, and README's table made from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import typer

from assistant.errors import QuestionSetError
from assistant.settings import Settings
from evals import bench as benching
from evals.bench import Bench, Task, plan_table
from evals.bench_plan import CLOSED, CORPUS, OURS, PIPELINES, SETS, BenchSet, Part, parts
from evals.bench_results import Outcome, Result, outcomes_of, read, write
from evals.model import Item, Metric, Run
from evals.provenance import code_hash
from evals.readme_table import (
    BENCH,
    CONVERSATIONS,
    FIGURES,
    README,
    conversations,
    inserted,
    load,
    main,
    markers,
    table,
)


def metric(name: str, value: float, n: int = 9, kind: str = "share") -> Metric:
    return Metric(name=name, value=value, n=n, low=value / 2, high=value, kind=kind)


def result(part: str, pipeline: str, *metrics: Metric) -> Result:
    return Result(
        set=part, pipeline=pipeline, fingerprint="f", asked=9, of=20, retrieval_only=False, seconds=60.0,
        metrics={each.name: each for each in metrics}, settings={"chat_model": "m"},
        made={"started": "2026", "machine": {"cpus": 2}}, outcomes=(),
    )  # fmt: skip


@pytest.fixture
def bench(settings: Settings, tmp_path: Path) -> Bench:
    return Bench(settings, tmp_path / "data", tmp_path / "results", tmp_path / "work", tmp_path / "environments")


def run_of(*errors: str | None) -> Run:
    items = tuple(
        Item(id=str(n), question="words of others", type="t", answerable=True, expected=("words of others",),
             status="error" if error else "answered", answer="words of others", correct=not error, error=error)
        for n, error in enumerate(errors)
    )  # fmt: skip
    metrics = (metric("correct", 0.5), metric("citation_precision", 0.5))
    return Run(retrieval_only=False, metrics=metrics, by_type={}, settings={}, made={}, not_indexed={}, items=items)


def measured(bench: Bench, pipeline: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> tuple[Task, Result]:
    monkeypatch.setattr(Bench, "_run", lambda *_: (run, []))
    (task,) = bench.tasks(parts(["note"], [pipeline]), 4, lambda _: None)
    return task, bench.measure(task, lambda *_: None)


def test_the_plan_fits_into_three_hours() -> None:
    wanted = parts()
    tasks = [Task(part, (), 0, "", None, "") for part in wanted]
    sizes = {each.name: each.size or 195 for each in SETS}
    seconds = sum(part.of.seconds(part.pipeline, sizes[part.of.name]) for part in wanted)
    assert seconds + benching.ENVIRONMENTS_S < 3 * 3600
    assert len({task.part.name for task in tasks}) == len(tasks) == 22
    assert plan_table(tasks, 60.0).row_count == 24


def test_sets_that_are_absent_are_told(bench: Bench) -> None:
    said: list[str] = []
    tasks = bench.tasks(parts(), 4, said.append)
    assert {task.part.of.name for task in tasks} == {"note"}
    assert [line.split(",")[0] for line in said] == [f"Left out: {each.name}" for each in SETS[1:]]


def test_what_is_kept_has_figures_and_no_words(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    task, kept = measured(bench, "langchain", run_of(None, None), monkeypatch)
    path = bench.results / "note-langchain.json"
    assert read(path) == kept and kept.fingerprint == task.fingerprint
    text = path.read_text()
    assert "words of others" not in text and str(bench.settings.home) not in text
    assert set(kept.metrics) == {"correct"}
    assert set(measured(bench, "ours", run_of(None), monkeypatch)[1].metrics) == {"correct", "citation_precision"}


def test_what_is_known_is_not_measured_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(bench, "ours", run_of(None), monkeypatch)
    wanted = parts(["note"], ["ours", "langchain"])
    assert [bool(task.known) for task in bench.tasks(wanted, 4, lambda _: None)] == [True, False]
    assert not bench.tasks(wanted, 3, lambda _: None)[0].known
    other = bench.settings.model_copy(update={"passages": 3})
    changed = Bench(other, bench.data, bench.results, bench.work, bench.environments)
    assert not changed.tasks(wanted, 4, lambda _: None)[0].known


def test_another_index_is_made_with_other_settings(bench: Bench, settings: Settings) -> None:
    first, again = bench._index_of(CORPUS), bench._index_of(CORPUS)
    first.mkdir(parents=True)
    asking, making = ({"passages": 3}, {"passage_tokens": 80})
    of = [replace(bench, settings=settings.model_copy(update=each)) for each in (asking, making)]
    assert of[0]._index_of(CORPUS) == first == again and first.exists()
    assert of[1]._index_of(CORPUS) != first and not first.exists(), "that of other settings is of no more use"


def test_a_part_full_of_errors_is_not_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(QuestionSetError, match="2 of 3 questions ended in errors, the first with: gone"):
        measured(bench, "langchain", run_of("gone", "gone", None), monkeypatch)
    assert not bench.results.exists()


def test_samples_are_fixed(evaldata: object) -> None:
    from evals.sets import load_questions

    for each in SETS:
        folder = evaldata(each.folder) if each.folder else None  # type: ignore[operator]
        cases = load_questions(each.questions_path(folder.parent if folder else Path()))
        chosen = each.sampled(cases)
        assert [case.id for case in chosen] == [case.id for case in each.sampled(cases[::-1])]
        assert len(chosen) == (each.size or len(chosen)) and len(each.sampled(cases, 3)) == 3


def test_only_code_that_can_change_a_figure_counts(tmp_path: Path) -> None:
    def put(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def hashes() -> tuple[str, str]:
        return hash_of(OURS), hash_of("langchain")

    def hash_of(pipeline: str, of: BenchSet = SETS[0]) -> str:
        return code_hash(Part(of, pipeline).left_out, tmp_path)

    put("assistant/models/a.py", "1")
    before = hashes()
    for telling in ("evals/results/note-ours.json", "evals/readme_table.py", "assistant/ui/page.py", "evals/page/a.py"):
        put(telling, "1")
    assert hashes() == before
    put("assistant/answering/align.py", "1")
    ours, other = hashes()
    assert ours != before[0] and other == before[1]
    put("assistant/models/a.py", "2")
    assert hashes()[0] != ours and hashes()[1] != other
    before = hashes()
    (filings,) = (each for each in SETS if each.has_pdf)
    closed, of_filings = hash_of(CLOSED), hash_of(OURS, filings)
    put("assistant/documents/pdf.py", "1")
    assert hashes() == before and hash_of(OURS, filings) != of_filings
    put("assistant/documents/markdown.py", "1")
    assert hashes()[0] != before[0] and hashes()[1] != before[1] and hash_of(CLOSED) == closed


def test_what_is_left_out_is_there() -> None:
    root = Path(__file__).resolve().parents[2]
    assert all((root / name).exists() for each in SETS for kind in PIPELINES for name in Part(each, kind).left_out)


def test_readers_of_pdf_alone_change_nothing_where_there_is_none() -> None:
    readers = (Path(__file__).resolve().parents[2] / "assistant" / "documents").glob("pdf*.py")
    assert {f"assistant/documents/{path.name}" for path in readers} <= set(Part(SETS[0], OURS).left_out)


def test_which_sets_have_a_pdf(evaldata: object) -> None:
    for each in SETS:
        folder = evaldata(each.folder) / "documents" if each.folder else Path(__file__).parents[2] / "corpus"  # type: ignore[operator]
        assert any(folder.rglob("*.pdf")) is each.has_pdf


def test_code_changed_meanwhile_is_told_and_nothing_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["old", "new"])
    monkeypatch.setattr(Bench, "_code", staticmethod(lambda _pipeline: next(codes)))
    with pytest.raises(QuestionSetError, match="the code was changed while it was measured"):
        measured(bench, "ours", run_of(None), monkeypatch)
    assert not bench.results.exists()


def test_a_file_that_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "note-ours.json").write_text('{"set": 1}')
    with pytest.raises(QuestionSetError, match="is no result of the bench"):
        load(tmp_path)


def test_the_table_puts_pipelines_beside_each_other(tmp_path: Path) -> None:
    write(result("note", "ours", metric("correct", 1.0), metric("total_p50_ms", 9400, kind="milliseconds")), tmp_path)
    write(result("note", "langchain", metric("correct", 0.5), metric("quote_hit@5", 0.25, n=7)), tmp_path)
    lines = table(load(tmp_path)).splitlines()
    assert lines[0] == "| figure (95 % interval) | ours | LangChain, stock |"
    assert "| correct | 1.00 (.50–1.00) | .50 (.25–.50) |" in lines
    assert "| whole answer, median | 9.4 s (4.7–9.4) | – |" in lines
    assert "| the right sentence is in the first five passages (n 7) | – | .25 (.12–.25) |" in lines
    assert "2 cores; measuring took 2 minutes" in lines[-1]


def test_counts_have_their_interval(tmp_path: Path) -> None:
    counted = Metric(name="unsupported_figures", value=1, n=9, low=0.2, high=3.9, kind="count")
    write(result("note", "ours", counted), tmp_path)
    assert "| figures shown that are not in their cited words | 1 (0–4) |" in table(load(tmp_path)).splitlines()


def turns(*outcomes: tuple[str, bool | None, str]) -> Result:
    kept = tuple(
        Outcome(id=str(n), type=kind, answerable=answerable, status=status, correct=None)
        for n, (kind, answerable, status) in enumerate(outcomes)
    )
    return result("multiturn", "ours").model_copy(update={"outcomes": kept})


def test_how_conversations_end_is_counted() -> None:
    told = turns(
        ("answerable", True, "answered"), ("partial", True, "unclear"), ("unanswerable", False, "not_found"),
        ("underspecified", False, "answered"), ("underspecified", False, "unclear"), ("answerable", True, "answered"),
    )  # fmt: skip
    assert conversations({"multiturn-ours": told}).splitlines() == [
        "| 6 last turns of conversations | answered | not found | asked back |",
        "| --- | --- | --- | --- |",
        "| answerable | 2 | 0 | 1 |",
        "| not answerable | 0 | 1 | 0 |",
        "| underspecified | 1 | 0 | 1 |",
    ]
    broken = turns(("answerable", True, "error"))
    assert conversations({"multiturn-ours": broken}).splitlines()[2] == "| answerable | 0 | 0 | 0 | 1 |"
    older = turns(("answerable", None, "answered"))
    assert "has not been measured" in conversations({"multiturn-ours": older}) == conversations({})


def test_outcomes_know_their_type(tmp_path: Path) -> None:
    (first, _) = outcomes_of(run_of(None, "gone").items)
    assert (first.type, first.answerable) == ("t", True)
    older = '{"id": "a", "status": "answered", "correct": null}'
    assert Outcome.model_validate_json(older).answerable is None


def test_results_of_other_code_are_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = code_hash(Part(SETS[0], OURS).left_out)
    write(result("note", "ours", metric("correct", 1.0)).model_copy(update={"code": code}), tmp_path)
    write(result("note", "langchain", metric("correct", 1.0)).model_copy(update={"code": "other"}), tmp_path)
    write(result("wiki", "ours", metric("correct", 1.0)), tmp_path)
    readme, figures = tmp_path / "README.md", tmp_path / "figures.md"
    bench, ends = ("{}\n{}\n".format(*markers(name)) for name in (BENCH, CONVERSATIONS))
    readme.write_text(bench + ends)
    figures.write_text(ends)
    with pytest.raises(typer.Exit):
        main(check=True, results=tmp_path, readme=readme, figures=figures)
    assert "README.md is not what the results give" in capsys.readouterr().err
    main(check=False, results=tmp_path, readme=readme, figures=figures)
    assert capsys.readouterr().err == ""
    main(check=True, results=tmp_path, readme=readme, figures=figures)
    told = capsys.readouterr().err
    assert "Measured with other code" in told and told.rstrip(".\n").endswith("note-langchain, wiki-ours")


def test_readme_has_its_place() -> None:
    begin, end = markers(BENCH)
    text = f"before\n{begin}\nold\n{end}\nafter\n"
    assert inserted(text, "new") == f"before\n{begin}\nnew\n{end}\nafter\n"
    for broken in (f"{begin} only", f"{end}{begin}", text + begin, text + end):
        with pytest.raises(QuestionSetError, match="no place for the table"):
            inserted(broken, "new")


def test_readme_holds_what_the_results_give() -> None:
    results = load(benching.RESULTS)
    text = README.read_text(encoding="utf-8")
    assert inserted(text, table(results)) == text
    for path in (README, FIGURES):
        text = path.read_text(encoding="utf-8")
        assert inserted(text, conversations(results), CONVERSATIONS) == text
