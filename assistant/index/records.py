"""What the store keeps and tells of documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.errors import UnknownDocumentError
from assistant.index.passages import Passage


class DocumentInfo(BaseModel):
    """What `assistant list` says of a document. `added_at` is ISO 8601 in UTC.

    `size` is that of its file in bytes, of an archive's document that of the archive; None where it is not known.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    date: str | None
    source: str
    page_count: int | None
    characters: int
    passages: int
    added_at: str
    origin: str
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    size: int | None = None


class FileState(BaseModel):
    """What sync and add compare a file with.

    `modified` is the file's mtime in seconds, `changed` its ctime, which no program can set back; -1 where the file
    was so new when it was read that a later change might bear the same time. `circumstances` are those of
    `Library.circumstances` when it was read, empty where they are not known.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    source: str
    origin: str
    folder: str | None
    content_hash: str
    size: int
    modified: float
    changed: float = -1.0
    circumstances: str = ""


class FailedFile(BaseModel):
    """A file of a synced folder that could not be read, and what a person was told. `failed_at` is ISO 8601 in UTC.

    `content_hash` is empty where the file was refused unread: that is looked at again by every sync.
    `circumstances` are those of `Library.circumstances` at that time.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    source: str
    folder: str
    content_hash: str
    size: int
    modified: float
    changed: float
    reason: str
    next_step: str
    failed_at: str
    circumstances: str = ""


class NewDocument(BaseModel):
    """A document ready to be stored; row i of each vector array belongs to passage or sentence i."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    state: FileState
    document: Any
    passages: tuple[Passage, ...]
    passage_vectors: Any
    clause_vectors: Any


def unknown(names: Sequence[str]) -> UnknownDocumentError:
    """The error for names that are not in the index."""
    listed = ", ".join(names)
    return UnknownDocumentError(f"No document named {listed} in the index", "`assistant list` shows the names.")
