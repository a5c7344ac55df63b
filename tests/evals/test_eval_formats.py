"""How much of a folder of files is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pdfs import make_pdf
from processes import Commands

from evals.formats import FOLDER, Outcome, contained, files_of, table_of

LINE = "The yard at Lindholm built twelve boats in May and leased the crane."


@pytest.mark.parametrize(
    ("expected", "text", "share"),
    [
        ("", "words", None),
        ("| --- |", "words", None),
        ("one two three four", "Four three TWO one.", 1.0),
        ("two two", "two", 0.5),
        ("a con-\nfirming note", "a confirming note", 1.0),
        ("a third-\nparty note", "a third-party note", 1.0),
        ("| one | two |", "other words", 0.0),
    ],
)
def test_the_share_of_the_expected_words(expected: str, text: str, share: float | None) -> None:
    assert contained(expected, text) == share


def folder_with(folder: Path, expected: str) -> Path:
    (folder / "set" / "expected_outputs").mkdir(parents=True)
    (folder / "set" / "a.pdf").write_bytes(make_pdf([[LINE]]))
    (folder / "set" / "a.csv").write_text("plant,boats\nLindholm,12\n")
    (folder / "set" / "odd.bin").write_bytes(b"\x00\x01\x02")
    (folder / "set" / "LICENSE").write_text("MIT")
    (folder / "set" / "expected_outputs" / "a.md").write_text(expected)
    return folder


@pytest.mark.parametrize(("expected", "code"), [(LINE, 0), (f"{LINE} And more that is not there.", 1)])
def test_the_table_and_its_verdict(commands: Commands, tmp_path: Path, expected: str, code: int) -> None:
    folder = folder_with(tmp_path / "files", expected)
    run = commands.python("-m", "evals.formats", folder, "--json", tmp_path / "out.json")
    assert run.code == code, run.err
    assert "2 of 3 read, 1 refused with a reason; of 1 with an expected text" in run.out
    assert "not a supported format" in run.out
    by_name = {each["name"]: each for each in json.loads((tmp_path / "out.json").read_text())}
    assert (by_name["a.pdf"]["contained"] == 1.0) is (code == 0)
    assert by_name["a.csv"]["contained"] is None and by_name["odd.bin"]["refused"]
    assert ("below: a.pdf" in run.out) is (code == 1)


def test_a_folder_that_is_not_there_is_told(commands: Commands, tmp_path: Path) -> None:
    run = commands.python("-m", "evals.formats", tmp_path / "nowhere")
    assert (run.code, run.out) == (1, "")
    assert "There are no files in" in run.err and "Traceback" not in run.err


def test_names_cannot_style_the_table() -> None:
    table = table_of([Outcome(name="[red]a.md", words=1)])
    assert list(table.columns[0].cells) == ["\\[red]a.md"]


def test_the_files_at_hand_are_all_read_or_refused(commands: Commands) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"{FOLDER} is not here")
    assert len(files_of(FOLDER)) > 20
    run = commands.python("-m", "evals.formats", env={"ASSISTANT_OCR": "false"})
    assert run.code == 0, run.out + run.err
