"""How results look in a terminal: rich tables on stdout, progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table
from rich.text import Text

from assistant.pace import rate_of

if TYPE_CHECKING:
    from assistant.answering.answer import Answer, Citation, StreamEvent
    from assistant.index.ingest import AddResult
    from assistant.index.records import DocumentInfo, FailedFile
    from assistant.retrieval.model import SearchHit
    from assistant.upkeep import Finding, ModelState

_STATUS_STYLE = {
    "added": "green", "updated": "green", "moved": "green", "unchanged": "dim", "removed": "yellow",
    "left_out": "yellow", "failed": "red",
}  # fmt: skip


def console(stderr: bool = False) -> Console:
    """A console on stdout or stderr; plain text when that is not a terminal."""
    return Console(stderr=stderr, highlight=False, emoji=False, soft_wrap=not sys.stdout.isatty())


@contextmanager
def spinner(message: str) -> Iterator[None]:
    """A spinner on stderr while something takes its time; nothing when stderr is no terminal."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield
        return
    with out.status(message):
        yield


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr fed with (what, done, total); nothing when it is no terminal: the results say it all."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
    with bar:
        yield _feeder(bar)


class _RateColumn(ProgressColumn):
    """Files, or parts of one, a second, or a minute where they are long."""

    def render(self, task: Task) -> Text:
        rate = rate_of(task.speed, task.fields["things"]) if task.speed else ""
        return Text(rate, style="progress.data.speed")


class FileBar:
    """Two bars with rate and time left: the files that are done, and what is done of the one in hand."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._files = bar.add_task("", total=None, visible=False, things="files")
        self._part = bar.add_task("", total=None, visible=False, things="")
        self._doing = ""

    def files(self, what: str, done: int, total: int) -> None:
        """So many files are done, and this one is next."""
        self._doing = ""
        self._bar.update(self._part, visible=False)
        self._bar.update(self._files, description=escape(what), completed=done, total=total, visible=True)

    def part(self, what: str, done: int, total: int) -> None:
        """So much is done of a step of the file in hand."""
        if what != self._doing:
            self._doing = what
            self._bar.reset(self._part, description=escape(what))
        self._bar.update(self._part, completed=done, total=total, visible=True)


@contextmanager
def file_bar() -> Iterator[FileBar]:
    """Bars on stderr for files and their parts; nothing when it is no terminal: the results say it all."""
    bar = Progress(
        BarColumn(), MofNCompleteColumn(), _RateColumn(), TimeRemainingColumn(), TextColumn("{task.description}"),
        console=console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
        # A long file must not make the rate of those before it forgotten.
        speed_estimate_period=600,
    )  # fmt: skip
    with bar:
        yield FileBar(bar)


@contextmanager
def byte_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr fed with (what, bytes done, bytes in all); lines of text when it is no terminal."""
    if not sys.stderr.isatty():
        yield in_lines(sys.stderr, "{what}: {done:.0f} of {total:.0f} MiB", unit=2**20)
        return
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(binary_units=True),
        TransferSpeedColumn(), TimeRemainingColumn(), console=console(stderr=True),
    )  # fmt: skip
    with bar:
        yield _feeder(bar)


def _feeder(bar: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, TaskID] = {}

    def feed(what: str, done: int, total: int) -> None:
        if what not in tasks:
            for task in tasks.values():
                bar.update(task, visible=False)
            tasks[what] = bar.add_task(escape(what), total=total)
        bar.update(tasks[what], completed=done, total=total)

    return feed


def in_lines(out: IO[str], form: str, unit: int = 1) -> Callable[[str, int, int], None]:
    """Progress for a log: a line for every tenth done of each thing.

    Args:
        out: where the lines go.
        form: the line, of "what", "done" and "total".
        unit: what done and total are divided by when shown.
    """
    shown: dict[str, int] = {}

    def feed(what: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if tenth != shown.get(what):
            shown[what] = tenth
            out.write(form.format(what=what, done=done / unit, total=total / unit) + "\n")
            out.flush()

    return feed


def show_ready(url: str) -> None:
    """Say where the chat is."""
    console().print(f"The chat is open at [bold]{escape(url)}[/bold]  (Ctrl-C stops it)")


def show_stream(events: Iterable[StreamEvent]) -> None:
    """Print an answer as it settles, then its citations."""
    from assistant.answering.answer import EvidenceFound, SentenceSettled

    out = console()
    for event in events:
        if isinstance(event, SentenceSettled):
            marks = "".join(f"[{number}]" for number in event.sentence.citations)
            if event.sentence.struck:
                words = escape(event.sentence.text)
                out.print(f"[strike]{words}[/strike] [red](struck: the documents do not say so)[/red]")
            else:
                bullet = "- " if event.sentence.item else ""
                out.print(bullet + escape(event.sentence.text) + (f" [cyan]{escape(marks)}[/cyan]" if marks else ""))
        elif not isinstance(event, EvidenceFound):
            _show_sources(out, event.answer)


def _show_sources(out: Console, answer: Answer) -> None:
    from assistant.retrieval.conversation import earlier_part

    if answer.citations:
        out.print()
    for citation in answer.citations:
        out.print(f"[cyan]{escape(f'[{citation.number}]')}[/cyan] “{escape(' '.join(citation.quote.split()))}”")
        out.print(f"    [dim]{escape(_place(citation))}[/dim]")
    timings = answer.timings_ms
    if earlier := earlier_part(answer.standalone_question):
        console(stderr=True).print(f"[dim]Read with what was asked before: {escape(earlier)}[/dim]")
    console(stderr=True).print(
        f"[dim]{escape(answer.model)}, {timings.total / 1000:.1f} s (evidence after {timings.retrieve:.0f} ms)[/dim]"
    )


def _place(citation: Citation) -> str:
    parts = [citation.document]
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    if citation.heading:
        parts.append(citation.heading)
    return ", ".join(parts)


def show_hits(hits: Sequence[SearchHit]) -> None:
    """Print passages, best first."""
    out = console()
    if not hits:
        out.print("Nothing found.")
    for number, hit in enumerate(hits, start=1):
        place = ", ".join(
            part for part in (hit.document, f"page {hit.page}" if hit.page else "", hit.heading or "") if part
        )
        out.print(f"[bold]{number}. {escape(place)}[/bold] [dim]{hit.score:.4f}[/dim]")
        out.print(f"   {escape(' '.join(hit.text.split()))}")


def show_documents(found: Sequence[DocumentInfo]) -> None:
    """Print the index's documents as a table."""
    out = console()
    if not found:
        out.print("The index is empty. `assistant sync` or `assistant add PATH` fills it.")
        return
    tagged = ["tags"] if any(info.tags for info in found) else []
    # A name is what other commands are given: it is never cut.
    table = Table(
        Column("name", overflow="fold"),
        "title",
        "date",
        *tagged,
        "pages",
        "passages",
        "added",
        box=None,
        pad_edge=False,
    )
    for info in found:
        table.add_row(
            escape(info.name), escape(info.title), escape(info.date or ""),
            *(escape(", ".join(info.tags)) for _ in tagged),
            str(info.page_count or ""), str(info.passages), info.added_at[:16].replace("T", " "),
        )  # fmt: skip
    out.print(table)


def show_notes(found: Sequence[DocumentInfo]) -> None:
    """Print what a person must know of documents, such as pages without text; one line each, none for most."""
    out = console()
    for info in found:
        if info.notes:
            out.print(f"[yellow]     note[/yellow]  {escape(info.name)}: {escape('; '.join(info.notes))}")


def show_results(results: Sequence[AddResult]) -> None:
    """Print what became of each file; unchanged ones are only counted when there are many."""
    out = console()
    unchanged = [result for result in results if result.status == "unchanged"]
    quiet = len(unchanged) > 5
    for result in results:
        if quiet and result.status == "unchanged":
            continue
        out.print(_result_line(result))
    if quiet:
        out.print(f"[dim]unchanged[/dim]  {len(unchanged)} files")
    if not results:
        out.print("No files there.")


def _result_line(result: AddResult) -> str:
    style = _STATUS_STYLE[result.status]
    size = f" ({result.passages} passage{'s' if result.passages > 1 else ''})" if result.passages else ""
    remark = f": {result.reason}. {result.next_step}".rstrip(". ") if result.reason else ""
    return f"[{style}]{result.status:>9}[/{style}]  {escape(result.name)}{size}{escape(remark)}"


def show_change(result: AddResult) -> None:
    """Print what became of a file just now, with the time."""
    console().print(f"[dim]{datetime.now():%H:%M:%S}[/dim] {_result_line(result)}")


def show_failures(failures: Sequence[FailedFile]) -> None:
    """Print the files that could not be read."""
    out = console()
    for failure in failures:
        out.print(
            f"[red]   failed[/red]  {escape(failure.name)}: {escape(failure.reason)}. {escape(failure.next_step)}"
        )


def show_models(states: Sequence[ModelState]) -> None:
    """Print the models as a table."""
    table = Table("model", "for", "size", "state", "licence", box=None, pad_edge=False)
    for state in states:
        style = "green" if state.ready else "yellow"
        table.add_row(
            escape(state.name), state.purpose, f"{state.size / 2**20:,.0f} MiB",
            f"[{style}]{escape(state.state)}[/{style}]", escape(state.licence),
        )  # fmt: skip
    console().print(table)


def show_findings(findings: Sequence[Finding]) -> None:
    """Print what was checked, one line each."""
    out = console()
    for finding in findings:
        mark = "[green]ok[/green]  " if finding.ok else "[red]bad[/red] "
        remedy = f" {finding.next_step}" if finding.next_step and not finding.ok else ""
        out.print(f"{mark} {escape(finding.check)}: {escape(finding.result)}{escape(remedy)}")
