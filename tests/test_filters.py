"""Asking within documents, folders, tags and dates, through the facade and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from library_parts import write

from assistant.errors import ScopeError, UnknownDocumentError
from assistant.facade import Assistant, Scope
from assistant.index.lexical import lexical_passages

Make = Callable[..., Assistant]
QUESTION = "How many megawatts did Harbour Compute lease?"


def note(amount: int, day: str | None) -> str:
    head = f"---\ndate: {day}\n---\n" if day else ""
    return f"{head}# Lease note {amount}\n\nHarbour Compute leased {amount} megawatts of capacity in the quarter.\n"


FILES = {
    "filings/2022/q4.md": note(301, "2022-12-31"),
    "filings/2023/q2.md": note(412, "2023-08-03"),
    "filings/2023/q3.md": note(423, "2023-11-02"),
    "notes/loose.md": note(500, None),
}


@pytest.fixture
def filled(make_assistant: Make, work: Path) -> Assistant:
    write(work / "corpus", FILES)
    assistant = make_assistant()
    assistant.sync()
    return assistant


def found(assistant: Assistant, **fields: Any) -> set[str]:
    """The documents of a search that could find all, and of the answer and the overview."""
    scope = Scope(**fields)
    hits = {hit.document for hit in assistant.search(QUESTION, k=20, scope=scope)}
    cited = {citation.document for citation in assistant.ask(QUESTION, scope=scope).citations}
    overview = {citation.document for citation in assistant.ask("Summarise the documents", scope=scope).citations}
    assert cited and cited <= hits
    assert overview == hits
    return hits


@pytest.mark.parametrize(
    ("fields", "amounts"),
    [
        ({"folders": ("filings",)}, {301, 412, 423}),
        ({"folders": ("filings/2023",)}, {412, 423}),
        ({"folders": ("filings/2023",), "until": "2023-09"}, {412}),
        ({"since": "2023"}, {412, 423}),
        ({"documents": ("notes/loose.md", "filings/2022/q4.md")}, {500, 301}),
        ({"tags": ("read",)}, {412, 500}),
        ({"tags": ("read",), "folders": ("notes",)}, {500}),
    ],
)
def test_only_what_is_within_is_asked(filled: Assistant, fields: dict[str, Any], amounts: set[int]) -> None:
    filled.tag(["filings/2023/q2.md", "notes/loose.md"], add=["Read"])
    names = {name for name, text in FILES.items() if any(f"Lease note {amount}" in text for amount in amounts)}
    assert found(filled, **fields) == names


def test_both_legs_of_retrieval_are_within(filled: Assistant) -> None:
    ids = filled._home.store.document_ids(filled.within(Scope(folders=("filings/2023",))).documents)
    opened = filled._open()
    dense = {key for key, _ in opened.vectors.query(opened.embedder.encode([QUESTION])[0], 24, ids)}
    (lexical,) = lexical_passages(filled._home.store, QUESTION, 24, ids)
    assert dense and lexical
    assert dense | set(lexical) <= filled._home.store.passage_ids(ids)
    hits = filled.search(QUESTION, scope=Scope(folders=("filings/2023",)), k=20)
    assert {hit.document.rpartition("/")[0] for hit in hits} == {"filings/2023"}


def test_documents_by_name_still_work_beside_a_scope(filled: Assistant) -> None:
    (hit,) = filled.search(QUESTION, documents=["notes/loose.md"])
    assert hit.document == "notes/loose.md"
    with pytest.raises(ScopeError, match=r"No document is named notes/loose\.md, in the folder filings"):
        filled.search(QUESTION, documents=["notes/loose.md"], scope=Scope(folders=("filings",)))
    with pytest.raises(UnknownDocumentError, match=r"none\.md"):
        filled.search(QUESTION, scope=Scope(documents=("none.md",), folders=("filings",)))


def test_nothing_within_is_told_before_a_model_is_loaded(
    filled: Assistant, make_assistant: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.close()
    monkeypatch.setattr("assistant.models.embeddings.load_embeddings", lambda settings: pytest.fail("a model loaded"))
    for ask in (make_assistant().ask, make_assistant().search):
        with pytest.raises(ScopeError, match="No document is in the folder filings/2024"):
            ask(QUESTION, scope=Scope(folders=("filings/2024",)))


def test_an_overview_of_too_many_asks_which(make_assistant: Make, work: Path) -> None:
    write(work / "corpus", {f"many/{number}.md": note(number, None) for number in range(21)})
    assistant = make_assistant()
    assistant.sync()
    answer = assistant.ask("Summarise the documents", scope=Scope(folders=("many",)))
    assert answer.answer.startswith("Which document do you mean?")


def test_tags_stay_through_change_and_sync_and_go_with_the_document(filled: Assistant, work: Path) -> None:
    path, name = work / "corpus" / "filings/2023/q2.md", "filings/2023/q2.md"
    (info,) = filled.tag([name], add=["to read", "Filing"])
    assert info.tags == ("filing", "to read")
    path.write_text(note(499, "2023-08-03"))
    assert ("updated", name) in [(result.status, result.name) for result in filled.sync()]
    assert filled.tag([name], add=["filing"], remove=["to read", "unknown"])[0].tags == ("filing",)
    path.unlink()
    filled.sync()
    path.write_text(note(499, "2023-08-03"))
    filled.sync()
    assert [info.tags for info in filled.documents()] == [(), (), (), ()]


def test_tags_need_no_lock_and_known_documents(filled: Assistant, make_assistant: Make) -> None:
    other = make_assistant()
    other.tag(["notes/loose.md"], add=["read"])
    assert found(filled, tags=("read",)) == {"notes/loose.md"}
    with pytest.raises(UnknownDocumentError, match=r"none\.md"):
        other.tag(["notes/loose.md", "none.md"], add=["other"], remove=["read"])
    assert found(filled, tags=("read",)) == {"notes/loose.md"}


def test_tags_of_an_unused_home(make_assistant: Make, home: Path) -> None:
    with pytest.raises(UnknownDocumentError):
        make_assistant().tag(["a.md"], add=["x"])
    assert not home.exists()


# --- command line -------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(cli: Any, work: Path) -> Any:
    write(work / "corpus", FILES)
    assert cli("sync").code == 0
    return cli


def test_search_and_ask_within(shelf: Any) -> None:
    run = shelf("search", QUESTION, "--folder", "filings/2023", "--until", "2023-09", "--json")
    assert run.err == ""
    assert [hit["document"] for hit in json.loads(run.out)] == ["filings/2023/q2.md"]
    run = shelf("ask", QUESTION, "--since", "2023-10", "--json")
    assert run.err.splitlines()[0] == "Note: notes/loose.md states no readable date and is left out."
    assert "423 megawatts" in json.loads(run.out)["answer"]


def test_a_folder_as_the_shell_completes_it(shelf: Any) -> None:
    run = shelf("search", QUESTION, "-k", "9", "--folder", "corpus/filings/2023/", "--json")
    assert {hit["document"] for hit in json.loads(run.out)} == {"filings/2023/q2.md", "filings/2023/q3.md"}


def test_tags_on_the_command_line(shelf: Any) -> None:
    assert "tags" not in shelf("list").out
    run = shelf("tag", "--folder", "filings/2023", "--add", "Quarterly", "--add", "x", "--json")
    assert [(info["name"], info["tags"]) for info in json.loads(run.out)] == [
        ("filings/2023/q2.md", ["quarterly", "x"]), ("filings/2023/q3.md", ["quarterly", "x"]),
    ]  # fmt: skip
    run = shelf("tag", "filings/2023/q3.md", "--remove", "x")
    assert (run.code, run.err) == (0, "")
    assert "quarterly" in run.out and "quarterly, x" not in run.out
    assert "quarterly, x" in shelf("list").out
    run = shelf("search", QUESTION, "--tag", "x", "--json")
    assert {hit["document"] for hit in json.loads(run.out)} == {"filings/2023/q2.md"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ask", QUESTION, "--tag", "none"), "No document is tagged none. `assistant list` shows"),
        (("search", QUESTION, "--folder", "filings/2024"), "No document is in the folder filings/2024. `assistant"),
        (
            ("ask", QUESTION, "--since", "2025"),
            "1 document that fits otherwise states no readable date: ask without dates",
        ),
        (("ask", QUESTION, "--since", "soon"), "soon is no date. Write 2023, 2023-06 or 2023-06-30."),
        (("tag", "none.md", "--add", "x"), "No document named none.md"),
        (("tag", "notes/loose.md", "--add", " "), "'' is no tag"),
    ],
)
def test_what_cannot_be_done_is_one_line(shelf: Any, words: tuple[str, ...], told: str) -> None:
    run = shelf(*words)
    assert (run.code, run.out) == (1, "")
    assert told in run.err
    assert len(run.err.strip().splitlines()) == 1


@pytest.mark.parametrize("words", [("tag",), ("tag", "a.md"), ("tag", "--add", "x")])
def test_bad_usage_of_tags(cli: Any, words: tuple[str, ...]) -> None:
    assert cli(*words).code == 2


@pytest.mark.parametrize("question", [QUESTION, "Summarise the documents"])
def test_what_a_filter_chose_may_go_before_it_is_looked_into(
    filled: Assistant, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = filled.check(question, scope=Scope(folders=("filings",)))
    named = filled.check(question, ["filings/2023/q2.md", "filings/2023/q3.md"])
    monkeypatch.setattr(Assistant, "check", lambda self, asked, documents=None, scope=None: documents or names)
    filled.remove(["filings/2023/q2.md"])
    answer = filled.ask(question)
    assert {citation.document for citation in answer.citations} <= set(names or ()) - {"filings/2023/q2.md"}
    assert answer.citations and filled.search(QUESTION)
    # Whoever has named one is told.
    with pytest.raises(UnknownDocumentError, match=r"q2\.md"):
        filled.ask(question, documents=named)
    filled.remove(["filings/2023/q3.md", "filings/2022/q4.md"])
    # None is not all.
    with pytest.raises(ScopeError, match="just been removed"):
        filled.ask(question)
