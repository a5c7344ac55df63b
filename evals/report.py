"""A run written down: a table in the terminal, a JSON file, an HTML page."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.errors import StorageError
from assistant.whole import write_whole
from evals import wording
from evals.gate import Missed
from evals.history import PastRun
from evals.html import render_html
from evals.junit import render_junit
from evals.model import Item, Metric, Run

#: Longest text of a cell in the list of wrong cases, in characters, and most cases listed.
CELL_CHARS = 160
MOST_CASES = 50


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def short(text: str) -> Text:
    """A text cut to fit a cell.

    Document text as plain text: no markup in it is obeyed, and no control character is passed on.
    """
    line = _plain(text)
    return Text(line if len(line) <= CELL_CHARS else line[: CELL_CHARS - 1] + "…")


def _listed(title: str, metrics: Sequence[Metric]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("metric", overflow="fold")
    table.add_column("value", justify="right")
    table.add_column("95 % interval", justify="right")
    table.add_column("n", justify="right")
    for metric in metrics:
        if "@" not in metric.name:
            table.add_row(
                wording.label(metric.name),
                wording.number(metric.value, metric.kind),
                wording.interval(metric),
                str(metric.n),
            )
    return table


def _by_depth(run: Run) -> Table | None:
    """The metrics of the first k passages, a column for each k; None where nothing of the kind was measured."""
    rows: dict[str, dict[str, Metric]] = {}
    for metric in wording.measured(run.metrics):
        name, at, depth = metric.name.partition("@")
        if at:
            rows.setdefault(name, {})[depth] = metric
    if not rows:
        return None
    table = Table(title="Among the first passages found (95 % interval)", title_justify="left")
    table.add_column("metric", overflow="fold")
    depths = list(dict.fromkeys(depth for row in rows.values() for depth in row))
    for depth in depths:
        table.add_column(f"first {depth}", justify="right")
    table.add_column("n", justify="right")
    for name, row in rows.items():
        cells = (wording.in_cell(row[depth]) if depth in row else "" for depth in depths)
        table.add_row(wording.label(name), *cells, str(max(metric.n for metric in row.values())))
    return table


def _per_type(run: Run) -> Table:
    table = Table(title="By type", title_justify="left")
    table.add_column("type")
    table.add_column("n", justify="right")
    columns = wording.type_columns(run)
    for heading in columns.values():
        table.add_column(heading, justify="right")
    for kind, metrics in run.by_type.items():
        by_name = {metric.name: metric for metric in metrics}
        cells = [wording.in_cell(by_name[name]) for name in columns]
        table.add_row(short(kind), str(sum(item.type == kind for item in run.items)), *cells)
    return table


def _endings(endings: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table(title="How they ended", title_justify="left")
    table.add_column("type")
    for name in next(iter(endings.values())):
        table.add_column(name, justify="right")
    for kind, counts in endings.items():
        table.add_row(short(kind), *map(str, counts.values()))
    return table


def _wrong(items: Sequence[Item]) -> Table:
    table = Table(title=f"{len(items)} cases to look at", title_justify="left", show_lines=True)
    for heading in ("case", "question", "expected", "got", "trouble"):
        table.add_column(heading, overflow="fold")
    for item in items[:MOST_CASES]:
        table.add_row(
            short(item.id),
            short(wording.asked(item)),
            short(wording.expected(item)),
            short(wording.got(item)),
            short(wording.trouble(item)),
        )
    return table


def print_report(run: Run, missed: Sequence[Missed] | None, console: Console) -> None:
    """Print the metrics, overall and by type, the cases to look at, and what the gate misses.

    `missed` is None where no thresholds apply.
    """
    console.print(_listed(f"{len(run.items)} questions", wording.measured(run.metrics)))
    if by_depth := _by_depth(run):
        console.print(by_depth)
    if len(run.by_type) > 1:
        console.print(_per_type(run))
    if endings := wording.endings(run):
        console.print(_endings(endings))
    if judged := wording.measured(run.metrics, by_judge=True):
        console.print(_listed("By the judge model, which decides nothing above", judged))
    for note in wording.notes(run):
        console.print(short(note))
    wrong = wording.failing(run.items)
    if wrong:
        console.print(_wrong(wrong))
    if len(wrong) > MOST_CASES:
        console.print(f"and {len(wrong) - MOST_CASES:,} more; --json FILE and --junit FILE have them all.")
    if missed == []:
        console.print(Text("Gate: every threshold is met", style="green"))
    for one in missed or ():
        console.print(Text(_plain(f"Gate: {one}"), style="bold red"))


def check_writable(path: Path) -> None:
    """Fail before a long run and not after it.

    Raises:
        StorageError: no file can be written there.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}."):
            pass
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}", "Give a path in a folder that exists."
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: a reader never meets half of it.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}", "Free some space or give another path."
        ) from error


def write_json(run: Run, path: Path) -> None:
    """Write the run as JSON (see `Run.as_json`); raises `StorageError` as `write_text` does."""
    # A lone surrogate, which a hostile document may bring, has no UTF-8: such characters are escaped.
    text = json.dumps(run.as_json(), ensure_ascii=False, indent=1, allow_nan=False)
    write_text(path, _encodable(text, "backslashreplace") + "\n")


def write_html(run: Run, missed: Sequence[Missed] | None, path: Path, history: Sequence[PastRun] = ()) -> None:
    """Write the run as one HTML page, with former runs drawn in it; raises `StorageError` as `write_text` does."""
    write_text(path, _encodable(render_html(run, missed, history), "replace"))


def write_junit(run: Run, missed: Sequence[Missed] | None, thresholds: Sequence[str], path: Path) -> None:
    """Write the run as JUnit XML (see `render_junit`); raises `StorageError` as `write_text` does."""
    write_text(path, render_junit(run, missed, thresholds))


def _encodable(text: str, errors: str) -> str:
    return text.encode("utf-8", errors).decode("utf-8")
