"""What a run has to record so that it can be made again."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from assistant.settings import Settings

#: The distribution that is measured, and packages below its own requirements whose version can change a result.
_OURS = "corpus-assistant"
_BELOW = ("transformers", "langchain-core")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_READ_BYTES = 1 << 20
_CPUS = Path("/proc/cpuinfo")
_MODEL = re.compile(r"^model name\s*:(?P<model>.+)$", re.MULTILINE)
_ROOT = Path(__file__).resolve().parents[1]
_SOURCES = frozenset({".py", ".json", ".md", ".toml", ".txt", ".jsonl"})


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def corpus_hash(contents: Iterable[tuple[str, str]]) -> str:
    """One SHA-256 for a set of documents given as (name, SHA-256 or text), whatever their order."""
    digest = hashlib.sha256()
    for name, content in sorted(contents):
        for part in (name, content):
            data = part.encode("utf-8", "surrogatepass")
            # Lengths between the parts: no two different corpora join to the same bytes.
            digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def fingerprint(parts: Mapping[str, Any]) -> str:
    """One SHA-256 of values that JSON can hold, whatever their order."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def package_versions() -> dict[str, str]:
    """Versions of what is installed of our distribution and all that it requires, by name."""
    try:
        required = metadata.requires(_OURS) or []
    except metadata.PackageNotFoundError:
        required = []
    names = {match.group().lower() for each in required if "extra ==" not in each and (match := _NAME.match(each))}
    found: dict[str, str] = {}
    for name in sorted({_OURS, *_BELOW, *names}):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


#: What changes below the code while the program is used.
_NO_CODE = ("evals/results", "evals/sets/feedback.jsonl")


def code_hash(left_out: Collection[str] = (), root: Path = _ROOT) -> str:
    """SHA-256 of the program's and the suite's own files, without results and what thumbs in a chat have added.

    Args:
        left_out: files and folders that can change no figure of what is measured, with `/`.
        root: the folder that holds `assistant` and `evals`.
    """
    files = {path.relative_to(root): path for room in ("assistant", "evals") for path in (root / room).rglob("*")}
    return corpus_hash(
        (inside.as_posix(), sha256_of(path))
        for inside, path in files.items()
        if path.suffix in _SOURCES and not any(inside.is_relative_to(each) for each in (*_NO_CODE, *left_out))
    )


def model_digests(settings: Settings) -> dict[str, dict[str, str | None]]:
    """The models of the settings: name and SHA-256, of a folder one for all its files; None where a server has it.

    Those of the catalogue have the SHA-256 it states: no other file of theirs is ever loaded.
    """
    from assistant.models.catalog import CHAT_MODELS, EMBEDDING_MODEL

    found: dict[str, dict[str, str | None]] = {}
    if settings.chat_model != "none":
        served = settings.chat_base_url is not None
        model = None if served else CHAT_MODELS.get(settings.chat_model)
        found["chat"] = {"name": settings.chat_model, "sha256": model.sha256 if model else None}
    built_in = settings.embedding_model == EMBEDDING_MODEL.name
    digest = EMBEDDING_MODEL.sha256 if built_in else folder_sha256(Path(settings.embedding_model))
    found["embedding"] = {"name": settings.embedding_model, "sha256": digest}
    if settings.reranker is not None:
        found["reranker"] = {"name": str(settings.reranker), "sha256": folder_sha256(settings.reranker)}
    return found


def folder_sha256(folder: Path) -> str | None:
    """One SHA-256 for all files of a folder; None if it cannot be read."""
    try:
        files = [path for path in folder.rglob("*") if path.is_file()]
        return corpus_hash((path.relative_to(folder).as_posix(), sha256_of(path)) for path in files) if files else None
    except OSError:
        return None


def git_commit(folder: Path) -> str | None:
    """The commit checked out in a folder, with "+changes" if files differ from it; None outside git."""
    git = shutil.which("git")
    if git is None:
        return None

    def ask(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                [git, "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.strip()

    commit = ask("rev-parse", "HEAD")
    if not commit:
        return None
    return f"{commit}+changes" if ask("status", "--porcelain", "--untracked-files=no") else commit


def machine() -> Mapping[str, str | int | None]:
    """What ran it: system, processor, memory in GiB, Python, None where it is not told; nothing that names it."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "model": _processor_model(),
        "cpus": os.cpu_count(),
        "memory_gib": _memory_gib(),
        "python": platform.python_version(),
    }


def _processor_model() -> str | None:
    """The processor as Linux names it."""
    try:
        told = _CPUS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = _MODEL.search(told)
    return found["model"].strip() if found else None


def _memory_gib() -> int | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (AttributeError, ValueError, OSError):
        return None
