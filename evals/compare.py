"""Two runs of one question set held against each other, case by case.

One metric decides, by itself; of a few others each decides as well, corrected for their number. Both at 5 %, two-sided:
a change that is noise is called a loss in at most 2.5 % of comparisons by the one and 2.5 % by the others together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from assistant.errors import QuestionSetError
from evals.kept import differences
from evals.metrics import paired
from evals.metrics.refusal import count_refusals
from evals.model import ERROR, Item
from evals.runfile import RunFile
from evals.summary import METRIC_NAMES, PARTS, SCORE_NAMES, SCORE_SHARES

#: P-values of at most this are called significant.
ALPHA = 0.05
#: The metric that decides is the first of these that both runs measured.
DECIDING = ("correct", "figure_recall", "quote_recall@5", "page_recall@5", "document_recall@5")
#: Metrics that decide as well, corrected for being several: one for each thing that can be lost.
ALSO_DECIDING = (
    "refusal_right",
    "figure_recall",
    "citation_hit_of_correct",
    "citation_precision",
    "citation_recall",
    "unsupported_figures",
    "errors",
    "quote_recall@5",
    "page_recall@5",
    "document_recall@5",
)
#: Metrics of which less is better.
_LESS_IS_BETTER = frozenset(
    {
        "unsupported_figures",
        "ungrounded_figure",
        "errors",
        "search_ms",
        "retrieve_ms",
        "first_token_ms",
        "total_ms",
    }
)
_STAGES = ("search", "retrieve", "first_token", "total")

#: What makes a case what it is, and where its answer stands.
_ASKED = ("question", "answerable", "expected", "scale", "rejected", "scope", "history")
_PLACES = ("documents", "pages", "quotes")

Role = Literal["decides", "decides with others", "told"]
#: The value of a case for a metric, None where it is not eligible.
Value = Callable[[Item], float | None]


class Change(BaseModel):
    """A metric over the cases that are eligible for it in both runs.

    `before` and `after` are means over these cases, `difference` is after less before with its 95 % `low` and `high`
    (paired bootstrap). `p` is two-sided, by McNemar's exact test where cases are right or wrong and by drawing signs
    elsewhere; `p_corrected` is what is held against 5 %, for metrics that decide. `gained` and `lost` count cases.
    """

    model_config = ConfigDict(frozen=True)

    metric: str
    role: Role
    kind: Literal["share", "mean", "count", "milliseconds"]
    n: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    gained: int
    lost: int
    p: float
    p_corrected: float | None = None
    less_is_better: bool

    @property
    def significant(self) -> bool:
        """Whether it decides and is more than noise."""
        return self.p_corrected is not None and self.p_corrected <= ALPHA

    @property
    def worse(self) -> bool:
        """Whether the second run did worse, by however little."""
        return self.difference > 0 if self.less_is_better else self.difference < 0


class Moved(BaseModel):
    """A case whose value for a metric changed."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    before: float
    after: float


class MovedBy(BaseModel):
    """The cases that a metric calls better and worse, most changed first."""

    model_config = ConfigDict(frozen=True)

    better: tuple[Moved, ...]
    worse: tuple[Moved, ...]


class Comparison(BaseModel):
    """Two runs compared, over the `n` cases that are the same in both.

    `only_before` and `only_after` are ids of cases that one run alone has, `altered` of those that both have but whose
    question, right answer or gold places were changed; none of these is compared. `changes` are ordered as they decide;
    `better` and `worse` are cases by the deciding metric, `moved` the same by every other that is significantly better
    or worse, most changed first. `differing` says in words what else differs between the runs: set, settings, models,
    documents, code.
    """

    model_config = ConfigDict(frozen=True)

    before: str
    after: str
    n: int
    changes: tuple[Change, ...]
    better: tuple[Moved, ...]
    worse: tuple[Moved, ...]
    moved: dict[str, MovedBy]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    altered: tuple[str, ...]
    differing: tuple[str, ...]

    @property
    def losses(self) -> list[Change]:
        """The deciding metrics that are significantly worse."""
        return [change for change in self.changes if change.significant and change.worse]

    @property
    def gains(self) -> list[Change]:
        """The deciding metrics that are significantly better."""
        return [change for change in self.changes if change.significant and not change.worse]


def _refusal_right(item: Item) -> float | None:
    if item.status is None:
        return None
    counts = count_refusals([(item.answerable, item.status)])
    return float(counts.rightly_refused + counts.rightly_answered)


def _score(name: str) -> Value:
    return lambda item: item.scores.get(name)


def _part(hits: str, among: str) -> Value:
    """The share within a case, None where it has nothing to count."""

    def value(item: Item) -> float | None:
        whole = item.scores.get(among)
        return None if not whole else (item.scores.get(hits) or 0.0) / whole

    return value


def _time(stage: str) -> Value:
    return lambda item: item.timings_ms.get(stage)


def _values() -> Mapping[str, tuple[Value, str]]:
    """Every metric of a case: how its value is got, and its kind."""
    shares = {name: (_score(name), "share" if name in SCORE_SHARES else "mean") for name in SCORE_NAMES}
    parts = {name: (_part(*of), "mean") for name, of in PARTS.items()}
    times = {f"{stage}_ms": (_time(stage), "milliseconds") for stage in _STAGES}
    own: dict[str, tuple[Value, str]] = {
        "refusal_right": (_refusal_right, "share"),
        "unsupported_figures": (lambda item: None if item.status is None else float(item.unsupported_figures), "count"),
        "errors": (lambda item: float(item.status == ERROR), "share"),
    }
    return {**shares, **own, **parts, **times}


_VALUES = _values()


def _check_kind(before: RunFile, after: RunFile) -> None:
    if before.retrieval_only != after.retrieval_only:
        alone = before.name if before.retrieval_only else after.name
        raise QuestionSetError(f"Only the search was run in {alone}", "Compare two runs made in the same way.")


def _same_case(one: Item, two: Item, same_set: bool) -> bool:
    """Whether two items of an id are of one case. Of one set they are, whatever an older run did not keep of it."""
    if same_set:
        return one.question == two.question
    asked = all(getattr(one, name) == getattr(two, name) for name in _ASKED)
    # Gold places that one of the runs has not are measured by neither metric of both.
    places = ((getattr(one, name), getattr(two, name)) for name in _PLACES)
    return asked and all(old == new for old, new in places if old and new)


def _pairs(before: RunFile, after: RunFile) -> tuple[list[tuple[Item, Item]], tuple[str, ...]]:
    """The cases that are the same in both runs, and the ids of those that are not though both have them."""
    hashes = [run.made.get("questions_sha256") for run in (before, after)]
    same_set = bool(hashes[0]) and hashes[0] == hashes[1]
    second = {item.id: item for item in after.items}
    both = [(item, second[item.id]) for item in before.items if item.id in second]
    pairs = [(one, two) for one, two in both if _same_case(one, two, same_set)]
    if not pairs:
        others = f"; of {len(both)} ids that both have, the cases are different" if both else ""
        raise QuestionSetError(
            f"{before.name} and {after.name} have no case in common{others}", "Compare runs of the same set."
        )
    taken = {one.id for one, _ in pairs}
    return pairs, tuple(one.id for one, _ in both if one.id not in taken)


def _change(name: str, role: Role, pairs: Sequence[tuple[Item, Item]]) -> Change | None:
    value, kind = _VALUES[name]
    found = [(one, two) for one, two in ((value(a), value(b)) for a, b in pairs) if one is not None and two is not None]
    if not found:
        return None
    steps = [two - one for one, two in found]
    low, high = paired.difference_interval(steps) or (0.0, 0.0)
    n = len(found)
    less = name in _LESS_IS_BETTER
    rises, falls = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    gained, lost = (falls, rises) if less else (rises, falls)
    return Change(
        metric=name,
        role=role,
        kind=kind,
        n=n,
        before=sum(one for one, _ in found) / n,
        after=sum(two for _, two in found) / n,
        difference=sum(steps) / n,
        low=low,
        high=high,
        gained=gained,
        lost=lost,
        p=paired.mcnemar(gained, lost) if kind == "share" else paired.sign_flip(steps),
        less_is_better=less,
    )


def _changes(pairs: Sequence[tuple[Item, Item]], deciding: str | None) -> list[Change]:
    candidates = DECIDING if deciding is None else (deciding,)
    first = next((change for name in candidates if (change := _change(name, "decides", pairs))), None)
    if first is None:
        raise QuestionSetError(
            f"Neither run measured {' or '.join(candidates)} on a case that both have",
            "Name a metric that both measured with --metric.",
        )
    also = [
        change
        for name in ALSO_DECIDING
        if name != first.metric and (change := _change(name, "decides with others", pairs))
    ]
    # Where no case changed there is nothing that could be called a loss, so nothing to be corrected for (Tarone 1990).
    tested = [change for change in also if change.gained or change.lost]
    corrected = dict(zip((change.metric for change in tested), paired.holm([c.p for c in tested]), strict=True))
    decided = {first.metric, *(change.metric for change in also)}
    told = (_change(name, "told", pairs) for name in _VALUES if name not in decided)
    return [
        first.model_copy(update={"p_corrected": first.p}),
        *(change.model_copy(update={"p_corrected": corrected.get(change.metric, 1.0)}) for change in also),
        *(change for change in told if change is not None),
    ]


def _moved(pairs: Sequence[tuple[Item, Item]], change: Change) -> tuple[tuple[Moved, ...], tuple[Moved, ...]]:
    value, _ = _VALUES[change.metric]
    sign = -1 if change.less_is_better else 1
    moved = []
    for one, two in pairs:
        old, new = value(one), value(two)
        if old is not None and new is not None and old != new:
            moved.append(Moved(id=one.id, question=one.question, before=old, after=new))
    moved.sort(key=lambda each: -abs(each.after - each.before))
    better = tuple(each for each in moved if sign * (each.after - each.before) > 0)
    return better, tuple(each for each in moved if sign * (each.after - each.before) < 0)


def _moved_by(pairs: Sequence[tuple[Item, Item]], change: Change) -> MovedBy:
    better, worse = _moved(pairs, change)
    return MovedBy(better=better, worse=worse)


def _differing(before: RunFile, after: RunFile) -> tuple[str, ...]:
    """What differs in how the runs were made, besides when, how long and where they were kept."""
    names = (
        "questions_sha256",
        "whole_corpus",
        "model",
        "models",
        "corpus_sha256",
        "commit",
        "code",
        "packages",
        "machine",
        "workers",
        "judge",
    )
    old, new = ({name: run.made.get(name) for name in names} for run in (before, after))
    places = ("home", "corpus", "models_dir")
    were, are = ({k: v for k, v in run.settings.items() if k not in places} for run in (before, after))
    return (*differences(old, new), *differences(were, are, "settings."))


def compare(before: RunFile, after: RunFile, deciding: str | None = None) -> Comparison:
    """Hold a run against an earlier one of the same set, or of one that has cases in common with it.

    Args:
        before: the earlier run.
        after: the later one.
        deciding: the metric that decides by itself; by default the first of `DECIDING` that both measured.

    Raises:
        QuestionSetError: the runs have no case in common or were not made in the same way, or the metric is none of a
            case or was not measured by both.
    """
    if deciding is not None and deciding not in _VALUES:
        aggregated = " by case" if deciding in METRIC_NAMES else ""
        raise QuestionSetError(f"There is no metric {deciding!r}{aggregated}", f"Give one of {', '.join(_VALUES)}.")
    _check_kind(before, after)
    pairs, altered = _pairs(before, after)
    changes = _changes(pairs, deciding)
    better, worse = _moved(pairs, changes[0])
    known = [{item.id for item in run.items} for run in (before, after)]
    return Comparison(
        before=before.name,
        after=after.name,
        n=len(pairs),
        changes=tuple(changes),
        better=better,
        worse=worse,
        moved={change.metric: _moved_by(pairs, change) for change in changes[1:] if change.significant},
        only_before=tuple(item.id for item in before.items if item.id not in known[1]),
        only_after=tuple(item.id for item in after.items if item.id not in known[0]),
        altered=altered,
        differing=_differing(before, after),
    )
