"""A comparison of two runs in the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals import wording
from evals.compare import ALPHA, Change, Comparison, Moved, compare
from evals.report import check_writable, short, write_text
from evals.runfile import load_run

#: Cases shown by name of those that changed; the JSON has all.
_SHOWN = 20
_LABELS = {
    "refusal_right": "Rightly answered or refused",
    "unsupported_figures": "Unsupported figures a case",
    "errors": "Cases that ended in an error",
    "search_ms": "Search alone, mean",
    "retrieve_ms": "Evidence found, mean",
    "first_token_ms": "First words, mean",
    "total_ms": "Whole answer, mean",
}


def _label(name: str) -> str:
    return _LABELS.get(name) or wording.label(name)


def _number(value: float, kind: str) -> str:
    # The mean of a count is no whole number.
    return wording.number(value, "mean" if kind == "count" else kind)


def _signed(value: float, kind: str) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{_number(abs(value), kind)}"


def _p(value: float) -> str:
    return "<.001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def _table(title: str, changes: Sequence[Change], corrected: bool) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("metric", overflow="fold")
    for heading in ("before", "after", "difference", "p", "n"):
        table.add_column(heading, justify="right")
    for change in changes:
        p = change.p_corrected if corrected and change.p_corrected is not None else change.p
        style = ("red" if change.worse else "green") if change.significant else ""
        around = f"{_signed(change.low, change.kind)} to {_signed(change.high, change.kind)}"
        table.add_row(
            Text(_label(change.metric)),
            _number(change.before, change.kind),
            _number(change.after, change.kind),
            f"{_signed(change.difference, change.kind)}\n{around}" if change.gained or change.lost else "none",
            _p(p),
            str(change.n),
            style=style,
        )
    return table


def _print_moved(title: str, moved: Sequence[Moved], kind: str, console: Console) -> None:
    if not moved:
        return
    table = Table(title=f"{len(moved)} {title}", title_justify="left")
    table.add_column("case", overflow="fold")
    table.add_column("question", overflow="fold")
    if kind != "share":
        table.add_column("before", justify="right")
        table.add_column("after", justify="right")
    for each in moved[:_SHOWN]:
        values = () if kind == "share" else (_number(each.before, kind), _number(each.after, kind))
        table.add_row(short(each.id), short(each.question), *values)
    console.print(table)
    if len(moved) > _SHOWN:
        console.print(f"and {len(moved) - _SHOWN} more; --json FILE has them all.")


def _print_left_out(comparison: Comparison, console: Console) -> None:
    """Print how many cases were not compared, why, and which."""
    for why, ids in (
        (f"only in {comparison.before}", comparison.only_before),
        (f"only in {comparison.after}", comparison.only_after),
        ("not the same case in both", comparison.altered),
    ):
        if ids:
            listed = ", ".join(ids[:_SHOWN])
            more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
            console.print(Text(f"{len(ids)} left out, {why}: {listed}{more}"))


def _in_words(change: Change) -> str:
    p = change.p if change.p_corrected is None else change.p_corrected
    return f"{_label(change.metric)} {_signed(change.difference, change.kind)} (p {_p(p)}, n {change.n})"


def verdict(comparison: Comparison) -> str:
    """What the comparison comes to, in one line."""
    said = [
        f"{word}: {'; '.join(map(_in_words, changes))}."
        for word, changes in (("Worse", comparison.losses), ("Better", comparison.gains))
        if changes
    ]
    first = comparison.changes[0]
    return " ".join(said) or f"No significant difference: {_in_words(first)}."


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print what decides, what else changed, the cases by name, and the verdict."""
    first = comparison.changes[0]
    deciding = [change for change in comparison.changes if change.role != "told"]
    told = [change for change in comparison.changes if change.role == "told"]
    changed = [change for change in told if change.gained or change.lost]
    for line in comparison.differing:
        console.print(Text(f"Differs: {line}"))
    console.print(_table(f"{comparison.n} cases in both runs: what decides", deciding, corrected=True))
    if changed:
        console.print(_table("What else changed; it does not decide", changed, corrected=False))
    if len(changed) < len(told):
        console.print(f"{len(told) - len(changed)} further metrics did not change in any case.")
    by = _label(first.metric)
    _print_moved(f"cases got worse ({by})", comparison.worse, first.kind, console)
    _print_moved(f"cases got better ({by})", comparison.better, first.kind, console)
    for change in deciding[1:]:
        if moved := comparison.moved.get(change.metric):
            by = _label(change.metric)
            _print_moved(f"cases got worse ({by})", moved.worse, change.kind, console)
            _print_moved(f"cases got better ({by})", moved.better, change.kind, console)
    _print_left_out(comparison, console)
    style = "bold red" if comparison.losses else "green"
    console.print(Text(verdict(comparison), style=style))


def as_json(comparison: Comparison) -> str:
    """The comparison as JSON, with the verdict and whether each metric that decides is significant."""
    value = comparison.model_dump(mode="json")
    for change, written in zip(comparison.changes, value["changes"], strict=True):
        written["significant"] = change.significant
    value |= {"alpha": ALPHA, "verdict": verdict(comparison), "loss": bool(comparison.losses)}
    return json.dumps(value, indent=1, allow_nan=False) + "\n"


def compare_files(
    before: Path,
    after: Path,
    *,
    metric: str | None = None,
    json_path: Path | None = None,
    console: Console | None = None,
) -> int:
    """Compare two written runs, print how they differ, and write it if wanted.

    Args:
        before: the JSON of the earlier run.
        after: the JSON of the later one.
        metric: the metric that decides by itself; see `evals.compare.DECIDING`.
        json_path: where the comparison is written.
        console: where it is printed; stdout by default.

    Returns:
        Exit code: 0, or 1 when the later run is significantly worse.

    Raises:
        QuestionSetError: a file is no run, or the runs cannot be compared.
        StorageError: the comparison cannot be written.
    """
    if json_path is not None:
        check_writable(json_path)
    comparison = compare(load_run(before), load_run(after), metric)
    if json_path is not None:
        write_text(json_path, as_json(comparison))
    print_comparison(comparison, console or Console())
    return 1 if comparison.losses else 0
