"""Baselines: the protocol with a scripted pipeline behind the real process, and what is measured beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pdfs import make_pdf

from assistant.answering.answer import Turn
from assistant.settings import Settings
from evals.baselines import environments
from evals.baselines.baseline import Baseline
from evals.baselines.endpoints import embedding_endpoint
from evals.baselines.environments import BASELINES, BaselineSpec, is_made, make, place_of
from evals.baselines.peer import PeerError, PeerGoneError, environment_for
from evals.baselines.texts import pages_of
from evals.beside import metrics_of, table_of
from evals.model import Item, Metric, Retrieved
from evals.pages import digits_on, figure_asked_for, figure_pages
from evals.runner import run
from evals.sets import Question
from evals.uncited import applicable, declines

SCRIPTED = BaselineSpec("scripted", "Scripted", "scripted_pipeline")


class Lengths:
    name = "lengths"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(len(text))] for text in texts]


def scripted(settings: Settings) -> Baseline:
    chat = settings.model_copy(update={"chat_base_url": "http://127.0.0.1:9/v1", "chat_timeout_s": 1.0})
    # The pipeline's folder is what its environment would have installed.
    extra = {"PYTHONPATH": str(Path(__file__).parent)}
    return Baseline(SCRIPTED, chat, Path(sys.executable), embedder=Lengths(), extra=extra)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    (made / "a.pdf").write_bytes(make_pdf([["Words about herons."], ["Gross margin was 36,413 million dollars."]]))
    (made / "b.md").write_text("Otters swim in the river.\n")
    return made


@pytest.fixture
def opened(settings: Settings, folder: Path) -> Iterator[Baseline]:
    baseline = scripted(settings)
    try:
        baseline.open()
        baseline.sync(folder)
        yield baseline
    finally:
        baseline.close()


def question(answer: str, **more: object) -> Question:
    fields = {"id": "q", "question": "What was it?", "answerable": True, "documents": ("a.pdf",), "type": "t"} | more
    return Question(answers=(answer,) if answer else (), **fields)


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


@pytest.mark.parametrize(
    ("said", "declined"),
    [
        ("I don't know.", True),
        ("I’m sorry, but that is unclear.", True),
        ("", True),
        ("Empty Response", True),
        ("The context does not mention a dividend.", True),
        ("The provided documents don't specify when it was sold.", True),
        ("There is no mention of a dividend.", True),
        ("The price is not mentioned in the context.", True),
        ("It cannot be determined.", True),
        ("It is not mentioned.", True),
        ("You ask for the dividend. The context does not mention it.", True),
        ("Revenue was $5 million. The report does not mention leases.", False),
        ("The report does not mention leases; revenue was $5 million.", True),
        ("It was $835.", False),
        ("Meta cannot build data centres fast enough.", False),
        ("Banks do not have to hold it.", False),
        ("The fee was not paid in 2021.", False),
    ],
)
def test_saying_that_one_does_not_know(said: str, declined: bool) -> None:
    assert declines(said) is declined


def test_what_is_said_of_citations_is_left_out() -> None:
    names = ("correct", "citation_precision", "citation_hit_of_correct", "unsupported_figures", "retrieve_p50_ms",
             "first_token_p95_ms", "total_p50_ms", "document_recall@5", "search_p50_ms")  # fmt: skip
    kept = applicable([Metric(name=name, value=1.0, n=1, kind="share") for name in names])
    assert [metric.name for metric in kept] == ["correct", "total_p50_ms", "document_recall@5", "search_p50_ms"]


def test_a_baseline_is_asked_by_the_same_runner(settings: Settings, folder: Path) -> None:
    cases = [
        question("$36,413 million", id="1", question="Gross margin ?", type="Single-Chunk"),
        question("", id="2", question="Unknown dividend ?", answerable=False, documents=()),
        question("herons", id="3", question="Otters swim ?", documents=("a.pdf",), scope=("a.pdf",)),
    ]
    made = run(settings, cases, folder, factory=lambda _: scripted(settings))
    assert [each.status for each in made.items] == ["answered", "not_found", "answered"]
    assert [each.correct for each in made.items] == [True, True, True]
    assert [(hit.document, hit.page) for hit in made.items[0].retrieved[:1]] == [("a.pdf", 2)]
    assert {hit.document for hit in made.items[2].retrieved} == {"a.pdf"}
    assert all(each.timings_ms["total"] is not None for each in made.items)
    # What the model had before it is kept, and figures are held against it.
    assert [[(c.document, c.page) for c in each.citations] for each in made.items] == [
        [("a.pdf", 2)],
        [],
        [("a.pdf", 1)],
    ]
    assert made.items[0].scores["ungrounded_figure"] == 0
    pages = {(path.name, page): text for path in folder.iterdir() for page, text in pages_of(path)}
    measured = {"scripted": metrics_of(made, cases, pages)}
    values = {metric.name: metric.value for metric in measured["scripted"]}
    assert values["document_recall@5"] == values["figure_page@1"] == 1.0
    assert [str(column.header) for column in table_of(measured).columns] == ["metric", "scripted", "n"]


def test_a_file_that_it_cannot_take_in_is_told_and_the_rest_goes_on(settings: Settings, folder: Path) -> None:
    (folder / "a.md").write_text("This is unreadable.\n")
    baseline = scripted(settings)
    try:
        baseline.open()
        results = {result.name: result for result in baseline.sync(folder)}
        assert {name: result.status for name, result in results.items()} == {
            "a.md": "failed", "a.pdf": "added", "b.md": "added",
        }  # fmt: skip
        assert "cannot split this" in results["a.md"].reason
    finally:
        baseline.close()


def test_an_error_is_told_and_it_can_still_be_asked(opened: Baseline) -> None:
    with pytest.raises(PeerError, match="there is no chat model"):
        opened.ask("Otters?")
    assert opened.search("otters", k=1)[0].document == "b.md"


@pytest.mark.parametrize("words", ["Die?", "Hang?"])
def test_a_process_that_dies_or_hangs_is_named(opened: Baseline, words: str) -> None:
    for _ in range(2):
        with pytest.raises(PeerGoneError, match="process of Scripted ended"):
            opened.ask(words)


def test_an_environment_that_is_not_there(settings: Settings) -> None:
    baseline = Baseline(SCRIPTED, settings, Path("no/such/python"), embedder=Lengths())
    with pytest.raises(PeerGoneError, match="cannot be started"):
        baseline.open()
    baseline.close()


def test_embeddings_are_for_holders_of_the_key() -> None:
    with embedding_endpoint(Lengths()) as endpoint, httpx.Client(trust_env=False) as client:
        url, key = f"{endpoint['url']}/embeddings", {"Authorization": f"Bearer {endpoint['key']}"}
        assert client.post(url, json={"input": ["a"]}).status_code == 401
        assert client.post(url, json={"input": [1]}, headers=key).status_code == 400
        assert client.post(f"{url}/more", json={"input": []}, headers=key).status_code == 404
        told = client.post(url, json={"input": ["abc", "d"]}, headers=key).json()
    assert [row["embedding"] for row in told["data"]] == [[3.0], [1.0]]


def test_its_process_is_offline_and_without_what_is_the_persons() -> None:
    given = {"PATH": "/bin", "https_proxy": "x", "OPENAI_API_KEY": "x", "LANGSMITH_TRACING": "true", "PYTHONPATH": "x"}
    left = environment_for(given, {"MORE": "1"})
    assert left["PATH"] == "/bin" and left["MORE"] == "1" and left["LANGSMITH_TRACING"] == "false"
    assert left["ANONYMIZED_TELEMETRY"] == "False"
    assert not {"https_proxy", "OPENAI_API_KEY", "PYTHONPATH"} & left.keys()


def test_every_package_of_a_baseline_is_pinned() -> None:
    for spec in BASELINES.values():
        assert spec.pins and all(pin.count("==") == 1 for pin in spec.pins)


def test_an_environment_broken_off_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = BASELINES["langchain"]
    made: list[Path] = []

    def install(_spec: BaselineSpec, place: Path, _told: object) -> None:
        assert not place.exists()
        place.mkdir()
        made.append(place)
        if len(made) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(environments, "_install", install)
    with pytest.raises(KeyboardInterrupt):
        make(spec, tmp_path, lambda *_: None)
    assert not is_made(spec, tmp_path) and not place_of(spec, tmp_path).exists()
    for _ in range(2):
        make(spec, tmp_path, lambda *_: None)
    assert len(made) == 2 and is_made(spec, tmp_path)
    assert place_of(replace(spec, name="llamaindex"), tmp_path) != place_of(spec, tmp_path)


@pytest.mark.long
@pytest.mark.models
@pytest.mark.parametrize("name", list(BASELINES))
def test_the_real_ones_answer_and_reach_nothing_else(
    name: str, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Makes the environments (packages are fetched), then asks with every connection but loopback refused."""
    from assistant.settings import load_settings

    record = tmp_path / "record"
    record.write_text("")
    guard = {"OFFLINE_RECORD": str(record), "PYTHONPATH": str(Path(__file__).parents[1] / "offline")}
    spec = BASELINES[name]
    python = make(spec, environments.default_root(), lambda *_: None)
    baseline = Baseline(spec, load_settings(chat_timeout_s=900.0), python, extra=guard)
    try:
        baseline.open()
        assert {result.status for result in baseline.sync(folder)} == {"added"}
        baseline.warm()
        assert baseline.search("gross margin", k=1)[0].page == 2
        answer = baseline.ask("What was the gross margin?", documents=["a.pdf"])
        assert "36,413" in answer.answer
        assert len(answer.citations) == 2  # Both pages of the file: no pipeline puts fewer than two before the model.
        before = [Turn(role="user", content="What are herons?"), Turn(role="assistant", content="Birds.")]
        assert baseline.ask("And the gross margin?", documents=["a.pdf"], history=before).citations
    finally:
        baseline.close()
    assert record.read_text() == ""
