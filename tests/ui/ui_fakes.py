"""An assistant in memory: real documents and spans, scripted answers."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from assistant.answering.answer import (
    Answer,
    Calculation,
    Citation,
    EvidenceFound,
    FigureCheck,
    Finished,
    Operand,
    Sentence,
    SentenceSettled,
    Status,
    StreamEvent,
    Timings,
    Turn,
)
from assistant.answering.options import AnswerOptions
from assistant.documents.options import ReadOptions, locked
from assistant.errors import AddressError, DocumentError, NameTakenError, UnknownDocumentError
from assistant.fetching import Page
from assistant.index.originals import Whereabouts
from assistant.index.scope import checked_tag

LEASES = """Harbour Compute, lease review

Summary
Harbour Compute leased 412 megawatts of capacity in the second quarter, up from 365 a year before.
The average rate was $11.4 million per megawatt and year. Management called demand "steady".

Outlook
The company reportedly plans a second campus in Lindholm. It is unclear whether the grid can serve it
before 2028.
"""
GUESS = "That makes 9,999 megawatts in all."


@dataclass(frozen=True)
class Info:
    """The fields of the facade's `DocumentInfo` that the page shows."""

    name: str
    title: str
    date: str | None = None
    source: str = ""
    page_count: int | None = None
    characters: int = 0
    passages: int = 1
    added_at: str = "2026-01-05T09:00:00Z"
    origin: str = "added"
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    size: int | None = None


@dataclass(frozen=True)
class TakenState:
    """The fields of a `FileState` that the page needs, and what the fake puts back."""

    name: str
    source: str
    content_hash: str
    text: str
    info: Info


@dataclass(frozen=True)
class Taken:
    """The field of the facade's `TakenOut` that the page needs."""

    states: tuple[TakenState, ...]


@dataclass(frozen=True)
class Failed:
    """The fields of the facade's `FailedFile` that the page shows."""

    name: str
    reason: str
    next_step: str
    source: str = "/corpus/file"
    size: int = 1000


@dataclass(frozen=True)
class Result:
    """The fields of the facade's `AddResult`."""

    name: str
    status: str
    passages: int = 1
    reason: str = ""
    next_step: str = ""


class NoOriginals:
    """Documents without files."""

    def whereabouts(self, name: str) -> Whereabouts:
        return Whereabouts(problem="The file is no longer where it was")


@dataclass
class FakeAssistant:
    """Answers with the sentences of its documents that share most words with the question.

    A question with `boom` raises; one with `nowhere` is not found; `strike` adds a struck sentence, `guess` one with
    a figure that no cited words contain, `by how much` one that was worked out from the first two quotes. `pause_s`
    lies between events; with `held`, each event after the evidence waits until it is released.
    """

    pause_s: float = 0.0
    held: threading.Semaphore | None = None
    model_name: str = "scripted-model"
    notice: str | None = None
    repaired: str | None = None
    texts: dict[str, str] = field(default_factory=dict)
    infos: dict[str, Info] = field(default_factory=dict)
    asked: list[tuple[str, tuple[Turn, ...], tuple[str, ...] | None]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    sync_results: list[Result] = field(default_factory=list)
    on_sync: Callable[[Callable[[str, int, int], None]], None] | None = None
    within: Callable[[str, int, int], None] | None = None
    on_open: Callable[[], None] | None = None
    on_warm: Callable[[], None] | None = None
    closed_streams: int = 0
    originals: Any = field(default_factory=NoOriginals)
    failed: list[Failed] = field(default_factory=list)
    questions: tuple[str, ...] = ()
    options: list[AnswerOptions | None] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    address: object = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, name: str, text: str, **facts: object) -> None:
        self.texts[name] = text
        title = str(facts.pop("title", text.strip().splitlines()[0]))
        self.infos[name] = Info(name=name, title=title, characters=len(text), **facts)  # type: ignore[arg-type]

    def open(self, progress: Callable[[str, int, int], None] | None = None, *, chat: bool = False) -> None:
        self.calls.append("open")
        if self.on_open:
            self.on_open()

    def announce(self, address: object) -> None:
        self.address = address

    def warm(self) -> None:
        self.calls.append("warm")
        if self.on_warm:
            self.on_warm()

    def close(self) -> None:
        self.calls.append("close")

    def sync(
        self,
        folder: Path | None = None,
        *,
        progress: Callable[[str, int, int], None],
        within: Callable[[str, int, int], None],
    ) -> list[Result]:
        self.calls.append("sync")
        self.within = within
        if self.on_sync:
            self.on_sync(progress)
        return self.sync_results

    def documents(self) -> list[Info]:
        return list(self.infos.values())

    def edition(self) -> object:
        return tuple(self.infos.values())

    def tag(self, names: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[Info]:
        added = [checked_tag(tag) for tag in add]
        for name in names:
            tags = {*self.infos[name].tags, *added}.difference(remove)
            self.infos[name] = replace(self.infos[name], tags=tuple(sorted(tags)))
        return [self.infos[name] for name in names]

    def text(self, name: str) -> str:
        if name not in self.texts:
            raise UnknownDocumentError(f"No document named {name}", "See the list of documents.")
        return self.texts[name]

    def fetch(self, address: str) -> Page:
        if "nowhere" in address:
            raise AddressError("There is no host nowhere", "Check the address and your connection.")
        name = address.removeprefix("https://") + ".html"
        return Page(address=address, name=name, data=f"What stands at {address}.".encode())

    def add(
        self,
        paths: Sequence[Path | Page],
        *,
        origin: str = "added",
        password: SecretStr | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> list[Result]:
        results = []
        for path in paths:
            data = path.data if isinstance(path, Page) else path.read_bytes()
            text = data.decode("utf-8", errors="replace")
            if not text.strip():
                raise DocumentError(f"{path.name} is empty", "Nothing was added; check the file.")
            if text.startswith("LOCKED "):
                self._check_password(path.name, text.split()[1], password)
            status = "added"
            if path.name in self.texts:
                status = "unchanged" if self.texts[path.name] == text else "updated"
            if status != "unchanged":
                source = path.address if isinstance(path, Page) else str(path)
                self.put(path.name, text, origin=origin, source=source, size=len(data))
            results.append(Result(path.name, status))
        return results

    def _check_password(self, name: str, right: str, password: SecretStr | None) -> None:
        given = (password,) if password else ()
        self.passwords += [word.get_secret_value() for word in given]
        if [word.get_secret_value() for word in given] != [right]:
            raise locked(name, ReadOptions(passwords=given))

    def failures(self) -> list[Failed]:
        return self.failed

    def unlock(self, failed: Failed, password: SecretStr, progress: object = None) -> Result:
        self._check_password(failed.name, "sesame", password)
        self.put(failed.name, f"What {failed.name} says.", origin="synced", source=failed.source)
        self.failed.remove(failed)
        return Result(failed.name, "added")

    def take_out(self, names: Sequence[str]) -> Taken:
        unknown = [name for name in names if name not in self.texts]
        if unknown:
            raise UnknownDocumentError(f"No document named {unknown[0]}", "See the list of documents.")
        return Taken(tuple(map(self._take_out, names)))

    def _take_out(self, name: str) -> TakenState:
        info = self.infos.pop(name)
        copy = Path(info.source)
        digest = hashlib.sha256(copy.read_bytes()).hexdigest() if info.source and copy.is_file() else ""
        return TakenState(name, info.source, digest, self.texts.pop(name), info)

    def put_back(self, taken: Taken) -> None:
        other = next((state.name for state in taken.states if state.name in self.texts), None)
        if other:
            raise NameTakenError(f"Another document named {other} has been added", "Delete that one first.")
        for state in taken.states:
            self.texts[state.name], self.infos[state.name] = state.text, state.info

    def starters(self, count: int = 4, stopped: Callable[[], bool] = lambda: False) -> tuple[str, ...]:
        self.calls.append("starters")
        return self.questions[:count]

    def quotes(self, question: str, documents: Sequence[str] | None) -> list[Citation]:
        words = {word.strip("?.,").lower() for word in question.split() if len(word) > 3}
        scored = []
        for name in documents or list(self.texts):
            text, info = self.text(name), self.infos[name]
            at = 0
            for line in text.splitlines(keepends=True):
                sentence = line.strip()
                hits = len(words & {word.strip("?.,").lower() for word in sentence.split()})
                if sentence and hits:
                    start = at + line.index(sentence)
                    scored.append((-hits, name, start, sentence, info.title))
                at += len(line)
        return [
            Citation(
                number=number, document=name, title=title, page=3 if name.endswith(".pdf") else None,
                heading="Summary", quote=sentence, start=start, end=start + len(sentence),
            )
            for number, (_, name, start, sentence, title) in enumerate(sorted(scored)[:4], start=1)
        ]  # fmt: skip

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        documents: Sequence[str] | None = None,
        options: AnswerOptions | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[StreamEvent]:
        self.options.append(options)
        self.asked.append((question, tuple(history), tuple(documents) if documents else None))
        try:
            yield from self._stream(question, documents)
        finally:
            with self.lock:
                self.closed_streams += 1

    def _pause(self) -> None:
        if self.held:
            self.held.acquire(timeout=60)
        else:
            time.sleep(self.pause_s)

    def _stream(self, question: str, documents: Sequence[str] | None) -> Iterator[StreamEvent]:
        started = time.perf_counter()
        if "boom" in question:
            raise RuntimeError("a secret detail")
        if "refuse" in question:
            raise DocumentError("The chat model does not answer", "Check that it runs, then ask again.")
        quotes = tuple(self.quotes(question, documents))
        yield EvidenceFound(standalone_question=question, quotes=quotes)
        self._pause()
        status, sentences = Status.ANSWERED, []
        if "nowhere" in question or not quotes:
            status = Status.NOT_FOUND
            sentences = [Sentence(text="I find no answer to that in the documents.")]
        else:
            sentences = [Sentence(text=quote.quote, citations=(quote.number,)) for quote in quotes[:2]]
        figures: tuple[FigureCheck, ...] = ()
        calculation = None
        if "strike" in question:
            sentences.append(Sentence(text="It has never happened before.", struck=True))
        if "guess" in question:
            sentences.insert(0, Sentence(text=GUESS, citations=(1,)))
            figures = (FigureCheck(text="9,999", value="9999", unit="", citation=None, supported=False),)
        if "by how much" in question:
            sentences.insert(0, Sentence(text="It rose by 47 megawatts.", citations=(1,)))
            operands = (Operand(text="412 megawatts", citation=1), Operand(text="365", citation=1))
            calculation = Calculation(expression="412 − 365", result="47", operands=operands)
        for sentence in sentences:
            cited = tuple(q for q in quotes if q.number in sentence.citations)
            found = figures if sentence.text == GUESS else ()
            yield SentenceSettled(sentence=sentence, citations=cited, figures=found, calculation=calculation)
            self._pause()
        total = (time.perf_counter() - started) * 1000
        yield Finished(
            answer=Answer(
                question=question,
                standalone_question=question,
                status=status,
                answer=" ".join(s.text + "".join(f" [{n}]" for n in s.citations) for s in sentences),
                sentences=tuple(sentences),
                citations=quotes[:2] if status is Status.ANSWERED else (),
                figures=figures,
                calculation=calculation,
                model=self.model_name,
                timings_ms=Timings(retrieve=12.0, first_token=40.0, total=total),
            )
        )
