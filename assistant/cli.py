"""The command line: people and scripts to the `Assistant`. Data to stdout, all else to stderr."""

from __future__ import annotations

import io
import json
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant import __version__
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.answering.answer import Turn
    from assistant.facade import AddResult, Assistant, DocumentInfo
    from assistant.index.scope import Scope
    from assistant.owner.door import Door
    from assistant.settings import Settings

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

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Documents = Annotated[
    list[str] | None, typer.Option("--document", metavar="NAME", help="Only in this document; repeatable.")
]
Folders = Annotated[list[str] | None, typer.Option("--folder", metavar="DIR", help="Only in this folder; repeatable.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Only with this tag; repeatable.")]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="Only dated so or later: 2023, 2023-06, 2023-06-30.")]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only dated so or earlier.")]


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


def _settings(**overrides: Any) -> Settings:
    from assistant.settings import load_settings

    settings = load_settings(**overrides)
    logging.basicConfig(level=settings.log_level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    return settings


@contextmanager
def _assistant(**overrides: Any) -> Iterator[Assistant]:
    from assistant.facade import Assistant

    with Assistant(_settings(**overrides)) as opened:
        yield opened


@contextmanager
def _door() -> Iterator[Door]:
    """An assistant that owns the home, or that of the process which does, such as the chat."""
    from assistant.owner.door import reach
    from assistant.terminal import spinner

    settings = _settings()
    with spinner("waiting for the home"):
        door = reach(settings)
    with closing(door):
        yield door


def _note(notes: list[str]) -> None:
    for note in notes:
        sys.stderr.write(f"Note: {note}\n")


def _print_json(value: Any) -> None:
    everywhere = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=not everywhere, indent=2) + "\n")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        sys.stdout.write(f"assistant {__version__}\n")
        raise typer.Exit


@app.command()
def chat(
    host: Annotated[str, typer.Option(help="Loopback address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve on.")] = 7860,
) -> None:
    """Open the chat in the browser; the corpus is synced in view."""
    from assistant.terminal import show_ready
    from assistant.ui.serve import serve

    with _assistant() as assistant:
        serve(assistant, assistant.settings, host, port, on_ready=show_ready)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    document: Documents = None,
    folder: Folders = None,
    tag: Tags = None,
    since: Since = None,
    until: Until = None,
    history: Annotated[Path | None, typer.Option(help='Earlier turns: a JSON list of {"role", "content"}.')] = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the documents, with citations."""
    from assistant.terminal import show_stream, spinner

    turns = _history(history) if history else []
    scope = _scope(document, folder, tag, since, until)
    with _door() as assistant:
        assistant.check(question, scope=scope)
        _tell_undated(assistant, scope)
        with spinner("loading the models"):
            notes = assistant.prepare()
        _note(notes)
        if as_json:
            with spinner("answering"):
                answer = assistant.ask(question, history=turns, scope=scope)
            _print_json(answer.model_dump(mode="json"))
        else:
            show_stream(assistant.stream(question, history=turns, scope=scope))


def _scope(
    documents: list[str] | None,
    folders: list[str] | None,
    tags: list[str] | None,
    since: str | None,
    until: str | None,
) -> Scope:
    """The filters of a question; a folder is also looked for here, where the shell completes it."""
    from assistant.documents.registry import printable
    from assistant.index.scope import Scope

    here = [str(Path(folder).resolve()) for folder in folders or [] if Path(folder).is_dir()]
    return Scope(
        # Bytes that are no UTF-8 stand in no name; as they are shown, they are unknown.
        documents=tuple(map(printable, documents or ())),
        folders=tuple(map(printable, (*(folders or ()), *here))),
        tags=tuple(tags or ()),
        since=since,
        until=until,
    )


def _tell_undated(assistant: Door, scope: Scope) -> None:
    undated = () if scope.is_open else assistant.within(scope).undated
    if undated:
        many = f"{len(undated)} documents state" if len(undated) > 1 else f"{undated[0]} states"
        sys.stderr.write(f"Note: {many} no readable date and {'are' if len(undated) > 1 else 'is'} left out.\n")


def _history(path: Path) -> list[Turn]:
    from pydantic import TypeAdapter, ValidationError

    from assistant.answering.answer import Turn
    from assistant.errors import QuestionError

    try:
        return TypeAdapter(list[Turn]).validate_json(path.read_bytes())
    except OSError as error:
        raise QuestionError(f"{path} cannot be read: {error.strerror}", "Check the path.") from error
    except ValidationError as error:
        raise QuestionError(
            f"{path} is not a conversation", 'Give a JSON list of {"role": "user"|"assistant", "content": "..."}.'
        ) from error


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 5,
    document: Documents = None,
    folder: Folders = None,
    tag: Tags = None,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Find the best passages for a question, without answering it."""
    from assistant.terminal import show_hits, spinner

    scope = _scope(document, folder, tag, since, until)
    with _door() as assistant:
        assistant.check(question, scope=scope)
        _tell_undated(assistant, scope)
        with spinner("loading the embedding model"):
            notes = assistant.prepare(chat=False)
        _note(notes)
        hits = assistant.search(question, k=k, scope=scope)
        if as_json:
            _print_json([hit.model_dump(mode="json") for hit in hits])
        else:
            show_hits(hits)


@app.command()
def add(
    sources: Annotated[list[str], typer.Argument(metavar="PATH_OR_URL...", help="Files and http(s) addresses.")],
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Passwords of locked files, one a line.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Read them anew even if they have not changed.")] = False,
    as_json: Json = False,
) -> None:
    """Add documents, or replace those whose file or page changed."""
    from assistant.terminal import progress_bar

    with _door() as assistant:
        results: list[AddResult] = []
        failed: AssistantError | None = None
        with progress_bar() as progress:
            for source in sources:
                try:
                    results += assistant.add(
                        [_absolute(source)],
                        password_file=password_file and password_file.absolute(),
                        again=again,
                        progress=progress,
                    )
                except AssistantError as error:
                    failed = error
                    break
        if results or as_json:
            _report(results, as_json)
        if failed:
            raise failed


def _absolute(source: str) -> str:
    """A path as it is named from any folder; an address as it is."""
    from assistant.fetching import is_address

    return source if is_address(source) else str(Path(source).absolute())


@app.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names as `list` prints them.")],
    as_json: Json = False,
) -> None:
    """Remove documents from the index; their files are not touched."""
    with _door() as assistant:
        _report(assistant.remove(names), as_json)


@app.command("tag")
def tag_documents(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Names as `list` prints them.")] = None,
    folder: Folders = None,
    add: Annotated[list[str] | None, typer.Option("--add", metavar="TAG", help="Tag to give; repeatable.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="TAG", help="Tag to take away.")] = None,
    as_json: Json = False,
) -> None:
    """Give documents tags to ask within, or take tags away."""
    if not (names or folder) or not (add or remove):
        raise typer.BadParameter("name documents or a --folder, and tags to --add or --remove")
    with _assistant() as assistant:
        chosen = assistant.within(_scope(names, folder, None, None, None)).documents
        _show_documents(assistant.tag(chosen, add=add or (), remove=remove or ()), as_json)


@app.command("list")
def list_documents(
    failed: Annotated[bool, typer.Option("--failed", help="Only the files that could not be read.")] = False,
    as_json: Json = False,
) -> None:
    """List the documents in the index, and the files of synced folders that could not be read."""
    from assistant.terminal import show_failures

    with _assistant() as assistant:
        failures = assistant.failures()
        if not failed:
            _show_documents(assistant.documents(), as_json)
        elif as_json:
            _print_json([failure.model_dump(mode="json") for failure in failures])
        if not as_json:
            show_failures(failures)


def _show_documents(found: list[DocumentInfo], as_json: bool) -> None:
    from assistant.terminal import show_documents

    if as_json:
        _print_json([info.model_dump(mode="json") for info in found])
    else:
        show_documents(found)


@app.command()
def sync(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Default: the corpus folder.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try the files that failed again, changed or not.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on following the folder until Ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Make the index equal a folder: new, changed, moved and deleted files."""
    from assistant.terminal import file_bar

    with _door() as assistant:
        chosen = (folder or _settings().corpus).absolute()
        done: list[AddResult] = []
        try:
            with file_bar() as progress:
                results = assistant.sync(chosen, retry=retry, progress=progress, told=done.append)
        except (AssistantError, KeyboardInterrupt):
            # What is in stays in, and the next sync goes on from there.
            if done:
                _report(done, as_json)
            raise
        if watch:
            _follow(assistant, chosen, results, as_json)
            return
        _report(results, as_json)
        failed = [result for result in results if result.status == "failed"]
        if failed:
            raise AssistantError(
                f"{len(failed)} of {len(results)} files could not be read",
                "See the reasons above; all others are in. They are tried again when they change, or with --retry.",
            )


def _follow(assistant: Door, folder: Path, results: list[AddResult], as_json: bool) -> None:
    from assistant.follow import follow, is_news
    from assistant.terminal import show_change

    def tell(result: AddResult) -> None:
        if as_json:
            sys.stdout.write(result.model_dump_json() + "\n")
            sys.stdout.flush()
        else:
            show_change(result)

    def warn(message: str) -> None:
        sys.stderr.write(f"Warning: {message}\n")

    if as_json:
        for result in filter(is_news, results):
            tell(result)
    else:
        _report(results, as_json)
    sys.stderr.write(f"Following {folder} (Ctrl-C stops it)\n")
    try:
        follow(assistant, folder, tell, warn)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. What was told above is kept.\n")


def _report(results: list[AddResult], as_json: bool) -> None:
    from assistant.terminal import show_results

    if as_json:
        _print_json([result.model_dump(mode="json") for result in results])
    else:
        show_results(results)


@app.command("eval")
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
        _settings(),
        questions=questions,
        documents=documents,
        retrieval_only=retrieval_only,
        limit=limit,
        json_path=json_path,
        html_path=html_path,
        console=console(),
    )
    raise typer.Exit(code)


models_app = typer.Typer(help="Fetch, list or verify the model files.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models_app, name="models")


@models_app.command("pull")
def models_pull() -> None:
    """Fetch the models the settings name; resumes, and verifies every byte."""
    from assistant.terminal import byte_bar, show_models
    from assistant.upkeep import pull_models

    settings = _settings()
    with byte_bar() as progress:
        states = pull_models(settings, progress)
    show_models(states)


@models_app.command("list")
def models_list(as_json: Json = False) -> None:
    """List the models and whether they are here."""
    from assistant.terminal import show_models
    from assistant.upkeep import list_models

    states = list_models(_settings())
    if as_json:
        _print_json([state.model_dump(mode="json") for state in states])
    else:
        show_models(states)


@models_app.command("verify")
def models_verify() -> None:
    """Read the model files whole and compare their SHA-256."""
    from assistant.terminal import byte_bar, show_models
    from assistant.upkeep import verify_models

    with byte_bar() as progress:
        states = verify_models(_settings(), progress)
    show_models(states)


@app.command()
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
        with _assistant() as assistant, progress_bar() as progress:
            count = assistant.reembed(progress)
        told = f"{count:,} texts are embedded anew" if count else "The index is of this embedding model already"
        sys.stderr.write(f"{told}.\n")
    findings = examine(_settings())
    if as_json:
        _print_json([finding.model_dump(mode="json") for finding in findings])
    else:
        show_findings(findings)
    bad = [finding for finding in findings if not finding.ok]
    if bad:
        first = bad[0]
        raise AssistantError(
            f"{len(bad)} of {len(findings)} checks failed; {first.check}: {first.result.rstrip('.')}", first.next_step
        )


if __name__ == "__main__":
    main()
