"""The report as one HTML page: no script, no outside request, every word of a document escaped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from evals import wording
from evals.gate import Missed
from evals.history import PastRun, with_this
from evals.model import Metric, Run
from evals.page.failures import cases, disagreements, overview, unjudged
from evals.page.parts import bar, cards, figures, gate, row, shell, table
from evals.plots.charts import over_runs, recall_by_depth, risk_by_coverage, waiting

#: The scores at the head of a page; of each group the first that was measured.
_CHIEF_OF_ANSWERS = (
    ("correct", "figure_recall", "answer_f1"),
    ("refusal_balanced_accuracy", "refusal_precision"),
    ("citation_precision",),
    ("unsupported_figures",),
    ("quote_recall@5", "page_recall@5", "document_recall@5"),
    ("total_p50_ms",),
)
_CHIEF_OF_SEARCH = (
    ("quote_recall@5",),
    ("page_recall@5",),
    ("document_recall@5",),
    ("quote_mrr", "page_mrr", "document_mrr"),
    ("search_p50_ms",),
    ("search_p95_ms",),
)


def chief(run: Run) -> list[Metric]:
    """The scores that say most of a run, in order."""
    by_name = {metric.name: metric for metric in run.metrics if metric.value is not None and metric.n}
    groups = _CHIEF_OF_SEARCH if run.retrieval_only else _CHIEF_OF_ANSWERS
    found = (next((by_name[name] for name in group if name in by_name), None) for group in groups)
    return [metric for metric in found if metric is not None]


def _listed(title: str, metrics: Sequence[Metric]) -> str:
    rows = [row(("metric", "", "value", "95 % interval", "n"), "th", 2)]
    for metric in metrics:
        cells = (
            f'<span title="{escape(metric.name)}">{escape(wording.label(metric.name))}</span>',
            bar(metric),
            escape(wording.number(metric.value, metric.kind)),
            escape(wording.interval(metric)),
            str(metric.n),
        )
        rows.append(row(cells, numeric_from=2))
    return f"<h2>{title}</h2>{table(rows, title, 'overall')}"


def _judged(run: Run) -> str:
    """What a judge model gave, apart: it decides nothing of the rest."""
    metrics = wording.measured(run.metrics, by_judge=True)
    return _listed("By the judge model", metrics) + disagreements(run) if metrics else ""


def _per_type(run: Run) -> str:
    if len(run.by_type) < 2:
        return ""
    columns = wording.type_columns(run)
    rows = [row(("type", "n", *map(escape, columns.values())), "th")]
    for kind, metrics in run.by_type.items():
        by_name = {metric.name: metric for metric in metrics}
        cells = []
        for name in columns:
            value, around = map(escape, wording.compact(by_name[name]))
            cells.append(f'{value} <span class="soft">({around})</span>' if around else value)
        rows.append(row((escape(kind), str(sum(item.type == kind for item in run.items)), *cells)))
    return f"<h2>By type</h2>{table(rows, 'Metrics by type')}"


def _endings(run: Run) -> str:
    endings = wording.endings(run)
    if not endings:
        return ""
    rows = [row(("type", *map(escape, next(iter(endings.values())))), "th")]
    rows += [row((escape(kind), *map(str, counts.values()))) for kind, counts in endings.items()]
    return f"<h2>How they ended</h2>{table(rows, 'How the cases of each type ended')}"


def _glossary() -> str:
    return "".join(f"<dt>{escape(word)}</dt><dd>{escape(told)}</dd>" for word, told in wording.GLOSSARY.items())


def _head(run: Run, name: str) -> str:
    kind = "Search only" if run.retrieval_only else f"Model {run.made.get('model')}"
    began = str(run.made.get("started", "")).replace("T", " ")[:16]
    facts = [f"{len(run.items)} questions", kind, f"begun {began} UTC" if began else ""]
    return f'<h1>{escape(name)}</h1><p class="soft">{escape(" · ".join(filter(None, facts)))}</p>'


def render_html(run: Run, missed: Sequence[Missed] | None, history: Sequence[PastRun] = ()) -> str:
    """The whole page.

    Args:
        run: what is reported.
        missed: what the gate misses; None where no thresholds apply.
        history: former runs; those of the same set are drawn with this one.
    """
    name = str(run.made.get("questions", "Question set"))
    made = json.dumps({"run": run.made, "settings": run.settings}, indent=2, ensure_ascii=False)
    body = (
        _head(run, name),
        gate(missed),
        cards(chief(run)),
        *(f'<p class="note">{escape(note)}</p>' for note in wording.notes(run)),
        overview(run),
        figures((risk_by_coverage(run), recall_by_depth(run), waiting(run.items), over_runs(with_this(history, run)))),
        cases(run),
        unjudged(run),
        _listed("Every metric", wording.measured(run.metrics)),
        _per_type(run),
        _endings(run),
        _judged(run),
        f'<details class="plain"><summary>What the words mean</summary><dl>{_glossary()}</dl></details>',
        f'<details class="plain"><summary>How it was made</summary><pre>{escape(made)}</pre></details>',
    )
    return shell(f"Evaluation: {name}", "".join(body))
