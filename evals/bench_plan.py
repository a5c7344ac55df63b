"""What `make bench` measures: which sets, which of their questions, over which documents, with which pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.command import DEFAULT_QUESTIONS
from evals.samples import halves, sample
from evals.sets import Question
from evals.sums import HALVES, half_of

#: Where the sets of others lie beside a checkout that has them.
DATA = Path(__file__).resolve().parents[2] / "shared" / "evaldata"
#: The documents of our own set.
CORPUS = Path(__file__).resolve().parents[1] / "corpus"
#: Pipelines, in the order of the table; the baselines are named as in `baselines.environments`.
OURS, CLOSED = "ours", "closed_book"
PIPELINES = (OURS, "langchain", "llamaindex", CLOSED)
#: Seconds that making both baselines' environments takes.
ENVIRONMENTS_S = 420


@dataclass(frozen=True)
class BenchSet:
    """A set of the bench.

    Args:
        name: what its results are called.
        title: what README calls it.
        folder: its folder within the sets of others; None for our own note.
        size: how many questions are asked; None for all.
        choose: which of them may be, and in which order.
        retrieval_only: search without asking.
        index_s: seconds that indexing takes, about, by pipeline.
        each_s: seconds that a question takes, about, by pipeline; a pipeline that is not named is not measured.
        has_pdf: whether there is a PDF among its documents.
    """

    name: str
    title: str
    folder: str | None
    size: int | None
    choose: Callable[[Sequence[Question]], list[Question]]
    retrieval_only: bool
    index_s: dict[str, int]
    each_s: dict[str, float]
    has_pdf: bool = False

    def questions_path(self, data: Path) -> Path:
        """Its question set."""
        return DEFAULT_QUESTIONS if self.folder is None else data / self.folder / "questions.jsonl"

    def documents_path(self, data: Path) -> Path:
        """Its documents."""
        return CORPUS if self.folder is None else data / self.folder / "documents"

    def sampled(self, cases: Sequence[Question], limit: int | None = None) -> list[Question]:
        """Its questions of a whole set: fixed, whatever the order of the file.

        Args:
            cases: the whole set.
            limit: only the first so many.
        """
        chosen = self.choose(cases)
        return chosen[: min(size for size in (self.size, limit, len(chosen)) if size is not None)]

    def seconds(self, pipeline: str, questions: int) -> float:
        """How long a pipeline takes, about, on two quiet cores."""
        return self.index_s.get(pipeline, 0) + self.each_s[pipeline] * questions


def _mixed(cases: Sequence[Question]) -> list[Question]:
    return sample(cases)


def _unfitted(cases: Sequence[Question]) -> list[Question]:
    """Encyclopedia: the half of its sample that no fitting saw, answerable and others in turn."""
    held = halves(sample(cases, each=150))[1]
    kinds = ([case for case in held if case.answerable is kind] for kind in (True, False))
    return [case for pair in zip(*kinds, strict=True) for case in pair]


def _undeveloped(cases: Sequence[Question]) -> list[Question]:
    """Annual reports: those of the documents that the sums were not developed on."""
    return sample([case for case in cases if half_of(case.documents[0]) == HALVES[1]])


def _conversations(cases: Sequence[Question]) -> list[Question]:
    return sample([case for case in cases if case.history])


def _searchable(cases: Sequence[Question]) -> list[Question]:
    return sample([case for case in cases if case.answerable])


#: The sets, in the order in which they are measured and told. Seconds are from prompt lengths and the embedded 1.5B
#: model's speed on two quiet cores (75 tokens a second read, 28 written).
SETS = (
    BenchSet(
        "note", "our note", None, 48, _mixed, False,
        {OURS: 5, "langchain": 20, "llamaindex": 20},
        {OURS: 9.5, "langchain": 12, "llamaindex": 16, CLOSED: 3},
    ),
    BenchSet(
        "wiki", "encyclopedia, within a passage", "wiki", 60, _unfitted, False,
        {OURS: 90, "langchain": 80, "llamaindex": 80},
        {OURS: 7, "langchain": 6, "llamaindex": 6, CLOSED: 3},
    ),
    BenchSet(
        "reports", "annual reports, within a document", "reports", 32, _undeveloped, False,
        {OURS: 60, "langchain": 50, "llamaindex": 50},
        {OURS: 6, "langchain": 9, "llamaindex": 10, CLOSED: 3},
    ),
    BenchSet(
        "multiturn", "conversations", "multiturn", 10, _conversations, False,
        {OURS: 80, "langchain": 80, "llamaindex": 80},
        {OURS: 13, "langchain": 26, "llamaindex": 58, CLOSED: 14},
    ),
    BenchSet(
        "multiturn-search", "conversations, search alone", "multiturn", None, _searchable, True,
        {OURS: 10, "langchain": 80, "llamaindex": 80},
        {OURS: 0.2, "langchain": 0.1, "llamaindex": 0.2},
    ),
    BenchSet(
        "sec10q", "20 quarterly reports, search alone", "sec10q", None, _mixed, True,
        {OURS: 600, "langchain": 420, "llamaindex": 240},
        {OURS: 0.5, "langchain": 0.1, "llamaindex": 0.5},
        has_pdf=True,
    ),
)  # fmt: skip


#: What can change no figure of any pipeline: how people reach the assistant, and how results are told.
_TELLING = (
    "assistant/ui", "assistant/commands", "assistant/conversations", "assistant/feedback", "assistant/starters",
    "assistant/owner", "assistant/cli.py", "assistant/terminal.py", "assistant/follow.py", "assistant/upkeep.py",
    "assistant/pace.py", "assistant/signals.py", "evals/authoring", "evals/page", "evals/plots", "evals/sweep",
    "evals/bench.py", "evals/readme_table.py", "evals/html.py", "evals/junit.py", "evals/history.py",
    "evals/wording.py", "evals/report.py", "evals/compare.py", "evals/comparison_report.py", "evals/cli.py",
    "evals/gate.py", "evals/thresholds.toml", "evals/stages.py", "evals/fit.py", "evals/article.py",
    "evals/near_misses.py", "evals/formats.py", "evals/kept.py", "evals/indexed.py", "evals/judge.py",
    # Which questions are asked of which documents counts by itself, and what a result is compared by.
    "evals/bench_plan.py", "evals/bench_results.py", "evals/provenance.py",
    # Pages are drawn for people.
    "assistant/documents/page_picture.py", "assistant/documents/page_words.py",
    # In which process a file is read, and how what was read comes back.
    "assistant/documents/parser.py", "assistant/documents/worker.py", "assistant/documents/frames.py",
)  # fmt: skip
#: Nor of a baseline's, which have our readers' texts and our models: how we search and answer.
_ANSWERING = Path(__file__).resolve().parents[1] / "assistant" / "answering"
_OURS_ALONE = (
    "assistant/retrieval",
    "assistant/index",
    "assistant/facade.py",
    # What counts as a refusal in words is the same for all.
    *(f"assistant/answering/{each.name}" for each in sorted(_ANSWERING.iterdir()) if each.name != "refusing.py"),
)
#: Nor of a set's that has no PDF.
_PDF_ALONE = tuple(
    f"assistant/documents/{name}.py"
    for name in (
        "pdf",
        "pdf_cells",
        "pdf_headings",
        "pdf_labels",
        "pdf_lines",
        "pdf_pages",
        "pdf_tables",
        "ocr",
    )
)


@dataclass(frozen=True)
class Part:
    """One pipeline over one set."""

    of: BenchSet
    pipeline: str

    @property
    def name(self) -> str:
        """What its result's file is called, without suffix."""
        return f"{self.of.name}-{self.pipeline}"

    @property
    def left_out(self) -> tuple[str, ...]:
        """What of the code can change no figure of it."""
        ours = () if self.pipeline == OURS else _OURS_ALONE
        unread = ("assistant/documents",) if self.pipeline == CLOSED else () if self.of.has_pdf else _PDF_ALONE
        return (*_TELLING, *ours, *unread)


def parts(sets: Sequence[str] = (), pipelines: Sequence[str] = ()) -> list[Part]:
    """Every part, or only those of the sets and pipelines named."""
    return [
        Part(each, pipeline)
        for each in SETS
        if not sets or each.name in sets
        for pipeline in PIPELINES
        if pipeline in each.each_s and (not pipelines or pipeline in pipelines)
    ]
