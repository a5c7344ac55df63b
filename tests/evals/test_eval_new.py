"""Writing a set: the talk, the checks, the table, and a file that is never left with half a line."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents.registry import read_document
from assistant.errors import QuestionSetError, StorageError
from assistant.settings import Settings
from evals.authoring.appending import append, existing, new_id
from evals.authoring.cases import made_case, remarks
from evals.authoring.dialog import Session
from evals.authoring.proposals import Proposer, name_runs
from evals.authoring.quotes import as_it_stands, holders, nearest
from evals.authoring.shelf import Shelf, in_order, matching, read_shelf, shelf_of
from evals.authoring.table import read_table
from evals.sets import Question, load_questions

TARN = """# Tarn Lamps, annual report

## Sales

Tarn Lamps sold 41,200 lamps in 2023, up from 38,000 in 2022. Net sales were £3.2 million in 2023.
The board expects that sales of lamps will
grow again next year.

## People

Ousel Bank kept its Buy rating on Tarn Lamps in May. In June 2023 Mary Heron became chief executive of Tarn Lamps.
"""
FELL = """# Fell Kettles, annual report

## Sales

Fell Kettles sold 9,100 kettles in 2023. Net sales were £1.1 million, as Ousel Bank had expected of Fell Kettles.
"""


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    texts = {"tarn.md": TARN, "fell.md": FELL}
    return shelf_of(
        [read_document(text.encode(), name, name) for name, text in texts.items()], {"bad.pdf": "It is locked."}
    )


class Scripted:
    """A person who types what was written down for them; keeps what was shown."""

    def __init__(self, *lines: str) -> None:
        self.lines = iter(lines)
        self.shown: list[str] = []
        self.asked: list[str] = []

    def show(self, text: str, kind: str = "") -> None:
        self.shown.append(f"{kind}: {text}" if kind else text)

    def ask(self, prompt: str) -> str | None:
        self.asked.append(prompt)
        return next(self.lines, None)


def talk(shelf: Shelf, path: Path, *lines: str, words: str = "", **more: Any) -> Scripted:
    person = Scripted(*lines)
    Session(shelf, path, person, existing(path), **more).run(lambda: Proposer(shelf), words)
    return person


# --- the talk -----------------------------------------------------------------------------------------------


def test_a_case_is_written_with_the_quote_that_was_picked(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    person = talk(shelf, path, "What were net sales?", "£3.2 million", "", "n", "q", words="net sales lamps")
    (case,) = load_questions(path, shelf.texts)
    assert case.model_dump(exclude_defaults=True) == {
        "id": "tarn-1",
        "question": "What were net sales?",
        "answerable": True,
        "answers": ("£3.2 million",),
        "documents": ("tarn.md",),
        "quotes": ("Net sales were £3.2 million in 2023.",),
        "type": "figure",
    }
    assert (
        person.shown[0] == "heading: tarn.md, Sales" and person.shown[2] == "  2  Net sales were £3.2 million in 2023."
    )
    # The sentence with the answer is offered, so that Enter takes it.
    assert person.asked[2].endswith("[2]")
    assert "saved: Kept as tarn-1: case 1 of the set." in person.shown


def test_quotes_by_several_numbers_and_by_words(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    lines = [
        "How did it go?",
        "grow again | rise",
        "2, 3",
        "How will it go?",
        "grow again",
        "sales of lamps will grow again",
        "q",
    ]
    talk(shelf, path, *lines, words="net sales lamps")
    first, second = load_questions(path)
    assert first.answers == ("grow again", "rise") and first.type == "text" and len(first.quotes) == 2
    assert second.quotes == ("sales of lamps will grow again",)
    assert all(quote in shelf.texts["tarn.md"] for case in (first, second) for quote in case.quotes)


def test_a_quote_that_is_not_in_the_text_is_asked_for_again(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    lines = ["What were sales?", "£3.2 million", "Net sales were £3.3 million in 2023.", "9", "2", "n", "q"]
    person = talk(shelf, path, *lines, words="net sales lamps")
    told = [text for text in person.shown if "does not stand in tarn.md" in text]
    assert len(told) == 2 and "Nearest is: Net sales were £3.2 million in 2023." in told[0]
    assert load_questions(path)[0].quotes == ("Net sales were £3.2 million in 2023.",)


def test_an_answer_that_the_quote_lacks_is_kept_only_on_purpose(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    lines = ["What were sales?", "£4 million", "2", "n", "What were sales?", "£4 million", "2", "y", "n", "q"]
    person = talk(shelf, path, *lines, words="net sales lamps")
    assert person.shown.count("remark: The quote does not hold “£4 million” in these words.") == 2
    assert len(load_questions(path)) == 1
    long = "word " * 20
    assert "judged by no rule" in remarks([long], [long])[0]


def test_what_documents_do_not_say_and_what_was_begun_by_mistake(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    talk(shelf, path, "What is the dividend?", "-", "A mistake?", "", "q", words="net sales lamps")
    (case,) = load_questions(path)
    assert (case.answerable, case.answers, case.documents, case.type) == (False, (), (), "unanswerable")


def test_near_misses_are_kept_dropped_or_bettered(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    lines = ["Did Tarn Lamps get a Buy rating in 2023?", "Buy", "1", "y", "Did Gorse Mills get a rating?", "", "q"]
    person = talk(shelf, path, *lines, words="Ousel Bank rating Buy")
    cases = load_questions(path)
    near = [case for case in cases if not case.answerable]
    assert [(case.id, case.type) for case in near] == [
        ("tarn-1-another-year", "another-year"),
        ("tarn-1-another-name", "another-name"),
    ]
    assert near[0].question == "Did Tarn Lamps get a Buy rating in 2019?"
    assert near[1].question == "Did Gorse Mills get a rating?"
    assert any("Did Fell Kettles get a Buy rating in 2023?" in text for text in person.shown)
    # The sitting ends, and a later one goes on after what is there.
    person = talk(shelf, path, "Who leads it?", "Mary Heron", "", "q", words="chief executive")
    assert (
        load_questions(path)[-1].id == "tarn-2"
        and f"case {len(cases) + 1} of the set" in person.shown[-2] + person.shown[-1]
    )


def test_a_search_for_passages_is_no_question_to_keep(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    person = talk(
        shelf, path, "Did Tarn Lamps get a Buy rating in 2023?", "Buy", "1", "/lamps", "y", "n", "q", words="Buy"
    )
    assert not any(case.question.startswith("/") for case in load_questions(path))
    assert any("No passages are looked for here" in shown for shown in person.shown)


def test_passages_of_cases_that_are_there_are_not_shown_again(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    everything = [each for each in talk(shelf, path, *[""] * 9).shown if each.startswith("heading")]
    assert sorted(everything) == ["heading: fell.md, Sales", "heading: tarn.md, People", "heading: tarn.md, Sales"]
    append(path, [made_case("a", "?", ["Buy"], "tarn.md", ["Ousel Bank kept its Buy rating on Tarn Lamps in May."])])
    later = [each for each in talk(shelf, path, *[""] * 9).shown if each.startswith("heading")]
    assert later == [each for each in everything if "People" not in each], "in the same order"


def test_order_search_and_choice_of_documents(shelf: Shelf, tmp_path: Path) -> None:
    places = [[passage.place for passage in in_order(shelf, seed)] for seed in range(6)]
    assert places[0] == [passage.place for passage in in_order(shelf, 0)] and len({tuple(each) for each in places}) > 1
    assert {passage.document for passage in in_order(shelf, 0, ["fell.md"])} == {"fell.md"}
    assert matching(shelf.passages, "kettles in 2023")[0].document == "fell.md"
    assert matching(shelf.passages, "9,100")[0].document == "fell.md"
    assert matching(shelf.passages, "zebra") == []
    person = talk(shelf, tmp_path / "my.jsonl", "/kettles", "/zebra", "q", seed=1)
    headings = [text for text in person.shown if text.startswith("heading")]
    assert headings[1] == "heading: fell.md, Sales" and "remark: No passage has anything of “zebra”." in person.shown


def test_questions_within_their_document(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    talk(shelf, path, "What were net sales in 2023?", "£3.2 million", "", "y", "q", words="lamps", within=True)
    first, second = load_questions(path)
    assert first.scope == second.scope == ("tarn.md",)
    assert second.question == "What were net sales in 2019?"


def test_lines_that_are_no_text_are_asked_for_again(shelf: Shelf, tmp_path: Path) -> None:
    person = talk(shelf, tmp_path / "my.jsonl", "What \udcff?", "q")
    assert "remark: That is no valid UTF-8. Type it again." in person.shown and not (tmp_path / "my.jsonl").exists()


# --- near misses --------------------------------------------------------------------------------------------


def test_names_in_a_row_are_one() -> None:
    assert name_runs("When did Morgan Stanley and the BofA analyst meet Mary Heron?") == [
        "Morgan Stanley",
        "BofA",
        "Mary Heron",
    ]
    assert name_runs("What were sales?") == []


def test_no_name_is_proposed_that_a_passage_seems_to_answer_for(shelf: Shelf) -> None:
    case = made_case("a", "How many lamps has Tarn Lamps sold?", ["41,200"], "tarn.md")
    # Of Fell Kettles it is said what was sold, and in a passage that speaks of Ousel Bank.
    assert [each.question for each in Proposer(shelf).propose(case)] == ["How many lamps has Mary Heron sold?"]
    said = made_case("a", "What did Tarn Lamps sell of net sales?", ["x"], "tarn.md")
    assert not any("Fell Kettles" in each.question for each in Proposer(shelf).propose(said))


# --- quotes -------------------------------------------------------------------------------------------------


@given(st.text(alphabet="ab .(\n\t", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_every_stretch_of_a_text_is_found_whatever_its_white_space(text: str, one: int, other: int) -> None:
    quote = " ".join(text[min(one, other) : max(one, other)].split())
    found = as_it_stands(quote, text)
    assert (found is None) is (quote == "")
    assert found is None or (found in text and found.split() == quote.split())


def test_quotes_by_table(shelf: Shelf) -> None:
    assert as_it_stands("sales (net)", "The sales\n (net) rose.") == "sales\n (net)"
    assert as_it_stands("Sales", "sales") is None
    assert holders("Ousel Bank", shelf.texts) == ["tarn.md", "fell.md"]
    assert nearest("Net sales where £3.2 milion", ["Net sales were £3.2 million", "x"]) == "Net sales were £3.2 million"
    assert nearest("zebra", ["Net sales were £3.2 million"]) is None


# --- the file -----------------------------------------------------------------------------------------------


def case(name: str) -> Question:
    return made_case(name, "What is it? \u2028 “é”", ["x"], "tarn.md")


def test_cases_are_added_after_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    assert existing(path) == []
    path.touch()
    assert existing(path) == []
    append(path, [case("a")])
    # Somebody's editor left the last line without an end.
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    append(path, [case("b"), case("c")])
    assert [each.id for each in existing(path)] == ["a", "b", "c"]
    assert json.loads(path.read_text(encoding="utf-8").split("\n")[0])["question"] == "What is it? \u2028 “é”"
    path.write_text("{}\n")
    with pytest.raises(QuestionSetError, match=r"my\.jsonl, line 1"):
        existing(path)


@pytest.mark.parametrize("name", ["write", "fsync"])
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = tmp_path / "my.jsonl"
    append(path, [case("a")])
    before = path.read_bytes()
    full = OSError(errno.ENOSPC, "No space left on device")

    class Half:
        """A file that takes half of what it is given, then nothing more."""

        def __init__(self, file: Any) -> None:
            self.file, self.gave = file, False

        def __enter__(self) -> Half:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def __getattr__(self, each: str) -> Any:
            return getattr(self.file, each)

        def write(self, data: Any) -> int:
            if self.gave:
                raise full
            self.gave = True
            return int(self.file.write(bytes(data)[: len(data) // 2]))

    if name == "fsync":

        def fsync(_descriptor: int) -> None:
            raise full

        monkeypatch.setattr(os, "fsync", fsync)
    else:
        really = Path.open

        def opened(self: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
            file = really(self, mode, *more, **named)
            return Half(file) if mode == "a+b" else file

        monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(StorageError, match="No space left"):
        append(path, [case("b"), case("c")])
    assert path.read_bytes() == before


def test_new_ids() -> None:
    assert new_id("reports/Q1 2023 – Tarn.pdf", ()) == "q1-2023-tarn-1"
    assert new_id("a.md", {"a-1", "a-2"}) == "a-3"
    assert new_id(None, ()) == new_id("***.md", ()) == "case-1"


def test_a_folder_is_read_as_indexing_reads_it(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "documents"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "tarn.md").write_text(TARN, encoding="utf-8")
    (folder / "empty.md").write_text("")
    told: list[tuple[str, int, int]] = []
    shelf = read_shelf(folder, settings, lambda *step: told.append(step))
    assert (
        list(shelf.texts) == ["sub/tarn.md"] and "empty" in shelf.unread["empty.md"] and told[-1] == ("documents", 2, 2)
    )
    (folder / "sub" / "tarn.md").unlink()
    with pytest.raises(QuestionSetError, match=r"Nothing in .* can be read: empty\.md is empty"):
        read_shelf(folder, settings, lambda *_: None)


# --- the table ----------------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Any]:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "cases.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    yield write


def imported(path: Path, shelf: Shelf, present: Sequence[Question] = ()) -> list[Question]:
    return read_table(path, shelf, present)[0]


def test_a_table_of_every_column(table: Any, shelf: Shelf) -> None:
    path = table(
        "\ufeffId;Question;Answers;Figures;Quote;Document;Page;Scope;Type;Answerable\r\n"
        'a;"What, or\nwho?";Mary Heron | Heron;;Mary Heron became chief executive;tarn.md;2;tarn.md;people;yes\r\n'
        ";How many?;;41,200;Tarn Lamps sold 41,200 lamps;;;;;\r\n"
        ";;;;;;;;;\r\n"
        ";What of it?;;;;;;fell.md;;no\r\n"
    )
    first, second, third = imported(path, shelf)
    assert first.question == "What, or\nwho?" and first.answers == ("Mary Heron", "Heron")
    assert [(page.document, page.page) for page in first.pages] == [("tarn.md", 2)] and first.type == "people"
    assert (second.id, second.figures, second.documents, second.type) == ("tarn-1", ("41,200",), ("tarn.md",), "figure")
    assert (third.answerable, third.scope, third.type, third.id) == (False, ("fell.md",), "unanswerable", "case-1")


def test_a_dash_says_that_the_documents_do_not(table: Any, shelf: Shelf) -> None:
    (case,) = imported(table("question,answer\nWhat do kettles weigh?,-\n"), shelf)
    assert (case.answerable, case.answers, case.type) == (False, (), "unanswerable")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("question\n", "has no row"),
        ("answer\nx\n", "line 1: the column 'question' is missing"),
        ("question,colour\nx,y\n", "line 1: there is no column 'colour'"),
        ("question,answer,answers\nx,y,z\n", "line 1: the column 'answer' stands there twice"),
        ("question,answer\nx,y\nx,y,z\n", "line 3: it has 3 cells"),
        ('question,answer\n"a\nb",y\n,y\n', "line 4: 'question' is blank"),
        ("question,answerable\nx,maybe\n", "line 2: 'answerable' is 'maybe'"),
        ("question,answerable\nx,yes\n", "line 2: it is answerable but has neither"),
        ("question,answer,document\nx,y,gone.md\n", "line 2: the document 'gone.md' is not among those read"),
        ("question,answer,document\nx,y,bad.pdf\n", "not among those read: It is locked"),
        (
            "question,answer,quote\nx,y,Nowhere said\n",
            "line 2: the quote “Nowhere said” does not stand in any document",
        ),
        ("question,answer,quote,document\nx,y,Fell Kettles,tarn.md\n", "does not stand in tarn.md"),
        ("question,answer,quote\nx,y,Ousel Bank\n", "stands in tarn.md and fell.md: name the document"),
        ("question,answer,document,page\nx,y,tarn.md,first\n", "line 2: 'page' is 'first'"),
        ("question,answer,page\nx,y,1\n", "line 2: 'page' needs one document"),
        ("question,answer,id\nx,y,a\nz,y,a\n", "line 3: the id 'a' is taken"),
        ("question,answer,document,scope\nx,y,tarn.md,fell.md\n", "line 2: a gold document lies outside 'scope'"),
        ('question,answer\n"x,y\n', "line 2: it is no row of a table"),
        (b"question,answer\nx,y\nx,\xff\n", "line 3: it is not UTF-8"),
    ],
)
def test_mistakes_of_a_table_are_told_by_line(table: Any, shelf: Shelf, text: str | bytes, message: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        imported(table(text), shelf)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_rows_that_are_in_the_set_are_passed_over_and_counted(table: Any, shelf: Shelf) -> None:
    path = table("question,answer,document\nWhat?,x,tarn.md\nWhat?,x,tarn.md\n")
    first, again = read_table(path, shelf, ())
    assert ([each.question for each in first], again) == (["What?"], 1)
    assert read_table(path, shelf, first) == ([], 2)


# --- the command --------------------------------------------------------------------------------------------


def test_the_command_with_lines_from_a_pipe(cli: Any, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "files").mkdir()
    (work / "files" / "tarn.md").write_text(TARN, encoding="utf-8")
    lines = iter(["What were net sales in 2023?", "£3.2 million", "", "y"])

    def typed(_prompt: str = "") -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", typed)
    words = ("eval", "new", "my.jsonl", "--documents", "files")
    run = cli(*words, "--search", "net sales")
    assert run.code == 0 and "2 cases written, 2 in my.jsonl." in run.out
    assert "assistant eval --questions my.jsonl --documents files --html report.html" in run.out
    assert [each.answerable for each in load_questions(work / "my.jsonl")] == [True, False]
    (work / "more.csv").write_text(
        "question,answer,quote\nWho leads Tarn?,Mary Heron,Mary Heron became chief executive\n"
    )
    run = cli(*words, "--import", "more.csv")
    assert run.code == 0 and "1 cases added to my.jsonl, 3 in all." in run.out
    run = cli(*words, "--import", "more.csv")
    assert "0 cases added to my.jsonl, 3 in all; 1 row is in the set already." in run.out
    run = cli(*words, "--document", "gone.md")
    assert run.code == 1 and "\nError: gone.md is not among the documents read" in run.err
    run = cli("eval", "new", "other.jsonl")
    assert run.code == 1 and "--documents" in run.err
    # What was written can be asked at once.
    run = cli("eval", "--questions", "my.jsonl", "--documents", "files", "--retrieval-only", "--html", "report.html")
    assert run.code == 0 and (work / "report.html").exists(), run.err
