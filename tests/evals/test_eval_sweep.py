"""Sweeps: what a file means, every mistake in it, what is run again and what is not, and what comes out."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from assistant.answering.answer import Answer, Status
from assistant.errors import ChatModelError, QuestionSetError, StorageError
from assistant.settings import Settings
from evals.indexed import ASKING, index_key
from evals.model import Metric
from evals.options import Options
from evals.sweep.pareto import front
from evals.sweep.plan import NOT_SWEPT, OF_ANSWERS, load_plan
from evals.sweep.report import as_json, pareto_plot, print_sweep, render_sweep, weigh
from evals.sweep.running import Outcome, run_sweep

Make = Callable[..., Answer]


# --- the front ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "best"),
    [
        ([], set()),
        ([(0.5, 10)], {0}),
        ([(0.5, 10), (0.6, 10)], {1}),
        ([(0.5, 10), (0.5, 20)], {0}),
        ([(0.5, 10), (0.6, 20), (0.55, 30)], {0, 1}),
        ([(0.5, 10), (0.5, 10), (0.4, 10)], {0, 1}),
        ([(0.9, 50), (0.1, 1), (0.5, 60)], {0, 1}),
    ],
)
def test_the_front_by_table(points: list[tuple[float, float]], best: set[int]) -> None:
    assert front(points) == best


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_the_front_is_what_nothing_beats(points: list[tuple[float, float]]) -> None:
    def beaten(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return other[0] >= one[0] and other[1] <= one[1] and other != one

    assert front(points) == {at for at, one in enumerate(points) if not any(beaten(one, other) for other in points)}


# --- the file -----------------------------------------------------------------------------------------------


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sweep.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_lists_are_multiplied_and_named_ones_added(tmp_path: Path, settings: Settings) -> None:
    plan = load_plan(
        write(
            tmp_path,
            'questions = "sets/a.jsonl"\nonly = ["figure"]\nsample = 9\nseed = 2\nlimit = 5\nworkers = 3\n'
            "[settings]\npassage_tokens = [96, 160]\npassages = [5, 8]\nocr = [false]\n"
            "[named.quick]\ncandidates = 12\n[named.plain]\n",
        ),
        settings,
    )
    assert [one.name for one in plan.combinations] == [
        "passage_tokens 96, passages 5",
        "passage_tokens 96, passages 8",
        "passage_tokens 160, passages 5",
        "passage_tokens 160, passages 8",
        "quick",
        "plain",
    ]
    assert dict(plan.combinations[1].changed) == {"passage_tokens": 96, "passages": 8, "ocr": False}
    assert dict(plan.combinations[5].changed) == {}
    assert plan.swept == ("passage_tokens", "passages", "ocr", "candidates")
    questions = tmp_path / "sets" / "a.jsonl"
    assert plan.asked == Options(questions=questions, only=("figure",), sample=9, seed=2, limit=5, workers=3)


BAD = [
    ("x = [", "it is not TOML"),
    ("", "there is nothing to try"),
    ("[settings]", "there is nothing to try"),
    ("passages = [5]", "there is no key 'passages'.*Settings stand under"),
    ("limit = 0\n[settings]\npassages = [5]", "limit: "),
    ("retrieval_only = 1\n[settings]\npassages = [5]", "retrieval_only: "),
    ("[settings]\npasages = [5]", "there is no setting 'pasages'.*passages"),
    ("[settings]\nhome = ['x']", "'home' cannot be swept"),
    ("[settings]\nchat_api_key = ['x']", "'chat_api_key' cannot be swept"),
    ("[settings]\npassages = []", r"\[settings\] passages is an empty list"),
    ("[settings]\npassages = 5", r"\[settings\] passages is no list"),
    ("[settings]\npassages = [5, 5]", "a value twice"),
    ("[settings]\npassages = [[5]]", "a value has to be"),
    ("[settings]\nchat_timeout_s = [nan]", "a value has to be"),
    ("[settings]\npassages = [5, 0]", "passages 0: passages: .*greater than or equal to 1"),
    ("[settings]\npassages = [5, 'many']", "passages many: passages: "),
    ("[settings]\nchat_base_url = ['http://127.0.0.1:1/v1']", "chat_model is not"),
    ("[named.a]\npasages = 5", r"\[named.a\]: there is no setting 'pasages'"),
    ("[named]\na = 5", r"\[named.a\] is no table"),
    ("[named.a]\npassages = [5]", r"\[named.a\] passages: a value has to be"),
    ("[settings]\npassages = [5, 6]\n[named.'passages 5']\n", "two combinations are called 'passages 5'"),
    ("quality = 'corect'\n[named.a]", "quality = 'corect' is no metric of a run"),
    ("quality = 'total_p50_ms'\n[named.a]", "can stand for quality"),
    ("quality = 'errors'\n[named.a]", "can stand for quality"),
    ("quality = 'judge_grade'\n[named.a]", "can stand for quality"),
    ("quality = 'answer_meaning'\n[named.a]", "can stand for quality"),
    ("latency = 'correct'\n[named.a]", "can stand for latency"),
    ("retrieval_only = true\nquality = 'correct'\n[named.a]", "no metric of the search"),
    ("retrieval_only = true\n[settings]\npassages = [5, 8]", "'passages' changes nothing of a search alone.*Take it"),
    ("retrieval_only = true\n[named.a]\nevidence_sentences = 3", "a: 'evidence_sentences' changes nothing"),
    ("retrieval_only = true\n[settings]\ncandidates = [6, 12]", "candidates 6: a search alone looks for 10"),
    ("workers = 0\n[named.a]", "workers: "),
    ("sample = 0\n[named.a]", "sample: "),
    ("only = 'figure'\n[named.a]", "only: "),
    (
        f"[settings]\npassages = {list(range(1, 21))}\ncandidates = [1, 2, 3, 4]",
        "80 combinations are more than 64.*most = 80",
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[message for _, message in BAD])
def test_mistakes_are_told_in_one_line(tmp_path: Path, settings: Settings, text: str, message: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        load_plan(write(tmp_path, text), settings)
    told = str(caught.value)
    assert told.startswith("sweep.toml: ") and "\n" not in told
    assert re.search(message, told)


def test_more_combinations_where_the_file_allows_them(tmp_path: Path, settings: Settings) -> None:
    text = f"most = 80\n[settings]\npassages = {list(range(1, 21))}\ncandidates = [1, 2, 3, 4]"
    assert len(load_plan(write(tmp_path, text), settings).combinations) == 80
    with pytest.raises(QuestionSetError, match="cannot be read"):
        load_plan(tmp_path / "none.toml", settings)


def test_every_setting_is_known_to_a_sweep(tmp_path: Path, settings: Settings) -> None:
    """Settings outside `ASKING` make an index of their own; a setting added later does so until it is listed."""
    assert not (ASKING | NOT_SWEPT | OF_ANSWERS) - Settings.model_fields.keys(), "no name of a setting that is gone"
    for name, other in {"passages": 3, "candidates": 3, "chat_model": "none", "evidence_sentences": 2}.items():
        assert index_key(settings.model_copy(update={name: other}), tmp_path) == index_key(settings, tmp_path)
    for name, other in {"passage_tokens": 99, "embedding_model": "other", "ocr": False, "max_file_mb": 3}.items():
        assert index_key(settings.model_copy(update={name: other}), tmp_path) != index_key(settings, tmp_path)
    # A sync takes nothing away that came from another folder.
    assert index_key(settings, tmp_path) != index_key(settings, tmp_path / "others")


def test_another_model_in_the_same_folder_is_another_index_and_run(
    tmp_path: Path, settings: Settings, sweep_file: Path, models: Models
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights").write_text("one")
    base = settings.model_copy(update={"embedding_model": str(model), "reranker": None})
    base = Settings(**{name: getattr(base, name) for name in ("home", "models_dir", "corpus", "embedding_model")})
    plan = load_plan(sweep_file, base)
    models.repaired = True
    run_sweep(plan, base, tmp_path / "kept", lambda *_: None, factory=models)
    before, key = len(models.made), index_key(base, tmp_path)
    assert all(one.again for one in run_sweep(plan, base, tmp_path / "kept", lambda *_: None, factory=models))
    (model / "weights").write_text("two")
    assert index_key(base, tmp_path) != key
    assert not any(one.again for one in run_sweep(plan, base, tmp_path / "kept", lambda *_: None, factory=models))
    assert len(models.made) == 2 * before


def test_the_manuals_example_is_a_sweep(tmp_path: Path, settings: Settings) -> None:
    manual = (Path(__file__).resolve().parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    example = manual.partition("assistant eval sweep sweep.toml")[2].partition("```toml\n")[2].partition("```")[0]
    plan = load_plan(write(tmp_path, example), settings)
    assert plan.asked.retrieval_only and len(plan.combinations) == 13


def test_a_sample_of_some_types_is_asked_by_several_workers(
    tmp_path: Path, settings: Settings, sweep_file: Path, models: Models
) -> None:
    text = sweep_file.read_text().replace("[settings]", 'only = ["figure"]\nsample = 2\nworkers = 2\n[settings]', 1)
    plan = load_plan(write(tmp_path, text), settings)
    outcomes = run_sweep(plan, settings, tmp_path / "kept", lambda *_: None, factory=models)
    run = json.loads(outcomes[0].run_file.read_text() if outcomes[0].run_file else "")
    assert len(run["items"]) == 2
    assert [run["run"][name] for name in ("only", "sample", "seed", "workers")] == [["figure"], 2, 0, 2]
    with pytest.raises(QuestionSetError, match="No case is of the type 'none'"):
        other = load_plan(write(tmp_path, text.replace('"figure"', '"none"')), settings)
        run_sweep(other, settings, tmp_path / "kept", lambda *_: None, factory=models)


# --- running ------------------------------------------------------------------------------------------------


@pytest.fixture
def sweep_file(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "note.md").write_text("A target of $835.\n")
    base = {"answerable": True, "answers": ["$835"], "documents": ["note.md"], "type": "figure"}
    cases = [base | {"id": name, "question": f"target {name}?", "quotes": ["A target of $835."]} for name in "abc"]
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, cases)))
    return write(
        tmp_path,
        'questions = "set.jsonl"\n[settings]\npassages = [2, 4]\npassage_tokens = [64, 128]\n'
        '[named.model]\nchat_model = "broken"\n',
    )


class Models:
    """Answers as the settings have it: more passages, more right; the broken model cannot be loaded."""

    def __init__(self, fake_factory: Any, answering: Make) -> None:
        self.answering = answering
        self.fake_factory = fake_factory
        self.repaired = False
        self.made: list[Any] = []

    def __call__(self, settings: Settings) -> Any:
        def reply(question: str, *_: Any) -> Answer:
            if settings.passages < 4 and question == "target b?":
                return self.answering("Not found.", status=Status.NOT_FOUND)
            return self.answering("It is $835.", "A target of $835.")

        assistant = self.fake_factory(reply)(settings)
        if settings.chat_model == "broken" and not self.repaired:

            def warm() -> None:
                raise ChatModelError("There is no such model", "Name another.")

            assistant.warm = warm
        self.made.append(assistant)
        return assistant


@pytest.fixture
def models(fake_factory: Any, answering: Make) -> Models:
    return Models(fake_factory, answering)


def test_each_combination_is_run_once_and_an_index_shared(
    tmp_path: Path, settings: Settings, sweep_file: Path, models: Models
) -> None:
    plan = load_plan(sweep_file, settings)
    told: list[str] = []
    outcomes = run_sweep(plan, settings, tmp_path / "kept", lambda what, *_: told.append(what), factory=models)
    assert [one.combination for one in outcomes] == list(plan.combinations)
    homes = [assistant.settings.home for assistant in models.made]
    # Those with one index follow each other, whatever their order in the file.
    assert len(set(homes)) == 3 and [len(list(group)) for _, group in itertools.groupby(homes)] == [2, 2, 1]
    assert all(home.parent == tmp_path / "kept" / "indexes" for home in homes)
    assert any(what.startswith("2 of 5, passages 4, passage_tokens 64: ") for what in told)
    assert outcomes[4].error == "There is no such model. Name another."
    correct = [one.metric("correct") for one in outcomes]
    assert [each and round(each.value or 0, 2) for each in correct] == [0.67, 0.67, 1, 1, None]
    run = json.loads(outcomes[0].run_file.read_text() if outcomes[0].run_file else "")
    assert run["run"]["sweep"] == "passages 2, passage_tokens 64" and run["settings"]["passages"] == 2
    assert all(path.suffix == ".json" or outcomes[4].error for path in (tmp_path / "kept" / "runs").iterdir())

    # Again: only what failed is tried.
    models.repaired = True
    before = len(models.made)
    again = run_sweep(plan, settings, tmp_path / "kept", lambda *_: None, factory=models)
    assert [one.again for one in again] == [True] * 4 + [False] and len(models.made) == before + 1
    assert again[4].error is None and [one.metrics for one in again[:4]] == [one.metrics for one in outcomes[:4]]


def test_a_sweep_goes_on_where_it_was_interrupted(
    tmp_path: Path, settings: Settings, sweep_file: Path, models: Models
) -> None:
    plan = load_plan(sweep_file, settings)
    done: list[Outcome] = []

    def interrupted(outcome: Outcome) -> None:
        done.append(outcome)
        if len(done) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep(plan, settings, tmp_path / "kept", lambda *_: None, factory=models, done=interrupted)
    outcomes = run_sweep(plan, settings, tmp_path / "kept", lambda *_: None, factory=models)
    assert sum(one.again for one in outcomes) == 2 and len(models.made) == 5


@pytest.mark.parametrize("change", ["set", "document", "torn", "program"])
def test_what_changed_is_run_again(
    tmp_path: Path,
    settings: Settings,
    sweep_file: Path,
    models: Models,
    change: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = load_plan(sweep_file, settings)
    models.repaired = True
    run_sweep(plan, settings, tmp_path / "kept", lambda *_: None, factory=models)
    if change == "set":
        with (tmp_path / "set.jsonl").open("a") as file:
            file.write("\n")
    elif change == "document":
        (tmp_path / "documents" / "other.md").write_text("More.\n")
    elif change == "program":
        monkeypatch.setattr("evals.provenance.code_hash", lambda: "of another version")
    else:
        for path in (tmp_path / "kept" / "runs").glob("*.json"):
            path.write_text("{")
    again = run_sweep(plan, settings, tmp_path / "kept", lambda *_: None, factory=models)
    assert not any(one.again for one in again)
    assert ("cannot be read" in caplog.text) is (change == "torn")
    # What another version read and cut is no index of this one.
    indexes = {made.settings.home for made in models.made}
    assert len(indexes) == (6 if change == "program" else 3)


def test_a_sweep_needs_a_folder(tmp_path: Path, settings: Settings, sweep_file: Path, models: Models) -> None:
    plan = load_plan(sweep_file, settings)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="--keep"):
        run_sweep(plan, settings, tmp_path / "file", lambda *_: None, factory=models)
    (tmp_path / "documents").rename(tmp_path / "elsewhere")
    with pytest.raises(QuestionSetError, match="names no folder of documents"):
        run_sweep(plan, settings, tmp_path / "kept", lambda *_: None, factory=models)


# --- what comes out -----------------------------------------------------------------------------------------


def test_the_best_stand_first_and_what_failed_is_told(
    tmp_path: Path, settings: Settings, sweep_file: Path, models: Models
) -> None:
    plan = load_plan(sweep_file, settings)
    results = weigh(plan, run_sweep(plan, settings, tmp_path / "kept", lambda *_: None, factory=models))
    assert (results.quality, results.latency) == ("correct", "total_p50_ms")
    assert [one.outcome.combination.changed.get("passages") for one in results.placed] == [4, 4, 2, 2, None]
    # The fake answers in the same time: only the better ones are on the front, both of them.
    assert [one.on_front for one in results.placed] == [True, True, False, False, False]
    out = io.StringIO()
    print_sweep(results, Console(file=out, width=160))
    assert "Failed: model: There is no such model. Name another." in out.getvalue()
    assert out.getvalue().count("●") == 3 and "66.7 %" in out.getvalue() and "30 ms" in out.getvalue()
    data = json.loads(json.dumps(as_json(results), allow_nan=False))
    assert [one["error"] is None for one in data["combinations"]] == [True] * 4 + [False]
    assert data["combinations"][0]["metrics"]["correct"]["value"] == 1
    plot = pareto_plot(results)
    assert plot and len(plot.spots) == 4 and sum(spot.strong for spot in plot.spots) == 2
    html = render_sweep(results)
    assert "<svg" in html and html.count('<tr class="front">') == 2 and "There is no such model" in html


def test_of_equal_quality_chance_in_time_decides_nothing(tmp_path: Path, settings: Settings) -> None:
    plan = load_plan(write(tmp_path, "[named.fast]\n[named.same]\n[named.slow]\n[named.worse]\n"), settings)

    def outcome(at: int, quality: float, ms: float) -> Outcome:
        times = Metric(name="total_p50_ms", value=ms, n=9, low=ms - 2, high=ms + 2, kind="milliseconds")
        share = Metric(name="correct", value=quality, n=9, low=0, high=1, kind="share")
        return Outcome(plan.combinations[at], (share, times))

    results = weigh(plan, [outcome(0, 0.9, 30), outcome(1, 0.9, 33), outcome(2, 0.9, 40), outcome(3, 0.8, 30)])
    assert [one.outcome.combination.name for one in results.placed if one.on_front] == ["fast", "same"]


def test_nothing_measured_is_no_plot(tmp_path: Path, settings: Settings) -> None:
    plan = load_plan(write(tmp_path, "[named.'<script>']\n"), settings)
    results = weigh(plan, [Outcome(plan.combinations[0], error="<script>")])
    assert pareto_plot(results) is None
    assert "<script>" not in render_sweep(results) and "&lt;script&gt;" in render_sweep(results)
