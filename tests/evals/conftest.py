"""A fake assistant that answers as it is told, and settings in a home that goes away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.answering.answer import Answer, Citation, Sentence, Status, Timings, Turn
from assistant.errors import UnknownDocumentError
from assistant.settings import Settings

EVALDATA = Path(__file__).resolve().parents[2].parent / "shared" / "evaldata"


@dataclass(frozen=True)
class FakeHit:
    document: str
    text: str
    page: int | None = None
    start: int = 0
    end: int = 0


def cite(number: int, quote: str, document: str = "note.md") -> Citation:
    return Citation(
        number=number, document=document, title="", page=None, heading=None, quote=quote, start=0, end=len(quote)
    )


def make_answer(
    text: str, *quotes: str, status: Status = Status.ANSWERED, document: str = "note.md", **more: Any
) -> Answer:
    """An answer of one sentence that cites every quote."""
    numbers = tuple(range(1, len(quotes) + 1))
    return Answer(
        question="?",
        standalone_question="?",
        status=status,
        answer=text + "".join(f" [{n}]" for n in numbers),
        **{
            "sentences": (Sentence(text=text, citations=numbers),),
            "citations": tuple(cite(n, quote, document) for n, quote in zip(numbers, quotes, strict=True)),
            "model": "fake",
            "timings_ms": Timings(retrieve=10, first_token=20, total=30),
            **more,
        },
    )


Replies = Callable[[str, Sequence[Turn], Sequence[str] | None], Answer]


@dataclass
class FakeAssistant:
    """Searches by word overlap and replies as told; keeps what it was called with."""

    settings: Settings
    reply: Replies
    texts: dict[str, str] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    is_open: bool = False
    model_name: str = "fake"

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def warm(self) -> None:
        self.calls.append(("warm", None))

    def sync(self, folder: Path | None = None, *, progress: Any = None) -> list[Any]:
        assert folder is not None and self.is_open
        self.calls.append(("sync", folder))
        results = []
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder).as_posix()
            reason = self.failing.get(name, "")
            if not reason:
                self.texts[name] = path.read_text(encoding="utf-8", errors="replace")
            results.append(SimpleNamespace(name=name, status="failed" if reason else "added", reason=reason))
            if progress:
                progress("documents", len(results), len(results))
        return results

    def documents(self) -> list[Any]:
        return [SimpleNamespace(name=name) for name in self.texts]

    def text(self, name: str) -> str:
        return self.texts[name]

    def search(
        self,
        question: str,
        *,
        k: int = 5,
        documents: Sequence[str] | None = None,
        history: Sequence[Turn] = (),
    ) -> list[FakeHit]:
        assert self.is_open
        self.calls.append(("search", (question, k, documents, history)))
        for name in documents or ():
            if name not in self.texts:
                raise UnknownDocumentError(f"{name} is not in the index", "Add it.")
        words = set(question.lower().split())
        hits = [
            FakeHit(name, line)
            for name, text in self.texts.items()
            if documents is None or name in documents
            for line in text.splitlines()
            if line.strip()
        ]
        hits.sort(key=lambda hit: -len(words & set(hit.text.lower().split())))
        return hits[:k]

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        assert self.is_open
        self.calls.append(("ask", (question, history, documents)))
        return self.reply(question, history, documents)


class FakeFactory:
    """Makes fake assistants and remembers them."""

    def __init__(self, reply: Replies, **more: Any) -> None:
        self.reply, self.more = reply, more
        self.made: list[FakeAssistant] = []

    def __call__(self, settings: Settings) -> FakeAssistant:
        self.made.append(FakeAssistant(settings, self.reply, **self.more))
        return self.made[-1]


@pytest.fixture
def answering() -> Callable[..., Answer]:
    return make_answer


@pytest.fixture
def fake_factory() -> type[FakeFactory]:
    return FakeFactory


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(home=tmp_path / "home", models_dir=tmp_path / "models", corpus=tmp_path / "corpus")


@pytest.fixture
def evaldata() -> Callable[[str], Path]:
    def folder(name: str) -> Path:
        if not (EVALDATA / name / "questions.jsonl").is_file():
            pytest.skip(f"../shared/evaldata/{name} is not here")
        return EVALDATA / name

    return folder
