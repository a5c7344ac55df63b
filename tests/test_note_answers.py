"""What the sample note says, asked of the real models: our own version of it, and the raw article it is made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.answer import Answer, Status
from assistant.facade import Assistant
from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
NOTES = (
    ROOT / "corpus" / "bofa-meta-compute.md",
    pytest.param(ROOT.parent / "shared" / "source" / "bofa-meta-cloud.txt", marks=pytest.mark.long),
)

pytestmark = [pytest.mark.models, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", params=NOTES, ids=["note", "article"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    note: Path = request.param
    if not note.exists():
        pytest.skip(f"{note.name} is not here")
    home = tmp_path_factory.mktemp("home")
    with Assistant(Settings(home=home)) as assistant:
        assistant.add([note])
        yield assistant


def checked(assistant: Assistant, question: str) -> Answer:
    """The answer, its spans held against the stored text and its figures against their spans."""
    answer = assistant.ask(question)
    for citation in answer.citations:
        assert citation.quote == assistant.text(citation.document)[citation.start : citation.end]
    shown = [figure for figure in answer.figures if figure.text in answer.answer]
    assert all(figure.supported for figure in shown)
    return answer


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What is BofA's target price for Meta?", ["$835"]),
        ("At what rate per GW per year could Meta lease out computing power?", ["$10–15 billion"]),
        ("What does it cost to build one GW of computing power?", ["$40–45 billion"]),
        ("Which analysts wrote the report?", ["Justin Post", "Nitin Bansal"]),
    ],
)
def test_it_answers_and_quotes(asked: Assistant, question: str, parts: list[str]) -> None:
    answer = checked(asked, question)
    assert answer.status is Status.ANSWERED
    assert all(part in answer.answer for part in parts)
    assert any(all(part in citation.quote for part in parts) for citation in answer.citations)


@pytest.mark.parametrize(
    "question", ["What is Meta's dividend per share?", "What is Morgan Stanley's price target for Amazon?"]
)
def test_it_says_what_the_note_does_not_state(asked: Assistant, question: str) -> None:
    assert checked(asked, question).status is Status.NOT_FOUND
