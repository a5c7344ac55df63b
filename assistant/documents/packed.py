"""Zip files opened with care: what is inside may be damaged, locked, or far larger than it looks."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib

from assistant.documents.options import ReadOptions, locked
from assistant.errors import DocumentError

#: A member larger than this, or all read together, are a zip bomb or no document; in bytes.
MAX_PART, MAX_ALL = 40 * 2**20, 200 * 2**20
#: More entries than any book or archive of documents has.
_MAX_ENTRIES = 20_000
#: The records of the central directory: of a member, of its end, and of where that of Zip64 is (APPNOTE 4.3.12 to 16).
_ENTRY, _END, _END_64 = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR_SIZE = 22, 20
_ENCRYPTED = 0x1
#: The kind of compression that stands for encryption by AES (APPNOTE 4.4.5).
_AES = 99


class PackedTooLargeError(DocumentError):
    """A zip file unpacks to more than can be meant."""


class Packed:
    """The members of a zip file, each read when asked for.

    Raises:
        DocumentError: not a zip file, or with more entries than can be meant.
    """

    def __init__(self, data: bytes, name: str, options: ReadOptions | None = None) -> None:
        self._name = name
        self._options = options or ReadOptions()
        self._left = MAX_ALL
        # What opens it makes an object of every entry.
        if _entries(data) > _MAX_ENTRIES:
            raise DocumentError(f"{name} has more than {_MAX_ENTRIES:,} entries", "Unpack it and add what you need.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise self._damaged() from error
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
        limit = min(MAX_PART, self._left)
        try:
            # The size a member states is not to be believed.
            data = self._unlocked(info, limit + 1) if info.flag_bits & _ENCRYPTED else self._start(info, limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise self._damaged() from error
        if len(data) > limit:
            raise PackedTooLargeError(
                f"{self._name} unpacks to far more than it should hold ({member})", "Nothing was added; check the file."
            )
        self._left -= len(data)
        return data

    def _start(self, info: zipfile.ZipInfo, size: int, password: bytes | None = None) -> bytes:
        with self._zip.open(info, pwd=password) as file:
            return file.read(size)

    def _unlocked(self, info: zipfile.ZipInfo, size: int) -> bytes:
        if info.compress_type == _AES:
            raise DocumentError(
                f"{self._name} is locked in a way that is not supported (AES)", "Unpack it and add its files."
            )
        for word in self._options.passwords:
            # One wrong password in 256 is found out by what it makes of the content only (APPNOTE 6.1.6).
            with contextlib.suppress(RuntimeError, zipfile.BadZipFile, zlib.error):
                return self._start(info, size, word.get_secret_value().encode())
        raise locked(self._name, self._options)

    def _damaged(self) -> DocumentError:
        return DocumentError(f"{self._name} is damaged or not what its suffix says", "Get the file again.")


def _entries(data: bytes) -> int:
    """At most so many entries are in a zip file's directory, whatever its end says of their number."""
    end = len(data) - _END_SIZE
    if not (data[end:].startswith(_END) and data.endswith(b"\0\0")):
        # Behind the end stands a comment of up to 65,535 bytes.
        end = data.rfind(_END, max(0, end - 0xFFFF))
    if end < 0:
        return 0
    zip64 = data[max(0, end - _LOCATOR_SIZE) : end].startswith(_END_64)
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    return data.count(_ENTRY, 0 if zip64 else max(0, end - size), end)
