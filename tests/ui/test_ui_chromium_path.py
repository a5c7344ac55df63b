"""Where the browser of the tests is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsers import CHROMIUMS, chromium_path

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_the_first_of_the_makefiles_browsers_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match=r"no chromium, .* or google-chrome: run"):
        chromium_path()
    for name in reversed(CHROMIUMS):
        program = tmp_path / name
        program.touch(mode=0o755)
        assert chromium_path() == str(program)


def test_the_makefile_looks_for_the_same_ones() -> None:
    told = MAKEFILE.read_text(encoding="utf-8")
    looked = [told.index(f"command -v {name} ") for name in CHROMIUMS]
    assert looked == sorted(looked)
