"""Items gathered to metrics, each with n and an interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evals.metrics import agreement, calibration, intervals, latency, refusal, risk
from evals.metrics.retrieval import DEPTHS
from evals.model import ERROR, Item, Metric, answers_told

_TARGETS = ("document", "page", "quote")
_SEARCH_SHARES = tuple(f"{target}_hit@{k}" for target in _TARGETS for k in DEPTHS)
_SEARCH_MEANS = tuple(
    name
    for target in _TARGETS
    for name in (
        *(f"{target}_{measure}@{k}" for measure in ("recall", "ndcg") for k in DEPTHS),
        f"{target}_mrr",
        f"{target}_map",
    )
)
_ANSWER_SHARES = ("correct", "citation_hit_of_correct", "tatqa_em", "answer_em", "ungrounded_figure")
_ANSWER_MEANS = ("figure_recall", "answer_f1", "answer_meaning", "tatqa_f1", "gold_quotes_cited")
_JUDGED = ("judge_grade", "judge_agreement", "judge_kappa")
#: From this grade on the judge and the rules are taken to mean the same by "right".
RIGHT_GRADE = 1.0
_REFUSALS = ("refusal_precision", "refusal_recall", "refusal_balanced_accuracy")
_SEARCH_TIMES = tuple(f"search_p{q}_ms" for q in latency.PERCENTILES)
_ANSWER_TIMES = tuple(f"{stage}_p{q}_ms" for stage in latency.STAGES for q in latency.PERCENTILES)

#: Scores of a case that are 0 or 1, and all scores that metrics are shares or means of.
SCORE_SHARES = frozenset({*_ANSWER_SHARES, *_SEARCH_SHARES})
SCORE_NAMES = (*_ANSWER_SHARES, *_ANSWER_MEANS, "judge_grade", *_SEARCH_SHARES, *_SEARCH_MEANS)

#: Shares taken over citations or sentences: the score that counts the hits, and the one they are taken of.
PARTS = {
    "citation_precision": ("citations_good", "citations_used"),
    "citation_recall": ("sentences_supported", "sentences_shown"),
    "citation_relevance": ("citations_relevant", "citations_judged"),
}

#: Names of the metrics of any run, and of those that only answers give.
SEARCH_METRICS = ("errors", *_SEARCH_SHARES, *_SEARCH_MEANS, *_SEARCH_TIMES)
ANSWER_METRICS = (
    *_ANSWER_SHARES,
    *_ANSWER_MEANS,
    *_REFUSALS,
    *PARTS,
    "unsupported_figures",
    "unsupported_figure_rate",
    "risk_coverage_area",
    "confidence_brier",
    "confidence_error",
    *_JUDGED,
    *_ANSWER_TIMES,
)
#: Every metric there is.
METRIC_NAMES = frozenset({*SEARCH_METRICS, *ANSWER_METRICS})


def _metric(name: str, value: float | None, n: int, kind: str, interval: intervals.Interval | None = None) -> Metric:
    low, high = interval or (None, None)
    return Metric(name=name, value=value, n=n, low=low, high=high, kind=kind)


def share(name: str, hits: int, n: int) -> Metric:
    """A share of n cases, with its Wilson interval; no value where n is 0."""
    return _metric(name, hits / n if n else None, n, "share", intervals.wilson(hits, n))


def _count(name: str, values: Sequence[float]) -> Metric:
    """What is counted over cases, with the interval of the number in as many: Wilson's where a case has at most one."""
    n, total = len(values), sum(values)
    single = all(value in (0.0, 1.0) for value in values)
    around = intervals.wilson(round(total), n) if single else intervals.bootstrap(values)
    return _metric(name, total, n, "count", around and (n * around[0], n * around[1]))


def _values(items: Iterable[Item], name: str) -> list[float]:
    found = (item.scores.get(name) for item in items)
    return [value for value in found if value is not None]


def _score_share(items: Sequence[Item], name: str) -> Metric:
    values = _values(items, name)
    return share(name, round(sum(values)), len(values))


def _score_mean(items: Sequence[Item], name: str) -> Metric:
    values = _values(items, name)
    mean = sum(values) / len(values) if values else None
    return _metric(name, mean, len(values), "mean", intervals.mean_interval(values))


def _part(items: Sequence[Item], name: str, hits: str, among: str) -> Metric:
    pairs = [(item.scores.get(hits) or 0.0, of) for item in items if (of := item.scores.get(among))]
    good, told = sum(hit for hit, _ in pairs), sum(of for _, of in pairs)
    around = intervals.ratio([hit for hit, _ in pairs], [of for _, of in pairs])
    return _metric(name, good / told if told else None, round(told), "share", around)


def _times(items: Sequence[Item], stage: str) -> list[Metric]:
    found = (item.timings_ms.get(stage) for item in items)
    values = [value for value in found if value is not None]
    return [
        _metric(
            f"{stage}_p{q}_ms",
            latency.percentile(values, q),
            len(values),
            "milliseconds",
            latency.percentile_interval(values, q),
        )
        for q in latency.PERCENTILES
    ]


def _balanced_interval(counts: refusal.RefusalCounts) -> intervals.Interval | None:
    negatives = counts.wrongly_refused + counts.rightly_answered
    return intervals.mean_of_shares(refusal.recall_parts(counts), (counts.rightly_answered, negatives))


def _refusals(items: Sequence[Item]) -> list[Metric]:
    cases = [(item.answerable, item.status) for item in items if item.status is not None]
    counts = refusal.count_refusals(cases)
    return [
        share("refusal_precision", *refusal.precision_parts(counts)),
        share("refusal_recall", *refusal.recall_parts(counts)),
        _metric(
            "refusal_balanced_accuracy",
            refusal.balanced_accuracy(counts),
            len(cases),
            "mean",
            _balanced_interval(counts),
        ),
    ]


def _risk(items: Sequence[Item]) -> Metric:
    told, _ = answers_told(items)
    return _metric("risk_coverage_area", risk.area(told), len(told), "mean", risk.area_interval(told))


def _calibrated(items: Sequence[Item]) -> list[Metric]:
    """Whether the confidence that the documents answer means what it says, by the set's own word on it."""
    told = [(item.confidence, item.answerable) for item in items if item.confidence is not None]
    return [
        _metric("confidence_brier", calibration.brier(told), len(told), "mean", calibration.brier_interval(told)),
        _metric("confidence_error", calibration.calibration_error(told), len(told), "mean"),
    ]


def _judged(items: Sequence[Item]) -> list[Metric]:
    """The judge's grades, and how far it agrees with the rules where both judged."""
    both = [
        (item.scores["judge_grade"] == RIGHT_GRADE, bool(item.correct))
        for item in items
        if item.scores.get("judge_grade") is not None and item.correct is not None
    ]
    return [
        _score_mean(items, "judge_grade"),
        share("judge_agreement", sum(one == other for one, other in both), len(both)),
        _metric("judge_kappa", agreement.kappa(both), len(both), "mean", agreement.kappa_interval(both)),
    ]


def _of_answers(items: Sequence[Item]) -> list[Metric]:
    told = [item for item in items if item.status == "answered"]
    return [
        *(_score_share(items, name) for name in _ANSWER_SHARES),
        *(_score_mean(items, name) for name in _ANSWER_MEANS),
        *_refusals(items),
        *(_part(items, name, *parts) for name, parts in PARTS.items()),
        _count("unsupported_figures", [float(item.unsupported_figures) for item in items]),
        share("unsupported_figure_rate", sum(item.unsupported_figures > 0 for item in told), len(told)),
        _risk(items),
        *_calibrated(items),
        *_judged(items),
        *(metric for stage in latency.STAGES for metric in _times(items, stage)),
    ]


def summarise(items: Sequence[Item], *, retrieval_only: bool) -> tuple[Metric, ...]:
    """All metrics over the items; after a search alone, only those of the search."""
    metrics = [
        _count("errors", [float(item.status == ERROR) for item in items]),
        *(_score_share(items, name) for name in _SEARCH_SHARES),
        *(_score_mean(items, name) for name in _SEARCH_MEANS),
        *_times(items, "search"),
    ]
    return tuple(metrics if retrieval_only else [*_of_answers(items), *metrics])


def summarise_by_type(items: Sequence[Item], *, retrieval_only: bool) -> dict[str, tuple[Metric, ...]]:
    """The same for each type of question, in order of the types' names."""
    return {
        kind: summarise([item for item in items if item.type == kind], retrieval_only=retrieval_only)
        for kind in sorted({item.type for item in items})
    }
