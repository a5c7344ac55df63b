"""Metrics and results in words, the same in the terminal and in the HTML report."""

from __future__ import annotations

from collections.abc import Sequence

from evals.model import ERROR, Item, Metric, Run
from evals.normalise import strip_markers

#: Metrics shown for each type of question, with short headings; the JSON has all of them.
_ANSWER_COLUMNS = {
    "correct": "correct",
    "refusal_recall": "refused",
    "citation_hit_of_correct": "well cited",
    "unsupported_figures": "unsupported figures",
}
_SEARCH_COLUMNS = {
    "document_hit@5": "document hit@5",
    "page_hit@5": "page hit@5",
    "quote_hit@5": "quote hit@5",
    "errors": "errors",
}
#: Alternatives shown of what a case wants.
_ALTERNATIVES = 3

_LABELS = {
    "correct": "Correct",
    "citation_hit_of_correct": "Correct answers with a good citation",
    "tatqa_em": "Exact match, TAT-QA's definition",
    "tatqa_f1": "F1, TAT-QA's definition",
    "answer_em": "Exact match with an accepted answer",
    "answer_f1": "Token F1 with an accepted answer",
    "answer_meaning": "Nearness in meaning to an accepted answer (embeddings)",
    "figure_recall": "Gold figures found in the answer",
    "refusal_precision": "Refusals that were right",
    "refusal_recall": "Unanswerable questions refused",
    "refusal_balanced_accuracy": "Balanced accuracy of refusing",
    "citation_precision": "Citations that support their sentence",
    "citation_recall": "Sentences their citations support",
    "citation_relevance": "Citations to the point, of correct answers",
    "gold_quotes_cited": "Expected quotes that are cited",
    "unsupported_figures": "Unsupported figures shown",
    "unsupported_figure_rate": "Answers with an unsupported figure",
    "ungrounded_figure": "Answers with a figure from nowhere",
    "risk_coverage_area": "Area under the risk-coverage curve (lower is better)",
    "confidence_brier": "Brier score of confidence (lower is better)",
    "confidence_error": "Calibration error of confidence (lower is better)",
    "judge_grade": "Grade by the judge model",
    "judge_agreement": "Judge and rules agree",
    "judge_kappa": "Agreement of judge and rules beyond chance (kappa)",
    "errors": "Errors",
}
#: Words of reports that a newcomer may not know, and what they mean.
GLOSSARY = {
    "Expected": "what the set says is right: the answer, its figures, and the places where it stands.",
    "95 % interval": "where the true value most likely lies; with few cases it is wide, and differences within it are "
    "chance until `assistant eval compare` says otherwise.",
    "n": "how many cases, citations or sentences a value is taken over; those it does not apply to are left out.",
    "Recall in the first k": "how much of what was expected stands among the first k passages found.",
    "MRR, MAP, nDCG": "how high up it stands: 1 is first of all, 0 not among the first ten.",
    "Refused": "answered with “the documents do not say”, or asked back.",
    "Balanced accuracy of refusing": "the mean of two shares: unanswerable questions refused, and others answered; "
    "half is what a coin reaches.",
    "Unsupported figure": "a figure shown as fact that stands in none of the words cited for it.",
    "Figure from nowhere": "a figure that is in no passage found, not in the question, and not expected.",
    "Risk and coverage": "how wrong the answers are when only the surest of them are given.",
}

_ENDINGS = {"answered": "answered", "not_found": "not found", "unclear": "unclear", ERROR: "error"}
_STAGES = {
    "search": "Search alone",
    "retrieve": "Evidence found",
    "first_token": "First words",
    "total": "Whole answer",
}


def label(name: str) -> str:
    """What a metric's name means to a reader."""
    if name in _LABELS:
        return _LABELS[name]
    if name.endswith("_ms"):
        stage, _, percentile = name.removesuffix("_ms").rpartition("_p")
        return f"{_STAGES[stage]}, {percentile}th percentile"
    target, _, measure = name.partition("_")
    measure = measure.replace("@", " in the first ")
    for short, proper in (("mrr", "MRR"), ("map", "MAP"), ("ndcg", "nDCG")):
        measure = measure.replace(short, proper)
    return f"{target.capitalize()} {measure}"


def number(value: float | None, kind: str) -> str:
    """A value with the digits that fit its kind; a dash for none."""
    if value is None:
        return "–"
    if kind == "share":
        return f"{100 * value:.1f} %"
    if kind == "milliseconds":
        return f"{value:,.0f} ms"
    return f"{value:.0f}" if kind == "count" else f"{value:.3f}"


def interval(metric: Metric) -> str:
    """The 95 % interval in words, empty where there is none."""
    if metric.low is None or metric.high is None:
        return ""
    return f"{number(metric.low, metric.kind)} to {number(metric.high, metric.kind)}"


def measured(metrics: Sequence[Metric]) -> list[Metric]:
    """The metrics that at least one case was eligible for."""
    return [metric for metric in metrics if metric.n > 0]


def type_columns(run: Run) -> dict[str, str]:
    """Metrics shown by type, where any type has a value for them, and their headings."""
    columns = _SEARCH_COLUMNS if run.retrieval_only else _ANSWER_COLUMNS
    present = {m.name for metrics in run.by_type.values() for m in metrics if m.value is not None}
    return {name: heading for name, heading in columns.items() if name in present}


def endings(run: Run) -> dict[str, dict[str, int]]:
    """How many cases of each type ended how: answered, not found, unclear, in an error; empty after a search alone."""
    if run.retrieval_only:
        return {}
    return {
        kind: {
            name: sum(item.type == kind and item.status == status for item in run.items)
            for status, name in _ENDINGS.items()
        }
        for kind in run.by_type
    }


def compact(metric: Metric) -> tuple[str, str]:
    """Value and interval in few characters, for narrow columns; a share's interval in whole percent."""
    if metric.low is None or metric.high is None:
        return number(metric.value, metric.kind), ""
    return number(metric.value, metric.kind), f"{100 * metric.low:.0f}–{100 * metric.high:.0f}"


def in_cell(metric: Metric) -> str:
    """Value and interval as one narrow cell."""
    value, around = compact(metric)
    return f"{value} ({around})" if around else value


def notes(run: Run) -> list[str]:
    """What a reader has to know besides the figures: answers not judged, documents not read."""
    said = [f"Not indexed: {document}: {reason}" for document, reason in run.not_indexed.items()]
    unjudged = sum(item.status is not None and item.correct is None for item in run.items)
    if unjudged:
        said.append(
            f"{unjudged} answers are judged neither correct nor wrong: their gold answers are prose, which "
            "no rule can compare."
        )
    return said


def failing(items: Sequence[Item]) -> list[Item]:
    """Items that went wrong, and those right ones that show an unsupported figure."""
    return [item for item in items if item.failure is not None or item.unsupported]


def trouble(item: Item) -> str:
    """In a few words, what is wrong with an item."""
    parts = [item.failure.value] if item.failure is not None else []
    if item.unsupported:
        parts.append(f"unsupported: {', '.join(item.unsupported)}")
    return "; ".join(parts)


def expected(item: Item) -> str:
    """What the set wants of an item."""
    if not item.answerable:
        return "a refusal"
    texts = [text for text in item.expected if text.strip()]
    more = f" | and {len(texts) - _ALTERNATIVES} more" if len(texts) > _ALTERNATIVES else ""
    return " | ".join(texts[:_ALTERNATIVES]) + more


def got(item: Item) -> str:
    """What came back, in one line."""
    if item.error is not None:
        return item.error
    said = " ".join(strip_markers(item.answer or "").split())
    return f"{item.status}: {said}" if item.status not in (None, "answered") else said
