"""README's table "How good is it", and how conversations end, there and in docs/figures.md: made from results.

    python -m evals.readme_table [--check]

Each stands between two markers; `--check` says whether the files hold what the results give, and warns of results that
were measured with other code than there is now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import AssistantError, QuestionSetError
from evals.baselines.environments import BASELINES
from evals.bench_plan import CLOSED, OURS, PIPELINES, SETS, BenchSet, Part
from evals.bench_results import RESULTS, Outcome, Result, read
from evals.model import ERROR, Metric
from evals.provenance import code_hash
from evals.report import write_text

README = Path(__file__).resolve().parents[1] / "README.md"
FIGURES = README.parent / "docs" / "figures.md"
BENCH, CONVERSATIONS = "bench", "conversations"
#: The result that the table of conversations is of.
_TURNS = "multiturn-ours"
_UNTOLD = "How the turns of conversations end is made by `make bench`; it has not been measured since it was kept."
#: How a case can end, in words.
_ENDINGS = {"answered": "answered", "not_found": "not found", "unclear": "asked back", ERROR: "in an error"}
_NONE = "The table beside other pipelines is made by `make bench`; it has not been run yet."
_TITLES = {OURS: "ours", CLOSED: "the model alone"} | {name: spec.title for name, spec in BASELINES.items()}
#: What is told of each set, in order: metric and words. What no pipeline has is left out.
_ROWS = {
    "note": (
        "correct",
        "refusal_precision",
        "refusal_recall",
        "unsupported_figures",
        "ungrounded_figure",
        "quote_hit@5",
        "total_p50_ms",
    ),
    "wiki": (
        "refusal_balanced_accuracy",
        "refusal_recall",
        "answer_f1",
        "unsupported_figures",
        "ungrounded_figure",
        "quote_hit@5",
        "total_p50_ms",
    ),
    "reports": ("correct", "tatqa_em", "tatqa_f1", "unsupported_figures", "ungrounded_figure", "total_p50_ms"),
    "multiturn": ("refusal_balanced_accuracy", "answer_f1", "unsupported_figures", "ungrounded_figure", "total_p50_ms"),
    "multiturn-search": ("document_recall@5", "search_p50_ms"),
    "sec10q": ("document_recall@5", "figure_page@1", "figure_page@5", "search_p50_ms"),
}
_WORDS = {
    "correct": "correct",
    "refusal_precision": "refusals that were right",
    "refusal_recall": "unanswerable ones refused",
    "refusal_balanced_accuracy": "right to answer or to refuse, balanced (.5 is a coin)",
    "answer_f1": "token F1 with the gold answer",
    "unsupported_figures": "figures shown that are not in their cited words",
    "ungrounded_figure": "answers with an invented figure (in no passage found, nor right)",
    "quote_hit@5": "the right sentence is in the first five passages",
    "tatqa_em": "exact match, by the set's definition",
    "tatqa_f1": "F1, by the set's definition",
    "document_recall@5": "gold documents among the first five passages'",
    "figure_page@1": "the first passage is on a page with the figure asked for",
    "figure_page@5": "one of the first five is",
    "total_p50_ms": "whole answer, median",
    "search_p50_ms": "search, median",
}


def _share(value: float) -> str:
    text = f"{value:.2f}"
    return text.removeprefix("0") if value < 1 and text != "1.00" else text


def cell(metric: Metric | None, of: int) -> str:
    """A figure with its interval, and with n where that is not `of`; a dash where there is none."""
    if metric is None or metric.value is None:
        return "–"
    if metric.kind == "milliseconds":
        scale, digits, unit = (1000, 1, "s") if metric.value >= 1000 else (1, 0, "ms")
        bounds = [f"{each / scale:.{digits}f}" for each in (metric.low, metric.high) if each is not None]
        return f"{metric.value / scale:.{digits}f} {unit}" + (f" ({'–'.join(bounds)})" if len(bounds) == 2 else "")
    if metric.kind == "count":
        around = "" if metric.low is None or metric.high is None else f" ({metric.low:.0f}–{metric.high:.0f})"
        return f"{metric.value:.0f}{around}"
    around = "" if metric.low is None or metric.high is None else f"{_share(metric.low)}–{_share(metric.high)}"
    told = ", ".join(filter(None, (around, "" if metric.n == of else f"n {metric.n}")))
    return f"{_share(metric.value)}{f' ({told})' if told else ''}"


def _rows(of: BenchSet, results: Mapping[str, Result], columns: list[str]) -> list[str]:
    here = {name: results[f"{of.name}-{name}"] for name in columns if f"{of.name}-{name}" in results}
    if not here:
        return []
    asked = max(result.asked for result in here.values())
    lines = [f"| **{of.title}**, {asked} questions |" + " |" * len(columns)]
    for name in _ROWS[of.name]:
        metrics = {pipeline: result.metrics.get(name) for pipeline, result in here.items()}
        counts = {metric.n for metric in metrics.values() if metric}
        # A row in which all are taken over the same cases says so once.
        usual = counts.pop() if len(counts) == 1 else asked
        if any(metrics.values()):
            among = "" if usual == asked else f" (n {usual})"
            cells = " | ".join(cell(metrics.get(pipeline), usual) for pipeline in columns)
            lines.append(f"| {_WORDS[name]}{among} | {cells} |")
    if any(result.metrics["errors"].value for result in here.values() if "errors" in result.metrics):
        cells = " | ".join(cell(here[name].metrics.get("errors") if name in here else None, asked) for name in columns)
        lines.append(f"| ended in an error, counted wrong | {cells} |")
    minutes = " | ".join(f"{here[name].seconds / 60:.1f}" if name in here else "–" for name in columns)
    return [*lines, f"| minutes it took | {minutes} |"]


def table(results: Mapping[str, Result]) -> str:
    """The table of the results there are, by their files' names without suffix."""
    if not results:
        return _NONE
    columns = [name for name in PIPELINES if any(result.pipeline == name for result in results.values())]
    lines = [
        "| figure (95 % interval) | " + " | ".join(_TITLES[name] for name in columns) + " |",
        "| --- |" + " --- |" * len(columns),
    ]
    for of in SETS:
        lines += _rows(of, results, columns)
    minutes = sum(result.seconds for result in results.values()) / 60
    last = max(results.values(), key=lambda result: str(result.made.get("started")))
    cpus = last.made.get("machine", {}).get("cpus")
    model = last.settings.get("chat_model")
    commits = sorted({str(result.made.get("commit") or "unknown")[:7] for result in results.values()})
    code = ", ".join(f"`{commit}`" for commit in commits)
    lines += [
        "",
        f"`{model}` for all, {cpus} cores; measuring took {minutes:.0f} minutes, with indexing and environments; "
        f"code of {code}.",
    ]
    return "\n".join(lines)


def _kind(outcome: Outcome) -> str:
    """What a turn is to be: answered, or refused because nothing is said of it or it asks too little."""
    if outcome.answerable:
        return "answerable"
    return "underspecified" if outcome.type == "underspecified" else "not answerable"


def conversations(results: Mapping[str, Result]) -> str:
    """How the last turns of conversations ended, by what they were to be."""
    result = results.get(_TURNS)
    if result is None or any(outcome.answerable is None for outcome in result.outcomes):
        return _UNTOLD
    counts = Counter((_kind(outcome), str(outcome.status)) for outcome in result.outcomes)
    shown = [status for status in _ENDINGS if status != ERROR or any(ended == ERROR for _, ended in counts)]
    lines = [
        f"| {len(result.outcomes)} last turns of conversations | {' | '.join(_ENDINGS[each] for each in shown)} |",
        "| --- |" + " --- |" * len(shown),
    ]
    for kind in ("answerable", "not answerable", "underspecified"):
        lines.append(f"| {kind} | {' | '.join(str(counts[kind, each]) for each in shown)} |")
    return "\n".join(lines)


def outdated(results: Mapping[str, Result]) -> list[str]:
    """Names of the results that were measured with other code than there is now, or do not say with which."""
    parts = {f"{of.name}-{pipeline}": Part(of, pipeline) for of in SETS for pipeline in PIPELINES}
    codes = {left_out: code_hash(left_out) for left_out in {parts[name].left_out for name in results}}
    return [name for name, result in results.items() if result.code != codes[parts[name].left_out]]


def markers(name: str) -> tuple[str, str]:
    """The lines before and after the table of that name, wherever it stands."""
    return f"<!-- {name}: made by python -m evals.readme_table -->", f"<!-- end of {name} -->"


def inserted(text: str, made: str, name: str = BENCH, file: str = "README.md") -> str:
    """A file's text with what was made between the markers of a table.

    Raises:
        QuestionSetError: the markers are not there, once each and in order.
    """
    first, last = markers(name)
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end or first in rest or last in after:
        raise QuestionSetError(f"{file} has no place for the table", f"Put {first} and {last} into it, once each.")
    return f"{before}{first}\n{made}\n{last}{after}"


def load(folder: Path) -> dict[str, Result]:
    """Every result of a folder that the plan knows, by its file's name without suffix."""
    names = [f"{of.name}-{pipeline}" for of in SETS for pipeline in PIPELINES]
    found = {name: read(folder / f"{name}.json") for name in names}
    return {name: result for name, result in found.items() if result is not None}


def main(
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if the files hold anything else.")] = False,
    results: Annotated[Path, typer.Option(help="Folder of the results.")] = RESULTS,
    readme: Annotated[Path, typer.Option(help="The file with the markers of both tables.")] = README,
    figures: Annotated[Path, typer.Option(help="The file with those of the table of conversations.")] = FIGURES,
) -> None:
    """Put the tables into README and docs/figures.md."""
    try:
        found = load(results)
        turns = {CONVERSATIONS: conversations(found)}
        for path, tables in ((readme, {BENCH: table(found)} | turns), (figures, turns)):
            new = old = path.read_text(encoding="utf-8")
            for name, made in tables.items():
                new = inserted(new, made, name, path.name)
            if check and new != old:
                raise QuestionSetError(f"{path.name} is not what the results give", "Run python -m evals.readme_table.")
            if not check:
                write_text(path, new)
        if check and (old_code := outdated(found)):
            typer.echo(f"Measured with other code, until `make bench` is run again: {', '.join(old_code)}.", err=True)
    except AssistantError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
