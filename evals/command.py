"""`assistant eval`: from a set's path to a printed, written and gated run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from assistant.errors import StorageError
from assistant.pace import Pace
from assistant.settings import Settings
from evals.asking import Graders
from evals.gate import Threshold, check, load_thresholds
from evals.history import load_history
from evals.home import Factory, Progress, list_documents
from evals.indexed import claim
from evals.judge import judge_recorded, opened_judge
from evals.kept import clear, clear_stale, reserved
from evals.model import Run
from evals.options import Options, choose
from evals.provenance import sha256_of
from evals.report import check_writable, print_report, write_html, write_json, write_junit
from evals.runner import Keep, run
from evals.sets import load_questions

#: The set asked when none is named: over the sample note.
DEFAULT_QUESTIONS = Path(__file__).resolve().parent / "sets" / "meta-compute.jsonl"
#: The folder of a home that results are kept in where no other place is named.
_KEPT = "evals"
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


class _Paces:
    """How fast each thing goes and how long the rest of it will take, in words."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}

    def told(self, what: str, done: int, total: int) -> str:
        pace = self._paces.setdefault(what, Pace("cases" if what.endswith("questions") else "files"))
        return pace.told(done, total, time.monotonic())


def _on_bars(bar: Bar) -> Progress:
    """Progress as bars, one for each thing done."""
    tasks: dict[str, TaskID] = {}
    paces = _Paces()

    def tell(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(escape(what), total=total, pace="")
        bar.update(tasks[what], completed=done, total=total, pace=paces.told(what, done, total))

    return tell


def _in_lines(out: IO[str]) -> Progress:
    """Progress for a log: a line for every tenth done of each thing."""
    tenths: dict[str, int] = {}
    paces = _Paces()

    def tell(what: str, done: int, total: int) -> None:
        pace = paces.told(what, done, total)
        tenth = 10 * done // total if total else 10
        if tenth != tenths.get(what):
            tenths[what] = tenth
            rest = f", {pace}" if pace and done < total else ""
            out.write(f"{what}: {done} of {total}{rest}\n")
            out.flush()

    return tell


@contextmanager
def progress_shown(on: Console | None = None) -> Iterator[Progress]:
    """Progress on stderr with pace and time left: bars in a terminal, lines in a log."""
    shown = on or Console(stderr=True, emoji=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Bar(*columns, console=shown, transient=True, disable=not shown.is_terminal) as bar:
        yield _on_bars(bar) if shown.is_terminal else _in_lines(shown.file)


def kept_path(settings: Settings, options: Options, set_sha256: str) -> Path:
    """Where results are kept as they come: beside the JSON file that is to be written, else in the home."""
    if options.json_path is not None:
        return options.json_path.with_name(f"{options.json_path.name}.part")
    return settings.home / _KEPT / f"{set_sha256[:16]}.part"


def _check_places(options: Options) -> None:
    for path in options.written():
        check_writable(path)
    if len({path.resolve() for path in options.written()}) < len(options.written()):
        raise StorageError("Two results would be written to the same file", "Give each a path of its own.")


@contextmanager
def _graders(settings: Settings, options: Options, given: Graders | None) -> Iterator[Graders]:
    """What compares answers beside the rules: the embedding model of the settings, and a judge if one is named."""
    if given is not None or options.retrieval_only:
        yield given or Graders()
        return
    from assistant.models.embeddings import load_embeddings

    with opened_judge(settings, options.judge) as judge:
        yield Graders(load_embeddings(settings).encode, judge)


def _asked(settings: Settings, options: Options, told: Progress, say: Callable[[str], None], **parts: Any) -> Run:
    """The set of the options, asked; `parts` are the factory and graders."""
    chosen = options.questions or DEFAULT_QUESTIONS
    folder = documents_for(chosen, options.documents, settings)
    cases = choose(load_questions(chosen, None if folder is None else list_documents(folder)), options)
    asked_of = {"questions": chosen.name, "questions_sha256": sha256_of(chosen), **options.recorded()}
    asked_of["judge"] = judge_recorded(settings, options.judge)
    keep = Keep(kept_path(settings, options, asked_of["questions_sha256"]), asked_of, options.fresh, say)
    if options.home is not None and folder is not None:
        claim(options.home, settings, folder)
    with _graders(settings, options, parts["graders"]) as graders:
        result = run(
            settings,
            cases,
            folder,
            options.retrieval_only,
            progress=told,
            home=options.home,
            factory=parts["factory"],
            workers=options.workers,
            graders=graders,
            quotes_checked=True,
            keep=keep,
        )
    return result.model_copy(update={"made": {**asked_of, **result.made}})


def evaluate(
    settings: Settings,
    options: Options | None = None,
    *,
    console: Console | None = None,
    progress_console: Console | None = None,
    factory: Factory | None = None,
    graders: Graders | None = None,
) -> int:
    """Run a question set, print and write the results, and hold them against the set's thresholds.

    Results are kept as they come (see `kept_path`): called again with the same options after it was broken off, it
    goes on with the cases that are left.

    Args:
        settings: how the assistant is set up.
        options: what is asked, and where results are written; the sample note's set by default.
        console: where the tables are printed; stdout by default.
        progress_console: where progress is shown; stderr by default.
        factory: makes the assistant; the real one by default.
        graders: what compares answers beside the rules; by default as the options say.

    Returns:
        Exit code: 0, or 1 when a threshold is missed.

    Raises:
        AssistantError: the set, the folder or a path cannot be used, the results kept are those of another run, or the
            assistant or the judge cannot be opened.
    """
    options = options or Options()
    thresholds = thresholds_for(options.questions or DEFAULT_QUESTIONS)
    _check_places(options)
    # Read before the run: a folder that cannot be used is told now, and this run's own JSON is not among them yet.
    history = () if options.history is None else load_history(options.history)
    shown = progress_console or Console(stderr=True, emoji=False)
    clear_stale(settings.home / _KEPT)
    with progress_shown(shown) as told:
        result = _asked(settings, options, told, lambda line: _say(shown, line), factory=factory, graders=graders)
    missed = None if thresholds is None else check(result.summary(), thresholds, result.items)
    if options.json_path is not None:
        write_json(result, options.json_path)
    if options.html_path is not None:
        write_html(result, missed, options.html_path, history)
    if options.junit_path is not None:
        held = [one.metric for one in thresholds or () if one.metric in result.summary()]
        write_junit(result, missed, held, options.junit_path)
    done = kept_path(settings, options, str(result.made["questions_sha256"]))
    # Where another run has taken the place meanwhile, what lies there is its own.
    with suppress(StorageError), reserved(done):
        clear(done)
    print_report(result, missed, console or Console(emoji=False))
    return 1 if missed else 0


def _say(on: Console, line: str) -> None:
    on.print(line, markup=False, highlight=False)
