"""The baselines' environments: each has its own, with pinned packages, apart from ours.

    python -m evals.baselines.environments [NAME]...

They are made once and kept in the user's cache folder; other pins make another one. Making one fetches its packages
with pip; running a baseline reaches nothing but this machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from assistant.errors import AssistantError, QuestionSetError
from assistant.settings import APP
from evals.command import progress_shown
from evals.home import Progress

_HERE = Path(__file__).resolve().parent
#: Written last into an environment: without it the making was broken off.
_COMPLETE = ".complete"
#: Lines of pip's output that are shown when it fails.
_TOLD_LINES = 3


@dataclass(frozen=True)
class BaselineSpec:
    """A baseline: its short name, what people call it, and the file of `peers/` that holds its pipeline."""

    name: str
    title: str
    module: str

    @property
    def requirements(self) -> Path:
        """The file that pins its packages."""
        return _HERE / "requirements" / f"{self.name}.txt"

    @property
    def pins(self) -> tuple[str, ...]:
        """Its packages as `name==version`."""
        lines = (line.strip() for line in self.requirements.read_text(encoding="utf-8").splitlines())
        return tuple(line for line in lines if line and not line.startswith("#"))


#: Every baseline there is.
BASELINES = {
    spec.name: spec
    for spec in (
        BaselineSpec("langchain", "LangChain, stock", "langchain_stock"),
        BaselineSpec("llamaindex", "LlamaIndex, starter", "llamaindex_starter"),
    )
}


def default_root() -> Path:
    """Where environments are kept."""
    return Path(platformdirs.user_cache_dir(APP)) / "baselines"


def place_of(spec: BaselineSpec, root: Path) -> Path:
    """Folder of a baseline's environment; its name changes with the pins and with Python's version."""
    key = "\n".join((f"{sys.version_info.major}.{sys.version_info.minor}", *spec.pins))
    return root / f"{spec.name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def python_of(environment: Path) -> Path:
    """The interpreter of an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_made(spec: BaselineSpec, root: Path) -> bool:
    """Whether the baseline's environment is there, whole."""
    return (place_of(spec, root) / _COMPLETE).is_file()


def make(spec: BaselineSpec, root: Path, told: Progress) -> Path:
    """The interpreter of a baseline's environment, which is made if it is not there.

    Args:
        spec: which baseline.
        root: folder that environments are kept in.
        told: told how many of the packages are fetched.

    Raises:
        AssistantError: it cannot be made; nothing half done is left.
    """
    import filelock

    place = place_of(spec, root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(root / f"{place.name}.lock"):
            if not is_made(spec, root):
                shutil.rmtree(place, ignore_errors=True)
                _install(spec, place, told)
                (place / _COMPLETE).touch()
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(place, ignore_errors=True)
        raise QuestionSetError(
            f"The environment of {spec.title} cannot be made: {error}", "Free some disk, or name another folder."
        ) from error
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return python_of(place)


def _install(spec: BaselineSpec, place: Path, told: Progress) -> None:
    what = f"packages of {spec.title}"
    told(what, 0, len(spec.pins))
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True, capture_output=True, text=True)
    command = [str(python_of(place)), "-m", "pip", "install", "--progress-bar", "off", "--no-deps"]
    fetched = 0
    for line in _output([*command, "--requirement", str(spec.requirements)]):
        if line.startswith("Collecting "):
            told(what, fetched, len(spec.pins))
            fetched += 1
    told(what, len(spec.pins), len(spec.pins))


def _output(command: Sequence[str]) -> Iterator[str]:
    """The lines that a command prints.

    Raises:
        QuestionSetError: it failed; the message has the last lines.
    """
    last: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as process:
        for line in process.stdout or ():
            last = [*last, line.strip()][-_TOLD_LINES:]
            yield line
    if process.returncode:
        raise QuestionSetError(
            f"pip cannot install a baseline's packages: {' '.join(last)}",
            "Check the network and the package index, then run it again.",
        )


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(BASELINES)}; all by default.")] = None,
    root: Annotated[Path | None, typer.Option(help="Folder that they are kept in.")] = None,
) -> None:
    """Make the environments of the baselines, where they are missing."""
    unknown = sorted(set(names or ()) - BASELINES.keys())
    if unknown:
        typer.echo(f"Error: there is no baseline {unknown[0]}. Choose of {', '.join(BASELINES)}.", err=True)
        raise typer.Exit(1)
    try:
        with progress_shown() as told:
            made = [make(BASELINES[name], root or default_root(), told) for name in names or BASELINES]
    except AssistantError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for python in made:
        typer.echo(python)


if __name__ == "__main__":
    typer.run(main)
