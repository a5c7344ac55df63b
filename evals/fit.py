"""Fits the small models that decide whether to answer.

    python -m evals.fit collect --questions SET.jsonl --documents DIR --out rows.jsonl [--limit N --seed S]
    python -m evals.fit train rows.jsonl [more.jsonl ...] [--weight W ...]

`collect` asks the assistant's own retrieval and chat model for everything the features are made of, and keeps
it (outside the repository); questions that code answers by itself never come to that decision. `train` makes the
features anew with the code as it stands, fits kernel logistic regressions with scikit-learn, prints held-out figures
by question, and writes `assistant/answering/fitted.json`. Each set counts by its weight, however many questions it
has; the coefficients are fitted with the answerable questions of a set counting as much as its others, the threshold
is chosen with the questions as they are.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from assistant.answering.align import Source
from assistant.answering.features import (
    QuestionRow,
    Reading,
    by_preference,
    question_row,
    read,
)
from assistant.answering.kernel import KernelModel
from assistant.answering.opinion import Opinion
from assistant.retrieval.model import Evidence
from evals.metrics import refusal
from evals.sets import Question, load_questions

app = typer.Typer(add_completion=False, no_args_is_help=True)
TARGET = Path(__file__).parent.parent / "assistant" / "answering" / "fitted.json"
FOLDS = 5
FOLDINGS = 10
SEED = 7
#: Inverse strength of the L2 penalty, landmarks, inverse width of the kernel, and what the features themselves count
#: beside it. All from the middle of a plateau (docs/experiments.md).
PENALTY = 10.0
LANDMARKS = 60
GAMMA = 0.05
LINEAR = 0.4
#: How far apart the kernel sees questions by their `choice`: how near the nearest sentence must be hangs on how many
#: there were, more than on anything else (docs/experiments.md).
CHOICE = 3.0
#: Features that only a chat model with an opinion gives.
_INFORMED = frozenset({"chosen", "stated", "stated_beside"})


@dataclass(frozen=True)
class Case:
    """A collected question, prepared: its sources, which of them are gold, and what the chat model thought."""

    id: str
    answerable: bool
    reading: Reading
    sources: list[Source]
    gold: list[bool]
    opinion: Opinion | None

    @cached_property
    def _rows(self) -> dict[bool, QuestionRow]:
        """Both rows by whether the opinion counts; every fold of every folding asks for them again."""
        return {
            informed: question_row(self.reading, self.sources, self.opinion if informed else None)
            for informed in (True, False)
        }

    def row(self, informed: bool) -> QuestionRow:
        """The row the decision is made by, with or without the chat model's opinion."""
        return self._rows[informed]

    def chosen_is_gold(self, informed: bool) -> bool:
        """Whether the source preferred is a gold one."""
        return self.gold[by_preference(self.sources, self.opinion if informed else None)[0].number - 1]


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def is_gold(question: Question, text: str) -> bool:
    """Whether an evidence sentence is, holds or is part of one of the question's gold quotes."""
    own = _plain(text)
    quotes = [_plain(quote) for quote in question.quotes or ()]
    return len(own) > 8 and any(own in quote or quote in own for quote in quotes if quote)


@app.command()
def collect(
    questions: Annotated[Path, typer.Option()],
    documents: Annotated[Path, typer.Option()],
    out: Annotated[Path, typer.Option()],
    home: Annotated[Path, typer.Option(help="Home of the index made for this.")],
    limit: Annotated[int | None, typer.Option(min=1)] = None,
    seed: Annotated[int, typer.Option()] = SEED,
) -> None:
    """Collect what the features are made of; an existing output is continued."""
    from assistant.answering.answer import Turn
    from assistant.answering.sums import calculate
    from assistant.facade import Assistant
    from assistant.settings import load_settings

    cases = load_questions(questions)
    random.Random(seed).shuffle(cases)
    done = {json.loads(line)["id"] for line in out.read_text().splitlines()} if out.exists() else set()
    with Assistant(load_settings(home=home, corpus=documents)) as assistant, out.open("a") as sink:
        assistant.sync(documents)
        answerer = assistant.answerer
        answerer.warm()
        for number, case in enumerate(cases[:limit], start=1):
            if case.id in done:
                continue
            history = [Turn(role=turn.role, content=turn.content) for turn in case.history or ()]
            run = answerer.prepare(case.question, history, case.scope or None)
            if run.reading is None or calculate(case.question, run.found):
                continue
            opinion = answerer.opinion(run)
            record = {
                "id": case.id,
                "answerable": case.answerable,
                "question": run.reading.text,
                "found": run.reading.found,
                "vector": run.reading.vector.tolist(),
                "opinion": None if opinion is None else asdict(opinion),
                "sources": [
                    {
                        "evidence": source.evidence.model_dump(mode="json"),
                        "vector": source.vector.tolist(),
                        "gold": is_gold(case, source.evidence.text),
                    }
                    for source in run.sources
                ],
            }
            sink.write(json.dumps(record) + "\n")
            sink.flush()
            typer.echo(f"{number}/{len(cases[:limit])} {case.id}", err=True)


def load_cases(path: Path) -> Iterator[Case]:
    """The cases of a collected file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        sources = [
            Source(number, Evidence(**entry["evidence"]), np.asarray(entry["vector"], dtype=np.float32))
            for number, entry in enumerate(record["sources"], start=1)
        ]
        told = record["opinion"] or {}
        by_number = {name: {int(key): value for key, value in told[name].items()} for name in told}
        yield Case(
            id=record["id"],
            answerable=record["answerable"],
            reading=read(record["question"], np.asarray(record["vector"], dtype=np.float32), record["found"]),
            sources=sources,
            gold=[bool(entry["gold"]) for entry in record["sources"]],
            opinion=Opinion(**by_number) if by_number else None,
        )


def natural(groups: Sequence[Sequence[Case]], weights: Sequence[float]) -> list[float]:
    """A weight for every case of some sets, one set after the other; they sum to the number of cases.

    Args:
        groups: the sets.
        weights: what each set counts against the others.
    """
    count = sum(map(len, groups))
    return [
        count * weight / sum(weights) / len(group) for group, weight in zip(groups, weights, strict=True) for _ in group
    ]


def balanced(groups: Sequence[Sequence[Case]], weights: Sequence[float]) -> list[float]:
    """The same with each set's answerable cases counting as much as its others."""
    evened = [
        len(group) / len(kinds) / kinds[case.answerable]
        for group, kinds in ((group, Counter(case.answerable for case in group)) for group in groups)
        for case in group
    ]
    return [weight * factor for weight, factor in zip(natural(groups, weights), evened, strict=True)]


def fit(cases: Sequence[Case], weights: Sequence[float], informed: bool) -> KernelModel:
    """Logistic regression over standardised features and over a Gaussian kernel's landmarks among them.

    The kernel is whitened, so that the L2 penalty is the one of kernel logistic regression.
    """
    from sklearn.cluster import KMeans
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.preprocessing import StandardScaler

    names = tuple(name for name in QuestionRow.model_fields if informed or name not in _INFORMED)
    rows = [case.row(informed) for case in cases]
    table = np.array([[getattr(row, name) for name in names] for row in rows])
    scaler = StandardScaler().fit(table, sample_weight=weights)
    scaler.scale_ /= np.array([CHOICE if name == "choice" else 1.0 for name in names])
    scaled = scaler.transform(table)
    landmarks = KMeans(LANDMARKS, n_init=1, random_state=SEED).fit(scaled).cluster_centers_
    axes, spread, _ = np.linalg.svd(rbf_kernel(landmarks, landmarks, gamma=GAMMA))
    whitened = axes / np.sqrt(spread + 1e-6)
    inputs = np.hstack([rbf_kernel(scaled, landmarks, gamma=GAMMA) @ whitened, LINEAR * scaled])
    model = LogisticRegression(C=PENALTY, max_iter=5000)
    model.fit(inputs, [case.answerable for case in cases], sample_weight=weights)
    found = model.coef_[0]
    return KernelModel(
        features=names,
        means=_rounded(scaler.mean_, 6),
        scales=_rounded(scaler.scale_, 6),
        coefficients=_rounded(LINEAR * found[len(landmarks) :], 5),
        intercept=round(float(model.intercept_[0]), 5),
        gamma=GAMMA,
        landmarks=tuple(_rounded(landmark, 3) for landmark in landmarks),
        heights=_rounded(whitened @ found[: len(landmarks)], 4),
    )


def _rounded(values: Iterable[float], digits: int) -> tuple[float, ...]:
    return tuple(round(float(value), digits) for value in values)


def held_out(cases: Sequence[Case], weights: Sequence[float], informed: bool) -> list[float]:
    """Probability of answering for every case by a model that has not seen it, the average of several foldings.

    Cases of one id are one question asked of two documents: it is held out of both at once.
    """
    chances = np.zeros(len(cases))
    for folding in range(FOLDINGS):
        order = sorted({case.id for case in cases})
        random.Random(SEED + folding).shuffle(order)
        for fold in range(FOLDS):
            held = set(order[fold::FOLDS])
            test = [place for place, case in enumerate(cases) if case.id in held]
            kept = [place for place, case in enumerate(cases) if case.id not in held]
            model = fit([cases[place] for place in kept], [weights[place] for place in kept], informed)
            for place in test:
                chances[place] += model.probability(cases[place].row(informed)) / FOLDINGS
    return [float(chance) for chance in chances]


def even_threshold(chances: Sequence[float], labels: Sequence[bool], weights: Sequence[float]) -> float:
    """The threshold that refuses as much as there is to refuse, in hundredths: precision and recall come out alike.

    The share of right decisions is nearly flat over a wide range (docs/experiments.md) and its top owes its place to
    single questions; where as many refusals are wrong as are missing is well determined.
    """
    order = np.argsort(chances)
    passed = np.cumsum(np.asarray(weights)[order])
    wanted = float(np.sum(np.asarray(weights)[~np.asarray(labels)]))
    place = int(np.searchsorted(passed, wanted))
    return round(float(np.asarray(chances)[order][min(place, len(order) - 1)]), 2)


def _report(group: Sequence[Case], chances: Sequence[float], threshold: float, informed: bool) -> dict[str, Any]:
    from sklearn.metrics import roc_auc_score

    truth = [case.answerable for case in group]
    chosen = [case.chosen_is_gold(informed) for case in group if case.answerable and any(case.gold)]
    counts = refusal.count_refusals(
        (label, "answered" if chance >= threshold else "not_found")
        for label, chance in zip(truth, chances, strict=True)
    )
    right = counts.rightly_refused + counts.rightly_answered
    return {
        "questions": len(group),
        "answerable": sum(truth),
        "gold_retrieved": len(chosen),
        "gold_chosen": round(float(np.mean(chosen)), 3) if chosen else None,
        "refusal_auc": round(float(roc_auc_score(truth, chances)), 3),
        "refusal_balanced_accuracy": _rounded_share(refusal.balanced_accuracy(counts)),
        "refusal_accuracy": _rounded_share(right / len(group)),
        "refusal_precision": _rounded_share(_part(*refusal.precision_parts(counts))),
        "refusal_recall": _rounded_share(_part(*refusal.recall_parts(counts))),
    }


def _part(held: int, whole: int) -> float | None:
    return held / whole if whole else None


def _rounded_share(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


@app.command()
def train(
    files: Annotated[list[Path], typer.Argument()],
    weight: Annotated[list[float] | None, typer.Option(help="What each file counts, in order.")] = None,
) -> None:
    """Fit on collected cases, print held-out figures, write the coefficients."""
    groups = {path.stem: list(load_cases(path)) for path in files}
    sets = list(groups.values())
    counts = weight or [1.0] * len(files)
    if len(counts) != len(files):
        raise typer.BadParameter("give one --weight for each file")
    cases = [case for group in groups.values() for case in group]
    labels = [case.answerable for case in cases]
    weights = balanced(sets, counts)
    about = {"script": "evals/fit.py", "folds": FOLDS, "foldings": FOLDINGS, "seed": SEED}
    fitted: dict[str, Any] = {"about": about | {"weights": dict(zip(groups, counts, strict=True))}}
    for name, informed in (("refusal", True), ("refusal_uninformed", False)):
        chances = held_out(cases, weights, informed)
        # People ask more of what is there than of what is not, and so do the sets.
        threshold = even_threshold(chances, labels, natural(sets, counts))
        fitted[name] = {**fit(cases, weights, informed).model_dump(), "threshold": threshold}
        report, place = {}, 0
        for stem, group in groups.items():
            report[stem] = _report(group, chances[place : place + len(group)], threshold, informed)
            place += len(group)
        fitted["about"][name] = report
    TARGET.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    typer.echo(json.dumps(fitted["about"], indent=1))


if __name__ == "__main__":
    app()
