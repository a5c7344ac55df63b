"""The gate: thresholds read, held against a run, and told."""

from pathlib import Path

import pytest

from assistant.errors import QuestionSetError
from evals.command import DEFAULT_QUESTIONS, thresholds_for
from evals.gate import Threshold, check, load_thresholds
from evals.model import Failure, Item
from evals.summary import METRIC_NAMES


def item(name: str, **more: object) -> Item:
    return Item.model_validate(
        {"id": name, "question": "?", "type": "t", "answerable": True, "expected": ("x",), **more}
    )


ITEMS = [
    item("right", status="answered", correct=True, scores={"correct": 1, "citation_hit_of_correct": 1}),
    item("wrong", status="answered", correct=False, failure=Failure.WRONG, scores={"correct": 0}),
    item("uncited", correct=True, scores={"correct": 1, "citation_hit_of_correct": 0}),
    item("invented", unsupported_figures=2, unsupported=("1", "2"), scores={"ungrounded_figure": 1}),
    item("refused", failure=Failure.WRONGLY_REFUSED, scores={"correct": 0}),
    item("told", failure=Failure.WRONGLY_ANSWERED, scores={"correct": 0}),
    item("broken", status="error", failure=Failure.ERROR, scores={"correct": 0}),
    item("half", scores={"citations_relevant": 1, "citations_judged": 2, "figure_recall": 0.5, "ungrounded_figure": 0}),
    item("slow", timings_ms={"total": 1500.0}),
    item("unsure", confidence=0.2, correct=True, scores={"judge_grade": 0.0}),
    item("sure", confidence=0.9, correct=False, scores={"judge_grade": 0.5}),
]


@pytest.mark.parametrize(
    ("metric", "bounds", "value", "cases"),
    [
        ("correct", {"min": 0.85}, 0.5, ("wrong", "refused", "told", "broken")),
        ("citation_hit_of_correct", {"min": 0.9}, 0.5, ("uncited",)),
        ("citation_relevance", {"min": 0.9}, 0.5, ("half",)),
        ("unsupported_figures", {"max": 0}, 2, ("invented",)),
        ("refusal_precision", {"min": 0.9}, 0.5, ("refused",)),
        ("refusal_recall", {"min": 0.9}, 0.5, ("told",)),
        ("errors", {"max": 0}, 1, ("broken",)),
        ("total_p95_ms", {"max": 1000}, 1500, ("slow",)),
        ("ungrounded_figure", {"max": 0.1}, 0.5, ("invented",)),
        ("figure_recall", {"min": 0.9}, 0.5, ("half",)),
        ("refusal_balanced_accuracy", {"min": 0.9}, 0.5, ("refused", "told")),
        ("risk_coverage_area", {"max": 0.1}, 0.5, ("wrong",)),
        ("confidence_brier", {"max": 0.1}, 0.5, ("unsure",)),
        ("judge_grade", {"min": 0.9}, 0.5, ("unsure", "sure")),
        ("judge_agreement", {"min": 0.9}, 0.5, ("unsure",)),
        ("judge_kappa", {"min": 0.9}, 0.5, ("unsure",)),
    ],
)
def test_a_missed_threshold_names_value_and_cases(metric, bounds, value, cases) -> None:
    (missed,) = check({metric: value}, [Threshold(metric=metric, **bounds)], ITEMS)
    assert (missed.metric, missed.value, missed.cases) == (metric, value, cases)
    for part in (metric, f"{value:g}", *cases):
        assert part in str(missed)


def test_what_no_single_case_decides_says_so_and_a_long_list_ends() -> None:
    (missed,) = check({"confidence_error": 0.5}, [Threshold(metric="confidence_error", max=0.1)], ITEMS)
    assert missed.cases == () and str(missed).endswith("; no single case decides it")
    many = [item(f"case-{n}", scores={"correct": 0}) for n in range(1020)]
    (missed,) = check({"correct": 0.5}, [Threshold(metric="correct", min=0.9)], many)
    assert len(missed.cases) == 1020 and str(missed).endswith("case-19 and 1,000 more")


@pytest.mark.parametrize(
    ("bounds", "value", "missed"),
    [
        ({"min": 0.85}, 0.85, False),
        ({"min": 0.85}, 0.8499, True),
        ({"max": 0}, 0, False),
        ({"max": 0}, 1, True),
        ({"min": 0.2, "max": 0.4}, 0.3, False),
        ({"min": 0.2, "max": 0.4}, 0.5, True),
        ({"min": 0.2}, None, True),
    ],
)
def test_bounds_are_inclusive_and_nothing_measured_is_missed(bounds, value, missed) -> None:
    assert bool(check({"correct": value}, [Threshold(metric="correct", **bounds)])) is missed


def test_a_metric_that_was_not_part_of_the_run_is_passed_over() -> None:
    assert check({"document_hit@5": 1.0}, [Threshold(metric="correct", min=0.85)]) == []


def test_thresholds_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text('[errors]\nmax = 0\n["document_hit@5"]\nmin = 0.5\nmax = 1\n')
    assert load_thresholds(path) == (
        Threshold(metric="errors", max=0),
        Threshold(metric="document_hit@5", min=0.5, max=1),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[corect]\nmin = 1\n", "there is no metric 'corect'"),
        ("[correct\n", "is not TOML"),
        ("[correct]\n", "neither min nor max"),
        ("[correct]\nmin = 0.9\nmax = 0.1\n", "min is above max"),
        ("[correct]\nmin = '0.9'\n", "valid number"),
        ("[correct]\nleast = 0.9\n", "not permitted"),
        ("correct = 0.9\n", "[correct]"),
    ],
)
def test_bad_thresholds(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text(text)
    with pytest.raises(QuestionSetError) as caught:
        load_thresholds(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_thresholds(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="cannot be read"):
        load_thresholds(tmp_path / "none.toml")


def test_the_programs_own_thresholds() -> None:
    own = {threshold.metric: threshold for threshold in thresholds_for(DEFAULT_QUESTIONS) or ()}
    assert own["correct"].min is not None and own["correct"].min >= 0.6
    assert own["citation_hit_of_correct"].min is not None and own["citation_hit_of_correct"].min >= 0.9
    assert own["unsupported_figures"].max == 0
    assert own.keys() <= METRIC_NAMES


def test_other_sets_have_the_gate_that_lies_beside_them(tmp_path: Path) -> None:
    assert thresholds_for(tmp_path / "questions.jsonl") is None
    (tmp_path / "thresholds.toml").write_text("[errors]\nmax = 3\n")
    assert thresholds_for(tmp_path / "questions.jsonl") == (Threshold(metric="errors", max=3),)
