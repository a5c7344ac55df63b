"""`assistant eval`: from a set's path to a printed, written and gated run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from assistant.settings import Settings
from assistant.terminal import in_lines
from evals.gate import Threshold, check, load_thresholds
from evals.home import Factory, Progress, list_documents
from evals.provenance import sha256_of
from evals.report import check_writable, print_report, write_html, write_json
from evals.runner import run
from evals.sets import load_questions

#: The set asked when none is named: over the sample note.
DEFAULT_QUESTIONS = Path(__file__).resolve().parent / "sets" / "meta-compute.jsonl"
_DEFAULT_THRESHOLDS = Path(__file__).resolve().parent / "thresholds.toml"


def documents_for(questions: Path, documents: Path | None, settings: Settings) -> Path | None:
    """The folder a set is asked over.

    The one given; else `documents` beside the set; else, for the set that comes with the program, the
    corpus folder; else None, the home as it stands.
    """
    if documents is not None:
        return documents
    beside = questions.resolve().parent / "documents"
    if beside.is_dir():
        return beside
    return settings.corpus if questions.resolve() == DEFAULT_QUESTIONS else None


def thresholds_for(questions: Path) -> tuple[Threshold, ...] | None:
    """The gate of a set: `thresholds.toml` beside it, or the program's own for its own set; else None."""
    if questions.resolve() == DEFAULT_QUESTIONS:
        return load_thresholds(_DEFAULT_THRESHOLDS)
    beside = questions.resolve().parent / "thresholds.toml"
    return load_thresholds(beside) if beside.is_file() else None


def _shown_on(bar: Bar) -> Progress:
    """Progress as bars with the time left, one for each thing done."""
    tasks: dict[str, TaskID] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(escape(what), total=total)
        bar.update(tasks[what], completed=done, total=total)

    return tell


@contextmanager
def progress_shown(on: Console | None = None) -> Iterator[Progress]:
    """Progress on stderr: bars in a terminal, lines in a log."""
    shown = on or Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=shown, transient=True, disable=not shown.is_terminal) as bar:
        yield _shown_on(bar) if shown.is_terminal else in_lines(shown.file, "{what}: {done:.0f} of {total:.0f}")


def evaluate(
    settings: Settings,
    *,
    questions: Path | None = None,
    documents: Path | None = None,
    retrieval_only: bool = False,
    limit: int | None = None,
    json_path: Path | None = None,
    html_path: Path | None = None,
    console: Console | None = None,
    progress_console: Console | None = None,
    home: Path | None = None,
    factory: Factory | None = None,
) -> int:
    """Run a question set, print and write the results, and hold them against the set's thresholds.

    Args:
        settings: how the assistant is set up.
        questions: the set; the sample note's by default.
        documents: the folder it is about; see `documents_for` for the default.
        retrieval_only: search without asking a model.
        limit: only the first so many cases.
        json_path: where the results are written as JSON.
        html_path: where they are written as a page.
        console: where the tables are printed; stdout by default.
        progress_console: where progress is shown; stderr by default.
        home: folder that keeps the index of `documents`; a temporary one by default.
        factory: makes the assistant; the real one by default.

    Returns:
        Exit code: 0, or 1 when a threshold is missed.

    Raises:
        AssistantError: the set, the folder or a path cannot be used, or the assistant not be opened.
    """
    chosen = questions or DEFAULT_QUESTIONS
    folder = documents_for(chosen, documents, settings)
    cases = load_questions(chosen, None if folder is None else list_documents(folder))
    thresholds = thresholds_for(chosen)
    for path in (json_path, html_path):
        if path is not None:
            check_writable(path)
    with progress_shown(progress_console) as told:
        result = run(settings, cases, folder, retrieval_only, limit, told, home=home, factory=factory)
    made = {"questions": chosen.name, "questions_sha256": sha256_of(chosen), "limit": limit, **result.made}
    result = result.model_copy(update={"made": made})
    missed = None if thresholds is None else check(result.summary(), thresholds, result.items)
    if json_path is not None:
        write_json(result, json_path)
    if html_path is not None:
        write_html(result, missed, html_path)
    print_report(result, missed, console or Console())
    return 1 if missed else 0
