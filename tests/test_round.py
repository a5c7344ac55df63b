"""A folder of one file of each format: added, asked, changed, asked again and removed, from the command line.

With `make test` answers are quotes; `python -m pytest tests/test_round.py tests/ui/test_ui_round.py -m long --timeout
7200` does the same with the chat model.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from chatting import chatting
from processes import Cli, Commands, Run
from round_files import CHAT_MODELS, SAMPLES, Sample, write_folder, wrong

from assistant.documents import BlockKind
from assistant.documents.registry import ARCHIVES, READERS, read_documents


def test_every_format_is_in_the_folder() -> None:
    held = {PurePosixPath(sample.name).suffix for sample in SAMPLES}
    assert [entry.suffixes for entry in (*READERS, *ARCHIVES) if not held.intersection(entry.suffixes)] == []


@pytest.mark.parametrize("number", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_figure_is_read_once_and_in_its_place(sample: Sample, number: int) -> None:
    (document,) = [
        document
        for document in read_documents(sample.data(number), sample.name, sample.name)
        if document.name == sample.document
    ]
    found = []
    heading = None
    for block in document.blocks:
        words = document.text[block.start : block.end]
        heading = words if block.kind is BlockKind.HEADING else heading
        if sample.story.figures[number] in words:
            found.append((block.page, heading))
    assert found == [sample.place(number)]
    assert sample.story.figures[1 - number] not in document.text


def ask(cli: Cli, sample: Sample) -> dict[str, Any]:
    run = cli("ask", sample.story.question, "--json")
    assert run.code == 0, run.err
    answer: dict[str, Any] = json.loads(run.out)
    return answer


def wrong_answers(cli: Cli, number: int) -> list[str]:
    """What is wrong with the answers to the questions of all files."""
    return [said for sample in SAMPLES if (said := wrong(sample, number, ask(cli, sample)))]


def check_results(run: Run, status: str) -> None:
    """Every file has come to the same."""
    assert run.code == 0, run.err
    assert {result["name"]: result["status"] for result in json.loads(run.out)} == {
        sample.name: status for sample in SAMPLES
    }


@pytest.mark.slow
@pytest.mark.embedding
@pytest.mark.parametrize("chat_model", CHAT_MODELS)
def test_the_round(
    commands: Commands, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chat_model: str
) -> None:
    """Processes as a user starts them; the many questions are typed in this one and answered by the open chat."""
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", chat_model)
    model = {"ASSISTANT_CHAT_MODEL": chat_model}
    folder, empty = tmp_path / "papers", tmp_path / "corpus"
    empty.mkdir()
    write_folder(folder, 0)
    check_results(commands.assistant("sync", folder, "--json", env=model), "added")
    first = SAMPLES[0]
    alone = commands.assistant("ask", first.story.question, "--json", env=model)
    assert wrong(first, 0, json.loads(alone.out)) is None, alone.err

    with chatting(empty, tmp_path / "chat.log"):
        assert wrong_answers(cli, 0) == []

        write_folder(folder, 1)
        check_results(commands.assistant("sync", folder, "--json", env=model), "updated")
        assert wrong_answers(cli, 1) == []

        # One by one: the others are still there to be taken for the answer.
        kept = []
        for sample in SAMPLES:
            removed = cli("remove", sample.name, "--json")
            assert sample.document in {result["name"] for result in json.loads(removed.out)}
            answer = ask(cli, sample)
            if answer["status"] == "answered" or any(
                each["document"].startswith(sample.name) for each in answer["citations"]
            ):
                kept.append((sample.name, answer["answer"]))
        assert kept == []
        assert cli("list", "--json").out == "[]\n"

        # What was removed stays away from `sync`, and comes back when it is named.
        check_results(commands.assistant("sync", folder, "--json", env=model), "left_out")
        run = commands.assistant("add", *(folder / sample.name for sample in SAMPLES), "--json", env=model)
        check_results(run, "added")
        assert wrong(first, 1, ask(cli, first)) is None
        assert commands.assistant("remove", *(sample.name for sample in SAMPLES), env=model).code == 0
        assert cli("list", "--json").out == "[]\n"
