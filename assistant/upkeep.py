"""Looking after models and home: what `assistant models` and `assistant doctor` do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from assistant.errors import AssistantError, ModelFileError
from assistant.models import files
from assistant.models.catalog import CHAT_MODELS, EMBEDDING_MODEL, ChatModelFile, EmbeddingModelFile
from assistant.models.explain import shown_url
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.index.store import Store

#: Told what is being done and bytes done of bytes in all.
Progress = Callable[[str, int, int], None]
#: Free space below which `doctor` warns, in bytes.
_LOW_DISK = 1 << 30
#: So many names are told of a list.
_TOLD = 5


class ModelState(BaseModel):
    """A model and whether its verified file is here; `size` is in bytes."""

    model_config = ConfigDict(frozen=True)

    name: str
    purpose: str
    size: int
    licence: str
    ready: bool
    state: str


class Finding(BaseModel):
    """One check of `doctor`; `next_step` is filled when it is not ok."""

    model_config = ConfigDict(frozen=True)

    check: str
    ok: bool
    result: str
    next_step: str = ""


def needed_models(settings: Settings) -> list[ChatModelFile | EmbeddingModelFile]:
    """The catalogue's models that these settings use; none for parts served from elsewhere."""
    needed: list[ChatModelFile | EmbeddingModelFile] = []
    if settings.embedding_model == EMBEDDING_MODEL.name:
        needed.append(EMBEDDING_MODEL)
    if settings.chat_base_url is None and settings.chat_model in CHAT_MODELS:
        needed.append(CHAT_MODELS[settings.chat_model])
    return needed


def list_models(settings: Settings) -> list[ModelState]:
    """Every model of the catalogue with its state."""
    needed = {model.name for model in needed_models(settings)}
    known: list[ChatModelFile | EmbeddingModelFile] = [EMBEDDING_MODEL, *CHAT_MODELS.values()]
    return [_state(model, settings, needed) for model in known]


def _state(model: ChatModelFile | EmbeddingModelFile, settings: Settings, needed: set[str]) -> ModelState:
    try:
        files.path_of(model, settings.models_dir)
        ready, state = True, "ready"
    except ModelFileError:
        present = files.place_of(model, settings.models_dir).exists()
        ready, state = False, "damaged" if present else "not fetched"
    return ModelState(
        name=model.name,
        purpose="embedding" if isinstance(model, EmbeddingModelFile) else "chat",
        size=model.size,
        licence=model.licence,
        ready=ready,
        state=state if model.name in needed else f"{state}, not used",
    )


def pull_models(settings: Settings, progress: Progress) -> list[ModelState]:
    """Fetch what the settings need and is not here.

    Raises:
        ModelFileError: a file cannot be fetched or is not the one it should be.
        StorageError: there is no room for it.
    """
    for model in needed_models(settings):
        if isinstance(model, ChatModelFile):
            files.pull(model, settings.models_dir, _named(model.name, progress))
        else:
            files.path_of(model, settings.models_dir)
    return _needed_states(settings)


def verify_models(settings: Settings, progress: Progress) -> list[ModelState]:
    """Read the files the settings need whole and compare them with the catalogue.

    Raises:
        ModelFileError: one is missing or not the file it should be.
    """
    for model in needed_models(settings):
        files.verify(model, settings.models_dir, _named(model.name, progress))
    return _needed_states(settings)


def _needed_states(settings: Settings) -> list[ModelState]:
    needed = needed_models(settings)
    return [_state(model, settings, {model.name for model in needed}) for model in needed]


def _named(name: str, progress: Progress) -> Progress:
    return lambda what, done, total: progress(f"{name}: {what}", done, total)


def examine(settings: Settings) -> list[Finding]:
    """Check home, disk, models and index, each by itself; the index is repaired where it can be."""
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("home", _check_home),
        ("disk", _check_disk),
        ("embedding model", _check_embedding_model),
        ("chat model", _check_chat_model),
        ("database", _check_database),
        ("index", _check_index),
        ("files", _check_files),
        ("failed files", _check_failures),
    )
    findings = []
    for name, check in checks:
        try:
            findings.append(Finding(check=name, ok=True, result=check(settings)))
        except AssistantError as error:
            findings.append(Finding(check=name, ok=False, result=f"{error.args[0]}.", next_step=error.next_step))
        except OSError as error:
            where = error.filename or "something there"
            told = f"{where} cannot be looked at: {error.strerror or error}."
            findings.append(Finding(check=name, ok=False, result=told, next_step="Check its permissions."))
    return findings


def _check_home(settings: Settings) -> str:
    home = settings.home
    if not home.exists():
        return f"{home} (will be created)"
    if not os.access(home, os.W_OK):
        raise AssistantError(f"{home} cannot be written", "Correct its permissions or set ASSISTANT_HOME.")
    return str(home)


def _check_disk(settings: Settings) -> str:
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < _LOW_DISK:
        raise AssistantError(f"Only {free / 2**20:,.0f} MiB free", "Free some space; adding documents may fail.")
    return f"{free / 2**30:,.0f} GiB free"


def _check_embedding_model(settings: Settings) -> str:
    if settings.embedding_model != EMBEDDING_MODEL.name:
        return f"{settings.embedding_model} (yours, not verified)"
    return f"{EMBEDDING_MODEL.name}, verified: {files.verify(EMBEDDING_MODEL, settings.models_dir).name}"


def _check_chat_model(settings: Settings) -> str:
    if settings.chat_model == "none":
        return "none: answers are quotes"
    if settings.chat_base_url is not None:
        return f"{settings.chat_model} at {shown_url(settings.chat_base_url)} (not contacted)"
    if settings.chat_model not in CHAT_MODELS:
        raise AssistantError(
            f"{settings.chat_model} is not an embedded model", "Set ASSISTANT_CHAT_BASE_URL to the server that has it."
        )
    path = files.verify(CHAT_MODELS[settings.chat_model], settings.models_dir)
    return f"{settings.chat_model}, verified: {path.name}"


def _check_database(settings: Settings) -> str:
    from assistant.index.checkup import mend_tables

    with _owned_store(settings) as store:
        if store is None:
            return "none yet"
        done = mend_tables(store)
    return f"repaired: {'; '.join(done)}" if done else "sound"


def _check_index(settings: Settings) -> str:
    from assistant.facade import Assistant

    with Assistant(settings) as assistant:
        assistant.open()
        count = len(assistant.documents())
        done = assistant.repaired or assistant.mend()
        return f"{count} documents" + (f"; repaired: {done}" if done else ", sound")


def _check_files(settings: Settings) -> str:
    from assistant.index.checkup import without_file

    with _owned_store(settings) as store:
        states = list(store.file_states().values()) if store else []
    gone = sorted(state.name for state in without_file(states))
    if gone:
        raise AssistantError(
            f"The files of {len(gone)} of {len(states)} documents are gone: {_some(gone)}",
            "`assistant sync` removes those of a synced folder that is still there, `assistant remove NAME` others; "
            "or put them back.",
        )
    return "those of all documents are where they were" if states else "none yet"


def _check_failures(settings: Settings) -> str:
    from assistant.index.checkup import forget_gone_failures
    from assistant.index.files import failed_files

    with _owned_store(settings) as store:
        forgotten = forget_gone_failures(store) if store else 0
        failures = failed_files(store) if store else []
    if failures:
        raise AssistantError(
            f"Not read: {_some([failure.name for failure in failures])}",
            "`assistant list --failed` says why; mend and sync, or try again as they are: `assistant sync --retry`.",
        )
    return f"none; {forgotten} that are gone were forgotten" if forgotten else "none"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more


@contextmanager
def _owned_store(settings: Settings) -> Iterator[Store | None]:
    """The open database with the home's lock held; None if there is none yet."""
    from assistant.index.lock import HomeLock
    from assistant.index.store import Store

    store, lock = Store(settings.home), HomeLock(settings.home)
    if not store.exists:
        yield None
        return
    lock.acquire()
    try:
        store.open()
        yield store
    finally:
        store.close()
        lock.release()
