"""`assistant eval sweep`: options, and from a file to a table, JSON and a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.parts import settings


def sweep(
    file: Annotated[Path, typer.Argument(help="What to try: settings with lists of values, TOML.")],
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where runs and indexes are kept; by default beside FILE, as FILE.kept."),
    ] = None,
    json_path: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures as JSON.")] = None,
    html_path: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with the plot of quality against time.")
    ] = None,
) -> None:
    """Run a question set under many settings; goes on where it was interrupted."""
    from assistant.terminal import console
    from evals.command import progress_shown
    from evals.report import check_writable, write_text
    from evals.sweep.plan import load_plan
    from evals.sweep.report import json_text, print_sweep, render_sweep, weigh
    from evals.sweep.running import run_sweep

    base = settings()
    plan = load_plan(file, base)
    for path in (json_path, html_path):
        if path is not None:
            check_writable(path)
    kept = (keep or file.with_name(f"{file.stem}.kept")).absolute()
    with progress_shown() as told:
        outcomes = run_sweep(plan, base, kept, told)
    results = weigh(plan, outcomes)
    if json_path is not None:
        write_text(json_path, json_text(results))
    if html_path is not None:
        write_text(html_path, render_sweep(results))
    print_sweep(results, console())
    taken = sum(one.again for one in outcomes)
    note = f"{taken} of {len(outcomes)} were done before. " if taken else ""
    typer.echo(f"{note}Runs and indexes are kept in {kept}; remove it when you are done.", err=True)
    if any(one.error is not None for one in outcomes):
        raise typer.Exit(1)
