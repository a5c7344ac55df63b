"""The commands that check: the evaluation, and the doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.parts import Json, opened, print_all, settings
from assistant.errors import AssistantError


def evaluate(
    questions: Annotated[Path | None, typer.Option(help="Question set, JSON Lines.")] = None,
    documents: Annotated[Path | None, typer.Option(help="Folder of documents to ask.")] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Search without answering.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
    json_path: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the run as JSON.")] = None,
    html_path: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a report.")] = None,
) -> None:
    """Ask a question set, score the answers, exit 1 below the thresholds."""
    import evals
    from assistant.terminal import console

    code = evals.evaluate(
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


def doctor(
    reembed: Annotated[
        bool, typer.Option("--reembed", help="First embed all documents anew, with the model now set.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check home, index and models; repair what can be derived again."""
    from assistant.terminal import progress_bar, show_findings
    from assistant.upkeep import examine

    if reembed:
        with opened() as assistant, progress_bar() as progress:
            count = assistant.reembed(progress)
        told = f"{count:,} texts are embedded anew" if count else "The index is of this embedding model already"
        sys.stderr.write(f"{told}.\n")
    findings = examine(settings())
    print_all(findings, as_json, show_findings)
    bad = [finding for finding in findings if not finding.ok]
    if bad:
        first = bad[0]
        raise AssistantError(
            f"{len(bad)} of {len(findings)} checks failed; {first.check}: {first.result.rstrip('.')}", first.next_step
        )
