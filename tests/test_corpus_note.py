"""The sample note and its question set: complete, in its own words, and consistent with each other."""

import json
import re
from pathlib import Path
from typing import Any

import frontmatter
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTE = ROOT / "corpus" / "bofa-meta-compute.md"
QUESTIONS = ROOT / "evals" / "sets" / "meta-compute.jsonl"
#: The published article the note is written from; it is not shipped with the project.
SOURCE = ROOT.parent / "shared" / "source" / "bofa-meta-cloud.txt"

TYPES = {
    "price_target",
    "rating",
    "lease",
    "build_cost",
    "capacity",
    "shares",
    "people",
    "date",
    "attribution",
    "hedge",
    "reason",
    "risk",
    "paraphrase",
    "follow_up",
    "comparison",
    "unanswerable",
}
REQUIRED = {"id", "question", "answerable", "answers", "documents", "type"}
OPTIONAL = {"figures", "quotes", "history"}

#: Every figure and date of the article.
FIGURES = (
    "10%",
    "0.25%",
    "July 1",
    "$835",
    "2026",
    "3GW",
    "$40–45 billion",
    "$10–15 billion",
    "1.6GW",
    "by about half",
    "few hundred",
)

#: Every name of the article that carries meaning (not the advertising around it).
NAMES = (
    "Meta",
    "Bank of America",
    "BofA Securities",
    "Justin Post",
    "Nitin Bansal",
    "Zhui Feng Trading Desk",
    "Bloomberg",
    "S&P 500",
    "Buy rating",
    "Muse Spark",
    "Bedrock",
    "AWS",
    "CoreWeave",
    "Meta Compute",
    "CEO",
    "Amazon",
    "Microsoft",
    "Google",
    "Crusoe",
    "LLMs",
    "The Information",
    "OpenAI",
    "ChatGPT",
    "Nvidia",
    "API",
    "Gate",
)

#: Longest run of consecutive words the note may share with the article.
LONGEST_SHARED_RUN = 7


def _body() -> str:
    return str(frontmatter.load(str(NOTE)).content)


def _rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def _answerable() -> list[dict[str, Any]]:
    return [row for row in _rows() if row["answerable"]]


@pytest.fixture
def article() -> str:
    if not SOURCE.is_file():
        pytest.skip("the published article is not shipped with the project, so the note cannot be held against it")
    return SOURCE.read_text(encoding="utf-8").replace("’", "'")


def _words(text: str) -> list[str]:
    """Lower-case words and numbers; hyphens, dashes and apostrophes part words."""
    return re.findall(r"\w+", text.lower())


def _key(text: str) -> str:
    """A text's words and figures without articles, framed by spaces so that only whole words are found in it.

    A figure keeps its `$` and `%`, so that $10 is not 10%.
    """
    words = re.findall(r"\$?\w+(?:\.\d+\w*)?%?", text.lower())
    return " " + " ".join(w for w in words if w not in {"a", "an", "the"}) + " "


def _settles(row: dict[str, Any], text: str) -> bool:
    """True if the text holds an accepted answer, or all figures, of the question."""
    key = _key(text)
    figures = row.get("figures", [])
    return any(_key(a) in key for a in row["answers"]) or (bool(figures) and all(_key(f) in key for f in figures))


def test_front_matter() -> None:
    note = frontmatter.load(str(NOTE))
    assert note["title"].strip()
    assert note["date"] == "July 1", "the article names no year, so neither may the note"
    assert len(note["sources"]) >= 3
    assert all(isinstance(source, str) and source.strip() for source in note["sources"])
    assert note.content.startswith(f"# {note['title']}")


@pytest.mark.parametrize("fact", FIGURES + NAMES)
def test_note_holds_every_figure_and_name(fact: str) -> None:
    assert fact in _body()


def test_figure_and_name_tables_are_the_articles_own(article: str) -> None:
    assert [fact for fact in FIGURES + NAMES if fact not in article] == []


def test_note_invents_no_number(article: str) -> None:
    numbers = re.compile(r"\d+(?:\.\d+)?")
    source = set(numbers.findall(article))
    assert set(numbers.findall(NOTE.read_text(encoding="utf-8"))) <= source


def test_note_is_in_its_own_words(article: str) -> None:
    source, note = _words(article), _words(NOTE.read_text(encoding="utf-8"))
    n = LONGEST_SHARED_RUN + 1
    theirs = {tuple(source[i : i + n]) for i in range(len(source) - n + 1)}
    ours = [tuple(note[i : i + n]) for i in range(len(note) - n + 1)]
    assert [" ".join(run) for run in ours if run in theirs] == []


def test_note_is_plain_prose() -> None:
    prose = [line for line in _body().splitlines() if not line.startswith("#")]
    assert not re.search(r"[*_`\[\]<>|]", "\n".join(prose)), "markup would keep gold quotes from matching"


def test_counts() -> None:
    rows = _rows()
    assert len(rows) >= 84
    assert sum(row["answerable"] for row in rows) >= 60
    assert sum(not row["answerable"] for row in rows) >= 24
    assert sum("history" in row for row in rows) >= 4
    assert {row["type"] for row in rows} == TYPES


def test_ids_and_questions_are_unique() -> None:
    rows = _rows()
    assert [row["id"] for row in rows] == [f"meta-{n:03d}" for n in range(1, len(rows) + 1)]
    alone = [row["question"] for row in rows if "history" not in row]
    assert len(set(alone)) == len(alone)


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["id"])
def test_row_has_the_agreed_shape(row: dict[str, Any]) -> None:
    assert set(row) >= REQUIRED
    assert set(row) <= REQUIRED | OPTIONAL
    assert row["question"].strip() == row["question"] != ""
    assert row["type"] in TYPES
    assert row["answerable"] is (row["type"] != "unanswerable")
    if not row["answerable"]:
        assert (row["answers"], row["documents"]) == ([], [])
        assert not {"figures", "quotes"} & set(row)
        return
    assert row["answers"]
    assert row["documents"] == [NOTE.name]
    assert row["quotes"]
    assert all(row.get("figures", ["none asked"]))


@pytest.mark.parametrize("row", _answerable(), ids=lambda row: row["id"])
def test_quotes_are_in_the_note_and_settle_the_question(row: dict[str, Any]) -> None:
    body = _body()
    assert [quote for quote in row["quotes"] if quote not in body] == []
    assert _settles(row, " ".join(row["quotes"]))


@pytest.mark.parametrize("row", _answerable(), ids=lambda row: row["id"])
def test_question_does_not_give_its_answer_away(row: dict[str, Any]) -> None:
    asked = _key(row["question"])
    assert [a for a in row["answers"] if _key(a) in asked] == []
    assert [f for f in row.get("figures", []) if _key(f) in asked] == []


def test_article_settles_every_answerable_question_too(article: str) -> None:
    assert [row["id"] for row in _answerable() if not _settles(row, article)] == []


@pytest.mark.parametrize("row", [r for r in _rows() if "history" in r], ids=lambda row: row["id"])
def test_history_is_a_conversation(row: dict[str, Any]) -> None:
    turns = row["history"]
    assert len(turns) % 2 == 0
    assert [turn["role"] for turn in turns] == ["user", "assistant"] * (len(turns) // 2)
    assert all(set(turn) == {"role", "content"} and turn["content"].strip() for turn in turns)
    assert not _settles(row, " ".join(turn["content"] for turn in turns))
