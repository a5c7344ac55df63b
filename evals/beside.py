"""Our retrieval beside the baselines', in one run over the same folder: the same table for all.

python -m evals.beside QUESTIONS DOCUMENTS [--baseline NAME]... [--json FILE] [--home FOLDER]

The environments of the baselines are made where they are missing (`evals/baselines/environments.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assistant.errors import AssistantError, QuestionSetError
from assistant.settings import load_settings
from evals import wording
from evals.baselines.baseline import baseline_factory
from evals.baselines.environments import BASELINES, default_root, make
from evals.baselines.texts import pages_of
from evals.command import progress_shown
from evals.home import Factory, Progress, list_documents, real_assistant
from evals.model import Metric, Run
from evals.pages import figure_pages
from evals.report import check_writable, write_text
from evals.runner import run
from evals.sets import Question, load_questions

#: What is shown, in order.
_SHOWN = (
    "document_recall@1",
    "document_recall@5",
    "document_recall@10",
    "document_hit@5",
    "document_mrr",
    "page_recall@5",
    "quote_recall@5",
    "figure_page@1",
    "figure_page@5",
    "search_p50_ms",
    "search_p95_ms",
)
#: Questions of this type ask for one place of one document; only of these is a figure's page looked for.
ONE_PLACE = "Single-Chunk"


def figure_metrics(
    result: Run, questions: Sequence[Question], pages: dict[tuple[str, int | None], str]
) -> list[Metric]:
    """Pages with the figure asked for, of the questions that ask for one place."""
    asked = [pair for pair in zip(result.items, questions, strict=True) if ONE_PLACE in pair[1].type]
    return figure_pages([item for item, _ in asked], [case for _, case in asked], pages)


def metrics_of(result: Run, questions: Sequence[Question], pages: dict[tuple[str, int | None], str]) -> list[Metric]:
    """The metrics of a run, with the pages of figures where the set tells which questions ask for one place."""
    return [metric for metric in (*result.metrics, *figure_metrics(result, questions, pages)) if metric.n]


def table_of(measured: dict[str, list[Metric]]) -> Table:
    """One row a metric, one column a pipeline."""
    table = Table()
    table.add_column("metric")
    for name in measured:
        table.add_column(name, justify="right")
    table.add_column("n", justify="right")
    for metric in _SHOWN:
        row = [next((each for each in metrics if each.name == metric), None) for metrics in measured.values()]
        if all(row):
            cells = [f"{wording.number(one.value, one.kind)} {wording.interval(one)}" for one in row if one]
            table.add_row(metric, *cells, str(row[0].n if row[0] else 0))
    return table


def _factories(baselines: Sequence[str], told: Progress) -> dict[str, Factory]:
    """What is measured, by name: ours first."""
    unknown = sorted(set(baselines) - BASELINES.keys())
    if unknown:
        raise QuestionSetError(f"There is no baseline {unknown[0]}", f"Choose of {', '.join(BASELINES)}.")
    specs = [BASELINES[name] for name in baselines]
    return {"ours": real_assistant} | {
        spec.name: baseline_factory(spec, make(spec, default_root(), told)) for spec in specs
    }


def main(
    questions: Annotated[Path, typer.Argument(help="Question set, JSON Lines.")],
    documents: Annotated[Path, typer.Argument(help="The folder it is about.")],
    json_path: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write both as JSON.")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder that keeps our index; a temporary one by default.")] = None,
    baseline: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(BASELINES)}; all by default.")] = None,
) -> None:
    """Search for every question with every pipeline and print one table."""
    measured: dict[str, list[Metric]] = {}
    try:
        settings = load_settings()
        files = list_documents(documents)
        cases = load_questions(questions, files)
        if json_path is not None:
            check_writable(json_path)
        pages = {(name, page): text for name, path in files.items() for page, text in pages_of(path)}
        with progress_shown() as told:
            for name, factory in _factories(baseline or list(BASELINES), told).items():
                kept = home if name == "ours" else None
                result = run(settings, cases, documents, True, progress=told, home=kept, factory=factory)
                measured[name] = metrics_of(result, cases, pages)
        if json_path is not None:
            told_as = {name: [metric.model_dump() for metric in metrics] for name, metrics in measured.items()}
            write_text(json_path, json.dumps(told_as, indent=1) + "\n")
    except AssistantError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    Console().print(table_of(measured))


if __name__ == "__main__":
    typer.run(main)
