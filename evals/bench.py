"""`make bench`: our assistant, the baselines and the chat model alone on fixed samples of every set there is.

    python -m evals.bench [--set NAME]... [--pipeline NAME]... [--limit N] [--data DIR] [--results DIR] [--plan]

What has been measured with the same questions, documents, settings, code and packages is not measured again, so a run
that was broken off begins again with the part it stopped in. A set that is not there is told and left out.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import platformdirs
import typer
from rich.console import Console
from rich.table import Table

from assistant.errors import AssistantError, QuestionSetError
from assistant.settings import APP, Settings, load_settings
from evals import provenance
from evals.baselines.baseline import baseline_factory
from evals.baselines.environments import BASELINES, default_root, is_made, make
from evals.bench_plan import CLOSED, DATA, ENVIRONMENTS_S, OURS, PIPELINES, SETS, Part, parts
from evals.bench_results import (
    RESULTS,
    Result,
    outcomes_of,
    read,
    settings_told,
    write,
)
from evals.closed_book import run_closed_book
from evals.command import progress_shown
from evals.home import Progress, list_documents
from evals.indexed import build_key
from evals.model import ERROR, Metric, Run
from evals.report import write_json
from evals.runner import run
from evals.sets import Question, load_questions
from evals.uncited import applicable

#: A part with a greater share of errors says nothing of the pipeline and is not kept.
MOST_ERRORS = 0.2


@dataclass(frozen=True)
class Task:
    """A part with its questions, and the result it has already, if that still holds."""

    part: Part
    questions: tuple[Question, ...]
    of: int
    fingerprint: str
    known: Result | None
    code: str

    @property
    def seconds(self) -> float:
        """How long it will take, about."""
        return 0.0 if self.known else self.part.of.seconds(self.part.pipeline, len(self.questions))


@dataclass(frozen=True)
class Bench:
    """What all parts have in common: settings, where the sets lie and results go, and where our indexes are kept."""

    settings: Settings
    data: Path
    results: Path
    work: Path
    environments: Path

    def tasks(self, wanted: Sequence[Part], limit: int | None, say: Callable[[str], None]) -> list[Task]:
        """The parts that can be measured; those of sets that are not there are told and left out."""
        codes = {left_out: self._code(left_out) for left_out in {part.left_out for part in wanted}}
        found: list[Task] = []
        absent: set[str] = set()
        corpora: dict[Path, str] = {}
        for part in wanted:
            path, folder = part.of.questions_path(self.data), part.of.documents_path(self.data)
            if not path.is_file() or not folder.is_dir():
                if part.of.name not in absent:
                    say(f"Left out: {part.of.name}, since {path.parent} does not hold it; --data names the folder.")
                absent.add(part.of.name)
                continue
            cases = load_questions(path)
            chosen = tuple(part.of.sampled(cases, limit))
            if folder not in corpora:
                files = list_documents(folder)
                corpora[folder] = provenance.corpus_hash((n, provenance.sha256_of(p)) for n, p in files.items())
            key = provenance.fingerprint(self._identity(part, chosen, corpora[folder], codes[part.left_out]))
            known = read(self.results / f"{part.name}.json")
            kept = known if known and known.fingerprint == key else None
            found.append(Task(part, chosen, len(cases), key, kept, codes[part.left_out]))
        return found

    @staticmethod
    def _code(left_out: tuple[str, ...]) -> str:
        return provenance.code_hash(left_out)

    def _identity(self, part: Part, chosen: Sequence[Question], corpus: str, code: str) -> dict[str, Any]:
        spec = BASELINES.get(part.pipeline)
        return {
            "part": part.name,
            "retrieval_only": part.of.retrieval_only,
            "questions": [case.model_dump_json() for case in chosen],
            "documents": corpus,
            "settings": settings_told(self.settings),
            "code": code,
            "packages": provenance.package_versions(),
            "pins": spec.pins if spec else (),
        }

    def measure(self, task: Task, told: Progress) -> Result:
        """Measure a part and keep its result.

        Raises:
            AssistantError: it cannot be measured, or too many of its questions ended in errors.
        """
        start = time.perf_counter()
        done, extra = self._run(task, told)
        if self._code(task.part.left_out) != task.code:
            raise QuestionSetError(
                f"{task.part.name}: the code was changed while it was measured",
                "Run it again; nothing of this part was kept.",
            )
        failed = [item for item in done.items if item.status == ERROR or item.error is not None]
        if len(failed) > MOST_ERRORS * len(done.items):
            raise QuestionSetError(
                f"{task.part.name}: {len(failed)} of {len(done.items)} questions ended in errors, "
                f"the first with: {failed[0].error}",
                "Mend that and run it again; nothing of this part was kept.",
            )
        part = task.part
        metrics = done.metrics if part.pipeline in (OURS, CLOSED) else applicable(done.metrics)
        result = Result(
            set=part.of.name,
            pipeline=part.pipeline,
            fingerprint=task.fingerprint,
            code=task.code,
            asked=len(task.questions),
            of=task.of,
            retrieval_only=part.of.retrieval_only,
            seconds=round(time.perf_counter() - start, 1),
            metrics={metric.name: metric for metric in (*metrics, *extra) if metric.n},
            settings=settings_told(self.settings),
            made=_made(done, part),
            outcomes=outcomes_of(done.items),
        )
        write(result, self.results)
        # With the words of documents, which are not ours to publish: for who wants to look.
        (self.work / "runs").mkdir(parents=True, exist_ok=True)
        write_json(done, self.work / "runs" / f"{part.name}.json")
        return result

    def _run(self, task: Task, told: Progress) -> tuple[Run, list[Metric]]:
        part, cases = task.part, task.questions
        if part.pipeline == CLOSED:
            return run_closed_book(self.settings, cases, told), []
        with _documents(part.of.documents_path(self.data), cases, ours=part.of.folder is None) as folder:
            home = factory = None
            if part.pipeline == OURS:
                home = self._index_of(part.of.documents_path(self.data))
            else:
                spec = BASELINES[part.pipeline]
                factory = baseline_factory(spec, make(spec, self.environments, told))
            done = run(self.settings, cases, folder, part.of.retrieval_only, progress=told, home=home, factory=factory)
            return done, _page_metrics(done, cases, folder)

    def _index_of(self, documents: Path) -> Path:
        """Where our index of a set is kept; those made with other settings, code or packages are removed."""
        name = documents.parent.name
        home = self.work / f"{name}-{build_key(self.settings, documents)[:12]}"
        for other in self.work.glob(f"{name}-{'?' * 12}"):
            if other != home:
                shutil.rmtree(other, ignore_errors=True)
        return home


def _page_metrics(done: Run, cases: Sequence[Question], folder: Path) -> list[Metric]:
    """Pages with the figure asked for, where the set tells which questions ask for one place."""
    from evals.baselines.texts import pages_of
    from evals.beside import ONE_PLACE, figure_metrics

    if not any(ONE_PLACE in case.type for case in cases):
        return []
    wanted = {name for case in cases for name in case.documents}
    files = list_documents(folder)
    pages = {(name, page): text for name in wanted & files.keys() for page, text in pages_of(files[name])}
    return figure_metrics(done, cases, pages)


@contextmanager
def _documents(folder: Path, cases: Sequence[Question], *, ours: bool) -> Iterator[Path]:
    """The documents' folder; of our own corpus, to which people add theirs, only the documents of the set."""
    if not ours:
        yield folder
        return
    with TemporaryDirectory(prefix="bench-") as temporary:
        for name in {name for case in cases for name in case.documents}:
            shutil.copyfile(folder / name, Path(temporary) / name)
        yield Path(temporary)


def _made(done: Run, part: Part) -> dict[str, Any]:
    spec = BASELINES.get(part.pipeline)
    return dict(done.made) | ({"pins": list(spec.pins)} if spec else {})


def plan_table(tasks: Sequence[Task], environments_s: float) -> Table:
    """How long each part takes, about, and in all."""
    table = Table(title="Plan, in minutes on two quiet cores", title_justify="left")
    table.add_column("part")
    table.add_column("questions", justify="right")
    table.add_column("minutes", justify="right")
    if environments_s:
        table.add_row("environments of the baselines", "", f"{environments_s / 60:.0f}")
    for task in tasks:
        minutes = "done" if task.known else f"{task.seconds / 60:.1f}"
        table.add_row(task.part.name, str(len(task.questions)), minutes)
    total = environments_s + sum(task.seconds for task in tasks)
    table.add_row("all", "", f"{total / 60:.0f}", style="bold")
    return table


def missing_environments_s(tasks: Sequence[Task], root: Path) -> float:
    """How long making the environments that are still wanted takes, about, in seconds."""
    wanted = {task.part.pipeline for task in tasks if not task.known} & BASELINES.keys()
    return ENVIRONMENTS_S / len(BASELINES) * sum(not is_made(BASELINES[name], root) for name in wanted)


def _named(name: str, told: Progress) -> Progress:
    """Progress of a part, which says whose it is."""
    return lambda what, done, total: told(f"{name}, {what}", done, total)


def _measure_all(bench: Bench, tasks: Sequence[Task], say: Callable[[str], None]) -> list[str]:
    """Measure what is not known; gives the parts that could not be, and goes on with the others."""
    failed = []
    for task in tasks:
        if task.known:
            continue
        try:
            with progress_shown() as told:
                result = bench.measure(task, _named(task.part.name, told))
        except AssistantError as error:
            say(f"{task.part.name}: {error}")
            failed.append(task.part.name)
        else:
            say(f"{task.part.name}: {result.seconds / 60:.1f} minutes")
    return failed


def main(
    sets: Annotated[list[str] | None, typer.Option("--set", help="Only this set; may be repeated.")] = None,
    pipelines: Annotated[list[str] | None, typer.Option("--pipeline", help="Only this one; may be repeated.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most N questions a set, to try it out.")] = None,
    data: Annotated[Path, typer.Option(help="Folder of the sets of others.")] = DATA,
    results: Annotated[Path, typer.Option(help="Folder that results are written into.")] = RESULTS,
    environments: Annotated[Path | None, typer.Option(help="Folder of the baselines' environments.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what there is to do, and stop.")] = False,
) -> None:
    """Measure every pipeline on every set; `python -m evals.readme_table` puts the figures into README."""
    out = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        for given, known in ((sets, {each.name for each in SETS}), (pipelines, set(PIPELINES))):
            if unknown := sorted(set(given or ()) - known):
                raise QuestionSetError(
                    f"There is no {unknown[0]} in the bench", f"Choose of {', '.join(sorted(known))}."
                )
        if limit is not None and results.resolve() == RESULTS:
            raise QuestionSetError("A trial with --limit is no result", "Name another folder with --results.")
        work = Path(platformdirs.user_cache_dir(APP)) / "bench"
        bench = Bench(load_settings(), data, results, work, environments or default_root())
        tasks = bench.tasks(parts(sets or (), pipelines or ()), limit, out.print)
        out.print(plan_table(tasks, missing_environments_s(tasks, bench.environments)))
        failed = [] if plan else _measure_all(bench, tasks, out.print)
    except AssistantError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if failed:
        typer.echo(f"Error: {len(failed)} parts were not measured: {', '.join(failed)}. Run it again.", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
