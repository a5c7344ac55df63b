"""The assistant of another process, used as if it were here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from assistant import __version__
from assistant.answering.answer import Answer, Finished, StreamEvent, Turn, whole
from assistant.documents.registry import printable
from assistant.errors import DocumentError, OwnerError
from assistant.facade import AddResult, Assistant, SearchHit
from assistant.fetching import is_address
from assistant.models.explain import shown_url
from assistant.owner.orders import (
    ALIVE_S,
    LINES,
    Add,
    Ask,
    Event,
    Failed,
    Hits,
    Line,
    Notes,
    Order,
    Prepare,
    Remove,
    Results,
    Search,
    State,
    Step,
    Sync,
    Told,
    telling,
)
from assistant.settings import ENV_PREFIX

if TYPE_CHECKING:
    import httpx

    from assistant.index.lock import Owner
    from assistant.index.scope import Scope, Selection
    from assistant.index.vectors import Progress

#: Seconds without a sign of life after which an owner counts as hanging.
_SILENCE_S = 60 * ALIVE_S
#: Seconds in which an owner that is well tells who it is.
_HANDSHAKE_S = 5.0

Wanted = TypeVar("Wanted", Hits, Notes, Results)


class OwnerClient:
    """Hands work to the process that owns the home; what needs no owner is looked up here.

    Args:
        reader: an assistant on the same home that does not own it.
        http: reaches the owner, token included.
        state: who the owner is.
    """

    def __init__(self, reader: Assistant, http: httpx.Client, state: State) -> None:
        self._reader = reader
        self._http = http
        self._state = state

    @classmethod
    def connect(cls, reader: Assistant, owner: Owner) -> OwnerClient | None:
        """Find out who the owner is; None if it does not answer, or not to this token.

        Raises:
            OwnerError: it runs another version of this program.
        """
        import httpx

        if owner.address is None:
            return None
        http = httpx.Client(
            base_url=f"http://127.0.0.1:{owner.address.port}",
            headers={"Authorization": f"Bearer {owner.address.token}"},
            timeout=httpx.Timeout(_HANDSHAKE_S, read=_SILENCE_S),
            # A proxy that the environment names has no business between two processes of one machine.
            trust_env=False,
        )
        try:
            response = http.get("/state", timeout=_HANDSHAKE_S)
            found = State.model_validate_json(response.content) if response.is_success else None
        except (httpx.HTTPError, ValidationError):
            found = None
        if found is None:
            http.close()
            return None
        if found.version != __version__:
            http.close()
            raise OwnerError(
                f"{_named(found)} uses this home with version {found.version} of this program, this is {__version__}",
                "Stop it and start it again.",
            )
        return cls(reader, http, found)

    @property
    def who(self) -> str:
        """The owner as a person knows it, such as "The chat (pid 41)"."""
        return _named(self._state)

    def close(self) -> None:
        """Let go of the owner; work of this client that is still going on is left."""
        self._http.close()
        self._reader.close()

    # --- what needs no owner ----------------------------------------------------------------------------

    def check(self, question: str, scope: Scope | None = None) -> Sequence[str] | None:
        """As `Assistant.check`."""
        return self._reader.check(question, scope=scope)

    def within(self, scope: Scope) -> Selection:
        """As `Assistant.within`."""
        return self._reader.within(scope)

    # --- what is handed over ----------------------------------------------------------------------------

    def prepare(self, *, chat: bool = True) -> list[str]:
        """As `Assistant.prepare`; the owner has its models loaded, or is about to."""
        return list(self._result(Prepare(chat=chat), Notes).notes)

    def search(self, question: str, *, k: int = 5, scope: Scope | None = None) -> list[SearchHit]:
        """As `Assistant.search`."""
        return list(self._result(Search(question=question, k=k, scope=scope), Hits).hits)

    def ask(self, question: str, *, history: Sequence[Turn] = (), scope: Scope | None = None) -> Answer:
        """As `Assistant.ask`."""
        return whole(self.stream(question, history=history, scope=scope))

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), scope: Scope | None = None
    ) -> Iterator[StreamEvent]:
        """As `Assistant.stream`; abandoning it makes the owner leave the answer."""
        order = Ask(question=question, history=tuple(history), scope=scope)
        for line in self._lines(order):
            if isinstance(line, Event):
                yield line.event
                if isinstance(line.event, Finished):
                    return
        raise self._broken_off()

    def add(
        self,
        sources: Iterable[Path | str],
        *,
        password_file: Path | None = None,
        again: bool = False,
        progress: Progress | None = None,
    ) -> list[AddResult]:
        """As `Assistant.add`; addresses are fetched, and the password file is read, by the owner."""
        words = Path(_sendable(password_file)) if password_file else None
        order = Add(sources=tuple(map(_sendable, sources)), password_file=words, again=again)
        return self._changed(order, progress)

    def remove(self, names: Iterable[str]) -> list[AddResult]:
        """As `Assistant.remove`."""
        return self._changed(Remove(names=tuple(printable(name) for name in names)))

    def sync(
        self,
        folder: Path | None = None,
        *,
        retry: bool = False,
        progress: Progress | None = None,
        told: Callable[[AddResult], None] | None = None,
        within: Progress | None = None,
    ) -> list[AddResult]:
        """As `Assistant.sync`, with the corpus of this process's settings."""
        chosen = folder or self._reader.settings.corpus
        return self._changed(Sync(folder=Path(_sendable(chosen)), retry=retry), progress, told, within)

    def _changed(
        self,
        order: Order,
        progress: Progress | None = None,
        told: Callable[[AddResult], None] | None = None,
        within: Progress | None = None,
    ) -> list[AddResult]:
        return list(self._result(order, Results, progress, told, within).results)

    def _result(
        self,
        order: Order,
        wanted: type[Wanted],
        progress: Progress | None = None,
        told: Callable[[AddResult], None] | None = None,
        within: Progress | None = None,
    ) -> Wanted:
        for line in self._lines(order):
            if isinstance(line, wanted):
                return line
            if isinstance(line, Step) and (hear := within if line.within else progress):
                hear(line.what, line.done, line.total)
            if isinstance(line, Told) and told:
                told(line.result)
        raise self._broken_off()

    def _lines(self, order: Order) -> Iterator[Line]:
        """What comes of an order, line by line; the connection is closed with the generator.

        Raises:
            OwnerError: the owner works with other settings, hangs, or has ended.
            AssistantError: what the work itself raised.
        """
        import httpx

        self._require_same_settings(order)
        try:
            with self._http.stream("POST", "/work", content=order.model_dump_json()) as response:
                if not response.is_success:
                    raise self._broken_off()
                for text in _lines_of(response.iter_bytes()):
                    line = LINES.validate_json(text)
                    if isinstance(line, Failed):
                        raise line.raised()
                    yield line
        except httpx.ReadTimeout as error:
            raise OwnerError(
                f"{_named(self._state)}, which does the work, no longer answers", "Stop it, then run this again."
            ) from error
        except (httpx.TransportError, ValidationError) as error:
            raise self._broken_off() from error

    def _broken_off(self) -> OwnerError:
        return OwnerError(
            f"{_named(self._state)}, which did the work, ended before it was done",
            "What it had acknowledged is kept; run this again.",
        )

    def _require_same_settings(self, order: Order) -> None:
        there = self._state.settings
        other = [
            f"{ENV_PREFIX}{name.upper()} is {_shown(name, there.get(name))} there and {_shown(name, here)} here"
            for name, here in telling(self._reader.settings, order.answers).items()
            if there.get(name) != here
        ]
        if other:
            raise OwnerError(
                f"{_named(self._state)} uses this home with other settings: {', '.join(other)}",
                "Set them alike, or stop it first.",
            )


def _named(state: State) -> str:
    return f"{state.who[0].upper()}{state.who[1:]} (pid {state.pid})"


def _shown(name: str, value: object) -> str:
    if value is None:
        return "not set"
    return shown_url(str(value)) if name.endswith("_url") else str(value)


def _sendable(source: Path | str) -> str:
    """An address as it is, a path as it is named from any folder.

    Raises:
        DocumentError: its bytes are no UTF-8, so that nothing in it could be indexed either.
    """
    text = str(source)
    if not is_address(text):
        text = str(Path(source).absolute())
    if printable(text) != text:
        raise DocumentError(f"The path {printable(text)} is not valid UTF-8", "Rename it, then add it again.")
    return text


def _lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a reply: only a line feed ends one, whatever else of Unicode may stand in them."""
    rest = b""
    for piece in pieces:
        *whole_lines, rest = (rest + piece).split(b"\n")
        yield from filter(None, whole_lines)
    if rest:
        yield rest
