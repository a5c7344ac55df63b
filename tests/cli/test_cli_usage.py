"""The command line: its usage, help and version, and that quick commands start quickly."""

from __future__ import annotations

from typing import Any

import pytest
from processes import Cli

from assistant import __version__

#: Libraries that take long to import.
HEAVY = (
    "torch", "transformers", "sentence_transformers", "chromadb", "gradio", "langchain", "langchain_core",
    "langchain_chroma", "langchain_openai", "xllamacpp", "numpy", "httpx", "trafilatura", "pypdfium2",
)  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        (), ("nonsense",), ("add",), ("remove",), ("search",), ("ask",), ("search", "x", "-k", "0"),
        ("search", "x", "-k", "many"), ("list", "--jsn"), ("models",), ("chat", "--port", "99999"),
    ],
)  # fmt: skip
def test_bad_usage(cli: Cli, words: tuple[str, ...]) -> None:
    run = cli(*words)
    assert run.code == 2
    assert run.out == ""
    assert "Usage: " in run.err


def test_help_and_version(cli: Cli) -> None:
    run = cli("--help")
    assert (run.code, run.err) == (0, "")
    for command in "chat ask search add remove tag list sync eval models doctor".split():
        assert f"\n  {command} " in run.out
        sub = cli(command, "--help")
        assert (sub.code, sub.err) == (0, "")
        assert "Usage: " in sub.out
    run = cli("--version")
    assert (run.code, run.out, run.err) == (0, f"assistant {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "also"),
    [(["--help"], ("sqlalchemy", "pydantic", "rich")), (["list"], ()), (["add", "nowhere.md"], ())],
    ids=["help", "list", "mistyped path"],
)
def test_quick_commands_import_nothing_heavy(commands: Any, words: list[str], also: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom assistant.cli import main\n"
        f"sys.argv = ['assistant', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [name for name in {[*HEAVY, *also]!r} if name in sys.modules])\n"
    )
    assert commands.python("-c", code).out.splitlines()[-1] == "LOADED []"
