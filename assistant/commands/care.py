"""The command that checks: the doctor."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from assistant.commands.parts import Json, opened, print_all, settings
from assistant.errors import AssistantError


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
