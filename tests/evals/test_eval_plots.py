"""Plots: round ticks, points in their place, words escaped, and what a run gives to draw."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.history import PastRun
from evals.model import Item, Metric, Run
from evals.plots.axis import Axis, duration, even_ticks, roomy_share_axis, seconds_axis, share_axis
from evals.plots.charts import over_runs, recall_by_depth, risk_by_coverage, waiting
from evals.plots.svg import Line, Plot, Spot, legend, render

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.6, 1, [0.6, 0.7, 0.8, 0.9, 1]),
        (0.8, 1, [0.8, 0.85, 0.9, 0.95, 1]),
        (0, 37, [0, 10, 20, 30]),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert even_ticks(low, high) == pytest.approx(ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_lie_within_and_are_few(low: float, span: float) -> None:
    ticks = even_ticks(low, low + span)
    assert 1 <= len(ticks) <= 6
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in ticks)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_a_roomy_axis_holds_its_values(values: list[float]) -> None:
    axis = roomy_share_axis("share", values)
    assert axis.high == 1 and all(axis.low <= value for value in values)


@given(st.lists(st.floats(0, 1e7), max_size=20))
def test_times_have_an_axis_whatever_they_are(times: list[float]) -> None:
    axis = seconds_axis("time", times)
    assert 0 < axis.low < axis.high and len(axis.ticks) >= 2
    assert all(0 <= axis.share(time) <= 1 for time in times)


def test_places_on_an_axis() -> None:
    log = Axis("t", 10, 1000, (), log=True)
    assert log.share(100) == pytest.approx(0.5)
    assert log.share(1) == 0 and log.share(10**6) == 1, "what is beyond an end is put on it"
    assert share_axis("s", 0.5).share(0.75) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0.42, "0.42 ms"), (38.4, "38 ms"), (999.7, "1 s"), (1000, "1 s"), (9430, "9.4 s"), (42_000, "42 s"),
     (252_000, "4.2 min"), (7_200_000, "120 min")],
)  # fmt: skip
def test_durations_in_words(milliseconds: float, words: str) -> None:
    assert duration(milliseconds) == words


def plot(**more: Any) -> Plot:
    return replace(Plot("Title", "What it shows.", share_axis("x"), share_axis("y")), **more)


def drawn(one: Plot) -> ET.Element:
    return ET.fromstring(render(one).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_a_plot_is_read_out_and_everything_in_it_escaped() -> None:
    axis = Axis(HOSTILE, 0, 1, ((0.5, HOSTILE),))
    one = plot(title=HOSTILE, summary=HOSTILE, x=axis, spots=(Spot(HOSTILE, 0.5, 0.5),), lines=(Line(HOSTILE, ()),) * 2)
    root = drawn(one)
    assert root.get("role") == "img"
    named = [root.find(f".//*[@id='{name}']") for name in (root.get("aria-labelledby") or "").split()]
    assert [each.text for each in named if each is not None] == [HOSTILE, HOSTILE]
    assert not root.findall(f".//{SVG}script")
    assert "<script>" not in legend(one) and legend(one).count("<li>") == 2


def test_points_stand_where_they_belong() -> None:
    line = Line("a", ((0, 0), (1, 1)), ((0, 0, 0.1), (1, 0.9, 1)))
    root = drawn(plot(lines=(line,)))
    first, last = ((float(c.get("cx", 0)), float(c.get("cy", 0))) for c in root.findall(f".//{SVG}circle"))
    assert first[0] < last[0] and first[1] > last[1], "up is more"
    assert root.findall(f".//{SVG}path[@class='line s0']") and root.findall(f".//{SVG}path[@class='around s0']")
    assert legend(plot(lines=(line,))) == "", "a single line needs no legend"


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_labels_of_spots_never_lie_over_each_other(points: list[tuple[float, float]]) -> None:
    spots = tuple(Spot(f"candidates {at}", x, y, strong=at % 2 == 0) for at, (x, y) in enumerate(points))
    labels = drawn(plot(spots=spots)).findall(f".//{SVG}text[@class='spot']")
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}
    boxes = []
    for label in labels:
        width = 6.4 * len(label.text or "")
        left = float(label.get("x", 0)) - shift[label.get("text-anchor", "start")] * width
        boxes.append((left, float(label.get("y", 0)), width))
        assert left >= 0 and left + width <= 460
    for at, (left, y, width) in enumerate(boxes):
        for other_left, other_y, other_width in boxes[at + 1 :]:
            assert abs(y - other_y) >= 13 or left >= other_left + other_width or other_left >= left + width


def metric(name: str, value: float | None, kind: str = "mean") -> Metric:
    return Metric(name=name, value=value, n=10, low=value, high=value, kind=kind)


def run_of(*metrics: Metric, items: tuple[Item, ...] = (), retrieval_only: bool = False) -> Run:
    return Run(
        retrieval_only=retrieval_only, metrics=metrics, by_type={}, settings={}, made={}, not_indexed={}, items=items
    )


def test_recall_is_drawn_by_depth_for_each_kind_of_place() -> None:
    found = recall_by_depth(
        run_of(
            metric("quote_recall@10", 0.9),
            metric("quote_recall@1", 0.5),
            metric("quote_recall@5", 0.8),
            metric("page_recall@1", None),
            metric("quote_mrr", 0.6),
            metric("figure_recall", 0.4),
        )
    )
    assert found and [line.name for line in found.lines] == ["quotes"]
    assert found.lines[0].points == ((1, 0.5), (5, 0.8), (10, 0.9))
    assert "50 % of 1, 80 % of 5, 90 % of 10" in found.summary
    assert recall_by_depth(run_of(metric("quote_recall@5", 0.8))) is None, "a single depth is no curve"


def test_waiting_is_the_share_that_was_done_within_a_time() -> None:
    items = tuple(
        Item(
            id=str(n),
            question="?",
            type="t",
            answerable=True,
            expected=(),
            timings_ms={"total": 10.0 * n, "search": None},
        )
        for n in range(1, 1001)
    )
    found = waiting(items)
    assert found and [line.name for line in found.lines] == ["whole answer"]
    points = found.lines[0].points
    assert points[0] == (10, 0.001) and points[-1] == (10_000, 1) and len(points) <= 202
    assert "half within 5 s, 95 % within 9.5 s" in found.summary
    assert waiting(items[:1]) is None


def test_the_risk_curve_of_many_answers_has_few_points() -> None:
    items = tuple(
        Item(
            id=str(n), question="?", type="t", answerable=True, expected=(), status="answered", correct=n % 4 > 0,
            scores={"correct": float(n % 4 > 0)}, confidence=n / 5000,
        )
        for n in range(5000)
    )  # fmt: skip
    found = risk_by_coverage(run_of(items=items))
    assert found
    points = found.lines[0].points
    assert len(points) <= 202 and points[0][0] == 1 / 5000 and points[-1] == (1, 0.25)
    assert "All answers given cover 100 %" in found.summary and "25.0 % of them wrong" in found.summary


def past(day: int, correct: float | None, retrieval_only: bool = False) -> PastRun:
    metrics = (metric("correct", correct), metric("quote_recall@5", 0.5))
    return PastRun(f"{day}.json", f"2026-01-{day:02}T00:00:00", "a.jsonl", "0", retrieval_only, metrics)


def test_history_follows_the_chief_metrics_over_the_last_runs() -> None:
    found = over_runs([past(day, day / 100) for day in range(1, 31)])
    assert found and [line.name for line in found.lines] == ["correct"]
    assert [y for _, y in found.lines[0].points] == [day / 100 for day in range(19, 31)]
    assert found.x.ticks[-1] == (12, "01-30") and len(found.x.ticks) <= 6
    gap = over_runs([past(1, 0.5), past(2, None), past(3, 0.7)])
    assert gap and gap.lines[0].points == ((1, 0.5), (3, 0.7))
    assert over_runs([past(1, 0.5)]) is None
    searched = over_runs([past(1, None, True), past(2, None, True)])
    assert searched and [line.name for line in searched.lines] == ["quotes, recall@5"]
    assert math.isclose(searched.lines[0].points[0][1], 0.5)
