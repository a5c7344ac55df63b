"""The command line: people and scripts to the `Assistant`. Data to stdout, all else to stderr."""

from __future__ import annotations

import io
import signal
import sys
from typing import Annotated

import typer

from assistant import __version__
from assistant.commands import care, documents, questions
from assistant.commands.models import models_app
from assistant.errors import AssistantError
from evals.cli import eval_app

app = typer.Typer(
    name="assistant",
    help="Ask your documents and check every word of the answer: cited, verified, offline.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

#: Exit code of a program ended by Ctrl-C, as shells have it: 128 and the number of SIGINT.
_INTERRUPTED = 130


def main() -> None:
    """Run the command line: exit 0 done, 1 a named error, 2 bad usage, 130 interrupted."""
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a terminal's encoding cannot show is shown as an escape, not as a crash.
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except AssistantError as error:
        _fail(str(error))
    except (KeyboardInterrupt, SystemExit) as end:
        # Typer turns an interruption into this exit code before it arrives here.
        if isinstance(end, SystemExit) and end.code != _INTERRUPTED:
            raise
        sys.stderr.write("\nInterrupted. Nothing that was acknowledged is lost.\n")
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def _terminate(_signal: int, _frame: object) -> None:
    """SIGTERM unwinds like Ctrl-C, so that transactions roll back and locks are given back."""
    raise KeyboardInterrupt


def _fail(message: str) -> None:
    sys.stderr.write(f"Error: {message}\n")
    sys.exit(1)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        sys.stdout.write(f"assistant {__version__}\n")
        raise typer.Exit


app.command()(questions.chat)
app.command()(questions.ask)
app.command()(questions.search)
app.command()(documents.add)
app.command()(documents.remove)
app.command("tag")(documents.tag_documents)
app.command("list")(documents.list_documents)
app.command()(documents.sync)
app.add_typer(eval_app, name="eval")
app.add_typer(models_app, name="models")
app.command()(care.doctor)


if __name__ == "__main__":
    main()
