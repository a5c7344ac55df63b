"""`assistant eval` on the command line: options, help and nothing else.

Without a sub-command a set is asked. A sub-command is a function whose heavy imports stand inside it; it is
registered at the end of this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer
from click.core import ParameterSource

from assistant.commands.parts import settings

eval_app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)


def _refuse_options_of_a_run(context: typer.Context) -> None:
    """Options before a sub-command would be passed over in silence: they are bad usage."""
    for parameter in context.command.params:
        given = parameter.name and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
        if given:
            raise click.UsageError(
                f"{parameter.opts[0]} belongs to a run and means nothing to `{context.invoked_subcommand}`.", context
            )


@eval_app.callback()
def evaluate(
    context: typer.Context,
    questions: Annotated[Path | None, typer.Option(help="Question set, JSON Lines.")] = None,
    documents: Annotated[Path | None, typer.Option(help="Folder of documents to ask.")] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Search without answering.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
    json_path: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the run as JSON.")] = None,
    html_path: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a report.")] = None,
) -> None:
    """Ask a question set, score the answers, exit 1 below the thresholds."""
    if context.invoked_subcommand is not None:
        _refuse_options_of_a_run(context)
        return
    from assistant.terminal import console
    from evals.command import evaluate as run_set

    code = run_set(
        settings(),
        questions=questions,
        documents=documents,
        retrieval_only=retrieval_only,
        limit=limit,
        json_path=json_path,
        html_path=html_path,
        console=console(),
    )
    raise typer.Exit(code)
