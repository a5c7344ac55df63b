"""Two runs held against each other: what is a loss, what is noise, what cannot be compared."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from processes import Cli, check_error
from rich.console import Console

from assistant.errors import QuestionSetError
from evals.compare import compare
from evals.comparison_report import compare_files
from evals.model import Item
from evals.runfile import RunFile, load_run


def item(name: str, right: bool, *, question: str = "", **more: Any) -> Item:
    return Item(
        **{
            "id": name,
            "question": question or f"Question {name}?",
            "type": "figure",
            "answerable": True,
            "expected": ("$1",),
            "status": "answered",
            "answer": "It is $1.",
            "correct": right,
            "scores": {"correct": float(right)},
            "timings_ms": {"total": 100.0},
            **more,
        }
    )


def made(items: Sequence[Item], name: str = "run.json", **more: Any) -> RunFile:
    run = {"questions": "set.jsonl", "questions_sha256": "a", "retrieval_only": False, **more}
    return RunFile(name=name, made=run, settings={"passages": 8}, items=tuple(items))


def written(path: Path, run: RunFile) -> Path:
    items = [each.model_dump(mode="json") for each in run.items]
    path.write_text(json.dumps({"run": run.made, "settings": run.settings, "items": items}))
    return path


def noisy(draw: random.Random, share: Sequence[float], lost: frozenset[int] = frozenset()) -> list[Item]:
    """A run in which each case is right with a chance of its own, and the cases `lost` are wrong."""
    return [item(str(n), draw.random() < chance and n not in lost) for n, chance in enumerate(share)]


#: Most cases come out the same every time, some hang in the balance.
CHANCES = [0.99] * 108 + [0.01] * 16 + [0.5] * 4


def test_noise_is_seldom_taken_for_a_change() -> None:
    draw = random.Random(5)
    rounds = 60
    found = [compare(made(noisy(draw, CHANCES)), made(noisy(draw, CHANCES))) for _ in range(rounds)]
    assert sum(bool(each.losses) for each in found) <= 0.06 * rounds
    assert sum(bool(each.losses or each.gains) for each in found) <= 0.09 * rounds
    assert sum(each.n for each in found) == rounds * len(CHANCES)


@pytest.mark.parametrize("copies", [1, 3])
def test_a_loss_of_ten_points_is_found(copies: int) -> None:
    draw = random.Random(6)
    chances = CHANCES * copies
    solid = [n for n, chance in enumerate(chances) if chance > 0.9]
    found = 0
    for _ in range(25):
        planted = frozenset(draw.sample(solid, round(0.1 * len(chances))))
        comparison = compare(made(noisy(draw, chances)), made(noisy(draw, chances, planted)))
        found += bool(comparison.losses)
        assert not comparison.gains
    assert found >= 22 if copies == 1 else found == 25


def test_who_got_better_and_worse_by_name() -> None:
    before = [item("a", True), item("b", False), item("c", True), item("gone", True)]
    after = [item("c", True), item("b", True), item("a", False), item("new", True)]
    found = compare(made(before, "A"), made(after, "B"))
    assert (found.n, [each.id for each in found.worse], [each.id for each in found.better]) == (3, ["a"], ["b"])
    assert (found.only_before, found.only_after) == (("gone",), ("new",))
    first = found.changes[0]
    assert (first.metric, first.role, first.n, first.gained, first.lost, first.p) == ("correct", "decides", 3, 1, 1, 1)
    assert not found.losses


def test_a_case_counts_where_both_runs_could_be_judged() -> None:
    before = [item("a", True), item("b", True, correct=None, scores={})]
    found = compare(made(before), made([item("a", True), item("b", True)]))
    assert found.n == 2 and found.changes[0].n == 1


def test_unsupported_figures_and_refusals_decide_as_well() -> None:
    names = [str(n) for n in range(30)]
    before = [item(name, True) for name in names]
    after = [item(name, True, unsupported_figures=1) for name in names]
    found = compare(made(before), made(after))
    assert [change.metric for change in found.losses] == ["unsupported_figures"]
    unknown = {"answerable": False, "correct": None, "scores": {"figure_recall": 1.0}}
    before = [item(name, True, status="not_found", **unknown) for name in names]
    found = compare(made(before), made([item(name, False, **unknown) for name in names]))
    assert [change.metric for change in found.losses] == ["refusal_right"]
    assert not compare(made(after), made(after)).losses


def test_slower_is_told_and_no_loss() -> None:
    names = [str(n) for n in range(30)]
    after = [item(name, True, timings_ms={"total": 900.0}) for name in names]
    found = compare(made([item(name, True) for name in names]), made(after))
    change = next(change for change in found.changes if change.metric == "total_ms")
    assert (change.role, change.difference, change.worse, change.p < 0.001) == ("told", 800, True, True)
    assert not found.losses


def search_item(name: str, recall: float) -> Item:
    return item(name, True, status=None, correct=None, scores={"document_recall@5": recall})


def test_runs_of_the_search_alone() -> None:
    before = made([search_item(str(n), 1.0) for n in range(40)], retrieval_only=True)
    after = made([search_item(str(n), 0.5 if n < 12 else 1.0) for n in range(40)], retrieval_only=True)
    found = compare(before, after)
    assert found.losses[0].metric == "document_recall@5" and found.losses[0].low < -0.15 < found.losses[0].high
    with pytest.raises(QuestionSetError, match=r"Only the search was run in run\.json"):
        compare(before, made([item("1", True)]))


def test_what_cannot_be_compared() -> None:
    one = made([item("a", True)], "A.json")
    with pytest.raises(QuestionSetError, match="no case in common; of 1 ids that both have, the cases are different"):
        compare(one, made([item("a", True, question="Another?")], questions_sha256="b"))
    with pytest.raises(QuestionSetError, match="no case in common"):
        compare(one, made([item("b", True)]))
    with pytest.raises(QuestionSetError, match="no metric 'total_p50_ms' by case"):
        compare(one, one, "total_p50_ms")
    with pytest.raises(QuestionSetError, match=r"Neither run measured page_recall@5"):
        compare(one, one, "page_recall@5")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"expected": ("$2",)}, False),
        ({"answerable": False}, False),
        ({"scope": ("a.md",)}, False),
        ({"history": ({"role": "user", "content": "Before."},)}, False),
        ({"documents": ("b.md",)}, False),
        # A quote that was added is measured in one run alone.
        ({"quotes": ("New.",)}, True),
    ],
)
def test_of_a_set_that_has_grown_the_cases_that_are_the_same_count(change: dict[str, Any], same: bool) -> None:
    gold = {"documents": ("a.md",)}
    before = made([item("a", True, **gold), item("b", True, **gold)], "A.json")
    grown = [item("a", True, **gold), item("b", False, **gold | change), item("new", True)]
    found = compare(before, made(grown, "B.json", questions_sha256="b"))
    assert (found.n, found.altered, found.only_after) == (2 if same else 1, () if same else ("b",), ("new",))
    assert any(line.startswith("questions_sha256") for line in found.differing)


def test_an_older_run_of_the_same_set_is_compared_whole() -> None:
    new = made([item("a", True, documents=("a.md",), history=({"role": "user", "content": "Before."},))])
    assert compare(made([item("a", True)]), new).n == 1


def test_cases_behind_every_loss_and_gain_are_named(tmp_path: Path) -> None:
    names = [str(n) for n in range(30)]
    cited = {"citations_good": 1.0, "citations_used": 1.0, "correct": 1.0}
    before = made([item(name, True, unsupported_figures=1, scores=cited) for name in names], "A.json")
    lost = [item(n, True, scores=cited | {"citations_good": 0.0 if int(n) < 10 else 1.0}) for n in names]
    after = made([*lost, item("new", True)], "B.json", questions_sha256="b")
    found = compare(before, after)
    assert [change.metric for change in found.losses] == ["citation_precision"] and not found.worse
    assert [each.id for each in found.moved["citation_precision"].worse] == names[:10]
    assert [each.id for each in found.moved["unsupported_figures"].better] == names
    out = io.StringIO()
    target = tmp_path / "c.json"
    paths = written(tmp_path / "A.json", before), written(tmp_path / "B.json", after)
    assert compare_files(*paths, json_path=target, console=Console(file=out, width=120)) == 1
    text = " ".join(out.getvalue().split())
    assert "10 cases got worse (Citations that support their sentence)" in text and "Question 9?" in text
    assert "30 cases got better (Unsupported figures a case)" in text
    assert "1 left out, only in B.json: new" in text
    assert len(json.loads(target.read_text())["moved"]["citation_precision"]["worse"]) == 10


def test_what_else_differs_is_told() -> None:
    one = made([item("a", True)], models={"chat": {"name": "x", "sha256": "1"}})
    other = made([item("a", True)], models={"chat": {"name": "y", "sha256": "1"}})
    other = other.model_copy(update={"settings": {"passages": 4, "home": "/elsewhere"}})
    assert compare(one, other).differing == ('models.chat.name: "x", now "y"', "settings.passages: 8, now 4")


def test_files_are_compared_printed_and_written(tmp_path: Path) -> None:
    lost = {str(n) for n in range(14)}
    before = written(tmp_path / "A.json", made([item(str(n), True) for n in range(128)]))
    hostile = [item(str(n), str(n) not in lost, question=f"[red]{n}\x1b[31m" if n > 200 else "") for n in range(128)]
    after = written(tmp_path / "B.json", made(hostile))
    out = io.StringIO()
    target = tmp_path / "c.json"
    code = compare_files(before, after, json_path=target, console=Console(file=out, width=80))
    text = out.getvalue()
    assert code == 1
    assert "Worse: Correct −10.9 % (p <.001, n 128)" in " ".join(text.split())
    assert "14 cases got worse" in text and "Question 13?" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    loaded = json.loads(target.read_text())
    assert loaded["loss"] is True and loaded["changes"][0]["significant"] is True
    assert [each["id"] for each in loaded["worse"]] == [str(n) for n in range(14)]
    out = io.StringIO()
    assert compare_files(after, before, console=Console(file=out, width=80)) == 0
    assert "Better: Correct +10.9 %" in " ".join(out.getvalue().split())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"run": {}, "settings": {}, "items": []}',
        b'{"run": 1, "settings": {}, "items": [{}]}',
    ],
)
def test_files_that_are_no_run(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(QuestionSetError, match=r"x\.json is (no run|a run without cases)"):
        load_run(path)


def test_on_the_command_line(cli: Cli, tmp_path: Path) -> None:
    one = written(tmp_path / "A.json", made([item("a", True)]))
    run = cli("eval", "compare", one, one)
    assert run.code == 0 and "No significant difference" in run.out and run.err == ""
    check_error(cli("eval", "compare", one, tmp_path / "none.json"), "none.json cannot be read")
    run = cli("eval", "--limit", "3", "compare", one, one)
    assert run.code == 2 and "--limit belongs to a run" in run.err
    for words in (("--judge-base-url", "http://127.0.0.1:1/v1"), ("--seed", "1"), ("--history", tmp_path)):
        assert cli("eval", *words).code == 2
