"""Metrics and results in words, the same in the terminal and in the HTML report."""

from __future__ import annotations

from collections.abc import Sequence

from evals.model import ERROR, Item, Metric, Run
from evals.normalise import strip_markers
from evals.stages import Stage, gold_places, gold_quotes, item_stage

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
#: Alternatives shown of what a case wants, and places of what was found or missed.
_ALTERNATIVES = 3
#: What names of metrics begin with that a judge model gives, which are told apart from those by rules.
_BY_JUDGE = "judge_"
#: Documents told of that are not indexed.
_UNREAD = 20

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


#: Why some answers are judged neither correct nor wrong.
UNJUDGED = "No rule can tell: their gold answers are prose, or it is only known what would be wrong."


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


def measured(metrics: Sequence[Metric], *, by_judge: bool = False) -> list[Metric]:
    """The metrics that at least one case was eligible for: those by rules, or those by the judge model."""
    return [metric for metric in metrics if metric.n > 0 and metric.name.startswith(_BY_JUDGE) is by_judge]


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
    value = number(metric.value, metric.kind)
    if metric.low is None or metric.high is None:
        return value, ""
    if metric.kind == "share":
        return value, f"{100 * metric.low:.0f}–{100 * metric.high:.0f}"
    digits = 2 if metric.kind == "mean" else 0
    return value, f"{metric.low:.{digits}f}–{metric.high:.{digits}f}"


def in_cell(metric: Metric) -> str:
    """Value and interval as one narrow cell."""
    value, around = compact(metric)
    return f"{value} ({around})" if around else value


def notes(run: Run) -> list[str]:
    """What a reader has to know besides the figures: answers not judged, documents not read."""
    unread = list(run.not_indexed.items())
    said = [f"Not indexed: {document}: {reason}" for document, reason in unread[:_UNREAD]]
    if len(unread) > _UNREAD:
        said.append(f"Not indexed: {len(unread) - _UNREAD:,} more; the JSON of the run has all.")
    unjudged = sum(item.status is not None and item.correct is None for item in run.items)
    if unjudged:
        said.append(f"Judged neither correct nor wrong: {unjudged:,} of {len(run.items):,} answers. {UNJUDGED}")
    return said


def failing(items: Sequence[Item]) -> list[Item]:
    """Items that failed at some stage: after a search alone those it did not find, else also unsupported figures."""
    return [item for item in items if item_stage(item) is not None]


def trouble(item: Item) -> str:
    """In a few words, at which stage an item failed, and which gold place the search missed if it was the search."""
    stage = item_stage(item)
    parts = [] if stage in (None, Stage.UNSUPPORTED) else [stage.value]
    if stage is Stage.NOT_RETRIEVED and (places := missed(item)):
        parts = [f"{stage.value}: {_first(places)}"]
    if item.unsupported:
        parts.append(f"unsupported: {', '.join(item.unsupported)}")
    return "; ".join(parts)


def place(document: str, page: int | None) -> str:
    """A document, with its page where there is one."""
    return document if page is None else f"{document}, page {page}"


def missed(item: Item) -> list[str]:
    """The gold places that the search did not bring: quotes with where they stand, else pages, else documents."""
    places, quotes = gold_places(item), gold_quotes(item)
    if not quotes:
        return [place(*where) for where, seen in places.items() if not seen]
    around = "; ".join(place(*where) for where in places)
    return [": ".join(filter(None, (around, f"“{quote}”"))) for quote, seen in quotes.items() if not seen]


def _first(texts: Sequence[str], joint: str = "; ") -> str:
    more = f"{joint}and {len(texts) - _ALTERNATIVES} more" if len(texts) > _ALTERNATIVES else ""
    return joint.join(texts[:_ALTERNATIVES]) + more


def expected(item: Item) -> str:
    """What the set wants of an item; where only wrong answers are known, any other than these."""
    if not item.answerable:
        return "a refusal"
    texts = [text for text in item.expected if text.strip()]
    if not texts and item.rejected:
        return f"anything but: {_first(item.rejected, ' | ')}"
    if item.scale is not None:
        # All parts are wanted there, and in that scale.
        return " and ".join(texts) + (f" ({item.scale})" if item.scale else "")
    return _first(texts, " | ")


def asked(item: Item) -> str:
    """The question, and in a conversation the last thing that was said by who asks it."""
    before = next((turn.content for turn in reversed(item.history) if turn.role == "user"), None)
    return item.question if before is None else f"{item.question} (after “{before}”)"


def got(item: Item) -> str:
    """What came back, in one line: the answer, the words of an error, or where the passages found stand."""
    if item.error is not None:
        return item.error
    if item.status is None:
        return _first(list(dict.fromkeys(place(hit.document, hit.page) for hit in item.retrieved))) or "nothing found"
    said = " ".join(strip_markers(item.answer or "").split())
    return f"{item.status}: {said}" if item.status != "answered" else said
