"""What every test gets: a home of its own, an empty working folder, no stray settings."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from fakes import FakeEmbedder, ScriptedChat, likeness
from processes import Cli, Commands, Run
from websites import Site

from assistant.cli import main
from assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.facade import Assistant

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
#: Kept because it says where the fetched model files are.
KEPT = {"ASSISTANT_MODELS_DIR"}


#: How long an example takes says more about what else the machine does than about the code.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_configure() -> None:
    """Hear Ctrl-C even where the run was started in the background, which makes every child deaf to it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, then those with real models, then those with a browser."""

    def cost(item: pytest.Item) -> int:
        if item.get_closest_marker("browser"):
            return 2
        return 1 if item.get_closest_marker("models") else 0

    items.sort(key=cost)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ASSISTANT_") and name not in KEPT]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    # Programs that tests start, directly or not, find this very source whatever their working folder.
    paths = [str(ROOT), str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home that settings, and commands run as processes, use in this test; not created yet."""
    return tmp_path / "home"


@pytest.fixture
def work() -> Path:
    """The working folder of this test."""
    return Path.cwd()


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def scripted() -> ScriptedChat:
    return ScriptedChat()


@pytest.fixture
def make_assistant(embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Assistant]]:
    """Makes assistants on this test's home with the fake embedder; all are closed at the end.

    `make_assistant(chat=..., **settings)`; without a chat model answers are quotes.
    """
    from assistant.facade import Assistant

    monkeypatch.setattr("assistant.models.embeddings.load_embeddings", lambda settings: embedder)
    monkeypatch.setattr("assistant.answering.kernel.KernelModel.probability", likeness)
    made: list[Assistant] = []

    def make(chat: ScriptedChat | None = None, **settings: Any) -> Assistant:
        chosen: Settings = load_settings(**({"chat_model": "none"} | settings))
        made.append(Assistant(chosen, chat=chat))
        return made[-1]

    yield make
    for assistant in made:
        assistant.close()


@pytest.fixture
def commands() -> Iterator[Commands]:
    running = Commands()
    yield running
    running.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on loopback; fetching from it must be allowed."""
    running = Site()
    yield running
    running.close()


@pytest.fixture
def cli(make_assistant: object, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Runs the whole program within this process, on the fake embedder; gives exit code, stdout and stderr."""
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "none")
    monkeypatch.setenv("COLUMNS", "200")
    handler = signal.getsignal(signal.SIGTERM)

    def run(*words: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["assistant", *map(str, words)])
        capfd.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        out, err = capfd.readouterr()
        assert isinstance(code, int)
        return Run(code, out, err)

    yield run
    signal.signal(signal.SIGTERM, handler)
