"""The commands about documents: adding, removing, tagging, listing, and keeping in step with a folder."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.parts import Folders, Json, door, opened, print_all, report, scope_of, settings
from assistant.errors import AssistantError, DocumentError
from assistant.signals import on_signals

if TYPE_CHECKING:
    from assistant.facade import AddResult
    from assistant.owner.door import Door


def add(
    sources: Annotated[list[str], typer.Argument(metavar="PATH_OR_URL...", help="Files and http(s) addresses.")],
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Passwords of locked files, one a line.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Read them anew even if they have not changed.")] = False,
    as_json: Json = False,
) -> None:
    """Add documents, or replace those whose file or page changed."""
    from assistant.documents.options import read_passwords
    from assistant.documents.registry import printable
    from assistant.facade import AddResult
    from assistant.terminal import file_bar

    read_passwords(password_file)
    results: list[AddResult] = []
    failed: list[DocumentError] = []
    with door() as assistant, _shared(assistant, "`add`"):
        try:
            with file_bar() as bar:
                for done, source in enumerate(sources):
                    if len(sources) > 1:
                        bar.files(source, done, len(sources))
                    try:
                        results += assistant.add(
                            [_absolute(source)],
                            password_file=password_file and password_file.absolute(),
                            again=again,
                            progress=bar.part,
                        )
                    except DocumentError as error:
                        failed.append(error)
                        if len(sources) > 1:
                            name, (reason,) = printable(source), error.args
                            results.append(
                                AddResult(name=name, status="failed", reason=reason, next_step=error.next_step)
                            )
        finally:
            # What is in stays in, whatever came then.
            if results or as_json:
                report(results, as_json)
    if failed:
        raise failed[0] if len(sources) == 1 else _some_failed(results)


def _some_failed(results: list[AddResult]) -> AssistantError:
    names = [result.name for result in results if result.status == "failed"]
    return AssistantError(
        f"{len(names)} of {len(results)} could not be added: {', '.join(names)}",
        "See the reasons above; all others are in.",
    )


def _absolute(source: str) -> str:
    """A path as it is named from any folder; an address as it is."""
    from assistant.fetching import is_address

    return source if is_address(source) else str(Path(source).absolute())


def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names as `list` prints them.")],
    as_json: Json = False,
) -> None:
    """Remove documents from the index; their files are not touched."""
    with door() as assistant:
        report(assistant.remove(names), as_json)


def tag_documents(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Names as `list` prints them.")] = None,
    folder: Folders = None,
    add: Annotated[list[str] | None, typer.Option("--add", metavar="TAG", help="Tag to give; repeatable.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="TAG", help="Tag to take away.")] = None,
    as_json: Json = False,
) -> None:
    """Give documents tags to ask within, or take tags away."""
    from assistant.terminal import show_documents

    if not (names or folder) or not (add or remove):
        raise typer.BadParameter("name documents or a --folder, and tags to --add or --remove")
    with opened() as assistant:
        chosen = assistant.within(scope_of(names, folder, None, None, None)).documents
        print_all(assistant.tag(chosen, add=add or (), remove=remove or ()), as_json, show_documents)


def list_documents(
    failed: Annotated[bool, typer.Option("--failed", help="Only the files that could not be read.")] = False,
    as_json: Json = False,
) -> None:
    """List the documents, what must be known of them, and the files that could not be read."""
    from assistant.terminal import show_documents, show_failures, show_notes

    with opened() as assistant:
        failures = assistant.failures()
        if failed:
            print_all(failures, as_json, show_failures)
            return
        found = assistant.documents()
        print_all(found, as_json, show_documents)
        if not as_json:
            show_notes(found)
            show_failures(failures)


def sync(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Default: the corpus folder.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try what could not be read again, changed or not.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on following the folder until Ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Make the index equal a folder: add, update, move and remove."""
    from assistant.follow import is_news
    from assistant.terminal import file_bar

    done: list[AddResult] = []
    settled = threading.Event()
    with door() as assistant, ExitStack() as sharing:
        chosen = (folder or settings().corpus).absolute()
        who = "`sync --watch`" if watch else "`sync`"
        sharing.enter_context(_shared(assistant, who, lambda: not settled.is_set(), at_once=watch))
        try:
            with file_bar() as bar:
                results = assistant.sync(chosen, retry=retry, progress=bar.files, told=done.append, within=bar.part)
        except (AssistantError, KeyboardInterrupt):
            # What is in stays in, and the next sync goes on from there.
            if done:
                report(done, as_json)
            raise
        settled.set()
        if watch and as_json:
            for result in filter(is_news, results):
                _tell_change(result, as_json)
        else:
            report(results, as_json)
        if watch:
            _follow(assistant, sharing.pop_all(), chosen, as_json)
            return
    failed = [result for result in results if result.status == "failed"]
    if failed:
        raise AssistantError(
            f"{len(failed)} of {len(results)} files could not be read",
            "See the reasons above; all others are in. They are tried again when they change, or with --retry.",
        )


def _follow(assistant: Door, sharing: ExitStack, folder: Path, as_json: bool) -> None:
    """Follow a folder until Ctrl-C; `sharing` ends before the assistant is closed."""
    from assistant.follow import follow_on
    from assistant.owner.door import reach

    def warn(message: str) -> None:
        sys.stderr.write(f"Warning: {message}\n")

    @contextmanager
    def using(door: Door) -> Iterator[None]:
        with sharing if door is assistant else _shared(door, "`sync --watch`", lambda: False, at_once=True):
            sys.stderr.write(f"Following {folder} (Ctrl-C stops it)\n")
            yield

    def tell(result: AddResult) -> None:
        _tell_change(result, as_json)

    with suppress(KeyboardInterrupt), _ended_by_signals() as stop:
        follow_on(assistant, lambda: reach(settings()), using, folder, tell, warn, stop)
    sys.stderr.write("\nStopped. What was told above is kept.\n")


@contextmanager
def _ended_by_signals() -> Iterator[threading.Event]:
    """Gives an event that Ctrl-C and SIGTERM set, besides what they raise.

    What they raise is lost where it meets a callback of a library, such as the end of a connection: Python then tells
    it on stderr and goes on.
    """
    stop = threading.Event()

    def leave(*_: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    with on_signals(leave):
        yield stop


def _tell_change(result: AddResult, as_json: bool) -> None:
    from assistant.terminal import show_change

    if as_json:
        sys.stdout.write(result.model_dump_json() + "\n")
        sys.stdout.flush()
    else:
        show_change(result)


def _shared(
    door: Door, who: str, adding: Callable[[], bool] = lambda: True, *, at_once: bool = False
) -> AbstractContextManager[None]:
    """Other terminals' work is taken meanwhile; their answers tell whether documents are still being added."""
    from assistant.owner.sharing import LATE_S, shared

    def tell(commands: str) -> None:
        sys.stderr.write(f"Done here; waiting for {commands} of other terminals (Ctrl-C ends it)\n")

    def caveat() -> str:
        return "Asked while documents were still being added: the answer may miss them." if adding() else ""

    return shared(door, who, tell, caveat, 0.0 if at_once else LATE_S)
