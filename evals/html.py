"""The report as one HTML page: no script, no outside request, every word of a document escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape

from evals import wording
from evals.gate import Missed
from evals.model import Item, Metric, Run

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f27;--soft:#5c6470;--line:#dfe3e8;--paper:#fff;--field:#f5f7f9;
--bar:#2b6cb0;--band:#a9c8e8;--bad:#b3261e;--good:#1e7a46}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa4b2;--line:#2f3742;--paper:#14181e;
--field:#1c222a;--bar:#6fb0ee;--band:#2f5174;--bad:#ff8a80;--good:#7bd8a1}}
*{box-sizing:border-box}body{margin:0 auto;max-width:68rem;padding:2rem 1.25rem 4rem;background:var(--paper);
color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.5rem 0 .75rem}
p.soft,dt,.soft{color:var(--soft)}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:600;text-align:left;color:var(--soft);font-size:.85rem}
th,td{padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}.wide{overflow-x:auto}
.track{position:relative;display:block;height:.7rem;min-width:8rem;background:var(--field);border-radius:.35rem}
.band,.mark{position:absolute;top:0;bottom:0;border-radius:.35rem}.band{background:var(--band)}
.mark{width:3px;margin-left:-1px;background:var(--bar)}
.gate{border-left:4px solid var(--bad);background:var(--field);padding:.6rem 1rem;margin:.5rem 0;
overflow-wrap:anywhere}.gate.ok{border-color:var(--good)}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;background:var(--field)}
summary{cursor:pointer;padding:.55rem .9rem;overflow-wrap:anywhere}summary b{color:var(--bad);font-weight:600}
dl{margin:0;padding:.25rem .9rem .9rem}dt{font-size:.85rem;margin-top:.5rem}
dd{margin:0 0 .25rem;white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:44rem){.overall :is(td,th):nth-child(2){display:none}td.n,th.n{white-space:normal}}
pre{background:var(--field);padding:1rem;border-radius:.5rem;overflow-x:auto;font-size:.85rem}
"""


def _row(cells: Iterable[str], tag: str = "td", numeric_from: int = 1) -> str:
    """A table row of cells that are HTML already."""
    joined = []
    for at, cell in enumerate(cells):
        kind = ' class="n"' if at >= numeric_from else ""
        joined.append(f"<{tag}{kind}>{cell}</{tag}>")
    return f"<tr>{''.join(joined)}</tr>"


def _bar(metric: Metric) -> str:
    """A value from 0 to 1 as a mark on a line, with its interval as a band."""
    if metric.value is None or metric.kind not in ("share", "mean"):
        return ""
    low = metric.value if metric.low is None else metric.low
    high = metric.value if metric.high is None else metric.high
    return (
        f'<span class="track" aria-hidden="true"><span class="band" style="left:{100 * low:.1f}%;'
        f'width:{100 * (high - low):.1f}%"></span><span class="mark" style="left:{100 * metric.value:.1f}%">'
        "</span></span>"
    )


def _overall(run: Run) -> str:
    rows = [_row(("Metric", "", "Value", "95 % interval", "n"), "th", 2)]
    for metric in wording.measured(run.metrics):
        cells = (
            f'<span title="{escape(metric.name)}">{escape(wording.label(metric.name))}</span>',
            _bar(metric),
            escape(wording.number(metric.value, metric.kind)),
            escape(wording.interval(metric)),
            str(metric.n),
        )
        rows.append(_row(cells, numeric_from=2))
    return f'<div class="wide"><table class="overall">{"".join(rows)}</table></div>'


def _per_type(run: Run) -> str:
    columns = wording.type_columns(run)
    rows = [_row(("type", "n", *map(escape, columns.values())), "th")]
    for kind, metrics in run.by_type.items():
        by_name = {metric.name: metric for metric in metrics}
        cells = []
        for name in columns:
            value, around = map(escape, wording.compact(by_name[name]))
            cells.append(f'{value} <span class="soft">({around})</span>' if around else value)
        rows.append(_row((escape(kind), str(sum(item.type == kind for item in run.items)), *cells)))
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def _endings(run: Run) -> str:
    endings = wording.endings(run)
    if not endings:
        return ""
    rows = [_row(("type", *map(escape, next(iter(endings.values())))), "th")]
    rows += [_row((escape(kind), *map(str, counts.values()))) for kind, counts in endings.items()]
    return f'<h2>How they ended</h2><div class="wide"><table>{"".join(rows)}</table></div>'


def _case(item: Item) -> str:
    fields = [
        ("Question", item.question),
        ("Expected", wording.expected(item)),
        ("Got", wording.got(item)),
        *((f"Citation {c.number}, {_place(c.document, c.page)}", c.quote) for c in item.citations),
        ("Retrieved", _retrieved(item)),
    ]
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in fields)
    return (
        f"<details><summary><b>{escape(wording.trouble(item))}</b> {escape(item.question)} "
        f'<span class="soft">{escape(item.id)}</span></summary><dl>{listed}</dl></details>'
    )


def _place(document: str, page: int | None) -> str:
    return document if page is None else f"{document}, page {page}"


def _retrieved(item: Item) -> str:
    places = (f"{rank}. {_place(hit.document, hit.page)}" for rank, hit in enumerate(item.retrieved, start=1))
    return "\n".join(places) or "nothing"


def _gate(missed: Sequence[Missed] | None) -> str:
    if missed is None:
        return ""
    if not missed:
        return '<p class="gate ok">Every threshold is met.</p>'
    return "".join(f'<p class="gate">{escape(str(one))}</p>' for one in missed)


def render_html(run: Run, missed: Sequence[Missed] | None) -> str:
    """The whole page; `missed` is None where no thresholds apply."""
    name = escape(str(run.made.get("questions", "Question set")))
    kind = "Search only" if run.retrieval_only else f"Model {run.made.get('model')}"
    wrong = wording.failing(run.items)
    made = json.dumps({"run": run.made, "settings": run.settings}, indent=2, ensure_ascii=False)
    cases = "".join(_case(item) for item in wrong) or "<p>None.</p>"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Evaluation: {name}</title><style>{_STYLE}</style></head><body>"
        f'<h1>{name}</h1><p class="soft">{len(run.items)} questions. {escape(kind)}. '
        f"{escape(str(run.made.get('started', '')))}</p>{_gate(missed)}"
        f"<h2>Overall</h2>{_overall(run)}<h2>By type</h2>{_per_type(run)}{_endings(run)}"
        + "".join(f"<p>{escape(note)}</p>" for note in wording.notes(run))
        + f"<h2>Cases to look at ({len(wrong)})</h2>{cases}"
        f"<h2>How it was made</h2><pre>{escape(made)}</pre></body></html>\n"
    )
