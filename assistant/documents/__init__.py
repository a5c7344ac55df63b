"""The first room: a path becomes a `Document` with canonical text and blocks."""

from assistant.documents.model import Block, BlockKind, Document
from assistant.documents.registry import read_document, supported_suffixes

__all__ = ["Block", "BlockKind", "Document", "read_document", "supported_suffixes"]
