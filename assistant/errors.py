"""One family of errors: what happened, and what to do next.

Every error a person can cause or meet is an `AssistantError`. Its text is one line that says what
happened; `next_step` says what to do about it. The command line prints both on one line and exits 1;
the chat shows the same words as a message. Anything else that escapes is a defect.
"""

from __future__ import annotations


class AssistantError(Exception):
    """A named failure with its remedy.

    Args:
        message: what happened, in one line, without a full stop at the end.
        next_step: what the person can do now, in one line.
    """

    retryable: bool = False

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(" ".join(message.split()))
        self.next_step = " ".join(next_step.split())

    def __str__(self) -> str:
        return f"{self.args[0]}. {self.next_step}"


class SettingsError(AssistantError):
    """A setting is unknown, out of bounds or contradicts another."""


class DocumentError(AssistantError):
    """A document cannot be read: missing, unsupported, binary, empty, too large, locked."""


class NameTakenError(DocumentError):
    """Another file already stands in the index under this name."""


class AddressError(DocumentError):
    """An address cannot be fetched, or may not be."""


class UnknownDocumentError(AssistantError):
    """No document of that name is in the index."""


class ScopeError(AssistantError):
    """A filter is malformed, or no document is within it."""


class HomeLockedError(AssistantError):
    """Another process owns this home."""

    retryable = True


class OwnerError(AssistantError):
    """The process that owns the home does not answer, ended half-way, or works with other settings."""

    retryable = True


class IndexMismatchError(AssistantError):
    """The index was made with another embedding model or a newer version of this program."""


class StorageError(AssistantError):
    """The home folder cannot be written or its database is damaged (disk full, permissions)."""

    retryable = True


class ModelFileError(AssistantError):
    """A model file is missing, incomplete or not the file it should be."""

    retryable = True


class ChatModelError(AssistantError):
    """The chat model's endpoint does not answer, refuses the key or breaks off."""

    retryable = True


class PortInUseError(AssistantError):
    """The port the web page was to be served on is taken."""


class QuestionError(AssistantError):
    """The question cannot be asked: empty, too long."""


class ConversationError(AssistantError):
    """A conversation is not there any more, or cannot take this question now."""


class QuestionSetError(AssistantError):
    """A question set or a thresholds file is malformed; the message names the line."""
