"""`assistant eval` on the command line: options, help and nothing else.

Without a sub-command a set is asked. A sub-command is a function whose heavy imports stand inside it; it is
registered here: `eval_app.command("name")(function)`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.parts import settings
from evals.authoring.command import new
from evals.sweep.command import sweep

eval_app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)


def _refuse_options_of_a_run(context: typer.Context) -> None:
    """Options before a sub-command would be passed over in silence: they are bad usage."""
    for parameter in context.command.params:
        source = parameter.name and context.get_parameter_source(parameter.name)
        if source and source.name == "COMMANDLINE":
            context.fail(f"{parameter.opts[0]} belongs to a run and means nothing to `{context.invoked_subcommand}`.")


@eval_app.callback()
def evaluate(
    context: typer.Context,
    questions: Annotated[Path | None, typer.Option(help="Question set, JSON Lines.")] = None,
    documents: Annotated[Path | None, typer.Option(help="Folder of documents to ask.")] = None,
    home: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps the index of --documents; else it is removed when the run is done."),
    ] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Search without answering.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="TYPE", help="Only questions of this type; repeatable.")
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Only N questions, drawn by a hash of id and seed.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws another sample.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
    whole_corpus: Annotated[
        bool, typer.Option("--whole-corpus", help="Ask over all documents, whatever a question is to be asked within.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Questions asked at once.")] = 1,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin again, whatever a run that was broken off has kept.")
    ] = False,
    judge: Annotated[
        str | None, typer.Option(metavar="MODEL", help="A chat model that grades the answers, reported apart.")
    ] = None,
    judge_base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="The OpenAI-compatible server that has it.")
    ] = None,
    judge_api_key: Annotated[
        str | None, typer.Option(metavar="KEY", envvar="EVAL_JUDGE_API_KEY", help="The key of that server.")
    ] = None,
    json_path: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the run as JSON.")] = None,
    html_path: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a report.")] = None,
    history: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Former runs' JSON files, drawn in the report.")
    ] = None,
    junit_path: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")] = None,
) -> None:
    """Ask a question set, score the answers, exit 1 below the thresholds.

    A run that is broken off goes on where it stopped when it is called again.
    """
    if context.invoked_subcommand is not None:
        _refuse_options_of_a_run(context)
        return
    if judge is None and judge_base_url is not None:
        context.fail("--judge-base-url needs --judge.")
    if judge is not None and retrieval_only:
        context.fail("--judge grades answers, and --retrieval-only gives none: leave one of them out.")
    if seed and sample is None:
        context.fail("--seed draws a sample: give --sample as well.")
    if history is not None and html_path is None:
        context.fail("--history is drawn in the page: give --html as well.")
    from pydantic import SecretStr

    from assistant.terminal import console
    from evals.command import evaluate as run_set
    from evals.options import JudgeOptions, Options

    key = None if judge_api_key is None else SecretStr(judge_api_key)
    options = Options(
        questions=questions,
        documents=documents,
        home=home,
        retrieval_only=retrieval_only,
        only=tuple(only or ()),
        sample=sample,
        seed=seed,
        limit=limit,
        whole_corpus=whole_corpus,
        workers=workers,
        fresh=fresh,
        judge=None if judge is None else JudgeOptions(judge, judge_base_url, key),
        json_path=json_path,
        html_path=html_path,
        history=history,
        junit_path=junit_path,
    )
    raise typer.Exit(run_set(settings(), options, console=console()))


@eval_app.command()
def compare(
    before: Annotated[Path, typer.Argument(metavar="A.json", help="The earlier run.")],
    after: Annotated[
        Path, typer.Argument(metavar="B.json", help="The later run; of a changed set the cases both have are compared.")
    ],
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help="The metric that decides; `correct` where it was measured.")
    ] = None,
    json_path: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all of it as JSON.")] = None,
) -> None:
    """Compare two runs case by case, exit 1 if the later is significantly worse."""
    from assistant.terminal import console
    from evals.comparison_report import compare_files

    raise typer.Exit(compare_files(before, after, metric=metric, json_path=json_path, console=console()))


eval_app.command("new")(new)
eval_app.command("sweep")(sweep)
