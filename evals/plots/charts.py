"""Which plots a report shows, made from a run: pure functions, None where there is nothing to draw."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from evals.history import PastRun
from evals.metrics.latency import percentile
from evals.model import Item, Metric, Run
from evals.plots.axis import Axis, duration, even_ticks, roomy_share_axis, seconds_axis, share_axis
from evals.plots.svg import Line, Plot

#: Points of a line of waiting times, or of risk: more would not be seen.
_MOST_POINTS = 200
_STAGES = {
    "search": "search alone",
    "retrieve": "evidence found",
    "first_token": "first words",
    "total": "whole answer",
}
#: What is followed over runs, and in what words.
_FOLLOWED = {
    False: {
        "correct": "correct",
        "refusal_balanced_accuracy": "refusing, balanced accuracy",
        "citation_precision": "citations that support",
    },
    True: {
        "document_recall@5": "documents, recall@5",
        "page_recall@5": "pages, recall@5",
        "quote_recall@5": "quotes, recall@5",
    },
}
#: Runs shown of a history: the last ones.
_MOST_RUNS = 12


def _band(points: Iterable[tuple[float, Metric]]) -> tuple[tuple[float, float, float], ...]:
    return tuple((x, one.low, one.high) for x, one in points if one.low is not None and one.high is not None)


def _line(name: str, points: Sequence[tuple[float, Metric]]) -> Line:
    return Line(name, tuple((x, one.value) for x, one in points if one.value is not None), _band(points))


def _thinned(count: int) -> list[int]:
    """Which of so many points are drawn: evenly chosen ones, the first and the last among them."""
    step = max(1, count // _MOST_POINTS)
    return sorted({*range(0, count, step), count - 1})


def recall_by_depth(run: Run) -> Plot | None:
    """Mean recall among the first k results, for each kind of gold place the set names."""
    found: dict[str, list[tuple[float, Metric]]] = {}
    for metric in run.metrics:
        match = re.fullmatch(r"(\w+)_recall@(\d+)", metric.name)
        if match and metric.value is not None:
            found.setdefault(match.group(1), []).append((float(match.group(2)), metric))
    lines = tuple(_line(f"{name}s", sorted(points, key=lambda each: each[0])) for name, points in found.items())
    depths = sorted({x for line in lines for x, _ in line.points})
    if len(depths) < 2:
        return None
    told = "; ".join(
        f"{line.name} " + ", ".join(f"{100 * y:.0f} % of {x:.0f}" for x, y in line.points) for line in lines
    )
    axis = Axis("first k passages", depths[0], depths[-1], tuple((k, f"{k:.0f}") for k in depths))
    everything = [low for line in lines for _, low, _ in line.band] + [y for line in lines for _, y in line.points]
    return Plot(
        "Gold places among the first k passages",
        f"Mean recall by depth: {told}.",
        axis,
        roomy_share_axis("recall", everything),
        lines,
        name="recall",
    )


def risk_by_coverage(run: Run) -> Plot | None:
    """How many of the surest answers are wrong, by how many are given; None where none says how sure it is."""
    points = run.risk_coverage()
    if len(points) < 2:
        return None
    last = points[-1]
    half = next((one for one in points if one.coverage >= last.coverage / 2), last)
    told = (
        f"All answers given cover {100 * last.coverage:.0f} % of the questions, {100 * last.risk:.1f} % of them wrong; "
        f"the surest half of them covers {100 * half.coverage:.0f} %, {100 * half.risk:.1f} % wrong."
    )
    shown = [points[at] for at in _thinned(len(points))]
    line = Line("answers", tuple((one.coverage, one.risk) for one in shown), marked=False)
    high = max(0.1, min(1.0, math.ceil(max(one.risk for one in shown) * 10) / 10))
    ticks = tuple((tick, f"{100 * tick:.4g} %") for tick in even_ticks(0.0, high))
    return Plot(
        "Wrong answers, the surest first",
        told,
        share_axis("share of questions answered"),
        Axis("share wrong", 0.0, high, ticks),
        (line,),
        name="risk",
    )


def waiting(items: Sequence[Item]) -> Plot | None:
    """Which share of the questions was through a stage within how long: the empirical distribution of the times."""
    lines = []
    told = []
    for stage, name in _STAGES.items():
        times = sorted(value for item in items if (value := item.timings_ms.get(stage)) is not None)
        if len(times) < 2:
            continue
        points = tuple((times[rank], (rank + 1) / len(times)) for rank in _thinned(len(times)))
        lines.append(Line(name, points, marked=False))
        half, most = percentile(times, 50), percentile(times, 95)
        told.append(f"{name}: half within {duration(half or 0)}, 95 % within {duration(most or 0)}")
    if not lines:
        return None
    x = seconds_axis("time from the question", [x for line in lines for x, _ in line.points])
    return Plot(
        "How long it takes", "; ".join(told) + ".", x, share_axis("share of questions"), tuple(lines), name="waiting"
    )


def over_runs(runs: Sequence[PastRun]) -> Plot | None:
    """The chief metrics over the last runs, oldest first; None for a single run."""
    shown = runs[-_MOST_RUNS:]
    if len(shown) < 2:
        return None
    lines = []
    for name, words in _FOLLOWED[shown[-1].retrieval_only].items():
        points = [(float(at), one) for at, past in enumerate(shown, start=1) if (one := past.metric(name)) is not None]
        if points:
            lines.append(_line(words, points))
    if not lines:
        return None
    told = "; ".join(f"{line.name} " + ", ".join(f"{100 * y:.1f} %" for _, y in line.points) for line in lines)
    gap = max(1, -(-len(shown) // 5))
    ticks = tuple(
        (float(at), past.started[5:10]) for at, past in enumerate(shown, start=1) if (len(shown) - at) % gap == 0
    )
    everything = [low for line in lines for _, low, _ in line.band] + [y for line in lines for _, y in line.points]
    return Plot(
        "Over the runs",
        f"{len(shown)} runs, oldest first: {told}.",
        Axis("runs, by the day they began", 1.0, float(len(shown)), ticks),
        roomy_share_axis("share", everything),
        tuple(lines),
        name="history",
    )
