"""The shell of a page, its tables, scores and plots; every word that comes from elsewhere is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from evals import wording
from evals.gate import Missed
from evals.model import Metric
from evals.plots.axis import duration
from evals.plots.svg import Plot, legend, render


@cache
def _style() -> str:
    return files("evals.page").joinpath("style.css").read_text(encoding="utf-8")


def shell(title: str, body: str) -> str:
    """A whole page around a body that is HTML already: no script, no request, style within.

    Args:
        title: plain words, escaped here.
        body: HTML.
    """
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head><body><main>{body}</main></body></html>\n"
    )


def row(cells: Iterable[str], tag: str = "td", numeric_from: int = 1, kind: str = "") -> str:
    """A table row of cells that are HTML already; those from `numeric_from` on are numbers."""
    joined = []
    for at, cell in enumerate(cells):
        named = ' class="n"' if at >= numeric_from else ""
        scope = ' scope="col"' if tag == "th" else ""
        joined.append(f"<{tag}{scope}{named}>{cell}</{tag}>")
    marked = f' class="{kind}"' if kind else ""
    return f"<tr{marked}>{''.join(joined)}</tr>"


def table(rows: Iterable[str], label: str, kind: str = "") -> str:
    """A table that scrolls by itself where the page is narrow; the first row is its head, `label` is read out."""
    head, *rest = rows
    named = f' class="{kind}"' if kind else ""
    return (
        f'<div class="wide" role="region" aria-label="{escape(label)}" tabindex="0">'
        f"<table{named}><thead>{head}</thead><tbody>{''.join(rest)}</tbody></table></div>"
    )


def bar(metric: Metric) -> str:
    """A value from 0 to 1 as a mark on a line, with its interval as a band; nothing for other kinds."""
    if metric.value is None or metric.kind not in ("share", "mean"):
        return ""
    # Agreement beyond chance may be below 0.
    within = [min(max(each, 0.0), 1.0) for each in (metric.value, metric.low or 0.0, metric.high or 0.0)]
    value = within[0]
    low = value if metric.low is None else within[1]
    high = value if metric.high is None else within[2]
    return (
        f'<span class="track" aria-hidden="true"><span class="band" style="left:{100 * low:.1f}%;'
        f'width:{100 * (high - low):.1f}%"></span><span class="mark" style="left:{100 * value:.1f}%">'
        "</span></span>"
    )


def _large(value: float | None, kind: str) -> str:
    return duration(value) if kind == "milliseconds" and value is not None else wording.number(value, kind)


def _range(low: str, high: str) -> str:
    """Both ends in words; a unit they share is said once."""
    number, _, unit = low.partition(" ")
    return f"{number} to {high}" if unit and high.endswith(f" {unit}") else f"{low} to {high}"


def cards(metrics: Sequence[Metric]) -> str:
    """The chief scores, each with its interval and n, in large figures."""
    found = []
    for metric in metrics:
        count = f"n {metric.n}"
        if metric.low is not None and metric.high is not None:
            ends = _range(_large(metric.low, metric.kind), _large(metric.high, metric.kind))
            count = f"{ends}\n{count}"
        found.append(
            f'<li><span class="name">{escape(wording.label(metric.name))}</span>'
            f'<span class="value">{escape(_large(metric.value, metric.kind))}</span>'
            f'<span class="interval">{escape(count)}</span></li>'
        )
    if not found:
        return ""
    return f'<ul class="cards">{"".join(found)}</ul><p class="soft">Ranges are 95 % intervals.</p>'


def figure(plot: Plot) -> str:
    """A plot with its heading and legend; below it in words what it shows."""
    return (
        f"<figure><h3>{escape(plot.title)}</h3>{render(plot)}{legend(plot)}"
        f"<figcaption>{escape(plot.summary)}</figcaption></figure>"
    )


def figures(plots: Iterable[Plot | None]) -> str:
    """The plots there are, side by side; nothing where there is none."""
    drawn = "".join(figure(plot) for plot in plots if plot is not None)
    return f'<section aria-label="Plots"><h2>Plots</h2><div class="plots">{drawn}</div></section>' if drawn else ""


def gate(missed: Sequence[Missed] | None) -> str:
    """What the gate misses; nothing where no thresholds apply."""
    if missed is None:
        return ""
    if not missed:
        return '<p class="gate ok">Every threshold is met.</p>'
    return "".join(f'<p class="gate">{escape(str(one))}</p>' for one in missed)
