"""From a question to passages and evidence, on real SQLite and Chroma."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from library_parts import BAKERY, LEASES, OpenLibrary, write
from pdfs import make_pdf

from assistant.answering.answer import Turn
from assistant.documents import BlockKind
from assistant.errors import UnknownDocumentError
from assistant.index.passages import squash
from assistant.index.rows import PassageRow, SentenceRow
from assistant.retrieval.aim import aimed_at
from assistant.retrieval.conversation import query_texts
from assistant.retrieval.evidence import BEFORE_WEIGHT, LEFTOVER_WEIGHT, LEXICAL_WEIGHT, PASSAGE_WEIGHT, rank_sentences
from assistant.retrieval.retriever import EvidenceRetriever

TABLE = """# Rates

| Site | Rate |
|---|---|
| Lindholm | $11.4 million |
| Oslo | $9 million |
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLibrary]:
    folder = tmp_path_factory.mktemp("engine")
    paths = list(write(folder, {"leases.md": LEASES, "bakery.md": BAKERY, "rates.md": TABLE}))
    (folder / "report.pdf").write_bytes(make_pdf([["A heron stands in the reeds."], ["Two otters swim near it."]]))
    with OpenLibrary(folder / "home") as library:
        for path in [*paths, folder / "report.pdf"]:
            library.ingest.add(path)
        yield library


@pytest.mark.parametrize(
    ("question", "document", "page", "words"),
    [
        ("How many megawatts did Harbour Compute lease?", "leases.md", None, "leased 412 megawatts"),
        ("What does a rye loaf cost?", "bakery.md", None, "A rye loaf costs 6 euros."),
        ("What is the rate at Lindholm?", "rates.md", None, "Lindholm | Rate: $11.4 million"),
        ("Where do otters swim?", "report.pdf", 2, "Two otters swim near it."),
    ],
)
def test_best_evidence(opened: OpenLibrary, question: str, document: str, page: int | None, words: str) -> None:
    found = opened.engine.retrieve(question)
    assert found.question == question
    assert found.hits[0].document == document
    best = found.evidence[0]
    assert (best.document, best.page) == (document, page)
    assert words in best.text
    assert found.hits[0].page == page


def test_every_span_is_the_canonical_text(opened: OpenLibrary) -> None:
    found = opened.engine.retrieve("rye loaves, megawatts, rates, otters and herons", k=50)
    assert {hit.document for hit in found.hits} == {"leases.md", "bakery.md", "rates.md", "report.pdf"}
    for item in [*found.hits, *found.evidence]:
        assert item.text == opened.store.text(item.document)[item.start : item.end]
    for evidence in found.evidence:
        assert evidence.text in evidence.around
        assert -1.001 <= evidence.similarity <= 1.001
        assert evidence.lexical >= 0
        assert evidence.heading == (evidence.headings[-1] if evidence.headings else None)
    scores = [evidence.score for evidence in found.evidence]
    assert scores == sorted(scores, reverse=True)
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)


def test_k_and_the_setting(opened: OpenLibrary) -> None:
    assert len(opened.engine.retrieve("rye", k=2).hits) == 2
    # Half of a search finds by likeness, so that everything is a candidate in so small an index.
    assert len(opened.engine.retrieve("rye", k=100).hits) == len(opened.store.passage_ids())
    assert len(opened.engine.retrieve("rye").hits) == min(8, len(opened.store.passage_ids()))


def test_scope(opened: OpenLibrary) -> None:
    found = opened.engine.retrieve("What does a rye loaf cost?", documents=["leases.md", "rates.md"])
    assert {hit.document for hit in found.hits} <= {"leases.md", "rates.md"}
    assert {evidence.document for evidence in found.evidence} <= {"leases.md", "rates.md"}
    assert found.hits
    with pytest.raises(UnknownDocumentError, match=r"nowhere\.md"):
        opened.engine.retrieve("rye", documents=["bakery.md", "nowhere.md"])


def test_a_follow_up_finds_what_the_conversation_is_about(opened: OpenLibrary) -> None:
    history = [Turn(role="user", content="Tell me about the rye loaf."), Turn(role="assistant", content="Gladly.")]
    found = opened.engine.retrieve("How much is it?", history)
    assert found.question == "How much is it? (asked after: Tell me about the rye loaf.)"
    assert found.hits[0].document == "bakery.md"
    assert "rye loaf" in found.evidence[0].text


@pytest.mark.parametrize("question", ["?", '"', "zzz qqq", "the of and", "𝒜 😀", "a" * 3000, "*", "NOT", "\n"])
def test_odd_questions_find_something_or_nothing_but_do_not_fail(opened: OpenLibrary, question: str) -> None:
    found = opened.engine.retrieve(question)
    assert found.question == question.strip()
    assert len(found.hits) <= 8


def test_an_empty_index(tmp_path: Path) -> None:
    with OpenLibrary(tmp_path / "home") as empty:
        found = empty.engine.retrieve("What does a rye loaf cost?")
        assert (found.hits, found.evidence) == ((), ())
        assert EvidenceRetriever(engine=empty.engine, limit=2).invoke("What does a rye loaf cost?") == []


def test_vectors_come_along(opened: OpenLibrary) -> None:
    history = [Turn(role="user", content="Tell me about the rye loaf."), Turn(role="assistant", content="Gladly.")]
    found = opened.engine.retrieve("How much is it?", history)
    assert np.allclose(found.vector, opened.embedder.encode(query_texts("How much is it?", history)[1:])[0], atol=1e-6)
    for item in found.evidence:
        expected = opened.embedder.encode([squash(item.text)])[0]
        assert np.allclose(found.vectors[item.sentence_id], expected, atol=1e-6)


def test_as_a_langchain_retriever(opened: OpenLibrary) -> None:
    retriever = EvidenceRetriever(engine=opened.engine, limit=2)
    documents = retriever.invoke("What does a rye loaf cost?", documents=["bakery.md"])
    assert len(documents) == 2
    first = documents[0]
    assert first.page_content == "A rye loaf costs 6 euros."
    evidence = first.metadata["evidence"]
    text = opened.store.text("bakery.md")
    assert text[first.metadata["start"] : first.metadata["end"]] == evidence.text
    assert first.metadata["document"] == "bakery.md"
    assert first.metadata["heading"] == "Prices"
    assert first.metadata["standalone_question"] == "What does a rye loaf cost?"


# --- ranking alone ------------------------------------------------------------------------------------------

PASSAGE_TEXT = "Alpha beats beta. Beta beats gamma. Gamma beats alpha. Fee | a: 1 This is no investment advice."


def passage(key: int, text: str = PASSAGE_TEXT) -> PassageRow:
    return PassageRow(
        id=key, document_id=1, document="a.md", title="A", date=None, page=None, headings=("H",),
        start=100, end=100 + len(text), text=text, opening="Of Alpha.",
        vector=np.array([0, 1], dtype=np.float32),
    )  # fmt: skip


def sentence(
    key: int, words: str, vector: list[float], kind: BlockKind = BlockKind.PARAGRAPH, owner: int = 1
) -> SentenceRow:
    start = 100 + PASSAGE_TEXT.index(words)
    return SentenceRow(
        id=key, passage_id=owner, start=start, end=start + len(words),
        clause_start=start, clause_end=start + len(words), page=None, kind=kind, context="",
        vector=np.array(vector, dtype=np.float32),
    )  # fmt: skip


def test_rank_by_the_nearest_reading() -> None:
    sentences = [sentence(1, "Alpha beats beta.", [1, 0]), sentence(2, "Beta beats gamma.", [0, 1])]
    ranked = rank_sentences(np.array([[1, 0], [0, 1]]), sentences, {}, {1: passage(1)})
    assert [evidence.similarity for evidence in ranked] == [1.0, 1.0]
    (best, _) = rank_sentences(np.array([[0, 1]]), sentences, {}, {1: passage(1)})
    assert best.text == "Beta beats gamma."
    assert best.score == pytest.approx(1.0 + PASSAGE_WEIGHT)


def test_rank_adds_words_passage_and_the_sentence_before() -> None:
    sentences = [
        sentence(1, "Alpha beats beta.", [1, 0], owner=1),
        sentence(2, "Beta beats gamma.", [1, 0], owner=2),
        sentence(3, "Gamma beats alpha.", [1, 0], owner=2),
    ]
    ranked = rank_sentences(np.array([[1, 0]]), sentences, {3: 8.0, 2: 4.0}, {1: passage(1), 2: passage(2)})
    assert {evidence.sentence_id: evidence.score for evidence in ranked} == pytest.approx(
        {
            1: 1 + PASSAGE_WEIGHT,
            2: 1 + PASSAGE_WEIGHT / 2 + LEXICAL_WEIGHT / 2,
            3: 1 + PASSAGE_WEIGHT / 2 + LEXICAL_WEIGHT + BEFORE_WEIGHT,
        }
    )
    assert [evidence.lexical for evidence in ranked] == [8.0, 0.0, 4.0]


def test_what_a_page_leaves_over_comes_behind() -> None:
    advice = sentence(1, "This is no investment advice.", [1, 0], owner=2)
    sentences = [advice, sentence(2, "Beta beats gamma.", [0.9, 0.4])]
    ranked = rank_sentences(np.array([[1, 0]]), sentences, {}, {1: passage(1), 2: passage(2)})
    assert [evidence.sentence_id for evidence in ranked] == [2, 1]
    assert ranked[1].score == pytest.approx(1.0 + PASSAGE_WEIGHT / 2 - LEFTOVER_WEIGHT)


def test_labels_of_columns_come_behind_their_rows() -> None:
    text = "Site | Rate\nOslo | Rate: 9"
    rows = [
        SentenceRow(
            id=key, passage_id=1, start=100 + start, end=100 + end, clause_start=100 + start, clause_end=100 + end,
            page=None, kind=BlockKind.TABLE_ROW, context="", vector=np.array(vector, dtype=np.float32),
        )
        for key, start, end, vector in ((1, 0, 11, [1, 0]), (2, 12, 26, [0.9, 0.4]))
    ]  # fmt: skip
    ranked = rank_sentences(np.array([[1, 0]]), rows, {}, {1: passage(1, text)})
    assert [evidence.text for evidence in ranked] == ["Oslo | Rate: 9", "Site | Rate"]


def test_repeated_and_tiny_sentences_are_no_evidence() -> None:
    sentences = [
        sentence(1, "Alpha beats beta.", [1, 0]),
        sentence(2, "Alpha beats beta.", [1, 0], owner=2),
        sentence(3, "Fee", [1, 0]),
        sentence(4, "Fee | a: 1", [1, 0], kind=BlockKind.TABLE_ROW),
    ]
    ranked = rank_sentences(np.array([[1, 0]]), sentences, {}, {1: passage(1), 2: passage(2)})
    assert sorted(evidence.sentence_id for evidence in ranked) == [1, 4]


def test_what_two_documents_say_alike_is_cited_from_the_one_that_is_named() -> None:
    words = "Alpha beats beta."
    sentences = [
        sentence(1, words, [1, 0]),
        sentence(2, words, [1, 0], owner=2),
        sentence(3, "Beta beats gamma.", [0.2, 0.9]),
    ]
    both = {1: replace(passage(1), document="x200.md"), 2: replace(passage(2), document="x300.md")}
    for named, expected in ((["x300"], [2, 3, 1]), (["x200"], [1, 3, 2]), (["beta"], [1, 3, 2]), ([], [1, 3, 2])):
        ranked = rank_sentences(np.array([[1, 0]]), sentences, {}, both, named)
        assert [evidence.sentence_id for evidence in ranked] == expected


def test_a_comparison_within_chosen_documents_gets_evidence_from_each(tmp_path: Path) -> None:
    names = ("alder", "birch", "cedar", "downy", "elder", "fir", "gean")
    loud = " ".join(f"The turnover of Alder rose in year {number}, the turnover says." for number in range(20))
    files = {f"{name}.md": f"# {name.title()}\n\nThe turnover was {at} marks.\n" for at, name in enumerate(names)}
    files["alder.md"] = f"# Alder\n\n{loud}\n\nThe turnover was 5 marks.\n"
    question = "Which of them has the highest turnover?"
    with OpenLibrary(tmp_path / "home") as library:
        for path in write(tmp_path / "files", files):
            library.ingest.add(path)
        found = library.engine.retrieve(question, documents=list(files))
        few = library.engine.retrieve(question, documents=list(files), k=3)
        plain = library.engine.retrieve("What was the turnover?", documents=list(files))
    assert {each.document for each in found.evidence[: len(files)]} == found.compared == set(files)
    assert len(few.hits) == 3
    assert not plain.compared


def test_the_best_passage_of_each_short_document_comes_first(tmp_path: Path) -> None:
    def document(name: str, parts: int) -> str:
        counted = " ".join(f"The heron count of {name} rose in year {year}." for year in range(20))
        return f"# {name}\n\n" + "\n\n".join(f"## Part {part}\n\n{counted}" for part in range(parts))

    files = {"alder.md": document("Alder", 4), "birch.md": document("Birch", 1), "cedar.md": document("Cedar", 1)}
    with OpenLibrary(tmp_path / "home") as library:
        for path in write(tmp_path / "files", files):
            library.ingest.add(path)
        found = library.engine.retrieve("Did the heron count rise?", k=4)
        within = library.engine.retrieve("Did the heron count rise?", documents=["alder.md"], k=3)
    assert {hit.document for hit in found.hits} == set(files)
    assert [hit.document for hit in within.hits] == ["alder.md"] * 3


def test_nothing_to_rank() -> None:
    assert rank_sentences(np.array([[1, 0]]), [], {}, {}) == []


def test_long_documents_that_are_named_are_ranked_by_themselves(
    opened: OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "What does Harbour Compute pay for bread?"
    monkeypatch.setattr(opened.engine, "_profiles", None)
    # Short documents are not aimed at.
    assert opened.engine._known(None) == []
    monkeypatch.setattr(opened.engine, "_profiles", None)
    monkeypatch.setattr("assistant.retrieval.engine._LONG", 0)
    aimed = aimed_at(question, opened.engine._known(None))
    assert aimed == tuple(opened.store.document_ids(["leases.md"]))
    assert aimed_at(question, opened.engine._known(opened.store.document_ids(["bakery.md"]))) == ()
    assert opened.engine.retrieve(question).hits[0].document == "leases.md"


def test_a_comparison_gets_evidence_from_each_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.retrieval.engine._LONG", 1000)
    filling = "\n\n".join(f"Chapter {number} tells how reeds were cut along the shore." for number in range(60))
    turnover = "\n\n".join(f"The turnover rose against that of others in year {number}." for number in range(40))
    files = {
        "alder.md": f"# Alder annual report\n\n{turnover}\n\n{filling}",
        "birch.md": f"# Birch annual report\n\n{filling}\n\n## Turnover\n\nThe turnover was 7 marks.",
        "cedar.md": f"# Cedar annual report\n\n{filling}\n\n## Turnover\n\nThe turnover was 9 marks.",
    }
    with OpenLibrary(tmp_path / "home") as library:
        for path in write(tmp_path / "files", files):
            library.ingest.add(path)
        found = library.engine.retrieve("How did the turnover of Alder rise against that of Birch?")
        (alone,) = {each.document for each in library.engine.retrieve("How did Alder's turnover rise?").evidence[:3]}
    assert [each.document for each in found.evidence[:2]] == ["alder.md", "birch.md"]
    assert found.evidence[1].text == "The turnover was 7 marks."
    assert {hit.document for hit in found.hits[:2]} == {"alder.md", "birch.md"}
    # The rest follows as it is worth.
    assert [each.document for each in found.evidence[2:5]] == ["alder.md"] * 3
    assert alone == "alder.md"
