"""Zip files opened with care: what is inside may be damaged, locked, or far larger than it looks."""

from __future__ import annotations

import io
import zipfile
import zlib

from assistant.errors import DocumentError

#: A member larger than this, or all read together, are a zip bomb or no document; in bytes.
MAX_PART, MAX_ALL = 40 * 2**20, 200 * 2**20
#: More entries than any book or archive of documents has.
_MAX_ENTRIES = 20_000
_ENCRYPTED = 0x1


class PackedTooLargeError(DocumentError):
    """A zip file unpacks to more than can be meant."""


class Packed:
    """The members of a zip file, each read when asked for.

    Raises:
        DocumentError: not a zip file, or with more entries than can be meant.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self._left = MAX_ALL
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise self._damaged() from error
        if len(self._zip.infolist()) > _MAX_ENTRIES:
            raise DocumentError(f"{name} has more than {_MAX_ENTRIES:,} entries", "Unpack it and add what you need.")
        # Of members of the same name the first counts, wherever they are asked for.
        self._first = {info.filename: info for info in reversed(self._zip.infolist())}

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names, folders left out."""
        return tuple(info.filename for info in self._zip.infolist() if not info.is_dir())

    def read(self, member: str) -> bytes:
        """A member's bytes.

        Raises:
            DocumentError: missing, locked, damaged or larger than can be meant.
        """
        info = self._first.get(member)
        if info is None:
            raise DocumentError(f"{self._name} lacks {member}", "Get the file again.")
        if info.flag_bits & _ENCRYPTED:
            raise DocumentError(f"{self._name} is locked", "Save an unlocked copy and add that.")
        limit = min(MAX_PART, self._left)
        try:
            with self._zip.open(info) as file:
                # The size a member states is not to be believed.
                data = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise self._damaged() from error
        if len(data) > limit:
            raise PackedTooLargeError(
                f"{self._name} unpacks to far more than it should hold ({member})", "Nothing was added; check the file."
            )
        self._left -= len(data)
        return data

    def _damaged(self) -> DocumentError:
        return DocumentError(f"{self._name} is damaged or not what its suffix says", "Get the file again.")
