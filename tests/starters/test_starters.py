"""Questions to begin with: how sentences and rows are turned around, and that only answered ones are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from library_parts import write

from assistant.documents.model import BlockKind
from assistant.facade import Assistant
from assistant.retrieval.model import Evidence
from assistant.starters.wording import candidates

Make = Callable[..., Assistant]


def evidence(
    text: str, *, kind: BlockKind = BlockKind.PARAGRAPH, heading: str | None = None, start: int = 0
) -> Evidence:
    return Evidence(
        sentence_id=1, passage_id=1, document="a.md", title="A note", date=None, page=None,
        headings=(heading,) if heading else (), kind=kind, context="", text=text, start=start, end=start + len(text),
        clause=text, around=text, similarity=0.0, lexical=0.0, score=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The average rate was $11.4 million per megawatt and year.", "What was the average rate?"),
        ("Net sales of the depot are about 40 percent.", "What are net sales of the depot?"),
        ("BofA Securities keeps its Buy rating on Meta and has a price target of $835.",
         "What price target does BofA Securities have?"),
        ("After the news came out, Meta's shares rose by about 10% in one day.",
         "By how much did Meta's shares rise in one day?"),
        ("The Lindholm bridge was completed in 1932.", "When was the Lindholm bridge completed?"),
        ("The 416 fire started on June 1, 2018.", "When did the 416 fire start?"),
        ("The annual meeting took place in May 2024.", "When did the annual meeting take place?"),
        ("The second campus's cost is estimated at $3 billion.", None),
        ("The new campus is estimated at $3 billion.", "At how much is the new campus estimated?"),
        ("Meta spent $5 billion on data centres, its filing says.", "How much did Meta spend on data centres?"),
        ("Harbour Compute leased 412 megawatts of capacity in the second quarter.", None),
        ("Harbour Compute leased 412 megawatts of capacity in spring.",
         "How many megawatts of capacity did Harbour Compute lease in spring?"),
        ("BofA believes that more capable models would raise demand.",
         "What does BofA believe about more capable models?"),
        ("Meta intends to earn money from computing power.", "What does Meta intend to do?"),
        ("A reserve margin is the capacity above peak demand.", "What is a reserve margin?"),
        ("The reserve margin is the capacity above peak demand.", "What is the reserve margin?"),
        # What points beyond the sentence, or is no more than it seems.
        ("It was $11.4 million.", None),
        ("Its rate was $11.4 million.", None),
        ("The first direction is a hosting service.", None),
        ("The company was $4 million.", None),
        ("Odile Marchetti is a chair.", None),
        ("The CEO has also said that Meta will sell.", None),
        ("Nothing here can be asked.", None),
        ("", None),
    ],
)  # fmt: skip
def test_sentences_that_can_be_turned_around(sentence: str, question: str | None) -> None:
    told = [each.question for each in candidates([evidence(sentence), evidence("net average annual", start=900)])]
    assert told == ([question] if question else [])


@pytest.mark.parametrize(
    ("row", "question"),
    [
        ("Total net sales | 2024: 81,797 | 2023: 70,000", "What were total net sales in 2024?"),
        ("Operating cash flow (restated) | 2024: 12", "What was the operating cash flow in 2024?"),
        ("Discount rate used | September 30, 2019: 3.1%", "What was the Discount rate used on September 30, 2019?"),
        ("Energy | 2024: 12", None),
        ("Total net sales | Region: 12", None),
    ],
)
def test_rows_are_asked_for_by_name_and_period(row: str, question: str | None) -> None:
    told = [each.question for each in candidates([evidence(row, kind=BlockKind.TABLE_ROW)])]
    assert told == ([question] if question else [])


def test_a_section_is_asked_for_by_its_heading_and_any_of_its_sentences_answers() -> None:
    first = evidence("Words about risk.", heading="Supply chain risks")
    second = evidence("More words.", heading="Supply chain risks", start=50)
    (only,) = candidates([first, second, evidence("Else.", heading="Summary", start=90)])
    assert (only.question, only.spans) == ("What is said about supply chain risks?", {first.span, second.span})


def test_what_belongs_to_a_page_and_not_to_its_text_is_left_alone() -> None:
    assert candidates([evidence("The content above is for informational purposes only and was $4 million.")]) == []


NOTE = """# Harbour Compute

The average rate was $11.4 million per megawatt and year.

The Lindholm campus was completed in 1932.

Harbour Compute intends to build a second campus.
"""


@pytest.fixture
def filled(make_assistant: Make, work: Path) -> Assistant:
    assistant = make_assistant()
    assistant.add(write(work, {"a.md": NOTE}))
    return assistant


def test_each_question_shown_is_answered_from_what_it_was_made_of(filled: Assistant) -> None:
    questions = filled.starters()
    assert set(questions) >= {"What was the average rate?", "When was the Lindholm campus completed?"}
    for question in questions:
        told = filled.ask(question)
        assert told.status == "answered" and told.citations[0].quote in NOTE
    assert filled.starters(1) == questions[:1]


def test_a_question_that_would_be_refused_is_not_shown(filled: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.answering.kernel.KernelModel.probability", lambda *_: 0.0)
    assert filled.starters() == ()


def test_they_are_looked_for_once_for_each_state_of_the_documents(
    filled: Assistant, work: Path, make_assistant: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = filled.starters()
    tried: list[str] = []
    monkeypatch.setattr(
        "assistant.answering.answerer.Answerer.answers_from", lambda _self, question, _spans: tried.append(question)
    )
    filled.close()
    again = make_assistant()
    assert again.starters() == questions and tried == []
    again.add(write(work, {"b.md": "The Varn depot was opened in 1990."}))
    assert again.starters() == () and tried


def test_looking_ends_early_when_it_is_told_to_and_begins_anew(filled: Assistant) -> None:
    assert filled.starters(stopped=lambda: True) == ()
    assert filled.starters() != ()


def test_without_documents_there_are_no_questions(make_assistant: Make) -> None:
    assistant = make_assistant()
    assert assistant.starters() == () and not assistant.settings.home.exists()


@pytest.mark.embedding
def test_four_questions_about_our_own_note(tmp_path: Path) -> None:
    from assistant.settings import load_settings

    corpus = Path(__file__).resolve().parents[2] / "corpus"
    with Assistant(load_settings(home=tmp_path / "real", chat_model="none")) as assistant:
        assistant.sync(corpus)
        questions = assistant.starters()
        assert len(set(questions)) == 4
        assert all(assistant.ask(question).status == "answered" for question in questions)
