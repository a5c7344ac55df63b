"""The stock pipeline, and what is measured beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pdfs import make_pdf

from evals.baselines.stock import StockPipeline, pages_of
from evals.beside import metrics_of, table_of
from evals.model import Item, Retrieved
from evals.pages import digits_on, figure_asked_for, figure_pages
from evals.sets import Question


def question(answer: str, **more: object) -> Question:
    return Question(
        id="q",
        question="What was it?",
        answerable=True,
        answers=(answer,) if answer else (),
        documents=("a.pdf",),
        type="t",
        **more,
    )


def item(*pages: int) -> Item:
    found = tuple(Retrieved(document="a.pdf", page=page, start=0, end=1) for page in pages)
    return Item(id="q", question="", type="t", answerable=True, expected=(), retrieved=found)


@pytest.mark.parametrize(
    ("answer", "digits"),
    [
        ("Gross margin for the three months ended July 1, 2023, was $36,413 million.", "36413"),
        ("It fell by 12.5% to $3.2 billion.", "12.5"),
        ("Net loss was $(2,028) million.", "2028"),
        ("In 2023 nothing was said.", None),
        ("Within 3 months 21 people left.", None),
    ],
)
def test_the_figure_asked_for(answer: str, digits: str | None) -> None:
    found = figure_asked_for(question(answer))
    assert (None if found is None else str(found)) == digits


def test_pages_that_hold_it() -> None:
    pages = {("a.pdf", 1): "Contents 3 4 5", ("a.pdf", 2): "Gross margin 36,413 35,885"}
    asked = question("It was $36,413 million.")
    metrics = {m.name: m for m in figure_pages([item(1, 2), item(2), item(1)], [asked, asked, asked], pages)}
    assert (metrics["figure_page@1"].value, metrics["figure_page@5"].value) == (1 / 3, 2 / 3)
    assert metrics["figure_page@5"].n == 3
    nothing = figure_pages([item(1)], [question("Nothing was said.")], pages)
    assert [(m.value, m.n) for m in nothing] == [(None, 0), (None, 0)]
    assert digits_on("On June 30, 2023 it was 1,200") == {1200}


@pytest.mark.models
def test_both_pipelines_give_the_same_table(tmp_path: Path) -> None:
    from assistant.settings import load_settings
    from evals.home import real_assistant
    from evals.runner import run

    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(make_pdf([["Words about herons."], ["Gross margin was 36,413 million dollars."]]))
    (folder / "b.md").write_text("# Otters\n\nOtters swim.\n")
    assert [page for page, _ in pages_of(folder / "a.pdf")] == [1, 2]
    asked = [
        question("It was $36,413 million.").model_copy(update={"type": "Single-Chunk", "question": "Gross margin"})
    ]
    pages = {(path.name, page): text for path in folder.iterdir() for page, text in pages_of(path)}
    measured = {}
    for name, factory in (("ours", real_assistant), ("stock", StockPipeline)):
        home = tmp_path / name
        result = run(load_settings(), asked, folder, True, home=home, factory=factory)
        measured[name] = metrics_of(result, asked, pages)
    for metrics in measured.values():
        values = {metric.name: metric.value for metric in metrics}
        assert values["document_recall@5"] == values["figure_page@1"] == 1.0
    assert [str(column.header) for column in table_of(measured).columns] == ["metric", "ours", "stock", "n"]
    assert json.dumps({name: [m.model_dump() for m in metrics] for name, metrics in measured.items()})
