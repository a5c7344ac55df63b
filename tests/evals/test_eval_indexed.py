"""Homes that a person names for an evaluation: of one folder and one set of settings each."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import QuestionSetError
from assistant.settings import Settings
from evals.indexed import claim


def test_a_home_is_of_one_folder_one_version_and_the_settings_that_make_an_index(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, papers = tmp_path / "kept", tmp_path / "papers"
    claim(home, settings, papers)
    (home / "assistant.db").write_text("rows")
    claim(home, settings.model_copy(update={"passages": 3}), papers)
    for other, folder in ((settings, tmp_path / "others"), (settings.model_copy(update={"ocr": False}), papers)):
        with pytest.raises(QuestionSetError, match=r"kept holds something else.*--home"):
            claim(home, other, folder)
    claim(home, settings, papers)
    monkeypatch.setattr("evals.provenance.code_hash", lambda: "of another version")
    with pytest.raises(QuestionSetError, match="by this version"):
        claim(home, settings, papers)


@pytest.mark.parametrize("content", [{"assistant.db": b"rows"}, {"made-with": b"\xff\xfe"}])
def test_a_home_of_unknown_make_is_left_alone(tmp_path: Path, settings: Settings, content: dict[str, bytes]) -> None:
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(QuestionSetError, match="--home"):
        claim(tmp_path, settings, tmp_path / "papers")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == content
