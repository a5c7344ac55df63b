"""The home that a set is asked over: opened, indexed, checked, let go of."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from assistant.answering.answer import Answer, Turn
from assistant.errors import QuestionSetError
from assistant.settings import Settings
from evals import provenance
from evals.score import Hit

logger = logging.getLogger(__name__)

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


class Answering(Protocol):
    """What can be asked the questions of a set."""

    def search(
        self,
        question: str,
        *,
        k: int = 5,
        documents: Sequence[str] | None = None,
        history: Sequence[Turn] = (),
    ) -> Sequence[Hit]:
        """Retrieval only."""

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        """The whole way."""


class AssistantLike(Answering, Protocol):
    """What a run needs of the `Assistant` facade."""

    @property
    def model_name(self) -> str:
        """Name of the chat model."""

    def open(self) -> None:
        """Take the home."""

    def close(self) -> None:
        """Let go of it."""

    def warm(self) -> None:
        """Load the models."""

    def sync(self, folder: Path | None = None, *, progress: Progress | None = None) -> Sequence[Any]:
        """Index a folder."""

    def documents(self) -> Sequence[Any]:
        """The indexed documents."""

    def text(self, name: str) -> str:
        """Canonical text of a document."""


#: Makes the assistant that a run asks.
Factory = Callable[[Settings], AssistantLike]


def real_assistant(settings: Settings) -> AssistantLike:
    """The `Assistant` that people use."""
    from assistant.facade import Assistant

    return Assistant(settings)


def list_documents(folder: Path) -> dict[str, Path]:
    """Files of a folder and its subfolders by the names they get in an index (relative, with `/`).

    Raises:
        QuestionSetError: the folder is missing, cannot be read or holds no file.
    """
    try:
        # Hidden files are no documents to the index either.
        found = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        }
    except OSError as error:
        raise QuestionSetError(
            f"The documents folder {folder} cannot be read: {error.strerror or error}",
            "Give a folder that you may read with --documents.",
        ) from error
    if not found:
        raise QuestionSetError(
            f"The documents folder {folder} {'is empty' if folder.is_dir() else 'is not a folder'}",
            "Give the folder that the questions are about with --documents.",
        )
    return found


@contextmanager
def _temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="assistant-eval-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "home"


@contextmanager
def opened_home(
    settings: Settings, documents_dir: Path | None, home: Path | None, factory: Factory
) -> Iterator[tuple[AssistantLike, Settings]]:
    """An open assistant over the home as it is or, given a folder, over a home of its own."""
    with ExitStack() as stack:
        if documents_dir is not None:
            own = home or stack.enter_context(_temporary())
            settings = settings.model_copy(update={"home": own.absolute(), "corpus": documents_dir.absolute()})
        assistant = factory(settings)
        try:
            assistant.open()
            yield assistant, settings
        finally:
            assistant.close()


def index_folder(assistant: AssistantLike, folder: Path, progress: Progress) -> dict[str, str]:
    """Index the folder; gives the documents that could not be read, with the reason."""
    results = assistant.sync(folder, progress=lambda _file, done, total: progress("indexing", done, total))
    missing = {r.name: str(r.reason) for r in results if r.status in ("failed", "left_out")}
    for name, reason in missing.items():
        logger.warning("%s is not indexed: %s", name, reason)
    return missing


def hash_corpus(assistant: AssistantLike, files: Mapping[str, Path] | None) -> str:
    """One SHA-256 for the documents asked over: of the folder's files, else of the texts in the home."""
    if files is not None:
        return provenance.corpus_hash((name, provenance.sha256_of(path)) for name, path in files.items())
    names = [document.name for document in assistant.documents()]
    return provenance.corpus_hash((name, assistant.text(name)) for name in names)
