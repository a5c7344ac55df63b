"""A sweep written down: a table in the terminal, JSON, and a page with the plot of quality against time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals import wording
from evals.model import Metric
from evals.page.parts import figure, row, shell, table
from evals.plots.axis import roomy_share_axis, seconds_axis
from evals.plots.svg import Line, Plot, Spot
from evals.sweep.pareto import front
from evals.sweep.plan import Plan, said
from evals.sweep.running import Outcome

#: What stands for quality, the first that every combination has; what stands for time.
_QUALITY = {
    False: ("correct", "figure_recall", "answer_f1"),
    True: ("quote_recall@5", "page_recall@5", "document_recall@5"),
}
_LATENCY = {False: "total_p50_ms", True: "search_p50_ms"}
_FRONT = (
    "● no other is better in one and as good in the other; of equal quality, those whose times' intervals overlap "
    "stand together."
)
_REAL = "Near values may be chance: `assistant eval compare` tells with two of the runs' files."


@dataclass(frozen=True)
class Placed:
    """A combination with its two measures; `on_front` if no other is better in one and as good in the other."""

    outcome: Outcome
    quality: Metric | None
    latency: Metric | None
    on_front: bool


@dataclass(frozen=True)
class Results:
    """The outcomes of a sweep, best first, failed ones last; the names of the two measures."""

    plan: Plan
    quality: str
    latency: str
    placed: tuple[Placed, ...]


def weigh(plan: Plan, outcomes: Sequence[Outcome]) -> Results:
    """Put outcomes in order and find those on the Pareto front."""
    ran = [one for one in outcomes if one.error is None]
    choices = _QUALITY[plan.asked.retrieval_only]
    common = (name for name in choices if ran and all(one.metric(name) for one in ran))
    quality = plan.quality or next(common, choices[0])
    latency = plan.latency or _LATENCY[plan.asked.retrieval_only]
    pairs = [(one, one.metric(quality), one.metric(latency)) for one in outcomes]
    measured = [at for at, (_, good, slow) in enumerate(pairs) if good and slow]
    best = {measured[at] for at in front([_point(pairs[at][1], pairs[at][2]) for at in measured])}
    marked = {at for at in measured if at in best or any(_as_good(pairs[at], pairs[other]) for other in best)}
    placed = [Placed(*pair, at in marked) for at, pair in enumerate(pairs)]
    return Results(plan, quality, latency, tuple(sorted(placed, key=_rank)))


_Pair = tuple[Outcome, Metric | None, Metric | None]


def _as_good(one: _Pair, best: _Pair) -> bool:
    """Whether a combination is of the very quality of one on the front, and slower by no more than chance.

    Settings that changed no result would else be told apart by what the machine did meanwhile.
    """
    (_, quality, time), (_, as_best, least) = one, best
    if quality is None or as_best is None or time is None or least is None or quality.value != as_best.value:
        return False
    return time.low is not None and least.high is not None and time.low <= least.high


def _point(quality: Metric | None, latency: Metric | None) -> tuple[float, float]:
    return (quality and quality.value) or 0.0, (latency and latency.value) or 0.0


def _rank(one: Placed) -> tuple[bool, float, float]:
    quality, latency = _point(one.quality, one.latency)
    return one.outcome.error is not None, -quality, latency


def _value(metric: Metric | None) -> str:
    return "–" if metric is None else wording.number(metric.value, metric.kind)


def _interval(metric: Metric | None) -> str:
    return "" if metric is None else wording.interval(metric)


def _cells(results: Results, one: Placed) -> list[str]:
    changed = one.outcome.combination.changed
    values = (said(changed[name]) if name in changed else "as set" for name in results.plan.swept)
    # The values say what those are that no person named.
    name = [one.outcome.combination.name if one.outcome.combination.named else ""] if _any_named(results) else []
    return ["●" if one.on_front else "", *name, *values]


def _any_named(results: Results) -> bool:
    return any(one.outcome.combination.named for one in results.placed)


def _numeric_from(results: Results) -> int:
    return len(results.plan.swept) + 1 + _any_named(results)


def _figures(one: Placed) -> list[str]:
    if one.outcome.error is not None:
        return ["failed", "", "", ""]
    n = str(one.quality.n) if one.quality else ""
    return [_value(one.quality), _interval(one.quality), _value(one.latency), n]


def _headings(results: Results) -> list[str]:
    return [
        "best",
        *(["name"] if _any_named(results) else []),
        *results.plan.swept,
        wording.label(results.quality),
        "95 % interval",
        wording.label(results.latency),
        "n",
    ]


def print_sweep(results: Results, console: Console) -> None:
    """Print the combinations, best first, those on the front marked; below them what failed."""
    shown = Table(title=f"{results.plan.name}: {len(results.placed)} combinations", title_justify="left")
    numeric = _numeric_from(results)
    for at, heading in enumerate(_headings(results)):
        shown.add_column(Text(heading), justify="right" if at >= numeric else "left", overflow="fold")
    for one in results.placed:
        style = "bold" if one.on_front else "dim" if one.outcome.error else ""
        shown.add_row(*(Text(cell) for cell in (*_cells(results, one), *_figures(one))), style=style)
    console.print(shown)
    console.print(Text(f"{_FRONT} {_REAL}"))
    for one in results.placed:
        if one.outcome.error is not None:
            console.print(Text(f"Failed: {one.outcome.combination.name}: {one.outcome.error}", style="bold red"))


def as_json(results: Results) -> dict[str, Any]:
    """The object that `assistant eval sweep --json` writes."""
    return {
        "sweep": results.plan.name,
        "quality": results.quality,
        "latency": results.latency,
        "combinations": [
            {
                "name": one.outcome.combination.name,
                "settings": dict(one.outcome.combination.changed),
                "on_front": one.on_front,
                "error": one.outcome.error,
                "run": None if one.outcome.run_file is None else str(one.outcome.run_file),
                "metrics": {m.name: m.model_dump(exclude={"name"}) for m in one.outcome.metrics},
            }
            for one in results.placed
        ],
    }


def json_text(results: Results) -> str:
    """The same as text."""
    return json.dumps(as_json(results), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def pareto_plot(results: Results) -> Plot | None:
    """Quality against time, the front joined by a line; None where nothing was measured."""
    spots = [
        Spot(
            one.outcome.combination.name,
            one.latency.value or 0.0,
            one.quality.value or 0.0,
            one.quality.low,
            one.quality.high,
            strong=one.on_front,
        )
        for one in results.placed
        if one.quality and one.latency
    ]
    if not spots:
        return None
    best = [spot.label for spot in spots if spot.strong]
    values = [spot.y if spot.low is None else spot.low for spot in spots]
    return Plot(
        f"{wording.label(results.quality)} against time",
        f"{_FRONT} Here: {'; '.join(best)}.",
        seconds_axis(wording.label(results.latency), [spot.x for spot in spots]),
        roomy_share_axis(wording.label(results.quality), values),
        (Line("front", tuple(sorted((spot.x, spot.y) for spot in spots if spot.strong)), marked=False),),
        tuple(spots),
        name="pareto",
    )


def render_sweep(results: Results) -> str:
    """The whole page."""
    numeric = _numeric_from(results)
    rows = [row(map(escape, _headings(results)), "th", numeric)]
    for one in results.placed:
        cells = [escape(cell) for cell in (*_cells(results, one), *_figures(one))]
        rows.append(row(cells, numeric_from=numeric, kind="front" if one.on_front else ""))
    failed = "".join(
        f'<p class="gate">{escape(one.outcome.combination.name)}: {escape(one.outcome.error)}</p>'
        for one in results.placed
        if one.outcome.error is not None
    )
    plot = pareto_plot(results)
    told = escape(f"{_FRONT} {_REAL}".replace("`", ""))
    kind = "search only" if results.plan.asked.retrieval_only else "whole answers"
    body = (
        f"<h1>{escape(results.plan.name)}</h1>"
        f'<p class="soft">{len(results.placed)} combinations · {kind}</p>{failed}'
        f'<section class="single">{figure(plot) if plot else ""}</section>'
        f"<h2>Combinations</h2><p>{told}</p>{table(rows, 'Combinations, best first')}"
    )
    return shell(f"Sweep: {results.plan.name}", body)
