"""Fits the two small models that choose the sentence and decide whether to answer.

    python -m evals.fit collect --questions SET.jsonl --documents DIR --out rows.jsonl [--limit N --seed S]
    python -m evals.fit train rows.jsonl [more.jsonl ...]

`collect` asks the assistant's own retrieval and chat model for everything the features are made of, and keeps
it (outside the repository). `train` makes the features anew with the code as it stands, fits logistic
regressions with scikit-learn, prints held-out figures by question, and writes
`assistant/answering/fitted.json`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from pydantic import BaseModel

from assistant.answering.align import Source
from assistant.answering.features import (
    CandidateRow,
    QuestionRow,
    Reading,
    candidate_rows,
    question_row,
    read,
)
from assistant.answering.linear import LogisticModel
from assistant.retrieval.model import Evidence
from evals.sets import Question, load_questions

app = typer.Typer(add_completion=False, no_args_is_help=True)
TARGET = Path(__file__).parent.parent / "assistant" / "answering" / "fitted.json"
FOLDS = 5
SEED = 7
#: Inverse strength of the L2 penalty; small, because there are few questions for the number of features.
SELECTION_C, REFUSAL_C = 0.1, 0.3
_UNUSED = {"mark_known", "zero_known"}


@dataclass(frozen=True)
class Case:
    """A collected question, prepared: its sources, which of them are gold, and what the model's number said."""

    id: str
    answerable: bool
    reading: Reading
    sources: list[Source]
    gold: list[bool]
    marks: dict[int, float] | None

    @property
    def rows(self) -> list[CandidateRow]:
        """The candidates' rows."""
        return candidate_rows(self.reading, self.sources, self.marks)


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
            if run.reading is None:
                continue
            record = {
                "id": case.id,
                "answerable": case.answerable,
                "question": run.reading.text,
                "leans": run.reading.leans,
                "vector": run.reading.vector.tolist(),
                "marks": answerer.first_numbers(run),
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
        marks = {int(key): value for key, value in record["marks"].items()} if record["marks"] else None
        yield Case(
            id=record["id"],
            answerable=record["answerable"],
            reading=read(record["question"], np.asarray(record["vector"], dtype=np.float32), record["leans"]),
            sources=sources,
            gold=[bool(entry["gold"]) for entry in record["sources"]],
            marks=marks,
        )


def fit(rows: Sequence[BaseModel], labels: Sequence[bool], penalty: float) -> LogisticModel:
    """A logistic regression over standardised features."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    names = tuple(name for name in type(rows[0]).model_fields if name not in _UNUSED)
    table = np.array([[getattr(row, name) for name in names] for row in rows])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=penalty, max_iter=5000).fit(scaler.transform(table), labels)
    return LogisticModel(
        features=names,
        means=tuple(round(float(value), 6) for value in scaler.mean_),
        scales=tuple(round(float(value), 6) for value in scaler.scale_),
        coefficients=tuple(round(float(value), 6) for value in model.coef_[0]),
        intercept=round(float(model.intercept_[0]), 6),
    )


def fit_selection(cases: Sequence[Case]) -> LogisticModel:
    """The model that chooses the sentence, from questions whose gold sentence was retrieved."""
    usable = [case for case in cases if case.answerable and any(case.gold)]
    rows = [row for case in usable for row in case.rows]
    return fit(rows, [gold for case in usable for gold in case.gold], SELECTION_C)


def row_of(case: Case, selection: LogisticModel) -> QuestionRow:
    """A case's row for the refusal, with the choice a selection model makes."""
    probabilities = [selection.probability(row) for row in case.rows]
    return question_row(case.reading, case.sources, probabilities, case.marks)


def held_out(cases: Sequence[Case]) -> tuple[list[float], list[bool]]:
    """Out-of-fold probability of answering for every case, and whether the sentence chosen was gold."""
    order = list(range(len(cases)))
    random.Random(SEED).shuffle(order)
    probabilities, hits = [0.0] * len(cases), [False] * len(cases)
    for fold in range(FOLDS):
        test = set(order[fold::FOLDS])
        train = [case for place, case in enumerate(cases) if place not in test]
        selection = fit_selection(train)
        refusal = fit([row_of(case, selection) for case in train], [c.answerable for c in train], REFUSAL_C)
        for place in test:
            case = cases[place]
            scores = [selection.probability(row) for row in case.rows]
            hits[place] = case.gold[int(np.argmax(scores))]
            probabilities[place] = refusal.probability(row_of(case, selection))
    return probabilities, hits


def best_threshold(probabilities: Sequence[float], labels: Sequence[bool]) -> tuple[float, float]:
    """The threshold of the highest balanced accuracy, in hundredths, and that accuracy."""
    chances, truth = np.asarray(probabilities), np.asarray(labels)

    def balanced(threshold: float) -> float:
        said = chances >= threshold
        return float((said[truth].mean() + (~said[~truth]).mean()) / 2)

    best = max(np.arange(0.05, 0.96, 0.01), key=lambda value: balanced(float(value)))
    return round(float(best), 2), balanced(float(best))


@app.command()
def train(files: Annotated[list[Path], typer.Argument()]) -> None:
    """Fit on collected cases, print held-out figures, write the coefficients."""
    from sklearn.metrics import roc_auc_score

    by_file = {path.stem: list(load_cases(path)) for path in files}
    cases = [case for group in by_file.values() for case in group]
    probabilities, hits = held_out(cases)
    labels = [case.answerable for case in cases]
    threshold, _ = best_threshold(probabilities, labels)
    report: dict[str, Any] = {}
    place = 0
    for name, group in by_file.items():
        own = slice(place, place + len(group))
        place += len(group)
        chances, truth = np.asarray(probabilities[own]), np.asarray(labels[own])
        chosen = [hit for hit, case in zip(hits[own], group, strict=True) if case.answerable and any(case.gold)]
        said = chances >= threshold
        report[name] = {
            "questions": len(group),
            "answerable": int(truth.sum()),
            "selection_top1": round(float(np.mean(chosen)), 3),
            "refusal_auc": round(float(roc_auc_score(truth, chances)), 3),
            "refusal_balanced_accuracy": round(float((said[truth].mean() + (~said[~truth]).mean()) / 2), 3),
        }
    selection = fit_selection(cases)
    refusal = fit([row_of(case, selection) for case in cases], labels, REFUSAL_C)
    fitted = {
        "about": {"script": "evals/fit.py", "folds": FOLDS, "seed": SEED, "held_out": report},
        "selection": selection.model_dump(),
        "refusal": {**refusal.model_dump(), "threshold": threshold},
    }
    TARGET.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    typer.echo(json.dumps(report, indent=1))


if __name__ == "__main__":
    app()
