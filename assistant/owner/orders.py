"""What is handed to the owner of a home and what comes back: JSON, and JSON lines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assistant import errors
from assistant.answering.answer import StreamEvent, Turn
from assistant.errors import AssistantError
from assistant.index.ingest import AddResult
from assistant.index.scope import Scope
from assistant.retrieval.model import SearchHit
from assistant.settings import Settings

#: Seconds between signs of life of work that has nothing to tell.
ALIVE_S = 1.0
#: Settings that owner and terminal may have each in its own way: no result depends on them.
_FREE = frozenset(
    """home models_dir corpus watch feedback_file chat_api_key chat_timeout_s chat_threads embedding_batch
    log_level""".split()
)
#: Settings that only answers depend on.
_OF_ANSWERS = frozenset("chat_model chat_base_url chat_context_tokens answer_tokens evidence_sentences".split())


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)


class Order(_Message):
    """Work to be done."""

    kind: str

    @property
    def answers(self) -> bool:
        """Whether a chat model has a part in it."""
        return False

    @property
    def command(self) -> str:
        """The command it is done for."""
        return self.kind

    @property
    def changes(self) -> bool:
        """Whether documents come, go or are replaced."""
        return isinstance(self, Add | Remove | Sync)


class Ask(Order):
    """Answered by `Event` lines."""

    kind: Literal["ask"] = "ask"
    question: str
    history: tuple[Turn, ...] = ()
    scope: Scope | None = None

    @property
    def answers(self) -> bool:
        """An answer is wanted."""
        return True


class Prepare(Order):
    """Have what a question needs loaded, with `chat` what an answer needs; answered by `Notes`."""

    kind: Literal["prepare"] = "prepare"
    chat: bool

    @property
    def answers(self) -> bool:
        """An answer will be wanted."""
        return self.chat

    @property
    def command(self) -> str:
        """The one that will go on to ask or to search."""
        return "ask" if self.chat else "search"


class Search(Order):
    """Answered by `Hits`."""

    kind: Literal["search"] = "search"
    question: str
    k: int
    scope: Scope | None = None


class Add(Order):
    """Absolute paths and addresses; answered by `Step` lines and `Results`."""

    kind: Literal["add"] = "add"
    sources: tuple[str, ...]
    password_file: Path | None = None
    again: bool = False


class Remove(Order):
    """Answered by `Results`."""

    kind: Literal["remove"] = "remove"
    names: tuple[str, ...]


class Sync(Order):
    """An absolute path, and whether to try failed files again; answered by `Step` and `Told` lines and `Results`."""

    kind: Literal["sync"] = "sync"
    folder: Path
    retry: bool = False


class Step(_Message):
    """Progress: what is being done, and how much of it; of a sync `within` tells that it is of the file in hand."""

    kind: Literal["step"] = "step"
    what: str
    done: int
    total: int
    within: bool = False


class Event(_Message):
    """An event of an answer as it settles."""

    kind: Literal["event"] = "event"
    event: StreamEvent


class Hits(_Message):
    """Passages found, best first."""

    kind: Literal["hits"] = "hits"
    hits: tuple[SearchHit, ...]


class Told(_Message):
    """What became of one file, as soon as it is done."""

    kind: Literal["told"] = "told"
    result: AddResult


class Results(_Message):
    """What became of each file."""

    kind: Literal["results"] = "results"
    results: tuple[AddResult, ...]


class Notes(_Message):
    """What a person must know."""

    kind: Literal["notes"] = "notes"
    notes: tuple[str, ...]


class Failed(_Message):
    """A named error: the class of it, what happened and what to do."""

    kind: Literal["failed"] = "failed"
    error: str
    message: str
    next_step: str

    @classmethod
    def of(cls, error: AssistantError) -> Failed:
        """The message for an error."""
        return cls(error=type(error).__name__, message=error.args[0], next_step=error.next_step)

    def raised(self) -> AssistantError:
        """The error, of its own class where there is one of that name."""
        named = getattr(errors, self.error, AssistantError)
        known = isinstance(named, type) and issubclass(named, AssistantError)
        return (named if known else AssistantError)(self.message, self.next_step)


Line = Step | Event | Hits | Told | Results | Notes | Failed
ORDERS: TypeAdapter[Ask | Prepare | Search | Add | Remove | Sync] = TypeAdapter(
    Annotated[Ask | Prepare | Search | Add | Remove | Sync, Field(discriminator="kind")]
)
LINES: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="kind")])


class State(_Message):
    """Who the owner is: what it is called, its process, its version, and the settings that results depend on."""

    who: str
    pid: int
    version: str
    settings: dict[str, Any]


def telling(settings: Settings, answers: bool = True) -> dict[str, Any]:
    """The settings that results depend on, those of answers included or not, as JSON values."""
    free = _FREE if answers else _FREE | _OF_ANSWERS
    return settings.model_dump(mode="json", exclude=set(free))
